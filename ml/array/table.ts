import { type Cell, type Column, type ColumnKind, type ColumnLike, isList, kindOf, toColumn } from "./column.ts";
import type { NumericData } from "./dtype.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { escapeHTML } from "./inspect.ts";
import { NDArray } from "./nd_array.ts";

/**
 * Named columns of the same length, each of numbers, text or booleans: what files give, and what
 * {@linkcode ColumnTransformer} picks its columns from. Estimators take it wherever they take X, as long as the columns
 * they see are of one kind, and remember the names in `featureNamesIn_`.
 *
 * @example
 * ```ts
 * import { Table } from "@troupe/troupe";
 * const people = new Table({ age: [30, 41], city: ["Oslo", "Rome"] });
 * people.select(["age"]).toNDArray().toArray(); // [[30], [41]]
 * ```
 */
export class Table {
  /** The names of the columns, in order. */
  readonly names: string[];
  /** The columns, in the order of the names. */
  readonly columns: Column[];
  /** Number of rows and of columns. */
  readonly shape: number[];
  /** Whether the names mean something; false where they only number the columns of an array or of rows without names. */
  readonly named: boolean;

  /**
   * A table of columns.
   *
   * @param columns columns by name, or pairs of name and column; typed arrays are not copied
   * @param named false when the names only number the columns; true if left out
   * @throws {ShapeError} when columns differ in length, or two have the same name
   * @throws {DTypeError} when a column holds what is no number, text, boolean or null
   */
  constructor(
    columns: Readonly<Record<string, ColumnLike>> | readonly (readonly [string, ColumnLike])[],
    named = true,
  ) {
    this.named = named;
    if (typeof columns !== "object" || columns === null) {
      throw new ShapeError(`Table: columns must be lists by name, got ${columns === null ? "null" : typeof columns}`);
    }
    if (Array.isArray(columns) && !columns.every((pair) => Array.isArray(pair))) {
      throw new ShapeError("Table: a list of columns must hold pairs of a name and a column");
    }
    const entries = Array.isArray(columns) ? columns : Object.entries(columns);
    this.names = entries.map(([name]) => String(name));
    this.columns = entries.map(([name, values]) => toColumn(values, `Table: column ${JSON.stringify(name)}`));
    const rows = this.columns.length === 0 ? 0 : this.columns[0].length;
    for (const [j, column] of this.columns.entries()) {
      if (column.length !== rows) {
        throw new ShapeError(
          `Table: column ${JSON.stringify(this.names[j])} has ${column.length} rows, ` +
            `${JSON.stringify(this.names[0])} has ${rows}`,
        );
      }
      if (this.names.indexOf(this.names[j]) !== j) {
        throw new ShapeError(`Table: two columns are called ${JSON.stringify(this.names[j])}`);
      }
    }
    this.shape = [rows, this.columns.length];
  }

  /**
   * A table of rows.
   *
   * @param rows lists of cells, or objects with the columns' names as keys
   * @param names names of the columns; if left out, the keys of the first object, or x0, x1, …
   * @throws {ShapeError} when a row is of another kind or length than the first, or two names are the same
   * @throws {DTypeError} when a cell is no number, text, boolean or null
   */
  static fromRows(
    rows: readonly (ArrayLike<unknown> | Readonly<Record<string, unknown>>)[],
    names?: readonly string[],
  ): Table {
    const lists = rows.length === 0 || isList(rows[0]);
    const width = lists && rows.length > 0 ? (rows[0] as ArrayLike<unknown>).length : 0;
    const keys = names ?? (lists ? Array.from({ length: width }, (_, j) => `x${j}`) : Object.keys(rows[0]));
    const columns = keys.map((): (Cell | undefined)[] => new Array(rows.length));
    for (const [i, row] of rows.entries()) {
      if (isList(row) !== lists) throw new ShapeError(`Table.fromRows(): row ${i} is of another kind than row 0`);
      if (lists && (row as ArrayLike<unknown>).length !== keys.length) {
        throw new ShapeError(
          `Table.fromRows(): row ${i} has ${(row as ArrayLike<unknown>).length} cells, not ${keys.length}`,
        );
      }
      for (const [j, key] of keys.entries()) {
        columns[j][i] = (lists ? (row as ArrayLike<unknown>)[j] : (row as Record<string, unknown>)[key]) as Cell;
      }
    }
    return new Table(keys.map((key, j) => [key, columns[j]] as const), names !== undefined || !lists);
  }

