import { type LabelsLike, type MatrixLike, NDArray } from "../array/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  checkArray,
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  type Encoded,
  encodeLabels,
} from "../utils/mod.ts";
import { MetricError } from "./errors.ts";
import { pairwiseDistancesChunked, type PairwiseDistancesOptions } from "./pairwise/mod.ts";
import { distanceSums } from "./pairwise/nearest.ts";

/**
 * Samples and the codes of their clusters.
 *
 * @throws {MetricError} when there are fewer than two clusters, or as many as samples
 */
export function clusteredSamples(
  who: string,
  X: MatrixLike,
  labels: LabelsLike,
): Encoded & { X: NDArray<Float64Array> } {
  checkConsistentLength({ X, labels });
  const table = checkArray(X);
  const encoded = encodeLabels(checkLabels(labels, "labels"));
  const k = encoded.counts.length;
  if (!(k > 1 && k < table.shape[0])) {
    throw new MetricError(`${who}: there must be 2 to ${table.shape[0] - 1} clusters, got ${k}`);
  }
  return { ...encoded, X: table };
}

/** Features up to which differences lose no digits and cost no more than products. */
const FEW = 4;
/** Samples from which on products are worth their making. */
const MANY = 500;

/**
 * How much nearer each sample is to its own cluster than to the next one: from −1 to 1, and 0 for one that is alone.
 *
 * Source: P. J. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis",
 * J. Comput. Appl. Math. 20 (1987).
 *
 * @param X samples, shape [nSamples, nFeatures], or with metric "precomputed" their distances
 * @param labels cluster of each sample
 * @returns shape [nSamples]
 * @throws {MetricError} when there are fewer than two clusters, or as many as samples
 *
 * @example
 * ```ts
 * import { silhouetteSamples } from "@troupe/troupe";
 * silhouetteSamples([[0], [1], [10], [11]], [0, 0, 1, 1]).toArray(); // [0.9047…, 0.8947…, 0.8947…, 0.9047…]
 * ```
 */
export function silhouetteSamples(
  X: MatrixLike,
  labels: LabelsLike,
  options: PairwiseDistancesOptions = {},
): NDArray<Float64Array> {
  checkOptionNames("silhouetteSamples", options, ["V", "VI", "metric", "p", "w"]);
  const { X: table, codes, counts } = clusteredSamples("silhouetteSamples", X, labels);
  const n = codes.length;
  const k = counts.length;
  if (options.metric === "precomputed") {
    if (table.shape[1] !== n) {
      throw new MetricError(
        `silhouetteSamples: precomputed distances must be square, got shape [${table.shape.join(", ")}]`,
      );
    }
    for (let i = 0; i < n; i++) {
      if (Math.abs(table.data[i * n + i]) > 100 * Number.EPSILON) {
        throw new MetricError(`silhouetteSamples: the distance of sample ${i} to itself must be 0`);
      }
    }
  }
  const out = new Float64Array(n);
  const judge = (i: number, sums: Float64Array, at: number): void => {
    const own = codes[i];
    let other = Infinity;
    for (let c = 0; c < k; c++) if (c !== own) other = Math.min(other, sums[at + c] / counts[c]);
    const within = sums[at + own] / (counts[own] - 1);
    const value = (other - within) / Math.max(within, other);
    out[i] = counts[own] === 1 || value !== value ? 0 : value;
  };
  const { metric = "euclidean" } = options;
  if ((metric === "euclidean" || metric === "l2") && table.shape[1] > FEW && n >= MANY) {
    distanceSums(table, codes, k, (sums, start, rows) => {
      for (let r = 0; r < rows; r++) judge(start + r, sums, r * k);
    });
    return new NDArray(out);
  }
  const sums = new Float64Array(k);
  for (const { start, distances } of pairwiseDistancesChunked(table, null, options)) {
    for (let r = 0; r < distances.shape[0]; r++) {
      sums.fill(0);
      for (let j = 0; j < n; j++) sums[codes[j]] += distances.data[r * n + j];
      judge(start + r, sums, 0);
    }
  }
  return new NDArray(out);
}

/** Options of {@linkcode silhouetteScore}. */
export interface SilhouetteOptions extends PairwiseDistancesOptions {
  /** Judge only so many samples, drawn at random; all if left out. */
  sampleSize?: number | null;
  /** Seed of the draw. */
  randomState?: RandomStateLike;
}

/**
 * Mean of {@linkcode silhouetteSamples}.
 *
 * @throws {MetricError} when there are fewer than two clusters, or as many as samples
 *
 * @example
 * ```ts
 * import { silhouetteScore } from "@troupe/troupe";
 * silhouetteScore([[0], [1], [10], [11]], [0, 0, 1, 1]); // 0.899…
 * ```
 */
export function silhouetteScore(X: MatrixLike, labels: LabelsLike, options: SilhouetteOptions = {}): number {
  checkOptionNames("silhouetteScore", options, ["V", "VI", "metric", "p", "randomState", "sampleSize", "w"]);
  const { sampleSize = null, randomState, ...rest } = options;
  if (sampleSize === null) return silhouetteSamples(X, labels, rest).mean();
  checkConsistentLength({ X, labels });
  const table = checkArray(X);
  const rows = checkRandomState(randomState).permutation(table.shape[0]).data.subarray(0, sampleSize);
  const part = rest.metric === "precomputed" ? table.take(rows).transpose().take(rows).transpose() : table.take(rows);
  return silhouetteSamples(part, checkLabels(labels, "labels").take(rows) as LabelsLike, rest).mean();
}
