import { type Cell, type Column, isList, kindOf, toColumn } from "./column.ts";
import type { ArrayData } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { NDArray } from "./nd_array.ts";
import { Table } from "./table.ts";

/**
 * A table of whatever holds rows and columns; an array's or list's columns are called x0, x1, ….
 *
 * @param x an array of two axes, a list of rows of one length, or a table, which is given back as it is
 * @param name what errors call it
 * @throws {ShapeError} when it is none of these, or rows differ in length
 * @throws {DTypeError} when a cell is no number, text, boolean or null
 *
 * @example
 * ```ts
 * import { toTable } from "@troupe/troupe";
 * toTable([["a", 1], ["b", 2]]).names; // ["x0", "x1"]
 * ```
 */
export function toTable(x: unknown, name = "input"): Table {
  if (x instanceof Table) return x;
  if (Array.isArray(x) && x.length > 0 && isList(x[0])) {
    const m = (x[0] as ArrayLike<unknown>).length;
    for (const [i, row] of x.entries()) {
      if (!isList(row)) throw new ShapeError(`${name}[${i}] is no list, but the rows before it are`);
      const length = (row as ArrayLike<unknown>).length;
      if (length !== m) throw new ShapeError(`${name}[${i}] has ${length} elements, but the ones before it have ${m}`);
    }
    // Columns say what is wrong with their cells by the input's name.
    const rows = x.map((row) => row instanceof NDArray ? row.data : row) as ArrayLike<Cell>[];
    return new Table(
      Array.from({ length: m }, (_, j) => {
        return [`x${j}`, toColumn(rows.map((row) => row[j]), `${name}: column ${j}`)] as const;
      }),
      false,
    );
  }
  const array = x instanceof NDArray
    ? x
    : typeof x === "object" && x !== null && "data" in x && "shape" in x
    ? new NDArray(x.data as ArrayData, x.shape as number[], (x as { dtype?: undefined }).dtype)
    : undefined;
  if (array === undefined || array.ndim !== 2) {
    const got = array === undefined
      ? Array.isArray(x) ? "a list that is not of rows" : x === null ? "null" : typeof x
      : `shape [${array.shape.join(", ")}]`;
    throw new ShapeError(`${name}: expected a 2D array, a list of rows or a Table, got ${got}`);
  }
  return new Table(Array.from({ length: array.shape[1] }, (_, j) => [`x${j}`, array.col(j)] as const), false);
}

/**
 * Columns as the simplest thing that holds them: an array where all are numbers, all whole text or all booleans, else a
 * table.
 *
 * @param names what the columns are called; x0, x1, … if left out
 * @throws {ShapeError} when columns are no list, or differ in length
 * @throws {DTypeError} when a cell is no number, text, boolean or null
 *
 * @example
 * ```ts
 * import { fromColumns } from "@troupe/troupe";
 * const numbers = fromColumns([Float64Array.of(1, 2), Float64Array.of(3, 4)]); // an NDArray, shape [2, 2]
 * const mixed = fromColumns([Float64Array.of(1, 2), ["a", "b"]], ["size", "name"]); // a Table
 * ```
 */
export function fromColumns(columns: readonly Column[], names?: readonly string[]): NDArray<ArrayData> | Table {
  if (!Array.isArray(columns)) {
    throw new ShapeError(`fromColumns: columns must be a list, got ${columns === null ? "null" : typeof columns}`);
  }
  const table = new Table(columns.map((column, j) => [names?.[j] ?? `x${j}`, column] as const), names !== undefined);
  if (columns.length === 0) return table;
  const kinds = new Set(columns.map((c) => Array.isArray(c) && c.some((v) => v === null || v !== v) ? "" : kindOf(c)));
  if (kinds.size !== 1 || kinds.has("mixed") || kinds.has("")) return table;
  const array = table.toNDArray();
  return kinds.has("boolean") ? array.astype("bool") : array;
}
