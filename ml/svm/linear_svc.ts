import { type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import { LinearClassifier } from "../linear_model/mod.ts";
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
  integer,
  InvalidInputError,
  InvalidParameterError,
  mapping,
  oneOf,
  type ParameterRule,
  randomSource,
  real,
  warn,
} from "../utils/mod.ts";
import {
  type LinearProblem,
  type LinearSolution,
  solveHinge,
  solveSparse,
  solveSquaredHinge,
} from "./linear_problem.ts";

/** Hyperparameters of {@linkcode LinearSVC}. */
export interface LinearSVCOptions {
  /** What is kept small: the squares of the weights, or their absolute values, which makes many zero. "l2" if left out. */
  penalty?: "l1" | "l2";
  /** Cost of falling short of the margin, or its square. "squared_hinge" if left out. */
  loss?: "hinge" | "squared_hinge";
  /** Which form is solved; "auto", what suits the others, if left out. The optimum is the same. */
  dual?: boolean | "auto";
  /** How far from the optimum to stop; 1e-4 if left out. */
  tol?: number;
  /** Cost of samples on the wrong side. Above 0; 1 if left out. */
  C?: number;
  /** "ovr", one plane for each class against the rest. */
  multiClass?: "ovr";
  /** Whether planes have a constant; true if left out. */
  fitIntercept?: boolean;
  /** The constant is the weight of a feature of this value, and so penalised; less with a larger value. 1 if left out. */
  interceptScaling?: number;
  /** Factor of C for each class: "balanced", a number for each label, or null. */
  classWeight?: ClassWeight;
  /** Not used; kept because scikit-learn has it. */
  verbose?: number;
  /** Seed of the order of samples, for the plain hinge. */
  randomState?: RandomStateLike;
  /** Iterations at most; 1000 if left out. */
  maxIter?: number;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  penalty: oneOf("l1", "l2"),
  loss: oneOf("hinge", "squared_hinge"),
  dual: either(bool, oneOf("auto")),
  tol: real({ above: 0 }),
  C: real({ above: 0 }),
  multiClass: oneOf("ovr"),
  fitIntercept: bool,
  interceptScaling: real({ above: 0 }),
  classWeight: either(oneOf("balanced", null), mapping),
  randomState: randomSource,
  maxIter: integer({ min: 1 }),
};

/**
 * Linear support vector classifier, for many samples: a plane for each class against the rest, solved without kernels.
 * `multiClass: "crammer_singer"` of scikit-learn is left out: it is seldom better, and far slower.
 *
 * Source: R.-E. Fan et al., "LIBLINEAR: a library for large linear classification", JMLR 9 (2008).
 *
 * @example
 * ```ts
 * import { LinearSVC, loadIris } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const svc = await new LinearSVC().fit(X, y);
 * await svc.score(X, y); // 0.966…
 * ```
 */
