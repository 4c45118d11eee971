import { type LabelsLike, NDArray } from "../array/mod.ts";
import { checkOptionNames, checkSampleWeight, InvalidInputError } from "../utils/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { averageOf, countLabels, type LabelCounts, type ZeroDivision, zeroValue } from "./counts.ts";
import { MetricError } from "./errors.ts";
import { keptLabel, type PosLabel } from "./pos_label.ts";
import type { TargetsLike } from "./targets.ts";
import { warnOnce } from "./warn.ts";

/** How the scores of the classes become one; "samples" takes tables of zeros and ones only. */
export type Average = "binary" | "micro" | "macro" | "weighted" | "samples" | null;

/** Options of precision, recall, F-score and Jaccard's index. */
export interface FScoreOptions extends WeightOptions {
  /** Which labels, in which order; all that occur, sorted, if left out. */
  labels?: LabelsLike | null;
  /** The label that counts as found, for two classes; 1 if left out. */
  posLabel?: PosLabel;
  /** How the scores of the classes become one; "binary" if left out. null gives one for each class. */
  average?: Average;
  /** What 0/0 is; 0, with a warning, if left out. NaN leaves it out of means. */
  zeroDivision?: ZeroDivision;
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

const AVERAGES = ["binary", "micro", "macro", "weighted", "samples", null];

/** Counts of the labels that an average is about; for "micro" of all together. */
export function countsFor(yTrue: TargetsLike, yPred: TargetsLike, options: FScoreOptions): LabelCounts {
  const { average = "binary", sampleWeight } = options;
  const posLabel = keptLabel(options.posLabel === undefined ? 1 : options.posLabel);
  if (!AVERAGES.includes(average)) {
    const known = AVERAGES.map((v) => JSON.stringify(v)).join(", ");
    throw new MetricError(`average must be one of ${known}; got ${JSON.stringify(average)}`);
  }
  if (average !== "binary") {
    if (posLabel !== 1 && posLabel !== null) {
      warnOnce(`posLabel ${JSON.stringify(posLabel)} has no effect with average ${JSON.stringify(average)}`);
    }
    const counts = countLabels(yTrue, yPred, {
      labels: options.labels,
      sampleWeight,
      samplewise: average === "samples",
    });
    return average === "micro" ? together(counts) : counts;
  }
  const { labels, multilabel } = countLabels(yTrue, yPred, { sampleWeight });
  if (multilabel || labels.length > 2) {
    const what = multilabel ? "samples of several labels" : `${labels.length} classes`;
    throw new MetricError(
      `yTrue has ${what}, but average is "binary"; choose one of null, "micro", "macro", "weighted"` +
        (multilabel ? ', "samples"' : ""),
    );
  }
  if (!labels.includes(posLabel as number) && labels.length >= 2) {
    throw new MetricError(`posLabel ${JSON.stringify(posLabel)} is no label; valid: ${labels.join(", ")}`);
  }
  if (typeof labels[0] === typeof posLabel) {
    return countLabels(yTrue, yPred, { labels: [posLabel] as LabelsLike, sampleWeight });
  }
  // A label of the other kind occurs nowhere: it counts nothing.
  const counts = countLabels(yTrue, yPred, { labels: [labels[0]] as LabelsLike, sampleWeight });
  const none = (): Float64Array => new Float64Array(1);
  return { ...counts, labels: [posLabel as number | string], hits: none(), predicted: none(), actual: none() };
}

function together(counts: LabelCounts): LabelCounts {
  const total = (v: Float64Array): Float64Array => Float64Array.of(v.reduce((a, b) => a + b, 0));
  return {
    ...counts,
    hits: total(counts.hits),
    predicted: total(counts.predicted),
    actual: total(counts.actual),
    total: total(counts.total),
  };
}

/** Divides, and says so when there is 0/0 and nothing was said of what that is. */
export function divide(
  numerator: Float64Array,
  denominator: Float64Array,
  what: string,
  zeroDivision: ZeroDivision,
): Float64Array {
  const zero = zeroValue(zeroDivision);
  const out = new Float64Array(numerator.length);
  for (let c = 0; c < out.length; c++) {
    out[c] = denominator[c] === 0 ? zero : numerator[c] / denominator[c];
    if (denominator[c] === 0 && zeroDivision === "warn") {
      warnOnce(`${what} is 0/0 for some labels, and set to 0; say by zeroDivision what it should be`);
    }
  }
  return out;
}

type Part = "precision" | "recall" | "fscore";

/**
 * Precision, recall and F-beta score, with the number of true samples of each class.
 *
 * @param options `beta`: weight of recall against precision; 1 if left out. `average` is null if left out
 * @throws {MetricError} when there are more than two classes and `average` is "binary"
 *
 * @example
 * ```ts
 * import { precisionRecallFscoreSupport } from "@troupe/troupe";
 * precisionRecallFscoreSupport([0, 1, 1, 1], [0, 1, 1, 0], { average: "macro" }).precision; // 0.75
 * ```
 */
export function precisionRecallFscoreSupport(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions & { beta?: number } = {},
): FScores<number | NDArray<Float64Array>> {
  checkOptionNames("precisionRecallFscoreSupport", options, [
    "average",
    "beta",
    "labels",
    "posLabel",
    "sampleWeight",
    "zeroDivision",
  ]);
  return scoresOf(yTrue, yPred, { ...options, average: options.average ?? null }, ["precision", "recall", "fscore"]);
}

function scoresOf(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions & { beta?: number },
  asked: readonly Part[],
): FScores<number | NDArray<Float64Array>> {
  const { beta = 1, zeroDivision = "warn", average = "binary" } = options;
  if (!(beta >= 0)) throw new InvalidInputError(`beta must be a number from 0 up, got ${beta}`);
  const { hits, predicted, actual } = countsFor(yTrue, yPred, options);
  // What nobody asked for warns of nothing.
  const zeroFor = (part: Part): ZeroDivision => zeroDivision === "warn" && !asked.includes(part) ? 0 : zeroDivision;
  const precision = divide(hits, predicted, "precision", zeroFor("precision"));
  const recall = divide(hits, actual, "recall", zeroFor("recall"));
  const b2 = beta * beta;
  const fscore = beta === Infinity ? recall : beta === 0 ? precision : divide(
    hits.map((h) => (1 + b2) * h),
    actual.map((a, c) => b2 * a + predicted[c]),
    "F-score",
    zeroFor("fscore"),
  );
  if (average === null) {
    return {
      precision: new NDArray(precision),
      recall: new NDArray(recall),
      fscore: new NDArray(fscore),
      support: new NDArray(actual),
    };
  }
  const weights = average === "weighted"
    ? actual
    : average === "samples" && options.sampleWeight
    ? checkSampleWeight(options.sampleWeight, hits.length)
    : undefined;
  const mean = (v: Float64Array): number => averageOf(v, weights);
  return { precision: mean(precision), recall: mean(recall), fscore: mean(fscore), support: null };
}

/**
 * The part of the samples predicted as a class that belong to it.
 *
 * @throws {MetricError} when there are more than two classes and `average` is "binary"
 *
 * @example
 * ```ts
 * import { precisionScore } from "@troupe/troupe";
 * precisionScore([0, 1, 0, 1], [0, 1, 1, 1]); // 0.6666…
 * ```
 */
export function precisionScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions & { average: null },
): NDArray<Float64Array>;
/** The same, averaged to one number. */
export function precisionScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options?: FScoreOptions & { average?: Exclude<Average, null> },
): number;
export function precisionScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("precisionScore", options, ["average", "labels", "posLabel", "sampleWeight", "zeroDivision"]);
  return scoresOf(yTrue, yPred, options, ["precision"]).precision;
}

