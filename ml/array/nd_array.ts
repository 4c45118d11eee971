import {
  allocate,
  type ArrayData,
  type DType,
  type DTypeData,
  dtypeOf,
  type ElementOf,
  type NumericData,
} from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { gather } from "./gather.ts";
import { arrayToHTML, formatArray } from "./inspect.ts";
import { columnSums, pairwiseSum, variance } from "./reduce.ts";
import { along, extreme, extremes, numbersOf, placeOfExtreme, placesOfExtremes } from "./reductions.ts";
import { offsetOf, sizeOf } from "./shape.ts";

/** Nested lists of elements, as deep as an array has axes. */
export type Nested<T> = T | Nested<T>[];

/**
 * An array with axes, row-major over a typed array (or over a list of strings, for text labels).
 *
 * It is always contiguous: rows, ranges of rows and reshapes are views on the same data, everything else is a copy.
 * Its own fields are plain, so it can be sent to other threads and machines as they are.
 *
 * Reductions throw a {@linkcode DTypeError} where elements are text, and a {@linkcode ShapeError} where there is no such
 * axis; those that look for an element, also where there is none.
 *
 * @example
 * ```ts
 * import { NDArray } from "@troupe/troupe";
 * const X = new NDArray(new Float64Array([1, 2, 3, 4, 5, 6]), [3, 2]);
 * X.row(1).toArray(); // [3, 4]
 * X.mean(0).toArray(); // [3, 4]
 * ```
 */
export class NDArray<D extends ArrayData = NumericData> {
  /** The elements, row after row. */
  readonly data: D;
  /** The length of each axis. */
  readonly shape: number[];
  /** The kind of the elements. */
  readonly dtype: DType;

  /**
   * Lays an array over data.
   *
   * @param data the elements, row after row; they are not copied
   * @param shape the length of each axis; one axis of all elements if left out
   * @param dtype needed only to say that bytes are booleans
   * @throws {ShapeError} when the shape does not hold as many elements as there are
   * @throws {DTypeError} when the data is of a kind that arrays are not laid over
   */
  constructor(data: D, shape: readonly number[] = [data?.length], dtype?: DType) {
    const actual = dtypeOf(data);
    if (actual === undefined) {
      throw new DTypeError(
        "NDArray: data must be a typed array or a list of strings; use toNDArray() for nested lists",
      );
    }
    if (dtype !== undefined && dtype !== actual && !(dtype === "bool" && actual === "uint8")) {
      throw new DTypeError(`NDArray: data is ${actual}, which cannot be called ${dtype}`);
    }
    if (!Array.isArray(shape) && !ArrayBuffer.isView(shape)) {
      throw new ShapeError(`NDArray: shape must be a list of lengths, got ${shape === null ? "null" : typeof shape}`);
    }
    if (sizeOf(shape) !== data.length || shape.some((n) => !Number.isInteger(n) || n < 0)) {
      throw new ShapeError(`NDArray: shape [${shape.join(", ")}] does not hold ${data.length} elements`);
    }
    this.data = data;
    this.shape = [...shape];
    this.dtype = dtype ?? actual;
  }

  /** How many axes there are. */
  get ndim(): number {
    return this.shape.length;
  }

  /** How many elements there are. */
  get size(): number {
    return this.data.length;
  }

  /** The length of the first axis. */
  get length(): number {
    return this.shape.length === 0 ? 0 : this.shape[0];
  }

  /** Bytes of the elements; for text, two a character. */
  get nbytes(): number {
    const data: ArrayData = this.data;
    return Array.isArray(data) ? data.reduce((n, s) => n + 2 * s.length, 0) : data.byteLength;
  }

  /**
   * The array with its two axes exchanged (a copy).
   *
   * @throws {ShapeError} when there are more than two axes
   */
  get T(): NDArray<D> {
    return this.transpose();
  }

  /**
   * One element; negative indices count from the end.
   *
   * @throws {ShapeError} when there is not one index for each axis, or one is out of bounds
   */
  get(...indices: number[]): ElementOf<D> {
    return this.data[offsetOf(this.shape, indices)] as ElementOf<D>;
  }