export class LinearSVC extends LinearClassifier {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    penalty: "l2",
    loss: "squared_hinge",
    dual: "auto",
    tol: 1e-4,
    C: 1,
    multiClass: "ovr",
    fitIntercept: true,
    interceptScaling: 1,
    classWeight: null,
    verbose: 0,
    randomState: null,
    maxIter: 1000,
  };

  /** What is kept small. */
  declare penalty: "l1" | "l2";
  /** What falling short costs. */
  declare loss: "hinge" | "squared_hinge";
  /** Which form is solved. */
  declare dual: boolean | "auto";
  /** How far from the optimum to stop. */
  declare tol: number;
  /** Cost of samples on the wrong side. */
  declare C: number;
  /** How more than two classes are parted. */
  declare multiClass: "ovr";
  /** Whether planes have a constant. */
  declare fitIntercept: boolean;
  /** The constant's feature. */
  declare interceptScaling: number;
  /** Factor of C for each class. */
  declare classWeight: ClassWeight;
  /** Not used. */
  declare verbose: number;
  /** Seed of the order of samples. */
  declare randomState: RandomStateLike;
  /** Iterations at most. */
  declare maxIter: number;

  /** Most iterations of any plane. */
  declare nIter_: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: LinearSVCOptions = {}) {
    super(options);
  }

  /**
   * Learns from samples and their classes.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y class of each sample, shape [nSamples]
   * @param sampleWeight factor of C of each sample
   * @throws {InvalidInputError} when X holds NaN or infinities, y does not fit X, or there is one class only
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have, or two do not go together
   */
  // deno-lint-ignore require-await -- errors are rejections
  async fit(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike): Promise<this> {
    const who = this.constructor.name;
    checkParameters(who, this.getParams(false), rules);
    this.checkCombination(who);
    const table = checkArray(X, { caller: `${who}.fit` });
    const labels = checkLabels(y, `${who}.fit: y`);
    checkConsistentLength({ X: table, y: labels });
    checkClassificationTargets(labels, `${who}.fit`);
    const encoded = encodeLabels(labels);
    const k = encoded.classes.size;
    if (k < 2) {
      throw new InvalidInputError(
        `${who}.fit: y has ${k} class (${encoded.classes.data[0]}); at least two are needed`,
      );
    }
    const [rows, features] = table.shape;
    const weight = checkSampleWeight(sampleWeight, rows);
    const classWeight = computeClassWeight(this.classWeight, encoded, weight);
    const width = features + (this.fitIntercept ? 1 : 0);
    const data = this.fitIntercept ? withConstant(table, this.interceptScaling) : table.data;
    const planes = k === 2 ? [1] : [...Array(k).keys()];
    const solutions = planes.map((plane) => {
      const signs = Int8Array.from(encoded.codes, (c) => c === plane ? 1 : -1);
      // As in LIBLINEAR: with more than two classes, the rest weighs as if it had no weights of classes.
      const factor = (c: number): number => k === 2 || c === plane ? classWeight[c] : 1;
      const cost = Float64Array.from(encoded.codes, (c, i) => this.C * factor(c) * weight[i]);
      return this.solve({ X: data, rows, width, y: signs, cost, tol: this.tol, maxIter: this.maxIter });
    });
    if (solutions.some((s) => !s.converged)) {
      warn(
        `${who}: stopped at maxIter=${this.maxIter} before it converged; scale the features, or raise maxIter`,
      );
    }
    resetFitted(this);
    this.classes_ = encoded.classes;
    const coef = new Float64Array(planes.length * features);
    solutions.forEach(({ w }, p) => coef.set(w.subarray(0, features), p * features));
    this.coef_ = new NDArray(coef, [planes.length, features]);
    this.intercept_ = new NDArray(
      Float64Array.from(solutions, ({ w }) => this.fitIntercept ? this.interceptScaling * w[features] : 0),
    );
    this.nIter_ = Math.max(...solutions.map((s) => s.iterations));
    rememberFeatures(this, X, features);
    return this;
  }

  /** Refuses what LIBLINEAR has no solver for. */
  private checkCombination(who: string): void {
    const { penalty, loss, dual } = this;
    const refuse = (why: string): never => {
      throw new InvalidParameterError(
        `${who}: penalty=${penalty}, loss=${loss}, dual=${dual} do not go together: ${why}`,
      );
    };
    if (penalty === "l1" && loss === "hinge") refuse("the plain hinge needs penalty l2");
    if (penalty === "l1" && dual === true) refuse("penalty l1 is solved with dual=false");
    if (loss === "hinge" && dual === false) refuse("the plain hinge is solved with dual=true");
  }

  /** Solves one plane. */
  private solve(problem: LinearProblem): LinearSolution {
    if (this.penalty === "l1") return solveSparse(problem);
    return this.loss === "hinge" ? solveHinge(problem, checkRandomState(this.randomState)) : solveSquaredHinge(problem);
  }
}

/** The samples with one more feature that is the same for all. */
function withConstant({ data, shape: [rows, width] }: NDArray<Float64Array>, value: number): Float64Array {
  const out = new Float64Array(rows * (width + 1));
  for (let i = 0; i < rows; i++) {
    out.set(data.subarray(i * width, (i + 1) * width), i * (width + 1));
    out[i * (width + 1) + width] = value;
  }
  return out;
}
