import { type Cell, type Column, Table } from "../array/mod.ts";
import {
  bool,
  checkOptionNames,
  checkParameters,
  either,
  InvalidParameterError,
  oneOf,
  type ParameterRule,
} from "../utils/mod.ts";
import { distinctNames, pickNames, tableOf } from "./columns.ts";
import { FileFormatError } from "./errors.ts";
import { bytesOf, type FileSource, nameOf } from "./source.ts";

/** What a column of text is read as. */
export type CsvColumnType = "number" | "string" | "boolean";

/** How {@linkcode readCsv} reads. */
export interface ReadCsvOptions {
  /** What stands between fields; "," if left out. */
  delimiter?: string;
  /** What stands around fields with delimiters in them; '"' if left out, null for nothing. */
  quote?: string | null;
  /** What lines that are passed over begin with; null, for none, if left out. */
  comment?: string | null;
  /** Whether the first line holds the names, if left out; false for columns c0, c1, …; a list gives the names. */
  header?: boolean | readonly string[];
  /** Only these columns, in this order. */
  columns?: readonly string[];
  /** What columns are read as, by name; by what they hold where left out. */
  types?: Readonly<Record<string, CsvColumnType>>;
  /** What stands for a missing value; the empty field, NA, N/A, NaN, nan, null and NULL if left out. */
  missing?: readonly string[];
  /** Lines passed over at the start; 0 if left out. */
  skipRows?: number;
  /** Rows at most; null, all, if left out. */
  nRows?: number | null;
  /** How the bytes spell text, by a name that TextDecoder knows; "utf-8" if left out. */
  encoding?: string;
}

const OPTIONS: readonly (keyof ReadCsvOptions)[] = [
  "delimiter",
  "quote",
  "comment",
  "header",
  "columns",
  "types",
  "missing",
  "skipRows",
  "nRows",
  "encoding",
];
const MISSING: readonly string[] = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"];
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|inf|Inf|Infinity)\s*$/;
const WHOLE = /^\s*[+-]?\d+\s*$/;
const text: ParameterRule = { expected: "text", test: (v) => typeof v === "string" && v !== "" };
const count: ParameterRule = {
  expected: "a whole number at least 0",
  test: (v) => Number.isInteger(v) && v as number >= 0,
};

/**
 * A table of a file of comma-separated values. A column of which all fields are numbers becomes numbers, of `true` and
 * `false` (in any case) booleans, and else text. Whole numbers too long for a float64 stay text, for they are names.
 *
 * The form is RFC 4180's. Names ending in .gz are unpacked.
 *
 * @param source a path, a file: URL, or the bytes
 * @param options how
 * @throws {FileFormatError} when a line has more or fewer fields than the ones before, or a field is not what `types` says
 *
 * @example
 * ```ts
 * import { readCsv } from "@troupe/troupe";
 * const bytes = new TextEncoder().encode("age,city\n30,Oslo\n,Rome\n");
 * const table = await readCsv(bytes);
 * table.names; // ["age", "city"]
 * table.column("age"); // Float64Array [30, NaN]
 * ```
 */
export async function readCsv(source: FileSource, options: ReadCsvOptions = {}): Promise<Table> {
  checkOptions(options);
  const where = `readCsv(${nameOf(source)})`;
  const bytes = await bytesOf(source);
  let content: string;
  try {
    content = new TextDecoder(options.encoding ?? "utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new FileFormatError(`${where}: its bytes are no ${options.encoding ?? "utf-8"} text; see { encoding }`, {
      cause: error,
    });
  }
  const rows = await parse(content, options, where);
  const { header = true, missing = MISSING, types = {} } = options;
  const names = distinctNames(namesOf(rows, header, where));
  const wanted = pickNames(names, options.columns, where);
  for (const name of Object.keys(types)) pickNames(names, [name], `${where}: types`);
  const gone = new Set(missing);
  const columns = wanted.map((name): Column => {
    const j = names.indexOf(name);
    const fields = rows.map((row) => gone.has(row[j]) ? null : row[j]);
    return columnOf(fields, types[name], `${where}: column ${JSON.stringify(name)}`);
  });
  return columns.length > 0 && columns[0].length === 0 ? emptyTable(wanted) : tableOf(wanted, columns);
}

