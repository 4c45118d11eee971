import { checkOptionNames } from "../utils/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import { chunkedR2 } from "./chunked.ts";
import type { NDArray } from "../array/mod.ts";
import {
  combineOutputs,
  massOf,
  meanLoss,
  type NumbersLike,
  type NumberTargets,
  numberTargets,
  type OutputOptions,
  type VarianceOutput,
} from "./outputs.ts";
import { weightedPercentile } from "./percentile.ts";
import { pinball } from "./regression.ts";
import type { MultiOutput } from "./outputs.ts";
import { warnOnce } from "./warn.ts";

/** Options of scores that explain variance. */
export interface VarianceOptions extends OutputOptions<VarianceOutput> {
  /** Whether constant targets score 1 when predicted perfectly and 0 otherwise, not NaN and −infinity; true if left out. */
  forceFinite?: boolean;
}

/** 1 − errors / spread, for each output, then of all. */
function explained(
  who: string,
  errors: Float64Array,
  spread: Float64Array,
  multioutput: VarianceOutput | undefined,
  forceFinite: boolean,
): number | NDArray<Float64Array> {
  const scores = errors.map((e, c) => {
    if (!forceFinite || (e !== 0 && spread[c] !== 0)) return 1 - e / spread[c];
    return e === 0 ? 1 : 0;
  });
  return combineOutputs(who, scores, multioutput, spread);
}

/** Weighted mean of each output; of one that is constant that number, without the rounding of a sum. */
function meansOf(targets: NumberTargets, values: Float64Array): Float64Array {
  const { n, k, weight } = targets;
  const out = new Float64Array(k);
  const mass = massOf(targets);
  for (let c = 0; c < k; c++) {
    let sum = 0;
    let constant = true;
    const first = values[c];
    for (let i = 0, at = c; i < n; i++, at += k) {
      const v = values[at];
      sum += weight === undefined ? v : weight[i] * v;
      if (v !== first) constant = false;
    }
    out[c] = constant ? first : sum / mass;
  }
  return out;
}

/** Weighted sum of squared distances from some centres, for each output. */
function squaresAround({ n, k, weight }: NumberTargets, values: Float64Array, centres: Float64Array): Float64Array {
  const out = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    const centre = centres[c];
    let sum = 0;
    for (let i = 0, at = c; i < n; i++, at += k) {
      const d = values[at] - centre;
      sum += weight === undefined ? d * d : weight[i] * d * d;
    }
    out[c] = sum;
  }
  return out;
}

/** Weighted sum of squared errors, for each output. */
function squaredErrors({ n, k, truth, predicted, weight }: NumberTargets): Float64Array {
  const out = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    let sum = 0;
    for (let i = 0, at = c; i < n; i++, at += k) {
      const d = truth[at] - predicted[at];
      sum += weight === undefined ? d * d : weight[i] * d * d;
    }
    out[c] = sum;
  }
  return out;
}

/**
 * Sum of squared errors, and of squared distances from the mean, of one output where each sample weighs 1. Four sums side by
 * side, for one alone waits for each addition to end before the next.
 */
function plainSquares({ n, truth, predicted }: NumberTargets): { errors: Float64Array; spread: Float64Array } {
  const whole = n - n % 4;
  let a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
  const first = truth[0];
  let isConstant = true;
  for (let i = 0; i < whole; i += 4) {
    const t = truth[i], u = truth[i + 1], v = truth[i + 2], w = truth[i + 3];
    a += t;
    b += u;
    c += v;
    d += w;
    e += (t - predicted[i]) * (t - predicted[i]);
    f += (u - predicted[i + 1]) * (u - predicted[i + 1]);
    g += (v - predicted[i + 2]) * (v - predicted[i + 2]);
    h += (w - predicted[i + 3]) * (w - predicted[i + 3]);
    isConstant &&= t === first && u === first && v === first && w === first;
  }
  for (let i = whole; i < n; i++) {
    a += truth[i];
    e += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
    isConstant &&= truth[i] === first;
  }
  const mean = isConstant ? first : (a + b + (c + d)) / n;
  const lost = e + f + (g + h);
  a =
    b =
    c =
    d =
      0;
  for (let i = 0; i < whole; i += 4) {
    a += (truth[i] - mean) * (truth[i] - mean);
    b += (truth[i + 1] - mean) * (truth[i + 1] - mean);
    c += (truth[i + 2] - mean) * (truth[i + 2] - mean);
    d += (truth[i + 3] - mean) * (truth[i + 3] - mean);
  }
  for (let i = whole; i < n; i++) a += (truth[i] - mean) * (truth[i] - mean);
  return { errors: Float64Array.of(lost), spread: Float64Array.of(a + b + (c + d)) };
}

function differences({ truth, predicted }: NumberTargets): Float64Array {
  const out = new Float64Array(truth.length);
  for (let i = 0; i < out.length; i++) out[i] = truth[i] - predicted[i];
  return out;
}

function tooFew(who: string): number {
  warnOnce(`${who}: is not defined for fewer than two samples`);
  return NaN;
}

/**
 * Coefficient of determination R²: 1 is perfect, 0 as good as always predicting the mean, negative is worse. NaN for
 * fewer than two samples. Where all targets are equal, a perfect prediction scores 1 and every other 0.
 *
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { r2Score } from "@troupe/troupe";
 * r2Score([3, -0.5, 2, 7], [2.5, 0, 2, 8]); // 0.948…
 * ```
 */
