import { type Labels, type LabelsLike, NDArray, type VectorLike } from "../array/mod.ts";
import {
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkSampleWeight,
  checkVector,
  encodeLabels,
  typeOfTarget,
} from "../utils/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { MetricError } from "./errors.ts";
import { keptLabel, type PosLabel } from "./pos_label.ts";
import { sortDescending } from "./radix_sort.ts";
import { warnOnce } from "./warn.ts";

/** Options of metrics that look for one class by a score. */
export interface ScoreOptions extends WeightOptions {
  /** The label that is looked for; 1 if left out and the others are 0 or −1. */
  posLabel?: PosLabel;
}

/** Weight found, and found wrongly, down to each distinct score, the highest first. */
export interface ThresholdCounts {
  hits: Float64Array;
  misses: Float64Array;
  thresholds: Float64Array;
}

function checkPosLabel(classes: Labels, posLabel: PosLabel | undefined): number | string {
  if (posLabel !== undefined && posLabel !== null) return keptLabel(posLabel);
  const values = [...classes.data];
  if (values.every((v) => v === 0 || v === 1) || values.every((v) => v === -1 || v === 1)) return 1;
  throw new MetricError(`labels are ${values.join(", ")}; say which is looked for by posLabel`);
}

/** Counts at each threshold, of the label that is looked for. */
export function countsByLabel(yTrue: LabelsLike, scores: VectorLike, options: ScoreOptions): ThresholdCounts {
  checkConsistentLength({ yTrue, yScore: scores, sampleWeight: options.sampleWeight });
  const labels = checkLabels(yTrue, "yTrue");
  if (typeOfTarget(labels) === "continuous") throw new MetricError("yTrue holds fractions, which are no class labels");
  const { classes } = encodeLabels(labels);
  if (classes.size > 2 && (options.posLabel ?? null) === null) {
    throw new MetricError(
      `yTrue has ${classes.size} classes; a curve is for two, or for one against the others: give posLabel`,
    );
  }
  const wanted = checkPosLabel(classes, options.posLabel);
  const truth = Uint8Array.from(labels.data as ArrayLike<unknown>, (v) => v === wanted ? 1 : 0);
  const weight = options.sampleWeight ? checkSampleWeight(options.sampleWeight, truth.length) : undefined;
  const numbers = checkVector(scores, "yScore").data;
  if (truth.length === 0) throw new MetricError("yTrue is empty: a curve needs at least one sample");
  return thresholdCounts(truth, numbers, weight);
}

/** Counts at each threshold, of what `truth` marks. Samples of no weight do not count, nor do their scores. */
export function thresholdCounts(truth: Uint8Array, scores: Float64Array, weight?: Float64Array): ThresholdCounts {
  const { order, sorted } = sortDescending(scores);
  const hits = new Float64Array(order.length);
  const misses = new Float64Array(order.length);
  const thresholds = new Float64Array(order.length);
  // A point is written at each sample, and moves on where a lower score follows.
  let size = -1, hit = 0, miss = 0, before = NaN;
  for (let k = 0; k < order.length; k++) {
    const w = weight === undefined ? 1 : weight[order[k]];
    if (w === 0) continue;
    if (truth[order[k]] === 1) hit += w;
    else miss += w;
    if (sorted[k] !== before) thresholds[++size] = before = sorted[k];
    hits[size] = hit;
    misses[size] = miss;
  }
  size++;
  return { hits: hits.slice(0, size), misses: misses.slice(0, size), thresholds: thresholds.slice(0, size) };
}

function selected({ hits, misses, thresholds }: ThresholdCounts, keep: (i: number) => boolean): ThresholdCounts {
  const pick = (v: Float64Array): Float64Array => v.filter((_, i) => keep(i));
  return { hits: pick(hits), misses: pick(misses), thresholds: pick(thresholds) };
}

/** Without the points between two that have the same hits. */
function withoutRepeated(counts: ThresholdCounts): ThresholdCounts {
  const { hits } = counts;
  const last = hits.length - 1;
  if (last < 2) return counts;
  return selected(counts, (i) => i === 0 || i === last || hits[i] !== hits[i - 1] || hits[i + 1] !== hits[i]);
}

