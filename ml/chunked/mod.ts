/**
 * Arrays in blocks on a cluster: larger than memory, computed where the blocks are.
 * @module
 */
export { ChunkedArray, type ComputedValue, type MapBlocksOptions } from "./chunked_array.ts";
export type { Chunks, ChunksLike } from "./chunks.ts";
export { concatenate, fromArray, fromDelayed, fromFutures, stack } from "./creation.ts";
export type { CreateOptions, FillOptions, RandomOptions } from "./creation.ts";
export { type BlockFunction, BlockStates, settledAll, type StepResult, submitAny, treeReduce } from "./drivers.ts";
export {
  type Arithmetic,
  type ChunkedOperand,
  ElementwiseMethods,
  type Fractional,
  type Together,
} from "./elementwise_methods.ts";
export { BlockMismatchError, ChunkError, UnknownChunksError } from "./errors.ts";
export * as chunked from "./namespace.ts";
export { ReductionMethods } from "./reduction_methods.ts";
export type { ReduceOptions } from "./reductions.ts";
export type { Range } from "./select.ts";
export { type Selector, ShapingMethods } from "./shaping_methods.ts";
export type { FromCsvOptions, FromParquetOptions } from "./tables.ts";
