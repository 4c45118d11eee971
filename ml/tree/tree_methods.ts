import { type MatrixLike, NDArray } from "../array/mod.ts";
import {
  BaseClassifier,
  BaseRegressor,
  checkFeatures,
  checkIsFitted,
  type Constructor,
  rememberFeatures,
  resetFitted,
} from "../base/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import type { ClassCriterionName, NumberCriterionName, TreeProblem } from "./grow.ts";
import { checkMass, resolveSettings, singleTable, type SingleTreeOptions } from "./parameters.ts";
import { prunedTree } from "./pruning.ts";
import { growOneTree } from "./rank_grower.ts";
import type { Tree } from "./structure.ts";

/** Largest seed that a tree's own generator is given. */
const MOST_SEED = 2147483647;

/** Which nodes samples pass: row `i` has the nodes `indices[indptr[i]]` to `indices[indptr[i + 1] - 1]`. */
export interface NodeIndicator {
  /** Where the nodes of each sample begin, shape [nSamples + 1]. */
  indptr: Int32Array;
  /** Numbers of nodes, from the root down. */
  indices: Int32Array;
  /** Number of samples and of nodes. */
  shape: [number, number];
}

/** What single trees share: hyperparameters, what is learned, and what they can be asked. */
export interface TreeMethods extends Required<Omit<SingleTreeOptions, "randomState">> {
  /** Seed of the order in which features are looked at, and of thresholds that are drawn. */
  randomState: RandomStateLike;
  /** Number of targets. */
  nOutputs_: number;
  /** The number that `maxFeatures` came to. */
  maxFeatures_: number;
  /** The tree itself, as arrays. */
  tree_: Tree;
  /** Number of features seen in `fit`. */
  nFeaturesIn_: number;
  /** Their names, where X had names. */
  featureNamesIn_?: string[];
  /** Length of the longest path from the root to a leaf. */
  getDepth(): number;
  /** Number of leaves. */
  getNLeaves(): number;
  /**
   * The number of the leaf that each sample comes to, shape [nSamples].
   *
   * @param X samples, shape [nSamples, nFeatures]
   */
  apply(X: MatrixLike): Promise<NDArray<Int32Array>>;
  /**
   * The nodes that each sample passes.
   *
   * @param X samples, shape [nSamples, nFeatures]
   */
  decisionPath(X: MatrixLike): Promise<NodeIndicator>;
  /** How much each feature lowered the impurity, as shares of the whole, shape [nFeatures]. */
  readonly featureImportances_: NDArray<Float64Array>;
}

/** Samples to predict, checked against those of `fit`. */
export function samplesFor(
  estimator: { nFeaturesIn_: number; featureNamesIn_?: string[] },
  X: MatrixLike,
  method: string,
): Float32Array {
  checkIsFitted(estimator, method);
  const table = singleTable(X, `${estimator.constructor.name}.${method}`);
  checkFeatures(estimator, X, table.nFeatures, method);
  return table.X;
}

/** Grows the tree of an estimator that has one, and stores it. */
export function fitTree(
  estimator: TreeMethods & { criterion: ClassCriterionName | NumberCriterionName },
  X: MatrixLike,
  problem: TreeProblem,
  weight: Float64Array | null,
  caller: string,
): void {
  const { criterion } = estimator;
  const totalWeight = checkMass(weight, caller) ?? problem.X.length / problem.nFeatures;
  const random = estimator.splitter === "random";
  const settings = resolveSettings(estimator, problem, { criterion, random, totalWeight, caller });
  const seed = checkRandomState(estimator.randomState).randint(0, MOST_SEED);
  const tree = growOneTree(problem, settings, weight, seed);
  resetFitted(estimator);
  rememberFeatures(estimator, X, problem.nFeatures);
  estimator.nOutputs_ = problem.nOutputs;
  estimator.maxFeatures_ = settings.maxFeatures;
  estimator.tree_ = estimator.ccpAlpha === 0 ? tree : prunedTree(tree, estimator.ccpAlpha);
}

// deno-lint-ignore explicit-function-return-type -- the class is what it returns
function TreeMixin<B extends Constructor>(Base: B) {
  abstract class WithTree extends Base {
    declare tree_: Tree;
    declare nFeaturesIn_: number;

    getDepth(): number {
      checkIsFitted(this, "getDepth");
      return this.tree_.maxDepth;
    }
    getNLeaves(): number {
      checkIsFitted(this, "getNLeaves");
      return this.tree_.nLeaves;
    }
    // deno-lint-ignore require-await -- errors come as rejections
    async apply(X: MatrixLike): Promise<NDArray<Int32Array>> {
      const samples = samplesFor(this, X, "apply");
      return new NDArray(this.tree_.apply(samples));
    }
    // deno-lint-ignore require-await -- errors come as rejections
    async decisionPath(X: MatrixLike): Promise<NodeIndicator> {
      const samples = samplesFor(this, X, "decisionPath");
      const { indptr, indices } = this.tree_.paths(samples);
      return { indptr, indices, shape: [indptr.length - 1, this.tree_.nodeCount] };
    }
    get featureImportances_(): NDArray<Float64Array> {
      checkIsFitted(this, "featureImportances_");
      return new NDArray(this.tree_.computeFeatureImportances());
    }
  }
  return WithTree;
}

/** A classifier that is one tree. */
export const TreeClassifierBase: typeof BaseClassifier & Constructor<TreeMethods> = TreeMixin(
  BaseClassifier,
) as unknown as typeof BaseClassifier & Constructor<TreeMethods>;

/** A regressor that is one tree. */
export const TreeRegressorBase: typeof BaseRegressor & Constructor<TreeMethods> = TreeMixin(
  BaseRegressor,
) as unknown as typeof BaseRegressor & Constructor<TreeMethods>;
