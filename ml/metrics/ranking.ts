import { type Labels, type LabelsLike, type MatrixLike, NDArray, toNDArray, type VectorLike } from "../array/mod.ts";
import {
  checkArray,
  checkConsistentLength,
  checkLabels,
  checkSampleWeight,
  checkVector,
  encodeLabels,
} from "../utils/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { MetricError } from "./errors.ts";

/** Options of metrics that look for one class by a score. */
export interface ScoreOptions extends WeightOptions {
  /** The label that is looked for; 1 if left out. */
  posLabel?: number | string;
}

/** Weight found, and found wrongly, down to each distinct score, the highest first. */
interface Counts {
  hits: Float64Array;
  misses: Float64Array;
  thresholds: Float64Array;
}

function checkPosLabel(classes: Labels, posLabel: number | string | undefined): number | string {
  if (posLabel !== undefined) return posLabel;
  const values = [...classes.data];
  if (values.every((v) => v === 0 || v === 1) || values.every((v) => v === -1 || v === 1)) return 1;
  throw new MetricError(`labels are ${values.join(", ")}; say which is looked for by posLabel`);
}

function countsByLabel(yTrue: LabelsLike, scores: VectorLike, options: ScoreOptions): Counts {
  checkConsistentLength({ yTrue, yScore: scores, sampleWeight: options.sampleWeight });
  const labels = checkLabels(yTrue, "yTrue");
  const { classes } = encodeLabels(labels);
  if (classes.size > 2 && options.posLabel === undefined) {
    throw new MetricError(
      `yTrue has ${classes.size} classes; a curve is for two, or for one against the others: give posLabel`,
    );
  }
  const wanted = checkPosLabel(classes, options.posLabel);
  const truth = Uint8Array.from(labels.data as ArrayLike<unknown>, (v) => v === wanted ? 1 : 0);
  return countsOf(truth, checkVector(scores, "yScore").data, checkSampleWeight(options.sampleWeight, truth.length));
}

function countsOf(truth: Uint8Array, scores: Float64Array, weight: Float64Array): Counts {
  const order = Uint32Array.from(truth.keys()).filter((i) => weight[i] !== 0);
  order.sort((a, b) => scores[b] - scores[a]);
  const hits: number[] = [];
  const misses: number[] = [];
  const thresholds: number[] = [];
  let hit = 0;
  let miss = 0;
  for (let k = 0; k < order.length; k++) {
    const i = order[k];
    if (truth[i] === 1) hit += weight[i];
    else miss += weight[i];
    if (k + 1 < order.length && scores[order[k + 1]] === scores[i]) continue;
    hits.push(hit);
    misses.push(miss);
    thresholds.push(scores[i]);
  }
  return {
    hits: Float64Array.from(hits),
    misses: Float64Array.from(misses),
    thresholds: Float64Array.from(thresholds),
  };
}

/**
 * Area under a curve by trapezoids.
 *
 * @param x places, going up or going down
 * @param y heights
 * @throws {MetricError} when x goes up and down, or there are fewer than two points
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
 * @param options `dropIntermediate`: leave out points on straight lines; true if left out
 * @throws {MetricError} when labels are not 0 and 1, or −1 and 1, and `posLabel` is not given
 */
export function rocCurve(
  yTrue: LabelsLike,
  yScore: VectorLike,
  options: ScoreOptions & { dropIntermediate?: boolean } = {},
): RocCurve {
  let { hits, misses, thresholds } = countsByLabel(yTrue, yScore, options);
  if (options.dropIntermediate !== false && misses.length > 2) {
    const bends = (v: Float64Array, i: number): boolean => v[i + 1] - v[i] !== v[i] - v[i - 1];
    const last = misses.length - 1;
    const keep = (_: number, i: number): boolean => i === 0 || i === last || bends(hits, i) || bends(misses, i);
    [hits, misses, thresholds] = [hits.filter(keep), misses.filter(keep), thresholds.filter(keep)];
  }
  const part = (v: Float64Array): NDArray<Float64Array> => {
    const total = v[v.length - 1];
    return new NDArray(Float64Array.of(0, ...v).map((x) => total > 0 ? x / total : NaN));
  };
  return { fpr: part(misses), tpr: part(hits), thresholds: new NDArray(Float64Array.of(Infinity, ...thresholds)) };
}

