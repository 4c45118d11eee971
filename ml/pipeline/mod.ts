/**
 * Estimators made of others: one after the other, or side by side.
 * @module
 */
export * from "./errors.ts";
export { FeatureUnion, type FeatureUnionOptions, makeUnion, type UnionPart } from "./feature_union.ts";
export type { PipelineFitParams, StepWeights } from "./fit_params.ts";
export { fitTransformOne, type TransformedPart, transformOne } from "./fit_transform_one.ts";
export * from "./pipeline.ts";
