/**
 * Data sets: small ones that come with the library, and random ones made from a seed.
 * @module
 */
export { type Blobs, makeBlobs, type MakeBlobsOptions } from "./blobs.ts";
export type { Dataset } from "./bunch.ts";
export { type ClassificationProblem, makeClassification, type MakeClassificationOptions } from "./classification.ts";
export { type Digits, loadDigits } from "./digits.ts";
export * from "./errors.ts";
export * from "./regression.ts";
export * from "./shapes.ts";
export { loadBreastCancer, loadDiabetes, loadIris, loadWine } from "./tables.ts";
