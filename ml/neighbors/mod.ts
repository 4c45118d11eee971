/**
 * Nearest neighbours: predictions by the samples that are most alike.
 * @module
 */
export * from "./errors.ts";
export type { KNeighborsOptions, KNeighborsState, SparseRows, WeightFunction } from "./k_neighbors.ts";
export { KNeighborsClassifierBase, type KNeighborsMethods, KNeighborsRegressorBase } from "./k_neighbors_base.ts";
export * from "./k_neighbors_classifier.ts";
export * from "./k_neighbors_regressor.ts";
export type { KDTree } from "./kd_tree.ts";
export type { MetricFunction, MetricName, NeighborMetric } from "./metric.ts";
export { type Neighbors, type SearchIndex, searchIndex } from "./search_index.ts";
