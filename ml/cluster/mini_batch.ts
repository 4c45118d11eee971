import type { RandomState } from "../random/mod.ts";
import { assignBlock, inertiaOf, startLloyd } from "./lloyd.ts";
import type { Rows } from "./rows.ts";

/** Centres that move with every batch. Changed in place by {@linkcode miniBatchStep}. */
export interface MiniBatchState {
  /** The centres, shape [k, nFeatures]. */
  centers: Float64Array;
  /** Weight that each centre has taken in. */
  readonly counts: Float64Array;
  /** Samples seen since small clusters were last given away. */
  sinceReassign: number;
  /** What is drawn from. */
  readonly rng: RandomState;
  /** Samples that a batch counts for, when it is decided whether to give clusters away. */
  readonly batchSize: number;
}

/** How a step is done. */
export interface MiniBatchOptions {
  /** Clusters below this part of the largest count are given away. */
  readonly reassignmentRatio: number;
  /** Whether to tell of clusters that are given away. */
  readonly verbose: boolean;
}

/**
 * One batch: each of its samples pulls its nearest centre, the less the more that has taken in; now and then centres that
 * hardly take in any get a new place.
 *
 * Source: D. Sculley, "Web-scale k-means clustering", WWW (2010).
 *
 * @returns the inertia of the batch before the centres moved
 */
export function miniBatchStep(batch: Rows, state: MiniBatchState, options: MiniBatchOptions): number {
  const k = state.counts.length;
  const { m } = batch;
  const reassign = timeToReassign(state);
  const block = startLloyd(batch);
  assignBlock(block, { k, centers: state.centers });
  const inertia = inertiaOf(batch, block.labels, state.centers);
  state.centers = pull(batch, block.labels, state);
  if (reassign && options.reassignmentRatio > 0) {
    const weak = weakClusters(state.counts, options.reassignmentRatio, batch.n);
    if (weak.length > 0) {
      const rows = state.rng.choice(batch.n, { size: weak.length, replace: false }).data;
      if (options.verbose) console.log(`[MiniBatchKMeans] Reassigning ${weak.length} cluster centers.`);
      for (const [i, c] of weak.entries()) {
        state.centers.set(batch.data.subarray(rows[i] * m, (rows[i] + 1) * m), c * m);
      }
      // They start with the smallest count that is left, so as not to be given away again at once.
      let smallest = Infinity;
      for (let c = 0; c < k; c++) if (!weak.includes(c)) smallest = Math.min(smallest, state.counts[c]);
      for (const c of weak) state.counts[c] = smallest;
    }
  }
  return inertia;
}

/** Whether small clusters are to be given away now: every 10 k samples, and always when some are empty. */
function timeToReassign(state: MiniBatchState): boolean {
  state.sinceReassign += state.batchSize;
  if (!state.counts.includes(0) && state.sinceReassign < 10 * state.counts.length) return false;
  state.sinceReassign = 0;
  return true;
}

/** Means of all that each centre has ever taken in, this batch included. */
function pull({ n, m, data, weight }: Rows, labels: Int32Array, { centers, counts }: MiniBatchState): Float64Array {
  const k = counts.length;
  const added = new Float64Array(k);
  for (let i = 0; i < n; i++) added[labels[i]] += weight === undefined ? 1 : weight[i];
  const next = centers.slice();
  for (let c = 0; c < k; c++) {
    if (added[c] > 0) { for (let j = 0; j < m; j++) next[c * m + j] *= counts[c]; }
  }
  for (let i = 0, at = 0; i < n; i++) {
    const c = labels[i];
    const w = weight === undefined ? 1 : weight[i];
    if (!(added[c] > 0)) at += m;
    else for (let j = 0; j < m; j++, at++) next[c * m + j] += w * data[at];
  }
  for (let c = 0; c < k; c++) {
    if (!(added[c] > 0)) continue;
    counts[c] += added[c];
    const alpha = 1 / counts[c];
    for (let j = 0; j < m; j++) next[c * m + j] *= alpha;
  }
  return next;
}

/** Clusters with far less weight than the largest, at most half as many as there are samples in a batch. */
function weakClusters(counts: Float64Array, ratio: number, batch: number): number[] {
  const largest = counts.reduce((a, b) => Math.max(a, b), 0);
  const weak = Array.from(counts.keys()).filter((c) => counts[c] < ratio * largest);
  if (weak.length <= 0.5 * batch) return weak;
  const order = Array.from(counts.keys()).sort((a, b) => counts[a] - counts[b]);
  const allowed = new Set(order.slice(0, Math.floor(0.5 * batch)));
  return weak.filter((c) => allowed.has(c));
}
