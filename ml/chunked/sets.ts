import { type Delayed, registerInternals } from "../../actors/mod.ts";
import {
  allocate,
  type ArrayData,
  type DType,
  DTypeError,
  NDArray,
  type NumericData,
  ShapeError,
} from "../array/mod.ts";
import { type AnyArray, newArray } from "./block.ts";
import { axisOf, blockIndex, blockNumber, type Chunks, countBlocks, isKnown } from "./chunks.ts";
import { treeOf } from "./drivers.ts";
import { eachTile } from "./evaluate.ts";
import { call, type Grid, gridOf } from "./grid.ts";
import type { Program } from "./program.ts";

/** Distinct values in order, and how often each was there. */
export interface Distinct {
  /** The values; NaN once, and last. */
  readonly values: AnyArray;
  /** How often. */
  readonly counts: NDArray<Float64Array>;
}

type Value = number | bigint | string;

/** NaN is the largest. */
function compare(a: Value, b: Value): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : a !== a ? (b !== b ? 0 : 1) : -1;
}

function distinctOf(dtype: DType, values: readonly Value[], counts: readonly number[]): Distinct {
  const data = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) (data as unknown as Value[])[i] = values[i];
  return { values: new NDArray(data, [values.length], dtype), counts: new NDArray(Float64Array.from(counts)) };
}

/** The distinct elements of a block. */
export function distinctBlock(block: AnyArray): Distinct {
  const { data } = block;
  const sorted = Array.isArray(data) ? data.toSorted((a, b) => compare(a, b)) : (data as Float64Array).slice().sort();
  const values: Value[] = [], counts: number[] = [];
  for (const v of sorted as ArrayLike<Value> & Iterable<Value>) {
    const last = values[values.length - 1];
    if (values.length > 0 && (v === last || (v !== v && last !== last))) counts[counts.length - 1]++;
    else {
      values.push(v);
      counts.push(1);
    }
  }
  return distinctOf(block.dtype, values, counts);
}

/** The distinct elements of several blocks. */
export function mergeDistinct(list: readonly Distinct[]): Distinct {
  const found = new Map<Value, number>();
  for (const { values, counts } of list) {
    for (let i = 0; i < values.size; i++) {
      // 0 and -0 are one.
      const v = values.data[i] as Value;
      found.set(v, (found.get(v) ?? 0) + counts.data[i]);
    }
  }
  const values = [...found.keys()].sort(compare);
  return distinctOf(list[0].values.dtype, values, values.map((v) => found.get(v)!));
}

/** The values alone. */
export function distinctValues(distinct: Distinct): AnyArray {
  return distinct.values;
}

/** The counts alone. */
export function distinctCounts(distinct: Distinct): NDArray<Float64Array> {
  return distinct.counts;
}

/** Distinct elements of the whole, and how often each is there. Their number is not known before. */
export function uniqueGrid(grid: Grid): { values: Grid; counts: Grid } {
  const { client } = grid;
  const parts = grid.nodes().map((node) => call(client, distinctBlock, node)) as Delayed<Distinct>[];
  const all = treeOf(parts, (list) => call(client, mergeDistinct, list) as Delayed<Distinct>);
  return {
    values: gridOf(client, [[NaN]], grid.dtype, [call(client, distinctValues, all)]),
    counts: gridOf(client, [[NaN]], "float64", [call(client, distinctCounts, all) as Delayed<AnyArray>]),
  };
}

/** The k largest along an axis, largest first; with a negative k the smallest, smallest first. NaN counts as the largest. */
export function topBlock(blocks: readonly AnyArray[], k: number, axis: number): AnyArray {
  const [{ shape, dtype }] = blocks;
  const lengths = blocks.map((b) => b.shape[axis]);
  const total = lengths.reduce((a, b) => a + b, 0);
  const count = Math.min(Math.abs(k), total);
  const out = newArray(dtype, shape.with(axis, count));
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const line = allocate(dtype, total);
  if (Array.isArray(line)) throw new DTypeError("topk: elements are text");
  const values = line as NumericData, to = out.data as NumericData;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let at = 0;
      blocks.forEach((block, b) => {
        const data = block.data as NumericData;
        for (let j = 0; j < lengths[b]; j++) values[at++] = data[(o * lengths[b] + j) * inner + i];
      });
      values.sort();
      for (let j = 0; j < count; j++) to[(o * count + j) * inner + i] = values[k > 0 ? total - 1 - j : j];
    }
  }
  return out;
}

