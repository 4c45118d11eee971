/**
 * What learns from samples in blocks, beside the estimators that do by themselves: methods of fitted estimators block by block, and learning block after
 * block.
 * @module
 */
export { applyInBlocks } from "./apply.ts";
export { Incremental, type IncrementalOptions } from "./incremental.ts";
export { ParallelPostFit, type ParallelPostFitOptions } from "./parallel_post_fit.ts";
export { type TallFactor, tallFactor } from "./triangle.ts";
