/**
 * What learns from samples in blocks: partial results where the blocks are, put together in a fixed order; methods of fitted estimators block by block.
 * @module
 */
export { applyInBlocks } from "./apply.ts";
export { Incremental, type IncrementalOptions } from "./incremental.ts";
export { type ChunkedInput, combineInTree, cutAlike, isChunked, partialsOf, wholeRows } from "./input.ts";
export { ParallelPostFit, type ParallelPostFitOptions } from "./parallel_post_fit.ts";
export { type TallFactor, tallFactor } from "./triangle.ts";
export { chunkedAccuracy, chunkedMeanSquaredError, chunkedR2, logLossOfBlock } from "./score.ts";
