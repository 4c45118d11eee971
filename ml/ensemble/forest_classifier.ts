import type { Labels, LabelsLike, MatrixLike, NDArray, VectorLike } from "../array/mod.ts";
import type { KnownOutputs } from "../base/mod.ts";
import { accuracyScore } from "../metrics/mod.ts";
import {
  checkParameters,
  computeClassWeight,
  either,
  InvalidParameterError,
  mapping,
  oneOf,
  type ParameterRule,
} from "../utils/mod.ts";
import { DecisionTreeClassifier, labelsFrom, sharesFrom } from "../tree/decision_tree_classifier.ts";
import type { ClassCriterionName, TreeProblem } from "../tree/grow.ts";
import { classCriteria, singleTable, timesWeights, weightsOrNull } from "../tree/parameters.ts";
import { type ClassTargets, classTargets, type ClassWeights, classWeights, learnedClasses } from "../tree/targets.ts";
import { samplesFor } from "../tree/tree_methods.ts";
import { forestJob, type ForestOptions, forestRules, type GrownForest, meanPrediction } from "./forest.ts";
import { ForestClassifierBase, growAndJudge, keepForest, treesOf } from "./forest_methods.ts";
import type { PreparedForest } from "./plan_forests.ts";

/** Weights of classes, as forests take them: "balanced_subsample" weighs by what each tree drew. */
export type ForestClassWeight = ClassWeights | "balanced_subsample";

/** Hyperparameters of forests of classification trees. */
export interface ForestClassifierOptions extends ForestOptions {
  /** What judges splits: "gini", or "entropy", which "log_loss" is another name for. "gini" if left out. */
  criterion?: ClassCriterionName;
  /** Weight of each class: "balanced", "balanced_subsample", a number for each label, or null. */
  classWeight?: ForestClassWeight;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  ...forestRules,
  criterion: classCriteria,
  classWeight: either(oneOf("balanced", "balanced_subsample", null), mapping, {
    expected: "a list of such",
    test: Array.isArray,
  }),
};

/** What `fit` makes of its input. */
interface PreparedClasses extends PreparedForest {
  /** The classes. */
  readonly targets: ClassTargets;
}

/**
 * What forests of classification trees share.
 *
 * @example
 * ```ts
 * import { ExtraTreesClassifier, ForestClassifier, loadIris, RandomForestClassifier } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * for (const Forest of [RandomForestClassifier, ExtraTreesClassifier]) {
 *   const forest: ForestClassifier = await new Forest({ nEstimators: 10, randomState: 0 }).fit(X, y);
 *   console.log((await forest.predictProba(X)).shape); // [150, 3]
 * }
 * ```
 */
export abstract class ForestClassifier extends ForestClassifierBase {
  /** Whether trees draw their thresholds. */
  protected abstract readonly isRandom: boolean;

  /** What judges splits. */
  declare criterion: ClassCriterionName;
  /** Weights of the classes. */
  declare classWeight: ForestClassWeight;

  /** The trees. */
  declare estimators_: DecisionTreeClassifier[];
  /** The classes, in order, shape [nClasses]; for several targets a list of such. */
  declare classes_: Labels;
  /** Number of classes; for several targets a list. */
  declare nClasses_: number;
  /** Shares of the classes by the trees that did not draw a sample, shape [nSamples, nClasses], with `oobScore`. */
  declare oobDecisionFunction_: NDArray<Float64Array>;

  /**
   * Grows the forest.
   *
   * @param X samples, shape [nSamples, nFeatures]; NaN stands for a missing value
   * @param y class of each sample, shape [nSamples], or of each target, shape [nSamples, nOutputs]
   * @param sampleWeight weight of each sample: with `bootstrap` how often it is drawn
   * @throws {InvalidInputError} when X holds infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  async fit(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<this> {
    const prepared = this.prepare(X, y, sampleWeight);
    const { grown, oob } = await growAndJudge(this, prepared);
    this.keep(X, prepared, grown);
    if (oob !== undefined) {
      this.oobDecisionFunction_ = sharesFrom(this, oob, grown.trees[0].maxNClasses, prepared.single ? undefined : 0);
      const score = typeof this.oobScore === "function" ? this.oobScore : accuracyScore;
      this.oobScore_ = score(y, labelsFrom(this, oob, grown.trees[0].maxNClasses));
    }
    return this;
  }

  /** Takes over what was grown. */
  private keep(X: MatrixLike, prepared: PreparedClasses, grown: GrownForest): void {
    const splitter = this.isRandom ? "random" : "best";
    const members = keepForest(this, X, prepared, grown, DecisionTreeClassifier, splitter);
    // They predict the forest's classes.
    const learned = learnedClasses(prepared.targets);
    for (const owner of [this, ...members]) Object.assign(owner, learned);
    this.estimators_ = members;
  }

