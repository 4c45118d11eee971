import { type MatrixLike, NDArray } from "../array/mod.ts";
import { type Constructor, rememberFeatures, resetFitted } from "../base/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
import { LinearClassifier } from "./linear_classifier.ts";
import { LinearRegressor } from "./linear_regressor.ts";
import type { DescentState } from "./sgd_descent.ts";
import { averageFrom, type SGDOptions, type SGDStart, startValues } from "./sgd_options.ts";

/** What classifiers and regressors by stochastic gradient descent share: hyperparameters, and what is learned. */
export interface SGDMethods extends Required<Omit<SGDOptions, "randomState">> {
  /** Seed. */
  randomState: RandomStateLike;
  /** Epochs of the last fit; of the class that took most. */
  nIter_: number;
  /** Number of the next step. */
  t_: number;
  /** Weights that are not averaged, with `average`. */
  standardCoef_?: NDArray<Float64Array>;
  /** Constants that are not averaged, with `average`. */
  standardIntercept_?: NDArray<Float64Array>;
  /** Weights that are averaged, with `average`. */
  averageCoef_?: NDArray<Float64Array>;
  /** Constants that are averaged, with `average`. */
  averageIntercept_?: NDArray<Float64Array>;
}

/** A linear classifier that learns by stochastic gradient descent. */
export const SGDClassifierBase: typeof LinearClassifier & Constructor<SGDMethods> = LinearClassifier as
  & typeof LinearClassifier
  & Constructor<SGDMethods>;

/** A linear regressor that learns by stochastic gradient descent. */
export const SGDRegressorBase: typeof LinearRegressor & Constructor<SGDMethods> = LinearRegressor as
  & typeof LinearRegressor
  & Constructor<SGDMethods>;

/** A model that is fitted, or will be. */
interface SGDModel extends SGDMethods {
  nFeaturesIn_: number;
  coef_: NDArray<Float64Array>;
  intercept_: NDArray<Float64Array>;
}

/** What `fit` starts from: what it is given, or with `warmStart` what was learned before. */
export function warmedStart(model: SGDModel, start: SGDStart): SGDStart {
  const isWarm = model.warmStart && model.coef_ !== undefined;
  return {
    coefInit: start.coefInit ?? (isWarm ? model.coef_ : undefined),
    interceptInit: start.interceptInit ?? (isWarm ? model.intercept_ : undefined),
  };
}

/** Weights and constants of some functions, which descents change. */
export interface SGDWeights {
  /** Weights, a row for each function. */
  readonly coef: Float64Array;
  /** Constants. */
  readonly intercept: Float64Array;
  /** Means of the weights over the steps, where they are averaged. */
  readonly meanCoef: Float64Array | undefined;
  /** Means of the constants over the steps. */
  readonly meanIntercept: Float64Array;
  /** Number of the next step. */
  readonly firstStep: number;
}

/**
 * Weights to descend from.
 *
 * @param k how many functions there are
 * @param m how many features
 * @param start what was given, if anything
 * @param fresh whether to forget what was learned before
 */
export function startWeights(
  model: SGDModel,
  k: number,
  m: number,
  start: SGDStart | undefined,
  fresh: boolean,
): SGDWeights {
  const { name } = model.constructor;
  const from = (what: keyof SGDStart, size: number, before: () => NDArray<Float64Array>): Float64Array =>
    startValues(name, what, start?.[what], size) ?? (fresh ? new Float64Array(size) : before().data.slice());
  const mean = (before: NDArray<Float64Array> | undefined, size: number): Float64Array =>
    fresh || before === undefined ? new Float64Array(size) : before.data.slice();
  return {
    coef: from("coefInit", k * m, () => model.standardCoef_ ?? model.coef_),
    intercept: from("interceptInit", k, () => model.standardIntercept_ ?? model.intercept_),
    meanCoef: averageFrom(model.average) > 0 ? mean(model.averageCoef_, k * m) : undefined,
    meanIntercept: mean(model.averageIntercept_, k),
    firstStep: fresh ? 1 : model.t_,
  };
}

/** Has one of the functions descend; gives what the descent does. */
export function descendOne<T>(weights: SGDWeights, c: number, descent: (state: DescentState) => T): T {
  const { coef, intercept, meanCoef, meanIntercept } = weights;
  const m = coef.length / intercept.length;
  const state: DescentState = {
    coef: coef.subarray(c * m, (c + 1) * m),
    intercept: intercept[c],
    meanCoef: meanCoef?.subarray(c * m, (c + 1) * m),
    meanIntercept: meanIntercept[c],
  };
  const result = descent(state);
  intercept[c] = state.intercept;
  meanIntercept[c] = state.meanIntercept;
  return result;
}

/**
 * Stores what descents came to.
 *
 * @param n how many samples there are
 * @param shape of `coef_`
 */
export function keepWeights(
  model: SGDModel,
  X: MatrixLike,
  n: number,
  shape: number[],
  { coef, intercept, meanCoef, meanIntercept, firstStep }: SGDWeights,
  epochs: number,
): void {
  resetFitted(model);
  rememberFeatures(model, X, shape[shape.length - 1]);
  model.nIter_ = epochs;
  model.t_ = firstStep + epochs * n;
  const isAveraged = meanCoef !== undefined && averageFrom(model.average) <= model.t_ - 1;
  model.coef_ = new NDArray(isAveraged ? meanCoef.slice() : coef, shape);
  model.intercept_ = new NDArray(isAveraged ? meanIntercept.slice() : intercept);
  if (meanCoef === undefined) return;
  model.standardCoef_ = new NDArray(coef.slice(), shape);
  model.standardIntercept_ = new NDArray(intercept.slice());
  model.averageCoef_ = new NDArray(meanCoef, shape);
  model.averageIntercept_ = new NDArray(meanIntercept);
}
