import type { NDArray } from "../array/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import { checkNoOptions, checkOptionNames, checkSampleWeight, type NoOptions } from "../utils/mod.ts";
import { chunkedMeanSquaredError } from "./chunked.ts";
import { MetricError } from "./errors.ts";
import {
  combineOutputs,
  meanLoss,
  type MultiOutput,
  type NumbersLike,
  numberTargets,
  oneOutput,
  type OutputOptions,
} from "./outputs.ts";
import { weightedPercentile } from "./percentile.ts";

/**
 * Mean of the squared errors.
 *
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { meanSquaredError } from "@troupe/troupe";
 * meanSquaredError([3, -0.5, 2, 7], [2.5, 0, 2, 8]); // 0.375
 * ```
 */
export function meanSquaredError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function meanSquaredError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: OutputOptions & { multioutput?: Exclude<MultiOutput, "raw_values"> },
): number;
/** The same of numbers in blocks: the mean over all outputs. */
export function meanSquaredError(
  yTrue: ChunkedInput,
  yPred: ChunkedInput,
  options?: { sampleWeight?: ChunkedInput | null },
): Promise<number>;
export function meanSquaredError(
  yTrue: NumbersLike | ChunkedInput,
  yPred: NumbersLike | ChunkedInput,
  given: OutputOptions | { sampleWeight?: ChunkedInput | null } = {},
): number | NDArray<Float64Array> | Promise<number> {
  checkOptionNames("meanSquaredError", given, ["multioutput", "sampleWeight"]);
  if (isChunked(yTrue)) return chunkedMeanSquaredError(yTrue, yPred, given);
  const options = given as OutputOptions;
  const errors = meanLoss(
    numberTargets(yTrue, yPred as NumbersLike, options.sampleWeight),
    (t, p) => (t - p) * (t - p),
  );
  return combineOutputs("meanSquaredError", errors, options.multioutput);
}

/**
 * Square root of the mean of the squared errors, of each output by itself.
 *
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { rootMeanSquaredError } from "@troupe/troupe";
 * rootMeanSquaredError([3, -0.5, 2, 7], [2.5, 0, 2, 8]); // 0.6123…
 * ```
 */
export function rootMeanSquaredError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function rootMeanSquaredError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: OutputOptions & { multioutput?: Exclude<MultiOutput, "raw_values"> },
): number;
export function rootMeanSquaredError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("rootMeanSquaredError", options, ["multioutput", "sampleWeight"]);
  const errors = meanLoss(
    numberTargets(yTrue, yPred as NumbersLike, options.sampleWeight),
    (t, p) => (t - p) * (t - p),
  );
  return combineOutputs("rootMeanSquaredError", errors.map(Math.sqrt), options.multioutput);
}

/**
 * Mean of the absolute errors.
 *
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { meanAbsoluteError } from "@troupe/troupe";
 * meanAbsoluteError([3, -0.5, 2, 7], [2.5, 0, 2, 8]); // 0.5
 * meanAbsoluteError([[1, 2], [3, 4]], [[1, 3], [3, 6]], { multioutput: "raw_values" }).toArray(); // [0, 1.5]
 * ```
 */
export function meanAbsoluteError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function meanAbsoluteError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: OutputOptions & { multioutput?: Exclude<MultiOutput, "raw_values"> },
): number;
export function meanAbsoluteError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("meanAbsoluteError", options, ["multioutput", "sampleWeight"]);
  const errors = meanLoss(numberTargets(yTrue, yPred, options.sampleWeight), (t, p) => Math.abs(t - p));
  return combineOutputs("meanAbsoluteError", errors, options.multioutput);
}

/**
 * Mean of the absolute errors, each divided by the size of its target.
 *
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { meanAbsolutePercentageError } from "@troupe/troupe";
 * meanAbsolutePercentageError([100, 200], [110, 180]); // 0.1
 * ```
 */
export function meanAbsolutePercentageError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function meanAbsolutePercentageError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: OutputOptions & { multioutput?: Exclude<MultiOutput, "raw_values"> },
): number;
export function meanAbsolutePercentageError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("meanAbsolutePercentageError", options, ["multioutput", "sampleWeight"]);
  const loss = (t: number, p: number): number => Math.abs(p - t) / Math.max(Math.abs(t), Number.EPSILON);
  const errors = meanLoss(numberTargets(yTrue, yPred, options.sampleWeight), loss);
  return combineOutputs("meanAbsolutePercentageError", errors, options.multioutput);
}

function squaredLog(who: string): (t: number, p: number) => number {
  return (t, p) => {
    if (!(t > -1 && p > -1)) throw new MetricError(`${who}: values must be above -1, got ${t} and ${p}`);
    return (Math.log1p(t) - Math.log1p(p)) ** 2;
  };
}

