import type { Column, Table } from "../array/mod.ts";
import { checkOptionNames } from "../utils/mod.ts";
import { distinctNames, joinParts, pickNames, tableOf } from "./columns.ts";
import { FileFormatError } from "./errors.ts";
import { type FileSource, nameOf } from "./source.ts";

/** How {@linkcode readParquet} reads. */
export interface ReadParquetOptions {
  /** Only these columns, in this order; others are not read from the file. */
  columns?: readonly string[];
  /** The first row; 0 if left out. */
  rowStart?: number;
  /** The row after the last; all if left out. */
  rowEnd?: number;
}

/** A file as the Parquet library reads it. */
interface RandomAccess {
  byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** Dates and times as milliseconds since 1970. */
const parsers = {
  timestampFromMilliseconds: (ms: bigint): number => Number(ms),
  timestampFromMicroseconds: (us: bigint): number => Number(us / 1000n),
  timestampFromNanoseconds: (ns: bigint): number => Number(ns / 1_000_000n),
  dateFromDays: (days: number): number => days * 86_400_000,
};

/**
 * A table of an Apache Parquet file. Only the columns and row groups that are asked for are read. 64-bit integers become
 * numbers, dates and times milliseconds since 1970. All codecs are known: snappy, gzip, brotli, zstd, lz4.
 *
 * Source: Apache Parquet Format 2.11.
 *
 * @param source a path, a file: URL, or the bytes
 * @param options how
 * @throws {FileFormatError} when it is no such file, or a column holds lists or records
 *
 * @example
 * ```ts ignore
 * import { readParquet } from "@troupe/troupe";
 * const table = await readParquet("samples.parquet", { columns: ["a", "b"], rowEnd: 1_000_000 });
 * ```
 */
export async function readParquet(source: FileSource, options: ReadParquetOptions = {}): Promise<Table> {
  checkOptionNames("readParquet", options, ["columns", "rowStart", "rowEnd"]);
  const where = `readParquet(${nameOf(source)})`;
  const [{ parquetMetadataAsync, parquetRead, parquetSchema }, { compressors }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet-compressors"),
  ]);
  using opened = await openFile(source);
  const { file } = opened;
  let metadata: Awaited<ReturnType<typeof parquetMetadataAsync>>;
  try {
    metadata = await parquetMetadataAsync(file);
  } catch (error) {
    throw new FileFormatError(`${where}: no Parquet file: ${(error as Error).message}`, { cause: error });
  }
  const fields = parquetSchema(metadata).children;
  const names = distinctNames(fields.map(({ element }) => element.name));
  const wanted = pickNames(names, options.columns, where);
  for (const name of wanted) {
    const field = fields[names.indexOf(name)];
    if (field.children.length > 0 || field.element.repetition_type === "REPEATED") {
      throw new FileFormatError(
        `${where}: column ${JSON.stringify(name)} holds lists or records, which no table here can; leave it out with ` +
          "{ columns: [ … ] }",
      );
    }
  }
  const total = Number(metadata.num_rows);
  const rowStart = Math.min(total, options.rowStart ?? 0);
  const rowEnd = Math.max(rowStart, Math.min(total, options.rowEnd ?? total));
  const parts = new Map<string, { start: number; data: ArrayLike<unknown> }[]>(wanted.map((name) => [name, []]));
  if (rowEnd > rowStart) {
    try {
      await parquetRead({
        file,
        metadata,
        columns: wanted.map((name) => fields[names.indexOf(name)].element.name),
        rowStart,
        rowEnd,
        compressors,
        parsers,
        onChunk: ({ columnName, columnData, rowStart: start }) => {
          parts.get(names[fields.findIndex(({ element }) => element.name === columnName)])?.push({
            start,
            data: columnData as ArrayLike<unknown>,
          });
        },
      });
    } catch (error) {
      throw new FileFormatError(`${where}: it is damaged: ${(error as Error).message}`, { cause: error });
    }
  }
  const columns = wanted.map((name): Column => {
    const inOrder = (parts.get(name) ?? []).sort((a, b) => a.start - b.start).map(({ start, data }) => {
      const from = Math.max(0, rowStart - start);
      const to = Math.min(data.length, rowEnd - start);
      if (from === 0 && to === data.length) return data;
      return Array.isArray(data) ? data.slice(from, to) : (data as Float64Array).subarray(from, to);
    });
    const column = joinParts(inOrder, `${where}: column ${JSON.stringify(name)}`);
    if (column.length !== rowEnd - rowStart) {
      throw new FileFormatError(
        `${where}: column ${JSON.stringify(name)} has ${column.length} rows, not ${rowEnd - rowStart}`,
      );
    }
    return column;
  });
  return tableOf(wanted, columns);
}

/** What a Parquet file says of itself. */
export interface ParquetRows {
  /** How many rows it has. */
  readonly rows: number;
  /** How many rows each of its parts has that are stored by themselves. */
  readonly groups: number[];
  /** What its columns are called. */
  readonly names: string[];
}

/**
 * How many rows a Parquet file has, in which parts, and what its columns are called; nothing else is read of it.
 *
 * @throws {FileFormatError} when it is no Parquet file
 *
 * @example
 * ```ts ignore
 * import { parquetRows } from "@troupe/troupe";
 * const { rows, groups, names } = await parquetRows("samples.parquet"); // 1000, [300, 300, 300, 100], ["k", "x", "s"]
 * ```
 */
export async function parquetRows(source: FileSource): Promise<ParquetRows> {
  const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
  using opened = await openFile(source);
  try {
    const metadata = await parquetMetadataAsync(opened.file);
    const names = distinctNames(parquetSchema(metadata).children.map(({ element }) => element.name));
    const groups = metadata.row_groups.map((group) => Number(group.num_rows));
    return { rows: Number(metadata.num_rows), groups, names };
  } catch (error) {
    throw new FileFormatError(`${nameOf(source)}: no Parquet file: ${(error as Error).message}`, { cause: error });
  }
}

/** A file that is read piece by piece. */
async function openFile(source: FileSource): Promise<Disposable & { file: RandomAccess }> {
  if (source instanceof Uint8Array) {
    const copy = source.slice();
    const file = {
      byteLength: copy.length,
      slice: (start: number, end?: number) => copy.slice(start, end).buffer,
    };
    return { file, [Symbol.dispose]() {} };
  }
  const opened = await Deno.open(source, { read: true });
  const { size } = await opened.stat();
  const slice = (start: number, end: number = size): ArrayBuffer => {
    const from = start < 0 ? Math.max(0, size + start) : start;
    const out = new Uint8Array(Math.max(0, Math.min(size, end) - from));
    opened.seekSync(from, Deno.SeekMode.Start);
    for (let at = 0; at < out.length;) {
      const n = opened.readSync(out.subarray(at));
      if (n === null) throw new FileFormatError("the file ends before it should");
      at += n;
    }
    return out.buffer;
  };
  return { file: { byteLength: size, slice }, [Symbol.dispose]: () => opened.close() };
}