  /**
   * Changes one element, also in every view that shares it.
   *
   * @throws {ShapeError} when there is not one index for each axis, or one is out of bounds
   */
  set(value: ElementOf<D>, ...indices: number[]): void {
    (this.data as Record<number, unknown>)[offsetOf(this.shape, indices)] = value;
  }

  /**
   * The `i`-th entry along the first axis, as a view.
   *
   * @throws {ShapeError} when there is only one axis, or `i` is out of bounds
   */
  row(i: number): NDArray<D> {
    if (this.shape.length < 2) throw new ShapeError(`NDArray.row(): needs two axes, got ${this.shape.length}`);
    const [n, ...rest] = this.shape;
    const at = i < 0 ? i + n : i;
    if (!(at >= 0 && at < n)) throw new ShapeError(`NDArray.row(): ${i} is out of bounds for ${n} rows`);
    const stride = sizeOf(rest);
    return view(this, at * stride, (at + 1) * stride, rest);
  }

  /**
   * A column of a table, as a copy.
   *
   * @throws {ShapeError} when there are not two axes, or `j` is out of bounds
   */
  col(j: number): NDArray<D> {
    if (this.shape.length !== 2) throw new ShapeError(`NDArray.col(): needs two axes, got ${this.shape.length}`);
    const [n, m] = this.shape;
    const at = j < 0 ? j + m : j;
    if (!(at >= 0 && at < m)) throw new ShapeError(`NDArray.col(): ${j} is out of bounds for ${m} columns`);
    const out = allocate(this.dtype, n) as NumericData;
    const data = this.data as NumericData;
    for (let i = 0; i < n; i++) out[i] = data[i * m + at];
    return new NDArray(out as ArrayData as D, [n], this.dtype);
  }

  /**
   * Entries `start` to `stop` (not included) of the first axis, as a view; negative bounds count from the end.
   *
   * @throws {ShapeError} when there is no axis
   */
  slice(start = 0, stop: number = this.length): NDArray<D> {
    if (this.shape.length === 0) throw new ShapeError("NDArray.slice(): an array without axes has no entries");
    const [n, ...rest] = this.shape;
    const from = Math.min(n, Math.max(0, start < 0 ? start + n : start));
    const to = Math.max(from, Math.min(n, stop < 0 ? stop + n : stop));
    const stride = sizeOf(rest);
    return view(this, from * stride, to * stride, [to - from, ...rest]);
  }

  /**
   * The entries of the first axis with these numbers, in this order, as a copy.
   *
   * @throws {ShapeError} when a number is out of bounds; negative ones are
   */
  take(indices: ArrayLike<number>): NDArray<D> {
    const [n, ...rest] = this.shape;
    const stride = sizeOf(rest);
    const out = allocate(this.dtype, indices.length * stride);
    for (let k = 0; k < indices.length; k++) {
      const i = indices[k];
      if (!(i >= 0 && i < n)) throw new ShapeError(`NDArray.take(): ${i} is out of bounds for length ${n}`);
    }
    gather(this.data, indices, stride, out);
    return new NDArray(out as ArrayData as D, [indices.length, ...rest], this.dtype);
  }

  /**
   * The same elements with other axes, as a view. One length may be −1, and is then worked out.
   *
   * @throws {ShapeError} when the lengths do not hold as many elements as there are
   */
  reshape(...shape: number[]): NDArray<D> {
    const known = shape.reduce((a, n) => n === -1 ? a : a * n, 1);
    const full = shape.map((n) => n === -1 ? this.size / known : n);
    if (sizeOf(full) !== this.size || !full.every(Number.isInteger)) {
      throw new ShapeError(`NDArray.reshape(): [${this.shape.join(", ")}] cannot become [${shape.join(", ")}]`);
    }
    return new NDArray(this.data, full, this.dtype);
  }

  /** All elements on one axis, as a view. */
  ravel(): NDArray<D> {
    return new NDArray(this.data, [this.size], this.dtype);
  }

  /** An array of the same elements in memory of its own. */
  copy(): NDArray<D> {
    return new NDArray((this.data as unknown as { slice(): D }).slice(), this.shape, this.dtype);
  }

