import { type MatrixLike, NDArray } from "../array/mod.ts";
import {
  BaseClassifier,
  BaseRegressor,
  checkIsFitted,
  type Constructor,
  rememberFeatures,
  resetFitted,
} from "../base/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
import { type SingleTreeOptions, treeDefaults } from "../tree/parameters.ts";
import type { Tree } from "../tree/structure.ts";
import { type NodeIndicator, samplesFor, type TreeMethods } from "../tree/tree_methods.ts";
import {
  type ForestMember,
  type ForestOptions,
  growForest,
  type GrowingForest,
  type GrownForest,
  meanImportances,
  outOfBag,
} from "./forest.ts";
import { drawnSamples } from "./grow_trees.ts";
import type { PreparedForest } from "./plan_forests.ts";

/** What forests share: hyperparameters, what is learned, and what they can be asked. */
export interface ForestMethods extends Required<Omit<ForestOptions, "randomState">> {
  /** Seed of all that trees draw. */
  randomState: RandomStateLike;
  /** Number of features seen in `fit`. */
  nFeaturesIn_: number;
  /** Their names, where X had names. */
  featureNamesIn_?: string[];
  /** How many samples each tree drew; null where none were drawn. */
  nDrawn_: number | null;
  /** The weights that samples were drawn by, or that all trees saw; null where all weigh 1. */
  drawWeight_: Float64Array | null;
  /** Number of training samples. */
  nSamples_: number;
  /** Number of targets. */
  nOutputs_: number;
  /** Score of the out-of-bag predictions, with `oobScore`. */
  oobScore_: number;
  /**
   * The number of the leaf that each sample comes to in each tree, shape [nSamples, nEstimators].
   *
   * @param X samples, shape [nSamples, nFeatures]
   */
  apply(X: MatrixLike): Promise<NDArray<Int32Array>>;
  /**
   * The nodes that each sample passes, of all trees one after the other: those of tree `t` begin at `nNodesPtr[t]`.
   *
   * @param X samples, shape [nSamples, nFeatures]
   */
  decisionPath(X: MatrixLike): Promise<{ indicator: NodeIndicator; nNodesPtr: Int32Array }>;
  /** How much each feature lowered the impurity, as shares of the whole, the mean over the trees, shape [nFeatures]. */
  readonly featureImportances_: NDArray<Float64Array>;
  /** Numbers of the samples that each tree drew. */
  readonly estimatorsSamples_: NDArray<Int32Array>[];
}

interface WithEstimators {
  estimators_: readonly ForestMember[];
}

/** The trees of a fitted forest. */
export function treesOf(forest: object): Tree[] {
  return (forest as WithEstimators).estimators_.map((e) => e.tree_);
}

/** A forest whose estimator is to be fitted. */
type FittingForest = ForestMethods & GrowingForest;

/**
 * Grows a forest of what its estimator has prepared.
 *
 * @returns what was grown, and the out-of-bag predictions where they are asked for
 */
export async function growAndJudge(
  forest: FittingForest,
  { job, samples }: PreparedForest,
): Promise<{ grown: GrownForest; oob: Float64Array | undefined }> {
  const grown = await growForest(forest, job);
  const oob = forest.oobScore === false ? undefined : outOfBag(forest.constructor.name, job, samples, grown);
  return { grown, oob };
}

/**
 * Takes over what was grown.
 *
 * @param Member the estimator of a single tree
 * @param splitter how its nodes choose thresholds
 * @returns the trees as estimators of their own
 */
