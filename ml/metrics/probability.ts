import { type LabelsLike, type MatrixLike, type NDArray, toNDArray, type VectorLike } from "../array/mod.ts";
import {
  assertFinite,
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkSampleWeight,
  encodeLabels,
  toFloat64,
  typeOfTarget,
} from "../utils/mod.ts";
import { registerInternals } from "../../actors/mod.ts";
import { type ChunkedInput, combineInTree, cutAlike, isChunked, partialsOf } from "../by_block/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { MetricError } from "./errors.ts";
import { keptLabel, type PosLabel } from "./pos_label.ts";
import { checkIndicator, isTable, type TargetsLike } from "./targets.ts";
import { warnOnce } from "./warn.ts";

/** Options of metrics of probabilities. */
export interface ProbaOptions extends WeightOptions {
  /** The classes, in the order of the columns, where yTrue does not have them all. */
  labels?: LabelsLike | null;
}

/** Class and probabilities of each sample. */
interface ProbaTargets {
  n: number;
  k: number;
  /** Class of each sample, or, of samples of several classes, zeros and ones, shape [n, k]. */
  truth: Int32Array | Uint8Array;
  proba: Float64Array;
  weight: Float64Array;
}

function checkProba(yProba: VectorLike | MatrixLike, who: string): NDArray<Float64Array> {
  const proba = toFloat64(toNDArray(yProba, "yProba"), "yProba");
  assertFinite(proba, "yProba");
  const bad = proba.data.findIndex((p) => !(p >= 0 && p <= 1));
  if (bad >= 0) {
    throw new MetricError(`${who}: probabilities must be from 0 to 1, got ${proba.data[bad]} at ${bad}`);
  }
  return proba;
}

/** Targets against a column for each class; a single column is that of the second of two. */
function probaTargets(
  who: string,
  yTrue: TargetsLike,
  yProba: VectorLike | MatrixLike,
  options: ProbaOptions,
): ProbaTargets {
  checkConsistentLength({ yTrue, yProba, sampleWeight: options.sampleWeight });
  if (isTable(yTrue)) return markedTargets(who, yTrue, yProba, options);
  const { codes, classes } = encodeLabels(checkLabels(yTrue as LabelsLike, "yTrue"));
  const asked = options.labels === undefined || options.labels === null
    ? undefined
    : checkLabels(options.labels, "labels");
  const given = asked === undefined ? classes : encodeLabels(asked).classes;
  if (asked !== undefined && asked.size === given.size && !given.equals(asked.astype(given.dtype) as typeof given)) {
    warnOnce(`${who}: labels are taken in sorted order, and so must be the columns of probabilities`);
  }
  const proba = checkProba(yProba, who);
  const columns = proba.ndim === 2 ? proba.shape[1] : 1;
  if (given.size < 2) throw new MetricError(`${who}: yTrue has one class only; say by labels which there are`);
  const k = Math.max(2, columns);
  if (k !== given.size) throw new MetricError(`${who}: ${columns} columns of probabilities for ${given.size} classes`);
  const places = Array.from(classes.data as ArrayLike<unknown>, (v) => [...given.data as Iterable<unknown>].indexOf(v));
  if (places.includes(-1)) throw new MetricError(`${who}: yTrue has labels that are not in labels`);
  const full = columns === 1 ? bothColumns(proba.data) : proba.data;
  warnOfSums(who, full, k);
  return {
    n: codes.length,
    k,
    truth: codes.map((c) => places[c]),
    proba: full,
    weight: checkSampleWeight(options.sampleWeight, codes.length),
  };
}

/** Targets of samples that may have several classes, or none. */
function markedTargets(
  who: string,
  yTrue: TargetsLike,
  yProba: VectorLike | MatrixLike,
  options: ProbaOptions,
): ProbaTargets {
  const { n, k, data: truth } = checkIndicator(yTrue, "yTrue");
  if (options.labels !== undefined && options.labels !== null) {
    throw new MetricError(`${who}: labels are for one class a sample; yTrue has a column for each class`);
  }
  const { data: proba, shape } = checkProba(yProba, who);
  const columns = shape.length === 2 ? shape[1] : 1;
  if (columns !== k) throw new MetricError(`${who}: ${columns} columns of probabilities for ${k} classes`);
  warnOfSums(who, proba, k);
  return { n, k, truth, proba, weight: checkSampleWeight(options.sampleWeight, n) };
}

