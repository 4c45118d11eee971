import { type Client, type Delayed, type Future, registerInternals } from "../../actors/mod.ts";
import {
  allocate,
  type ArrayData,
  type ArrayInput,
  type DType,
  type DTypeData,
  DTypeError,
  NDArray,
  ShapeError,
  toNDArray,
} from "../array/mod.ts";
import { clientInForce } from "../parallel/mod.ts";
import { RandomState } from "../random/mod.ts";
import { checkOptionNames } from "../utils/mod.ts";
import { type AnyArray, newArray } from "./block.ts";
import { blockIndex, blockShape, type ChunksLike, countBlocks, normalizeChunks, starts } from "./chunks.ts";
import { ChunkedArray } from "./chunked_array.ts";
import { call, Grid, gridOf, Leaf } from "./grid.ts";
import { givenBlock, gridOfArray } from "./grid_of_array.ts";
import { concatenateGrids, expandGrid } from "./shaping.ts";

/** How new arrays are cut, and for whom. */
export interface CreateOptions {
  /** Lengths of the blocks; blocks of about 64 MB if left out. */
  readonly chunks?: ChunksLike;
  /**
   * The client that it is computed with. If left out: that of the `parallelBackend("cluster", { client }, …)` in force, else inside a task that of the
   * task's cluster, else the one opened last.
   */
  readonly client?: Client;
}

/** The same with a kind of elements. */
export interface FillOptions<K extends DType> extends CreateOptions {
  /** The kind of the elements; float64 if left out. */
  readonly dtype?: K;
}

/**
 * A block of a delayed value, as an array of one block. What comes is looked at when it is computed: lists and typed arrays with a shape are taken too.
 *
 * @param delayed what makes the block, such as `client.delayed(makeBlobs)(…).get("X")`
 * @param declared its shape (NaN for a length that is not known) and kind; float64 if left out
 * @throws {BlockMismatchError} when it is computed and something else comes: names the block, what was declared, and what came
 *
 * @example
 * ```ts ignore
 * const parts = seeds.map((randomState) => client.delayed(makeBlobs)({ nSamples: 1000, nFeatures: 20, randomState }));
 * const X = concatenate(parts.map((p) => fromDelayed(p.get("X"), { shape: [1000, 20], dtype: "float64" })));
 * ```
 */
export function fromDelayed<K extends DType = "float64">(
  delayed: Delayed<unknown>,
  declared: { readonly shape: readonly number[]; readonly dtype?: K },
): ChunkedArray<DTypeData[K]> {
  if (!Array.isArray(declared?.shape)) {
    throw new ShapeError("fromDelayed(): declared must be an object with the shape, a list of lengths, and the dtype");
  }
  const { shape, dtype = "float64" as K } = declared;
  const bad = shape.find((n) => !(n !== n || (Number.isInteger(n) && n >= 0)));
  if (bad !== undefined) throw new ShapeError(`fromDelayed(): [${shape.join(", ")}] is no shape`);
  checkKind(dtype, "fromDelayed()");
  const leaf = new Leaf(delayed, { shape: [...shape], dtype });
  return new ChunkedArray(new Grid(delayed.client, shape.map((n) => [n]), dtype, [[leaf]]));
}

