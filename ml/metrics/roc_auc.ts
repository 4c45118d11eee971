import {
  type Labels,
  type LabelsLike,
  type MatrixLike,
  type NDArray,
  toNDArray,
  type VectorLike,
} from "../array/mod.ts";
import {
  checkArray,
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkSampleWeight,
  checkVector,
  encodeLabels,
  typeOfTarget,
} from "../utils/mod.ts";
import { averageBinary, type ScoreAverage } from "./average_binary.ts";
import type { WeightOptions } from "./classification.ts";
import { thresholdCounts } from "./curves.ts";
import { MetricError } from "./errors.ts";
import { pairsInOrder } from "./pairs_in_order.ts";
import { checkIndicator, isTable, type TargetsLike } from "./targets.ts";
import { warnOnce } from "./warn.ts";

/** Options of {@linkcode rocAucScore}. */
export interface RocAucOptions extends WeightOptions {
  /** How the areas of several classes or labels become one; "macro" if left out. */
  average?: ScoreAverage;
  /** For more than two classes: each against the others ("ovr"), or each against each ("ovo"). */
  multiClass?: "raise" | "ovr" | "ovo";
  /** The classes, in the order of the columns of scores; those of yTrue if left out. */
  labels?: LabelsLike | null;
  /** Only the area up to this part of false alarms counts, scaled so that chance is 0.5; for two classes. */
  maxFpr?: number | null;
}

function oneClass(): number {
  warnOnce("rocAucScore: yTrue has one class only, of which there is no area");
  return NaN;
}

/**
 * The area for two classes; NaN where one of them is missing. Without weights it is the share of pairs that are in order.
 */
function binaryArea(truth: Uint8Array, scores: Float64Array, weight?: Float64Array): number {
  if (weight !== undefined) return weightedArea(truth, scores, weight);
  const { ones, zeros, twice } = pairsInOrder(scores, truth);
  if (ones === 0 || zeros === 0) return oneClass();
  return twice / 2 / (ones * zeros);
}

function weightedArea(truth: Uint8Array, scores: Float64Array, weight: Float64Array): number {
  if (truth.every((t) => t === 0) || truth.every((t) => t === 1)) return oneClass();
  const { hits, misses } = thresholdCounts(truth, scores, weight);
  const n = hits.length;
  if (n === 0 || hits[n - 1] === 0 || misses[n - 1] === 0) return NaN;
  let area = 0;
  for (let i = 0; i < n; i++) {
    const before = i === 0 ? 0 : hits[i - 1];
    area += (misses[i] - (i === 0 ? 0 : misses[i - 1])) * (hits[i] + before) / 2;
  }
  return area / (hits[n - 1] * misses[n - 1]);
}

/** The area up to `maxFpr`, scaled as D. K. McClish did (Medical Decision Making 9, 1989). */
function partialArea(
  truth: Uint8Array,
  scores: Float64Array,
  weight: Float64Array | undefined,
  maxFpr: number,
): number {
  const { hits, misses } = thresholdCounts(truth, scores, weight);
  const n = hits.length;
  if (n === 0 || hits[n - 1] === 0 || misses[n - 1] === 0) return oneClass();
  let area = 0;
  let x = 0, y = 0;
  for (let i = 0; i < n; i++) {
    const nextX = misses[i] / misses[n - 1];
    const nextY = hits[i] / hits[n - 1];
    if (nextX > maxFpr) {
      const cut = y + (nextY - y) * (maxFpr - x) / (nextX - x);
      area += (maxFpr - x) * (y + cut) / 2;
      break;
    }
    area += (nextX - x) * (y + nextY) / 2;
    x = nextX;
    y = nextY;
  }
  const least = 0.5 * maxFpr * maxFpr;
  return 0.5 * (1 + (area - least) / (maxFpr - least));
}

