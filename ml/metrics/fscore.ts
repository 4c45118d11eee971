import { type LabelsLike, NDArray } from "../array/mod.ts";
import { MetricError } from "./errors.ts";
import { classTargets } from "./targets.ts";
import type { WeightOptions } from "./classification.ts";

/** How the scores of the classes become one. */
export type Average = "binary" | "micro" | "macro" | "weighted" | null;

/** Options of precision, recall and F-score. */
export interface FScoreOptions extends WeightOptions {
  /** Which labels, in which order; all that occur, sorted, if left out. */
  labels?: LabelsLike | null;
  /** The label that counts as found, for two classes; 1 if left out. */
  posLabel?: number | string;
  /** How the scores of the classes become one; "binary" if left out. null gives one for each class. */
  average?: Average;
  /** What 0/0 is; 0 if left out. */
  zeroDivision?: number;
}

/** Precision, recall, F-score and number of samples: one for each class, or one each. */
export interface FScores<T> {
  /** Part of what was predicted that is right. */
  precision: T;
  /** Part of what is there that was found. */
  recall: T;
  /** Weighted harmonic mean of both. */
  fscore: T;
  /** Weight of the true samples of each class; null when averaged. */
  support: NDArray<Float64Array> | null;
}

interface Counts {
  hits: Float64Array;
  predicted: Float64Array;
  actual: Float64Array;
}

function countsOf(yTrue: LabelsLike, yPred: LabelsLike, options: FScoreOptions): Counts {
  const { average = "binary", posLabel = 1 } = options;
  let labels = options.labels;
  if (average === "binary") {
    const { classes } = classTargets(yTrue, yPred, options.sampleWeight);
    if (classes.size > 2) {
      throw new MetricError(
        `yTrue has ${classes.size} classes, but average is "binary"; choose one of null, "micro", "macro", "weighted"`,
      );
    }
    if (![...classes.data].includes(posLabel) && classes.size >= 2) {
      throw new MetricError(`posLabel ${JSON.stringify(posLabel)} is no label; valid: ${[...classes.data].join(", ")}`);
    }
    labels = typeof posLabel === "string" ? [posLabel] : [posLabel];
  }
  const targets = classTargets(yTrue, yPred, options.sampleWeight, labels);
  const k = targets.asked;
  const counts = { hits: new Float64Array(k), predicted: new Float64Array(k), actual: new Float64Array(k) };
  for (let i = 0; i < targets.truth.length; i++) {
    const t = targets.truth[i], p = targets.predicted[i], w = targets.weight[i];
    if (t < k) counts.actual[t] += w;
    if (p < k) counts.predicted[p] += w;
    if (t === p && t < k) counts.hits[t] += w;
  }
  return counts;
}

const total = (v: Float64Array): Float64Array => Float64Array.of(v.reduce((a, b) => a + b, 0));

/**
 * Precision, recall and F-beta score, with the number of true samples of each class.
 *
 * @param beta weight of recall against precision; 1 if left out
 * @throws {MetricError} when there are more than two classes and `average` is "binary"
 */
export function precisionRecallFscoreSupport(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FScoreOptions & { beta?: number } = {},
): FScores<number | NDArray<Float64Array>> {
  const { beta = 1, zeroDivision = 0, average = null } = options;
  let counts = countsOf(yTrue, yPred, { ...options, average });
  if (average === "micro") {
    counts = { hits: total(counts.hits), predicted: total(counts.predicted), actual: total(counts.actual) };
  }
  const { hits, predicted, actual } = counts;
  const k = hits.length;
  const b2 = beta * beta;
  const precision = new Float64Array(k), recall = new Float64Array(k), fscore = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    precision[c] = predicted[c] === 0 ? zeroDivision : hits[c] / predicted[c];
    recall[c] = actual[c] === 0 ? zeroDivision : hits[c] / actual[c];
    const denominator = b2 * actual[c] + predicted[c];
    fscore[c] = denominator === 0 ? zeroDivision : (1 + b2) * hits[c] / denominator;
  }
  if (average === null) {
    return {
      precision: new NDArray(precision),
      recall: new NDArray(recall),
      fscore: new NDArray(fscore),
      support: new NDArray(actual),
    };
  }
  const weights = average === "weighted" ? actual : undefined;
  const mean = (v: Float64Array): number => averageOf(v, weights, zeroDivision);
  return { precision: mean(precision), recall: mean(recall), fscore: mean(fscore), support: null };
}

function averageOf(values: Float64Array, weights: Float64Array | undefined, zeroDivision: number): number {
  let sum = 0;
  let mass = 0;
  for (let c = 0; c < values.length; c++) {
    const w = weights === undefined ? 1 : weights[c];
    // NaN stands for "not defined" (zeroDivision: NaN) and is left out of means.
    if (values[c] !== values[c]) continue;
    sum += values[c] * w;
    mass += w;
  }
  return mass === 0 ? zeroDivision : sum / mass;
}

function one(
  which: "precision" | "recall" | "fscore",
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FScoreOptions,
): number | NDArray<Float64Array> {
  return precisionRecallFscoreSupport(yTrue, yPred, { average: "binary", ...options })[which];
}

/** The part of the samples predicted as a class that belong to it. */
export function precisionScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FScoreOptions & { average: null },
): NDArray<
  Float64Array
>;
/** The same, averaged to one number. */
export function precisionScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options?: FScoreOptions & { average?: Exclude<Average, null> },
): number;
export function precisionScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FScoreOptions = {},
): number | NDArray<Float64Array> {
  return one("precision", yTrue, yPred, options);
}

/** The part of the samples of a class that were predicted as it. */
export function recallScore(yTrue: LabelsLike, yPred: LabelsLike, options: FScoreOptions & { average: null }): NDArray<
  Float64Array
>;
/** The same, averaged to one number. */
export function recallScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options?: FScoreOptions & { average?: Exclude<Average, null> },
): number;
export function recallScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FScoreOptions = {},
): number | NDArray<Float64Array> {
  return one("recall", yTrue, yPred, options);
}

/**
 * Harmonic mean of precision and recall.
 *
 * @example
 * ```ts
 * import { f1Score } from "@troupe/troupe";
 * f1Score([0, 1, 1, 0], [0, 1, 0, 0]); // 0.666…
 * ```
 */
export function f1Score(yTrue: LabelsLike, yPred: LabelsLike, options: FScoreOptions & { average: null }): NDArray<
  Float64Array
>;
/** The same, averaged to one number. */
export function f1Score(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options?: FScoreOptions & { average?: Exclude<Average, null> },
): number;
export function f1Score(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FScoreOptions = {},
): number | NDArray<Float64Array> {
  return one("fscore", yTrue, yPred, options);
}

/** The weighted harmonic mean of precision and recall; `beta` is the weight of recall. */
export function fbetaScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FScoreOptions & { beta: number; average: null },
): NDArray<Float64Array>;
/** The same, averaged to one number. */
export function fbetaScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FScoreOptions & { beta: number; average?: Exclude<Average, null> },
): number;
export function fbetaScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: FScoreOptions & { beta: number },
): number | NDArray<Float64Array> {
  return precisionRecallFscoreSupport(yTrue, yPred, { average: "binary", ...options }).fscore;
}
