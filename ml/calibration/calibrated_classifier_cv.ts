import {
  type ArrayData,
  type Labels,
  type LabelsLike,
  type MatrixLike,
  NDArray,
  toNDArray,
  type VectorLike,
} from "../array/mod.ts";
import { BaseClassifier, checkIsFitted, clone, type Params, resetFitted } from "../base/mod.ts";
import { checkCv, type CrossValidation, type CrossValidator, type Split } from "../model_selection/mod.ts";
import { delayed, Parallel } from "../parallel/mod.ts";
import { LinearSVC } from "../svm/mod.ts";
import {
  bool,
  checkClassificationTargets,
  checkConsistentLength,
  checkLabels,
  checkParameters,
  checkSampleWeight,
  decodeLabels,
  either,
  type Encoded,
  encodeLabels,
  integer,
  InvalidInputError,
  numSamples,
  oneOf,
  type ParameterRule,
  warn,
} from "../utils/mod.ts";
import {
  type CalibratedClassifier,
  calibratedProba,
  type CalibrationMethod,
  fitCalibratedPair,
  fitCalibrators,
  type Predictor,
  responseOf,
  scoresOf,
} from "./calibrated_classifier.ts";
import { FrozenEstimator } from "./frozen_estimator.ts";

/** Hyperparameters of {@linkcode CalibratedClassifierCV}. */
export interface CalibratedClassifierCVOptions {
  /**
   * The classifier; it needs `decisionFunction` or `predictProba`. In a {@linkcode FrozenEstimator} if it was fitted already. A
   * {@linkcode LinearSVC} if null or left out.
   */
  estimator?: object | null;
  /** "sigmoid" (Platt's), "isotonic" or "temperature"; "sigmoid" if left out. */
  method?: CalibrationMethod;
  /** How the samples are divided into those to fit with and those to calibrate with; five folds if null or left out. */
  cv?: CrossValidation;
  /** How many fits at a time; what the parallel backend in force says if null or left out. */
  nJobs?: number | null;
  /**
   * Whether to keep a classifier a fold and average their probabilities (true), or to fit one with all samples and
   * calibrate it by what the folds' classifiers predicted (false). "auto", if left out, is true unless the estimator is
   * frozen.
   */
  ensemble?: boolean | "auto";
}

const rules: Readonly<Record<string, ParameterRule>> = {
  estimator: {
    expected: "a classifier, an object with fit(), or null",
    test: (v) => v === null || typeof v === "object" && "fit" in v,
  },
  method: oneOf("sigmoid", "isotonic", "temperature"),
  nJobs: either(integer(), oneOf(null)),
  ensemble: either(bool, oneOf("auto")),
};

/**
 * A classifier whose probabilities are learned from samples that it was not fitted with.
 *
 * Sources: J. Platt, "Probabilistic outputs for support vector machines" (1999); B. Zadrozny, C. Elkan, "Transforming
 * classifier scores into accurate multiclass probability estimates", KDD (2002).
 *
 * @example
 * ```ts
 * import { CalibratedClassifierCV, loadBreastCancer, SVC } from "@troupe/troupe";
 * const { X, y } = loadBreastCancer();
 * const model = await new CalibratedClassifierCV({ estimator: new SVC(), cv: 3 }).fit(X, y);
 * (await model.predictProba(X)).shape; // [569, 2]
 * ```
 */
