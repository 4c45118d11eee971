import { type Labels, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { clone, type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  checkParameters,
  decodeLabels,
  either,
  InvalidInputError,
  InvalidParameterError,
  mapping,
  oneOf,
  type ParameterRule,
} from "../utils/mod.ts";
import type { ClassCriterionName, TreeProblem } from "./grow.ts";
import {
  classCriteria,
  type MaxFeatures,
  resolveSettings,
  singleTable,
  timesWeights,
  treeDefaults,
  type TreeOptions,
  treeRules,
  weightsOrNull,
} from "./parameters.ts";
import { prunedTree, type PruningPath, pruningPath } from "./pruning.ts";
import { growOneTree } from "./rank_grower.ts";
import { classesOf, classTargets, type ClassWeights, classWeights, largest, sharesOf } from "./targets.ts";
import { samplesFor, TreeClassifierBase } from "./tree_methods.ts";

/** Largest seed that a tree's own generator is given. */
const MOST_SEED = 2147483647;

/** Hyperparameters of {@linkcode DecisionTreeClassifier}. */
export interface DecisionTreeClassifierOptions extends TreeOptions {
  /** What judges splits: "gini", or "entropy", which "log_loss" is another name for. "gini" if left out. */
  criterion?: ClassCriterionName;
  /** Whether a node tries all thresholds of a feature, or one that is drawn. "best" if left out. */
  splitter?: "best" | "random";
  /** Weight of each class: "balanced", a number for each label, or null; for several targets a list. */
  classWeight?: ClassWeights;
  /** Seed of the order in which features are looked at, and of thresholds that are drawn. */
  randomState?: RandomStateLike;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  ...treeRules,
  criterion: classCriteria,
  splitter: oneOf("best", "random"),
  classWeight: either(oneOf("balanced", null), mapping, { expected: "a list of such", test: Array.isArray }),
};

/**
 * A decision tree that predicts classes. It grows as scikit-learn's does, feature by feature in the same order, so that
 * the same seed gives the same tree. Missing values (NaN) go to whichever side is better in training.
 *
 * Source: L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and Regression Trees", 1984.
 *
 * @example
 * ```ts
 * import { DecisionTreeClassifier, exportText, loadIris } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const tree = await new DecisionTreeClassifier({ maxDepth: 2, randomState: 0 }).fit(X, y);
 * await tree.score(X, y); // 0.96
 * exportText(tree); // |--- feature_3 <= 0.80 …
 * ```
 */
export class DecisionTreeClassifier extends TreeClassifierBase {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    criterion: "gini",
    splitter: "best",
    ...treeDefaults,
    classWeight: null,
  };

  /** What judges splits. */
  declare criterion: ClassCriterionName;
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
  /** Weights of the classes. */
  declare classWeight: ClassWeights;
  /** What a leaf must gain in pruning. */
  declare ccpAlpha: number;
  /** Directions that predictions must keep. */
  declare monotonicCst: ArrayLike<number> | null;

  /** The classes, in order, shape [nClasses]; for several targets a list of such. */
  declare classes_: Labels;
  /** Number of classes; for several targets a list. */
  declare nClasses_: number;
  /** Number of targets. */
  declare nOutputs_: number;
  /** The number that `maxFeatures` came to. */
  declare maxFeatures_: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: DecisionTreeClassifierOptions = {}) {
    super(options);
  }

  /**
   * Grows the tree.
   *
   * @param X samples, shape [nSamples, nFeatures]; NaN stands for a missing value
   * @param y class of each sample, shape [nSamples], or of each target, shape [nSamples, nOutputs]
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when X holds infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  // deno-lint-ignore require-await -- errors come as rejections
  async fit(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<this> {
    const caller = "DecisionTreeClassifier.fit";
    checkParameters("DecisionTreeClassifier", this.getParams(false), rules);
    const table = singleTable(X, caller);
    const targets = classTargets(y, table.nSamples, caller);
    const nClasses = targets.encoded.map((e) => e.classes.size);
    const problem: TreeProblem = { ...table, y: targets.y, nOutputs: nClasses.length, nClasses };
    const weight = timesWeights(
      weightsOrNull(sampleWeight, table.nSamples),
      classWeights(this.classWeight, targets.encoded, caller),
    );
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
    const classes = targets.encoded.map((e) => e.classes);
    this.classes_ = targets.single ? classes[0] : classes as unknown as Labels;
    this.nClasses_ = targets.single ? nClasses[0] : nClasses as unknown as number;
    this.nOutputs_ = nClasses.length;
    this.maxFeatures_ = settings.maxFeatures;
    this.tree_ = this.ccpAlpha === 0 ? tree : prunedTree(tree, this.ccpAlpha);
    return this;
  }

  /**
   * The class of each sample, shape [nSamples]; for several targets shape [nSamples, nOutputs].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- errors come as rejections
  async predict(X: MatrixLike): Promise<Labels> {
    const samples = samplesFor(this, X, "predict");
    return labelsFrom(this, this.tree_.predict(samples), this.tree_.maxNClasses);
  }

  /**
   * Share of each class among the training samples of the leaf that a sample comes to, shape [nSamples, nClasses].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param output which target; needed where there are several
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- errors come as rejections
  async predictProba(X: MatrixLike, output?: number): Promise<NDArray<Float64Array>> {
    const samples = samplesFor(this, X, "predictProba");
    return sharesFrom(this, this.tree_.predict(samples), this.tree_.maxNClasses, output);
  }

  /** Logarithms of the shares. */
  async predictLogProba(X: MatrixLike, output?: number): Promise<NDArray<Float64Array>> {
    return (await this.predictProba(X, output)).map(Math.log);
  }

  /**
   * The steps in which a tree for these samples would be pruned: values for `ccpAlpha`, and what each makes of the
   * impurity of the leaves.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y their classes
   * @param sampleWeight their weights
   */
  async costComplexityPruningPath(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<PruningPath> {
    const whole = clone(this);
    whole.ccpAlpha = 0;
    return pruningPath((await whole.fit(X, y, sampleWeight)).tree_);
  }
}

