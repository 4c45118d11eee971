import { type Labels, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import {
  BaseClassifier,
  checkIsFitted,
  checkNFeatures,
  type FitFamily,
  type FitPlan,
  type Params,
  type PlannedFit,
  type PlannedPart,
  resetFitted,
} from "../base/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  bool,
  callable,
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
  integer,
  InvalidInputError,
  mapping,
  oneOf,
  type ParameterRule,
  randomSource,
  real,
} from "../utils/mod.ts";
import { type DecisionModel, pairDecisions } from "./decision.ts";
import { SVMError } from "./errors.ts";
import type { KernelFunction, KernelName, KernelSpec } from "./kernel.ts";
import { trainOneVsOne } from "./one_vs_one.ts";
import { couplePairs, sigmoidOf } from "./platt.ts";
import type { FamilyTask } from "./family.ts";
import { performSVCPart, performSVCStage, planSVC, predictedClasses, shownDecisions } from "./planner.ts";
import { solveBySmo } from "./smo.ts";

/** Hyperparameters of {@linkcode SVC}. */
export interface SVCOptions {
  /** Cost of samples on the wrong side; larger fits closer. Above 0; 1 if left out. */
  C?: number;
  /** "rbf" if left out. A function of your own gets two tables and gives the matrix between their rows. */
  kernel?: KernelName | KernelFunction;
  /** Exponent of the polynomial kernel; 3 if left out. */
  degree?: number;
  /** Factor in rbf, poly and sigmoid: "scale" is 1 / (nFeatures · variance of X), "auto" 1 / nFeatures. "scale" if left out. */
  gamma?: "scale" | "auto" | number;
  /** Constant in poly and sigmoid; 0 if left out. */
  coef0?: number;
  /** Whether the solver sets aside samples that seem decided; true if left out. Changes time, not results. */
  shrinking?: boolean;
  /** Whether to learn probabilities, by five folds within `fit`, which takes several times as long. False if left out. */
  probability?: boolean;
  /** How far from the optimum to stop; 1e-3 if left out. */
  tol?: number;
  /** Memory for kernel values in MiB; 200 if left out. */
  cacheSize?: number;
  /** Factor of C for each class: "balanced", a number for each label, or null. */
  classWeight?: ClassWeight;
  /** Not used; kept because scikit-learn has it. */
  verbose?: boolean | number;
  /** Iterations at most for each pair of classes; −1, no limit, if left out. */
  maxIter?: number;
  /** Whether `decisionFunction` gives a column for each class ("ovr") or for each pair ("ovo"). "ovr" if left out. */
  decisionFunctionShape?: "ovr" | "ovo";
  /** Whether equal votes are decided by `decisionFunction` and not by the order of the classes. False if left out. */
  breakTies?: boolean;
  /** Seed of the folds for `probability`. */
  randomState?: RandomStateLike;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  C: real({ above: 0 }),
  kernel: either(oneOf("linear", "poly", "rbf", "sigmoid", "precomputed"), callable),
  degree: integer({ min: 0 }),
  gamma: either(oneOf("scale", "auto"), real({ min: 0 })),
  coef0: real(),
  shrinking: bool,
  probability: bool,
  tol: real({ above: 0 }),
  cacheSize: real({ above: 0 }),
  classWeight: either(oneOf("balanced", null), mapping),
  maxIter: integer({ min: -1 }),
  decisionFunctionShape: oneOf("ovr", "ovo"),
  breakTies: bool,
  randomState: randomSource,
};

/**
 * Support vector classifier: a machine for each pair of classes, and a vote. Parameters, attributes and results are
 * scikit-learn's.
 *
 * Source: C. Cortes, V. Vapnik, "Support-vector networks", Machine Learning 20 (1995); solver in {@linkcode SVCOptions.tol}
 * by sequential minimal optimisation.
 *
 * @example
 * ```ts
 * import { loadDigits, SVC } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * const svc = await new SVC({ gamma: 0.001 }).fit(X.slice(0, 1000), y.slice(0, 1000));
 * await svc.score(X.slice(1000), y.slice(1000)); // 0.96…
 * ```
 */