export class CalibratedClassifierCV extends BaseClassifier {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    estimator: null,
    method: "sigmoid",
    cv: null,
    nJobs: null,
    ensemble: "auto",
  };

  /** The classifier; null for a {@linkcode LinearSVC}. */
  declare estimator: object | null;
  /** How scores become probabilities. */
  declare method: CalibrationMethod;
  /** How the samples are divided. */
  declare cv: CrossValidation;
  /** How many fits at a time. */
  declare nJobs: number | null;
  /** Whether a classifier a fold is kept. */
  declare ensemble: boolean | "auto";

  /** The classes, in order, shape [nClasses]. */
  declare classes_: Labels;
  /** The fitted classifiers with what calibrates them, one a fold, or one. */
  declare calibratedClassifiers_: CalibratedClassifier[];
  /** Number of features seen in `fit`, where the classifier says so. */
  declare nFeaturesIn_: number | undefined;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: CalibratedClassifierCVOptions = {}) {
    super(options);
  }

  /**
   * Fits and calibrates.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y class of each sample, shape [nSamples]
   * @param sampleWeight weight of each sample; where the classifier's `fit` takes no weights, only for the calibration
   * @throws {InvalidInputError} when a class has fewer samples than there are folds, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  async fit(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<this> {
    checkParameters("CalibratedClassifierCV", this.getParams(false), rules);
    const labels = checkLabels(y, "CalibratedClassifierCV.fit: y");
    checkConsistentLength({ X, y: labels });
    checkClassificationTargets(labels, "CalibratedClassifierCV.fit");
    const encoded = encodeLabels(labels);
    this.checkFolds(encoded);
    const estimator = (this.estimator ?? new LinearSVC()) as Predictor;
    responseOf(estimator);
    const weight = checkSampleWeight(sampleWeight, labels.size);
    const weighFit = sampleWeight !== undefined && sampleWeight !== null && takesWeights(estimator);
    if (sampleWeight !== undefined && sampleWeight !== null && !weighFit) {
      warn(
        `CalibratedClassifierCV: fit() of ${
          (estimator as object).constructor.name
        } takes no sampleWeight; the weights are used for the calibration only`,
      );
    }
    const splits = [...checkCv(this.cv, labels, { classifier: true }).split(X, labels)];
    const ensemble = this.ensemble === "auto" ? !(estimator instanceof FrozenEstimator) : this.ensemble;
    const job: CalibrationJob = { estimator, X, labels, encoded, weight, weighFit, splits };
    const pairs = ensemble ? await this.fitPairs(job) : [await this.fitWhole(job)];
    resetFitted(this);
    this.classes_ = encoded.classes;
    this.calibratedClassifiers_ = pairs;
    this.nFeaturesIn_ = pairs[0].estimator.nFeaturesIn_;
    return this;
  }

  /** A classifier a fold, each calibrated with the samples it has not seen. */
  private fitPairs(
    { estimator, X, labels, encoded, weight, weighFit, splits }: CalibrationJob,
  ): Promise<CalibratedClassifier[]> {
    const { classes, codes } = encoded;
    const calls = splits.map(([train, test]) =>
      delayed(fitCalibratedPair)(clone(estimator), X, labels, codes, weight, {
        train,
        test,
        classes,
        method: this.method,
        weighFit,
      })
    );
    return new Parallel({ nJobs: this.nJobs }).run(calls);
  }

  /** One classifier of all samples, calibrated with what those of the folds said of the samples they had not seen. */
  private async fitWhole(job: CalibrationJob): Promise<CalibratedClassifier> {
    const { estimator, X, labels, encoded, weight, weighFit, splits } = job;
    const table = toNDArray(X, "X") as NDArray<ArrayData>;
    const calls = splits.map(([train, test]) =>
      delayed(predictFold)(clone(estimator), table, labels, weighFit ? weight : null, train, test)
    );
    const parts = await new Parallel({ nJobs: this.nJobs }).run(calls);
    const columns = parts[0].shape[1];
    const scores = new NDArray(new Float64Array(labels.size * columns), [labels.size, columns]);
    const met = new Uint8Array(labels.size);
    for (const [s, [, test]] of splits.entries()) {
      if (parts[s].shape[1] !== columns) {
        throw new InvalidInputError(
          "CalibratedClassifierCV.fit: a fold lacks a class; use fewer folds, or stratified ones",
        );
      }
      for (let i = 0; i < test.length; i++) {
        met[test[i]]++;
        scores.data.set(parts[s].data.subarray(i * columns, (i + 1) * columns), test[i] * columns);
      }
    }
    if (met.some((count) => count !== 1)) {
      throw new InvalidInputError("CalibratedClassifierCV.fit: with ensemble: false, cv must test each sample once");
    }
    const whole = clone(estimator);
    if (weighFit) await whole.fit(X, labels, weight);
    else await whole.fit(X, labels);
    return fitCalibrators(whole, scores, encoded.codes, weight, encoded.classes, this.method);
  }

  /** Every fold must be able to hold every class. */
  private checkFolds({ classes, counts }: Encoded): void {
    const cv = this.cv;
    const folds = typeof cv === "number" ? cv : (cv as (CrossValidator & { nSplits?: number }) | null)?.nSplits;
    if (folds === undefined) return;
    const small = counts.findIndex((count) => count < folds);
    if (small < 0) return;
    throw new InvalidInputError(
      `CalibratedClassifierCV.fit: ${folds} folds need ${folds} samples of each class, but ${
        JSON.stringify(classes.data[small])
      } has ${counts[small]}; lower cv`,
    );
  }

  /**
   * Probability of each class, the mean over the classifiers, shape [nSamples, nClasses].
   *
   * @param X samples, as the classifier takes them
   * @throws {NotFittedError} before `fit`
   */
  async predictProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    checkIsFitted(this, "predictProba");
    const k = this.classes_.size;
    const out = new Float64Array(numSamples(X) * k);
    for (const pair of this.calibratedClassifiers_) {
      const proba = await calibratedProba(pair, X, this.classes_);
      for (let i = 0; i < out.length; i++) out[i] += proba[i];
    }
    const count = this.calibratedClassifiers_.length;
    return new NDArray(out.map((p) => p / count), [out.length / k, k]);
  }

  /**
   * The likeliest class of each sample, shape [nSamples].
   *
   * @param X samples, as the classifier takes them
   * @throws {NotFittedError} before `fit`
   */
  async predict(X: MatrixLike): Promise<Labels> {
    checkIsFitted(this, "predict");
    return decodeLabels(this.classes_, (await this.predictProba(X)).argmax(1).data);
  }
}

/** What a fit works with. */
interface CalibrationJob {
  readonly estimator: Predictor;
  readonly X: MatrixLike;
  readonly labels: Labels;
  readonly encoded: Encoded;
  readonly weight: Float64Array;
  readonly weighFit: boolean;
  readonly splits: readonly Split[];
}

/** Whether a `fit` has a third parameter. */
function takesWeights(estimator: Predictor): boolean {
  const inner = estimator instanceof FrozenEstimator ? estimator.estimator as unknown as Predictor : estimator;
  return inner.fit.length >= 3;
}

/** Scores of a fold's samples by a classifier that was fitted with the others. */
export async function predictFold(
  estimator: Predictor,
  X: NDArray<ArrayData>,
  y: Labels,
  weight: Float64Array | null,
  train: Int32Array,
  test: Int32Array,
): Promise<NDArray<Float64Array>> {
  const rows = X.take(train);
  if (weight === null) await estimator.fit(rows, y.take(train) as Labels);
  else await estimator.fit(rows, y.take(train) as Labels, Float64Array.from(train, (i) => weight[i]));
  return await scoresOf(estimator, X.take(test));
}
