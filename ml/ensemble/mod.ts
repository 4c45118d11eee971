/**
 * Forests: many trees, and what they say together.
 * @module
 */
export { ExtraTreesClassifier, type ExtraTreesClassifierOptions } from "./extra_trees_classifier.ts";
export { ExtraTreesRegressor, type ExtraTreesRegressorOptions } from "./extra_trees_regressor.ts";
export type { ForestOptions, OobScore } from "./forest.ts";
export { ForestClassifier, type ForestClassifierOptions, type ForestClassWeight } from "./forest_classifier.ts";
export { ForestClassifierBase, type ForestMethods, ForestRegressorBase } from "./forest_methods.ts";
export { ForestRegressor, type ForestRegressorOptions } from "./forest_regressor.ts";
export { RandomForestClassifier, type RandomForestClassifierOptions } from "./random_forest_classifier.ts";
export { RandomForestRegressor, type RandomForestRegressorOptions } from "./random_forest_regressor.ts";