/** How the areas of several classes become one. */
export type AucAverage = "macro" | "weighted" | "micro" | null;

/** Options of {@linkcode rocAucScore}. */
export interface RocAucOptions extends WeightOptions {
  /** How the areas of several classes become one; "macro" if left out. */
  average?: AucAverage;
  /** For more than two classes: each against the others ("ovr"), or each against each ("ovo"). */
  multiClass?: "raise" | "ovr" | "ovo";
  /** The classes, in the order of the columns of scores; those of yTrue if left out. */
  labels?: LabelsLike | null;
}

/** The area for two classes; NaN where one of them is missing. */
function binaryArea(truth: Uint8Array, scores: Float64Array, weight: Float64Array): number {
  const { hits, misses } = countsOf(truth, scores, weight);
  const n = hits.length;
  if (n === 0 || hits[n - 1] === 0 || misses[n - 1] === 0) return NaN;
  let area = 0;
  for (let i = 0; i < n; i++) {
    const before = i === 0 ? 0 : hits[i - 1];
    area += (misses[i] - (i === 0 ? 0 : misses[i - 1])) * (hits[i] + before) / 2;
  }
  return area / (hits[n - 1] * misses[n - 1]);
}

/**
 * Area under the receiver operating characteristic: how likely a sample of a class scores above one of another.
 *
 * Source: J. A. Hanley, B. J. McNeil (1982); for each pair of classes D. J. Hand, R. J. Till, Machine Learning 45 (2001).
 *
 * @param yScore for two classes a score of the larger label, shape [nSamples]; otherwise probabilities, shape
 * [nSamples, nClasses]
 * @throws {MetricError} when there are more than two classes and `multiClass` does not say how to take them
 *
 * @example
 * ```ts
 * import { rocAucScore } from "@troupe/troupe";
 * rocAucScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 * ```
 */
export function rocAucScore(yTrue: LabelsLike, yScore: VectorLike | MatrixLike, options: RocAucOptions = {}): number {
  checkConsistentLength({ yTrue, yScore, sampleWeight: options.sampleWeight });
  const encoded = encodeLabels(checkLabels(yTrue, "yTrue"));
  const scores = toNDArray(yScore, "yScore");
  const weight = checkSampleWeight(options.sampleWeight, encoded.codes.length);
  if (scores.ndim === 1 || scores.shape[1] === 1) {
    if (encoded.classes.size > 2) {
      throw new MetricError("rocAucScore: more than two classes need a column of scores each");
    }
    const truth = Uint8Array.from(encoded.codes, (c) => encoded.classes.size === 2 ? c : 1);
    return binaryArea(truth, checkVector(scores, "yScore").data, weight);
  }
  return manyClasses(encoded, checkArray(scores, { inputName: "yScore" }), weight, options);
}

