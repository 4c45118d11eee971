import { type Labels, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { BaseClassifier, checkFeatures, checkIsFitted, rememberFeatures, resetFitted } from "../base/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  bool,
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
  mapping,
  oneOf,
  type ParameterRule,
  randomSource,
  warn,
} from "../utils/mod.ts";
import { type DecisionModel, pairDecisions } from "./decision.ts";
import { SVMError } from "./errors.ts";
import type { KernelFunction, KernelName } from "./kernel.ts";
import {
  gammaFor,
  isMatrix,
  kernelInput,
  kernelMachineRules,
  kernelSpec,
  ownKernel,
  whyNotFinite,
} from "./kernel_parameters.ts";
import { type OneVsOneModel, type TrainingOptions, type TrainingSet, trainOneVsOne } from "./one_vs_one.ts";
import { predictedClasses, shownDecisions } from "./outputs.ts";
import { couplePairs, sigmoidOf } from "./platt.ts";
import type { DualSolver } from "./solver.ts";

/** Rules for the hyperparameters that support vector classifiers with kernels share. */
export const svcRules: Readonly<Record<string, ParameterRule>> = {
  ...kernelMachineRules,
  probability: bool,
  classWeight: either(oneOf("balanced", null), mapping),
  decisionFunctionShape: oneOf("ovr", "ovo"),
  breakTies: bool,
  randomState: randomSource,
};

/** @internal Learns where the kernel's matrix lies; undefined when that is lost. */
export type Training = (
  set: Omit<TrainingSet, "X">,
  options: TrainingOptions,
) => Promise<OneVsOneModel | undefined>;

/** @internal What is known before a fit. */
export interface Known {
  /** What learns in the fit's place. */
  readonly train?: Training;
}

/**
 * What support vector classifiers with kernels have in common: all but the form of their cost.
 *
 * @example
 * ```ts
 * import { BaseSVC, loadIris, NuSVC, SVC } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * for (const model of [new SVC(), new NuSVC()]) {
 *   const fitted: BaseSVC = await model.fit(X, y);
 *   console.log(fitted.nSupport_.toArray()); // [7, 29, 24], then [29, 49, 31]
 * }
 * ```
 */
export abstract class BaseSVC extends BaseClassifier {
  /** The kernel. */
  declare kernel: KernelName | KernelFunction;
  /** Exponent of the polynomial kernel. */
  declare degree: number;
  /** Factor of the kernel, as given. */
  declare gamma: "scale" | "auto" | number;
  /** Constant of the kernel. */
  declare coef0: number;
  /** Whether the solver shrinks. */
  declare shrinking: boolean;
  /** Whether to learn probabilities. */
  declare probability: boolean;
  /** How far from the optimum to stop. */
  declare tol: number;
  /** Memory for kernel values in MiB. */
  declare cacheSize: number;
  /** Factor of C for each class. */
  declare classWeight: ClassWeight;
  /** Not used. */
  declare verbose: boolean | number;
  /** Iterations at most. */
  declare maxIter: number;
  /** Shape of decision values. */
  declare decisionFunctionShape: "ovr" | "ovo";
  /** Whether equal votes are decided by confidence. */
  declare breakTies: boolean;
  /** Seed of the folds for probabilities. */
  declare randomState: RandomStateLike;

  /** The classes, in order, shape [nClasses]. */
  declare classes_: Labels;
  /** Numbers of the support vectors among the training samples, class by class, shape [nSV]. */
  declare support_: NDArray<Int32Array>;
  /** The support vectors, shape [nSV, nFeatures]; empty for kernels that are given as a matrix. */
  declare supportVectors_: NDArray<Float64Array>;
  /** How many support vectors each class has, shape [nClasses]. */
  declare nSupport_: NDArray<Int32Array>;
  /** y·α of the support vectors, shape [nClasses − 1, nSV]. */
  declare dualCoef_: NDArray<Float64Array>;
  /** Constants of the pairs of classes, shape [nClasses (nClasses − 1) / 2]. */
  declare intercept_: NDArray<Float64Array>;
  /** Factor of C of each class, shape [nClasses]. */
  declare classWeight_: NDArray<Float64Array>;
  /** Iterations of each pair, shape [nClasses (nClasses − 1) / 2]. */
  declare nIter_: NDArray<Int32Array>;
  /** 0 when all pairs converged, 1 when `maxIter` stopped one. */
  declare fitStatus_: number;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features seen in `fit`, where they had any. */
  declare featureNamesIn_?: string[];
  /** Shape of X in `fit`. */
  declare shapeFit_: number[];
  /** The number that `gamma` came to. */
  declare gamma_: number;
  /** Slopes of the sigmoids of the pairs of classes, with `probability`, shape [nClasses · (nClasses − 1) / 2]. */
  declare probA_: NDArray<Float64Array>;
  /** Offsets of the sigmoids of the pairs of classes, with `probability`, shape [nClasses · (nClasses − 1) / 2]. */
  declare probB_: NDArray<Float64Array>;
  /** Training samples, shape [nSamples, nFeatures]; kept for a kernel function of one's own only. */
  declare XFit_: NDArray<Float64Array> | undefined;