  /** What the methods would return, of the means that trees predict. */
  private outputsOf(means: Float64Array): KnownOutputs {
    const predictProba = sharesFrom(this, means, this.nClasses_, undefined);
    return {
      predict: labelsFrom(this, means, this.nClasses_),
      predictProba,
      predictLogProba: predictProba.map(Math.log),
    };
  }

  /** Learned attributes that scorers may ask for. */
  private knownAttributes(): Record<string, unknown> {
    return { classes_: this.classes_, nClasses_: this.nClasses_ };
  }

  /** Checks what it is given, and makes of it what the trees need. */
  private prepare(
    X: MatrixLike,
    y: LabelsLike,
    sampleWeight?: VectorLike | null,
  ): PreparedClasses {
    const { name } = this.constructor;
    const caller = `${name}.fit`;
    checkParameters(name, this.getParams(false), rules);
    const table = singleTable(X, caller);
    const targets = classTargets(y, table.nSamples, caller);
    const nClasses = targets.encoded.map((e) => e.classes.size);
    const problem: TreeProblem = { ...table, y: targets.y, nOutputs: nClasses.length, nClasses };
    if (this.oobScore !== false && !targets.single) {
      throw new InvalidParameterError(`${name}: oobScore does not go with several targets`);
    }
    const given = weightsOrNull(sampleWeight, table.nSamples);
    const balancedSubsample = this.classWeight === "balanced_subsample" && this.bootstrap;
    const weight = timesWeights(given, balancedSubsample ? null : this.weighClasses(targets, given, caller));
    const job = forestJob(this, problem, weight, { random: this.isRandom, balancedSubsample, caller });
    return { job, targets, samples: table.X, single: targets.single };
  }

  /** The weight of each sample by its class. */
  private weighClasses(targets: ClassTargets, given: Float64Array | null, caller: string): Float64Array | null {
    const { classWeight } = this;
    if (classWeight === "balanced" || classWeight === "balanced_subsample") {
      const lists = targets.encoded.map((e) => computeClassWeight("balanced", e, given ?? undefined));
      const n = targets.encoded[0].codes.length;
      return Float64Array.from(
        { length: n },
        (_, i) => lists.reduce((w, l, k) => w * l[targets.encoded[k].codes[i]], 1),
      );
    }
    return classWeights(classWeight, targets.encoded, caller);
  }

  /**
   * The class of each sample: that of the largest mean share, shape [nSamples]; for several targets shape
   * [nSamples, nOutputs].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- errors come as rejections
  async predict(X: MatrixLike): Promise<Labels> {
    const samples = samplesFor(this, X, "predict");
    const trees = treesOf(this);
    return labelsFrom(this, meanPrediction(trees, samples), trees[0].maxNClasses);
  }

  /**
   * Mean share of each class in the leaves that a sample comes to, shape [nSamples, nClasses].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param output which target; needed where there are several
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- errors come as rejections
  async predictProba(X: MatrixLike, output?: number): Promise<NDArray<Float64Array>> {
    const samples = samplesFor(this, X, "predictProba");
    const trees = treesOf(this);
    return sharesFrom(this, meanPrediction(trees, samples), trees[0].maxNClasses, output);
  }

  /**
   * Logarithms of the shares.
   *
   * @throws as {@linkcode ForestClassifier.predictProba}
   */
  async predictLogProba(X: MatrixLike, output?: number): Promise<NDArray<Float64Array>> {
    return (await this.predictProba(X, output)).map(Math.log);
  }
}