interface FittedClasses {
  classes_: Labels;
  nOutputs_: number;
}

/** The labels that shares of classes are largest for. */
export function labelsFrom(fitted: FittedClasses, values: Float64Array, maxNClasses: number): Labels {
  const classes = classesOf(fitted.classes_);
  const k = classes.length;
  const stride = k * maxNClasses;
  const columns = classes.map((c, j) => decodeLabels(c, largest(values, stride, j * maxNClasses, c.size)));
  if (k === 1) return columns[0];
  const n = columns[0].length;
  const out = classes[0].take(new Int32Array(n * k)) as Labels;
  columns.forEach((column, j) => {
    for (let i = 0; i < n; i++) (out.data as unknown[])[i * k + j] = column.data[i];
  });
  return out.reshape(n, k) as Labels;
}

/** The shares of one target's classes. */
export function sharesFrom(
  fitted: FittedClasses,
  values: Float64Array,
  maxNClasses: number,
  output: number | undefined,
): NDArray<Float64Array> {
  const classes = classesOf(fitted.classes_);
  if (output === undefined && classes.length > 1) {
    throw new InvalidParameterError(
      `${fitted.constructor.name}.predictProba: fitted for ${classes.length} targets; say which: predictProba(X, 0)`,
    );
  }
  const k = output ?? 0;
  if (!(Number.isInteger(k) && k >= 0 && k < classes.length)) {
    throw new InvalidParameterError(
      `${fitted.constructor.name}.predictProba: output must be 0 to ${classes.length - 1}, got ${output}`,
    );
  }
  const count = classes[k].size;
  const stride = classes.length * maxNClasses;
  const shares = stride === count ? values : sharesOf(values, stride, k * maxNClasses, count);
  return new NDArray(shares, [shares.length / count, count]);
}
