import { registerInternals } from "../../../actors/mod.ts";
import { NDArray } from "../../array/mod.ts";
import { KernelFrame } from "../../kernels/mod.ts";
import * as module from "../../kernels/wasm/kmeans_blocks.ts";
import { squaredDistance } from "../lloyd.ts";
import { firstBadRow, fresh, samplesOf, takeRows } from "./samples.ts";
import type { SeedState } from "./seed_block.ts";
import { type BlockKernels, TILE, tileBytes, Tiles } from "./tiles.ts";

/** Rows between two looks at whether guesses are worth their while. */
const SPAN = 16_384;

/** What stays beside a block from one iteration to the next. */
export interface BlockLabels {
  /** Cluster of each row. */
  readonly labels: Uint16Array;
  /** How much farther the second nearest centre is than the nearest, at least; plus the drift of the label's centre when that was measured. */
  readonly gap: Float32Array;
  /** Sum of each cluster's rows, less the cluster's reference; shape [k, m]. */
  readonly sums: Float64Array;
  /** Sum of the squared distances of each cluster's rows to its reference. */
  readonly squares: Float64Array;
  /** Number of rows in each cluster. */
  readonly mass: Float64Array;
  /** Where it was asked for, distances to the centres of that pass, no smaller than they are: the upper halves of float32. */
  readonly far?: Uint16Array;
}

/** One iteration. Plain data that travels to each block. */
export interface LloydStep {
  /** The centres, shape [k, m]. */
  readonly centers: Float64Array;
  /** How many. */
  readonly k: number;
  /** What is taken off a cluster's rows before they are summed: the centres of the first iteration. */
  readonly refs: Float64Array;
  /** Near the mean of all rows. */
  readonly origin: Float64Array;
  /** Half the distance from each centre to the nearest other, a little less for rounding. */
  readonly half: Float64Array;
  /** For each centre how far it and the farthest of the others went since the first iteration, added up. */
  readonly drift: Float64Array;
  /** Of each candidate of the seeding, the centre nearest to it; null where there was no seeding. */
  readonly guess: Uint16Array | null;
}

/** What an iteration tells of a block. */
export interface BlockPartial {
  /** As in {@linkcode BlockLabels}. */
  readonly sums: Float64Array;
  /** As in {@linkcode BlockLabels}. */
  readonly squares: Float64Array;
  /** As in {@linkcode BlockLabels}. */
  readonly mass: Float64Array;
  /** How many labels changed. */
  readonly changed: number;
  /** The smallest gap in each cluster: as long as no drift reaches it, the block need not be looked at. */
  readonly gaps: Float32Array;
  /** The first row that holds NaN or an infinity; −1 for none. */
  readonly bad: number;
}

/**
 * One iteration's part of a block: labels, sums and what proves that labels stay, in one pass. In a later iteration only rows are read whose label is
 * not proved.
 *
 * @param block the samples
 * @param before what the iteration before left; the seeding's state or null in the first
 * @param measured whether to keep distances; only where no state is and the references are the centres
 */