export function keepForest<M extends TreeMethods>(
  forest: FittingForest,
  X: MatrixLike,
  { job }: PreparedForest,
  grown: GrownForest,
  Member: new (options: SingleTreeOptions) => M,
  splitter: "best" | "random",
): M[] {
  const { problem, settings } = job;
  resetFitted(forest);
  rememberFeatures(forest, X, problem.nFeatures);
  forest.nDrawn_ = job.nDrawn;
  forest.drawWeight_ = job.weight;
  forest.nSamples_ = job.nSamples;
  forest.nOutputs_ = problem.nOutputs;
  const names = ["criterion", ...Object.keys(treeDefaults)] as (keyof FittingForest)[];
  const shared = Object.fromEntries(names.map((name) => [name, forest[name]]));
  return grown.trees.map((tree, t) => {
    const member = new Member({ ...shared, splitter, randomState: grown.seeds[t] });
    member.tree_ = tree;
    member.nFeaturesIn_ = problem.nFeatures;
    member.nOutputs_ = problem.nOutputs;
    member.maxFeatures_ = settings.maxFeatures;
    return member;
  });
}

// deno-lint-ignore explicit-function-return-type -- the class is what it returns
function ForestMixin<B extends Constructor>(Base: B) {
  abstract class WithForest extends Base {
    declare nFeaturesIn_: number;
    declare nDrawn_: number | null;
    declare drawWeight_: Float64Array | null;
    declare nSamples_: number;

    // deno-lint-ignore require-await -- errors come as rejections
    async apply(X: MatrixLike): Promise<NDArray<Int32Array>> {
      const samples = samplesFor(this, X, "apply");
      const trees = treesOf(this);
      const n = samples.length / this.nFeaturesIn_;
      const out = new Int32Array(n * trees.length);
      trees.forEach((tree, t) => tree.apply(samples).forEach((leaf, i) => out[i * trees.length + t] = leaf));
      return new NDArray(out, [n, trees.length]);
    }
    // deno-lint-ignore require-await -- errors come as rejections
    async decisionPath(X: MatrixLike): Promise<{ indicator: NodeIndicator; nNodesPtr: Int32Array }> {
      const samples = samplesFor(this, X, "decisionPath");
      const trees = treesOf(this);
      const nNodesPtr = new Int32Array(trees.length + 1);
      trees.forEach((tree, t) => nNodesPtr[t + 1] = nNodesPtr[t] + tree.nodeCount);
      const paths = trees.map((tree) => tree.paths(samples));
      const n = samples.length / this.nFeaturesIn_;
      const indptr = new Int32Array(n + 1);
      const indices = new Int32Array(paths.reduce((t, p) => t + p.indices.length, 0));
      let at = 0;
      for (let i = 0; i < n; i++) {
        paths.forEach((p, t) => {
          for (let k = p.indptr[i]; k < p.indptr[i + 1]; k++) indices[at++] = p.indices[k] + nNodesPtr[t];
        });
        indptr[i + 1] = at;
      }
      return { indicator: { indptr, indices, shape: [n, nNodesPtr[trees.length]] }, nNodesPtr };
    }
    get featureImportances_(): NDArray<Float64Array> {
      checkIsFitted(this, "featureImportances_");
      return new NDArray(meanImportances(treesOf(this), this.nFeaturesIn_));
    }
    get estimatorsSamples_(): NDArray<Int32Array>[] {
      checkIsFitted(this, "estimatorsSamples_");
      return (this as unknown as WithEstimators).estimators_.map((e) => {
        if (this.nDrawn_ === null) return new NDArray(Int32Array.from({ length: this.nSamples_ }, (_, i) => i));
        const drawn = drawnSamples(e.randomState as number, this.nSamples_, this.nDrawn_, this.drawWeight_);
        return new NDArray(Int32Array.from(drawn));
      });
    }
  }
  return WithForest;
}

/** A classifier that is a forest. */
export const ForestClassifierBase: typeof BaseClassifier & Constructor<ForestMethods> = ForestMixin(
  BaseClassifier,
) as unknown as typeof BaseClassifier & Constructor<ForestMethods>;

/** A regressor that is a forest. */
export const ForestRegressorBase: typeof BaseRegressor & Constructor<ForestMethods> = ForestMixin(
  BaseRegressor,
) as unknown as typeof BaseRegressor & Constructor<ForestMethods>;
