/**
 * What estimators and metrics need of arrays in blocks: arrays cut alike, partial results where the blocks are, put together in a fixed order.
 * @module
 */
export { type ChunkedInput, combineInTree, cutAlike, isChunked, partialsOf, wholeRows } from "./input.ts";
export { classesOf, codesOfBlock } from "./labels.ts";
