import { AbsoluteError } from "./absolute_error.ts";
import { type GrowthLimits, TreeBuilder } from "./builder.ts";
import { Entropy, Gini } from "./class_criterion.ts";
import type { Criterion, CriterionData } from "./criterion.ts";
import { Draws } from "./draws.ts";
import { Poisson, SquaredError } from "./number_criterion.ts";
import { NodeSamples } from "./samples.ts";
import { Splitter } from "./splitter.ts";
import type { Tree } from "./structure.ts";

/** What judges the splits of a classifier. */
export type ClassCriterionName = "gini" | "entropy" | "log_loss";
/** What judges the splits of a regressor. "friedman_mse" is the same as "squared_error". */
export type NumberCriterionName = "squared_error" | "friedman_mse" | "absolute_error" | "poisson";

/** Samples and targets, as trees take them. */
export interface TreeProblem {
  /** Samples in single precision, row-major, NaN where a value is missing, shape [nSamples, nFeatures]. */
  readonly X: Float32Array;
  /** How many features a sample has. */
  readonly nFeatures: number;
  /** 1 for each feature that has missing values, shape [nFeatures]. */
  readonly hasMissing: Uint8Array;
  /** Class codes or numbers, row-major, shape [nSamples, nOutputs]. */
  readonly y: Float64Array;
  /** How many targets there are. */
  readonly nOutputs: number;
  /** How many classes each target has; null for regression. */
  readonly nClasses: readonly number[] | null;
}

/** How a tree grows: hyperparameters made into numbers. */
export interface TreeSettings extends Omit<GrowthLimits, "rootKey"> {
  /** What judges splits. */
  readonly criterion: ClassCriterionName | NumberCriterionName;
  /** Whether thresholds are drawn. */
  readonly random: boolean;
  /** Features to look at in each node. */
  readonly maxFeatures: number;
}

/**
 * Grows one tree.
 *
 * @param problem what to learn from
 * @param settings how to grow
 * @param weight weights of the samples; null where all weigh 1
 * @param seed first state of the draws
 * @param keyed whether what a node draws depends on its path alone, as in forests; else on all nodes before it, as in
 * scikit-learn
 */
export function growTree(
  problem: TreeProblem,
  settings: TreeSettings,
  weight: Float64Array | null,
  seed: number,
  keyed: boolean,
): Tree {
  const { X, nFeatures, hasMissing, y, nOutputs, nClasses } = problem;
  const nSamples = X.length / nFeatures;
  let totalWeight = nSamples;
  if (weight !== null) {
    totalWeight = 0;
    for (let i = 0; i < nSamples; i++) totalWeight += weight[i];
  }
  const data: CriterionData = { y, nOutputs, weight, totalWeight };
  const samples = new NodeSamples(X, nFeatures, hasMissing, weight);
  const criterion = makeCriterion(settings.criterion, data, nClasses, nSamples);
  const splitter = new Splitter(samples, criterion, new Draws(seed), settings, nFeatures);
  const limits: GrowthLimits = { ...settings, rootKey: keyed ? seed : null };
  const maxNClasses = nClasses === null ? 1 : Math.max(...nClasses);
  return new TreeBuilder(splitter, limits, { nFeatures, nOutputs, maxNClasses }).build();
}

function makeCriterion(
  name: TreeSettings["criterion"],
  data: CriterionData,
  nClasses: readonly number[] | null,
  nSamples: number,
): Criterion {
  if (name === "gini") return new Gini(data, nClasses as number[]);
  if (name === "entropy" || name === "log_loss") return new Entropy(data, nClasses as number[]);
  if (name === "absolute_error") return new AbsoluteError(data, nSamples);
  return name === "poisson" ? new Poisson(data) : new SquaredError(data);
}
