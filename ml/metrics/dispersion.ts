import type { LabelsLike, MatrixLike } from "../array/mod.ts";
import { clusteredSamples } from "./silhouette.ts";

/** Means of the clusters, row after row. */
function centres(data: Float64Array, d: number, codes: Int32Array, counts: Int32Array): Float64Array {
  const out = new Float64Array(counts.length * d);
  for (let i = 0; i < codes.length; i++) for (let f = 0; f < d; f++) out[codes[i] * d + f] += data[i * d + f];
  return out.map((v, at) => v / counts[Math.floor(at / d)]);
}

/**
 * Spread between clusters against spread within them: higher is better.
 *
 * Source: T. Calinski, J. Harabasz, "A dendrite method for cluster analysis", Communications in Statistics 3 (1974).
 *
 * @param X samples, shape [nSamples, nFeatures]
 * @param labels cluster of each sample
 * @throws {MetricError} when there are fewer than two clusters, or as many as samples
 *
 * @example
 * ```ts
 * import { calinskiHarabaszScore } from "@troupe/troupe";
 * calinskiHarabaszScore([[0], [1], [10], [11]], [0, 0, 1, 1]); // 200
 * ```
 */
export function calinskiHarabaszScore(X: MatrixLike, labels: LabelsLike): number {
  const { X: table, codes, counts } = clusteredSamples("calinskiHarabaszScore", X, labels);
  const [n, d] = table.shape;
  const k = counts.length;
  const means = centres(table.data, d, codes, counts);
  const whole = table.mean(0).data;
  let between = 0;
  for (let c = 0; c < k; c++) {
    for (let f = 0; f < d; f++) between += counts[c] * (means[c * d + f] - whole[f]) ** 2;
  }
  let within = 0;
  for (let i = 0; i < n; i++) {
    for (let f = 0; f < d; f++) within += (table.data[i * d + f] - means[codes[i] * d + f]) ** 2;
  }
  return within === 0 ? 1 : between * (n - k) / (within * (k - 1));
}

/**
 * Mean over the clusters of how like the most similar other one is: sizes against distance; lower is better.
 *
 * Source: D. L. Davies, D. W. Bouldin, "A cluster separation measure", IEEE TPAMI 1 (1979).
 *
 * @param X samples, shape [nSamples, nFeatures]
 * @param labels cluster of each sample
 * @throws {MetricError} when there are fewer than two clusters, or as many as samples
 *
 * @example
 * ```ts
 * import { daviesBouldinScore } from "@troupe/troupe";
 * daviesBouldinScore([[0], [1], [10], [11]], [0, 0, 1, 1]); // 0.1
 * ```
 */
export function daviesBouldinScore(X: MatrixLike, labels: LabelsLike): number {
  const { X: table, codes, counts } = clusteredSamples("daviesBouldinScore", X, labels);
  const [n, d] = table.shape;
  const k = counts.length;
  const means = centres(table.data, d, codes, counts);
  const radius = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    let square = 0;
    for (let f = 0; f < d; f++) square += (table.data[i * d + f] - means[codes[i] * d + f]) ** 2;
    radius[codes[i]] += Math.sqrt(square) / counts[codes[i]];
  }
  let sum = 0;
  let apart = 0;
  for (let a = 0; a < k; a++) {
    let worst = 0;
    for (let b = 0; b < k; b++) {
      let square = 0;
      for (let f = 0; f < d; f++) square += (means[a * d + f] - means[b * d + f]) ** 2;
      const distance = Math.sqrt(square);
      apart = Math.max(apart, distance);
      // Clusters of the same centre are not compared.
      if (distance > 0) worst = Math.max(worst, (radius[a] + radius[b]) / distance);
    }
    sum += worst;
  }
  return radius.every((r) => r <= 1e-8) || apart <= 1e-8 ? 0 : sum / k;
}
