import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { clone, type Params } from "../base/mod.ts";
import { checkParameters, oneOf, type ParameterRule, warn } from "../utils/mod.ts";
import type { NumberCriterionName, TreeProblem } from "./grow.ts";
import {
  numberCriteria,
  singleTable,
  type SingleTreeOptions,
  treeDefaults,
  treeRules,
  weightsOrNull,
} from "./parameters.ts";
import { type PruningPath, pruningPath } from "./pruning.ts";
import { numberTargets } from "./targets.ts";
import { fitTree, samplesFor, TreeRegressorBase } from "./tree_methods.ts";

/** Hyperparameters of {@linkcode DecisionTreeRegressor}. */
export interface DecisionTreeRegressorOptions extends SingleTreeOptions {
  /**
   * What judges splits: "squared_error" (the default; "friedman_mse" is an old name of it), "absolute_error", "poisson".
   */
  criterion?: NumberCriterionName;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  ...treeRules,
  criterion: numberCriteria,
  splitter: oneOf("best", "random"),
};

/** Warns of the old name of a criterion. */
export function warnOfFriedman(owner: string, criterion: string): void {
  if (criterion !== "friedman_mse") return;
  warn(`${owner}: criterion "friedman_mse" is the same as "squared_error" in scikit-learn 1.9; use that name`);
}

/**
 * A decision tree that predicts numbers: the mean (for "absolute_error" the median) of the training samples of a leaf.
 * It grows as scikit-learn's does. Missing values (NaN) go to whichever side is better in training.
 *
 * Source: L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and Regression Trees", 1984.
 *
 * @example
 * ```ts
 * import { DecisionTreeRegressor, loadDiabetes } from "@troupe/troupe";
 * const { X, y } = loadDiabetes();
 * const tree = await new DecisionTreeRegressor({ maxDepth: 3, randomState: 0 }).fit(X, y);
 * await tree.score(X, y); // 0.50…
 * ```
 */
export class DecisionTreeRegressor extends TreeRegressorBase {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    criterion: "squared_error",
    splitter: "best",
    ...treeDefaults,
  };

  /** What judges splits. */
  declare criterion: NumberCriterionName;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: DecisionTreeRegressorOptions = {}) {
    super(options);
  }

  /**
   * Grows the tree.
   *
   * @param X samples, shape [nSamples, nFeatures]; NaN stands for a missing value
   * @param y number of each sample, shape [nSamples], or of each target, shape [nSamples, nOutputs]
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when X holds infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  // deno-lint-ignore require-await -- errors come as rejections
  async fit(X: MatrixLike, y: VectorLike | MatrixLike, sampleWeight?: VectorLike): Promise<this> {
    const caller = "DecisionTreeRegressor.fit";
    checkParameters("DecisionTreeRegressor", this.getParams(false), rules);
    warnOfFriedman("DecisionTreeRegressor", this.criterion);
    const table = singleTable(X, caller);
    const targets = numberTargets(y as VectorLike, table.nSamples, this.criterion, caller);
    const problem: TreeProblem = { ...table, ...targets, nClasses: null };
    const weight = weightsOrNull(sampleWeight, table.nSamples);
    fitTree(this, X, problem, weight, caller);
    return this;
  }

  /**
   * The number for each sample, shape [nSamples]; for several targets shape [nSamples, nOutputs].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- errors come as rejections
  async predict(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const samples = samplesFor(this, X, "predict");
    return outputsFrom(this.nOutputs_, this.tree_.predict(samples));
  }

  /**
   * The steps in which a tree for these samples would be pruned: values for `ccpAlpha`, and what each makes of the
   * impurity of the leaves.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y their numbers
   * @param sampleWeight their weights
   * @throws as {@linkcode DecisionTreeRegressor.fit}
   *
   * @example
   * ```ts
   * import { DecisionTreeRegressor } from "@troupe/troupe";
   * const { ccpAlphas } = await new DecisionTreeRegressor().costComplexityPruningPath([[0], [1], [2], [3]], [0, 0, 5, 6]);
   * ccpAlphas; // Float64Array [0, 0.125, 7.5625]
   * ```
   */
  async costComplexityPruningPath(X: MatrixLike, y: VectorLike, sampleWeight?: VectorLike): Promise<PruningPath> {
    const whole = clone(this);
    whole.ccpAlpha = 0;
    return pruningPath((await whole.fit(X, y, sampleWeight)).tree_);
  }
}

/** Numbers that trees predict, in the shape of y. */
export function outputsFrom(nOutputs: number, values: Float64Array): NDArray<Float64Array> {
  return new NDArray(values, nOutputs === 1 ? [values.length] : [values.length / nOutputs, nOutputs]);
}
