import { type LabelsLike, type MatrixLike, NDArray } from "../array/mod.ts";
import { checkParamNames, clone, type HasParams, isClassifier } from "../base/mod.ts";
import { checkConsistentLength, checkOptionNames, InvalidParameterError } from "../utils/mod.ts";
import { checkEstimatorGiven } from "./check_estimator_given.ts";
import { type CurveOptions, curveOptions } from "./curve_options.ts";
import { evaluateFits } from "./evaluate.ts";
import type { FitResult } from "./fit_and_score.ts";
import { readScoring, SINGLE } from "./scoring.ts";
import { checkCv } from "./splitter.ts";

/** Scores of training and test samples, a row for each value, a column for each split. */
export interface ValidationCurve {
  /** Scores of the samples trained on, shape [nValues, nSplits]. */
  trainScores: NDArray<Float64Array>;
  /** Scores of the others, shape [nValues, nSplits]. */
  testScores: NDArray<Float64Array>;
}

/**
 * Scores for some values of one hyperparameter.
 *
 * @param estimator is cloned, and stays as it is
 * @param X samples, shape [nSamples, nFeatures]
 * @param y targets
 * @param options `paramName`: the hyperparameter; `paramRange`: its values
 * @throws {UnknownNameError} when the estimator does not have the hyperparameter
 * @throws {FitFailedError} when all fits fail
 *
 * @example
 * ```ts
 * import { loadDigits, SVC, validationCurve } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * const { testScores } = await validationCurve(new SVC(), X, y, { paramName: "gamma", paramRange: [1e-4, 1e-3, 1e-2] });
 * testScores.mean(1).toArray();
 * ```
 */
export async function validationCurve(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null | undefined,
  options: CurveOptions & { paramName: string; paramRange: readonly unknown[] | ArrayLike<unknown> },
): Promise<ValidationCurve> {
  checkEstimatorGiven("validationCurve", estimator);
  checkOptionNames("validationCurve", options, [...curveOptions, "paramName", "paramRange"], {
    params: "give sampleWeight",
  });
  const { paramName, paramRange, sampleWeight, groups } = options;
  checkConsistentLength({ X, y, sampleWeight, groups });
  if (typeof paramName !== "string") {
    throw new InvalidParameterError(
      `validationCurve: paramName must be the name of a parameter, got ${typeof paramName}`,
    );
  }
  checkParamNames(estimator as HasParams, [paramName]);
  const values = Array.from(paramRange);
  if (values.length === 0) throw new InvalidParameterError("validationCurve: paramRange has no values");
  const splits = [...checkCv(options.cv, y, { classifier: isClassifier(estimator) }).split(X, y, groups)];
  const results = await evaluateFits({
    estimator: clone(estimator),
    X,
    y,
    candidates: values.map((value) => ({ [paramName]: value })),
    splits,
    options: {
      scorers: readScoring(options.scoring, estimator).byName,
      errorScore: options.errorScore ?? NaN,
      returnTrainScore: true,
      verbose: options.verbose,
    },
    sampleWeight,
    nJobs: options.nJobs,
    preDispatch: options.preDispatch ?? "all",
  });
  const table = (value: (r: FitResult) => number): NDArray<Float64Array> =>
    new NDArray(Float64Array.from(results, value), [values.length, splits.length]);
  return {
    trainScores: table((r) => r.trainScores?.[SINGLE] ?? NaN),
    testScores: table((r) => r.testScores[SINGLE]),
  };
}
