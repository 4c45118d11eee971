import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { BaseEstimator, checkIsFitted, type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import {
  bool,
  callable,
  checkArray,
  checkParameters,
  checkSampleWeight,
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

/** Hyperparameters of {@linkcode OneClassSVM}. */
export interface OneClassSVMOptions {
  /** Upper bound of the share of training samples outside, lower bound of the share of support vectors; 0.5 if left out. */
  nu?: number;
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
  nu: real({ above: 0, max: 1 }),
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
 * Tells samples that are like those it saw from those that are not.
 *
 * Source: B. Schölkopf et al., "Estimating the support of a high-dimensional distribution", Neural Computation 13 (2001).
 *
 * @example
 * ```ts
 * import { OneClassSVM } from "@troupe/troupe";
 * const usual = await new OneClassSVM({ gamma: "auto" }).fit([[0], [0.44], [0.45], [0.46], [1]]);
 * (await usual.predict([[0], [0.44], [0.45], [0.46], [1]])).toArray(); // [-1, 1, 1, 1, -1]
 * ```
 */
export class OneClassSVM extends BaseEstimator {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    kernel: "rbf",
    degree: 3,
    gamma: "scale",
    coef0: 0,
    tol: 1e-3,
    nu: 0.5,
    shrinking: true,
    cacheSize: 200,
    verbose: false,
    maxIter: -1,
  };

  /** Upper bound of the share of training samples outside. */
  declare nu: number;
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
  /** What `scoreSamples` has more than `decisionFunction`. */
  declare offset_: NDArray<Float64Array>;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: OneClassSVMOptions = {}) {
    super(options);
  }

  /** Says what it is, as scikit-learn's tags do. */
  get estimatorType(): "outlier_detector" {
    return "outlier_detector";
  }

  /**
   * Learns what samples are like.
   *
   * @param X samples, shape [nSamples, nFeatures]; for kernel "precomputed" the matrix, shape [nSamples, nSamples]
   * @param _y not used
   * @param sampleWeight how much of each sample may be outside
   * @throws {InvalidInputError} when X holds NaN or infinities
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  async fit(X: MatrixLike, _y?: unknown, sampleWeight?: VectorLike): Promise<this> {
    const who = this.constructor.name;
    checkParameters(who, this.getParams(false), rules);
    const table = checkArray(X, { caller: `${who}.fit` });
    const weight = checkSampleWeight(sampleWeight, table.shape[0]);
    const matrix = await kernelInput(this, table);
    const gamma = gammaFor(this, table);
    const used = Int32Array.from(weight.keys()).filter((i) => weight[i] > 0);
    if (used.length === 0) throw new InvalidInputError(`${who}.fit: all samples weigh nothing`);
    const upper = Float64Array.from(used, (i) => weight[i]);
    // The first samples begin with all of the mass.
    let left = upper.reduce((t, w) => t + this.nu * w, 0);
    const alpha = upper.map((w) => {
      const own = Math.max(0, Math.min(w, left));
      left -= own;
      return own;
    });
    const solution = solveSingle({
      kernel: kernelSpec(this, gamma),
      X: matrix,
      samples: used,
      signs: new Int8Array(used.length).fill(1),
      p: new Float64Array(used.length),
      upper,
      alpha,
      tol: this.tol,
      maxIter: this.maxIter,
      shrinking: this.shrinking,
      cacheSize: this.cacheSize,
    });
    const coefs = new Float64Array(table.shape[0]);
    for (let t = 0; t < used.length; t++) coefs[used[t]] = solution.alpha[t];
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
    this.offset_ = new NDArray(Float64Array.of(solution.rho));
    if (typeof this.kernel === "function") this.XFit_ = table;
    return this;
  }

  /**
   * How far each sample lies inside, shape [nSamples]; negative outside.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  async decisionFunction(X: MatrixLike): Promise<NDArray<Float64Array>> {
    checkIsFitted(this, "decisionFunction");
    return new NDArray(await singleDecisions(this, X, "decisionFunction"));
  }

  /** The same before the offset is taken off. */
  async scoreSamples(X: MatrixLike): Promise<NDArray<Float64Array>> {
    checkIsFitted(this, "scoreSamples");
    const offset = this.offset_.data[0];
    return (await this.decisionFunction(X)).map((v) => v + offset);
  }

  /** 1 for each sample inside, −1 for those outside, shape [nSamples]. */
  async predict(X: MatrixLike): Promise<NDArray<Int32Array>> {
    checkIsFitted(this, "predict");
    return (await this.decisionFunction(X)).map((v) => v > 0 ? 1 : -1, "int32");
  }

  /** Fits, then says of the same samples which are inside. */
  async fitPredict(X: MatrixLike, y?: unknown, sampleWeight?: VectorLike): Promise<NDArray<Int32Array>> {
    return await (await this.fit(X, y, sampleWeight)).predict(X);
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