/** Weights at each threshold of a score, the highest first. */
export interface ThresholdConfusion {
  /** Others, rightly not found. */
  tns: NDArray<Float64Array>;
  /** Others, found wrongly. */
  fps: NDArray<Float64Array>;
  /** Of the class, missed. */
  fns: NDArray<Float64Array>;
  /** Of the class, found. */
  tps: NDArray<Float64Array>;
  /** Scores from which on a sample counts as found. */
  thresholds: NDArray<Float64Array>;
}

/**
 * The four entries of a confusion matrix at each distinct score.
 *
 * @throws {MetricError} when labels are not 0 and 1, or −1 and 1, and `posLabel` is not given
 *
 * @example
 * ```ts
 * import { confusionMatrixAtThresholds } from "@troupe/troupe";
 * confusionMatrixAtThresholds([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).tps.toArray(); // [1, 1, 2, 2]
 * ```
 */
export function confusionMatrixAtThresholds(
  yTrue: LabelsLike,
  yScore: VectorLike,
  options: ScoreOptions = {},
): ThresholdConfusion {
  checkOptionNames("confusionMatrixAtThresholds", options, ["posLabel", "sampleWeight"]);
  const { hits, misses, thresholds } = countsByLabel(yTrue, yScore, options);
  const rest = (v: Float64Array): NDArray<Float64Array> => new NDArray(v.map((x) => v[v.length - 1] - x));
  return {
    tns: rest(misses),
    fps: new NDArray(misses),
    fns: rest(hits),
    tps: new NDArray(hits),
    thresholds: new NDArray(thresholds),
  };
}

/**
 * Area under a curve by trapezoids.
 *
 * @param x places, going up or going down
 * @param y heights
 * @throws {MetricError} when x goes up and down, or there are fewer than two points
 *
 * @example
 * ```ts
 * import { auc } from "@troupe/troupe";
 * auc([0, 0.5, 1], [0, 1, 1]); // 0.75
 * ```
 */
export function auc(x: VectorLike, y: VectorLike): number {
  checkConsistentLength({ x, y });
  const xs = checkVector(x, "x").data;
  const ys = checkVector(y, "y").data;
  if (xs.length < 2) throw new MetricError(`auc: needs at least two points, got ${xs.length}`);
  let area = 0;
  let up = false;
  let down = false;
  for (let i = 1; i < xs.length; i++) {
    const d = xs[i] - xs[i - 1];
    if (d > 0) up = true;
    if (d < 0) down = true;
    area += d * (ys[i] + ys[i - 1]) / 2;
  }
  if (up && down) throw new MetricError("auc: x must go up or go down, not both");
  return down ? -area : area;
}

/** Points of a receiver operating characteristic. */
export interface RocCurve {
  /** Part of the others that is found wrongly, for each threshold. */
  fpr: NDArray<Float64Array>;
  /** Part of the class that is found, for each threshold. */
  tpr: NDArray<Float64Array>;
  /** Scores from which on a sample counts as found, going down from infinity. */
  thresholds: NDArray<Float64Array>;
}

/**
 * What part of a class is found, and of the others found wrongly, at every threshold of a score.
 *
 * Source: T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006).
 *
 * @param options `dropIntermediate`: leave out points on straight lines; true if left out
 * @throws {MetricError} when labels are not 0 and 1, or −1 and 1, and `posLabel` is not given
 *
 * @example
 * ```ts
 * import { rocCurve } from "@troupe/troupe";
 * rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).tpr.toArray(); // [0, 0.5, 0.5, 1, 1]
 * ```
 */
