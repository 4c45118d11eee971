/**
 * What every estimator is: named hyperparameters, cloning, mixins for classifiers, regressors and transformers.
 * @module
 */
export { clone } from "./clone.ts";
export * from "./errors.ts";
export { BaseEstimator, checkParamNames, isEstimator } from "./estimator.ts";
export type { Constructor, EstimatorClass, HasParams, Params } from "./estimator.ts";
export { BaseComposition, type NamedPart } from "./composition.ts";
export * from "./features.ts";
export { checkIsFitted, checkNFeatures, isFitted, resetFitted } from "./fitted.ts";
export * from "./mixins.ts";
export * from "./plan.ts";
