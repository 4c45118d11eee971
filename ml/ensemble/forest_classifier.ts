import type { Labels, LabelsLike, MatrixLike, NDArray, VectorLike } from "../array/mod.ts";
import { type KnownOutputs, rememberFeatures, resetFitted } from "../base/mod.ts";
import { accuracyScore } from "../metrics/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
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
import {
  classCriteria,
  type MaxFeatures,
  resolveSettings,
  singleTable,
  timesWeights,
  weightsOrNull,
} from "../tree/parameters.ts";
import { type ClassTargets, classTargets, type ClassWeights, classWeights } from "../tree/targets.ts";
import { samplesFor } from "../tree/tree_methods.ts";
import { checkMass, forestJob, type ForestOptions, type ForestParams, forestRules, growForest } from "./forest.ts";
import { type GrownForest, meanPrediction, type OobScore, outOfBag } from "./forest.ts";
import { ForestClassifierBase, treesOf } from "./forest_methods.ts";
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

/** What forests of classification trees share. */
export abstract class ForestClassifier extends ForestClassifierBase {
  /** Whether trees draw their thresholds. */
  protected abstract readonly isRandom: boolean;

  /** Number of trees. */
  declare nEstimators: number;
  /** What judges splits. */
  declare criterion: ClassCriterionName;
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
  /** Weights of the classes. */
  declare classWeight: ForestClassWeight;
  /** What a leaf must gain in pruning. */
  declare ccpAlpha: number;
  /** Samples that a tree draws. */
  declare maxSamples: number | null;
  /** Directions that predictions must keep. */
  declare monotonicCst: ArrayLike<number> | null;

  /** The trees. */
  declare estimators_: DecisionTreeClassifier[];
  /** The classes, in order, shape [nClasses]; for several targets a list of such. */
  declare classes_: Labels;
  /** Number of classes; for several targets a list. */
  declare nClasses_: number;
  /** Number of targets. */
  declare nOutputs_: number;
  /** Score of the out-of-bag predictions, with `oobScore`. */
  declare oobScore_: number;
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
    const { job, samples, single } = prepared;
    const grown = await growForest(this as unknown as ForestParams, job);
    const oob = this.oobScore === false ? undefined : outOfBag(this.constructor.name, job, samples, grown);
    this.keep(X, prepared, grown);
    if (oob !== undefined) {
      this.oobDecisionFunction_ = sharesFrom(this, oob, grown.trees[0].maxNClasses, single ? undefined : 0);
      const score = typeof this.oobScore === "function" ? this.oobScore : accuracyScore;
      this.oobScore_ = score(y, labelsFrom(this, oob, grown.trees[0].maxNClasses));
    }
    return this;
  }

  /** Takes over what was grown. */
  private keep(X: MatrixLike, { job, targets, single }: PreparedClasses, grown: GrownForest): void {
    resetFitted(this);
    const { problem } = job;
    rememberFeatures(this, X, problem.nFeatures);
    this.nDrawn_ = job.nDrawn;
    this.drawWeight_ = job.weight;
    this.nSamples_ = job.nSamples;
    const classes = targets.encoded.map((e) => e.classes);
    const nClasses = problem.nClasses as number[];
    this.classes_ = single ? classes[0] : classes as unknown as Labels;
    this.nClasses_ = single ? nClasses[0] : nClasses as unknown as number;
    this.nOutputs_ = nClasses.length;
    this.estimators_ = grown.trees.map((tree, t) => this.member(tree, grown.seeds[t], job.settings.maxFeatures));
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
    const totalWeight = checkMass(weight, caller) ?? table.nSamples;
    const settings = resolveSettings(this, problem, {
      criterion: this.criterion,
      random: this.isRandom,
      // Trees of drawn samples count draws.
      totalWeight: this.bootstrap ? table.nSamples : totalWeight,
      caller,
    });
    const job = forestJob(this as unknown as ForestParams, problem, settings, weight, balancedSubsample);
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

  /** A tree as an estimator of its own, that predicts the forest's classes. */
  private member(tree: DecisionTreeClassifier["tree_"], seed: number, maxFeatures: number): DecisionTreeClassifier {
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
    const member = new DecisionTreeClassifier({
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
    member.classes_ = this.classes_;
    member.nClasses_ = this.nClasses_;
    member.nOutputs_ = this.nOutputs_;
    member.maxFeatures_ = maxFeatures;
    return member;
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

  /** Logarithms of the shares. */
  async predictLogProba(X: MatrixLike, output?: number): Promise<NDArray<Float64Array>> {
    return (await this.predictProba(X, output)).map(Math.log);
  }
}