  /**
   * Learns from samples and their classes.
   *
   * @param X samples, shape [nSamples, nFeatures]; for kernel "precomputed" the matrix, shape [nSamples, nSamples]
   * @param y class of each sample, shape [nSamples]
   * @param sampleWeight factor of C of each sample
   * @throws {InvalidInputError} when X holds NaN or infinities, y does not fit X, or there is one class only
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  fit(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<this> {
    return this.fitNear(X, y, sampleWeight);
  }

  /** @internal Learns from what is known already. */
  async fitNear(
    X: MatrixLike,
    y: LabelsLike,
    sampleWeight?: VectorLike,
    { train }: Known = {},
  ): Promise<this> {
    const who = this.constructor.name;
    checkParameters(who, this.getParams(false), this.rules());
    const table = checkArray(X, { caller: `${who}.fit` });
    const labels = checkLabels(y, `${who}.fit: y`);
    checkConsistentLength({ X: table, y: labels });
    checkClassificationTargets(labels, `${who}.fit`);
    const encoded = encodeLabels(labels);
    const nClasses = encoded.classes.size;
    if (nClasses < 2) {
      throw new InvalidInputError(
        `${who}.fit: y has ${nClasses} class (${encoded.classes.data[0]}); at least two are needed`,
      );
    }
    const classWeight = computeClassWeight(this.classWeight, encoded);
    const weight = checkSampleWeight(sampleWeight, table.shape[0]);
    checkWeights(who, encoded.codes, nClasses, weight);
    const upper = this.upperBounds(encoded.codes, classWeight, weight);
    // Drawn in any case, so that a generator that is shared goes on as in scikit-learn.
    const seed = checkRandomState(this.randomState).randint(0x7fffffff);
    const gamma = gammaFor(this, table);
    const set = { codes: encoded.codes, nClasses, upper, weight };
    const options: TrainingOptions = {
      kernel: kernelSpec(this, gamma),
      cacheSize: this.cacheSize,
      solver: this.solver(),
      nu: this.errorShare(),
      tol: this.tol,
      maxIter: this.maxIter,
      shrinking: this.shrinking,
      plattSeed: this.probability ? seed : undefined,
    };
    const model = await train?.(set, options) ??
      trainOneVsOne({ ...set, X: await kernelInput(this, table) }, options);
    if (!model.converged) {
      warn(
        `${who}: stopped at maxIter=${this.maxIter} before it converged; scale the features, or raise maxIter`,
      );
    }
    const count = model.support.length;
    const finite = model.dualCoef.every(Number.isFinite);
    if (!finite || !model.intercept.every(Number.isFinite)) {
      throw new SVMError(`${who}.fit: ${whyNotFinite(this, table, finite ? this.errorShare() : undefined)}`);
    }
    resetFitted(this);
    this.classes_ = encoded.classes;
    this.classWeight_ = new NDArray(classWeight);
    this.support_ = new NDArray(model.support);
    this.supportVectors_ = isMatrix(this) ? new NDArray(new Float64Array(0), [0, 0]) : table.take(model.support);
    this.nSupport_ = new NDArray(model.nSupport);
    // With two classes positive values mean the second, in everything that is shown.
    const sign = nClasses === 2 ? -1 : 1;
    this.dualCoef_ = new NDArray(model.dualCoef.map((v) => sign * v), [nClasses - 1, count]);
    this.intercept_ = new NDArray(model.intercept.map((v) => sign * v));
    this.nIter_ = new NDArray(model.iterations);
    this.fitStatus_ = model.converged ? 0 : 1;
    rememberFeatures(this, X, table.shape[1]);
    this.shapeFit_ = [...table.shape];
    this.gamma_ = gamma;
    if (this.probability) {
      this.probA_ = new NDArray(Float64Array.from(model.sigmoids, (s) => s.a));
      this.probB_ = new NDArray(Float64Array.from(model.sigmoids, (s) => s.b));
    }
    if (typeof this.kernel === "function") this.XFit_ = table;
    return this;
  }

  /**
   * The class of each sample.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  async predict(X: MatrixLike): Promise<Labels> {
    checkIsFitted(this, "predict");
    if (this.breakTies && this.decisionFunctionShape === "ovo") {
      throw new SVMError(`${this.constructor.name}.predict: breakTies needs decisionFunctionShape "ovr"`);
    }
    return predictedClasses(await this.decisions(X, "predict"), this.classes_, this.breakTies);
  }

  /**
   * How far each sample lies on a class's side.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @returns for two classes shape [nSamples], positive for the second; otherwise shape [nSamples, nClasses], or, with
   * `decisionFunctionShape: "ovo"`, a column for each pair
   * @throws {NotFittedError} before `fit`
   */
  async decisionFunction(X: MatrixLike): Promise<NDArray<Float64Array>> {
    checkIsFitted(this, "decisionFunction");
    const decisions = await this.decisions(X, "decisionFunction");
    return shownDecisions(decisions, this.classes_, this.decisionFunctionShape);
  }

