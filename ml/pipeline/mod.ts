/**
 * Several estimators as one.
 * @module
 */
export * from "./errors.ts";
export * from "./pipeline.ts";
