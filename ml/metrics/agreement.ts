import { checkOptionNames } from "../utils/mod.ts";
import type { LabelsLike } from "../array/mod.ts";
import { accuracyScore, confusionMatrix, type ConfusionOptions, type WeightOptions } from "./classification.ts";
import { MetricError } from "./errors.ts";
import { classTargets, indicatorTargets, isTable, type TargetsLike } from "./targets.ts";
import { warnOnce } from "./warn.ts";

/**
 * Part of the samples whose predicted label is wrong; their weight or number with `normalize: false`.
 *
 * @throws {InvalidInputError} when lengths or kinds of labels differ, or there are no samples
 *
 * @example
 * ```ts
 * import { zeroOneLoss } from "@troupe/troupe";
 * zeroOneLoss([1, 2, 3, 4], [2, 2, 3, 4]); // 0.25
 * ```
 */
export function zeroOneLoss(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: WeightOptions & { normalize?: boolean } = {},
): number {
  checkOptionNames("zeroOneLoss", options, ["normalize", "sampleWeight"]);
  const right = accuracyScore(yTrue, yPred, options);
  if (options.normalize !== false) return 1 - right;
  return accuracyScore(yTrue, yTrue, options) - right;
}

/**
 * Part of the labels that are wrong.
 *
 * @throws {InvalidInputError} when lengths or kinds of labels differ, or there are no samples
 *
 * @example
 * ```ts
 * import { hammingLoss } from "@troupe/troupe";
 * hammingLoss([1, 2, 3, 4], [2, 2, 3, 4]); // 0.25
 * ```
 */
export function hammingLoss(yTrue: TargetsLike, yPred: TargetsLike, options: WeightOptions = {}): number {
  checkOptionNames("hammingLoss", options, ["sampleWeight"]);
  if (!isTable(yTrue) && !isTable(yPred)) {
    const { truth, predicted, weight } = classTargets(yTrue, yPred, options.sampleWeight);
    let wrong = 0, total = 0;
    for (let i = 0; i < truth.length; i++) {
      total += weight[i];
      if (truth[i] !== predicted[i]) wrong += weight[i];
    }
    return wrong / total;
  }
  const { n, k, truth, predicted, weight } = indicatorTargets(yTrue, yPred, options.sampleWeight);
  let wrong = 0;
  for (let at = 0; at < n * k; at++) if (truth[at] !== predicted[at]) wrong += weight[Math.floor(at / k)];
  return wrong / (k * weight.reduce((a, b) => a + b, 0));
}

/**
 * Correlation of true and predicted classes: 1 is perfect, 0 as good as chance, also with classes of very different size.
 *
 * Sources: B. W. Matthews, "Comparison of the predicted and observed secondary structure of T4 phage lysozyme",
 * Biochimica et Biophysica Acta 405 (1975); J. Gorodkin, "Comparing two K-category assignments by a K-category
 * correlation coefficient", Computational Biology and Chemistry 28 (2004).
 *
 * @throws {InvalidInputError} when lengths or kinds of labels differ, or there are no samples
 *
 * @example
 * ```ts
 * import { matthewsCorrcoef } from "@troupe/troupe";
 * matthewsCorrcoef([1, 1, 1, 0], [1, 0, 1, 1]); // -0.3333…
 * ```
 */
export function matthewsCorrcoef(yTrue: LabelsLike, yPred: LabelsLike, options: WeightOptions = {}): number {
  checkOptionNames("matthewsCorrcoef", options, ["sampleWeight"]);
  const counts = confusionMatrix(yTrue, yPred, { sampleWeight: options.sampleWeight });
  const k = counts.shape[0];
  const actual = counts.sum(1).data;
  const predicted = counts.sum(0).data;
  const n = counts.sum();
  let right = 0, both = 0, actualSquares = 0, predictedSquares = 0;
  for (let c = 0; c < k; c++) {
    right += counts.get(c, c);
    both += actual[c] * predicted[c];
    actualSquares += actual[c] ** 2;
    predictedSquares += predicted[c] ** 2;
  }
  const scale = (n * n - predictedSquares) * (n * n - actualSquares);
  return scale === 0 ? 0 : (right * n - both) / Math.sqrt(scale);
}

/** Options of {@linkcode cohenKappaScore}. */
export interface KappaOptions extends Omit<ConfusionOptions, "normalize"> {
  /** How a disagreement counts: by the distance of the classes, by its square, or as one; the last if left out. */
  weights?: "linear" | "quadratic" | null;
  /** What it is where both ratings know one label only; NaN if left out. */
  replaceUndefinedBy?: number;
}