  /**
   * Probability of each class for each sample, shape [nSamples, nClasses]. Learned by folds within `fit`, they need not
   * agree with `predict`.
   *
   * @throws {SVMError} when fitted without `probability`
   * @throws {NotFittedError} before `fit`
   */
  async predictProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    checkIsFitted(this, "predictProba");
    if (this.probA_ === undefined) {
      throw new SVMError(`${this.constructor.name}.predictProba: needs { probability: true } in fit`);
    }
    const decisions = await this.decisions(X, "predictProba");
    const k = this.classes_.size;
    const pairs = this.intercept_.size;
    const n = decisions.length / pairs;
    const out = new Float64Array(n * k);
    const r = new Float64Array(k * k);
    for (let i = 0; i < n; i++) {
      for (let a = 0, at = 0; a < k; a++) {
        for (let b = a + 1; b < k; b++, at++) {
          const p = sigmoidOf({ a: this.probA_.data[at], b: this.probB_.data[at] }, decisions[i * pairs + at]);
          r[a * k + b] = Math.min(Math.max(p, 1e-7), 1 - 1e-7);
          r[b * k + a] = 1 - r[a * k + b];
        }
      }
      couplePairs(r, k, out, i * k);
    }
    return new NDArray(out, [n, k]);
  }

  /**
   * Logarithms of the probabilities.
   *
   * @throws as {@linkcode BaseSVC.predictProba}
   */
  async predictLogProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return (await this.predictProba(X)).map(Math.log);
  }

  /**
   * Weights of the features, shape [nClasses (nClasses − 1) / 2, nFeatures].
   *
   * @throws {SVMError} when the kernel is not linear
   */
  get coef_(): NDArray<Float64Array> {
    if (this.kernel !== "linear") {
      throw new SVMError(`${this.constructor.name}.coef_: only a linear kernel has weights of features`);
    }
    checkIsFitted(this, "coef_");
    const [count, m] = this.supportVectors_.shape;
    const k = this.classes_.size;
    const out = new Float64Array(this.intercept_.size * m);
    const start = [0];
    for (const n of this.nSupport_.data) start.push(start[start.length - 1] + n);
    for (let a = 0, pair = 0; a < k; a++) {
      for (let b = a + 1; b < k; b++, pair++) {
        for (const [c, row] of [[a, b - 1], [b, a]]) {
          for (let s = start[c]; s < start[c + 1]; s++) {
            const w = this.dualCoef_.data[row * count + s];
            for (let j = 0; j < m; j++) out[pair * m + j] += w * this.supportVectors_.data[s * m + j];
          }
        }
      }
    }
    return new NDArray(out, [this.intercept_.size, m]);
  }

  /** @internal What hyperparameters may be. */
  protected abstract rules(): Readonly<Record<string, ParameterRule>>;

  /** @internal What solves a pair's problem. */
  protected abstract solver(): DualSolver;

  /** The share of errors, where that is given and not their cost. */
  protected abstract errorShare(): number | undefined;

  /** Upper bound of each α. */
  protected abstract upperBounds(codes: Int32Array, classWeight: Float64Array, weight: Float64Array): Float64Array;

  /** Decision values of all pairs; positive means the first of the pair. */
  private async decisions(X: MatrixLike, method: string): Promise<Float64Array> {
    let table = checkArray(X, { caller: `${this.constructor.name}.${method}` });
    checkFeatures(this, X, table.shape[1], method);
    if (typeof this.kernel === "function") {
      table = await ownKernel(this.kernel, table, this.XFit_ as NDArray<Float64Array>);
    }
    const sign = this.classes_.size === 2 ? -1 : 1;
    const model: DecisionModel = {
      kernel: kernelSpec(this, this.gamma_),
      supportVectors: this.supportVectors_,
      support: this.support_.data,
      nSupport: this.nSupport_.data,
      dualCoef: sign < 0 ? this.dualCoef_.data.map((v) => -v) : this.dualCoef_.data,
      intercept: sign < 0 ? this.intercept_.data.map((v) => -v) : this.intercept_.data,
    };
    return pairDecisions(model, table);
  }
}

/** @throws {InvalidInputError} when a class has only samples of weight zero */
function checkWeights(who: string, codes: Int32Array, nClasses: number, weight: Float64Array): void {
  const left = new Set<number>();
  for (let i = 0; i < codes.length; i++) if (weight[i] > 0) left.add(codes[i]);
  if (left.size < nClasses) {
    throw new InvalidInputError(`${who}.fit: a class has only samples of weight zero; nothing can be learned of it`);
  }
}
