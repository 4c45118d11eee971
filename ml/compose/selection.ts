import { type ArrayData, type ColumnKind, NDArray, Table, type TableLike, toNDArray, toTable } from "../array/mod.ts";
import {
  checkOptionNames,
  didYouMean,
  InvalidInputError,
  InvalidParameterError,
  UnknownNameError,
} from "../utils/mod.ts";

/** A range of columns by numbers, or, where X has names, by names; of names the last is taken too. */
export interface ColumnRange {
  /** The first; the very first if left out. */
  start?: number | string | null;
  /** The one after the last (a number), or the last (a name); to the end if left out. */
  stop?: number | string | null;
  /** Every how many; 1 if left out. */
  step?: number | null;
}

/** Columns: a number or a name, lists of either, a mask, a range, or a function of X that gives any of these. */
export type ColumnSelection =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | readonly boolean[]
  | ColumnRange
  // deno-lint-ignore no-explicit-any -- what X is, is the function's own concern
  | ((X: any) => Exclude<ColumnSelection, (X: unknown) => unknown>);

/** X as columns are picked from it: an array where all are of one kind, else a table. */
export function asColumns(X: TableLike, caller: string): NDArray<ArrayData> | Table {
  let out: NDArray<ArrayData> | Table;
  if (X instanceof NDArray || X instanceof Table) out = X;
  else if (Array.isArray(X) && X.some((row) => Array.isArray(row) && row.some((v) => typeof v !== "number"))) {
    out = toTable(X, `${caller}: X`);
  } else out = toNDArray(X as never, `${caller}: X`);
  if (out.shape.length !== 2) {
    throw new InvalidInputError(`${caller}: expected a 2D array for X, got shape [${out.shape.join(", ")}]`);
  }
  if (out.shape[0] < 1) throw new InvalidInputError(`${caller}: X has 0 sample(s) while a minimum of 1 is required`);
  return out;
}

/** The numbers of the columns that a selection means. */
export function resolveColumns(
  selection: ColumnSelection,
  X: NDArray<ArrayData> | Table,
  caller: string,
): number[] {
  const picked = typeof selection === "function" ? selection(X) : selection;
  const m = X.shape[1];
  const names = X instanceof Table && X.named ? X.names : undefined;
  const byName = (name: string): number => {
    if (names === undefined) {
      throw new InvalidInputError(
        `${caller}: columns can be picked by name (${name}) only where X is a Table with names`,
      );
    }
    const at = names.indexOf(name);
    if (at < 0) throw new UnknownNameError(`${caller}: no column ${JSON.stringify(name)}; ${didYouMean(name, names)}`);
    return at;
  };
  const byNumber = (j: number): number => {
    const at = j < 0 ? j + m : j;
    if (!Number.isInteger(at) || at < 0 || at >= m) {
      throw new InvalidInputError(`${caller}: no column ${j}; X has ${m}`);
    }
    return at;
  };
  const one = (c: number | string): number => typeof c === "string" ? byName(c) : byNumber(c);
  if (typeof picked === "number" || typeof picked === "string") return [one(picked)];
  if (Array.isArray(picked) || ArrayBuffer.isView(picked) || picked instanceof NDArray) {
    const list = Array.from((picked instanceof NDArray ? picked.toArray() : picked) as (number | string | boolean)[]);
    if (list.length > 0 && list.every((c) => typeof c === "boolean")) {
      if (list.length !== m) throw new InvalidInputError(`${caller}: a mask of ${list.length} columns, but X has ${m}`);
      return list.flatMap((kept, j) => kept ? [j] : []);
    }
    if (list.some((c) => typeof c !== typeof list[0] || typeof c === "boolean")) {
      throw new InvalidParameterError(`${caller}: columns must be all numbers, all names, or a mask`);
    }
    return list.map((c) => one(c as number | string));
  }
  if (typeof picked !== "object" || picked === null) {
    throw new InvalidParameterError(`${caller}: columns must be numbers, names, a mask, a range or a function`);
  }
  const { start, stop, step } = picked as ColumnRange;
  const by = step ?? 1;
  if (!Number.isInteger(by) || by === 0) {
    throw new InvalidParameterError(`${caller}: step must be a whole number, not 0`);
  }
  const bound = (c: number | string | null | undefined, whenNone: number, past: number): number => {
    if (c === null || c === undefined) return whenNone;
    if (typeof c === "string") return byName(c) + past;
    return Math.min(Math.max(c < 0 ? c + m : c, by < 0 ? -1 : 0), by < 0 ? m - 1 : m);
  };
  const out: number[] = [];
  const from = bound(start, by > 0 ? 0 : m - 1, 0);
  const to = bound(stop, by > 0 ? m : -1, by > 0 ? 1 : -1);
  for (let j = from; by > 0 ? j < to : j > to; j += by) out.push(j);
  return out;
}

/** Some columns of X, in this order. */
export function takeColumns(X: NDArray<ArrayData> | Table, columns: readonly number[]): NDArray<ArrayData> | Table {
  if (X instanceof Table) return X.select(columns);
  const [n, m] = X.shape;
  const width = columns.length;
  const from = Int32Array.from({ length: n * width }, (_, at) => Math.floor(at / width) * m + columns[at % width]);
  return X.ravel().take(from).reshape(n, width);
}

/** What {@linkcode makeColumnSelector} looks for. */
export interface ColumnSelectorOptions {
  /** Names that have this in them, or fit this. */
  pattern?: string | RegExp | null;
  /** Kinds of columns that are taken. */
  dtypeInclude?: ColumnKind | readonly ColumnKind[] | null;
  /** Kinds of columns that are not taken. */
  dtypeExclude?: ColumnKind | readonly ColumnKind[] | null;
}

/**
 * A function that picks columns of a table by their kind and their name.
 *
 * The function throws an {@linkcode InvalidInputError} when it is given no table.
 *
 * @example
 * ```ts
 * import { makeColumnSelector, Table } from "@troupe/troupe";
 * const X = new Table({ age: [1, 2], city: ["a", "b"], wage: [3, 4] });
 * makeColumnSelector({ dtypeInclude: "number", pattern: "^w" })(X); // ["wage"]
 * ```
 */
export function makeColumnSelector(options: ColumnSelectorOptions = {}): (X: Table) => string[] {
  checkOptionNames("makeColumnSelector", options, ["pattern", "dtypeInclude", "dtypeExclude"]);
  const { pattern = null, dtypeInclude = null, dtypeExclude = null } = options;
  const expression = pattern === null ? null : new RegExp(pattern);
  const listOf = (kinds: ColumnKind | readonly ColumnKind[]): readonly ColumnKind[] =>
    typeof kinds === "string" ? [kinds] : kinds;
  return (X) => {
    if (!(X instanceof Table)) throw new InvalidInputError("makeColumnSelector: X must be a Table");
    const kinds = X.kinds;
    return X.names.filter((name, j) =>
      (dtypeInclude === null || listOf(dtypeInclude).includes(kinds[j])) &&
      (dtypeExclude === null || !listOf(dtypeExclude).includes(kinds[j])) &&
      (expression === null || expression.test(name))
    );
  };
}
