import type { Labels } from "../array/mod.ts";
import { checkIsFitted } from "../base/mod.ts";
import { checkOptionNames, fixed, InvalidParameterError } from "../utils/mod.ts";
import { type Tree, TREE_LEAF } from "./structure.ts";

/** Options of {@linkcode exportText}. */
export interface ExportTextOptions {
  /** Names of the features; feature_0, feature_1, … if left out. */
  featureNames?: readonly string[] | null;
  /** Names of the classes; the labels if left out. */
  classNames?: readonly string[] | null;
  /** Branches deeper than this are cut. 10 if left out. */
  maxDepth?: number;
  /** Width of an indent. 3 if left out. */
  spacing?: number;
  /** Digits after the point. 2 if left out. */
  decimals?: number;
  /** Whether the weights of the classes stand at the leaves. False if left out. */
  showWeights?: boolean;
}

/** A fitted tree, as {@linkcode exportText} takes it. */
export interface FittedTree {
  /** The tree. */
  tree_: Tree;
  /** Number of features. */
  nFeaturesIn_: number;
  /** The classes, if it predicts such. */
  classes_?: Labels;
}

/**
 * A tree as text, a line for each branch: scikit-learn's `export_text`.
 *
 * @param tree a fitted tree
 * @throws {InvalidParameterError} when there are not as many names as features or classes
 * @throws {NotFittedError} before `fit`
 *
 * @example
 * ```ts
 * import { DecisionTreeClassifier, exportText } from "@troupe/troupe";
 * const tree = await new DecisionTreeClassifier().fit([[0], [1]], [0, 1]);
 * console.log(exportText(tree)); // |--- feature_0 <= 0.50 …
 * ```
 */
export function exportText(tree: FittedTree, options: ExportTextOptions = {}): string {
  checkOptionNames("exportText", options, [
    "classNames",
    "decimals",
    "featureNames",
    "maxDepth",
    "showWeights",
    "spacing",
  ]);
  checkIsFitted(tree, "exportText");
  const { featureNames, classNames, maxDepth = 10, spacing = 3, decimals = 2, showWeights = false } = options;
  const { tree_, nFeaturesIn_ } = tree;
  if (Array.isArray(tree.classes_)) {
    throw new InvalidParameterError("exportText: a classifier of several targets has no one class for a leaf to show");
  }
  if (!(maxDepth >= 0 && spacing >= 1 && decimals >= 0)) {
    throw new InvalidParameterError(
      `exportText: maxDepth and decimals must be at least 0 and spacing at least 1, got ${maxDepth}, ${decimals}, ${spacing}`,
    );
  }
  const names = featureNames ?? Array.from({ length: nFeaturesIn_ }, (_, j) => `feature_${j}`);
  if (names.length !== nFeaturesIn_) {
    throw new InvalidParameterError(`exportText: ${names.length} featureNames for ${nFeaturesIn_} features`);
  }
  const shown = (label: unknown): string => String(tree.classes_?.dtype === "bool" ? label === 1 : label);
  const classes = tree.classes_ === undefined ? undefined : classNames ?? Array.from(tree.classes_.data, shown);
  if (classes !== undefined && classes.length !== tree.classes_?.size) {
    throw new InvalidParameterError(`exportText: ${classes.length} classNames for ${tree.classes_?.size} classes`);
  }
  const indent = (depth: number): string => `|${" ".repeat(spacing)}`.repeat(depth - 1) + "|" + "-".repeat(spacing);
  const numbers = (values: ArrayLike<number>): string => Array.from(values, (v) => fixed(v, decimals)).join(", ");

  function leaf(node: number, depth: number): string {
    const stride = tree_.valueStride;
    const values = tree_.value.slice(node * stride, (node + 1) * stride);
    const line = (text: string): string => `${indent(depth)} ${text}\n`;
    if (classes === undefined) return line(`value: [${numbers(values)}]`);
    const best = values.reduce((b, v, c) => v > values[b] ? c : b, 0);
    const weights = numbers(values.map((v) => v * tree_.weightedNNodeSamples[node]));
    return line(`${showWeights ? `weights: [${weights}] ` : ""}class: ${classes[best]}`);
  }

  function depthBelow(node: number): number {
    if (tree_.childrenLeft[node] === TREE_LEAF) return 1;
    return 1 + Math.max(depthBelow(tree_.childrenLeft[node]), depthBelow(tree_.childrenRight[node]));
  }

  function write(node: number, depth: number): string {
    if (depth > maxDepth + 1) {
      const below = depthBelow(node);
      return below === 1 ? leaf(node, depth) : `${indent(depth)} truncated branch of depth ${below}\n`;
    }
    if (tree_.childrenLeft[node] === TREE_LEAF) return leaf(node, depth);
    const name = names[tree_.feature[node]];
    const threshold = fixed(tree_.threshold[node], decimals);
    return `${indent(depth)} ${name} <= ${threshold}\n${write(tree_.childrenLeft[node], depth + 1)}` +
      `${indent(depth)} ${name} >  ${threshold}\n${write(tree_.childrenRight[node], depth + 1)}`;
  }
  return write(0, 1);
}
