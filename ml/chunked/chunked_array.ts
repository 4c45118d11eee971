import { type Client, type Delayed, type Future, inTask, persist } from "../../actors/mod.ts";
import { type ArrayData, type DType, type DTypeData, NDArray, ShapeError, sizeOf } from "../array/mod.ts";
import { type AnyArray, checkBlock } from "./block.ts";
import {
  blockIndex,
  blockNumber,
  type ChunksLike,
  countBlocks,
  isKnown,
  itemSize,
  mustBeKnown,
  normalizeChunks,
  shapeOf,
} from "./chunks.ts";
import { type BlockFunction, settledAll } from "./drivers.ts";
import type { Operand } from "./elementwise.ts";
import type { ChunkedOperand } from "./elementwise_methods.ts";
import { ChunkError } from "./errors.ts";
import { gather, measured } from "./gather.ts";
import { gridOfArray } from "./grid_of_array.ts";
import { call, type Grid, gridOf } from "./grid.ts";
import { chunkedToHTML, formatChunked } from "./inspect.ts";
import { matmulGrids } from "./matmul.ts";
import { rechunk } from "./rechunk.ts";
import { writeNpyStack } from "./npy.ts";
import { sliceGrid } from "./select.ts";
import { edgesOf, histogramGrid, topGrid, uniqueGrid } from "./sets.ts";
import { writeZarr } from "./zarr.ts";
import { expandGrid, mapGrids } from "./shaping.ts";
import { ShapingMethods } from "./shaping_methods.ts";

/** What an array computes to: `V`, or an array where that is never. */
export type ComputedValue<D extends ArrayData, V> = [V] extends [never] ? NDArray<D> : V;

/** How {@linkcode ChunkedArray.mapBlocks} is used. */
export interface MapBlocksOptions<K extends DType> {
  /** Kind of the blocks' elements; as before if left out. */
  readonly dtype?: K;
  /** Lengths of the blocks by axis, NaN where one is not known; as before if left out. The number of blocks stays. */
  readonly chunks?: readonly (readonly number[])[];
  /** What the function is given beside the block. Other chunked arrays among them have as many blocks, and give the one at the same place. */
  readonly args?: readonly unknown[];
}

/**
 * An array in blocks, which lie on the workers of a cluster or are made there when they are needed: so it may be larger than any memory. It is known
 * beforehand what shape it has, and what kind its elements are of; lengths that are not known (behind a mask) are NaN. Operations only note what is to
 * be done. `compute()` has it done and gets the result, `persist()` keeps the blocks on the workers.
 *
 * What it computes with is the client of the delayed values or futures that it is made of.
 *
 * @example
 * ```ts
 * import { chunked, Client } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * const X = chunked.random([10_000, 20], { chunks: [1000, 20], randomState: 0 });
 * const Z = X.sub(X.mean(0)).div(X.std(0));
 * console.log((await Z.T.dot(Z).compute()).shape); // [20, 20]
 * ```
 */
