/**
 * Choosing models: splits, cross validation, and searches over hyperparameters.
 * @module
 */
export * from "./cross_validate.ts";
export type { CvResults } from "./cv_results.ts";
export { type Distribution, stats } from "./distributions.ts";
export { crossValPredict, type CrossValPredictOptions, type PredictMethod } from "./cross_val_predict.ts";
export type { CurveOptions } from "./curve_options.ts";
export * from "./errors.ts";
export type { FitProgress } from "./evaluate.ts";
export { type ErrorScore, fitAndScore, type FitOptions, type FitResult } from "./fit_and_score.ts";
export { BaseHalvingSearch, type HalvingOptions } from "./halving_search.ts";
export * from "./grid_search.ts";
export * from "./group_k_fold.ts";
export * from "./group_shuffle_split.ts";
export * from "./halving_grid_search.ts";
export * from "./halving_random_search.ts";
export { BaseFolds, KFold, type KFoldOptions, StratifiedKFold } from "./k_fold.ts";
export * from "./leave_out.ts";
export { type LearningCurve, learningCurve, type LearningCurveOptions } from "./learning_curve.ts";
export type { ParamNames, ParamTable } from "./param_names.ts";
export { ParameterGrid, type ParamGrid, type ParamGridOf } from "./parameter_grid.ts";
export { type ParamDistributions, type ParamDistributionsOf, ParameterSampler } from "./parameter_sampler.ts";
export { type PermutationTest, type PermutationTestOptions, permutationTestScore } from "./permutation_test.ts";
export * from "./predefined_split.ts";
export * from "./randomized_search.ts";
export * from "./repeated_k_fold.ts";
export type { Scorers, Scoring, SingleScoring } from "./scoring.ts";
export { BaseSearchCV } from "./search.ts";
export type {
  Evaluate,
  EvaluateOptions,
  Refit,
  SearchData,
  SearchFitOptions,
  SearchOptions,
} from "./search_options.ts";
export { ShuffleSplit, type ShuffleSplitOptions, StratifiedShuffleSplit } from "./shuffle_split.ts";
export { checkCv, type CrossValidation, type CrossValidator, type Split } from "./splitter.ts";
export * from "./time_series_split.ts";
export * from "./train_test_split.ts";
export * from "./validation_curve.ts";
