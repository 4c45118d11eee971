/**
 * How good predictions are: metrics, and scorers for searches.
 * @module
 */
export * from "./agreement.ts";
export * from "./classification.ts";
export * from "./errors.ts";
export * from "./fscore.ts";
export * from "./probability.ts";
export * from "./ranking.ts";
export * from "./regression.ts";
export * from "./scorer.ts";
