import { type Labels, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import type { ArrayData } from "../array/mod.ts";
import { toNDArray } from "../array/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";
import { calibrate, type Calibrator } from "./calibrator.ts";
import { fitIsotonic } from "./isotonic.ts";
import { fitSigmoid } from "./sigmoid.ts";
import { fitTemperature, logitsOf, softmaxRows } from "./temperature.ts";

/** How scores become probabilities. */
export type CalibrationMethod = "sigmoid" | "isotonic" | "temperature";

/** What a classifier needs to be calibrated: `fit`, and one of the two ways to say how sure it is. */
export interface Predictor {
  /** Learns from samples and their classes. */
  fit(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<unknown>;
  /** How far each sample lies on a class's side. */
  decisionFunction?(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** Probability of each class. */
  predictProba?(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** Classes seen in `fit`. */
  readonly classes_?: Labels;
  /** Number of features seen in `fit`. */
  readonly nFeaturesIn_?: number;
}

/** A fitted classifier and what makes probabilities of its scores: one for each class (for two classes, one), or one for all. */
export interface CalibratedClassifier {
  /** The fitted classifier. */
  readonly estimator: Predictor;
  /** In the order of the columns of the classifier's scores. */
  readonly calibrators: readonly Calibrator[];
}

/** The name of the way a classifier says how sure it is: `decisionFunction` where it has it. */
export function responseOf(estimator: Predictor): "decisionFunction" | "predictProba" {
  if (typeof estimator.decisionFunction === "function") return "decisionFunction";
  if (typeof estimator.predictProba === "function") return "predictProba";
  throw new InvalidInputError(
    `CalibratedClassifierCV: estimator ${
      (estimator as object).constructor.name
    } has neither decisionFunction nor predictProba`,
  );
}

/** Scores of a fitted classifier, shape [nSamples, nClasses]; for two classes [nSamples, 1], of the second. */
export async function scoresOf(estimator: Predictor, X: MatrixLike): Promise<NDArray<Float64Array>> {
  if (responseOf(estimator) === "decisionFunction") {
    const scores = await (estimator.decisionFunction as NonNullable<Predictor["decisionFunction"]>)(X);
    return scores.ndim === 1 ? scores.reshape(-1, 1) : scores;
  }
  const proba = await (estimator.predictProba as NonNullable<Predictor["predictProba"]>)(X);
  return proba.shape[1] === 2 ? proba.col(1).reshape(-1, 1) : proba;
}

/** Places of a classifier's own classes among all. */
function placesOf(estimator: Predictor, classes: Labels): number[] {
  const all = Array.from(classes.data as ArrayLike<unknown>);
  return Array.from((estimator.classes_ ?? classes).data as ArrayLike<unknown>, (label) => all.indexOf(label));
}

/**
 * What makes probabilities of a classifier's scores.
 *
 * @param estimator the fitted classifier
 * @param scores its scores of samples that it was not fitted with
 * @param codes class of each of those, among `classes`
 * @param weight weight of each
 */
export function fitCalibrators(
  estimator: Predictor,
  scores: NDArray<Float64Array>,
  codes: Int32Array,
  weight: Float64Array,
  classes: Labels,
  method: CalibrationMethod,
): CalibratedClassifier {
  if (method === "temperature") {
    const beta = fitTemperature(logitsOf(fromProbability(estimator, scores)), codes, weight);
    return { estimator, calibrators: [{ kind: "temperature", beta }] };
  }
  const places = placesOf(estimator, classes);
  if (scores.shape[1] === 1 && classes.size === 2) places.shift();
  // A fold that lacks all classes but two has one column, which scikit-learn takes for the first of them.
  if (scores.shape[1] === 1) places.length = 1;
  if (places.length !== scores.shape[1]) {
    throw new InvalidInputError(
      `CalibratedClassifierCV: estimator gave ${scores.shape[1]} columns of scores for ${places.length} classes`,
    );
  }
  const calibrators = places.map((place, column): Calibrator => {
    const own = scores.col(column).data;
    const positive = Uint8Array.from(codes, (c) => c === place ? 1 : 0);
    return method === "isotonic"
      ? { kind: "isotonic", ...fitIsotonic(own, Float64Array.from(positive), weight) }
      : { kind: "sigmoid", ...fitSigmoid(own, positive, weight) };
  });
  return { estimator, calibrators };
}

/** For the temperature, a single column of probabilities stands for both classes. */
function fromProbability(estimator: Predictor, scores: NDArray<Float64Array>): NDArray<Float64Array> {
  if (scores.shape[1] !== 1 || responseOf(estimator) !== "predictProba") return scores;
  const n = scores.length;
  const out = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) out[2 * i] = 1 - (out[2 * i + 1] = scores.data[i]);
  return new NDArray(out, [n, 2]);
}

/** Probability of each class, shape [nSamples, nClasses]. */
export async function calibratedProba(
  pair: CalibratedClassifier,
  X: MatrixLike,
  classes: Labels,
): Promise<Float64Array> {
  const scores = await scoresOf(pair.estimator, X);
  const n = scores.length;
  const k = classes.size;
  const [first] = pair.calibrators;
  if (first.kind === "temperature") {
    return softmaxRows(logitsOf(fromProbability(pair.estimator, scores)), first.beta).data;
  }
  const out = new Float64Array(n * k);
  const places = placesOf(pair.estimator, classes);
  if (scores.shape[1] === 1 && classes.size === 2) places.shift();
  if (scores.shape[1] === 1) places.length = 1;
  for (const [column, place] of places.entries()) {
    const p = calibrate(pair.calibrators[column], scores.col(column).data);
    for (let i = 0; i < n; i++) out[i * k + place] = p[i];
  }
  for (let i = 0; i < n; i++) {
    const row = out.subarray(i * k, (i + 1) * k);
    if (k === 2) row[0] = 1 - row[1];
    else {
      const sum = row.reduce((a, b) => a + b, 0);
      // No class claims the sample: all are as likely.
      for (let c = 0; c < k; c++) row[c] = sum === 0 ? 1 / k : row[c] / sum;
    }
    for (let c = 0; c < k; c++) if (row[c] > 1 && row[c] <= 1 + 1e-5) row[c] = 1;
  }
  return out;
}

/** What {@linkcode fitCalibratedPair} is told. */
export interface CalibratedPairTask {
  /** Numbers of the samples to fit the classifier with. */
  readonly train: Int32Array;
  /** Numbers of the samples to calibrate it with. */
  readonly test: Int32Array;
  /** All classes. */
  readonly classes: Labels;
  /** How to calibrate. */
  readonly method: CalibrationMethod;
  /** Whether the classifier is given the weights too. */
  readonly weighFit: boolean;
}

/**
 * Fits a classifier with some samples, and calibrates it with others: the unit of work of `CalibratedClassifierCV`.
 *
 * @param estimator is fitted, so it must be a copy
 * @param X all samples
 * @param y all classes
 * @param codes class of each sample, among all classes
 * @param weight weight of each sample
 */
export async function fitCalibratedPair(
  estimator: Predictor,
  X: MatrixLike,
  y: Labels,
  codes: Int32Array,
  weight: Float64Array,
  { train, test, classes, method, weighFit }: CalibratedPairTask,
): Promise<CalibratedClassifier> {
  const table = toNDArray(X, "X") as NDArray<ArrayData>;
  const take = (from: Float64Array, rows: Int32Array): Float64Array => Float64Array.from(rows, (i) => from[i]);
  const XTrain = table.take(train);
  if (weighFit) await estimator.fit(XTrain, y.take(train) as Labels, take(weight, train));
  else await estimator.fit(XTrain, y.take(train) as Labels);
  const scores = await scoresOf(estimator, table.take(test));
  return fitCalibrators(estimator, scores, test.map((i) => codes[i]), take(weight, test), classes, method);
}