export class ChunkedArray<D extends ArrayData = Float64Array, V = never> extends ShapingMethods<D, V>
  implements Disposable {
  #grid: Grid;
  /** Blocks that this array keeps on the workers. */
  #kept: Delayed<AnyArray>[] = [];
  /** Only for types: what its elements are. */
  declare protected readonly elements: D;
  /** Only for types: what it computes to. */
  declare protected readonly value: V;

  /** @internal Use `fromDelayed`, `fromArray` or `chunked`. */
  constructor(grid: Grid) {
    super();
    this.#grid = grid;
  }

  /** @internal What the array is made of. */
  get grid(): Grid {
    return this.#grid;
  }

  /** The client that it is computed with. */
  get client(): Client {
    return this.#grid.client;
  }

  /** The length of each axis; NaN where it is not known. */
  get shape(): number[] {
    return shapeOf(this.#grid.chunks);
  }

  /** The kind of the elements. */
  get dtype(): DType {
    return this.#grid.dtype;
  }

  /** The lengths of the blocks along each axis; NaN where one is not known. */
  get chunks(): number[][] {
    return this.#grid.chunks.map((axis) => [...axis]);
  }

  /** How many axes there are. */
  get ndim(): number {
    return this.#grid.chunks.length;
  }

  /** How many elements there are; NaN where that is not known. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The length of the first axis. */
  get length(): number {
    return this.shape[0] ?? 0;
  }

  /** Bytes of the elements; NaN where that is not known. */
  get nbytes(): number {
    return this.size * itemSize(this.dtype);
  }

  /** How many blocks there are along each axis. */
  get numBlocks(): number[] {
    return this.#grid.chunks.map((axis) => axis.length);
  }

  /** Whether all blocks are kept on the workers. */
  get isPersisted(): boolean {
    return this.#grid.program === undefined && this.delayed().every((node) => node.future !== undefined);
  }

  /** The blocks as arrays, in row-major order. */
  get blocks(): ChunkedArray<D>[] {
    return Array.from({ length: countBlocks(this.#grid.chunks) }, (_, b) => {
      return this.block(...blockIndex(this.#grid.chunks, b));
    });
  }

  /**
   * The block at a place of the grid, as an array.
   *
   * @throws {RangeError} when there is not one number for each axis, or no such block
   */
  block(...at: number[]): ChunkedArray<D> {
    const { chunks } = this.#grid;
    if (at.length !== chunks.length) {
      throw new RangeError(`ChunkedArray.block(): ${at.length} numbers for ${chunks.length} axes`);
    }
    const place = at.map((i, axis) => {
      const j = i < 0 ? i + chunks[axis].length : i;
      if (!(Number.isInteger(j) && j >= 0 && j < chunks[axis].length)) {
        throw new RangeError(`ChunkedArray.block(): no block ${i} among ${chunks[axis].length} along axis ${axis}`);
      }
      return j;
    });
    const node = this.#grid.node(blockNumber(chunks, place));
    return new ChunkedArray(gridOf(this.client, place.map((i, axis) => [chunks[axis][i]]), this.dtype, [node]));
  }

  /** The blocks as delayed values, in row-major order. */
  delayed(): Delayed<NDArray<D>>[] {
    return this.#grid.nodes() as unknown as Delayed<NDArray<D>>[];
  }

  /**
   * The blocks as futures, in row-major order, once they are persisted. They are this array's: do not release them.
   *
   * @throws {TypeError} when they are not
   */
  futures(): Future<NDArray<D>>[] {
    return this.delayed().map((node) => {
      if (node.future === undefined) throw new TypeError("ChunkedArray.futures(): await persist() first");
      return node.future;
    });
  }

  /** @internal An array of this grid. */
  protected override of(grid: Grid): ChunkedArray<ArrayData, unknown> {
    return new ChunkedArray(grid);
  }

  /** @internal An operand as a grid or number. */
  protected override operand(value: ChunkedOperand, what: string): Operand {
    if (typeof value === "number") return value;
    if (typeof value === "boolean") return Number(value);
    if (value instanceof ChunkedArray) return value.grid;
    if (value instanceof NDArray) return gridOfArray(value, value.shape.map((n) => [n]), this.client);
    throw new TypeError(
      `${what}: expected a chunked array, an NDArray or a number, got ${value === null ? "null" : typeof value}`,
    );
  }

  /**
   * Has it computed, and gets it: a number where no axis is left.
   *
   * @throws what the first call that failed threw
   */
  async compute(): Promise<ComputedValue<D, V>> {
    const [value] = await gather([this.#grid]);
    return value as ComputedValue<D, V>;
  }

  /**
   * Has the blocks computed and kept on the workers, and waits until they are there. What uses the array afterwards takes them from there. They are let
   * go of by {@linkcode ChunkedArray.release}, at the end of a `using` block, or when nothing that is made of them is held any more.
   *
   * @returns this array
   * @throws what the first call that failed threw; then nothing is kept
   */
  async persist(): Promise<this> {
    const grid = this.#grid.settled();
    const nodes = grid.nodes();
    const fresh = nodes.filter((node) => node.future === undefined);
    // All of them, so that they are all looked at: of one cluster they must be.
    persist(...nodes);
    try {
      await settledAll(nodes.map((node) => node.future!));
    } catch (e) {
      for (const node of fresh) node.release();
      throw e;
    }
    this.#kept.push(...fresh);
    this.#grid = gridOf(grid.client, grid.chunks, grid.dtype, nodes);
    return this;
  }

  /** Lets go of the blocks that {@linkcode ChunkedArray.persist} kept. They are made again where they are needed. */
  release(): void {
    for (const node of this.#kept) node.release();
    this.#kept = [];
  }

  /** The same as {@linkcode ChunkedArray.release}. */
  [Symbol.dispose](): void {
    this.release();
  }

  /** Finds out lengths of blocks that are not known, by computing the blocks; persist before, if that is dear. Returns this array. */
  async computeChunkSizes(): Promise<this> {
    this.#grid = await measured(this.#grid);
    return this;
  }

  /**
   * The same array cut otherwise.
   *
   * @throws {ChunkError} when lengths do not add up to the shape, or are none
   * @throws {UnknownChunksError} when an axis of unknown lengths shall be cut otherwise
   */
  rechunk(chunks: ChunksLike): ChunkedArray<D, V> {
    const what = "ChunkedArray.rechunk()", own = this.#grid.chunks;
    if (own.every(isKnown)) {
      return new ChunkedArray(rechunk(this.#grid, normalizeChunks(chunks, this.shape, this.dtype, what)));
    }
    if (!Array.isArray(chunks) || chunks.length !== own.length) mustBeKnown(own, what);
    // Axes of unknown lengths stay as they are.
    const wanted = (chunks as readonly (number | "auto" | readonly number[])[]).map((c, axis) => {
      if (isKnown(own[axis])) return normalizeChunks([c], [this.shape[axis]], this.dtype, what)[0];
      if (!Array.isArray(c)) mustBeKnown([own[axis]], what);
      return c as readonly number[];
    });
    return new ChunkedArray(rechunk(this.#grid, wanted));
  }

  /**
   * What a function makes of each block, where the block is. What it gives is looked at: it must have the shape and kind that are declared.
   *
   * @param fn `fn(block, ...args)`; one of the library or a module, or one that uses nothing but its parameters
   * @param options what comes out, where it is not as what goes in
   * @throws {ChunkError} when `chunks` does not say a length for each block
   */
  mapBlocks<K extends DType = "float64">(
    fn: BlockFunction<unknown>,
    options: MapBlocksOptions<K> = {},
  ): ChunkedArray<DTypeData[K]> {
    const what = "ChunkedArray.mapBlocks()";
    const { dtype = this.dtype, chunks, args = [] } = options;
    if (chunks !== undefined && chunks.some((c, a) => c.length !== this.numBlocks[a])) {
      throw new ChunkError(
        `${what}: chunks for [${chunks.map((c) => c.length).join(", ")}] blocks, but there are [${
          this.numBlocks.join(", ")
        }]`,
      );
    }
    const others = args.filter((a) => a instanceof ChunkedArray);
    const grids = [this.#grid, ...others.map((a) => a.grid)];
    const name = fn.name === "" ? "a function" : fn.name;
    return new ChunkedArray(mapGrids(grids, what, chunks, dtype, ([block, ...more], shape, at) => {
      let next = 0;
      const given = args.map((a) => a instanceof ChunkedArray ? more[next++] : a);
      const made = call(this.client, fn as (...args: never[]) => unknown, block, ...given);
      return call(
        this.client,
        checkBlock,
        made,
        { shape, dtype },
        `block (${at.join(", ")}), from ${name} in mapBlocks()`,
      );
    }));
  }

  /**
   * Matrix product, of arrays of one or two axes. `X.T.dot(X)` reads X once and does not make its transpose.
   *
   * @throws {ShapeError} when they do not fit
   */
  dot(other: ChunkedOperand): ChunkedArray<Float64Array> {
    const what = "ChunkedArray.dot()";
    const a = this.#grid, b = this.operand(other, what);
    if (typeof b === "number") {
      throw new ShapeError(`${what}: expected an array, got a number; mul() multiplies by one`);
    }
    const [n, m] = [a.chunks.length, b.chunks.length];
    if (n < 1 || m < 1 || n > 2 || m > 2) {
      throw new ShapeError(`${what}: needs arrays of one or two axes, got ${n} and ${m}`);
    }
    const product = matmulGrids(n === 1 ? expandGrid(a, 0, what) : a, m === 1 ? expandGrid(b, 1, what) : b, what);
    const dropped = [...n === 1 ? [0] : [], ...m === 1 ? [1] : []];
    return new ChunkedArray(dropped.length === 0 ? product : sliceGrid(product, [], dropped, what));
  }

  /** The same as {@linkcode ChunkedArray.dot}. */
  matmul(other: ChunkedOperand): ChunkedArray<Float64Array> {
    return this.dot(other);
  }

  /** The distinct elements in order, NaN once and last. Their number is not known before. */
  unique(): ChunkedArray<D> {
    return new ChunkedArray(uniqueGrid(this.#grid).values);
  }

  /** The distinct elements in order, and how often each is there. */
  uniqueCounts(): { values: ChunkedArray<D>; counts: ChunkedArray<Float64Array> } {
    const { values, counts } = uniqueGrid(this.#grid);
    return { values: new ChunkedArray(values), counts: new ChunkedArray(counts) };
  }

  /**
   * The k largest along an axis, largest first; with a negative k the smallest, smallest first.
   *
   * @throws {RangeError} when `k` is no whole number other than 0, or there is no such axis
   */
  topk(k: number, axis = -1): ChunkedArray<D> {
    return new ChunkedArray(topGrid(this.#grid, k, axis, "ChunkedArray.topk()"));
  }

  /**
   * How many elements lie in each bin: bins are half open, but for the last.
   *
   * @param bins their edges; or how many, then with a range
   * @param range between which bounds they lie
   * @throws {TypeError} when a number of bins comes without a range
   * @throws {RangeError} when there is no bin, or the range is not two finite numbers in order
   * @throws {ShapeError} when edges are fewer than two, or go down
   */
  histogram(
    bins: number | ArrayLike<number> = 10,
    range?: readonly [number, number],
  ): { counts: ChunkedArray<Float64Array>; edges: Float64Array } {
    const what = "ChunkedArray.histogram()";
    const edges = edgesOf(bins, range, what);
    return { counts: new ChunkedArray(histogramGrid(this.#grid, edges, typeof bins === "number", what)), edges };
  }

  /** Writes the blocks along an axis as a directory of .npy files, which `chunked.fromNpy` and dask.array read. They pass through here one by one. */
  async toNpyStack(directory: string | URL, axis = 0): Promise<void> {
    await writeNpyStack(this.#grid, directory, axis);
  }

  /** Writes it as a Zarr array (version 3) in a directory, a chunk for each block; see `chunked.fromZarr`. They pass through here one by one. */
  async toZarr(directory: string | URL): Promise<void> {
    await writeZarr(this.#grid, directory);
  }

  /** Kind, shape, blocks and bytes. */
  override toString(): string {
    return formatChunked({ chunks: this.#grid.chunks, dtype: this.dtype, persisted: this.#isKept() });
  }

  #isKept(): boolean {
    return inTask() === undefined && this.#kept.length > 0;
  }

  /** How the console shows it. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** A table and a drawing for notebooks. */
  toHTML(): string {
    return chunkedToHTML({ chunks: this.#grid.chunks, dtype: this.dtype, persisted: this.#isKept() });
  }

  /** How a notebook shows it. */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/plain": this.toString(), "text/html": this.toHTML() };
  }
}
