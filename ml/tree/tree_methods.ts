import { type MatrixLike, NDArray } from "../array/mod.ts";
import { BaseClassifier, BaseRegressor, checkFeatures, checkIsFitted, type Constructor } from "../base/mod.ts";
import { singleTable } from "./parameters.ts";
import type { Tree } from "./structure.ts";

/** Which nodes samples pass: row `i` has the nodes `indices[indptr[i]]` to `indices[indptr[i + 1] - 1]`. */
export interface NodeIndicator {
  /** Where the nodes of each sample begin, shape [nSamples + 1]. */
  indptr: Int32Array;
  /** Numbers of nodes, from the root down. */
  indices: Int32Array;
  /** Number of samples and of nodes. */
  shape: [number, number];
}

/** What a single tree can be asked. */
export interface TreeMethods {
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

// deno-lint-ignore explicit-function-return-type -- the class is what it returns
function TreeMixin<B extends Constructor>(Base: B) {
  abstract class WithTree extends Base implements TreeMethods {
    declare tree_: Tree;
    declare nFeaturesIn_: number;
    declare featureNamesIn_?: string[];

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
      const { indptr, indices } = this.tree_.paths(samplesFor(this, X, "decisionPath"));
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
