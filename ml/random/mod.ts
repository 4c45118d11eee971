/**
 * Random numbers: NumPy's legacy generator, equal to it seed by seed.
 * @module
 */
export type { ChoiceOptions } from "./choice.ts";
export * from "./errors.ts";
export type { Size } from "./arguments.ts";
export { checkRandomState, RandomState, type RandomStateLike } from "./random_state.ts";
export { sampleWithoutReplacement, shuffledIndices } from "./sample.ts";
export { WordGenerator } from "./word_generator.ts";
