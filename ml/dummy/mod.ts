/**
 * Estimators that look at the targets only: what others have to beat.
 * @module
 */
export * from "./dummy_classifier.ts";
export * from "./dummy_regressor.ts";
