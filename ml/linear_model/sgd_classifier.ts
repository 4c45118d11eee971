import type { Labels, LabelsLike, MatrixLike, NDArray, VectorLike } from "../array/mod.ts";
import { checkFeatures, type Params } from "../base/mod.ts";
import { StratifiedShuffleSplit } from "../model_selection/mod.ts";
import { checkRandomState } from "../random/mod.ts";
import {
  checkArray,
  checkClassificationTargets,
  checkConsistentLength,
  checkLabels,
  checkParameters,
  checkSampleWeight,
  type ClassWeight,
  computeClassWeight,
  either,
  encodeLabels,
  InvalidInputError,
  InvalidParameterError,
  mapping,
  oneOf,
  type ParameterRule,
} from "../utils/mod.ts";
import { LinearModelError } from "./errors.ts";
import { codesOf, sameLabels } from "./known_classes.ts";
import { linearScores } from "./scores.ts";
import { descendStochastically, type DescentState } from "./sgd_descent.ts";
import { type HeldOut, heldOutMask } from "./sgd_held_out.ts";
import type { SGDClassificationLoss } from "./sgd_loss.ts";
import { descendOne, keepWeights, SGDClassifierBase, startWeights, warmedStart } from "./sgd_methods.ts";
import {
  checkSGD,
  drawSeed,
  settingsOf,
  sgdDefaults,
  type SGDOptions,
  sgdRules,
  type SGDStart,
  warnOfEpochs,
} from "./sgd_options.ts";
import { oneVersusRest } from "./sgd_probability.ts";

/** Hyperparameters of {@linkcode SGDClassifier}. */
export interface SGDClassifierOptions extends SGDOptions {
  /** "hinge", a linear support vector machine, if left out; "log_loss" is logistic regression. */
  loss?: SGDClassificationLoss;
  /** Weight of each class: "balanced", a number for each label, or null. */
  classWeight?: ClassWeight;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  loss: oneOf(
    ...["hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron"],
    ...["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"],
  ),
  ...sgdRules,
  classWeight: either(oneOf("balanced", null), mapping),
};

/** What one call learns from. */
interface Lesson {
  readonly table: NDArray<Float64Array>;
  readonly codes: Int32Array;
  readonly weight: Float64Array;
  readonly classWeight: Float64Array;
}

/**
 * Linear classifiers by stochastic gradient descent: a step for each sample, one function against all others for each
 * class where there are more than two. Features should have about the same scale. The same seed gives scikit-learn's
 * steps.
 *
 * Source: L. Bottou, "Stochastic gradient descent tricks", Neural Networks: Tricks of the Trade (2012).
 *
 * @example
 * ```ts
 * import { SGDClassifier } from "@troupe/troupe";
 * const model = await new SGDClassifier({ randomState: 0 }).fit([[-1, -1], [-2, -1], [1, 1], [2, 1]], [1, 1, 2, 2]);
 * (await model.predict([[-0.8, -1]])).toArray(); // [1]
 * ```
 */
