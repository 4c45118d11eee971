import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { clone, type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import { checkParameters, InvalidInputError, oneOf, type ParameterRule, warn } from "../utils/mod.ts";
import type { NumberCriterionName, TreeProblem } from "./grow.ts";
import {
  type MaxFeatures,
  numberCriteria,
  resolveSettings,
  singleTable,
  treeDefaults,
  type TreeOptions,
  treeRules,
  weightsOrNull,
} from "./parameters.ts";
import { prunedTree, type PruningPath, pruningPath } from "./pruning.ts";
import { growOneTree } from "./rank_grower.ts";
import { numberTargets } from "./targets.ts";
import { samplesFor, TreeRegressorBase } from "./tree_methods.ts";

/** Largest seed that a tree's own generator is given. */
const MOST_SEED = 2147483647;

/** Hyperparameters of {@linkcode DecisionTreeRegressor}. */
export interface DecisionTreeRegressorOptions extends TreeOptions {
  /**
   * What judges splits: "squared_error" (the default; "friedman_mse" is an old name of it), "absolute_error", "poisson".
   */
  criterion?: NumberCriterionName;
  /** Whether a node tries all thresholds of a feature, or one that is drawn. "best" if left out. */
  splitter?: "best" | "random";
  /** Seed of the order in which features are looked at, and of thresholds that are drawn. */
  randomState?: RandomStateLike;
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
  /** Whether thresholds are searched or drawn. */
  declare splitter: "best" | "random";
  /** Longest path. */
  declare maxDepth: number | null;
  /** Fewest samples of a node that is split. */
  declare minSamplesSplit: number;
  /** Fewest samples of a leaf. */
  declare minSamplesLeaf: number;
  /** Least weight of a leaf. */
  declare minWeightFractionLeaf: number;
  /** Features that a node looks at. */
  declare maxFeatures: MaxFeatures;
  /** Seed. */
  declare randomState: RandomStateLike;
  /** Most leaves. */
  declare maxLeafNodes: number | null;
  /** Least improvement of a split. */
  declare minImpurityDecrease: number;
  /** What a leaf must gain in pruning. */
  declare ccpAlpha: number;
  /** Directions that predictions must keep. */
  declare monotonicCst: ArrayLike<number> | null;

  /** Number of targets. */
  declare nOutputs_: number;
  /** The number that `maxFeatures` came to. */
  declare maxFeatures_: number;

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
    const totalWeight = weight === null ? table.nSamples : weight.reduce((a, b) => a + b, 0);
    if (!(totalWeight > 0)) {
      throw new InvalidInputError(`${caller}: all samples weigh 0; nothing can be learned of them`);
    }
    const random = this.splitter === "random";
    const settings = resolveSettings(this, problem, { criterion: this.criterion, random, totalWeight, caller });
    const seed = checkRandomState(this.randomState).randint(0, MOST_SEED);
    const tree = growOneTree(problem, settings, weight, seed);
    resetFitted(this);
    rememberFeatures(this, X, table.nFeatures);
    this.nOutputs_ = targets.nOutputs;
    this.maxFeatures_ = settings.maxFeatures;
    this.tree_ = this.ccpAlpha === 0 ? tree : prunedTree(tree, this.ccpAlpha);
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
    const values = this.tree_.predict(samples);
    const k = this.nOutputs_;
    return new NDArray(values, k === 1 ? [values.length] : [values.length / k, k]);
  }

  /**
   * The steps in which a tree for these samples would be pruned: values for `ccpAlpha`, and what each makes of the
   * impurity of the leaves.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y their numbers
   * @param sampleWeight their weights
   */
  async costComplexityPruningPath(X: MatrixLike, y: VectorLike, sampleWeight?: VectorLike): Promise<PruningPath> {
    const whole = clone(this);
    whole.ccpAlpha = 0;
    return pruningPath((await whole.fit(X, y, sampleWeight)).tree_);
  }
}
