import { type ArrayData, type DType, dtypeOf, type NumericData } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { NDArray } from "./nd_array.ts";
import type { Cell } from "./column.ts";
import { Table } from "./table.ts";

/** Anything with the fields of an array: data, row after row, and the length of each axis. */
export interface ShapedData {
  /** The elements, row after row. */
  readonly data: ArrayData;
  /** The length of each axis. */
  readonly shape: readonly number[];
  /** The kind of the elements; needed only to say that bytes are booleans. */
  readonly dtype?: DType;
}

/** A table as estimators take it: rows of numbers, typed data with a shape of two axes, or named columns. */
export type MatrixLike = NDArray<ArrayData> | ShapedData | Table | readonly ArrayLike<number>[];

/** A table whose columns may hold text, booleans and missing values (null) beside numbers. */
export type TableLike = MatrixLike | readonly (readonly (Cell | undefined)[])[];

/** A list of numbers as estimators take it. */
export type VectorLike = NDArray<ArrayData> | ShapedData | ArrayLike<number>;

/** Class labels as estimators take them: numbers, text or booleans. */
export type LabelsLike = VectorLike | readonly string[] | readonly boolean[] | ArrayLike<bigint>;

/** Whatever becomes an array. */
export type ArrayInput = MatrixLike | LabelsLike | readonly unknown[];

/** Class labels as estimators give them: numbers or text, as they were given. */
export type Labels = NDArray<NumericData | string[]>;

function isShaped(x: unknown): x is ShapedData {
  return typeof x === "object" && x !== null && "data" in x && "shape" in x && Array.isArray(x.shape);
}

/**
 * Makes an array of nested lists, typed arrays or anything with `data` and `shape`. What already is one is given back
 * as it is, and typed data is not copied.
 *
 * @param x the input
 * @param name what errors call the input
 * @throws {ShapeError} when rows differ in length, naming the first that does
 * @throws {DTypeError} when elements are of kinds that an array cannot hold, naming the first and its place
 *
 * @example
 * ```ts
 * import { toNDArray } from "@troupe/troupe";
 * toNDArray([[1, 2], [3, 4]]).shape; // [2, 2]
 * ```
 */
export function toNDArray(x: ArrayInput, name = "input"): NDArray<ArrayData> {
  if (x instanceof NDArray) return x;
  if (x instanceof Table) return x.toNDArray(name);
  if (isShaped(x)) return new NDArray(x.data, x.shape, x.dtype);
  if (ArrayBuffer.isView(x)) {
    if (dtypeOf(x) === undefined) throw new DTypeError(`${name}: cannot make an array of a ${x.constructor.name}`);
    return new NDArray(x as unknown as ArrayData);
  }
  if (!Array.isArray(x)) {
    throw new DTypeError(`${name}: expected lists, a typed array or { data, shape }, got ${describe(x)}`);
  }
  return fromLists(x, name);
}

function fromLists(x: readonly unknown[], name: string): NDArray<ArrayData> {
  const shape: number[] = [];
  for (let level: unknown = x; isList(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: unknown[] = [];
  const walk = (list: ArrayLike<unknown>, axis: number, place: string): void => {
    if (list.length !== shape[axis]) {
      throw new ShapeError(`${name}${place} has ${list.length} elements, but the ones before it have ${shape[axis]}`);
    }
    for (let i = 0; i < list.length; i++) {
      const v = list[i];
      if (axis === shape.length - 1) {
        if (isList(v)) throw new ShapeError(`${name}${place}[${i}] is a list, but the elements before it are not`);
        flat.push(v);
      } else if (isList(v)) walk(v, axis + 1, `${place}[${i}]`);
      else throw new ShapeError(`${name}${place}[${i}] is ${describe(v)}, but the elements before it are lists`);
    }
  };
  walk(x, 0, "");
  return new NDArray(typedFrom(flat, name, shape), shape, typeof flat[0] === "boolean" ? "bool" : undefined);
}

function typedFrom(flat: readonly unknown[], name: string, shape: readonly number[]): ArrayData {
  const kind = flat.length === 0 ? "number" : typeof flat[0];
  for (let i = 0; i < flat.length; i++) {
    if (typeof flat[i] !== kind || !["number", "string", "boolean", "bigint"].includes(kind)) {
      const wanted = i === 0 ? "numbers, text or booleans" : `a ${kind} as before it`;
      throw new DTypeError(`${name}${placeOf(i, shape)} is ${describe(flat[i])}, expected ${wanted}`);
    }
  }
  if (kind === "string") return flat as string[];
  if (kind === "boolean") return Uint8Array.from(flat as boolean[], Number);
  if (kind === "bigint") return BigInt64Array.from(flat as bigint[]);
  return Float64Array.from(flat as number[]);
}

function isList(x: unknown): x is ArrayLike<unknown> {
  return Array.isArray(x) || (ArrayBuffer.isView(x) && "length" in x) || (x instanceof NDArray && x.ndim === 1);
}

function placeOf(at: number, shape: readonly number[]): string {
  let place = "";
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place = `[${at % shape[axis]}]${place}`;
    at = Math.floor(at / shape[axis]);
  }
  return place;
}

function describe(x: unknown): string {
  if (x === null || x === undefined) return String(x);
  if (typeof x === "object") return `a ${x.constructor?.name ?? "object"}`;
  return `${typeof x} ${String(x).slice(0, 40)}`;
}

/**
 * An array of zeros; float64 unless said otherwise.
 *
 * @param shape the length of each axis, or of the only one
 * @throws {ShapeError} when a length is no whole number from 0 up
 *
 * @example
 * ```ts
 * import { zeros } from "@troupe/troupe";
 * zeros([2, 3]).toArray(); // [[0, 0, 0], [0, 0, 0]]
 * ```
 */
export function zeros(shape: number | readonly number[]): NDArray<Float64Array> {
  const full = typeof shape === "number" ? [shape] : shape;
  if (!Array.isArray(full) || !full.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ShapeError(
      `zeros: a shape is a whole number, or a list of them, from 0 up; got ${JSON.stringify(shape)}`,
    );
  }
  return new NDArray(new Float64Array(full.reduce((a, b) => a * b, 1)), full);
}

/**
 * `num` values from `start` to `stop`, evenly spaced, both ends included, as NumPy's linspace gives them.
 *
 * @example
 * ```ts
 * import { linspace } from "@troupe/troupe";
 * linspace(0, 1, 5); // [0, 0.25, 0.5, 0.75, 1]
 * ```
 */
export function linspace(start: number, stop: number, num = 50): number[] {
  const step = num > 1 ? (stop - start) / (num - 1) : 0;
  const out = Array.from({ length: num }, (_, i) => i * step + start);
  if (num > 1) out[num - 1] = stop;
  return out;
}

/**
 * `num` values from base**start to base**stop, evenly spaced on the logarithmic scale, as NumPy's logspace.
 *
 * @example
 * ```ts
 * import { logspace } from "@troupe/troupe";
 * logspace(-2, 2, 5); // [0.01, 0.1, 1, 10, 100]
 * ```
 */
export function logspace(start: number, stop: number, num = 50, base = 10): number[] {
  return linspace(start, stop, num).map((e) => powerOf(base, e));
}

/** Powers of ten with a whole exponent are read as decimals, for V8's `**` misses some of them in the last place. */
function powerOf(base: number, exponent: number): number {
  return base === 10 && Number.isInteger(exponent) ? Number(`1e${exponent}`) : base ** exponent;
}