export function r2Score(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: VarianceOptions & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function r2Score(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: VarianceOptions & { multioutput?: Exclude<VarianceOutput, "raw_values"> },
): number;
/** The same of numbers in blocks: the mean over all outputs. */
export function r2Score(
  yTrue: ChunkedInput,
  yPred: ChunkedInput,
  options?: { sampleWeight?: ChunkedInput | null },
): Promise<number>;
export function r2Score(
  yTrue: NumbersLike | ChunkedInput,
  yPred: NumbersLike | ChunkedInput,
  given: VarianceOptions | { sampleWeight?: ChunkedInput | null } = {},
): number | NDArray<Float64Array> | Promise<number> {
  checkOptionNames("r2Score", given, ["forceFinite", "multioutput", "sampleWeight"]);
  if (isChunked(yTrue)) return chunkedR2(yTrue, yPred, given);
  const options = given as VarianceOptions;
  const targets = numberTargets(yTrue, yPred as NumbersLike, options.sampleWeight);
  if (targets.n < 2) return tooFew("r2Score");
  const { k, truth, weight } = targets;
  const { errors, spread } = k === 1 && weight === undefined
    ? plainSquares(targets)
    : { errors: squaredErrors(targets), spread: squaresAround(targets, truth, meansOf(targets, truth)) };
  return explained("r2Score", errors, spread, options.multioutput, options.forceFinite ?? true);
}

/**
 * Part of the targets' variance that is not the errors' variance: R², but for a constant error, which it forgives.
 *
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { explainedVarianceScore } from "@troupe/troupe";
 * explainedVarianceScore([1, 2, 3], [2, 3, 4]); // 1
 * ```
 */
export function explainedVarianceScore(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: VarianceOptions & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function explainedVarianceScore(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: VarianceOptions & { multioutput?: Exclude<VarianceOutput, "raw_values"> },
): number;
export function explainedVarianceScore(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: VarianceOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("explainedVarianceScore", options, ["forceFinite", "multioutput", "sampleWeight"]);
  const targets = numberTargets(yTrue, yPred, options.sampleWeight);
  const { truth } = targets;
  const difference = differences(targets);
  const mass = massOf(targets);
  const errors = squaresAround(targets, difference, meansOf(targets, difference)).map((v) => v / mass);
  const spread = squaresAround(targets, truth, meansOf(targets, truth)).map((v) => v / mass);
  return explained("explainedVarianceScore", errors, spread, options.multioutput, options.forceFinite ?? true);
}

/**
 * Part of the pinball loss of the best constant (the quantile of the targets) that is not lost: 1 is perfect.
 *
 * Source: R. Koenker, J. A. F. Machado, "Goodness of fit and related inference processes for quantile regression", JASA 94
 * (1999), equation 7.
 *
 * @param options `alpha`: the quantile, 0 to 1; 0.5 if left out
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { d2PinballScore } from "@troupe/troupe";
 * d2PinballScore([1, 2, 3], [1, 2, 4], { alpha: 0.9 }); // 0.6666…
 * ```
 */
export function d2PinballScore(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { alpha?: number } & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function d2PinballScore(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: OutputOptions & { alpha?: number } & { multioutput?: Exclude<MultiOutput, "raw_values"> },
): number;
export function d2PinballScore(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { alpha?: number } = {},
): number | NDArray<Float64Array> {
  checkOptionNames("d2PinballScore", options, ["alpha", "multioutput", "sampleWeight"]);
  const { alpha = 0.5 } = options;
  const targets = numberTargets(yTrue, yPred, options.sampleWeight);
  if (targets.n < 2) return tooFew("d2PinballScore");
  const { n, k, truth, weight = new Float64Array(n).fill(1) } = targets;
  const errors = meanLoss(targets, pinball(alpha));
  const quantiles = Float64Array.from({ length: k }, (_, c) => {
    return weightedPercentile(Float64Array.from({ length: n }, (_, i) => truth[i * k + c]), weight, alpha * 100);
  });
  const constant = { ...targets, predicted: Float64Array.from(truth, (_, at) => quantiles[at % k]) };
  return explained("d2PinballScore", errors, meanLoss(constant, pinball(alpha)), options.multioutput, true);
}

/**
 * Part of the absolute error of the best constant (the median of the targets) that is not lost: 1 is perfect.
 *
 * Source: T. Hastie, R. Tibshirani, M. Wainwright, "Statistical learning with sparsity" (2015), equation 3.11.
 *
 * @param yTrue true numbers, shape [nSamples] or [nSamples, nOutputs]
 * @param yPred predicted ones, of the same shape
 * @throws {InvalidInputError} when shapes differ, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { d2AbsoluteErrorScore } from "@troupe/troupe";
 * d2AbsoluteErrorScore([1, 2, 3], [1, 2, 4]); // 0.5
 * ```
 */
export function d2AbsoluteErrorScore(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions & { multioutput: "raw_values" },
): NDArray<Float64Array>;
/** The same, as one number. */
export function d2AbsoluteErrorScore(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options?: OutputOptions & { multioutput?: Exclude<MultiOutput, "raw_values"> },
): number;
export function d2AbsoluteErrorScore(
  yTrue: NumbersLike,
  yPred: NumbersLike,
  options: OutputOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("d2AbsoluteErrorScore", options, ["multioutput", "sampleWeight"]);
  return d2PinballScore(yTrue, yPred, { ...options, alpha: 0.5 } as OutputOptions & { multioutput: "raw_values" });
}
