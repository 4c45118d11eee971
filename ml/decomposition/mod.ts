/**
 * Decompositions: fewer features that say nearly as much.
 * @module
 */
export { LinearDecomposition } from "./linear_decomposition.ts";
export * from "./pca.ts";
export type { PCASolver } from "./pca_solvers.ts";
export * from "./truncated_svd.ts";