/**
 * Area under the receiver operating characteristic: how likely a sample of a class scores above one of another.
 *
 * Sources: J. A. Hanley, B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC)
 * curve", Radiology 143 (1982); for each pair of classes D. J. Hand, R. J. Till, "A simple generalisation of the area
 * under the ROC curve for multiple class classification problems", Machine Learning 45 (2001).
 *
 * @param yTrue labels, shape [nSamples], or a table of zeros and ones, shape [nSamples, nLabels]
 * @param yScore for two classes a score of the larger label, shape [nSamples]; for more probabilities, shape
 * [nSamples, nClasses]; for a table a score of each label, shape [nSamples, nLabels]
 * @returns the area; NaN, with a warning, where a class is missing; an array of areas with `average: null`
 * @throws {MetricError} when there are more than two classes and `multiClass` does not say how to take them
 *
 * @example
 * ```ts
 * import { rocAucScore } from "@troupe/troupe";
 * rocAucScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.75
 * ```
 */
export function rocAucScore(
  yTrue: TargetsLike,
  yScore: VectorLike | MatrixLike,
  options: RocAucOptions & { average: null },
): NDArray<Float64Array>;
/** The same, averaged to one number. */
export function rocAucScore(
  yTrue: TargetsLike,
  yScore: VectorLike | MatrixLike,
  options?: RocAucOptions & { average?: Exclude<ScoreAverage, null> },
): number;
export function rocAucScore(
  yTrue: TargetsLike,
  yScore: VectorLike | MatrixLike,
  options: RocAucOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("rocAucScore", options, ["average", "labels", "maxFpr", "multiClass", "sampleWeight"]);
  const { average = "macro", maxFpr = null, sampleWeight } = options;
  checkConsistentLength({ yTrue, yScore, sampleWeight });
  if (maxFpr !== null && !(maxFpr > 0 && maxFpr <= 1)) {
    throw new MetricError(`rocAucScore: maxFpr must be above 0 and at most 1, got ${maxFpr}`);
  }
  const binary = maxFpr === null || maxFpr === 1
    ? binaryArea
    : (t: Uint8Array, s: Float64Array, w?: Float64Array) => partialArea(t, s, w, maxFpr);
  const scores = toNDArray(yScore, "yScore");
  const weightOf = (n: number): Float64Array | undefined =>
    sampleWeight ? checkSampleWeight(sampleWeight, n) : undefined;
  if (isTable(yTrue)) {
    const { n, k, data } = checkIndicator(yTrue, "yTrue");
    const table = checkArray(scores, { inputName: "yScore" });
    if (table.shape[1] !== k) throw new MetricError(`rocAucScore: ${table.shape[1]} columns of scores for ${k} labels`);
    return averageBinary(
      "rocAucScore",
      { n, k, truth: data, scores: table.data, weight: weightOf(n) },
      average,
      binary,
    );
  }
  const labels = checkLabels(yTrue as LabelsLike, "yTrue");
  if (typeOfTarget(labels) === "continuous") throw new MetricError("rocAucScore: yTrue holds fractions");
  const columns = scores.ndim === 1 ? 1 : scores.shape[1];
  const marks = columns === 1 ? marksOfTwo(labels) : undefined;
  if (marks !== undefined) return binary(marks, checkVector(scores, "yScore").data, weightOf(marks.length));
  const encoded = encodeLabels(labels);
  const { codes, classes } = encoded;
  if (classes.size > 2 || columns > 2) {
    if (columns === 1) throw new MetricError("rocAucScore: more than two classes need a column of scores each");
    if (maxFpr !== null && maxFpr !== 1) throw new MetricError("rocAucScore: maxFpr is for two classes");
    return manyClasses(encoded, checkArray(scores, { inputName: "yScore" }), weightOf(codes.length), options);
  }
  if (columns === 2) {
    throw new MetricError("rocAucScore: for two classes give the scores of the larger label only, one for each sample");
  }
  const truth = new Uint8Array(codes.length);
  for (let i = 0; i < codes.length; i++) truth[i] = codes[i];
  return binary(truth, checkVector(scores, "yScore").data, weightOf(codes.length));
}

