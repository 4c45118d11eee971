import type { Rows } from "./rows.ts";

/**
 * One block of samples, and what is remembered of each from one iteration to the next. The bounds spare distances: as
 * long as the upper one of a sample is below its lower one, its label cannot have changed.
 *
 * Source: G. Hamerly, "Making k-means even faster", SIAM Data Mining (2010).
 */
export interface LloydBlock {
  /** The samples. */
  readonly rows: Rows;
  /** Cluster of each sample; −1 before the first iteration. */
  readonly labels: Int32Array;
  /** The distance to the own centre is no larger than this. */
  readonly upper: Float64Array;
  /** The distances to all other centres are no smaller than this. */
  readonly lower: Float64Array;
}

/** The centres of an iteration, and how they came from those before. */
export interface LloydCenters {
  /** Number of centres. */
  readonly k: number;
  /** The centres, one after the other, shape [k, nFeatures]. */
  readonly centers: Float64Array;
  /** How far each went in the iteration before; none at the start. */
  readonly shift?: Float64Array;
}

/** What a block adds to an iteration. */
export interface LloydPartial {
  /** Weighted sum of the samples of each cluster, shape [k, nFeatures]. */
  readonly sums: Float64Array;
  /** Weight of each cluster, shape [k]. */
  readonly weight: Float64Array;
  /** How many labels changed. */
  changed: number;
}

/** The state before the first iteration. */
export function startLloyd(rows: Rows): LloydBlock {
  return {
    rows,
    labels: new Int32Array(rows.n).fill(-1),
    upper: new Float64Array(rows.n).fill(Infinity),
    lower: new Float64Array(rows.n),
  };
}

/** Distances that differ by less than this may differ by rounding only. */
function roundingOf(rows: Rows, norms: Float64Array): number {
  return 1e-6 * Math.sqrt(rows.largestNorm + norms.reduce((a, b) => Math.max(a, b), 0));
}

/** Squared lengths of centres. */
export function squaredNorms(centers: Float64Array, k: number): Float64Array {
  const m = centers.length / k;
  const out = new Float64Array(k);
  for (let c = 0, at = 0; c < k; c++) for (let j = 0; j < m; j++, at++) out[c] += centers[at] * centers[at];
  return out;
}

/** Labels a block by the nearest centres. Where the bounds say that a label stays, no distance is computed. */
export function assignBlock(block: LloydBlock, state: LloydCenters): number {
  const { rows, labels, upper, lower } = block;
  const { n, m, data, norms: rowNorms } = rows;
  const { k, centers, shift } = state;
  const norms = squaredNorms(centers, k);
  const slack = roundingOf(rows, norms);
  let farthest = 0;
  let second = 0;
  let mover = -1;
  if (shift !== undefined) {
    for (let c = 0; c < k; c++) {
      if (shift[c] >= farthest) {
        second = farthest;
        farthest = shift[c];
        mover = c;
      } else second = Math.max(second, shift[c]);
    }
  }
  let changed = 0;
  for (let i = 0; i < n; i++) {
    const label = labels[i];
    if (label >= 0 && shift !== undefined) {
      upper[i] += shift[label];
      lower[i] -= label === mover ? second : farthest;
      if (upper[i] + slack < lower[i]) continue;
    }
    const at = i * m;
    let best = Infinity;
    let next = Infinity;
    let own = 0;
    for (let c = 0, p = 0; c < k; c++) {
      let dot = 0;
      for (let j = 0; j < m; j++, p++) dot += data[at + j] * centers[p];
      const d = norms[c] - 2 * dot;
      if (d < best) {
        next = best;
        best = d;
        own = c;
      } else if (d < next) next = d;
    }
    upper[i] = Math.sqrt(Math.max(0, best + rowNorms[i]));
    lower[i] = Math.sqrt(Math.max(0, next + rowNorms[i]));
    if (own !== label) {
      labels[i] = own;
      changed++;
    }
  }
  return changed;
}

/** One iteration's part of a block: labels it, and sums its clusters. */
export function lloydPartial(block: LloydBlock, state: LloydCenters): LloydPartial {
  const changed = assignBlock(block, state);
  return { ...sumClusters(block.rows, block.labels, state.k), changed };
}