export class SGDClassifier extends SGDClassifierBase {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    loss: "hinge",
    ...sgdDefaults,
    learningRate: "optimal",
    powerT: 0.5,
    classWeight: null,
  };

  /** What scikit-learn has and this has not. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    verbose: "there is nothing it would print",
    nJobs: "classes are learned one after the other",
  };

  /** What is minimised. */
  declare loss: SGDClassificationLoss;
  /** Weight of each class. */
  declare classWeight: ClassWeight;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: SGDClassifierOptions = {}) {
    super(options);
  }

  /**
   * Learns from samples and their classes.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y class of each sample, shape [nSamples]
   * @param sampleWeight weight of each sample
   * @param start weights and constants to start from
   * @throws {InvalidInputError} when X holds NaN or infinities, y does not fit X, or there is one class only
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   * @throws {LinearModelError} when numbers overflow
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike | null, start: SGDStart = {}): Promise<this> {
    this.checkOptions(false);
    const { table, labels } = this.samples(X, y, "fit");
    const { classes, codes, counts } = encodeLabels(labels);
    if (classes.size < 2) {
      throw new InvalidInputError(
        `SGDClassifier.fit: y has ${classes.size} class (${classes.data[0]}); at least two are needed`,
      );
    }
    const classWeight = computeClassWeight(this.classWeight, { classes, codes, counts });
    const weight = checkSampleWeight(sampleWeight, table.length);
    this.learn(X, { table, codes, weight, classWeight }, classes, this.maxIter, warmedStart(this, start), true);
    if (this.tol !== null && this.nIter_ === this.maxIter) warnOfEpochs("SGDClassifier", this.maxIter);
    return this;
  }

  /**
   * One epoch more, from where it is.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y class of each sample, shape [nSamples]
   * @param classes all classes that will be seen; needed at the first call
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when X or y cannot be used, X has other features than before, or y other classes
   */
  // deno-lint-ignore require-await -- promises are the contract
  async partialFit(
    X: MatrixLike,
    y: LabelsLike,
    classes?: LabelsLike | null,
    sampleWeight?: VectorLike | null,
  ): Promise<this> {
    this.checkOptions(true);
    const { table, labels } = this.samples(X, y, "partialFit");
    const fresh = this.classes_ === undefined;
    const known = this.knownClasses(classes);
    const codes = codesOf(labels, known);
    const counts = new Int32Array(known.size);
    const classWeight = computeClassWeight(this.classWeight, { classes: known, codes, counts });
    const weight = checkSampleWeight(sampleWeight, table.length);
    this.learn(X, { table, codes, weight, classWeight }, known, 1, undefined, fresh);
    return this;
  }

  /** Checks hyperparameters, each and together. */
  private checkOptions(partial: boolean): void {
    checkParameters("SGDClassifier", this.getParams(false), rules);
    checkSGD("SGDClassifier", this, "hinge", partial);
    if (partial && this.classWeight === "balanced") {
      throw new InvalidParameterError(
        'SGDClassifier.partialFit: classWeight "balanced" needs all samples at once; give a weight for each label',
      );
    }
  }

  /** Samples and labels, checked. */
  private samples(X: MatrixLike, y: LabelsLike, method: string): { table: NDArray<Float64Array>; labels: Labels } {
    const table = checkArray(X, { caller: `SGDClassifier.${method}` });
    const labels = checkLabels(y, `SGDClassifier.${method}: y`);
    checkConsistentLength({ X: table, y: labels });
    checkClassificationTargets(labels, `SGDClassifier.${method}`);
    return { table, labels };
  }

  /** The classes of a partial fit: those of the first one. */
  private knownClasses(given: LabelsLike | null | undefined): Labels {
    if (given === undefined || given === null) {
      if (this.classes_ !== undefined) return this.classes_;
      throw new InvalidInputError("SGDClassifier.partialFit: classes must be given at the first call");
    }
    const { classes } = encodeLabels(checkLabels(given, "SGDClassifier.partialFit: classes"));
    if (this.classes_ !== undefined && !sameLabels(classes, this.classes_)) {
      throw new InvalidInputError(
        `SGDClassifier.partialFit: classes are [${[...classes.data].join(", ")}], but they were ` +
          `[${[...this.classes_.data].join(", ")}] at the first call`,
      );
    }
    if (classes.size < 2) throw new InvalidInputError("SGDClassifier.partialFit: at least two classes are needed");
    return classes;
  }

  /** Learns from where it is, or from the start, and stores what was learned. */
  private learn(
    X: MatrixLike,
    lesson: Lesson,
    classes: Labels,
    maxIter: number,
    start: SGDStart | undefined,
    fresh: boolean,
  ): void {
    const { table } = lesson;
    const [n, m] = table.shape;
    if (!fresh) checkFeatures(this, X, m, "partialFit");
    const k = classes.size === 2 ? 1 : classes.size;
    const weights = startWeights(this, k, m, start, fresh);
    const rng = checkRandomState(this.randomState);
    // The draws, and their order, are scikit-learn's: some are for things that it does and this does not.
    const seeds: number[] = [];
    let heldOut: HeldOut | undefined;
    if (k === 1) {
      rng.randint(1, 0x7fffffff);
      heldOut = this.holdOut(lesson);
      seeds.push(drawSeed(rng));
    } else {
      heldOut = this.holdOut(lesson);
      for (const seed of rng.randint(0, 0x7fffffff, k).data) {
        const own = checkRandomState(seed);
        own.randint(1, 0x7fffffff);
        seeds.push(drawSeed(own));
      }
    }
    let epochs = 0;
    for (let c = 0; c < k; c++) {
      const settings = { maxIter, seed: seeds[c], firstStep: weights.firstStep, heldOut };
      const learned = descendOne(
        weights,
        c,
        (state) => this.learnOne(lesson, k === 1 ? 1 : c, k === 1, state, settings),
      );
      epochs = Math.max(epochs, learned);
    }
    keepWeights(this, X, n, [k, m], weights, epochs);
    this.classes_ = classes;
  }

  /** Samples to stop by, the same for all classes. */
  private holdOut({ codes, weight }: Lesson): HeldOut | undefined {
    if (!this.earlyStopping) return undefined;
    const splitter = new StratifiedShuffleSplit({
      nSplits: 1,
      testSize: this.validationFraction,
      randomState: this.randomState,
    });
    return heldOutMask("SGDClassifier", splitter, codes, weight);
  }

  /** Learns one class against the others. */
  private learnOne(
    { table, codes, weight, classWeight }: Lesson,
    positive: number,
    two: boolean,
    state: DescentState,
    { maxIter, seed, firstStep, heldOut }: { maxIter: number; seed: number; firstStep: number; heldOut?: HeldOut },
  ): number {
    const negative = this.loss === "log_loss" ? 0 : -1;
    const y = Float64Array.from(codes, (c) => c === positive ? 1 : negative);
    const part = heldOut === undefined ? undefined : table.take(heldOut.rows);
    return descendStochastically(table, y, weight, state, {
      ...settingsOf(this),
      maxIter,
      seed,
      firstStep,
      positiveWeight: classWeight[positive],
      negativeWeight: two ? classWeight[1 - positive] : 1,
      heldOut: heldOut?.mask,
      scoreHeldOut: heldOut === undefined ? undefined : (coef, b) => {
        const { data } = linearScores(part as NDArray<Float64Array>, { coef, intercept: Float64Array.of(b) });
        let right = 0, all = 0;
        for (const [k, i] of heldOut.rows.entries()) {
          all += weight[i];
          if (data[k] > 0 === y[i] > 0) right += weight[i];
        }
        return right / all;
      },
    });
  }

  /**
   * Probability of each class for each sample, shape [nSamples, nClasses].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {LinearModelError} when the loss is neither "log_loss" nor "modified_huber"
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async predictProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    if (this.loss !== "log_loss" && this.loss !== "modified_huber") {
      throw new LinearModelError(
        `SGDClassifier.predictProba: loss ${JSON.stringify(this.loss)} gives no probabilities; ` +
          'use "log_loss" or "modified_huber"',
      );
    }
    return oneVersusRest(this.decisions(X, "predictProba"), this.loss);
  }

  /**
   * Logarithms of the probabilities.
   *
   * @throws as {@linkcode SGDClassifier.predictProba}
   */
  async predictLogProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return (await this.predictProba(X)).map(Math.log);
  }
}