/** 1 for the larger of two numbers, 0 for the other; nothing where labels are anything else. */
function marksOfTwo({ data, dtype }: Labels): Uint8Array | undefined {
  if (dtype === "string" || data.length === 0) return undefined;
  const numbers = data as ArrayLike<number>;
  let low = numbers[0], high = numbers[0];
  for (let i = 1; i < numbers.length && low === high; i++) {
    low = Math.min(low, numbers[i]);
    high = Math.max(high, numbers[i]);
  }
  if (low === high) return undefined;
  const marks = new Uint8Array(numbers.length);
  for (let i = 0; i < marks.length; i++) {
    if (numbers[i] === high) marks[i] = 1;
    else if (numbers[i] !== low) return undefined;
  }
  return marks;
}

function manyClasses(
  { classes, codes }: { classes: Labels; codes: Int32Array },
  scores: NDArray<Float64Array>,
  weight: Float64Array | undefined,
  { average = "macro", multiClass = "raise", labels }: RocAucOptions,
): number | NDArray<Float64Array> {
  const given = labels === undefined || labels === null ? classes : checkLabels(labels, "labels");
  const k = given.size;
  if (multiClass !== "ovr" && multiClass !== "ovo") {
    throw new MetricError('rocAucScore: for more than two classes, multiClass must be "ovr" or "ovo"');
  }
  if (scores.shape[1] !== k) {
    throw new MetricError(`rocAucScore: ${scores.shape[1]} columns of scores for ${k} classes; labels says which`);
  }
  if (encodeLabels(given).classes.data.join() !== given.data.join()) {
    throw new MetricError("rocAucScore: labels must be sorted, each once");
  }
  if (scores.sum(1).data.some((s) => !(Math.abs(s - 1) <= 1e-5))) {
    throw new MetricError("rocAucScore: scores of several classes must be probabilities, and sum to 1 for each sample");
  }
  const places = Array.from(classes.data as ArrayLike<unknown>, (v) => [...given.data as Iterable<unknown>].indexOf(v));
  if (places.includes(-1)) throw new MetricError("rocAucScore: yTrue has labels that are not in labels");
  const truth = codes.map((c) => places[c]);
  if (average === "samples") throw new MetricError('rocAucScore: average "samples" is for tables of zeros and ones');
  if (multiClass === "ovo") {
    if (weight !== undefined) throw new MetricError('rocAucScore: multiClass "ovo" takes no sampleWeight');
    if (average !== "macro" && average !== "weighted") {
      throw new MetricError('rocAucScore: with multiClass "ovo", average must be "macro" or "weighted"');
    }
    return eachAgainstEach(truth, scores, k, average);
  }
  const table = new Uint8Array(truth.length * k);
  for (let i = 0; i < truth.length; i++) table[i * k + truth[i]] = 1;
  return averageBinary(
    "rocAucScore",
    { n: truth.length, k, truth: table, scores: scores.data, weight },
    average,
    binaryArea,
  );
}

function eachAgainstEach(
  truth: Int32Array,
  scores: NDArray<Float64Array>,
  k: number,
  average: "macro" | "weighted",
): number {
  let sum = 0;
  let mass = 0;
  const present = new Set(truth);
  for (let a = 0; a < k; a++) {
    for (let b = a + 1; b < k; b++) {
      if (!present.has(a) || !present.has(b)) continue;
      const rows = Int32Array.from(truth.keys()).filter((i) => truth[i] === a || truth[i] === b);
      const area = (own: number): number =>
        binaryArea(
          Uint8Array.from(rows, (i) => truth[i] === own ? 1 : 0),
          Float64Array.from(rows, (i) => scores.data[i * k + own]),
        );
      const share = average === "macro" ? 1 : rows.length / truth.length;
      sum += share * (area(a) + area(b)) / 2;
      mass += share;
    }
  }
  return sum / mass;
}