function warnOfSums(who: string, proba: Float64Array, k: number): void {
  for (let at = 0; at < proba.length; at += k) {
    let sum = 0;
    for (let c = 0; c < k; c++) sum += proba[at + c];
    if (!(Math.abs(sum - 1) <= 1.5e-8)) {
      warnOnce(`${who}: probabilities of a sample do not sum to 1; sample ${at / k} has ${sum}`);
      break;
    }
  }
}

/** Whether a sample is of a class. */
function isOf({ truth, k }: ProbaTargets, i: number, c: number): boolean {
  return truth instanceof Uint8Array ? truth[i * k + c] === 1 : truth[i] === c;
}

function bothColumns(second: Float64Array): Float64Array {
  const out = new Float64Array(second.length * 2);
  for (let i = 0; i < second.length; i++) {
    out[2 * i] = 1 - second[i];
    out[2 * i + 1] = second[i];
  }
  return out;
}

function sumOfLogs(targets: ProbaTargets, proba: (at: number, c: number) => number): number {
  const { n, k, truth, weight } = targets;
  const log = (p: number): number => Math.log(Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON));
  let sum = 0;
  for (let i = 0; i < n; i++) {
    if (truth instanceof Int32Array) sum -= weight[i] * log(proba(i * k + truth[i], truth[i]));
    else for (let c = 0; c < k; c++) if (truth[i * k + c] === 1) sum -= weight[i] * log(proba(i * k + c, c));
  }
  return sum;
}

/**
 * Mean negative logarithm of the probability given to the true class; their sum with `normalize: false`.
 *
 * @param yTrue class of each sample, or a table of zeros and ones with a column for each class
 * @param yProba probabilities, shape [nSamples, nClasses], columns in the order of the labels; for two classes also
 * that of the larger label, shape [nSamples]
 * @param options `labels`: the classes, where yTrue does not have them all
 * @throws {MetricError} when columns and classes do not fit together
 *
 * @example
 * ```ts
 * import { logLoss } from "@troupe/troupe";
 * logLoss(["spam", "ham", "ham", "spam"], [[0.1, 0.9], [0.9, 0.1], [0.8, 0.2], [0.35, 0.65]]); // 0.2161…
 * ```
 */
export function logLoss(
  yTrue: TargetsLike,
  yProba: VectorLike | MatrixLike,
  options?: ProbaOptions & { normalize?: boolean },
): number;
/** The same of labels and probabilities in blocks. */
export function logLoss(
  yTrue: ChunkedInput,
  yProba: ChunkedInput,
  options?: { labels?: LabelsLike | null; normalize?: boolean; sampleWeight?: ChunkedInput | null },
): Promise<number>;
export function logLoss(
  yTrue: TargetsLike | ChunkedInput,
  yProba: VectorLike | MatrixLike | ChunkedInput,
  given: { labels?: LabelsLike | null; normalize?: boolean; sampleWeight?: VectorLike | ChunkedInput | null } = {},
): number | Promise<number> {
  checkOptionNames("logLoss", given, ["labels", "normalize", "sampleWeight"]);
  if (isChunked(yTrue)) return chunkedLogLoss(yTrue, yProba, given);
  const options = given as ProbaOptions & { normalize?: boolean };
  const targets = probaTargets("logLoss", yTrue, yProba as VectorLike | MatrixLike, options);
  const sum = sumOfLogs(targets, (at) => targets.proba[at]);
  return options.normalize === false ? sum : sum / targets.weight.reduce((a, b) => a + b, 0);
}