export function lloydBlock(
  block: NDArray,
  before: { readonly state: BlockLabels | SeedState } | null,
  step: LloydStep,
  measured = false,
): { state: BlockLabels; partial: BlockPartial } {
  const { centers, k, refs, origin, half, drift } = step;
  const m = origin.length;
  const samples = samplesOf(block, m);
  const { data, n } = samples;
  const last = before !== null && "labels" in before.state ? before.state : undefined;
  const owner = before !== null && "owner" in before.state && step.guess !== null ? before.state.owner : undefined;
  const state: BlockLabels = {
    labels: fresh(Uint16Array, n),
    gap: fresh(Float32Array, n),
    sums: last?.sums.slice() ?? new Float64Array(k * m),
    squares: last?.squares.slice() ?? new Float64Array(k),
    mass: last?.mass.slice() ?? new Float64Array(k),
    ...(measured ? { far: fresh(Uint16Array, n) } : {}),
  };
  if (last !== undefined) {
    state.labels.set(last.labels);
    state.gap.set(last.gap);
  }
  const small = [state.sums, state.squares, state.mass, centers, refs, half, drift];
  const arrays = [data, state.labels, state.gap, ...small];
  if (owner !== undefined) arrays.push(owner, step.guess as Uint16Array);
  if (state.far !== undefined) arrays.push(state.far);
  const gaps = new Float32Array(k).fill(Infinity);
  let changed = 0;
  {
    using frame = new KernelFrame<BlockKernels>(module, arrays, tileBytes(k, m) + 4 * SPAN + 4 * k + 4096);
    const rows = frame.in(data);
    const labels = frame.inout(state.labels);
    const gap = frame.inout(state.gap);
    const into = [frame.inout(state.sums), frame.inout(state.squares), frame.inout(state.mass)];
    const at = { centers: frame.in(centers), refs: frame.in(refs), half: frame.in(half), drift: frame.in(drift) };
    const owners = owner === undefined ? 0 : frame.in(owner);
    const guess = owner === undefined ? 0 : frame.in(step.guess as Uint16Array);
    const tiles = new Tiles(frame, centers, origin, k);
    const list = frame.temp(4 * SPAN);
    const least = frame.inout(gaps);
    const far = state.far === undefined ? 0 : frame.out(state.far);
    let guessing = owner !== undefined;
    for (let start = 0; start < n; start += SPAN) {
      const end = Math.min(n, start + SPAN);
      let count = end - start;
      let listed = list;
      if (last !== undefined) {
        count = frame.exports.proveAgain(rows, start, end, m, at.centers, at.half, at.drift, labels, gap, list);
      } else if (guessing) {
        const to = [at.centers, at.half, labels, gap, ...into, list];
        count = frame.exports.proveGuesses(rows, start, end, m, owners, guess, ...to);
        guessing = count < (end - start) / 2;
      } else listed = 0;
      for (let e = 0; e < count; e += TILE) {
        const some = Math.min(TILE, count - e);
        const where = listed === 0 ? 0 : listed + 4 * e;
        tiles.run(rows, m, where, start + e, some);
        const { labels: found, upper, lower } = tiles;
        const began = last === undefined ? 1 : 0;
        const kept = [at.drift, at.refs, labels, gap, ...into, far];
        changed += frame.exports.settle(rows, where, start + e, some, m, found, upper, lower, began, ...kept);
      }
    }
    frame.exports.smallestGaps(n, labels, gap, least);
  }
  if (last === undefined) changed = n;
  const { sums, squares, mass } = state;
  const finite = squares.every(Number.isFinite) && sums.every(Number.isFinite);
  return { state, partial: { sums, squares, mass, changed, gaps, bad: finite ? -1 : firstBadRow(samples) } };
}

/** Rows that are far from their centres. */
export interface FarRows {
  /** Squared distances, the largest first. */
  readonly distance: Float64Array;
  /** Their clusters. */
  readonly labels: Int32Array;
  /** The rows, one after the other. */
  readonly rows: Float64Array;
}

/** The rows of a block that are farthest from their centres; of equals the first. */
export function farthestRows(
  block: NDArray,
  { state: { labels } }: { readonly state: BlockLabels },
  centers: Float64Array,
  count: number,
): FarRows {
  const samples = samplesOf(block, block.shape[1]);
  const { data, n, m } = samples;
  const far: { i: number; d: number }[] = [];
  for (let i = 0; i < n; i++) {
    const d = squaredDistance(data, i * m, centers, labels[i] * m, m);
    if (far.length === count && !(d > far[count - 1].d)) continue;
    let at = far.length;
    while (at > 0 && far[at - 1].d < d) at--;
    far.splice(at, 0, { i, d });
    if (far.length > count) far.pop();
  }
  return {
    distance: Float64Array.from(far, (f) => f.d),
    labels: Int32Array.from(far, (f) => labels[f.i]),
    rows: takeRows(samples, far.map((f) => f.i)),
  };
}

/** The labels of a block as an array of the user's. */
export function labelsOfBlock({ state }: { readonly state: BlockLabels }): NDArray<Int32Array> {
  const out = fresh(Int32Array, state.labels.length);
  out.set(state.labels);
  return new NDArray(out);
}

registerInternals({ lloydBlock, farthestRows, labelsOfBlock });
