import { type Labels, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { clone, type Params } from "../base/mod.ts";
import {
  checkParameters,
  decodeLabels,
  either,
  InvalidParameterError,
  mapping,
  oneOf,
  type ParameterRule,
} from "../utils/mod.ts";
import type { ClassCriterionName, TreeProblem } from "./grow.ts";
import {
  classCriteria,
  singleTable,
  type SingleTreeOptions,
  timesWeights,
  treeDefaults,
  treeRules,
  weightsOrNull,
} from "./parameters.ts";
import { type PruningPath, pruningPath } from "./pruning.ts";
import {
  classesOf,
  classTargets,
  type ClassWeights,
  classWeights,
  largest,
  learnedClasses,
  sharesOf,
} from "./targets.ts";
import { fitTree, samplesFor, TreeClassifierBase } from "./tree_methods.ts";

/** Hyperparameters of {@linkcode DecisionTreeClassifier}. */
export interface DecisionTreeClassifierOptions extends SingleTreeOptions {
  /** What judges splits: "gini", or "entropy", which "log_loss" is another name for. "gini" if left out. */
  criterion?: ClassCriterionName;
  /** Weight of each class: "balanced", a number for each label, or null; for several targets a list. */
  classWeight?: ClassWeights;
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
  /** Weights of the classes. */
  declare classWeight: ClassWeights;

  /** The classes, in order, shape [nClasses]; for several targets a list of such. */
  declare classes_: Labels;
  /** Number of classes; for several targets a list. */
  declare nClasses_: number;

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
    fitTree(this, X, problem, weight, caller);
    Object.assign(this, learnedClasses(targets));
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

  /**
   * Logarithms of the shares.
   *
   * @throws as {@linkcode DecisionTreeClassifier.predictProba}
   */
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
   * @throws as {@linkcode DecisionTreeClassifier.fit}
   *
   * @example
   * ```ts
   * import { DecisionTreeClassifier, loadIris } from "@troupe/troupe";
   * const { X, y } = loadIris();
   * const { ccpAlphas } = await new DecisionTreeClassifier({ randomState: 0 }).costComplexityPruningPath(X, y);
   * for (const ccpAlpha of ccpAlphas) {
   *   const tree = await new DecisionTreeClassifier({ ccpAlpha, randomState: 0 }).fit(X, y);
   *   console.log(tree.tree_.nodeCount); // 17, then fewer, at last 1
   * }
   * ```
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
