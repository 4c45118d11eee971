import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { type KnownOutputs, rememberFeatures, resetFitted } from "../base/mod.ts";
import { r2Score } from "../metrics/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
import { checkParameters, type ParameterRule } from "../utils/mod.ts";
import { DecisionTreeRegressor, warnOfFriedman } from "../tree/decision_tree_regressor.ts";
import type { NumberCriterionName, TreeProblem } from "../tree/grow.ts";
import { type MaxFeatures, numberCriteria, resolveSettings, singleTable, weightsOrNull } from "../tree/parameters.ts";
import { numberTargets } from "../tree/targets.ts";
import { samplesFor } from "../tree/tree_methods.ts";
import {
  checkMass,
  forestJob,
  type ForestOptions,
  type ForestParams,
  forestRules,
  growForest,
  type GrownForest,
  meanPrediction,
  type OobScore,
  outOfBag,
} from "./forest.ts";
import { ForestRegressorBase, treesOf } from "./forest_methods.ts";
import type { PreparedForest } from "./plan_forests.ts";

/** Hyperparameters of forests of regression trees. */
export interface ForestRegressorOptions extends ForestOptions {
  /**
   * What judges splits: "squared_error" (the default; "friedman_mse" is an old name of it), "absolute_error", "poisson".
   */
  criterion?: NumberCriterionName;
}

const rules: Readonly<Record<string, ParameterRule>> = { ...forestRules, criterion: numberCriteria };

/** What forests of regression trees share. */
export abstract class ForestRegressor extends ForestRegressorBase {
  /** Whether trees draw their thresholds. */
  protected abstract readonly isRandom: boolean;

  /** Number of trees. */
  declare nEstimators: number;
  /** What judges splits. */
  declare criterion: NumberCriterionName;
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
  /** Most leaves of a tree. */
  declare maxLeafNodes: number | null;
  /** Least improvement of a split. */
  declare minImpurityDecrease: number;
  /** Whether trees draw their samples. */
  declare bootstrap: boolean;
  /** Whether to score by the trees that did not draw a sample. */
  declare oobScore: OobScore;
  /** How many trees grow at a time. */
  declare nJobs: number | null;
  /** Seed. */
  declare randomState: RandomStateLike;
  /** How much is told. */
  declare verbose: number;
  /** Whether `fit` keeps the trees it has. */
  declare warmStart: boolean;
  /** What a leaf must gain in pruning. */
  declare ccpAlpha: number;
  /** Samples that a tree draws. */
  declare maxSamples: number | null;
  /** Directions that predictions must keep. */
  declare monotonicCst: ArrayLike<number> | null;

  /** The trees. */
  declare estimators_: DecisionTreeRegressor[];
  /** Number of targets. */
  declare nOutputs_: number;
  /** Score of the out-of-bag predictions, with `oobScore`. */
  declare oobScore_: number;
  /** Predictions by the trees that did not draw a sample, with `oobScore`. */
  declare oobPrediction_: NDArray<Float64Array>;

  /**
   * Grows the forest.
   *
   * @param X samples, shape [nSamples, nFeatures]; NaN stands for a missing value
   * @param y number of each sample, shape [nSamples], or of each target, shape [nSamples, nOutputs]
   * @param sampleWeight weight of each sample: with `bootstrap` how often it is drawn
   * @throws {InvalidInputError} when X holds infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  async fit(X: MatrixLike, y: VectorLike | MatrixLike, sampleWeight?: VectorLike): Promise<this> {
    const prepared = this.prepare(X, y, sampleWeight);
    const { job, samples } = prepared;
    const grown = await growForest(this as unknown as ForestParams, job);
    const oob = this.oobScore === false ? undefined : outOfBag(this.constructor.name, job, samples, grown);
    this.keep(X, prepared, grown);
    if (oob !== undefined) {
      this.oobPrediction_ = this.shaped(oob);
      const score = typeof this.oobScore === "function" ? this.oobScore : r2Score;
      this.oobScore_ = score(new NDArray(job.problem.y, this.oobPrediction_.shape), this.oobPrediction_);
    }
    return this;
  }

  /** Takes over what was grown. */
  private keep(X: MatrixLike, { job }: PreparedForest, grown: GrownForest): void {
    resetFitted(this);
    const { problem } = job;
    rememberFeatures(this, X, problem.nFeatures);
    this.nDrawn_ = job.nDrawn;
    this.drawWeight_ = job.weight;
    this.nSamples_ = job.nSamples;
    this.nOutputs_ = problem.nOutputs;
    this.estimators_ = grown.trees.map((tree, t) => this.member(tree, grown.seeds[t], job.settings.maxFeatures));
  }

  /** What the methods would return, of the means that trees predict. */
  private outputsOf(means: Float64Array): KnownOutputs {
    return { predict: this.shaped(means) };
  }

  /** Learned attributes that scorers may ask for. */
  private knownAttributes(): Record<string, unknown> {
    return {};
  }

  /** Checks what it is given, and makes of it what the trees need. */
  private prepare(
    X: MatrixLike,
    y: VectorLike | MatrixLike,
    sampleWeight?: VectorLike | null,
  ): PreparedForest {
    const { name } = this.constructor;
    const caller = `${name}.fit`;
    checkParameters(name, this.getParams(false), rules);
    warnOfFriedman(name, this.criterion);
    const table = singleTable(X, caller);
    const targets = numberTargets(y as VectorLike, table.nSamples, this.criterion, caller);
    const problem: TreeProblem = { ...table, ...targets, nClasses: null };
    const weight = weightsOrNull(sampleWeight, table.nSamples);
    const totalWeight = checkMass(weight, caller) ?? table.nSamples;
    const settings = resolveSettings(this, problem, {
      criterion: this.criterion,
      random: this.isRandom,
      totalWeight: this.bootstrap ? table.nSamples : totalWeight,
      caller,
    });
    const job = forestJob(this as unknown as ForestParams, problem, settings, weight, false);
    return { job, samples: table.X, single: problem.nOutputs === 1 };
  }

  /** A tree as an estimator of its own. */
  private member(tree: DecisionTreeRegressor["tree_"], seed: number, maxFeatures: number): DecisionTreeRegressor {
    const {
      criterion,
      maxDepth,
      minSamplesSplit,
      minSamplesLeaf,
      minWeightFractionLeaf,
      maxFeatures: given,
      maxLeafNodes,
      minImpurityDecrease,
      ccpAlpha,
      monotonicCst,
    } = this;
    const member = new DecisionTreeRegressor({
      criterion,
      splitter: this.isRandom ? "random" : "best",
      maxDepth,
      minSamplesSplit,
      minSamplesLeaf,
      minWeightFractionLeaf,
      maxFeatures: given,
      maxLeafNodes,
      minImpurityDecrease,
      ccpAlpha,
      monotonicCst,
      randomState: seed,
    });
    member.tree_ = tree;
    member.nFeaturesIn_ = this.nFeaturesIn_;
    member.nOutputs_ = this.nOutputs_;
    member.maxFeatures_ = maxFeatures;
    return member;
  }

  /** Predictions in the shape of y. */
  private shaped(values: Float64Array): NDArray<Float64Array> {
    const k = this.nOutputs_;
    return new NDArray(values, k === 1 ? [values.length] : [values.length / k, k]);
  }

  /**
   * The mean of the trees' numbers for each sample, shape [nSamples]; for several targets shape [nSamples, nOutputs].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- errors come as rejections
  async predict(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const samples = samplesFor(this, X, "predict");
    return this.shaped(meanPrediction(treesOf(this), samples));
  }
}
