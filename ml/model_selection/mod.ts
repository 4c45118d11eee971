/**
 * Choosing models: splits, cross validation, and searches over hyperparameters.
 * @module
 */
export * from "./cross_validate.ts";
export type { CvResults } from "./cv_results.ts";
export { type Distribution, stats } from "./distributions.ts";
export * from "./errors.ts";
export type { FitProgress } from "./evaluate.ts";
export { type ErrorScore, fitAndScore, type FitOptions, type FitResult } from "./fit_and_score.ts";
export * from "./grid_search.ts";
export * from "./k_fold.ts";
export { ParameterGrid, type ParamGrid } from "./parameter_grid.ts";
export { type ParamDistributions, ParameterSampler } from "./parameter_sampler.ts";
export * from "./randomized_search.ts";
export type { Scorers, Scoring, SingleScoring } from "./scoring.ts";
export { BaseSearchCV, type Evaluate, type Refit, type SearchFitOptions, type SearchOptions } from "./search.ts";
export { ShuffleSplit, type ShuffleSplitOptions, StratifiedShuffleSplit } from "./shuffle_split.ts";
export { checkCv, type CrossValidation, type CrossValidator, type Split } from "./splitter.ts";
export * from "./train_test_split.ts";