/**
 * Mean squared error of log(1 + y).
 *
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 * @throws {MetricError} when a target or a prediction is −1 or less
 *
 * @example
 * ```ts
 * import { meanSquaredLogError } from "@troupe/troupe";
 * meanSquaredLogError([3, 5, 2.5, 7], [2.5, 5, 4, 8]); // 0.0397…
 * ```
 */
export function meanSquaredLogError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function meanSquaredLogError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: OutputOptions & { multioutput?: Exclude<MultiOutput, "raw_values"> },
): number;
export function meanSquaredLogError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("meanSquaredLogError", options, ["multioutput", "sampleWeight"]);
  const errors = meanLoss(numberTargets(yTrue, yPred, options.sampleWeight), squaredLog("meanSquaredLogError"));
  return combineOutputs("meanSquaredLogError", errors, options.multioutput);
}

/**
 * Square root of the mean squared error of log(1 + y), of each output by itself.
 *
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 * @throws {MetricError} when a target or a prediction is −1 or less
 *
 * @example
 * ```ts
 * import { rootMeanSquaredLogError } from "@troupe/troupe";
 * rootMeanSquaredLogError([0, 100], [0, 1000]); // 1.6218…
 * ```
 */
export function rootMeanSquaredLogError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function rootMeanSquaredLogError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: OutputOptions & { multioutput?: Exclude<MultiOutput, "raw_values"> },
): number;
export function rootMeanSquaredLogError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("rootMeanSquaredLogError", options, ["multioutput", "sampleWeight"]);
  const errors = meanLoss(numberTargets(yTrue, yPred, options.sampleWeight), squaredLog("rootMeanSquaredLogError"));
  return combineOutputs("rootMeanSquaredLogError", errors.map(Math.sqrt), options.multioutput);
}

/**
 * Mean of the errors, too low ones weighted by `alpha` and too high ones by 1 − alpha: the loss of quantile regression.
 *
 * Source: R. Koenker, G. Bassett, "Regression quantiles", Econometrica 46 (1978).
 *
 * @param options `alpha`: the quantile, 0 to 1; 0.5 if left out
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { meanPinballLoss } from "@troupe/troupe";
 * meanPinballLoss([1, 2, 3], [0, 2, 3], { alpha: 0.9 }); // 0.3
 * ```
 */
export function meanPinballLoss(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { alpha?: number } & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function meanPinballLoss(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: OutputOptions & { alpha?: number } & { multioutput?: Exclude<MultiOutput, "raw_values"> },
): number;
export function meanPinballLoss(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { alpha?: number } = {},
): number | NDArray<Float64Array> {
  checkOptionNames("meanPinballLoss", options, ["alpha", "multioutput", "sampleWeight"]);
  const errors = meanLoss(numberTargets(yTrue, yPred, options.sampleWeight), pinball(options.alpha));
  return combineOutputs("meanPinballLoss", errors, options.multioutput);
}

/** The loss of quantile regression. */
export function pinball(alpha = 0.5): (t: number, p: number) => number {
  if (!(alpha >= 0 && alpha <= 1)) throw new MetricError(`alpha must be from 0 to 1, got ${alpha}`);
  return (t, p) => t >= p ? alpha * (t - p) : (alpha - 1) * (t - p);
}

/**
 * The largest absolute error.
 *
 * @throws {MetricError} when there are several outputs
 *
 * @example
 * ```ts
 * import { maxError } from "@troupe/troupe";
 * maxError([3, 2, 7, 1], [4, 2, 7, 1]); // 1
 * ```
 */
export function maxError(yTrue: NumbersLike, yPred: NumbersLike, options: NoOptions = {}): number {
  checkNoOptions("maxError", options);
  const { truth, predicted } = oneOutput("maxError", yTrue, yPred);
  return truth.reduce((worst, t, i) => Math.max(worst, Math.abs(t - predicted[i])), 0);
}

/**
 * The middle one of the absolute errors.
 *
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { medianAbsoluteError } from "@troupe/troupe";
 * medianAbsoluteError([3, -0.5, 2, 7], [2.5, 0, 2, 100]); // 0.5
 * ```
 */
export function medianAbsoluteError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function medianAbsoluteError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: OutputOptions & { multioutput?: Exclude<MultiOutput, "raw_values"> },
): number;
export function medianAbsoluteError(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("medianAbsoluteError", options, ["multioutput", "sampleWeight"]);
  const { n, k, truth, predicted } = numberTargets(yTrue, yPred, options.sampleWeight);
  const weight = options.sampleWeight ? checkSampleWeight(options.sampleWeight, n) : undefined;
  const errors = Float64Array.from({ length: k }, (_, c) => {
    const column = Float64Array.from({ length: n }, (_, i) => Math.abs(truth[i * k + c] - predicted[i * k + c]));
    if (weight !== undefined) return weightedPercentile(column, weight, 50);
    column.sort();
    return n % 2 === 1 ? column[n >> 1] : (column[(n >> 1) - 1] + column[n >> 1]) / 2;
  });
  return combineOutputs("medianAbsoluteError", errors, options.multioutput);
}
