/**
 * Naive Bayes: features that are independent within each class.
 * @module
 */
export * from "./gaussian_nb.ts";