  /** Number of rows. */
  get length(): number {
    return this.shape[0];
  }

  /** The kind of each column, in order. */
  get kinds(): ColumnKind[] {
    return this.columns.map(kindOf);
  }

  /** Bytes of the columns; two a character of text. */
  get nbytes(): number {
    let bytes = 0;
    for (const column of this.columns) {
      if (!Array.isArray(column)) bytes += column.byteLength;
      else for (const v of column) bytes += typeof v === "string" ? 2 * v.length : 8;
    }
    return bytes;
  }

  /**
   * The number of a column by name, or by number (negative from the end).
   *
   * @throws {ShapeError} when there is no such column
   */
  indexOf(column: string | number): number {
    const m = this.shape[1];
    const at = typeof column === "string" ? this.names.indexOf(column) : column < 0 ? column + m : column;
    if (!(at >= 0 && at < m && Number.isInteger(at))) {
      throw new ShapeError(`Table: no column ${JSON.stringify(column)}; there are ${this.names.join(", ") || "none"}`);
    }
    return at;
  }

  /**
   * A column by name or number.
   *
   * @throws {ShapeError} when there is no such column
   */
  column(column: string | number): Column {
    return this.columns[this.indexOf(column)];
  }

  /**
   * A table of some columns, in this order, sharing their data.
   *
   * @throws {ShapeError} when there is no such column
   */
  select(columns: readonly (string | number)[]): Table {
    const at = columns.map((c) => this.indexOf(c));
    return this.of(at.map((j) => this.names[j]), at.map((j) => this.columns[j]), this.shape[0]);
  }

  /**
   * A table without some columns.
   *
   * @throws {ShapeError} when there is no such column
   */
  drop(columns: readonly (string | number)[]): Table {
    const gone = new Set(columns.map((c) => this.indexOf(c)));
    return this.select(this.names.map((_, j) => j).filter((j) => !gone.has(j)));
  }

  /** Rows `start` to `stop` (not included); negative bounds count from the end. Columns of numbers are views. */
  slice(start = 0, stop: number = this.length): Table {
    const n = this.length;
    const from = Math.min(n, Math.max(0, start < 0 ? start + n : start));
    const to = Math.max(from, Math.min(n, stop < 0 ? stop + n : stop));
    const columns = this.columns.map((c) => Array.isArray(c) ? c.slice(from, to) : c.subarray(from, to));
    return this.of(this.names, columns, to - from);
  }

  /**
   * The rows with these numbers, in this order, as a copy.
   *
   * @throws {ShapeError} when a number is out of bounds; negative ones are
   */
  take(indices: ArrayLike<number>): Table {
    const n = this.length;
    for (let k = 0; k < indices.length; k++) {
      if (!(indices[k] >= 0 && indices[k] < n)) {
        throw new ShapeError(`Table.take(): ${indices[k]} is out of bounds for ${n} rows`);
      }
    }
    const columns = this.columns.map((column): Column => {
      if (Array.isArray(column)) return Array.from(indices, (i) => column[i]);
      const out = new (column.constructor as new (n: number) => NumericData)(indices.length);
      for (let k = 0; k < indices.length; k++) out[k] = column[indices[k]];
      return out;
    });
    return this.of(this.names, columns, indices.length);
  }

  /** Columns that are known to be right. */
  private of(names: readonly string[], columns: readonly Column[], rows: number): Table {
    const out = new Table({}, this.named);
    (out as { names: string[] }).names = [...names];
    (out as { columns: Column[] }).columns = [...columns];
    (out as { shape: number[] }).shape = [rows, columns.length];
    return out;
  }

