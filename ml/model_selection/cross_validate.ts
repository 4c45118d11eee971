import { type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { clone, isClassifier } from "../base/mod.ts";
import { checkConsistentLength, checkOptionNames } from "../utils/mod.ts";
import { checkEstimatorGiven } from "./check_estimator_given.ts";
import { metricKey } from "./cv_results.ts";
import { evaluateFits, type FitProgress } from "./evaluate.ts";
import type { ErrorScore } from "./fit_and_score.ts";
import { readScoring, type Scoring, SINGLE, type SingleScoring } from "./scoring.ts";
import { checkCv, type CrossValidation } from "./splitter.ts";

/** Parameters of {@linkcode crossValidate}. */
export interface CrossValidateOptions {
  /** How fits are scored; the estimator's own `score` if left out. */
  scoring?: Scoring;
  /** How samples are divided; 5 folds if left out. */
  cv?: CrossValidation;
  /** How many fits at a time; what the backend in force says if left out. */
  nJobs?: number | null;
  /** 2 says when each fit ends, 3 its score; 0 if left out. */
  verbose?: number;
  /** Weight of each sample, for `fit`. */
  sampleWeight?: VectorLike | null;
  /** Group of each sample, for the splitter. */
  groups?: LabelsLike | null;
  /** What a fit that fails scores, or "raise"; NaN if left out. */
  errorScore?: ErrorScore;
  /** How many fits are given out ahead; "2*nJobs" if left out. */
  preDispatch?: number | string;
  /** Whether to score the training samples too; false if left out. */
  returnTrainScore?: boolean;
  /** Whether to give the fitted estimators; false if left out. */
  returnEstimator?: boolean;
  /** Whether to give the splits; false if left out. */
  returnIndices?: boolean;
  /** Told after each fit. */
  onProgress?: ((progress: FitProgress) => void) | null;
}

/** What a cross validation came to; one entry for each split. */
export interface CrossValidationScores {
  /** Seconds of each fit. */
  fitTime: NDArray<Float64Array>;
  /** Seconds of each scoring. */
  scoreTime: NDArray<Float64Array>;
  /** Scores; with one metric. With several, `testAccuracy` and so on. */
  testScore: NDArray<Float64Array>;
  /** Scores on the training samples, when asked for; with one metric. */
  trainScore?: NDArray<Float64Array>;
  /** The fitted estimators, when asked for. */
  estimator?: object[];
  /** The splits, when asked for. */
  indices?: { train: Int32Array[]; test: Int32Array[] };
  /** Scores of several metrics. */
  [key: string]: unknown;
}

const OPTIONS = [
  "scoring",
  "cv",
  "nJobs",
  "verbose",
  "sampleWeight",
  "groups",
  "errorScore",
  "preDispatch",
  "returnTrainScore",
  "returnEstimator",
  "returnIndices",
  "onProgress",
];

/**
 * Fits and scores an estimator on each split.
 *
 * @param estimator is cloned, and stays as it is
 * @param X samples, shape [nSamples, nFeatures]
 * @param y targets
 * @throws {FitFailedError} when all fits fail
 *
 * @example
 * ```ts
 * import { crossValidate, loadIris, SVC } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const { testScore } = await crossValidate(new SVC(), X, y, { cv: 5 });
 * testScore.toArray(); // [0.9666…, 0.9666…, 0.9666…, 0.9333…, 1]
 * ```
 */
export async function crossValidate(
  estimator: object,
  X: MatrixLike,
  y?: LabelsLike | null,
  options: CrossValidateOptions = {},
): Promise<CrossValidationScores> {
  return await validate(estimator, X, y, options);
}

/** With `named`, lines name the one metric there is. */
async function validate(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null | undefined,
  options: CrossValidateOptions,
  named = false,
): Promise<CrossValidationScores> {
  checkEstimatorGiven("crossValidate", estimator);
  checkOptionNames("crossValidate", options, OPTIONS, { params: "give sampleWeight and groups" });
  checkConsistentLength({ X, y, sampleWeight: options.sampleWeight, groups: options.groups });
  const scorers = readScoring(options.scoring, estimator);
  const splitter = checkCv(options.cv, y, { classifier: isClassifier(estimator) });
  const splits = [...splitter.split(X, y, options.groups)];
  const results = await evaluateFits({
    estimator: clone(estimator),
    X,
    y,
    candidates: [null],
    splits,
    options: {
      scorers: scorers.byName,
      errorScore: options.errorScore ?? NaN,
      returnTrainScore: options.returnTrainScore,
      returnEstimator: options.returnEstimator,
      verbose: options.verbose,
      named: named || scorers.multimetric,
    },
    sampleWeight: options.sampleWeight,
    nJobs: options.nJobs,
    preDispatch: options.preDispatch,
    onProgress: options.onProgress,
  });
  const column = (value: (r: (typeof results)[number]) => number): NDArray<Float64Array> =>
    new NDArray(Float64Array.from(results, value));
  const out: Record<string, unknown> = { fitTime: column((r) => r.fitTime), scoreTime: column((r) => r.scoreTime) };
  if (options.returnEstimator === true) out.estimator = results.map((r) => r.estimator);
  if (options.returnIndices === true) {
    out.indices = { train: splits.map(([train]) => train), test: splits.map(([, test]) => test) };
  }
  for (const name of Object.keys(scorers.byName)) {
    const key = name === SINGLE ? "Score" : metricKey(name);
    out[`test${key}`] = column((r) => r.testScores[name]);
    if (options.returnTrainScore === true) out[`train${key}`] = column((r) => r.trainScores?.[name] ?? NaN);
  }
  return out as unknown as CrossValidationScores;
}

/**
 * The score of an estimator on each split.
 *
 * @throws {FitFailedError} when all fits fail
 * @throws {SplitError} when the splits cannot be made
 *
 * @example
 * ```ts
 * import { crossValScore, loadDigits, SVC } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * (await crossValScore(new SVC(), X, y, { cv: 3 })).mean(); // 0.969…
 * ```
 */
export async function crossValScore(
  estimator: object,
  X: MatrixLike,
  y?: LabelsLike | null,
  options: Omit<CrossValidateOptions, "scoring" | "returnTrainScore" | "returnEstimator" | "returnIndices"> & {
    scoring?: SingleScoring | null;
  } = {},
): Promise<NDArray<Float64Array>> {
  return (await validate(estimator, X, y, options, true)).testScore;
}
