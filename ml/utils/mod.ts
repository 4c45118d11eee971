/**
 * What estimators share: checks of what they are given, labels and class weights, names that are nearly right.
 * @module
 */
export * from "./class_weight.ts";
export * from "./errors.ts";
export { fixed } from "./fixed.ts";
export { didYouMean, nearestName } from "./nearest_name.ts";
export { checkNoOptions, checkNothingMore, checkOptionNames, checkOptions, type NoOptions } from "./option_names.ts";
export { checkOutputs } from "./outputs.ts";
export * from "./parameters.ts";
export * from "./parts.ts";
export { quantileOfSorted } from "./quantile.ts";
export * from "./unique.ts";
export * from "./validation.ts";
export { hearWarnings, warn, warnOnce } from "./warn.ts";