/** Sums and weights of the clusters of a block. */
export function sumClusters(rows: Rows, labels: Int32Array, k: number): LloydPartial {
  const { n, m, data, weight } = rows;
  const out: LloydPartial = { sums: new Float64Array(k * m), weight: new Float64Array(k), changed: 0 };
  for (let i = 0, at = 0; i < n; i++) {
    const c = labels[i];
    const w = weight === undefined ? 1 : weight[i];
    out.weight[c] += w;
    const to = c * m;
    for (let j = 0; j < m; j++, at++) out.sums[to + j] += w * data[at];
  }
  return out;
}

/** The parts of two blocks together. */
export function combineLloyd(a: LloydPartial, b: LloydPartial): LloydPartial {
  return {
    sums: a.sums.map((v, i) => v + b.sums[i]),
    weight: a.weight.map((v, i) => v + b.weight[i]),
    changed: a.changed + b.changed,
  };
}

/**
 * The next centres: means of the clusters, and how far each is from the one before. A cluster that is still empty is put
 * where the heaviest one is.
 */
export function finishLloyd(total: LloydPartial, before: LloydCenters): Required<LloydCenters> {
  const { k } = before;
  const m = total.sums.length / k;
  const centers = total.sums.slice();
  let heaviest = 0;
  for (let c = 1; c < k; c++) if (total.weight[c] > total.weight[heaviest]) heaviest = c;
  const shift = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    if (total.weight[c] > 0) {
      const alpha = 1 / total.weight[c];
      for (let j = 0; j < m; j++) centers[c * m + j] *= alpha;
    } else centers.copyWithin(c * m, heaviest * m, heaviest * m + m);
  }
  for (let c = 0; c < k; c++) {
    let sum = 0;
    for (let j = 0; j < m; j++) sum += (centers[c * m + j] - before.centers[c * m + j]) ** 2;
    shift[c] = Math.sqrt(sum);
  }
  return { k, centers, shift };
}

/**
 * Gives each empty cluster the sample that is farthest from its centre, and takes it from the cluster it was in. Changes
 * the sums and weights it is given.
 */
export function relocateEmpty(total: LloydPartial, rows: Rows, labels: Int32Array, before: LloydCenters): void {
  const empty: number[] = [];
  for (let c = 0; c < before.k; c++) if (total.weight[c] === 0) empty.push(c);
  if (empty.length === 0) return;
  const { n, m, data, weight } = rows;
  const far = new Float64Array(n);
  for (let i = 0; i < n; i++) far[i] = squaredDistance(data, i * m, before.centers, labels[i] * m, m);
  const order = farthestFirst(far, empty.length);
  if (order.length === 0 || far[order[0]] === 0) return;
  for (const [e, c] of empty.entries()) {
    const i = order[e];
    const w = weight === undefined ? 1 : weight[i];
    const from = labels[i];
    for (let j = 0; j < m; j++) {
      total.sums[from * m + j] -= w * data[i * m + j];
      total.sums[c * m + j] = w * data[i * m + j];
    }
    total.weight[c] = w;
    total.weight[from] -= w;
  }
}

/** Places of the `count` largest values, the largest first. */
function farthestFirst(values: Float64Array, count: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (out.length === count && !(values[i] > values[out[count - 1]])) continue;
    let at = out.length;
    while (at > 0 && values[out[at - 1]] < values[i]) at--;
    out.splice(at, 0, i);
    if (out.length > count) out.pop();
  }
  return out;
}

/** Squared distance between two lists of `m` numbers. */
export function squaredDistance(a: Float64Array, from: number, b: Float64Array, to: number, m: number): number {
  let sum = 0;
  for (let j = 0; j < m; j++) {
    const d = a[from + j] - b[to + j];
    sum += d * d;
  }
  return sum;
}

/** Weighted sum of the squared distances of a block's samples to their centres. */
export function inertiaOf(rows: Rows, labels: Int32Array, centers: Float64Array): number {
  const { n, m, data, weight } = rows;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const d = squaredDistance(data, i * m, centers, labels[i] * m, m);
    sum += weight === undefined ? d : weight[i] * d;
  }
  return sum;
}
