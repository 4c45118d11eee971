import type { Column, Table } from "../array/mod.ts";
import { checkOptionNames } from "../utils/mod.ts";
import { checkArrow, isArrowFile } from "./arrow_check.ts";
import { distinctNames, joinParts, pickNames, tableOf } from "./columns.ts";
import { FileFormatError } from "./errors.ts";
import { bytesOf, type FileSource, nameOf } from "./source.ts";

/** How {@linkcode readArrow} reads. */
export interface ReadArrowOptions {
  /** Only these columns, in this order. */
  columns?: readonly string[];
}

/** What is used of a vector of the Arrow library. */
interface ArrowVector {
  readonly nullCount: number;
  readonly type: { toString(): string };
  readonly data: readonly unknown[];
  toArray(): ArrayLike<unknown>;
  [Symbol.iterator](): Iterator<unknown>;
}

/**
 * A table of an Apache Arrow file (IPC, the file or the stream form; Feather version 2 is the same). Columns of numbers
 * without gaps are laid over the file's bytes, not copied. 64-bit integers become numbers, dates and times milliseconds
 * since 1970.
 *
 * Source: Apache Arrow Columnar Format 1.5.
 *
 * @param source a path, a file: URL, or the bytes
 * @param options how
 * @throws {FileFormatError} when it is no such file, or a column holds lists or records
 *
 * @example
 * ```ts ignore
 * import { readArrow } from "@troupe/troupe";
 * const X = (await readArrow("samples.arrow", { columns: ["a", "b"] })).toNDArray();
 * ```
 */
export async function readArrow(source: FileSource, options: ReadArrowOptions = {}): Promise<Table> {
  checkOptionNames("readArrow", options, ["columns"]);
  const where = `readArrow(${nameOf(source)})`;
  const bytes = await bytesOf(source);
  const { tableFromIPC } = await import("apache-arrow");
  let names: string[];
  let vectors: ArrowVector[];
  try {
    checkArrow(bytes);
    const table = tableFromIPC(bytes);
    names = distinctNames(table.schema.fields.map((field: { name: string }) => field.name));
    vectors = names.map((_, j) => table.getChildAt(j) as unknown as ArrowVector);
    if (names.length === 0 && !looksLikeArrow(bytes)) throw new TypeError("it has no columns");
  } catch (error) {
    throw new FileFormatError(`${where}: no Arrow file: ${(error as Error).message}`, { cause: error });
  }
  const wanted = pickNames(names, options.columns, where);
  const columns = wanted.map((name): Column => {
    const vector = vectors[names.indexOf(name)];
    try {
      return columnOf(vector, `${where}: column ${JSON.stringify(name)}`);
    } catch (error) {
      if (error instanceof FileFormatError) throw error;
      throw new FileFormatError(`${where}: column ${JSON.stringify(name)} is damaged`, { cause: error });
    }
  });
  return tableOf(wanted, columns);
}

function looksLikeArrow(bytes: Uint8Array): boolean {
  return isArrowFile(bytes) || bytes[0] === 0xff;
}

const PLAIN = /^(?:Float(?:32|64)|U?int(?:8|16|32))$/i;

function columnOf(vector: ArrowVector, where: string): Column {
  const type = vector.type.toString();
  if (PLAIN.test(type) && vector.nullCount === 0 && vector.data.length > 0) {
    return joinParts([vector.toArray()], where);
  }
  return joinParts([Array.from(vector)], where);
}
