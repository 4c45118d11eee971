import { type Delayed, registerInternals } from "../../actors/mod.ts";
import type { Table } from "../array/mod.ts";
import { FileFormatError, parquetRows, readCsv, type ReadCsvOptions, readParquet } from "../io/mod.ts";
import { clientInForce } from "../parallel/mod.ts";
import { type AnyArray, checkBlock, newArray } from "./block.ts";
import { normalizeChunks } from "./chunks.ts";
import { ChunkedArray } from "./chunked_array.ts";
import type { CreateOptions } from "./creation.ts";
import { delimiterByte, type NumberLines, readNumberLines } from "./csv_numbers.ts";
import { mayRead, pathOf, readInto } from "./files.ts";
import { call, gridOf } from "./grid.ts";

/** Bytes of a CSV file that become a block. */
const BLOCK_BYTES = 32e6;

/** Bytes of text that become numbers at a time: text takes many times its bytes. */
const PIECE_BYTES = 1 << 20;

/** Values of a Parquet file that are unpacked at a time. */
const PIECE_VALUES = 1 << 20;

/** A table of numbers as a block. */
function numbers(table: Table, where: string): AnyArray {
  const array = table.toNDArray(where);
  return array.dtype === "float64" ? array : checkBlock(array, { shape: [NaN, NaN], dtype: "float64" }, where);
}

/** The bytes of the lines that begin in a part of a file. */
function linesOf(path: string, start: number, end: number, size: number): Uint8Array {
  // A line that begins here is read to its end, and one that began before belongs to the part before.
  const from = Math.max(0, start - 1);
  let length = end - from, bytes: Uint8Array, last: number;
  do {
    length = Math.min(size - from, length + 65_536);
    bytes = new Uint8Array(length);
    readInto(path, from, bytes);
    last = bytes.indexOf(10, end - 1 - from);
  } while (last < 0 && from + length < size);
  const first = start === 0 ? 0 : bytes.indexOf(10) + 1;
  const stop = end >= size || last < 0 ? length : last + 1;
  const none = first >= stop || (start > 0 && first === 0) || from + first >= end;
  return none ? bytes.subarray(0, 0) : bytes.subarray(first, stop);
}

/** Where the rows begin at the beginning of a file. */
function afterHead(bytes: Uint8Array, { skipRows = 0, header = true, comment }: ReadCsvOptions): number {
  const lineFrom = (at: number): number => {
    const end = bytes.indexOf(10, at);
    return end < 0 ? bytes.length : end + 1;
  };
  let at = 0;
  for (let i = 0; i < skipRows; i++) at = lineFrom(at);
  if (header !== true) return at;
  const text = new TextDecoder();
  for (let passed = true; passed && at < bytes.length;) {
    const next = lineFrom(at);
    const line = text.decode(bytes.subarray(at, next)).trim();
    passed = line === "" || (typeof comment === "string" && line.startsWith(comment));
    at = next;
  }
  return at;
}

/** The lines of a part of a CSV file: those that begin in it. */
export function readCsvPart(
  path: string,
  start: number,
  end: number,
  size: number,
  names: readonly string[],
  options: ReadCsvOptions,
): Promise<AnyArray> {
  return mayRead(path, async () => {
    const whole = linesOf(path, start, end, size);
    const bytes = start === 0 ? whole.subarray(afterHead(whole, options)) : whole;
    const { columns = names, delimiter = ",", comment, encoding, types, missing } = options;
    const byte = delimiterByte(delimiter);
    const others = [comment ?? undefined, encoding, types, missing].some((option) => option !== undefined);
    const plain: NumberLines | undefined = byte === undefined || others
      ? undefined
      : { delimiter: byte, places: Int32Array.from(names, (name) => columns.indexOf(name)), width: columns.length };
    let rows = 1;
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) rows++;
    const out = newArray("float64", [rows, columns.length]);
    let row = 0;
    for (let at = 0; at < bytes.length;) {
      const cut = bytes.indexOf(10, Math.min(bytes.length, at + PIECE_BYTES) - 1);
      const piece = bytes.subarray(at, cut < 0 ? bytes.length : cut + 1);
      at += piece.length;
      const after = plain === undefined ? -1 : readNumberLines(piece, plain, out.data as Float64Array, row);
      if (after >= 0) {
        row = after;
        continue;
      }
      const table = await readCsv(piece, { ...options, header: names, skipRows: 0 });
      const part = numbers(table, `${path}, bytes ${start} to ${end}`);
      (out.data as Float64Array).set(part.data as Float64Array, row * columns.length);
      row += part.length;
    }
    return out.slice(0, row);
  });
}

/** Rows of a Parquet file. They are read by the file's own parts, some columns at a time. */
export function readParquetPart(
  path: string,
  columns: readonly string[],
  groups: readonly number[],
  rowStart: number,
  rowEnd: number,
): Promise<AnyArray> {
  return mayRead(path, async () => {
    const width = columns.length;
    const out = newArray("float64", [rowEnd - rowStart, width]);
    const data = out.data as Float64Array;
    let group = 0;
    for (const rows of groups) {
      const from = Math.max(rowStart, group), to = Math.min(rowEnd, group + rows);
      group += rows;
      if (from >= to) continue;
      const some = Math.max(1, Math.floor(PIECE_VALUES / rows));
      for (let j = 0; j < width; j += some) {
        const table = await readParquet(path, { columns: columns.slice(j, j + some), rowStart: from, rowEnd: to });
        const part = numbers(table, `${path}, rows ${from} to ${to}`);
        const values = part.data as Float64Array, own = part.shape[1];
        for (let i = 0; i < part.length; i++) {
          for (let k = 0; k < own; k++) data[(from - rowStart + i) * width + j + k] = values[i * own + k];
        }
      }
    }
    return out;
  });
}