function checkOptions(options: ReadCsvOptions): void {
  checkOptionNames("readCsv", options, OPTIONS);
  const { header = true, nRows = null, ...rest } = options;
  checkParameters("readCsv", { nRows, ...rest, header }, {
    header: either(bool, { expected: "a list of names", test: (v) => Array.isArray(v) }),
    nRows: either(oneOf(null), count),
    ...rest.delimiter === undefined ? {} : { delimiter: text },
    ...rest.skipRows === undefined ? {} : { skipRows: count },
  });
  for (const [name, type] of Object.entries(options.types ?? {})) {
    if (!["number", "string", "boolean"].includes(type)) {
      throw new InvalidParameterError(`readCsv: types: ${name} must be "number", "string" or "boolean", got ${type}`);
    }
  }
}

/** The fields of all rows, the header's first where there is one. */
async function parse(content: string, options: ReadCsvOptions, where: string): Promise<string[][]> {
  const { parse } = await import("csv-parse/sync");
  const { delimiter = ",", quote = '"', comment = null, header = true, nRows = null, skipRows = 0 } = options;
  try {
    return parse(content, {
      bom: true,
      delimiter,
      quote: quote ?? false,
      comment: comment ?? undefined,
      from_line: skipRows + 1,
      skip_empty_lines: true,
      ...nRows === null ? {} : { to: nRows + (header === true ? 1 : 0) },
    }) as string[][];
  } catch (error) {
    throw new FileFormatError(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

/** The names of the columns; the header is taken off the rows. */
function namesOf(rows: string[][], header: boolean | readonly string[], where: string): string[] {
  if (header === true) {
    const names = rows.shift();
    if (names === undefined) throw new FileFormatError(`${where}: it is empty; there is not even a header`);
    return names;
  }
  const width = rows.length === 0 ? 0 : rows[0].length;
  if (header === false) return Array.from({ length: width }, (_, j) => `c${j}`);
  if (rows.length > 0 && header.length !== width) {
    throw new FileFormatError(`${where}: ${header.length} names in header for ${width} columns`);
  }
  return [...header];
}

/** What fields of a column become. */
function columnOf(fields: readonly (string | null)[], type: CsvColumnType | undefined, where: string): Column {
  const seen = fields.filter((v) => v !== null);
  const wrong = (at: (v: string) => boolean): void => {
    const i = fields.findIndex((v) => v !== null && !at(v));
    if (i >= 0) throw new FileFormatError(`${where}: ${JSON.stringify(fields[i])} in row ${i} is no ${type}`);
  };
  const isNumber = (v: string): boolean => NUMBER.test(v);
  const isBoolean = (v: string): boolean => /^\s*(?:true|false)\s*$/i.test(v);
  if (type === "number" || (type === undefined && seen.every(isNumber) && !seen.some(isName))) {
    if (type === "number") wrong(isNumber);
    return Float64Array.from(fields, (v) => v === null ? NaN : Number(v.replace(/inf$/i, "Infinity")));
  }
  if (type === "boolean" || (type === undefined && seen.length > 0 && seen.every(isBoolean))) {
    if (type === "boolean") wrong(isBoolean);
    return fields.map((v): Cell => v === null ? null : /true/i.test(v));
  }
  return [...fields];
}

/** A whole number that a float64 cannot hold. */
function isName(v: string): boolean {
  return v.length > 15 && WHOLE.test(v) && !Number.isSafeInteger(Number(v));
}

/** Columns without rows: of numbers, as nothing says otherwise. */
function emptyTable(names: readonly string[]): Table {
  return new Table(names.map((name) => [name, new Float64Array(0)] as const));
}