/** Sum of a block's losses, and of its weights. */
export function lossOfBlock(
  yTrue: NDArray,
  proba: NDArray,
  labels: LabelsLike,
  weight?: NDArray,
): { n: number; loss: number } {
  // Nothing here, or nothing that weighs: what else there is counts.
  if (yTrue.length === 0 || (weight !== undefined && Number(weight.sum()) === 0)) return { n: 0, loss: 0 };
  const sampleWeight = weight as VectorLike | undefined;
  const loss = logLoss(yTrue as LabelsLike, proba as MatrixLike, { labels, normalize: false, sampleWeight });
  return { n: weight === undefined ? yTrue.length : Number(weight.sum()), loss };
}

/** The same with weights, which are a block too. */
export function weightedLossOfBlock(
  yTrue: NDArray,
  proba: NDArray,
  weight: NDArray,
  labels: LabelsLike,
): { n: number; loss: number } {
  return lossOfBlock(yTrue, proba, labels, weight);
}

async function chunkedLogLoss(
  yTrue: ChunkedInput,
  yProba: unknown,
  options: { labels?: LabelsLike | null; normalize?: boolean; sampleWeight?: unknown },
): Promise<number> {
  const { sampleWeight } = options;
  const weighted = sampleWeight !== undefined && sampleWeight !== null;
  const others = cutAlike(yTrue, { yProba, ...(weighted ? { sampleWeight } : {}) }, "logLoss");
  const labels = options.labels ?? await yTrue.unique().compute();
  const parts = await partialsOf([yTrue, ...others], weighted ? weightedLossOfBlock : lossOfBlock, labels);
  const { n, loss } = combineInTree(parts, (a, b) => ({ n: a.n + b.n, loss: a.loss + b.loss }));
  return options.normalize === false ? loss : loss / n;
}

registerInternals({ lossOfBlock, weightedLossOfBlock });

/** Weight of each class as part of the whole: what one would predict who knows no more. */
function shares(targets: ProbaTargets): Float64Array {
  const { n, k, weight } = targets;
  const out = new Float64Array(k);
  let mass = 0;
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) if (isOf(targets, i, c)) out[c] += weight[i];
    mass += weight[i];
  }
  return out.map((w) => w / mass);
}

/**
 * D² of the log loss: 1 is perfect, 0 as good as predicting the parts of the classes, NaN for fewer than two samples.
 *
 * @throws {MetricError} when columns and classes do not fit together
 *
 * @example
 * ```ts
 * import { d2LogLossScore } from "@troupe/troupe";
 * d2LogLossScore([0, 1, 1], [0.1, 0.9, 0.8]); // 0.7727…
 * ```
 */
export function d2LogLossScore(
  yTrue: TargetsLike,
  yProba: VectorLike | MatrixLike,
  options: ProbaOptions = {},
): number {
  checkOptionNames("d2LogLossScore", options, ["labels", "sampleWeight"]);
  if (toNDArray(yTrue, "yTrue").length < 2) return tooFew("d2LogLossScore");
  const targets = probaTargets("d2LogLossScore", yTrue, yProba, options);
  const known = shares(targets);
  return 1 - sumOfLogs(targets, (at) => targets.proba[at]) / sumOfLogs(targets, (_, c) => known[c]);
}

function tooFew(who: string): number {
  warnOnce(`${who}: is not defined for fewer than two samples`);
  return NaN;
}

/** Options of {@linkcode brierScoreLoss}. */
export interface BrierOptions extends ProbaOptions {
  /** The label whose probability is given, when there is one column; 1, or the larger of two others, if left out. */
  posLabel?: PosLabel;
  /** Whether to halve the sum over the classes; "auto", for two classes only, if left out. */
  scaleByHalf?: boolean | "auto";
}

/** The label that one column of probabilities is of, where `posLabel` does not say: 1, or the larger of two others. */
function labelLookedFor(who: string, labels: readonly (number | string)[]): number | string {
  if (labels.every((v) => v === 0 || v === 1) || labels.every((v) => v === -1 || v === 1)) return 1;
  if (labels.length < 2 && typeof labels[0] === "string") {
    throw new MetricError(`${who}: yTrue holds ${labels[0]} only; say by posLabel what is looked for`);
  }
  return labels[labels.length - 1];
}

