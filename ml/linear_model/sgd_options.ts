import type { NDArray, VectorLike } from "../array/mod.ts";
import type { Params } from "../base/mod.ts";
import type { RandomState, RandomStateLike } from "../random/mod.ts";
import {
  bool,
  checkVector,
  either,
  integer,
  InvalidInputError,
  InvalidParameterError,
  oneOf,
  type ParameterRule,
  randomSource,
  real,
  warn,
} from "../utils/mod.ts";
import type { DescentSettings, LearningRate, SGDPenalty } from "./sgd_descent.ts";
import type { SGDClassificationLoss } from "./sgd_loss.ts";

/** Hyperparameters that classifiers and regressors by stochastic gradient descent share. */
export interface SGDOptions {
  /** What is penalised: squares, absolute values, both, or nothing. "l2" if left out. */
  penalty?: SGDPenalty;
  /** Weight of the penalty, and for "optimal" what the steps' size follows from; 1e-4 if left out. */
  alpha?: number;
  /** Part of the penalty on absolute values with "elasticnet"; 0 to 1, 0.15 if left out. */
  l1Ratio?: number;
  /** Whether to learn a constant; true if left out. */
  fitIntercept?: boolean;
  /** Epochs at most; 1000 if left out. */
  maxIter?: number;
  /** An epoch that is not better by this much counts as no improvement; null for never stopping. 1e-3 if left out. */
  tol?: number | null;
  /** Whether each epoch has an order of its own; true if left out. */
  shuffle?: boolean;
  /** Errors below it are none for the epsilon-insensitive losses, above it linear for "huber"; 0.1 if left out. */
  epsilon?: number;
  /** Seed. */
  randomState?: RandomStateLike;
  /**
   * Size of the steps: "constant" (eta0), "optimal" (1 / (alpha (t + t0))), "invscaling" (eta0 / t ** powerT), "adaptive"
   * (eta0, a fifth of it whenever nothing improves), and the passive-aggressive "pa1" and "pa2".
   */
  learningRate?: LearningRate;
  /** Size of the first steps; 0.01 if left out. */
  eta0?: number;
  /** Exponent of "invscaling". */
  powerT?: number;
  /** Whether to hold samples out, and stop when their score no longer improves; false if left out. */
  earlyStopping?: boolean;
  /** Part of the samples that is held out; 0.1 if left out. */
  validationFraction?: number;
  /** Epochs without improvement after which to stop; 5 if left out. */
  nIterNoChange?: number;
  /** Whether `fit` starts from what was learned before; false if left out. */
  warmStart?: boolean;
  /** Whether weights are averaged over all steps, or from which step on; false if left out. */
  average?: boolean | number;
}

/** Where to start from, instead of from zero. */
export interface SGDStart {
  /** Weights, of the shape of `coef_`. */
  coefInit?: NDArray | readonly ArrayLike<number>[] | VectorLike;
  /** Constants, of the shape of `intercept_`. */
  interceptInit?: VectorLike;
}

/** Defaults that both share. */
export const sgdDefaults: Readonly<Params> = {
  penalty: "l2",
  alpha: 1e-4,
  l1Ratio: 0.15,
  fitIntercept: true,
  maxIter: 1000,
  tol: 1e-3,
  shuffle: true,
  epsilon: 0.1,
  randomState: null,
  eta0: 0.01,
  earlyStopping: false,
  validationFraction: 0.1,
  nIterNoChange: 5,
  warmStart: false,
  average: false,
};

/** Rules that both share. */
export const sgdRules: Readonly<Record<string, ParameterRule>> = {
  penalty: oneOf("l2", "l1", "elasticnet", null),
  alpha: real({ min: 0 }),
  l1Ratio: real({ min: 0, max: 1 }),
  fitIntercept: bool,
  maxIter: integer({ min: 1 }),
  tol: either(real({ min: 0 }), oneOf(null)),
  shuffle: bool,
  epsilon: real({ min: 0 }),
  randomState: randomSource,
  learningRate: oneOf("constant", "optimal", "invscaling", "adaptive", "pa1", "pa2"),
  eta0: real({ above: 0 }),
  powerT: real(),
  earlyStopping: bool,
  validationFraction: {
    expected: "a number larger than 0 and smaller than 1",
    test: (v) => typeof v === "number" && v > 0 && v < 1,
  },
  nIterNoChange: integer({ min: 1 }),
  warmStart: bool,
  average: either(bool, integer({ min: 1 })),
};

/** What both have, as the descent needs it. */
export interface SGDParams extends Required<Omit<SGDOptions, "randomState">> {
  /** What is minimised. */
  readonly loss: SGDClassificationLoss;
}

/** Checks hyperparameters together. */
export function checkSGD(owner: string, params: SGDParams, passiveLoss: string, partial: boolean): void {
  const { earlyStopping, learningRate, alpha, loss } = params;
  if (earlyStopping && partial) {
    throw new InvalidParameterError(`${owner}: earlyStopping must be false for partialFit`);
  }
  if (learningRate === "optimal" && alpha === 0) {
    throw new InvalidParameterError(`${owner}: alpha must be larger than 0 with learningRate "optimal", got 0`);
  }
  if ((learningRate === "pa1" || learningRate === "pa2") && loss !== passiveLoss) {
    throw new InvalidParameterError(
      `${owner}: learningRate ${JSON.stringify(learningRate)} needs loss ${JSON.stringify(passiveLoss)}, got ` +
        JSON.stringify(loss),
    );
  }
}

/** From which step on weights are averaged; 0 for not. */
export function averageFrom(average: boolean | number): number {
  return Number(average);
}

/** What of the descent's settings follows from hyperparameters alone. */
export function settingsOf(
  p: SGDParams,
): Omit<DescentSettings, "seed" | "positiveWeight" | "negativeWeight" | "firstStep" | "heldOut" | "scoreHeldOut"> {
  return {
    loss: p.loss,
    epsilon: p.epsilon,
    penalty: p.penalty,
    alpha: p.alpha,
    l1Ratio: p.l1Ratio,
    fitIntercept: p.fitIntercept,
    maxIter: p.maxIter,
    tol: p.tol ?? -Infinity,
    shuffle: p.shuffle,
    learningRate: p.learningRate,
    eta0: p.eta0,
    powerT: p.powerT,
    nIterNoChange: p.nIterNoChange,
    average: averageFrom(p.average),
  };
}

/** A seed for the order of samples, after the one that scikit-learn draws for what it does not use here. */
export function drawSeed(rng: RandomState): number {
  return rng.randint(0x7fffffff);
}

/** Numbers to start from, checked for their count. */
export function startValues(owner: string, what: string, given: unknown, size: number): Float64Array | undefined {
  if (given === undefined || given === null) return undefined;
  const data = flatten(given, `${owner}: ${what}`);
  if (data.length !== size) {
    throw new InvalidInputError(`${owner}: ${what} has ${data.length} values, the data needs ${size}`);
  }
  return Float64Array.from(data);
}

function flatten(given: unknown, name: string): Float64Array {
  if (typeof given === "number") return Float64Array.of(given);
  const list = Array.isArray(given) ? given.flat(2) as number[] : given as VectorLike;
  if (typeof list === "object" && "shape" in list) {
    return checkVector({ ...list, shape: [list.data.length] }, name).data;
  }
  return checkVector(list, name).data;
}

/** Says, once a fit, that it ended early. */
export function warnOfEpochs(owner: string, maxIter: number): void {
  warn(`${owner}: stopped at maxIter=${maxIter} before it converged; raise maxIter, or scale the features`);
}
