import { computeInTurn, registerInternals } from "../../actors/mod.ts";
import { type ArrayData, type DType, ShapeError, sizeOf } from "../array/mod.ts";
import { FileFormatError } from "../io/mod.ts";
import { clientInForce } from "../parallel/mod.ts";
import { type AnyArray, newArray } from "./block.ts";
import { axisOf, itemSize, normalizeChunks, shapeOf, starts } from "./chunks.ts";
import { ChunkedArray } from "./chunked_array.ts";
import type { CreateOptions } from "./creation.ts";
import { mayRead, pathOf, readInto } from "./files.ts";
import { call, type Grid, gridOf } from "./grid.ts";
import { measured } from "./gather.ts";
import { descrOf, HEAD_BYTES, npyHeader, parseNpyHeader } from "./npy_format.ts";
import { pickleStackInfo, unpickle } from "./pickle.ts";
import { rechunk } from "./rechunk.ts";
import { transposeGrid } from "./shaping.ts";

/** Some rows of a .npy file, read into the worker's memory. */
export function readNpyRows(
  path: string,
  offset: number,
  dtype: DType,
  swapped: boolean,
  shape: readonly number[],
): Promise<AnyArray> {
  return mayRead(path, () => {
    const out = newArray(dtype, shape);
    const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT: size } = out.data as Float64Array;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    readInto(path, offset, bytes);
    if (swapped) { for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse(); }
    return out;
  });
}

registerInternals({ readNpyRows });

function headerOf(path: string): ReturnType<typeof parseNpyHeader> {
  using file = Deno.openSync(path, { read: true });
  const head = new Uint8Array(HEAD_BYTES);
  let n = 0;
  for (let more: number | null = 1; more !== null && more > 0 && n < head.length; n += more ?? 0) {
    more = file.readSync(head.subarray(n));
  }
  return parseNpyHeader(head.subarray(0, n), path);
}

function gridOfFile(path: string, options: CreateOptions): Grid {
  const { dtype, swapped, fortran, shape, offset } = headerOf(path);
  const { client = clientInForce() } = options;
  const reversed = fortran && shape.length > 1;
  const stored = reversed ? shape.toReversed() : shape;
  const rows = stored.slice(1);
  // Only whole rows lie in one piece.
  const wanted = options.chunks ?? "auto";
  const first = reversed ? "auto" : typeof wanted === "object" ? wanted[0] : wanted;
  const spec = [first, ...rows.map(() => -1)];
  const cut = stored.length === 0 ? [] : normalizeChunks(spec, stored, dtype, "fromNpy()");
  const firsts = starts(cut[0] ?? [1]);
  const row = sizeOf(rows) * itemSize(dtype);
  const nodes = (cut[0] ?? [1]).map((n, b) => {
    const part = cut.length === 0 ? [] : [n, ...rows];
    return call(client, readNpyRows, path, offset + firsts[b] * row, dtype, swapped, part);
  });
  const grid = gridOf(client, cut, dtype, nodes);
  const whole = reversed ? transposeGrid(grid, shape.map((_, i) => shape.length - 1 - i)) : grid;
  return wanted === "auto" ? whole : rechunk(whole, normalizeChunks(wanted, shape, dtype, "fromNpy()"));
}

/**
 * An array of a .npy file, a directory of them that `toNpyStack` or dask.array wrote, or a list of files, one after the other. The workers read it, block
 * by block: they must see the same files, and may (`allowRead`).
 *
 * @param source a path or file: URL, or several
 * @param options blocks are of whole rows at first
 * @throws {FileFormatError} when a file is no .npy file, or of a kind of elements that arrays do not have
 *
 * @example
 * ```ts ignore
 * await using client = await Client.local({ allowRead: ["/data"] });
 * const X = chunked.fromNpy("/data/samples.npy", { chunks: [200_000, -1] });
 * ```
 */