export class SVC extends BaseClassifier {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    C: 1,
    kernel: "rbf",
    degree: 3,
    gamma: "scale",
    coef0: 0,
    shrinking: true,
    probability: false,
    tol: 1e-3,
    cacheSize: 200,
    classWeight: null,
    verbose: false,
    maxIter: -1,
    decisionFunctionShape: "ovr",
    breakTies: false,
    randomState: null,
  };

  /**
   * How a search does many fits together: see {@linkcode FitPlan}. Kernels "rbf", "linear" and "poly" without `maxIter`;
   * candidates that differ in what does not change the machine (`shrinking`, `probability`, …) are one fit.
   */
  static planFits(family: FitFamily): FitPlan | null {
    return planSVC(family, rules);
  }

  /** Solutions for all samples, which those without each fold begin from. */
  static performStage(family: FitFamily, task: unknown): unknown {
    return performSVCStage(family, task as FamilyTask);
  }

  /** Fits of a part of the plan. */
  static performPart(family: FitFamily, part: PlannedPart, shared: readonly unknown[]): Iterable<PlannedFit> {
    return performSVCPart(family, part, shared);
  }

  /** Cost of samples on the wrong side. */
  declare C: number;
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
  /** Shape of X in `fit`. */
  declare shapeFit_: number[];
  /** The number that `gamma` came to. */
  declare gamma_: number;
  /** Slopes of the sigmoids of the pairs, with `probability`. */
  declare probA_: NDArray<Float64Array>;
  /** Offsets of the sigmoids of the pairs, with `probability`. */
  declare probB_: NDArray<Float64Array>;
  /** Training samples, kept for a kernel function of one's own only. */
  declare XFit_: NDArray<Float64Array> | undefined;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: SVCOptions = {}) {
    super(options);
  }

  /**
   * Learns from samples and their classes.
   *
   * @param X samples, shape [nSamples, nFeatures]; for kernel "precomputed" the matrix, shape [nSamples, nSamples]
   * @param y class of each sample, shape [nSamples]
   * @param sampleWeight factor of C of each sample
   * @throws {InvalidInputError} when X holds NaN or infinities, y does not fit X, or there is one class only
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  async fit(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<this> {
    checkParameters("SVC", this.getParams(false), rules);
    const table = checkArray(X, { caller: "SVC.fit" });
    const labels = checkLabels(y, "SVC.fit: y");
    checkConsistentLength({ X: table, y: labels });
    checkClassificationTargets(labels, "SVC.fit");
    const encoded = encodeLabels(labels);
    const nClasses = encoded.classes.size;
    if (nClasses < 2) {
      throw new InvalidInputError(
        `SVC.fit: y has ${nClasses} class (${encoded.classes.data[0]}); at least two are needed`,
      );
    }
    const classWeight = computeClassWeight(this.classWeight, encoded);
    const weight = checkSampleWeight(sampleWeight, table.shape[0]);
    const upper = this.upperBounds(encoded.codes, nClasses, classWeight, weight);
    const matrix = typeof this.kernel === "function" ? await this.ownKernel(table, table) : table;
    if (this.isPrecomputed() && matrix.shape[0] !== matrix.shape[1]) {
      throw new InvalidInputError(
        `SVC.fit: a precomputed kernel must be square, got shape [${matrix.shape.join(", ")}]`,
      );
    }
    // Drawn in any case, so that a generator that is shared goes on as in scikit-learn.
    const seed = checkRandomState(this.randomState).randint(0x7fffffff);
    const gamma = this.gammaFor(table);
    const model = trainOneVsOne({ X: matrix, codes: encoded.codes, nClasses, upper, weight }, {
      kernel: this.kernelSpec(gamma),
      cacheSize: this.cacheSize,
      solver: solveBySmo,
      tol: this.tol,
      maxIter: this.maxIter,
      shrinking: this.shrinking,
      plattSeed: this.probability ? seed : undefined,
    });
    if (!model.converged) {
      console.warn(`SVC: stopped at maxIter=${this.maxIter} before it converged; scale the features, or raise maxIter`);
    }
    const count = model.support.length;
    if (![...model.dualCoef, ...model.intercept].every(Number.isFinite)) {
      throw new SVMError("SVC.fit: coefficients are not finite; X may hold very large values: scale the features");
    }
    resetFitted(this);
    this.classes_ = encoded.classes;
    this.classWeight_ = new NDArray(classWeight);
    this.support_ = new NDArray(model.support);
    this.supportVectors_ = this.isPrecomputed() ? new NDArray(new Float64Array(0), [0, 0]) : table.take(model.support);
    this.nSupport_ = new NDArray(model.nSupport);
    // With two classes positive values mean the second, in everything that is shown.
    const sign = nClasses === 2 ? -1 : 1;
    this.dualCoef_ = new NDArray(model.dualCoef.map((v) => sign * v), [nClasses - 1, count]);
    this.intercept_ = new NDArray(model.intercept.map((v) => sign * v));
    this.nIter_ = new NDArray(model.iterations);
    this.fitStatus_ = model.converged ? 0 : 1;
    this.nFeaturesIn_ = table.shape[1];
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
      throw new SVMError(`SVC.predict: breakTies needs decisionFunctionShape "ovr"`);
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
    if (this.probA_ === undefined) throw new SVMError("SVC.predictProba: needs { probability: true } in fit");
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

  /** Logarithms of the probabilities. */
  async predictLogProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return (await this.predictProba(X)).map(Math.log);
  }

  /**
   * Weights of the features, shape [nClasses (nClasses − 1) / 2, nFeatures].
   *
   * @throws {SVMError} when the kernel is not linear
   */
  get coef_(): NDArray<Float64Array> {
    if (this.kernel !== "linear") throw new SVMError("SVC.coef_: only a linear kernel has weights of features");
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

  /** Whether the kernel comes as a matrix, made by the user or by a function. */
  private isPrecomputed(): boolean {
    return typeof this.kernel === "function" || this.kernel === "precomputed";
  }

  /** The kernel as the solver takes it. */
  private kernelSpec(gamma: number): KernelSpec {
    const name = typeof this.kernel === "function" ? "precomputed" : this.kernel;
    return { name, gamma, coef0: this.coef0, degree: this.degree };
  }

  /** The number that `gamma` comes to. */
  private gammaFor(X: NDArray<Float64Array>): number {
    if (typeof this.gamma === "number") return this.gamma;
    if (this.isPrecomputed()) return 0;
    if (this.gamma === "auto") return 1 / X.shape[1];
    const variance = X.var();
    return variance === 0 ? 1 : 1 / (X.shape[1] * variance);
  }

  /** The matrix that the user's function gives, checked. */
  private async ownKernel(A: NDArray<Float64Array>, B: NDArray<Float64Array>): Promise<NDArray<Float64Array>> {
    const matrix = checkArray(await (this.kernel as KernelFunction)(A, B), { inputName: "the kernel's matrix" });
    if (matrix.shape[0] !== A.shape[0] || matrix.shape[1] !== B.shape[0]) {
      throw new InvalidInputError(
        `SVC: the kernel gave shape [${matrix.shape.join(", ")}] for tables of ${A.shape[0]} and ${B.shape[0]} rows`,
      );
    }
    return matrix;
  }

  /** Upper bound of each α: C by the weights of class and sample. */
  private upperBounds(
    codes: Int32Array,
    nClasses: number,
    classWeight: Float64Array,
    weight: Float64Array,
  ): Float64Array {
    const left = new Set<number>();
    const upper = new Float64Array(codes.length);
    for (let i = 0; i < codes.length; i++) {
      upper[i] = this.C * classWeight[codes[i]] * weight[i];
      if (weight[i] > 0) left.add(codes[i]);
    }
    if (left.size < nClasses) {
      throw new InvalidInputError("SVC.fit: a class has only samples of weight zero; nothing can be learned of it");
    }
    return upper;
  }

  /** Decision values of all pairs; positive means the first of the pair. */
  private async decisions(X: MatrixLike, method: string): Promise<Float64Array> {
    let table = checkArray(X, { caller: `SVC.${method}` });
    checkNFeatures(this, table, method);
    if (typeof this.kernel === "function") table = await this.ownKernel(table, this.XFit_ as NDArray<Float64Array>);
    const sign = this.classes_.size === 2 ? -1 : 1;
    const model: DecisionModel = {
      kernel: this.kernelSpec(this.gamma_),
      supportVectors: this.supportVectors_,
      support: this.support_.data,
      nSupport: this.nSupport_.data,
      dualCoef: sign < 0 ? this.dualCoef_.data.map((v) => -v) : this.dualCoef_.data,
      intercept: sign < 0 ? this.intercept_.data.map((v) => -v) : this.intercept_.data,
    };
    return pairDecisions(model, table);
  }
}
