import { type LabelsLike, type MatrixLike, toNDArray, type VectorLike } from "../array/mod.ts";
import { checkConsistentLength, checkLabels, checkSampleWeight, encodeLabels, toFloat64 } from "../utils/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { MetricError } from "./errors.ts";
import type { ScoreOptions } from "./ranking.ts";

/**
 * Mean negative logarithm of the probability given to the true class; their sum with `normalize: false`.
 *
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
  yTrue: LabelsLike,
  yProba: VectorLike | MatrixLike,
  options: WeightOptions & { normalize?: boolean; labels?: LabelsLike | null } = {},
): number {
  checkConsistentLength({ yTrue, yProba, sampleWeight: options.sampleWeight });
  const { codes, classes } = encodeLabels(checkLabels(yTrue, "yTrue"));
  const given = options.labels === undefined || options.labels === null
    ? classes
    : encodeLabels(checkLabels(options.labels, "labels")).classes;
  const proba = toFloat64(toNDArray(yProba, "yProba"), "yProba");
  const k = proba.ndim === 2 ? proba.shape[1] : 1;
  if (given.size < 2) throw new MetricError("logLoss: yTrue has one class only; say by labels which there are");
  if (Math.max(2, k) !== given.size) {
    throw new MetricError(`logLoss: ${k} columns of probabilities for ${given.size} classes`);
  }
  const places = Array.from(classes.data as ArrayLike<unknown>, (v) => [...given.data as Iterable<unknown>].indexOf(v));
  if (places.includes(-1)) throw new MetricError("logLoss: yTrue has labels that are not in labels");
  const weight = checkSampleWeight(options.sampleWeight, codes.length);
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < codes.length; i++) {
    const c = places[codes[i]];
    const p = k === 1 ? (c === 1 ? proba.data[i] : 1 - proba.data[i]) : proba.data[i * k + c];
    if (!(p >= 0 && p <= 1)) {
      throw new MetricError(`logLoss: probabilities must be from 0 to 1, got ${p} for sample ${i}`);
    }
    sum -= weight[i] * Math.log(Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON));
    mass += weight[i];
  }
  return options.normalize === false ? sum : sum / mass;
}

/**
 * Mean squared difference of a probability and what came true, for two classes.
 *
 * @param yProba probability of the label looked for
 */
export function brierScoreLoss(yTrue: LabelsLike, yProba: VectorLike, options: ScoreOptions = {}): number {
  checkConsistentLength({ yTrue, yProba, sampleWeight: options.sampleWeight });
  const labels = checkLabels(yTrue, "yTrue");
  const { classes } = encodeLabels(labels);
  if (classes.size > 2) throw new MetricError(`brierScoreLoss: for two classes, yTrue has ${classes.size}`);
  const wanted = options.posLabel ?? classes.data[classes.size - 1];
  const proba = toFloat64(toNDArray(yProba, "yProba"), "yProba").data;
  const weight = checkSampleWeight(options.sampleWeight, proba.length);
  let sum = 0;
  let mass = 0;
  for (let i = 0; i < proba.length; i++) {
    if (!(proba[i] >= 0 && proba[i] <= 1)) throw new MetricError(`brierScoreLoss: ${proba[i]} is no probability`);
    sum += weight[i] * (proba[i] - (labels.data[i] === wanted ? 1 : 0)) ** 2;
    mass += weight[i];
  }
  return sum / mass;
}
