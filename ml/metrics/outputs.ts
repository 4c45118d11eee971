import { type MatrixLike, NDArray, toNDArray, type VectorLike } from "../array/mod.ts";
import {
  assertFinite,
  checkConsistentLength,
  checkSampleWeight,
  checkVector,
  InvalidInputError,
  toFloat64,
} from "../utils/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { MetricError } from "./errors.ts";

/** True or predicted numbers: one for each sample, or with several outputs a row. */
export type NumbersLike = VectorLike | MatrixLike;

/**
 * How the scores of several outputs become one: their mean, with weights of yours, or not at all ("raw_values").
 */
export type MultiOutput = "uniform_average" | "raw_values" | VectorLike;

/** The same, where outputs may also be weighted by their variances. */
export type VarianceOutput = MultiOutput | "variance_weighted";

/** Options of regression metrics. */
export interface OutputOptions<M = MultiOutput> extends WeightOptions {
  /** How the scores of several outputs become one; "uniform_average" if left out. */
  multioutput?: M;
}

/** True and predicted numbers with the weights of the samples, all checked. */
export interface NumberTargets {
  n: number;
  /** Number of outputs. */
  k: number;
  /** Row after row. */
  truth: Float64Array;
  predicted: Float64Array;
  /** Weight of each sample; undefined where each weighs 1. */
  weight: Float64Array | undefined;
}

function checkNumbers(y: NumbersLike, name: string): NDArray<Float64Array> {
  const array = toFloat64(toNDArray(y, name), name);
  if (array.ndim !== 1 && array.ndim !== 2) {
    throw new InvalidInputError(`${name} should have one or two axes, got shape [${array.shape.join(", ")}]`);
  }
  assertFinite(array, name);
  return array;
}

/** True and predicted numbers with the weights of the samples, all checked. */
export function numberTargets(yTrue: NumbersLike, yPred: NumbersLike, sampleWeight?: VectorLike | null): NumberTargets {
  checkConsistentLength({ yTrue, yPred, sampleWeight });
  const truth = checkNumbers(yTrue, "yTrue");
  const predicted = checkNumbers(yPred, "yPred");
  const n = truth.length;
  if (n === 0) throw new InvalidInputError("yTrue is empty: a metric needs at least one sample");
  const k = truth.size / n;
  if (predicted.size / n !== k) {
    throw new InvalidInputError(`yTrue has ${k} output(s) and yPred ${predicted.size / n}: they must have the same`);
  }
  const weight = sampleWeight === undefined || sampleWeight === null ? undefined : checkSampleWeight(sampleWeight, n);
  return { n, k, truth: truth.data, predicted: predicted.data, weight };
}

/**
 * Numbers of one output.
 *
 * @throws {MetricError} when there are several
 */
export function oneOutput(
  who: string,
  yTrue: NumbersLike,
  yPred: NumbersLike,
  sampleWeight?: VectorLike | null,
): NumberTargets {
  const targets = numberTargets(yTrue, yPred, sampleWeight);
  if (targets.k !== 1) throw new MetricError(`${who}: takes one output, got ${targets.k}`);
  return targets;
}

/** The weight of all samples. */
export function massOf({ n, weight }: NumberTargets): number {
  if (weight === undefined) return n;
  let mass = 0;
  for (let i = 0; i < n; i++) mass += weight[i];
  return mass;
}

/** Weighted mean over the samples of what `loss` makes of each number, for each output. */
export function meanLoss(
  targets: NumberTargets,
  loss: (truth: number, predicted: number) => number,
): Float64Array {
  const { n, k, truth, predicted, weight } = targets;
  const out = new Float64Array(k);
  const mass = massOf(targets);
  if (k === 1) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (weight === undefined ? 1 : weight[i]) * loss(truth[i], predicted[i]);
    out[0] = sum;
  } else {
    for (let i = 0, at = 0; i < n; i++) {
      const w = weight === undefined ? 1 : weight[i];
      for (let c = 0; c < k; c++, at++) out[c] += w * loss(truth[at], predicted[at]);
    }
  }
  for (let c = 0; c < k; c++) out[c] /= mass;
  return out;
}

/**
 * Makes one number of those of all outputs, or gives them all.
 *
 * @param variance weights of the outputs for "variance_weighted"
 * @throws {MetricError} when `multioutput` is none of what it may be
 */
export function combineOutputs(
  who: string,
  values: Float64Array,
  multioutput: VarianceOutput = "uniform_average",
  variance?: Float64Array,
): number | NDArray<Float64Array> {
  if (multioutput === "raw_values") return new NDArray(values);
  let weights: Float64Array | undefined;
  if (typeof multioutput !== "string") {
    weights = checkVector(multioutput, "multioutput").data;
    if (values.length === 1) throw new MetricError(`${who}: weights of outputs are of use with several outputs only`);
    if (weights.length !== values.length) {
      throw new MetricError(`${who}: multioutput has ${weights.length} weights for ${values.length} outputs`);
    }
  } else if (multioutput === "variance_weighted" && variance !== undefined) {
    if (variance.some((v) => v !== 0)) weights = variance;
  } else if (multioutput !== "uniform_average") {
    const more = variance === undefined ? "" : ', "variance_weighted"';
    throw new MetricError(
      `${who}: multioutput must be "uniform_average", "raw_values"${more} or a weight for each output, got ` +
        JSON.stringify(multioutput),
    );
  }
  let sum = 0, mass = 0;
  for (let c = 0; c < values.length; c++) {
    const w = weights === undefined ? 1 : weights[c];
    sum += w * values[c];
    mass += w;
  }
  return sum / mass;
}
