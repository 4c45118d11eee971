import type { RandomState } from "../random/mod.ts";
import { NDArray } from "../array/mod.ts";
import { squaredDistance } from "./lloyd.ts";
import type { Rows } from "./rows.ts";

/** Weights as probabilities; null where all weigh the same. */
export function probabilities(rows: Rows): NDArray<Float64Array> {
  const { n, weight } = rows;
  if (weight === undefined) return new NDArray(new Float64Array(n).fill(1 / n));
  let sum = 0;
  for (let i = 0; i < n; i++) sum += weight[i];
  return new NDArray(weight.map((w) => w / sum));
}

/** Samples chosen as centres. */
export interface ChosenCenters {
  /** The centres, shape [k, nFeatures]. */
  readonly centers: Float64Array;
  /** Numbers of the samples. */
  readonly indices: Int32Array;
}

/**
 * Chooses centres among the samples: the first by weight, each next one with a probability that grows with the squared
 * distance to the nearest so far; of a few tries the one is kept that leaves the smallest sum.
 *
 * A try is not measured against samples that the triangle inequality says are nearer to the centre they have.
 *
 * Source: D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA (2007).
 *
 * @param rows the samples
 * @param k how many
 * @param rng what is drawn from, in scikit-learn's order
 * @param trials tries for each centre; 2 + log k, rounded down, if left out
 */
export function choosePlusPlus(rows: Rows, k: number, rng: RandomState, trials?: number): ChosenCenters {
  const { n, m, data, weight, norms } = rows;
  const count = trials ?? 2 + Math.floor(Math.log(k));
  const centers = new Float64Array(k * m);
  const indices = new Int32Array(k).fill(-1);
  const keep = (c: number, i: number): void => {
    indices[c] = i;
    centers.set(data.subarray(i * m, (i + 1) * m), c * m);
  };
  keep(0, rng.choice(n, { p: probabilities(rows) }));
  const closest = new Float64Array(n);
  const owner = new Int32Array(n);
  let potential = measure(rows, indices[0], closest);
  const cumulative = new Float64Array(n);
  const reach = new Float64Array(k);
  const after = new Float64Array(n);
  let best = new Float64Array(n);
  let trial = after;
  for (let c = 1; c < k; c++) {
    const values = rng.randomSample(count).data.map((v) => v * potential);
    let sum = 0;
    for (let i = 0; i < n; i++) cumulative[i] = sum += weight === undefined ? closest[i] : weight[i] * closest[i];
    let bestPotential = Infinity;
    let chosen = -1;
    for (const value of values) {
      const candidate = Math.min(firstAtLeast(cumulative, value), n - 1);
      if (candidate === chosen) continue;
      // Half of the distance from the candidate to a centre, squared: nearer samples than that stay with the centre.
      for (let o = 0; o < c; o++) reach[o] = squaredDistance(data, candidate * m, centers, o * m, m) / 4 * (1 - 1e-9);
      const at = candidate * m;
      const own = norms[candidate];
      let total = 0;
      for (let i = 0; i < n; i++) {
        let d = closest[i];
        if (d > reach[owner[i]]) {
          let dot = 0;
          for (let j = 0, p = i * m; j < m; j++, p++) dot += data[p] * data[at + j];
          const near = Math.max(0, norms[i] - 2 * dot + own);
          if (near < d) d = near;
        }
        trial[i] = d;
        total += weight === undefined ? d : weight[i] * d;
      }
      if (total < bestPotential || chosen < 0) {
        bestPotential = total;
        chosen = candidate;
        [best, trial] = [trial, best];
      }
    }
    keep(c, chosen);
    potential = bestPotential;
    for (let i = 0; i < n; i++) {
      if (best[i] === closest[i]) continue;
      closest[i] = best[i];
      owner[i] = c;
    }
  }
  return { centers, indices };
}

/** Squared distances of all samples to one of them; gives their weighted sum. */
function measure(rows: Rows, center: number, out: Float64Array): number {
  const { n, m, data, weight, norms } = rows;
  const at = center * m;
  let total = 0;
  for (let i = 0, p = 0; i < n; i++) {
    let dot = 0;
    for (let j = 0; j < m; j++, p++) dot += data[p] * data[at + j];
    const d = Math.max(0, norms[i] - 2 * dot + norms[center]);
    out[i] = d;
    total += weight === undefined ? d : weight[i] * d;
  }
  return total;
}

/** The first place whose value is at least `value`. */
export function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Cumulative probabilities of the samples, by weight. */
export function distributionOf(rows: Rows): Float64Array {
  const out = probabilities(rows).data;
  let sum = 0;
  for (let i = 0; i < out.length; i++) out[i] = sum += out[i];
  for (let i = 0; i < out.length; i++) out[i] /= sum;
  return out;
}

/** Draws samples with replacement, as `RandomState.choice` does, from cumulative probabilities that are made once. */
export function drawSamples(cumulative: Float64Array, rng: RandomState, count: number): Int32Array {
  const values = rng.randomSample(count).data;
  const out = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    let low = 0;
    let high = cumulative.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[k] < cumulative[middle]) high = middle;
      else low = middle + 1;
    }
    out[k] = low;
  }
  return out;
}
