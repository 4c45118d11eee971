/**
 * Decision trees.
 * @module
 */
export { DecisionTreeClassifier, type DecisionTreeClassifierOptions } from "./decision_tree_classifier.ts";
export { DecisionTreeRegressor, type DecisionTreeRegressorOptions } from "./decision_tree_regressor.ts";
export { exportText, type ExportTextOptions, type FittedTree } from "./export_text.ts";
export type { ClassCriterionName, NumberCriterionName } from "./grow.ts";
export type { MaxFeatures, SingleTreeOptions, TreeOptions } from "./parameters.ts";
export type { PruningPath } from "./pruning.ts";
export { Tree, type TreeArrays } from "./structure.ts";
export type { ClassWeights } from "./targets.ts";
export { type NodeIndicator, TreeClassifierBase, type TreeMethods, TreeRegressorBase } from "./tree_methods.ts";