export function fromNpy(
  source: string | URL | readonly (string | URL)[],
  options: CreateOptions = {},
): ChunkedArray<ArrayData> {
  const list = (Array.isArray(source) ? source : [source]) as readonly (string | URL)[];
  if (list.length === 0) throw new FileFormatError("fromNpy(): no files");
  const paths = list.map(pathOf);
  if (paths.length === 1 && Deno.statSync(paths[0]).isDirectory) return stackOf(paths[0], options);
  const grids = paths.map((path) => gridOfFile(path, options));
  return joined(grids, 0, paths);
}

function joined(grids: readonly Grid[], axis: number, paths: readonly string[]): ChunkedArray<ArrayData> {
  const [first] = grids;
  const chunks = first.chunks.map((own, a) => a === axis ? grids.flatMap((g) => [...g.chunks[a]]) : own);
  const odd = grids.findIndex((g) =>
    g.dtype !== first.dtype || g.chunks.length !== first.chunks.length ||
    shapeOf(g.chunks).some((n, a) => a !== axis && n !== shapeOf(first.chunks)[a])
  );
  if (odd > 0) {
    const said = [grids[odd], first].map((g) => `${g.dtype} [${shapeOf(g.chunks).join(", ")}]`);
    throw new ShapeError(`fromNpy(): ${paths[odd]} holds ${said[0]}, ${paths[0]} ${said[1]}`);
  }
  return new ChunkedArray(gridOf(first.client, chunks, first.dtype, grids.flatMap((g) => g.nodes())));
}

function stackOf(directory: string, options: CreateOptions): ChunkedArray<ArrayData> {
  const where = `${directory}/info`;
  const info = unpickle(Deno.readFileSync(where), where) as { chunks?: number[][]; axis?: number };
  if (!Array.isArray(info?.chunks) || typeof info.axis !== "number" || info.chunks[info.axis] === undefined) {
    throw new FileFormatError(`${where}: it does not say chunks and axis`);
  }
  const { axis, chunks } = info;
  const paths = chunks[axis].map((_, i) => `${directory}/${i}.npy`);
  // A file is a block, whatever was asked for: it is cut afterwards.
  const stack = joined(paths.map((path) => wholeFile(path, options)), axis, paths);
  if (stack.shape.some((n, a) => n !== shapeOf(chunks)[a])) {
    throw new ShapeError(
      `${where} says [${shapeOf(chunks).join(", ")}], but the files hold [${stack.shape.join(", ")}]`,
    );
  }
  return options.chunks === undefined ? stack : stack.rechunk(options.chunks);
}

function wholeFile(path: string, options: CreateOptions): Grid {
  const { shape } = headerOf(path);
  return rechunk(gridOfFile(path, { ...options, chunks: -1 }), shape.map((n) => [n]));
}

/** Writes a chunked array as a directory of .npy files along an axis, with the `info` that dask.array reads. Blocks come through the client one by one. */
export async function writeNpyStack(grid: Grid, directory: string | URL, axis: number): Promise<void> {
  const what = "ChunkedArray.toNpyStack()";
  const path = pathOf(directory);
  const at = axisOf(axis, grid.chunks.length, what);
  // Blocks side by side are joined, and for that must be known.
  const single = grid.chunks.every((lengths, a) => a === at || lengths.length === 1);
  const known = single ? grid : await measured(grid);
  const cut = single ? grid : rechunk(known, known.chunks.map((c, a) => a === at ? c : [shapeOf([c])[0]]));
  const descr = descrOf(cut.dtype);
  await Deno.mkdir(path, { recursive: true });
  const lengths: number[] = [];
  for await (const block of computeInTurn(cut.nodes())) {
    using file = await Deno.open(`${path}/${lengths.length}.npy`, { write: true, create: true, truncate: true });
    await writeAll(file, npyHeader(block.dtype, block.shape));
    const { buffer, byteOffset, byteLength } = block.data as Float64Array;
    await writeAll(file, new Uint8Array(buffer, byteOffset, byteLength));
    lengths.push(block.shape[at]);
  }
  const chunks = cut.chunks.map((own, a) => a === at ? lengths : own);
  await Deno.writeFile(`${path}/info`, pickleStackInfo(chunks, descr, at));
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
