import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import type { KnownOutputs } from "../base/mod.ts";
import { r2Score } from "../metrics/mod.ts";
import { checkParameters, type ParameterRule } from "../utils/mod.ts";
import { DecisionTreeRegressor, outputsFrom, warnOfFriedman } from "../tree/decision_tree_regressor.ts";
import type { NumberCriterionName, TreeProblem } from "../tree/grow.ts";
import { numberCriteria, singleTable, weightsOrNull } from "../tree/parameters.ts";
import { numberTargets } from "../tree/targets.ts";
import { samplesFor } from "../tree/tree_methods.ts";
import { forestJob, type ForestOptions, forestRules, type GrownForest, meanPrediction } from "./forest.ts";
import { ForestRegressorBase, growAndJudge, keepForest, treesOf } from "./forest_methods.ts";
import type { PreparedForest } from "./plan_forests.ts";

/** Hyperparameters of forests of regression trees. */
export interface ForestRegressorOptions extends ForestOptions {
  /**
   * What judges splits: "squared_error" (the default; "friedman_mse" is an old name of it), "absolute_error", "poisson".
   */
  criterion?: NumberCriterionName;
}

const rules: Readonly<Record<string, ParameterRule>> = { ...forestRules, criterion: numberCriteria };

/**
 * What forests of regression trees share.
 *
 * @example
 * ```ts
 * import { ExtraTreesRegressor, ForestRegressor, loadDiabetes, RandomForestRegressor } from "@troupe/troupe";
 * const { X, y } = loadDiabetes();
 * for (const Forest of [RandomForestRegressor, ExtraTreesRegressor]) {
 *   const forest: ForestRegressor = await new Forest({ nEstimators: 10, randomState: 0 }).fit(X, y);
 *   console.log(forest.featureImportances_.argmax()); // 2: the body mass index
 * }
 * ```
 */
export abstract class ForestRegressor extends ForestRegressorBase {
  /** Whether trees draw their thresholds. */
  protected abstract readonly isRandom: boolean;

  /** What judges splits. */
  declare criterion: NumberCriterionName;

  /** The trees. */
  declare estimators_: DecisionTreeRegressor[];
  /** Predictions by the trees that did not draw a sample, shape [nSamples] or [nSamples, nTargets], with `oobScore`. */
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
    const { grown, oob } = await growAndJudge(this, prepared);
    this.keep(X, prepared, grown);
    if (oob !== undefined) {
      this.oobPrediction_ = outputsFrom(this.nOutputs_, oob);
      const score = typeof this.oobScore === "function" ? this.oobScore : r2Score;
      this.oobScore_ = score(new NDArray(prepared.job.problem.y, this.oobPrediction_.shape), this.oobPrediction_);
    }
    return this;
  }

  /** Takes over what was grown. */
  private keep(X: MatrixLike, prepared: PreparedForest, grown: GrownForest): void {
    const splitter = this.isRandom ? "random" : "best";
    this.estimators_ = keepForest(this, X, prepared, grown, DecisionTreeRegressor, splitter);
  }

  /** What the methods would return, of the means that trees predict. */
  private outputsOf(means: Float64Array): KnownOutputs {
    return { predict: outputsFrom(this.nOutputs_, means) };
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
    const job = forestJob(this, problem, weight, { random: this.isRandom, balancedSubsample: false, caller });
    return { job, samples: table.X, single: problem.nOutputs === 1 };
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
    return outputsFrom(this.nOutputs_, meanPrediction(treesOf(this), samples));
  }
}
