import { type Delayed, registerInternals } from "../../actors/mod.ts";
import { FileFormatError, parquetRows, readCsv, type ReadCsvOptions, readParquet } from "../io/mod.ts";
import { clientInForce } from "../parallel/mod.ts";
import { type AnyArray, checkBlock, newArray } from "./block.ts";
import { normalizeChunks } from "./chunks.ts";
import { ChunkedArray } from "./chunked_array.ts";
import type { CreateOptions } from "./creation.ts";
import { mayRead, pathOf, readInto } from "./files.ts";
import { call, gridOf } from "./grid.ts";

/** Bytes of a CSV file that become a block. */
const BLOCK_BYTES = 32e6;

/** A table of numbers as a block. */
function numbers(table: { toNDArray(name?: string): AnyArray }, where: string): AnyArray {
  const array = table.toNDArray(where);
  return array.dtype === "float64" ? array : checkBlock(array, { shape: [NaN, NaN], dtype: "float64" }, where);
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
    if (first >= stop || (start > 0 && first === 0) || from + first >= end) {
      return newArray("float64", [0, names.length]);
    }
    const { skipRows = 0, ...rest } = options;
    const head = start === 0;
    const table = await readCsv(bytes.subarray(first, stop), {
      ...rest,
      header: names,
      skipRows: head ? skipRows + (options.header === undefined || options.header === true ? 1 : 0) : 0,
    });
    return numbers(
      options.columns === undefined ? table : table.select(options.columns),
      `${path}, bytes ${start} to ${end}`,
    );
  });
}

/** Rows of a Parquet file. */
export function readParquetPart(
  path: string,
  columns: readonly string[] | null,
  rowStart: number,
  rowEnd: number,
): Promise<AnyArray> {
  return mayRead(path, async () => {
    const table = await readParquet(path, { columns: columns ?? undefined, rowStart, rowEnd });
    return numbers(table, `${path}, rows ${rowStart} to ${rowEnd}`);
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
  const { columns: _, types: __, ...rest } = options;
  return (await readCsv(bytes.subarray(0, end), { ...rest, nRows: 1 })).names;
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
    const { rows, names } = await parquetRows(path);
    width = columns?.length ?? names.length;
    const spec = typeof chunks === "object" ? chunks[0] : chunks;
    const [cut] = normalizeChunks([spec, -1], [rows, width], "float64", "fromParquet()");
    let at = 0;
    for (const n of cut) {
      const part = call(client, readParquetPart, path, columns ?? null, at, at + n);
      nodes.push(call(client, checkBlock, part, { shape: [n, width], dtype: "float64" }, `${path}, rows from ${at}`));
      lengths.push(n);
      at += n;
    }
  }
  return new ChunkedArray(gridOf(client, [lengths, [width]], "float64", nodes));
}
