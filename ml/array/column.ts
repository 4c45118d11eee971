import { type ArrayData, dtypeOf, type NumericData } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { NDArray } from "./nd_array.ts";

/** One value of a column that is not all numbers; null (or NaN) stands for a missing one. */
export type Cell = number | string | boolean | null;

/** A column: numbers in a typed array (NaN stands for a missing one), or a list of whatever cells there are. */
export type Column = NumericData | Cell[];

/** What a column is made of. */
export type ColumnLike = NDArray<ArrayData> | ArrayData | readonly (Cell | bigint | undefined)[];

/** What kind of values a column has. "mixed" is text and numbers (or booleans) in one. */
export type ColumnKind = "number" | "string" | "boolean" | "mixed";

/**
 * Makes a column of what is given: numbers go into a typed array, everything else stays a list.
 *
 * @param name what errors call it
 * @throws {ShapeError} when an array has not one axis
 * @throws {DTypeError} when it is no list, or an element is no number, text, boolean or null, naming its place
 *
 * @example
 * ```ts
 * import { toColumn } from "@troupe/troupe";
 * toColumn([1, 2, 3]); // Float64Array [1, 2, 3]
 * toColumn(["a", null, 3]); // ["a", null, 3]
 * ```
 */
export function toColumn(values: ColumnLike, name = "column"): Column {
  if (values instanceof NDArray) {
    if (values.ndim !== 1) throw new ShapeError(`${name}: a column has one axis, got [${values.shape.join(", ")}]`);
    return values.dtype === "bool" ? Array.from(values.data as Uint8Array, Boolean) : toColumn(values.data, name);
  }
  if (values instanceof BigInt64Array) return Float64Array.from(values, Number);
  if (ArrayBuffer.isView(values)) {
    if (dtypeOf(values) === undefined) {
      throw new DTypeError(`${name}: cannot make a column of a ${(values as object).constructor.name}`);
    }
    return values as NumericData;
  }
  if (!Array.isArray(values)) throw new DTypeError(`${name}: expected a list or a typed array, got ${typeof values}`);
  let numbers = values.length > 0;
  let missing = 0;
  for (let i = 0; i < values.length; i++) {
    const v: unknown = values[i];
    const kind = typeof v;
    if (v === null || v === undefined) missing++;
    else if (kind === "string" || kind === "boolean") numbers = false;
    else if (kind !== "number" && kind !== "bigint") {
      throw new DTypeError(`${name}[${i}] is ${kind === "object" ? "an object" : `a ${kind}`}, expected a cell`);
    }
  }
  // A column of nothing but null says nothing of its kind: it stays a list.
  if (numbers && missing < values.length) {
    return Float64Array.from(values, (v: unknown) => v === null || v === undefined ? NaN : Number(v));
  }
  return values.map((v: unknown) => v === undefined ? null : typeof v === "bigint" ? Number(v) : v as Cell);
}

/**
 * What kind of values a column has; missing ones count for nothing.
 *
 * @example
 * ```ts
 * import { kindOf } from "@troupe/troupe";
 * kindOf(["a", null]); // "string"
 * kindOf(["a", 1]); // "mixed"
 * ```
 */
export function kindOf(column: Column): ColumnKind {
  if (!Array.isArray(column)) return "number";
  const kinds = new Set<ColumnKind>();
  for (const v of column) {
    if (v === null || v !== v) continue;
    kinds.add(typeof v as ColumnKind);
  }
  if (kinds.size > 1) return "mixed";
  return kinds.values().next().value ?? "string";
}

/** Whether it is a list of cells, such as a row. */
export function isList(x: unknown): boolean {
  return Array.isArray(x) || (ArrayBuffer.isView(x) && "length" in x) || x instanceof NDArray;
}