/**
 * How far two ratings agree beyond what chance would make them.
 *
 * Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological Measurement 20 (1960).
 *
 * @throws {MetricError} when `weights` is none of what it may be, or none of the labels asked for occurs
 * @throws {InvalidInputError} when lengths or kinds of labels differ, or there are no samples
 *
 * @example
 * ```ts
 * import { cohenKappaScore } from "@troupe/troupe";
 * cohenKappaScore([0, 0, 1, 1], [0, 0, 1, 0]); // 0.5
 * ```
 */
export function cohenKappaScore(y1: LabelsLike, y2: LabelsLike, options: KappaOptions = {}): number {
  checkOptionNames("cohenKappaScore", options, ["labels", "replaceUndefinedBy", "sampleWeight", "weights"]);
  const { weights = null, replaceUndefinedBy = NaN } = options;
  if (weights !== null && weights !== "linear" && weights !== "quadratic") {
    throw new MetricError(`cohenKappaScore: weights must be "linear", "quadratic" or null, got ${weights}`);
  }
  const counts = confusionMatrix(y1, y2, { labels: options.labels, sampleWeight: options.sampleWeight });
  const k = counts.shape[0];
  const rows = counts.sum(1).data;
  const columns = counts.sum(0).data;
  const n = counts.sum();
  const undefinedHere = (): number => {
    warnOnce("cohenKappaScore: both ratings have one label only; say by replaceUndefinedBy what that scores");
    return replaceUndefinedBy;
  };
  if (n === 0) return undefinedHere();
  let observed = 0;
  let expected = 0;
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < k; b++) {
      const distance = Math.abs(a - b);
      const w = weights === "linear" ? distance : weights === "quadratic" ? distance ** 2 : Math.min(1, distance);
      observed += w * counts.get(a, b);
      expected += w * rows[a] * columns[b] / n;
    }
  }
  return expected === 0 ? undefinedHere() : 1 - observed / expected;
}

/** How much more likely a prediction is for samples of the class than for others. */
export interface LikelihoodRatios {
  /** Of predicting the class: from 1, as good as chance, up; larger is better. */
  positive: number;
  /** Of predicting the other class: from 1 down to 0; smaller is better. */
  negative: number;
}

/** Options of {@linkcode classLikelihoodRatios}. */
export interface LikelihoodOptions extends WeightOptions {
  /** The two labels, the one looked for last; those that occur, sorted, if left out. */
  labels?: LabelsLike | null;
  /** What ratios are whose divisor is zero: 1 for both, or one for each; NaN if left out. */
  replaceUndefinedBy?: number | { positive: number; negative: number };
}

/**
 * Positive and negative likelihood ratios of a classifier of two classes.
 *
 * @throws {MetricError} when there are more than two classes, or one only
 *
 * @example
 * ```ts
 * import { classLikelihoodRatios } from "@troupe/troupe";
 * classLikelihoodRatios([0, 1, 0, 1, 0], [1, 1, 0, 0, 0]); // { positive: 1.5, negative: 0.75 }
 * ```
 */
export function classLikelihoodRatios(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: LikelihoodOptions = {},
): LikelihoodRatios {
  checkOptionNames("classLikelihoodRatios", options, ["labels", "replaceUndefinedBy", "sampleWeight"]);
  const { replaceUndefinedBy: by = NaN } = options;
  const instead = typeof by === "number" ? { positive: by, negative: by } : by;
  const fits = (v: number, low: number, high: number): boolean => Number.isNaN(v) || (v >= low && v <= high);
  if (!fits(instead.positive, 1, Infinity) || !fits(instead.negative, 0, 1)) {
    throw new MetricError(
      "classLikelihoodRatios: replaceUndefinedBy must be 1, NaN, or { positive: from 1 up, negative: 0 to 1 }",
    );
  }
  const { present } = classTargets(yTrue, yPred, options.sampleWeight);
  const counts = present > 2
    ? undefined
    : confusionMatrix(yTrue, yPred, { labels: options.labels, sampleWeight: options.sampleWeight });
  if (counts === undefined || counts.shape[0] !== 2) {
    throw new MetricError(
      `classLikelihoodRatios: needs two classes, got ${counts?.shape[0] ?? present}; labels says which`,
    );
  }
  const [tn, fp, fn, tp] = counts.data;
  if (fp === 0 || tn === 0) {
    warnOnce("classLikelihoodRatios: a ratio has a divisor of zero; say by replaceUndefinedBy what that is");
  }
  return {
    positive: fp === 0 ? instead.positive : tp * (tn + fp) / (fp * (tp + fn)),
    negative: tn === 0 ? instead.negative : fn * (tn + fp) / (tn * (tp + fn)),
  };
}
