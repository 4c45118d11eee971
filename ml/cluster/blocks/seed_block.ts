import { registerInternals } from "../../../actors/mod.ts";
import type { NDArray } from "../../array/mod.ts";
import { KernelFrame } from "../../kernels/mod.ts";
import * as module from "../../kernels/wasm/kmeans_blocks.ts";
import type { BlockLabels } from "./lloyd_blocks.ts";
import { firstBadRow, fresh, samplesOf, takeRows } from "./samples.ts";
import { type BlockKernels, packCenters, packedBytes } from "./tiles.ts";

/** What stays beside a block while centres are chosen. */
export interface SeedState {
  /** Squared distance of each row to the nearest candidate so far. */
  readonly distance: Float32Array;
  /** Number of that candidate. */
  readonly owner: Uint16Array;
}

/** One pass of the choice of centres. */
export interface SeedStep {
  /** Candidates that are new, shape [count, m]. */
  readonly points: Float64Array;
  /** Number of the first of them. */
  readonly base: number;
  /** The mean of all rows; null in the first pass, which finds it. */
  readonly origin: Float64Array | null;
  /** How many rows to draw from the whole; 0 for none. */
  readonly many: number;
  /** Seeds of the draws. */
  readonly seeds: readonly [number, number];
}

/** What of a step is a block's own. */
export interface SeedPlace {
  /** Number of the block's first row in the whole. */
  readonly first: number;
  /** Rows that shall come along, drawn evenly; none if empty. */
  readonly wanted: Int32Array;
}

/** What a pass tells of a block. */
export interface SeedPartial {
  /** Sum of the squared distances. */
  readonly cost: number;
  /** The largest of them, in the first pass. */
  readonly largest: number;
  /** Sum of the rows less the one candidate, in the first pass. */
  readonly sums: Float64Array;
  /** Rows that may be in the sample of the whole. */
  readonly drawn: Float64Array;
  /** A row is in it if its key times the cost of the whole is less than `many`. */
  readonly keys: Float64Array;
  /** The rows that were wanted. */
  readonly even: Float64Array;
  /** The first row that holds NaN or an infinity; −1 for none. */
  readonly bad: number;
}

/**
 * One pass of k-means|| over a block: distances to what is new, and a sample as it goes. A row is drawn by a number that comes of its place in the
 * whole alone; what was drawn with the sum so far is never less than what is drawn with the sum of all.
 *
 * Source: B. Bahmani, B. Moseley, A. Vattani, R. Kumar, S. Vassilvitskii, "Scalable k-means++", VLDB (2012).
 *
 * @param block the samples
 * @param before what the pass before left; in the first null, or what shall be forgotten
 */
export function seedBlock(
  block: NDArray,
  before: { readonly state: SeedState | BlockLabels } | null,
  step: SeedStep,
  place: SeedPlace,
): { state: SeedState; partial: SeedPartial } {
  const { points, base, origin, many, seeds } = step;
  const m = origin?.length ?? points.length;
  const samples = samplesOf(block, m);
  const { data, n } = samples;
  const count = points.length / m;
  const state: SeedState = { distance: fresh(Float32Array, n), owner: fresh(Uint16Array, n) };
  if (before === null || !("owner" in before.state)) state.owner.fill(0);
  else {
    state.distance.set(before.state.distance);
    state.owner.set(before.state.owner);
  }
  const arrays = [data, state.distance, state.owner];
  using frame = new KernelFrame<BlockKernels>(
    module,
    arrays,
    12 * n + packedBytes(count, m) + 16 * count * m + 64 * m + 4096,
  );
  const rows = frame.in(data);
  const distance = frame.inout(state.distance);
  const owner = frame.inout(state.owner);
  const at = { list: frame.temp(4 * n), keys: frame.temp(8 * n), result: frame.temp(16), sums: frame.temp(8 * m) };
  const all = frame.temp(8 * count * m);
  frame.f64(all, count * m).set(points);
  frame.f64(at.sums, m).fill(0);
  frame.f64(at.result, 2).fill(0);
  let drawn: number;
  if (origin === null) {
    drawn = frame.exports.measureOne(
      rows,
      n,
      m,
      all,
      place.first,
      many,
      ...seeds,
      distance,
      at.sums,
      at.list,
      at.keys,
      at.result,
    );
  } else {
    const { packed, packedNorms, fours, largest } = packCenters(frame, points, origin, count);
    const middle = frame.temp(8 * m);
    frame.f64(middle, m).set(origin);
    const scratch = frame.temp(32 * m + 128);
    drawn = frame.exports.measureNew(
      rows,
      n,
      m,
      middle,
      all,
      count,
      base,
      packed,
      packedNorms,
      fours,
      largest,
      place.first,
      many,
      ...seeds,
      distance,
      owner,
      scratch,
      at.list,
      at.keys,
      at.result,
    );
  }
  const [cost, largest] = frame.f64(at.result, 2);
  const keys = frame.f64(at.keys, drawn);
  const list = frame.i32(at.list, drawn);
  // With the sum of the block fewer are left than with the sums on the way.
  const kept = Array.from(list.keys()).filter((e) => keys[e] * cost < many);
  const partial: SeedPartial = {
    cost,
    largest,
    sums: frame.f64(at.sums, m).slice(),
    drawn: takeRows(samples, kept.map((e) => list[e])),
    keys: Float64Array.from(kept, (e) => keys[e]),
    even: takeRows(samples, place.wanted),
    bad: Number.isFinite(cost) ? -1 : firstBadRow(samples),
  };
  return { state, partial };
}

/** The row at which the sum of the squared distances reaches `target`: one row, drawn by its squared distance. */
export function rowAtCost(block: NDArray, { state }: { readonly state: SeedState }, target: number): Float64Array {
  const samples = samplesOf(block, block.shape[1]);
  const { distance } = state;
  let sum = 0;
  let last = 0;
  for (let i = 0; i < distance.length; i++) {
    if (distance[i] === 0) continue;
    sum += distance[i];
    last = i;
    if (sum > target) break;
  }
  return takeRows(samples, [last]);
}

/** Rows by their numbers in the block. */
export function rowsOfBlock(block: NDArray, _before: unknown, rows: Int32Array): Float64Array {
  return takeRows(samplesOf(block, block.shape[1]), rows);
}

registerInternals({ seedBlock, rowAtCost, rowsOfBlock });
