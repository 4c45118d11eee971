import type { VectorLike } from "../array/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { numberTargets } from "./targets.ts";

/** Weighted mean of what `loss` makes of each true and predicted number. */
function meanOf(
  yTrue: VectorLike,
  yPred: VectorLike,
  options: WeightOptions,
  loss: (truth: number, predicted: number) => number,
): number {
  const { truth, predicted, weight } = numberTargets(yTrue, yPred, options.sampleWeight);
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < truth.length; i++) {
    sum += weight[i] * loss(truth[i], predicted[i]);
    mass += weight[i];
  }
  return sum / mass;
}

/** Mean of the squared errors. */
export function meanSquaredError(yTrue: VectorLike, yPred: VectorLike, options: WeightOptions = {}): number {
  return meanOf(yTrue, yPred, options, (t, p) => (t - p) * (t - p));
}

/** Square root of the mean of the squared errors. */
export function rootMeanSquaredError(yTrue: VectorLike, yPred: VectorLike, options: WeightOptions = {}): number {
  return Math.sqrt(meanSquaredError(yTrue, yPred, options));
}

/** Mean of the absolute errors. */
export function meanAbsoluteError(yTrue: VectorLike, yPred: VectorLike, options: WeightOptions = {}): number {
  return meanOf(yTrue, yPred, options, (t, p) => Math.abs(t - p));
}

/**
 * Coefficient of determination R²: 1 is perfect, 0 as good as always predicting the mean, negative is worse. NaN for
 * fewer than two samples. Where all targets are equal, a perfect prediction scores 1 and every other 0.
 *
 * @example
 * ```ts
 * import { r2Score } from "@troupe/troupe";
 * r2Score([3, -0.5, 2, 7], [2.5, 0, 2, 8]); // 0.948…
 * ```
 */
export function r2Score(yTrue: VectorLike, yPred: VectorLike, options: WeightOptions = {}): number {
  const { truth, predicted, weight } = numberTargets(yTrue, yPred, options.sampleWeight);
  if (truth.length < 2) return NaN;
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < truth.length; i++) {
    sum += weight[i] * truth[i];
    mass += weight[i];
  }
  const mean = sum / mass;
  let residual = 0;
  let spread = 0;
  for (let i = 0; i < truth.length; i++) {
    residual += weight[i] * (truth[i] - predicted[i]) ** 2;
    spread += weight[i] * (truth[i] - mean) ** 2;
  }
  if (spread === 0) return residual === 0 ? 1 : 0;
  return 1 - residual / spread;
}
