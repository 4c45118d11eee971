/**
 * Machine learning: what the company performs.
 *
 * Names, defaults and numbers are scikit-learn 1.9.1's: where a symbol names no other source, its definition is that of
 * scikit-learn's symbol of the same name, and its units are those of what it is given. Times are seconds.
 *
 * @module
 */
export * from "./array/mod.ts";
export * from "./base/mod.ts";
export type { ChunkedInput } from "./by_block/mod.ts";
export { Incremental, type IncrementalOptions, ParallelPostFit, type ParallelPostFitOptions } from "./blockwise/mod.ts";
export * from "./calibration/mod.ts";
export * from "./chunked/mod.ts";
export * from "./cluster/mod.ts";
export * from "./compose/mod.ts";
export * from "./datasets/mod.ts";
export * from "./decomposition/mod.ts";
export * from "./dummy/mod.ts";
export * from "./ensemble/mod.ts";
export {
  cholesky,
  choleskySolve,
  type Eigen,
  eigh,
  type LeastSquares,
  lstsq,
  type LstsqOptions,
  NotConvergedError,
  NotPositiveDefiniteError,
  qr,
  SingularMatrixError,
  solve,
  type SolveOptions,
  type SVD,
  svd,
} from "./linalg/mod.ts";
export * from "./io/mod.ts";
export * from "./linear_model/mod.ts";
export * from "./estimator_checks/mod.ts";
export * from "./feature_selection/mod.ts";
export * from "./impute/mod.ts";
export * from "./metrics/mod.ts";
export * from "./model_selection/mod.ts";
export * from "./naive_bayes/mod.ts";
export * from "./neighbors/mod.ts";
export * from "./parallel/mod.ts";
export * from "./persistence/mod.ts";
export * from "./pipeline/mod.ts";
export * from "./preprocessing/mod.ts";
export * from "./random/mod.ts";
export * from "./svm/mod.ts";
export * from "./tree/mod.ts";
// What estimators check their input with: authors of others use them too.
export {
  bool,
  type Bounds,
  callable,
  checkArray,
  type CheckArrayOptions,
  checkClassificationTargets,
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkParameters,
  checkSampleWeight,
  checkVector,
  type ClassWeight,
  computeClassWeight,
  decodeLabels,
  either,
  type Encoded,
  encodeLabels,
  integer,
  InvalidInputError,
  InvalidParameterError,
  mapping,
  oneOf,
  type ParameterRule,
  randomSource,
  real,
  UnknownNameError,
  warn,
} from "./utils/mod.ts";