  /**
   * The elements as another kind (a copy, also when the kind stays).
   *
   * @throws {DTypeError} when there is no such dtype
   */
  astype<K extends DType>(dtype: K): NDArray<DTypeData[K]> {
    const out = allocate(dtype, this.size);
    const from: ArrayData = this.data;
    const to: ArrayData = out;
    if (dtype === this.dtype) { for (let i = 0; i < from.length; i++) (to as unknown[])[i] = from[i]; }
    else if (dtype === "string") { for (let i = 0; i < from.length; i++) (to as string[])[i] = String(from[i]); }
    else if (dtype === "bool") { for (let i = 0; i < from.length; i++) (to as Uint8Array)[i] = from[i] ? 1 : 0; }
    else if (dtype === "int64") {
      for (let i = 0; i < from.length; i++) (to as BigInt64Array)[i] = BigInt(Math.trunc(Number(from[i])));
    } else if (this.dtype === "int64" || this.dtype === "string") {
      for (let i = 0; i < from.length; i++) (to as NumericData)[i] = Number(from[i]);
    } else (to as NumericData).set(from as NumericData);
    return new NDArray(out, this.shape, dtype);
  }

  /**
   * The array with its two axes exchanged (a copy); with one axis, a copy as it is.
   *
   * @throws {ShapeError} when there are more than two axes
   */
  transpose(): NDArray<D> {
    if (this.shape.length < 2) return this.copy();
    if (this.shape.length > 2) throw new ShapeError("NDArray.transpose(): needs at most two axes");
    const [n, m] = this.shape;
    const data = this.data as NumericData;
    const out = allocate(this.dtype, n * m) as NumericData;
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j * n + i] = data[i * m + j];
    return new NDArray(out as ArrayData as D, [m, n], this.dtype);
  }

  /** An array of what `fn` gives for each element and its place in `data`; float64 unless said otherwise. */
  map(fn: (value: ElementOf<D>, index: number) => number): NDArray<Float64Array>;
  /**
   * The same, of another kind of elements.
   *
   * @throws {DTypeError} when there is no such dtype
   */
  map<K extends DType>(fn: (value: ElementOf<D>, index: number) => unknown, dtype: K): NDArray<DTypeData[K]>;
  map(fn: (value: ElementOf<D>, index: number) => unknown, dtype: DType = "float64"): NDArray<ArrayData> {
    const out = allocate(dtype, this.size) as unknown as unknown[];
    const data = this.data;
    for (let i = 0; i < data.length; i++) out[i] = fn(data[i] as ElementOf<D>, i);
    return new NDArray(out as unknown as ArrayData, this.shape, dtype);
  }

  /** Sum of all elements, or along an axis. */
  sum(): number;
  /** The same along an axis. */
  sum(axis: number): NDArray<Float64Array>;
  sum(axis?: number): number | NDArray<Float64Array> {
    if (axis === undefined) return pairwiseSum(numbersOf(this, "sum"));
    if (axis === 0 && this.shape.length === 2) return new NDArray(columnSums(numbersOf(this, "sum"), this.shape[1]));
    return new NDArray(...along(this, "sum", axis, pairwiseSum));
  }

  /** Mean of all elements, or along an axis. */
  mean(): number;
  /** The same along an axis. */
  mean(axis: number): NDArray<Float64Array>;
  mean(axis?: number): number | NDArray<Float64Array> {
    if (axis === undefined) return this.sum() / this.size;
    const sum = this.sum(axis);
    const n = this.size / sum.size;
    for (let i = 0; i < sum.size; i++) sum.data[i] /= n;
    return sum;
  }

  /** Variance of all elements, or along an axis; divided by n − ddof. */
  var(axis?: undefined, ddof?: number): number;
  /** The same along an axis. */
  var(axis: number, ddof?: number): NDArray<Float64Array>;
  var(axis?: number, ddof = 0): number | NDArray<Float64Array> {
    if (axis === undefined) return variance(numbersOf(this, "var"), 0, this.size, ddof);
    return new NDArray(...along(this, "var", axis, (data, offset, n) => variance(data, offset, n, ddof)));
  }

  /** Standard deviation of all elements, or along an axis; divided by n − ddof. */
  std(axis?: undefined, ddof?: number): number;
  /** The same along an axis. */
  std(axis: number, ddof?: number): NDArray<Float64Array>;
  std(axis?: number, ddof = 0): number | NDArray<Float64Array> {
    if (axis === undefined) return Math.sqrt(this.var(undefined, ddof));
    return this.var(axis, ddof).map(Math.sqrt);
  }

  /** The smallest element, or the smallest along an axis. */
  min(): number;
  /** The same along an axis. */
  min(axis: number): NDArray<Float64Array>;
  min(axis?: number): number | NDArray<Float64Array> {
    return axis === undefined ? extreme(this, "min", -1) : new NDArray(...extremes(this, "min", -1, axis));
  }

  /** The largest element, or the largest along an axis. */
  max(): number;
  /** The same along an axis. */
  max(axis: number): NDArray<Float64Array>;
  max(axis?: number): number | NDArray<Float64Array> {
    return axis === undefined ? extreme(this, "max", 1) : new NDArray(...extremes(this, "max", 1, axis));
  }

  /** Where the smallest element stands in `data`, or along an axis. */
  argmin(): number;
  /** The same along an axis. */
  argmin(axis: number): NDArray<Int32Array>;
  argmin(axis?: number): number | NDArray<Int32Array> {
    if (axis === undefined) return placeOfExtreme(this, "argmin", -1);
    return new NDArray(...placesOfExtremes(this, "argmin", -1, axis));
  }

  /** Where the largest element stands in `data`, or along an axis. */
  argmax(): number;
  /** The same along an axis. */
  argmax(axis: number): NDArray<Int32Array>;
  argmax(axis?: number): number | NDArray<Int32Array> {
    if (axis === undefined) return placeOfExtreme(this, "argmax", 1);
    return new NDArray(...placesOfExtremes(this, "argmax", 1, axis));
  }

  /** True when shape, kind of values and values are the same; NaN equals NaN. */
  equals(other: NDArray<ArrayData>): boolean {
    if (this.shape.length !== other.shape.length || !this.shape.every((n, i) => n === other.shape[i])) return false;
    const a: ArrayData = this.data;
    const b: ArrayData = other.data;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && !(a[i] !== a[i] && b[i] !== b[i])) return false;
    return true;
  }

  /** The array itself: so that what works with chunked arrays, which have to be computed, works with others too. */
  compute(): Promise<this> {
    return Promise.resolve(this);
  }

  /** Nested lists of the elements, one level an axis. Booleans come as booleans. */
  // deno-lint-ignore no-explicit-any -- how deep it nests is known only at run time
  toArray(): any {
    const values: unknown[] = this.dtype === "bool"
      ? Array.from(this.data as Uint8Array, Boolean)
      : Array.from(this.data as ArrayLike<unknown>);
    const nest = (axis: number, offset: number): unknown => {
      if (axis === this.shape.length) return values[offset];
      const n = this.shape[axis];
      const stride = sizeOf(this.shape.slice(axis + 1));
      if (axis === this.shape.length - 1) return values.slice(offset, offset + n);
      return Array.from({ length: n }, (_, i) => nest(axis + 1, offset + i * stride));
    };
    return nest(0, 0);
  }

  /** The elements of a one-axis array in order; with more axes, the entries of the first as views. */
  *[Symbol.iterator](): IterableIterator<ElementOf<D> | NDArray<D>> {
    if (this.shape.length === 1) { for (const v of this.data) yield v as ElementOf<D>; }
    else for (let i = 0; i < this.length; i++) yield this.row(i);
  }

  /** What JSON.stringify writes: the nested lists. */
  toJSON(): unknown {
    return this.toArray();
  }

  /** Kind, shape and values, long arrays cut in the middle. */
  toString(): string {
    return formatArray(this);
  }

  /** How the console shows it. */
  [Symbol.for("Deno.customInspect")](): string {
    return formatArray(this);
  }

  /** A table for notebooks. */
  toHTML(): string {
    return arrayToHTML(this);
  }

  /** How a notebook shows it. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": this.toHTML() };
  }
}

function view<D extends ArrayData>(array: NDArray<D>, start: number, stop: number, shape: number[]): NDArray<D> {
  const data: ArrayData = array.data;
  const part = Array.isArray(data) ? data.slice(start, stop) : data.subarray(start, stop);
  return new NDArray(part as D, shape, array.dtype);
}
