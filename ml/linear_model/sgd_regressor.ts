import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { checkFeatures, type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import { r2Score } from "../metrics/mod.ts";
import { ShuffleSplit } from "../model_selection/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  checkArray,
  checkConsistentLength,
  checkParameters,
  checkSampleWeight,
  checkVector,
  oneOf,
  type ParameterRule,
} from "../utils/mod.ts";
import { LinearRegressor } from "./linear_regressor.ts";
import { linearScores } from "./scores.ts";
import { descendStochastically, type DescentState, type LearningRate, type SGDPenalty } from "./sgd_descent.ts";
import { heldOutMask } from "./sgd_held_out.ts";
import type { SGDRegressionLoss } from "./sgd_loss.ts";
import {
  averageFrom,
  checkSGD,
  drawSeed,
  settingsOf,
  sgdDefaults,
  type SGDOptions,
  type SGDParams,
  sgdRules,
  type SGDStart,
  startValues,
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
export class SGDRegressor extends LinearRegressor {
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
  /** What is penalised. */
  declare penalty: SGDPenalty;
  /** Weight of the penalty. */
  declare alpha: number;
  /** Part of the penalty on absolute values. */
  declare l1Ratio: number;
  /** Whether to learn a constant. */
  declare fitIntercept: boolean;
  /** Epochs at most. */
  declare maxIter: number;
  /** What counts as no improvement. */
  declare tol: number | null;
  /** Whether each epoch has an order of its own. */
  declare shuffle: boolean;
  /** Width of what counts as no error. */
  declare epsilon: number;
  /** Seed. */
  declare randomState: RandomStateLike;
  /** Size of the steps. */
  declare learningRate: LearningRate;
  /** Size of the first steps. */
  declare eta0: number;
  /** Exponent of "invscaling". */
  declare powerT: number;
  /** Whether to hold samples out. */
  declare earlyStopping: boolean;
  /** Part that is held out. */
  declare validationFraction: number;
  /** Epochs without improvement after which to stop. */
  declare nIterNoChange: number;
  /** Whether to start from what was learned before. */
  declare warmStart: boolean;
  /** From which step on weights are averaged. */
  declare average: boolean | number;

  /** The constant, shape [1]. */
  declare intercept_: NDArray<Float64Array>;
  /** Epochs of the last fit. */
  declare nIter_: number;
  /** Number of the next step. */
  declare t_: number;
  /** Weights that are not averaged, with `average`. */
  declare standardCoef_?: NDArray<Float64Array>;
  /** The constant that is not averaged, with `average`. */
  declare standardIntercept_?: NDArray<Float64Array>;
  /** Weights that are averaged, with `average`. */
  declare averageCoef_?: NDArray<Float64Array>;
  /** The constant that is averaged, with `average`. */
  declare averageIntercept_?: NDArray<Float64Array>;

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
    checkSGD("SGDRegressor", this as unknown as SGDParams, "epsilon_insensitive", false);
    const before = this.warmStart && this.coef_ !== undefined ? { c: this.coef_, b: this.intercept_ } : undefined;
    const init = { coefInit: start.coefInit ?? before?.c, interceptInit: start.interceptInit ?? before?.b };
    this.learn(X, y, sampleWeight, this.maxIter, init, true);
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
    checkSGD("SGDRegressor", this as unknown as SGDParams, "epsilon_insensitive", true);
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
    const averages = averageFrom(this.average);
    const coef = startValues("SGDRegressor", "coefInit", start?.coefInit, m);
    const intercept = startValues("SGDRegressor", "interceptInit", start?.interceptInit, 1)?.[0];
    const state: DescentState = {
      coef: coef ?? (fresh ? undefined : (this.standardCoef_ ?? this.coef_).data.slice()) ?? new Float64Array(m),
      intercept: intercept ?? (fresh ? 0 : (this.standardIntercept_ ?? this.intercept_).data[0]),
      meanCoef: averages === 0
        ? undefined
        : (fresh ? undefined : this.averageCoef_?.data.slice()) ?? new Float64Array(m),
      meanIntercept: fresh ? 0 : this.averageIntercept_?.data[0] ?? 0,
    };
    const firstStep = fresh ? 1 : this.t_;
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
    const epochs = descendStochastically(table, target, weight, state, {
      ...settingsOf(this as unknown as SGDParams),
      maxIter,
      seed,
      firstStep,
      positiveWeight: 1,
      negativeWeight: 1,
      heldOut: heldOut?.mask,
      scoreHeldOut: heldOut === undefined ? undefined : (c, b) => {
        const scores = linearScores(table.take(heldOut.rows), { coef: c, intercept: Float64Array.of(b) });
        const part = (v: Float64Array): Float64Array => Float64Array.from(heldOut.rows, (i) => v[i]);
        return r2Score(part(target), scores.ravel(), { sampleWeight: part(weight) });
      },
    });
    resetFitted(this);
    rememberFeatures(this, X, m);
    this.nIter_ = epochs;
    this.t_ = firstStep + epochs * n;
    const enough = averages > 0 && averages <= this.t_ - 1;
    this.coef_ = new NDArray(enough ? state.meanCoef!.slice() : state.coef);
    this.intercept_ = new NDArray(Float64Array.of(enough ? state.meanIntercept : state.intercept));
    if (averages > 0) {
      this.standardCoef_ = new NDArray(state.coef.slice());
      this.standardIntercept_ = new NDArray(Float64Array.of(state.intercept));
      this.averageCoef_ = new NDArray(state.meanCoef!);
      this.averageIntercept_ = new NDArray(Float64Array.of(state.meanIntercept));
    }
  }
}
