import { type LloydCenters, type LloydPartial, squaredDistance, sumClusters } from "./lloyd.ts";
import type { Rows } from "./rows.ts";

/** One block of samples with a lower bound for each centre: spares more distances than one bound, and takes more memory. */
export interface ElkanBlock {
  /** The samples. */
  readonly rows: Rows;
  /** Cluster of each sample; −1 before the first iteration. */
  readonly labels: Int32Array;
  /** The distance to the own centre is no larger than this. */
  readonly upper: Float64Array;
  /** The distance to each centre is no smaller than this, shape [nSamples, k]. */
  readonly lower: Float64Array;
}

/** The state before the first iteration. */
export function startElkan(rows: Rows, k: number): ElkanBlock {
  return {
    rows,
    labels: new Int32Array(rows.n).fill(-1),
    upper: new Float64Array(rows.n).fill(Infinity),
    lower: new Float64Array(rows.n * k),
  };
}

/** Half of the distances between centres, and for each half of that to the nearest other. */
export function halfDistances(centers: Float64Array, k: number): { half: Float64Array; nearest: Float64Array } {
  const m = centers.length / k;
  const half = new Float64Array(k * k);
  const nearest = new Float64Array(k).fill(Infinity);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < k; b++) {
      if (a === b) continue;
      half[a * k + b] = Math.sqrt(squaredDistance(centers, a * m, centers, b * m, m)) / 2;
      nearest[a] = Math.min(nearest[a], half[a * k + b]);
    }
  }
  return { half, nearest };
}

/**
 * Labels a block by the nearest centres, computing only the distances that the triangle inequality leaves open.
 *
 * Source: C. Elkan, "Using the triangle inequality to accelerate k-means", ICML (2003).
 */
export function assignElkan(block: ElkanBlock, { k, centers, shift }: LloydCenters): number {
  const { rows: { n, m, data }, labels, upper, lower } = block;
  const { half, nearest } = halfDistances(centers, k);
  const distance = (i: number, c: number): number => Math.sqrt(squaredDistance(data, i * m, centers, c * m, m));
  let changed = 0;
  for (let i = 0; i < n; i++) {
    const before = labels[i];
    let own = Math.max(0, before);
    const bounds = i * k;
    if (shift !== undefined) {
      upper[i] += shift[own];
      for (let c = 0; c < k; c++) lower[bounds + c] = Math.max(0, lower[bounds + c] - shift[c]);
    }
    let exact = false;
    if (before < 0) {
      upper[i] = lower[bounds] = distance(i, 0);
      exact = true;
    }
    if (upper[i] > nearest[own] || before < 0) {
      for (let c = 0; c < k; c++) {
        if (c === own || !(upper[i] > lower[bounds + c]) || !(upper[i] > half[own * k + c])) continue;
        if (!exact) {
          upper[i] = lower[bounds + own] = distance(i, own);
          exact = true;
        }
        if (upper[i] > lower[bounds + c] || upper[i] > half[own * k + c]) {
          const d = lower[bounds + c] = distance(i, c);
          if (d < upper[i]) {
            own = c;
            upper[i] = d;
          }
        }
      }
    }
    if (own !== before) {
      labels[i] = own;
      changed++;
    }
  }
  return changed;
}

/** One iteration's part of a block: labels it, and sums its clusters. */
export function elkanPartial(block: ElkanBlock, state: LloydCenters): LloydPartial {
  const changed = assignElkan(block, state);
  return { ...sumClusters(block.rows, block.labels, state.k), changed };
}