export function rocCurve(
  yTrue: LabelsLike,
  yScore: VectorLike,
  options: ScoreOptions & { dropIntermediate?: boolean } = {},
): RocCurve {
  checkOptionNames("rocCurve", options, ["dropIntermediate", "posLabel", "sampleWeight"]);
  let counts = countsByLabel(yTrue, yScore, options);
  if (options.dropIntermediate !== false && counts.misses.length > 2) {
    const bends = (v: Float64Array, i: number): boolean => v[i + 1] - v[i] !== v[i] - v[i - 1];
    const last = counts.misses.length - 1;
    const { hits, misses } = counts;
    counts = selected(counts, (i) => i === 0 || i === last || bends(hits, i) || bends(misses, i));
  }
  const part = (v: Float64Array, what: string): NDArray<Float64Array> => {
    const total = v[v.length - 1];
    if (!(total > 0)) warnOnce(`rocCurve: yTrue has no ${what} samples; their part is NaN`);
    const out = new Float64Array(v.length + 1);
    for (let i = 0; i < v.length; i++) out[i + 1] = v[i] / total;
    return new NDArray(total > 0 ? out : out.fill(NaN));
  };
  const thresholds = new Float64Array(counts.thresholds.length + 1);
  thresholds[0] = Infinity;
  thresholds.set(counts.thresholds, 1);
  return {
    fpr: part(counts.misses, "negative"),
    tpr: part(counts.hits, "positive"),
    thresholds: new NDArray(thresholds),
  };
}

/** Points of a curve of precision against recall. */
export interface PrecisionRecallCurve {
  /** Part of what is found that is right, for each threshold, and 1 at the end. */
  precision: NDArray<Float64Array>;
  /** Part of the class that is found, for each threshold, and 0 at the end. */
  recall: NDArray<Float64Array>;
  /** Scores from which on a sample counts as found, going up. */
  thresholds: NDArray<Float64Array>;
}

/**
 * Precision and recall at every threshold of a score.
 *
 * Source: J. Davis, M. Goadrich, "The relationship between precision-recall and ROC curves", ICML (2006).
 *
 * @param options `dropIntermediate`: leave out points between two of the same recall; false if left out
 * @throws {MetricError} when labels are not 0 and 1, or −1 and 1, and `posLabel` is not given
 *
 * @example
 * ```ts
 * import { precisionRecallCurve } from "@troupe/troupe";
 * precisionRecallCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).recall.toArray(); // [1, 1, 0.5, 0.5, 0]
 * ```
 */
export function precisionRecallCurve(
  yTrue: LabelsLike,
  yScore: VectorLike,
  options: ScoreOptions & { dropIntermediate?: boolean } = {},
): PrecisionRecallCurve {
  checkOptionNames("precisionRecallCurve", options, ["dropIntermediate", "posLabel", "sampleWeight"]);
  const all = countsByLabel(yTrue, yScore, options);
  const { hits, misses, thresholds } = options.dropIntermediate === true ? withoutRepeated(all) : all;
  const n = hits.length;
  const total = hits[n - 1];
  if (!(total > 0)) warnOnce("precisionRecallCurve: yTrue has no positive samples; recall is 1 at every threshold");
  const precision = new Float64Array(n + 1);
  const recall = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) {
    const found = hits[i] + misses[i];
    precision[n - 1 - i] = found === 0 ? 0 : hits[i] / found;
    recall[n - 1 - i] = total === 0 ? 1 : hits[i] / total;
  }
  precision[n] = 1;
  return {
    precision: new NDArray(precision),
    recall: new NDArray(recall),
    thresholds: new NDArray(thresholds.reverse()),
  };
}

/** Points of a detection error tradeoff. */
export interface DetCurve {
  /** Part of the others that is found wrongly, for each threshold. */
  fpr: NDArray<Float64Array>;
  /** Part of the class that is missed, for each threshold. */
  fnr: NDArray<Float64Array>;
  /** Scores from which on a sample counts as found, going up. */
  thresholds: NDArray<Float64Array>;
}

/**
 * What part of a class is missed, and of the others found wrongly, at every threshold of a score.
 *
 * Source: A. Martin et al., "The DET curve in assessment of detection task performance", Eurospeech (1997).
 *
 * @param options `dropIntermediate`: leave out points between two of the same misses; false if left out
 * @throws {MetricError} when yTrue has not two classes, or `posLabel` is needed
 *
 * @example
 * ```ts
 * import { detCurve } from "@troupe/troupe";
 * detCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).fpr.toArray(); // [0.5, 0.5, 0]
 * ```
 */
