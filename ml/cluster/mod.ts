/**
 * Clustering: groups of samples that nobody named.
 * @module
 */
export { BaseKMeans, type InitFunction, type KMeansInit, kmeansPlusplus } from "./base_k_means.ts";
export * from "./errors.ts";
export * from "./k_means.ts";
export type { MiniBatchState } from "./mini_batch.ts";
export * from "./mini_batch_k_means.ts";