/** Targets for a column of the label looked for, or for one of each class. */
function brierTargets(
  who: string,
  yTrue: TargetsLike,
  yProba: VectorLike | MatrixLike,
  options: BrierOptions,
): ProbaTargets {
  const array = toNDArray(yProba, "yProba");
  if (array.ndim === 2 && array.shape[1] > 1) return probaTargets(who, yTrue, yProba, options);
  checkConsistentLength({ yTrue, yProba, sampleWeight: options.sampleWeight });
  const labels = checkLabels(yTrue as LabelsLike, "yTrue");
  if (typeOfTarget(labels) !== "binary") {
    throw new MetricError(`${who}: one column of probabilities is for two classes; yTrue has more, or fractions`);
  }
  const { classes } = encodeLabels(labels);
  const wanted = keptLabel(options.posLabel ?? labelLookedFor(who, [...classes.data]));
  if (classes.size === 2 && !(classes.data as ArrayLike<unknown> as unknown[]).includes(wanted)) {
    throw new MetricError(
      `${who}: posLabel ${JSON.stringify(wanted)} is no label; valid: ${[...classes.data].join(", ")}`,
    );
  }
  const proba = checkProba(yProba, who);
  return {
    n: labels.size,
    k: 2,
    truth: Int32Array.from(labels.data as ArrayLike<unknown>, (v) => v === wanted ? 1 : 0),
    proba: bothColumns(proba.data),
    weight: checkSampleWeight(options.sampleWeight, labels.size),
  };
}

function squares(targets: ProbaTargets, of?: Float64Array): number {
  const { n, k, proba, weight } = targets;
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < n; i++) {
    let row = 0;
    for (let c = 0; c < k; c++) {
      row += (Number(isOf(targets, i, c)) - (of === undefined ? proba[i * k + c] : of[c])) ** 2;
    }
    sum += weight[i] * row;
    mass += weight[i];
  }
  return sum / mass;
}

/**
 * Mean squared difference of probabilities and what came true. For two classes it goes from 0 to 1, for more to 2,
 * unless `scaleByHalf` says otherwise.
 *
 * Source: G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950).
 *
 * @param yTrue class of each sample, or a table of zeros and ones with a column for each class
 * @param yProba probability of the label looked for, shape [nSamples], or of each class, shape [nSamples, nClasses]
 * @throws {MetricError} when columns and classes do not fit together
 *
 * @example
 * ```ts
 * import { brierScoreLoss } from "@troupe/troupe";
 * brierScoreLoss([0, 1], [0.5, 0.5]); // 0.25
 * ```
 */
export function brierScoreLoss(
  yTrue: TargetsLike,
  yProba: VectorLike | MatrixLike,
  options: BrierOptions = {},
): number {
  checkOptionNames("brierScoreLoss", options, ["labels", "posLabel", "sampleWeight", "scaleByHalf"]);
  const targets = brierTargets("brierScoreLoss", yTrue, yProba, options);
  const { scaleByHalf = "auto" } = options;
  return squares(targets) * (scaleByHalf === true || (scaleByHalf === "auto" && targets.k < 3) ? 0.5 : 1);
}

/**
 * D² of the Brier score: 1 is perfect, 0 as good as predicting the parts of the classes, NaN for fewer than two samples.
 *
 * @throws {MetricError} when columns and classes do not fit together
 *
 * @example
 * ```ts
 * import { d2BrierScore } from "@troupe/troupe";
 * d2BrierScore([0, 1, 1], [0.1, 0.9, 0.8]); // 0.91
 * ```
 */
export function d2BrierScore(
  yTrue: TargetsLike,
  yProba: VectorLike | MatrixLike,
  options: Omit<BrierOptions, "scaleByHalf"> = {},
): number {
  checkOptionNames("d2BrierScore", options, ["labels", "posLabel", "sampleWeight"]);
  if (toNDArray(yTrue, "yTrue").length < 2) return tooFew("d2BrierScore");
  const targets = brierTargets("d2BrierScore", yTrue, yProba, options);
  return 1 - squares(targets) / squares(targets, shares(targets));
}