function manyClasses(
  { classes, codes }: { classes: Labels; codes: Int32Array },
  scores: NDArray<Float64Array>,
  weight: Float64Array,
  { average = "macro", multiClass = "raise", labels, sampleWeight }: RocAucOptions,
): number {
  const given = labels === undefined || labels === null ? classes : checkLabels(labels, "labels");
  const k = given.size;
  if (multiClass !== "ovr" && multiClass !== "ovo") {
    throw new MetricError('rocAucScore: for more than two classes, multiClass must be "ovr" or "ovo"');
  }
  if (scores.shape[1] !== k) {
    throw new MetricError(`rocAucScore: ${scores.shape[1]} columns of scores for ${k} classes`);
  }
  if (scores.sum(1).data.some((s) => !(Math.abs(s - 1) <= 1e-5))) {
    throw new MetricError("rocAucScore: scores of several classes must be probabilities, and sum to 1 for each sample");
  }
  const places = Array.from(classes.data as ArrayLike<unknown>, (v) => [...given.data as Iterable<unknown>].indexOf(v));
  if (places.includes(-1)) throw new MetricError("rocAucScore: yTrue has labels that are not in labels");
  const truth = Int32Array.from(codes, (c) => places[c]);
  if (multiClass === "ovo") {
    if (sampleWeight !== undefined && sampleWeight !== null) {
      throw new MetricError('rocAucScore: multiClass "ovo" takes no sampleWeight');
    }
    if (average !== "macro" && average !== "weighted") {
      throw new MetricError('rocAucScore: with multiClass "ovo", average must be "macro" or "weighted"');
    }
    return eachAgainstEach(truth, scores, k, average);
  }
  if (average === "micro") {
    const flat = Uint8Array.from({ length: truth.length * k }, (_, at) => truth[Math.floor(at / k)] === at % k ? 1 : 0);
    return binaryArea(flat, scores.data, Float64Array.from(flat, (_, at) => weight[Math.floor(at / k)]));
  }
  if (average === null) throw new MetricError('rocAucScore: average must be "macro", "weighted" or "micro"');
  let sum = 0;
  let mass = 0;
  for (let c = 0; c < k; c++) {
    const own = Uint8Array.from(truth, (t) => t === c ? 1 : 0);
    const share = average === "macro" ? 1 : own.reduce((s, t, i) => s + t * weight[i], 0);
    if (share === 0) continue;
    sum += share * binaryArea(own, scores.col(c).data, weight);
    mass += share;
  }
  return sum / mass;
}

function eachAgainstEach(
  truth: Int32Array,
  scores: NDArray<Float64Array>,
  k: number,
  average: "macro" | "weighted",
): number {
  let sum = 0;
  let mass = 0;
  for (let a = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++) {
      const rows = Int32Array.from(truth.keys()).filter((i) => truth[i] === a || truth[i] === b);
      const ones = new Float64Array(rows.length).fill(1);
      const area = (own: number): number =>
        binaryArea(
          Uint8Array.from(rows, (i) => truth[i] === own ? 1 : 0),
          Float64Array.from(rows, (i) => scores.data[i * k + own]),
          ones,
        );
      const share = average === "macro" ? 1 : rows.length / truth.length;
      sum += share * (area(a) + area(b)) / 2;
      mass += share;
    }
  }
  return sum / mass;
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
 * @throws {MetricError} when labels are not 0 and 1, or −1 and 1, and `posLabel` is not given
 */
export function precisionRecallCurve(
  yTrue: LabelsLike,
  yScore: VectorLike,
  options: ScoreOptions = {},
): PrecisionRecallCurve {
  const { hits, misses, thresholds } = countsByLabel(yTrue, yScore, options);
  const total = hits[hits.length - 1];
  const precision = hits.map((h, i) => h + misses[i] === 0 ? 0 : h / (h + misses[i]));
  const recall = hits.map((h) => total === 0 ? 1 : h / total);
  return {
    precision: new NDArray(Float64Array.of(...precision.reverse(), 1)),
    recall: new NDArray(Float64Array.of(...recall.reverse(), 0)),
    thresholds: new NDArray(thresholds.reverse()),
  };
}

/** Mean precision over the thresholds, each weighted by the recall that it adds. */
export function averagePrecisionScore(yTrue: LabelsLike, yScore: VectorLike, options: ScoreOptions = {}): number {
  const { hits, misses } = countsByLabel(yTrue, yScore, options);
  const total = hits[hits.length - 1];
  if (total === 0) return 0;
  let sum = 0;
  for (let i = 0; i < hits.length; i++) {
    sum += (hits[i] - (i === 0 ? 0 : hits[i - 1])) / total * (hits[i] / (hits[i] + misses[i]));
  }
  return sum;
}