registerInternals({ readCsvPart, readParquetPart });

/** How {@linkcode fromCsv} reads: as `readCsv`, and by parts. */
export interface FromCsvOptions extends Omit<ReadCsvOptions, "nRows">, Pick<CreateOptions, "client"> {
  /** Bytes of a file that become a block; 32 MB if left out. */
  readonly blockBytes?: number;
}

/**
 * The numbers of CSV files, one after the other, as a table of which the lengths of blocks are not known before. The workers read them, part by part: they
 * must see the same files, and may (`allowRead`). Line breaks inside of quotes do not work.
 *
 * @param source a path or file: URL, or several whose columns are the same
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 * const directory = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${directory}/a.csv`, "age,size\n31,1.7\n45,1.8\n");
 * await using client = await Client.local({ allowRead: [directory] });
 * const X = await chunked.fromCsv(`${directory}/a.csv`);
 * (await X.mean(0).compute()).toArray(); // [38, 1.75]
 * ```
 */
export async function fromCsv(
  source: string | URL | readonly (string | URL)[],
  options: FromCsvOptions = {},
): Promise<ChunkedArray<Float64Array>> {
  const { client = clientInForce(), blockBytes = BLOCK_BYTES, ...rest } = options;
  const paths = ((Array.isArray(source) ? source : [source]) as readonly (string | URL)[]).map(pathOf);
  if (paths.length === 0) throw new FileFormatError("fromCsv(): no files");
  if (!(blockBytes >= 1)) throw new RangeError(`fromCsv(): blockBytes must be positive, got ${blockBytes}`);
  const names = await namesOf(paths[0], rest);
  for (const path of paths.slice(1)) {
    const others = await namesOf(path, rest);
    if (others.join("\n") === names.join("\n")) continue;
    throw new FileFormatError(
      `fromCsv(): ${path} has columns ${others.join(", ")}; ${paths[0]} has ${names.join(", ")}`,
    );
  }
  const width = rest.columns?.length ?? names.length;
  const nodes = paths.flatMap((path) => {
    const { size } = Deno.statSync(path);
    const count = Math.max(1, Math.ceil(size / blockBytes));
    const bound = (i: number): number => Math.floor(size * i / count);
    return Array.from({ length: count }, (_, i) => {
      const part = call(client, readCsvPart, path, bound(i), bound(i + 1), size, names, rest);
      return call(
        client,
        checkBlock,
        part,
        { shape: [NaN, width], dtype: "float64" },
        `${path}, part ${i} of ${count}`,
      );
    });
  });
  return new ChunkedArray(gridOf(client, [nodes.map(() => NaN), [width]], "float64", nodes));
}

/** The names of the columns, from the beginning of a file. */
async function namesOf(path: string, options: Omit<FromCsvOptions, "client" | "blockBytes">): Promise<string[]> {
  const { size } = Deno.statSync(path);
  const bytes = new Uint8Array(Math.min(size, 1 << 20));
  readInto(path, 0, bytes);
  const end = bytes.length < size ? bytes.lastIndexOf(10) + 1 : bytes.length;
  const { columns, types: _, ...rest } = options;
  const table = await readCsv(bytes.subarray(0, end), { ...rest, nRows: 1 });
  // Throws where there are none of these names.
  if (columns !== undefined) table.select(columns);
  return table.names;
}

/** How {@linkcode fromParquet} reads. */
export interface FromParquetOptions extends CreateOptions {
  /** Only these columns, in this order. */
  readonly columns?: readonly string[];
}

/**
 * The numbers of Parquet files, one after the other, as a table. The workers read them, block by block: they must see the same files, and may (`allowRead`).
 *
 * @param source a path or file: URL, or several whose columns are the same
 * @param options the first of `chunks` says how rows are cut, within each file
 *
 * @example
 * ```ts ignore
 * await using client = await Client.local({ allowRead: ["/data"] });
 * const X = await chunked.fromParquet(["/data/a.parquet", "/data/b.parquet"], { columns: ["age", "size"] });
 * ```
 */
export async function fromParquet(
  source: string | URL | readonly (string | URL)[],
  options: FromParquetOptions = {},
): Promise<ChunkedArray<Float64Array>> {
  const { client = clientInForce(), columns, chunks = "auto" } = options;
  const paths = ((Array.isArray(source) ? source : [source]) as readonly (string | URL)[]).map(pathOf);
  if (paths.length === 0) throw new FileFormatError("fromParquet(): no files");
  const lengths: number[] = [], nodes: Delayed<AnyArray>[] = [];
  let width = 0;
  for (const path of paths) {
    const { rows, groups, names } = await parquetRows(path);
    const wanted = columns ?? names;
    width = wanted.length;
    const spec = typeof chunks === "object" ? chunks[0] : chunks;
    const [cut] = normalizeChunks([spec, -1], [rows, width], "float64", "fromParquet()");
    let at = 0;
    for (const n of cut) {
      const part = call(client, readParquetPart, path, wanted, groups, at, at + n);
      nodes.push(call(client, checkBlock, part, { shape: [n, width], dtype: "float64" }, `${path}, rows from ${at}`));
      lengths.push(n);
      at += n;
    }
  }
  return new ChunkedArray(gridOf(client, [lengths, [width]], "float64", nodes));
}
