import { computeInTurn, registerInternals } from "../../actors/mod.ts";
import type { ArrayData, DType } from "../array/mod.ts";
import { FileFormatError } from "../io/mod.ts";
import { clientInForce } from "../parallel/mod.ts";
import { type AnyArray, newArray } from "./block.ts";
import { blockIndex, blockShape, countBlocks, isKnown, itemSize, normalizeChunks, shapeOf, starts } from "./chunks.ts";
import { ChunkedArray } from "./chunked_array.ts";
import { copyStrided, stepsOf } from "./copy.ts";
import type { CreateOptions } from "./creation.ts";
import { mayRead, pathOf } from "./files.ts";
import { call, type Grid, gridOf } from "./grid.ts";
import { measured } from "./gather.ts";
import { rechunk } from "./rechunk.ts";

const KINDS: readonly DType[] = [
  ...["float64", "float32", "int64", "int32", "uint32", "int16", "uint16", "int8", "uint8", "bool"] as const,
];

/** The library that knows Zarr: loaded where it is used. */
async function library(): Promise<typeof import("zarrita") & { FileSystemStore: FileStore }> {
  const [zarr, storage] = await Promise.all([import("zarrita"), import("@zarrita/storage/fs")]);
  return { ...zarr, FileSystemStore: storage.default as unknown as FileStore };
}

// deno-lint-ignore no-explicit-any -- a store of zarrita's
type FileStore = new (path: string) => any;

function isWeb(source: string): boolean {
  return /^https?:/.test(source);
}

async function opened(source: string) {
  const zarr = await library();
  const store = isWeb(source) ? new zarr.FetchStore(source) : new zarr.FileSystemStore(source);
  try {
    return { zarr, array: await zarr.open(store, { kind: "array" }) };
  } catch (cause) {
    // Leave what permissions say to those who know what to do about it.
    if (!(cause instanceof Error) || /NotCapable|PermissionDenied/.test(cause.name)) throw cause;
    throw new FileFormatError(`${source}: no Zarr array: ${cause.message}`, { cause });
  }
}

/** A part of a Zarr array. */
export function readZarrBlock(
  source: string,
  dtype: DType,
  start: readonly number[],
  shape: readonly number[],
): Promise<AnyArray> {
  return mayRead(source, async () => {
    const { zarr, array } = await opened(source);
    const out = newArray(dtype, shape);
    if (out.size === 0) return out;
    const part = await zarr.get(array, shape.map((n, axis) => zarr.slice(start[axis], start[axis] + n))) as {
      data: ArrayLike<unknown>;
      stride: number[];
    };
    // Booleans come in a class of the library's own.
    const data = dtype === "bool" ? Uint8Array.from(part.data, Number) : part.data as ArrayData;
    if (shape.length === 0) (out.data as unknown[])[0] = part as unknown;
    else {copyStrided(
        { data, start: 0, steps: part.stride },
        { data: out.data, start: 0, steps: stepsOf(shape) },
        shape,
      );}
    return out;
  });
}

registerInternals({ readZarrBlock });

/**
 * A Zarr array (version 2 or 3) in a directory, or behind a URL. The workers read it, block by block: they must see the same directory, and may
 * (`allowRead`; for a URL, `allowNet`).
 *
 * Source: Zarr core specification, version 3.1; read by zarrita.
 *
 * @param source a path, file: or http(s): URL of the array itself
 * @param options blocks are the array's chunks, if nothing else is said
 * @throws {FileFormatError} when there is none, or its elements are of a kind that arrays do not have
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 * const directory = await Deno.makeTempDir();
 * await using client = await Client.local({ allowRead: [directory] });
 * await chunked.arange(0, 6, 1, { chunks: 2 }).toZarr(`${directory}/x.zarr`);
 * const x = await chunked.fromZarr(`${directory}/x.zarr`);
 * await x.sum().compute(); // 15
 * ```
 */
export async function fromZarr(source: string | URL, options: CreateOptions = {}): Promise<ChunkedArray<ArrayData>> {
  const where = isWeb(String(source)) ? String(source) : pathOf(source);
  const { client = clientInForce() } = options;
  const { array } = await opened(where);
  const dtype = array.dtype as DType;
  if (!KINDS.includes(dtype)) {
    throw new FileFormatError(`${where}: its elements are ${array.dtype}, which no array here holds`);
  }
  const chunks = normalizeChunks(options.chunks ?? array.chunks, array.shape, dtype, "fromZarr()");
  const firsts = chunks.map(starts);
  const nodes = Array.from({ length: countBlocks(chunks) }, (_, b) => {
    const at = blockIndex(chunks, b);
    return call(client, readZarrBlock, where, dtype, at.map((i, axis) => firsts[axis][i]), blockShape(chunks, at));
  });
  return new ChunkedArray(gridOf(client, chunks, dtype, nodes));
}

/** Writes a chunked array as a Zarr array (version 3), a chunk for each block. Blocks come through the client one by one. */
export async function writeZarr(grid: Grid, directory: string | URL): Promise<void> {
  const what = "ChunkedArray.toZarr()";
  if (!KINDS.includes(grid.dtype)) throw new FileFormatError(`${what}: a Zarr array cannot hold ${grid.dtype} here`);
  const known = grid.chunks.every(isKnown) ? grid : await measured(grid);
  const shape = shapeOf(known.chunks);
  // Chunks are all of one form, but for those at the ends.
  const form = known.chunks.map((axis) => Math.max(1, ...axis));
  const cut = rechunk(known, normalizeChunks(form, shape, grid.dtype, what));
  const zarr = await library();
  const store = new zarr.FileSystemStore(pathOf(directory));
  const array = await zarr.create(store, {
    shape,
    chunkShape: form,
    dtype: grid.dtype as "float64",
    codecs: [{ name: "bytes", configuration: itemSize(grid.dtype) > 1 ? { endian: "little" } : {} }],
    fillValue: (grid.dtype === "bool" ? false : 0) as number,
  });
  const firsts = cut.chunks.map(starts);
  let b = 0;
  for await (const block of computeInTurn(cut.nodes())) {
    const place = b++;
    if (block.size === 0) continue;
    const at = blockIndex(cut.chunks, place).map((i, axis) => firsts[axis][i]);
    const region = block.shape.map((n, axis) => zarr.slice(at[axis], at[axis] + n));
    const data = grid.dtype === "bool" ? new zarr.BoolArray(block.data as unknown as ArrayBuffer) : block.data;
    await zarr.set(array, region, { data, shape: block.shape, stride: stepsOf(block.shape) } as never);
  }
}
