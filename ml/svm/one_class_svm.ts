import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { checkIsFitted, type Params } from "../base/mod.ts";
import { checkArray, checkParameters, checkSampleWeight, type ParameterRule, real } from "../utils/mod.ts";
import { type KernelMachineOptions, kernelMachineRules } from "./kernel_parameters.ts";
import { keepMachine, MachineBase, solveMachine, weighed } from "./single_base.ts";
import { singleDecisions } from "./single_machine.ts";

/** Hyperparameters of {@linkcode OneClassSVM}. */
export interface OneClassSVMOptions extends KernelMachineOptions {
  /** Upper bound of the share of training samples outside, lower bound of the share of support vectors; 0.5 if left out. */
  nu?: number;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  nu: real({ above: 0, max: 1 }),
  ...kernelMachineRules,
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
export class OneClassSVM extends MachineBase {
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
  /** What `scoreSamples` has more than `decisionFunction`, shape [1]. */
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
    const used = weighed(weight, who);
    const upper = Float64Array.from(used, (i) => weight[i]);
    // The first samples begin with all of the mass.
    let left = upper.reduce((t, w) => t + this.nu * w, 0);
    const alpha = upper.map((w) => {
      const own = Math.max(0, Math.min(w, left));
      left -= own;
      return own;
    });
    const solution = await solveMachine(this, table, {
      samples: used,
      signs: new Int8Array(used.length).fill(1),
      p: new Float64Array(used.length),
      upper,
      alpha,
    });
    const coefs = new Float64Array(table.shape[0]);
    for (let t = 0; t < used.length; t++) coefs[used[t]] = solution.alpha[t];
    keepMachine(this, X, table, coefs, solution);
    this.offset_ = new NDArray(Float64Array.of(solution.rho));
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

  /**
   * The same before the offset is taken off.
   *
   * @throws {NotFittedError} before `fit`
   */
  async scoreSamples(X: MatrixLike): Promise<NDArray<Float64Array>> {
    checkIsFitted(this, "scoreSamples");
    const offset = this.offset_.data[0];
    return (await this.decisionFunction(X)).map((v) => v + offset);
  }

  /**
   * 1 for each sample inside, −1 for those outside, shape [nSamples].
   *
   * @throws {NotFittedError} before `fit`
   */
  async predict(X: MatrixLike): Promise<NDArray<Int32Array>> {
    checkIsFitted(this, "predict");
    return (await this.decisionFunction(X)).map((v) => v > 0 ? 1 : -1, "int32");
  }

  /**
   * Fits, then says of the same samples which are inside.
   *
   * @throws as {@linkcode OneClassSVM.fit}
   */
  async fitPredict(X: MatrixLike, y?: unknown, sampleWeight?: VectorLike): Promise<NDArray<Int32Array>> {
    return await (await this.fit(X, y, sampleWeight)).predict(X);
  }
}
