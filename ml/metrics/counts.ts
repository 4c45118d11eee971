import type { LabelsLike, VectorLike } from "../array/mod.ts";
import { checkLabels, InvalidInputError } from "../utils/mod.ts";
import { classTargets, type IndicatorTargets, indicatorTargets, isTable, type TargetsLike } from "./targets.ts";

/** What is counted of each label (or, sample by sample, of each sample): all that set-wise metrics need. */
export interface LabelCounts {
  /** The labels counted. */
  labels: (number | string)[];
  /** How many distinct labels occur; for tables their columns. */
  present: number;
  /** Whether samples have several labels each. */
  multilabel: boolean;
  /** Weight of what was predicted rightly. */
  hits: Float64Array;
  /** Weight of what was predicted. */
  predicted: Float64Array;
  /** Weight of what is there. */
  actual: Float64Array;
  /** Weight of everything. */
  total: Float64Array;
}

/** What to count. */
export interface CountOptions {
  /** Which labels, in which order; all that occur if left out. */
  labels?: LabelsLike | null;
  /** A weight for each sample. */
  sampleWeight?: VectorLike | null;
  /** Count for each sample, not for each label. */
  samplewise?: boolean;
}

/**
 * Counts hits, predictions and truths of each label.
 *
 * @throws {InvalidInputError} when samples are to be counted and have one label each
 */
export function countLabels(yTrue: TargetsLike, yPred: TargetsLike, options: CountOptions = {}): LabelCounts {
  if (isTable(yTrue) || isTable(yPred)) {
    return countTables(indicatorTargets(yTrue, yPred, options.sampleWeight), options);
  }
  if (options.samplewise === true) {
    throw new InvalidInputError("counting by samples needs tables of zeros and ones: samples of several labels each");
  }
  const targets = classTargets(yTrue, yPred, options.sampleWeight, options.labels);
  const { asked: k, truth, predicted: guess, weight } = targets;
  const hits = new Float64Array(k), predicted = new Float64Array(k), actual = new Float64Array(k);
  let total = 0;
  for (let i = 0; i < truth.length; i++) {
    const t = truth[i], p = guess[i], w = weight[i];
    total += w;
    if (t < k) actual[t] += w;
    if (p < k) predicted[p] += w;
    if (t === p && t < k) hits[t] += w;
  }
  return {
    labels: [...targets.classes.data].slice(0, k),
    present: targets.present,
    multilabel: false,
    hits,
    predicted,
    actual,
    total: new Float64Array(k).fill(total),
  };
}

function countTables({ n, k, truth, predicted: guess, weight }: IndicatorTargets, options: CountOptions): LabelCounts {
  const columns = options.labels === undefined || options.labels === null
    ? Array.from({ length: k }, (_, c) => c)
    : [...checkLabels(options.labels, "labels").data] as number[];
  for (const c of columns) {
    if (!(Number.isInteger(c) && c >= 0 && c < k)) {
      throw new InvalidInputError(`labels of tables are numbers of columns, from 0 to ${k - 1}; got ${c}`);
    }
  }
  const bySample = options.samplewise === true;
  const size = bySample ? n : columns.length;
  const hits = new Float64Array(size), predicted = new Float64Array(size), actual = new Float64Array(size);
  const total = new Float64Array(size);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < columns.length; j++) {
      const at = i * k + columns[j];
      const slot = bySample ? i : j;
      if (truth[at] === 1) actual[slot] += weight[i];
      if (guess[at] === 1) predicted[slot] += weight[i];
      if (truth[at] === 1 && guess[at] === 1) hits[slot] += weight[i];
      total[slot] += weight[i];
    }
  }
  return { labels: columns, present: k, multilabel: true, hits, predicted, actual, total };
}

/** What 0/0 is: 0 with a warning, or a number. */
export type ZeroDivision = "warn" | number;

/**
 * The number that 0/0 is.
 *
 * @throws {InvalidInputError} when it is none of "warn", 0, 1 and NaN
 */
export function zeroValue(zeroDivision: ZeroDivision): number {
  if (zeroDivision === "warn") return 0;
  if (zeroDivision === 0 || zeroDivision === 1 || Number.isNaN(zeroDivision)) return zeroDivision;
  throw new InvalidInputError(`zeroDivision must be "warn", 0, 1 or NaN, got ${zeroDivision}`);
}

/** Mean of what is not NaN; where all weights are zero, of all alike. */
export function averageOf(values: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0, mass = 0, plain = 0, count = 0;
  for (let c = 0; c < values.length; c++) {
    if (values[c] !== values[c]) continue;
    const w = weights === undefined ? 1 : weights[c];
    sum += values[c] * w;
    mass += w;
    plain += values[c];
    count++;
  }
  if (count === 0) return NaN;
  return mass === 0 ? plain / count : sum / mass;
}
