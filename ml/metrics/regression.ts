import type { VectorLike } from "../array/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { MetricError } from "./errors.ts";
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

/** Mean of the absolute errors, each divided by the size of its target. */
export function meanAbsolutePercentageError(yTrue: VectorLike, yPred: VectorLike, options: WeightOptions = {}): number {
  return meanOf(yTrue, yPred, options, (t, p) => Math.abs(p - t) / Math.max(Math.abs(t), Number.EPSILON));
}

/**
 * Mean squared error of log(1 + y).
 *
 * @throws {MetricError} when a target or a prediction is −1 or less
 */
export function meanSquaredLogError(yTrue: VectorLike, yPred: VectorLike, options: WeightOptions = {}): number {
  return meanOf(yTrue, yPred, options, (t, p) => {
    if (!(t > -1 && p > -1)) throw new MetricError(`meanSquaredLogError: values must be above -1, got ${t} and ${p}`);
    return (Math.log1p(t) - Math.log1p(p)) ** 2;
  });
}

/** The largest absolute error. */
export function maxError(yTrue: VectorLike, yPred: VectorLike): number {
  const { truth, predicted } = numberTargets(yTrue, yPred);
  return truth.reduce((worst, t, i) => Math.max(worst, Math.abs(t - predicted[i])), 0);
}

/** The middle one of the absolute errors. */
export function medianAbsoluteError(yTrue: VectorLike, yPred: VectorLike): number {
  const { truth, predicted } = numberTargets(yTrue, yPred);
  const errors = truth.map((t, i) => Math.abs(t - predicted[i])).sort();
  const half = errors.length >> 1;
  return errors.length % 2 === 1 ? errors[half] : (errors[half - 1] + errors[half]) / 2;
}

/** Part of the targets' variance that is not the errors' variance: R², but for a constant error, which it forgives. */
export function explainedVarianceScore(yTrue: VectorLike, yPred: VectorLike, options: WeightOptions = {}): number {
  const { truth, predicted, weight } = numberTargets(yTrue, yPred, options.sampleWeight);
  const spread = (values: Float64Array): number => {
    let sum = 0, mass = 0;
    for (let i = 0; i < values.length; i++) {
      sum += weight[i] * values[i];
      mass += weight[i];
    }
    return values.reduce((s, v, i) => s + weight[i] * (v - sum / mass) ** 2, 0) / mass;
  };
  const errors = spread(truth.map((t, i) => t - predicted[i]));
  const whole = spread(truth);
  if (whole === 0) return errors === 0 ? 1 : 0;
  return 1 - errors / whole;
}
