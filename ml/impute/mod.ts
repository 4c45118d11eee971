/**
 * Filling in missing values.
 * @module
 */
export * from "./simple_imputer.ts";
