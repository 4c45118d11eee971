import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { checkIsFitted, type Params } from "../base/mod.ts";
import {
  checkArray,
  checkConsistentLength,
  checkParameters,
  checkSampleWeight,
  checkVector,
  InvalidInputError,
  type ParameterRule,
  real,
} from "../utils/mod.ts";
import { type KernelMachineOptions, kernelMachineRules } from "./kernel_parameters.ts";
import { keepMachine, MachineRegressorBase, solveMachine, weighed } from "./single_base.ts";
import { singleDecisions } from "./single_machine.ts";

/** Hyperparameters of {@linkcode SVR}. */
export interface SVROptions extends KernelMachineOptions {
  /** Cost of a sample's distance from the tube; larger fits closer. Above 0; 1 if left out. */
  C?: number;
  /** Half the width of the tube in which errors cost nothing; 0.1 if left out. */
  epsilon?: number;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  C: real({ above: 0 }),
  epsilon: real({ min: 0 }),
  ...kernelMachineRules,
};

/**
 * Support vector regression: a function as flat as can be of which most samples lie within a tube.
 *
 * Source: A. Smola, B. Schölkopf, "A tutorial on support vector regression", Statistics and Computing 14 (2004).
 *
 * @example
 * ```ts
 * import { loadDiabetes, SVR } from "@troupe/troupe";
 * const { X, y } = loadDiabetes();
 * const svr = await new SVR({ C: 100 }).fit(X, y);
 * await svr.score(X, y); // 0.6…
 * ```
 */
export class SVR extends MachineRegressorBase {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    kernel: "rbf",
    degree: 3,
    gamma: "scale",
    coef0: 0,
    tol: 1e-3,
    C: 1,
    epsilon: 0.1,
    shrinking: true,
    cacheSize: 200,
    verbose: false,
    maxIter: -1,
  };

  /** Cost of a sample's distance from the tube. */
  declare C: number;
  /** Half the width of the tube. */
  declare epsilon: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: SVROptions = {}) {
    super(options);
  }

  /**
   * Learns from samples and their targets.
   *
   * @param X samples, shape [nSamples, nFeatures]; for kernel "precomputed" the matrix, shape [nSamples, nSamples]
   * @param y target of each sample, shape [nSamples]
   * @param sampleWeight factor of C of each sample
   * @throws {InvalidInputError} when X or y holds NaN or infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  async fit(X: MatrixLike, y: VectorLike, sampleWeight?: VectorLike): Promise<this> {
    const who = this.constructor.name;
    checkParameters(who, this.getParams(false), rules);
    const table = checkArray(X, { caller: `${who}.fit` });
    if (y === undefined || y === null) throw new InvalidInputError(`${who}.fit: y is needed`);
    const targets = checkVector(y, `${who}.fit: y`);
    checkConsistentLength({ X: table, y: targets });
    const weight = checkSampleWeight(sampleWeight, table.shape[0]);
    const used = weighed(weight, who);
    const m = used.length;
    // Two variables a sample: how far it pulls up, and how far down.
    const samples = Int32Array.of(...used, ...used);
    const signs = new Int8Array(2 * m).fill(1, 0, m).fill(-1, m);
    const solution = await solveMachine(this, table, {
      samples,
      signs,
      p: Float64Array.from(samples, (i, t) => this.epsilon - signs[t] * targets.data[i]),
      upper: Float64Array.from(samples, (i) => this.C * weight[i]),
    });
    const coefs = new Float64Array(table.shape[0]);
    for (let t = 0; t < m; t++) coefs[used[t]] = solution.alpha[t] - solution.alpha[m + t];
    keepMachine(this, X, table, coefs, solution);
    return this;
  }

  /**
   * The target of each sample, shape [nSamples].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  async predict(X: MatrixLike): Promise<NDArray<Float64Array>> {
    checkIsFitted(this, "predict");
    return new NDArray(await singleDecisions(this, X, "predict"));
  }
}
