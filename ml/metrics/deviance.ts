import { checkOptionNames } from "../utils/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { MetricError } from "./errors.ts";
import { meanLoss, type NumbersLike, oneOutput } from "./outputs.ts";
import { warnOnce } from "./warn.ts";

/** Options of deviances. */
export interface TweedieOptions extends WeightOptions {
  /** Which distribution: 0 normal, 1 Poisson, 2 gamma, 3 inverse gaussian, between them compound; 0 if left out. */
  power?: number;
}

/** Deviance of one prediction, after the checks that its power needs. */
function deviance(power: number): (t: number, p: number) => number {
  if (!(power <= 0 || power >= 1)) {
    throw new MetricError(`meanTweedieDeviance: power must be at most 0 or at least 1, got ${power}`);
  }
  const least = power < 0 || power === 0 ? -Infinity : power < 2 ? 0 : Number.MIN_VALUE;
  const check = (t: number, p: number): void => {
    if (power !== 0 && (!(p > 0) || t < least)) {
      const truth = power < 0 ? "" : power < 2 ? "yTrue from 0 up and " : "yTrue above 0 and ";
      throw new MetricError(`meanTweedieDeviance: power ${power} needs ${truth}yPred above 0, got ${t} and ${p}`);
    }
  };
  const general = (t: number, p: number): number => {
    const own = Math.pow(power < 0 ? Math.max(t, 0) : t, 2 - power) / ((1 - power) * (2 - power));
    return 2 * (own - t * Math.pow(p, 1 - power) / (1 - power) + Math.pow(p, 2 - power) / (2 - power));
  };
  const unit = power === 0
    ? (t: number, p: number) => (t - p) ** 2
    : power === 1
    ? (t: number, p: number) => 2 * ((t === 0 ? 0 : t * Math.log(t / p)) - t + p)
    : power === 2
    ? (t: number, p: number) => 2 * (Math.log(p / t) + t / p - 1)
    : general;
  return (t, p) => {
    check(t, p);
    return unit(t, p);
  };
}

/**
 * Mean deviance of a Tweedie distribution.
 *
 * Source: B. Jørgensen, "The Theory of Dispersion Models" (1997).
 *
 * @throws {MetricError} when there are several outputs, or numbers are out of the distribution's bounds
 *
 * @example
 * ```ts
 * import { meanTweedieDeviance } from "@troupe/troupe";
 * meanTweedieDeviance([2, 0, 1, 4], [0.5, 0.5, 2, 2], { power: 1 }); // 1.4260…
 * ```
 */
export function meanTweedieDeviance(yTrue: NumbersLike, yPred: NumbersLike, options: TweedieOptions = {}): number {
  checkOptionNames("meanTweedieDeviance", options, ["power", "sampleWeight"]);
  const targets = oneOutput("meanTweedieDeviance", yTrue, yPred, options.sampleWeight);
  return meanLoss(targets, deviance(options.power ?? 0))[0];
}

/**
 * Mean Poisson deviance.
 *
 * Source: P. McCullagh, J. A. Nelder, "Generalized Linear Models", 2.3.
 *
 * @throws {MetricError} when a target is negative, or a prediction is not above 0
 *
 * @example
 * ```ts
 * import { meanPoissonDeviance } from "@troupe/troupe";
 * meanPoissonDeviance([2, 0, 1, 4], [0.5, 0.5, 2, 2]); // 1.4260…
 * ```
 */
export function meanPoissonDeviance(yTrue: NumbersLike, yPred: NumbersLike, options: WeightOptions = {}): number {
  checkOptionNames("meanPoissonDeviance", options, ["sampleWeight"]);
  return meanTweedieDeviance(yTrue, yPred, { ...options, power: 1 });
}

/**
 * Mean gamma deviance.
 *
 * Source: P. McCullagh, J. A. Nelder, "Generalized Linear Models", 2.3.
 *
 * @throws {MetricError} when a target or a prediction is not above 0
 *
 * @example
 * ```ts
 * import { meanGammaDeviance } from "@troupe/troupe";
 * meanGammaDeviance([2, 0.5, 1, 4], [0.5, 0.5, 2, 2]); // 1.0568…
 * ```
 */
export function meanGammaDeviance(yTrue: NumbersLike, yPred: NumbersLike, options: WeightOptions = {}): number {
  checkOptionNames("meanGammaDeviance", options, ["sampleWeight"]);
  return meanTweedieDeviance(yTrue, yPred, { ...options, power: 2 });
}

/**
 * Part of the deviance of the best constant (the mean) that is not lost: 1 is perfect, NaN for fewer than two samples,
 * 0 where all targets are the same and the predictions are not them.
 *
 * Source: T. Hastie, R. Tibshirani, M. Wainwright, "Statistical learning with sparsity" (2015), equation 3.11.
 *
 * @throws {MetricError} as {@linkcode meanTweedieDeviance}
 *
 * @example
 * ```ts
 * import { d2TweedieScore } from "@troupe/troupe";
 * d2TweedieScore([0.5, 1, 2.5, 7], [1, 1, 5, 3.5], { power: 1 }); // 0.4879…
 * ```
 */
export function d2TweedieScore(yTrue: NumbersLike, yPred: NumbersLike, options: TweedieOptions = {}): number {
  checkOptionNames("d2TweedieScore", options, ["power", "sampleWeight"]);
  const targets = oneOutput("d2TweedieScore", yTrue, yPred, options.sampleWeight);
  if (targets.n < 2) {
    warnOnce("d2TweedieScore: is not defined for fewer than two samples");
    return NaN;
  }
  const unit = deviance(options.power ?? 0);
  const mean = meanLoss(targets, (t) => t)[0];
  const left = meanLoss(targets, unit)[0];
  const judged = targets.truth.filter((_, i) => targets.weight === undefined || targets.weight[i] > 0);
  // Of targets that are all the same there is nothing to explain.
  if (judged.every((t) => t === judged[0])) return left <= 0 ? 1 : 0;
  return 1 - left / meanLoss(targets, (t) => unit(t, mean))[0];
}
