/**
 * Picking features by what they say.
 * @module
 */
export { mutualInfoClassif, type MutualInfoOptions, mutualInfoRegression } from "./mutual_info.ts";
export * from "./scores.ts";
export * from "./select_k_best.ts";
export { BaseSelector } from "./selector.ts";
export * from "./variance_threshold.ts";