/** See {@linkcode topBlock}. */
export function topGrid(grid: Grid, k: number, axis: number, what: string): Grid {
  if (!Number.isInteger(k) || k === 0) throw new RangeError(`${what}: k must be a whole number other than 0, got ${k}`);
  if (grid.dtype === "string") throw new DTypeError(`${what}: elements are text`);
  const at = axisOf(axis, grid.chunks.length, what);
  const { client } = grid;
  const total = grid.chunks[at].reduce((a, b) => a + b, 0);
  const chunks: Chunks = grid.chunks.map((c, a) => a === at ? [isKnown(c) ? Math.min(Math.abs(k), total) : NaN] : c);
  const nodes = Array.from({ length: countBlocks(chunks) }, (_, b) => {
    const place = blockIndex(chunks, b);
    const parts = grid.chunks[at].map((_, i) =>
      call(client, topBlock, [grid.node(blockNumber(grid.chunks, place.with(at, i)))], k, at)
    );
    return treeOf(parts, (list) => call(client, topBlock, list, k, at));
  });
  return gridOf(client, chunks, grid.dtype, nodes);
}

/** How many elements lie between the edges; the last bin has both of its own. Elements outside count for nothing. */
export function countBlock(
  program: Program | null,
  inputs: readonly AnyArray[],
  edges: Float64Array,
  even: boolean,
): AnyArray {
  const bins = edges.length - 1;
  const counts = new Float64Array(bins);
  const low = edges[0], high = edges[bins], scale = bins / (high - low);
  eachTile(program ?? undefined, inputs, 1, (data, at, _, n) => {
    for (let i = at; i < at + n; i++) {
      const v = data[i];
      if (!(v >= low && v <= high)) continue;
      let bin: number;
      if (even) {
        bin = Math.min(bins - 1, Math.floor((v - low) * scale));
        // What rounding has put on the wrong side of an edge.
        if (v < edges[bin]) bin--;
        else if (bin < bins - 1 && v >= edges[bin + 1]) bin++;
      } else {
        let a = 0, b = bins - 1;
        while (a < b) {
          const middle = (a + b + 1) >> 1;
          if (edges[middle] <= v) a = middle;
          else b = middle - 1;
        }
        bin = a;
      }
      counts[bin]++;
    }
  });
  return new NDArray(counts as ArrayData);
}

/** Counts of several blocks together. */
export function addCounts(list: readonly AnyArray[]): AnyArray {
  const sum = (list[0].data as Float64Array).slice();
  for (const { data } of list.slice(1)) for (let i = 0; i < sum.length; i++) sum[i] += data[i] as number;
  return new NDArray(sum as ArrayData);
}

/** Edges of bins: given, or so many between two bounds. */
export function edgesOf(
  bins: number | ArrayLike<number>,
  range: readonly [number, number] | undefined,
  what: string,
): Float64Array {
  if (typeof bins !== "number") {
    const edges = Float64Array.from(bins);
    if (edges.length < 2 || edges.some((e, i) => i > 0 && !(e >= edges[i - 1]))) {
      throw new ShapeError(`${what}: edges of bins must be at least two, none smaller than the one before`);
    }
    return edges;
  }
  if (!(Number.isInteger(bins) && bins > 0)) {
    throw new RangeError(`${what}: bins must be a positive integer, got ${bins}`);
  }
  if (range === undefined) {
    throw new TypeError(
      `${what}: a number of bins needs a range, for the bounds of the data are not known before it is read`,
    );
  }
  const [low, high] = range;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
    throw new RangeError(`${what}: range must be two finite numbers in order, got [${low}, ${high}]`);
  }
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  const step = (to - from) / bins;
  return Float64Array.from({ length: bins + 1 }, (_, i) => i === bins ? to : from + i * step);
}

/** See {@linkcode countBlock}. */
export function histogramGrid(grid: Grid, edges: Float64Array, even: boolean, what: string): Grid {
  if (grid.dtype === "string") throw new DTypeError(`${what}: elements are text`);
  const { client } = grid;
  const parts = Array.from(
    { length: grid.count },
    (_, b) => call(client, countBlock, grid.program ?? null, grid.sources(b), edges, even),
  );
  return gridOf(client, [[edges.length - 1]], "float64", [treeOf(parts, (list) => call(client, addCounts, list))]);
}

registerInternals({ distinctBlock, mergeDistinct, distinctValues, distinctCounts, topBlock, countBlock, addCounts });