/**
 * The part of the samples of a class that were predicted as it.
 *
 * @throws {MetricError} when there are more than two classes and `average` is "binary"
 *
 * @example
 * ```ts
 * import { recallScore } from "@troupe/troupe";
 * recallScore([0, 1, 1, 1], [0, 1, 1, 0]); // 0.6666…
 * ```
 */
export function recallScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions & { average: null },
): NDArray<Float64Array>;
/** The same, averaged to one number. */
export function recallScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options?: FScoreOptions & { average?: Exclude<Average, null> },
): number;
export function recallScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("recallScore", options, ["average", "labels", "posLabel", "sampleWeight", "zeroDivision"]);
  return scoresOf(yTrue, yPred, options, ["recall"]).recall;
}

/**
 * Harmonic mean of precision and recall.
 *
 * @throws {MetricError} when there are more than two classes and `average` is "binary"
 *
 * @example
 * ```ts
 * import { f1Score } from "@troupe/troupe";
 * f1Score([0, 1, 1, 0], [0, 1, 0, 0]); // 0.666…
 * ```
 */
export function f1Score(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions & { average: null },
): NDArray<Float64Array>;
/** The same, averaged to one number. */
export function f1Score(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options?: FScoreOptions & { average?: Exclude<Average, null> },
): number;
export function f1Score(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("f1Score", options, ["average", "labels", "posLabel", "sampleWeight", "zeroDivision"]);
  return scoresOf(yTrue, yPred, { ...options, beta: 1 } as FScoreOptions, ["fscore"]).fscore;
}

/**
 * The weighted harmonic mean of precision and recall; `beta` is the weight of recall.
 *
 * Source: C. J. van Rijsbergen, "Information Retrieval", chapter 7 (1979).
 *
 * @throws {MetricError} when there are more than two classes and `average` is "binary"
 *
 * @example
 * ```ts
 * import { fbetaScore } from "@troupe/troupe";
 * fbetaScore([0, 1, 1, 1], [0, 1, 1, 0], { beta: 2 }); // 0.7142…
 * ```
 */
export function fbetaScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions & { beta: number; average: null },
): NDArray<Float64Array>;
/** The same, averaged to one number. */
export function fbetaScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions & { beta: number; average?: Exclude<Average, null> },
): number;
export function fbetaScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions & { beta: number },
): number | NDArray<Float64Array> {
  checkOptionNames("fbetaScore", options, ["average", "beta", "labels", "posLabel", "sampleWeight", "zeroDivision"]);
  if (options?.beta === undefined) throw new InvalidInputError("fbetaScore: needs beta, the weight of recall");
  return scoresOf(yTrue, yPred, options, ["fscore"]).fscore;
}