function checkKind(dtype: DType, what: string): void {
  try {
    allocate(dtype, 0);
  } catch (cause) {
    throw new DTypeError(`${what}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * An array of blocks that are on the workers already, such as those that a driver made.
 *
 * @param futures in row-major order of the grid; the array holds them
 * @param declared lengths of the blocks by axis, kind of the elements, and the client that the futures are of
 * @throws {ShapeError} when there is not one future for each block of the grid
 *
 * @example
 * ```ts
 * import { Client, fromFutures, zeros } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * const futures = [2, 3].map((n) => client.submit(zeros, n));
 * const x = fromFutures(futures, { chunks: [[2, 3]], client }); // shape [5]
 * (await x.add(1).compute()).toArray(); // [1, 1, 1, 1, 1]
 * ```
 */
export function fromFutures<K extends DType = "float64">(
  futures: readonly Future<unknown>[],
  declared: { readonly chunks: readonly (readonly number[])[]; readonly dtype?: K; readonly client: Client },
): ChunkedArray<DTypeData[K]> {
  if (!Array.isArray(futures) || !Array.isArray(declared?.chunks)) {
    throw new ShapeError("fromFutures(): expected a list of futures, and an object with chunks, dtype and client");
  }
  const { chunks, dtype = "float64" as K, client } = declared;
  if (futures.length !== countBlocks(chunks)) {
    throw new ShapeError(`fromFutures(): ${futures.length} blocks for a grid of ${countBlocks(chunks)}`);
  }
  const leaves = futures.map((future, b) => {
    const shape = blockShape(chunks, blockIndex(chunks, b));
    return new Leaf(call(client, givenBlock, future) as Delayed<unknown>, { shape, dtype });
  });
  return new ChunkedArray(new Grid(client, chunks, dtype, [leaves]));
}

/**
 * An array that is here, in blocks. They are sent when they are needed: do not change it before.
 *
 * @throws {ChunkError} when lengths of blocks do not add up to the shape, or are none
 * @throws {ReferenceError} when no client is given, and there is none
 *
 * @example
 * ```ts
 * import { Client, fromArray } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * const X = fromArray([[1, 2], [3, 4]], { chunks: [1, 2], client });
 * (await X.sum(0).compute()).toArray(); // [4, 6]
 * ```
 */
export function fromArray<D extends ArrayData>(x: NDArray<D>, options?: CreateOptions): ChunkedArray<D>;
/** The same of lists and the like. */
export function fromArray(x: ArrayInput, options?: CreateOptions): ChunkedArray<Float64Array>;
export function fromArray(x: ArrayInput, options: CreateOptions = {}): ChunkedArray<ArrayData> {
  checkOptionNames("fromArray()", options, ["chunks", "client"]);
  const array = toNDArray(x, "fromArray()");
  const { chunks = "auto", client = clientInForce() } = options;
  const cut = normalizeChunks(chunks, array.shape, array.dtype, "fromArray()");
  return new ChunkedArray(gridOfArray(array, cut, client));
}

/** A block of one value. */
export function fullBlock(shape: readonly number[], dtype: DType, value: number): AnyArray {
  const out = newArray(dtype, shape);
  const { data } = out;
  if (data instanceof BigInt64Array) data.fill(BigInt(value));
  else (data as Float64Array).fill(value);
  return out;
}

/** A block of numbers at even distances. */
export function rangeBlock(n: number, dtype: DType, start: number, step: number): AnyArray {
  const out = newArray(dtype, [n]);
  const { data } = out;
  if (data instanceof BigInt64Array) { for (let i = 0; i < n; i++) data[i] = BigInt(start + i * step); }
  else for (let i = 0; i < n; i++) (data as Float64Array)[i] = start + i * step;
  return out;
}

/** How {@linkcode random} draws. */
export interface RandomOptions extends CreateOptions {
  /** What is drawn: "uniform" in [low, high) if left out, "normal" with mean `loc` and deviation `scale`. */
  readonly distribution?: "uniform" | "normal";
  /** Lower bound; 0 if left out. */
  readonly low?: number;
  /** Upper bound; 1 if left out. */
  readonly high?: number;
  /** Mean; 0 if left out. */
  readonly loc?: number;
  /** Standard deviation; 1 if left out. */
  readonly scale?: number;
  /** Seed, 0 to 2**32 − 1; drawn if left out. */
  readonly randomState?: number;
}

/** A block of random numbers. */
export function randomBlock(
  shape: readonly number[],
  seed: readonly number[],
  distribution: "uniform" | "normal",
  a: number,
  b: number,
): AnyArray {
  const rng = new RandomState(seed);
  return distribution === "normal" ? rng.normal(a, b, shape) : rng.uniform(a, b, shape);
}

registerInternals({ fullBlock, rangeBlock, randomBlock });

function lengths(shape: number | readonly number[]): number[] {
  return typeof shape === "number" ? [shape] : [...shape];
}

/**
 * An array of one value.
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * (await chunked.full([2, 3], 7, { chunks: [1, 3], dtype: "int32" }).compute()).toArray(); // [[7, 7, 7], [7, 7, 7]]
 * ```
 */
export function full<K extends DType = "float64">(
  shape: number | readonly number[],
  value: number,
  options: FillOptions<K> = {},
): ChunkedArray<DTypeData[K]> {
  const { chunks = "auto", client = clientInForce(), dtype = "float64" as K } = options;
  checkKind(dtype, "full()");
  if (dtype === "string") throw new DTypeError("full(): arrays of text are made by fromArray()");
  const cut = normalizeChunks(chunks, lengths(shape), dtype, "full()");
  const nodes = Array.from({ length: countBlocks(cut) }, (_, b) => {
    return call(client, fullBlock, blockShape(cut, blockIndex(cut, b)), dtype, value);
  });
  return new ChunkedArray(gridOf(client, cut, dtype, nodes));
}

/**
 * An array of zeros.
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * chunked.zeros([1_000_000, 20], { chunks: [200_000, 20] }).nbytes; // 160000000, none of which is made yet
 * ```
 */
export function zeros<K extends DType = "float64">(
  shape: number | readonly number[],
  options: FillOptions<K> = {},
): ChunkedArray<DTypeData[K]> {
  return full(shape, 0, options);
}

/**
 * An array of ones.
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * await chunked.ones([1000, 20], { chunks: [200, 20] }).sum().compute(); // 20000
 * ```
 */
export function ones<K extends DType = "float64">(
  shape: number | readonly number[],
  options: FillOptions<K> = {},
): ChunkedArray<DTypeData[K]> {
  return full(shape, 1, options);
}

/**
 * Numbers from `start` (0 if only one is given) to `stop`, which is not included.
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * (await chunked.arange(0, 10, 3, { chunks: 2 }).compute()).toArray(); // [0, 3, 6, 9]
 * ```
 */
export function arange<K extends DType = "float64">(
  start: number,
  stop?: number,
  step = 1,
  options: FillOptions<K> = {},
): ChunkedArray<DTypeData[K]> {
  const { chunks = "auto", client = clientInForce(), dtype = "float64" as K } = options;
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  if (step === 0 || !Number.isFinite(step)) throw new RangeError(`arange(): ${step} is no step`);
  checkKind(dtype, "arange()");
  const n = Math.max(0, Math.ceil((to - from) / step));
  const cut = normalizeChunks(chunks, [n], dtype, "arange()");
  const firsts = starts(cut[0]);
  const nodes = cut[0].map((length, b) => call(client, rangeBlock, length, dtype, from + firsts[b] * step, step));
  return new ChunkedArray(gridOf(client, cut, dtype, nodes));
}

/**
 * Random numbers. Each block has a generator of its own, NumPy's `RandomState` with the list of the seed and the block's place in the grid as seed: so
 * they depend on seed, shape and chunks, and on nothing else.
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * const x = chunked.random(100_000, { chunks: 20_000, distribution: "normal", randomState: 0 });
 * await x.std().compute(); // 0.99…
 * ```
 */
export function random(shape: number | readonly number[], options: RandomOptions = {}): ChunkedArray<Float64Array> {
  const { chunks = "auto", client = clientInForce(), distribution = "uniform" } = options;
  const { low = 0, high = 1, loc = 0, scale = 1 } = options;
  if (distribution !== "uniform" && distribution !== "normal") {
    throw new TypeError(`random(): distribution must be "uniform" or "normal", got ${JSON.stringify(distribution)}`);
  }
  const seed = options.randomState ?? crypto.getRandomValues(new Uint32Array(1))[0];
  new RandomState(seed);
  const cut = normalizeChunks(chunks, lengths(shape), "float64", "random()");
  const [a, b] = distribution === "normal" ? [loc, scale] : [low, high];
  const nodes = Array.from({ length: countBlocks(cut) }, (_, k) => {
    const at = blockIndex(cut, k);
    return call(client, randomBlock, blockShape(cut, at), [seed, ...at], distribution, a, b);
  });
  return new ChunkedArray(gridOf(client, cut, "float64", nodes));
}

/** A list of chunked arrays, or an error that says what is there instead. */
function checkChunked<A>(arrays: readonly A[], what: string): readonly A[] {
  const got = (x: unknown): string => x === null ? "null" : x instanceof NDArray ? "an NDArray" : typeof x;
  if (!Array.isArray(arrays)) throw new ShapeError(`${what}: expected a list of ChunkedArrays, got ${got(arrays)}`);
  const at = arrays.findIndex((a) => !(a instanceof ChunkedArray));
  if (at >= 0) {
    throw new ShapeError(`${what}: array ${at} must be a ChunkedArray, got ${got(arrays[at])}; fromArray() makes one`);
  }
  return arrays;
}

/**
 * Arrays one after the other along an axis; their blocks stay as they are.
 *
 * @throws {ShapeError} when they differ along another axis
 *
 * @example
 * ```ts
 * import { Client, concatenate, fromArray } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * const X = fromArray([[1, 2]], { client });
 * (await concatenate([X, X]).compute()).toArray(); // [[1, 2], [1, 2]]
 * ```
 */
export function concatenate<D extends ArrayData>(
  // deno-lint-ignore no-explicit-any -- whatever it computes to
  arrays: readonly ChunkedArray<D, any>[],
  axis = 0,
): ChunkedArray<D> {
  return new ChunkedArray(
    concatenateGrids(checkChunked(arrays, "concatenate()").map((a) => a.grid), axis, "concatenate()"),
  );
}

/**
 * Arrays of one shape, along an axis that is new.
 *
 * @throws {ShapeError} when their shapes differ
 *
 * @example
 * ```ts
 * import { Client, fromArray, stack } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * const x = fromArray([1, 2], { client });
 * (await stack([x, x]).compute()).toArray(); // [[1, 2], [1, 2]]
 * ```
 */
export function stack<D extends ArrayData>(
  // deno-lint-ignore no-explicit-any -- whatever it computes to
  arrays: readonly ChunkedArray<D, any>[],
  axis = 0,
): ChunkedArray<D> {
  const what = "stack()";
  checkChunked(arrays, what);
  const shapes = arrays.map((a) => a.shape.join());
  const odd = shapes.findIndex((s) => s !== shapes[0]);
  if (odd > 0) throw new ShapeError(`${what}: array ${odd} has shape [${shapes[odd]}], array 0 has [${shapes[0]}]`);
  return new ChunkedArray(concatenateGrids(arrays.map((a) => expandGrid(a.grid, axis, what)), axis, what));
}
