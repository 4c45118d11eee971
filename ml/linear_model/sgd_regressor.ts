import type { MatrixLike, NDArray, VectorLike } from "../array/mod.ts";
import { checkFeatures, type Params } from "../base/mod.ts";
import { r2Score } from "../metrics/mod.ts";
import { ShuffleSplit } from "../model_selection/mod.ts";
import { checkRandomState } from "../random/mod.ts";
import {
  checkArray,
  checkConsistentLength,
  checkParameters,
  checkSampleWeight,
  checkVector,
  oneOf,
  type ParameterRule,
} from "../utils/mod.ts";
import { linearScores } from "./scores.ts";
import { descendStochastically, type DescentSettings } from "./sgd_descent.ts";
import { heldOutMask } from "./sgd_held_out.ts";
import type { SGDRegressionLoss } from "./sgd_loss.ts";
import { descendOne, keepWeights, SGDRegressorBase, startWeights, warmedStart } from "./sgd_methods.ts";
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

/** Hyperparameters of {@linkcode SGDRegressor}. */
export interface SGDRegressorOptions extends SGDOptions {
  /** "squared_error" if left out. */
  loss?: SGDRegressionLoss;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  loss: oneOf("squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"),
  ...sgdRules,
};

/**
 * Linear regression by stochastic gradient descent: a step for each sample. Features should have about the same scale.
 * The same seed gives scikit-learn's steps.
 *
 * Source: L. Bottou, "Stochastic gradient descent tricks", Neural Networks: Tricks of the Trade (2012).
 *
 * @example
 * ```ts
 * import { makeRegression, SGDRegressor, StandardScaler } from "@troupe/troupe";
 * const { X, y } = makeRegression({ nSamples: 200, nFeatures: 5, randomState: 0 });
 * const model = await new SGDRegressor({ randomState: 0 }).fit(await new StandardScaler().fitTransform(X), y);
 * model.coef_.shape; // [5]
 * ```
 */
export class SGDRegressor extends SGDRegressorBase {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    loss: "squared_error",
    ...sgdDefaults,
    learningRate: "invscaling",
    powerT: 0.25,
  };

  /** What scikit-learn has and this has not. */
  static override readonly leftOut: Readonly<Record<string, string>> = { verbose: "there is nothing it would print" };

  /** What is minimised. */
  declare loss: SGDRegressionLoss;

  /** The constant, shape [1]. */
  declare intercept_: NDArray<Float64Array>;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: SGDRegressorOptions = {}) {
    super(options);
  }

  /**
   * Learns from samples and their targets.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y targets, shape [nSamples]
   * @param sampleWeight weight of each sample
   * @param start weights and constant to start from
   * @throws {InvalidInputError} when X or y holds NaN or infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   * @throws {LinearModelError} when numbers overflow
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, y: VectorLike, sampleWeight?: VectorLike | null, start: SGDStart = {}): Promise<this> {
    checkParameters("SGDRegressor", this.getParams(false), rules);
    checkSGD("SGDRegressor", this, "epsilon_insensitive", false);
    this.learn(X, y, sampleWeight, this.maxIter, warmedStart(this, start), true);
    if (this.tol !== null && this.nIter_ === this.maxIter) warnOfEpochs("SGDRegressor", this.maxIter);
    return this;
  }

  /**
   * One epoch more, from where it is.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y targets, shape [nSamples]
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when X or y cannot be used, or X has other features than before
   */
  // deno-lint-ignore require-await -- promises are the contract
  async partialFit(X: MatrixLike, y: VectorLike, sampleWeight?: VectorLike | null): Promise<this> {
    checkParameters("SGDRegressor", this.getParams(false), rules);
    checkSGD("SGDRegressor", this, "epsilon_insensitive", true);
    this.learn(X, y, sampleWeight, 1, undefined, this.coef_ === undefined);
    return this;
  }

  /** Learns from where it is, or from the start, and stores what was learned. */
  private learn(
    X: MatrixLike,
    y: VectorLike,
    sampleWeight: VectorLike | null | undefined,
    maxIter: number,
    start: SGDStart | undefined,
    fresh: boolean,
  ): void {
    const table = checkArray(X, { caller: "SGDRegressor.fit" });
    const { data: target } = checkVector(y, "SGDRegressor.fit: y");
    checkConsistentLength({ X: table, y: target });
    const [n, m] = table.shape;
    const weight = checkSampleWeight(sampleWeight, n);
    if (!fresh) checkFeatures(this, X, m, "partialFit");
    const weights = startWeights(this, 1, m, start, fresh);
    const heldOut = this.earlyStopping
      ? heldOutMask(
        "SGDRegressor",
        new ShuffleSplit({ nSplits: 1, testSize: this.validationFraction, randomState: this.randomState }),
        target,
        weight,
      )
      : undefined;
    const rng = checkRandomState(this.randomState);
    const seed = drawSeed(rng);
    rng.randint(1, 0x7fffffff);
    const settings: DescentSettings = {
      ...settingsOf(this),
      maxIter,
      seed,
      firstStep: weights.firstStep,
      positiveWeight: 1,
      negativeWeight: 1,
      heldOut: heldOut?.mask,
      scoreHeldOut: heldOut === undefined ? undefined : (c, b) => {
        const scores = linearScores(table.take(heldOut.rows), { coef: c, intercept: Float64Array.of(b) });
        const part = (v: Float64Array): Float64Array => Float64Array.from(heldOut.rows, (i) => v[i]);
        return r2Score(part(target), scores.ravel(), { sampleWeight: part(weight) });
      },
    };
    const epochs = descendOne(weights, 0, (state) => descendStochastically(table, target, weight, state, settings));
    keepWeights(this, X, n, [m], weights, epochs);
  }
}
