import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { BaseRegressor, checkIsFitted, type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import {
  bool,
  callable,
  checkArray,
  checkConsistentLength,
  checkParameters,
  checkSampleWeight,
  checkVector,
  either,
  integer,
  InvalidInputError,
  oneOf,
  type ParameterRule,
  real,
  warn,
} from "../utils/mod.ts";
import { SVMError } from "./errors.ts";
import type { KernelFunction, KernelName } from "./kernel.ts";
import { gammaFor, isMatrix, kernelInput, kernelSpec } from "./kernel_parameters.ts";
import { singleCoef, singleDecisions, solveSingle } from "./single_machine.ts";

/** Hyperparameters of {@linkcode SVR}. */
export interface SVROptions {
  /** Cost of a sample's distance from the tube; larger fits closer. Above 0; 1 if left out. */
  C?: number;
  /** Half the width of the tube in which errors cost nothing; 0.1 if left out. */
  epsilon?: number;
  /** "rbf" if left out. A function of your own gets two tables and gives the matrix between their rows. */
  kernel?: KernelName | KernelFunction;
  /** Exponent of the polynomial kernel; 3 if left out. */
  degree?: number;
  /** Factor in rbf, poly and sigmoid: "scale" is 1 / (nFeatures · variance of X), "auto" 1 / nFeatures. "scale" if left out. */
  gamma?: "scale" | "auto" | number;
  /** Constant in poly and sigmoid; 0 if left out. */
  coef0?: number;
  /** How far from the optimum to stop; 1e-3 if left out. */
  tol?: number;
  /** Whether the solver sets aside samples that seem decided; true if left out. Changes time, not results. */
  shrinking?: boolean;
  /** Memory for kernel values in MiB; 200 if left out. */
  cacheSize?: number;
  /** Not used; kept because scikit-learn has it. */
  verbose?: boolean | number;
  /** Iterations at most; −1, no limit, if left out. */
  maxIter?: number;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  C: real({ above: 0 }),
  epsilon: real({ min: 0 }),
  kernel: either(oneOf("linear", "poly", "rbf", "sigmoid", "precomputed"), callable),
  degree: integer({ min: 0 }),
  gamma: either(oneOf("scale", "auto"), real({ min: 0 })),
  coef0: real(),
  tol: real({ above: 0 }),
  shrinking: bool,
  cacheSize: real({ above: 0 }),
  maxIter: integer({ min: -1 }),
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
export class SVR extends BaseRegressor {
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
  /** The kernel. */
  declare kernel: KernelName | KernelFunction;
  /** Exponent of the polynomial kernel. */
  declare degree: number;
  /** Factor of the kernel, as given. */
  declare gamma: "scale" | "auto" | number;
  /** Constant of the kernel. */
  declare coef0: number;
  /** How far from the optimum to stop. */
  declare tol: number;
  /** Whether the solver shrinks. */
  declare shrinking: boolean;
  /** Memory for kernel values in MiB. */
  declare cacheSize: number;
  /** Not used. */
  declare verbose: boolean | number;
  /** Iterations at most. */
  declare maxIter: number;

  /** Numbers of the support vectors among the training samples, shape [nSV]. */
  declare support_: NDArray<Int32Array>;
  /** The support vectors, shape [nSV, nFeatures]; empty for kernels that are given as a matrix. */
  declare supportVectors_: NDArray<Float64Array>;
  /** Coefficients of the support vectors, shape [1, nSV]. */
  declare dualCoef_: NDArray<Float64Array>;
  /** The constant, shape [1]. */
  declare intercept_: NDArray<Float64Array>;
  /** How many support vectors there are, shape [1]. */
  declare nSupport_: NDArray<Int32Array>;
  /** Iterations. */
  declare nIter_: number;
  /** 0 when it converged, 1 when `maxIter` stopped it. */
  declare fitStatus_: number;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features seen in `fit`, where they had any. */
  declare featureNamesIn_?: string[];
  /** Shape of X in `fit`. */
  declare shapeFit_: number[];
  /** The number that `gamma` came to. */
  declare gamma_: number;
  /** Training samples, kept for a kernel function of one's own only. */
  declare XFit_: NDArray<Float64Array> | undefined;

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
    const matrix = await kernelInput(this, table);
    const gamma = gammaFor(this, table);
    const used = Int32Array.from(weight.keys()).filter((i) => weight[i] > 0);
    if (used.length === 0) throw new InvalidInputError(`${who}.fit: all samples weigh nothing`);
    const m = used.length;
    // Two variables a sample: how far it pulls up, and how far down.
    const samples = Int32Array.of(...used, ...used);
    const signs = new Int8Array(2 * m).fill(1, 0, m).fill(-1, m);
    const solution = solveSingle({
      kernel: kernelSpec(this, gamma),
      X: matrix,
      samples,
      signs,
      p: Float64Array.from(samples, (i, t) => this.epsilon - signs[t] * targets.data[i]),
      upper: Float64Array.from(samples, (i) => this.C * weight[i]),
      tol: this.tol,
      maxIter: this.maxIter,
      shrinking: this.shrinking,
      cacheSize: this.cacheSize,
    });
    const coefs = new Float64Array(table.shape[0]);
    for (let t = 0; t < m; t++) coefs[used[t]] = solution.alpha[t] - solution.alpha[m + t];
    if (!solution.converged) {
      warn(
        `${who}: stopped at maxIter=${this.maxIter} before it converged; scale the features, or raise maxIter`,
      );
    }
    if (!coefs.every(Number.isFinite) || !Number.isFinite(solution.rho)) {
      throw new SVMError(`${who}.fit: coefficients are not finite; X may hold very large values: scale the features`);
    }
    const support = Int32Array.from(coefs.keys()).filter((i) => coefs[i] !== 0);
    resetFitted(this);
    this.support_ = new NDArray(support);
    this.supportVectors_ = isMatrix(this) ? new NDArray(new Float64Array(0), [0, 0]) : table.take(support);
    this.dualCoef_ = new NDArray(Float64Array.from(support, (i) => coefs[i]), [1, support.length]);
    this.intercept_ = new NDArray(Float64Array.of(-solution.rho));
    this.nSupport_ = new NDArray(Int32Array.of(support.length));
    this.nIter_ = solution.iterations;
    this.fitStatus_ = solution.converged ? 0 : 1;
    rememberFeatures(this, X, table.shape[1]);
    this.shapeFit_ = [...table.shape];
    this.gamma_ = gamma;
    if (typeof this.kernel === "function") this.XFit_ = table;
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

  /**
   * Weights of the features, shape [1, nFeatures].
   *
   * @throws {SVMError} when the kernel is not linear
   */
  get coef_(): NDArray<Float64Array> {
    if (this.kernel !== "linear") {
      throw new SVMError(`${this.constructor.name}.coef_: only a linear kernel has weights of features`);
    }
    checkIsFitted(this, "coef_");
    return singleCoef(this);
  }
}