export function detCurve(
  yTrue: LabelsLike,
  yScore: VectorLike,
  options: ScoreOptions & { dropIntermediate?: boolean } = {},
): DetCurve {
  checkOptionNames("detCurve", options, ["dropIntermediate", "posLabel", "sampleWeight"]);
  const counts = countsByLabel(yTrue, yScore, options);
  if (encodeLabels(checkLabels(yTrue, "yTrue")).classes.size !== 2) {
    throw new MetricError("detCurve: yTrue must have two classes");
  }
  let all = prepended(counts);
  if (options.dropIntermediate === true) all = withoutRepeated(all);
  const { hits, misses, thresholds } = all;
  const total = hits[hits.length - 1];
  const others = misses[misses.length - 1];
  // From the last point without false alarms to the first that finds everything.
  let first = 0;
  while (first + 1 < misses.length && misses[first + 1] === misses[0]) first++;
  const last = hits.indexOf(total) + 1;
  const part = (v: Float64Array): NDArray<Float64Array> => new NDArray(v.slice(first, last).reverse());
  return {
    fpr: part(misses.map((m) => m / others)),
    fnr: part(hits.map((h) => (total - h) / total)),
    thresholds: part(thresholds),
  };
}

function prepended({ hits, misses, thresholds }: ThresholdCounts): ThresholdCounts {
  const shifted = (v: Float64Array, first: number): Float64Array => {
    const out = new Float64Array(v.length + 1);
    out[0] = first;
    out.set(v, 1);
    return out;
  };
  return { hits: shifted(hits, 0), misses: shifted(misses, 0), thresholds: shifted(thresholds, Infinity) };
}

/**
 * A metric of your own at each distinct score taken as threshold, the highest first.
 *
 * @param metric compares true labels with 1 for found and 0 for not, with the weights if there are any
 * @returns `values`, one for each threshold, and the `thresholds`
 * @throws {MetricError} when `metric` is no function
 * @throws {InvalidInputError} when lengths differ, or scores are not finite
 *
 * @example
 * ```ts
 * import { accuracyScore, metricAtThresholds } from "@troupe/troupe";
 * metricAtThresholds([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], accuracyScore).values.toArray(); // [0.75, 0.5, 0.75, 0.5]
 * ```
 */
export function metricAtThresholds(
  yTrue: LabelsLike,
  yScore: VectorLike,
  metric: (yTrue: NDArray, yPred: NDArray<Int32Array>, options: WeightOptions) => number,
  options: WeightOptions = {},
): { values: NDArray<Float64Array>; thresholds: NDArray<Float64Array> } {
  checkOptionNames("metricAtThresholds", options, ["sampleWeight"]);
  if (typeof metric !== "function") {
    throw new MetricError(
      `metricAtThresholds: metric must be a function (yTrue, yPred, options), got ${typeof metric}`,
    );
  }
  checkConsistentLength({ yTrue, yScore, sampleWeight: options.sampleWeight });
  const labels = checkLabels(yTrue, "yTrue");
  const scores = checkVector(yScore, "yScore").data;
  const weight = options.sampleWeight ? checkSampleWeight(options.sampleWeight, scores.length) : undefined;
  let { order } = sortDescending(scores);
  if (weight !== undefined) order = order.filter((i) => weight[i] !== 0) as typeof order;
  const sorted = labels.take(order) as NDArray;
  const sortedScores = Float64Array.from(order, (i) => scores[i]);
  const given: WeightOptions = weight === undefined ? {} : { sampleWeight: Float64Array.from(order, (i) => weight[i]) };
  const thresholds = [...new Set(sortedScores)];
  const values = thresholds.map((t) =>
    metric(sorted, new NDArray(Int32Array.from(sortedScores, (s) => s >= t ? 1 : 0)), given)
  );
  return { values: new NDArray(Float64Array.from(values)), thresholds: new NDArray(Float64Array.from(thresholds)) };
}