  /**
   * One row as a list of cells.
   *
   * @throws {ShapeError} when `i` is out of bounds
   */
  row(i: number): Cell[] {
    const at = i < 0 ? i + this.length : i;
    if (!(at >= 0 && at < this.length)) {
      throw new ShapeError(`Table.row(): ${i} is out of bounds for ${this.length} rows`);
    }
    return this.columns.map((column) => column[at]);
  }

  /** The rows as lists of cells. */
  toArray(): Cell[][] {
    return Array.from({ length: this.length }, (_, i) => this.row(i));
  }

  /**
   * The table as an array: float64 where all columns are numbers or booleans (missing ones become NaN), text where all
   * are text.
   *
   * @throws {DTypeError} when there are both, naming the first column of text
   */
  toNDArray(name = "Table"): NDArray<Float64Array | string[]> {
    const [n, m] = this.shape;
    const kinds = this.kinds;
    if (m > 0 && kinds.every((k) => k === "string")) {
      const out = new Array<string>(n * m);
      for (let j = 0; j < m; j++) {
        const column = this.columns[j];
        for (let i = 0; i < n; i++) {
          if (typeof column[i] !== "string") {
            throw new DTypeError(`${name}: column ${JSON.stringify(this.names[j])} misses a value in row ${i}`);
          }
          out[i * m + j] = column[i] as string;
        }
      }
      return new NDArray(out, [n, m]);
    }
    const text = kinds.findIndex((k) => k === "string" || k === "mixed");
    if (text >= 0) {
      throw new DTypeError(
        `${name}: column ${JSON.stringify(this.names[text])} holds text; pick columns of numbers, or encode it first ` +
          "(OneHotEncoder, OrdinalEncoder, ColumnTransformer)",
      );
    }
    const out = new Float64Array(n * m);
    for (let j = 0; j < m; j++) {
      const column = this.columns[j];
      if (!Array.isArray(column)) { for (let i = 0, at = j; i < n; i++, at += m) out[at] = column[i]; }
      else for (let i = 0, at = j; i < n; i++, at += m) out[at] = column[i] === null ? NaN : Number(column[i]);
    }
    return new NDArray(out, [n, m]);
  }

  /** What JSON.stringify writes: the columns by name. */
  toJSON(): unknown {
    return Object.fromEntries(this.names.map((name, j) => [name, Array.from(this.columns[j] as Cell[])]));
  }

  /** The first rows in columns, and how many there are. */
  toString(): string {
    const head = `Table [${this.shape.join(", ")}]`;
    const rows = shownRows(this.length);
    const cells = this.names.map((name, j) => [name, ...rows.map((i) => i < 0 ? "…" : show(this.columns[j][i]))]);
    if (cells.length === 0) return head;
    const widths = cells.map((column) => Math.max(...column.map((c) => c.length)));
    const lines = [-1, ...rows].map((_, r) => cells.map((column, j) => column[r].padStart(widths[j])).join("  "));
    return `${head}\n${lines.map((line) => `  ${line}`).join("\n")}`;
  }

  /** How the console shows it. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** A table for notebooks. */
  toHTML(): string {
    const head = this.names.map((name) => `<th>${escapeHTML(name)}</th>`).join("");
    const body = shownRows(this.length).map((i) => {
      const cells = this.columns.map((column) => `<td>${i < 0 ? "…" : escapeHTML(show(column[i]))}</td>`);
      return `<tr><th>${i < 0 ? "…" : i}</th>${cells.join("")}</tr>`;
    });
    return `<div><code>Table [${this.shape.join(", ")}]</code><table><thead><tr><th></th>${head}</tr></thead>` +
      `<tbody>${body.join("")}</tbody></table></div>`;
  }

  /** How a notebook shows it. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": this.toHTML() };
  }
}

function shownRows(n: number): number[] {
  if (n <= 20) return Array.from({ length: n }, (_, i) => i);
  return [...Array.from({ length: 10 }, (_, i) => i), -1, n - 3, n - 2, n - 1];
}

function show(v: Cell): string {
  if (typeof v === "number") {
    return Number.isInteger(v) ? String(v) : v !== v ? "nan" : String(Number(v.toPrecision(8)));
  }
  return String(v);
}
