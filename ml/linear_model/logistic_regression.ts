import { type Labels, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { applyInBlocks } from "../blockwise/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import type { ChunkedArray } from "../chunked/mod.ts";
import {
  type FitFamily,
  type FitPlan,
  type Params,
  type PlannedFit,
  type PlannedPart,
  rememberFeatures,
  resetFitted,
} from "../base/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
import {
  bool,
  checkParameters,
  type ClassWeight,
  either,
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
import { classProbabilities, LinearClassifier } from "./linear_classifier.ts";
import { fitLogisticBlocks } from "./logistic_chunked.ts";
import { checkClassification, logisticWeights } from "./logistic_input.ts";
import { functionsOf, type LogisticData, LogisticObjective, widthOf } from "./logistic_objective.ts";
import { performLogistic, planLogistic, solveLogisticPath } from "./logistic_plan.ts";
import { type SmoothResult, solveSmooth } from "./logistic_smooth.ts";
import { solveSparse } from "./logistic_sparse.ts";

/** Ways to find the optimum. */
export type LogisticSolver = "lbfgs" | "newton-cg" | "newton-cholesky" | "sag" | "saga" | "liblinear";

const solvers: readonly LogisticSolver[] = ["lbfgs", "newton-cg", "newton-cholesky", "sag", "saga", "liblinear"];

/** Hyperparameters of {@linkcode LogisticRegression}. */
export interface LogisticRegressionOptions {
  /** Inverse of the weight of the penalty; above 0, Infinity for no penalty; 1 if left out. */
  C?: number;
  /** Part of the penalty on absolute values, the rest is on squares; 0 to 1, 0 if left out. */
  l1Ratio?: number;
  /** Slope at which to stop; 1e-4 if left out. */
  tol?: number;
  /** Whether to learn a constant; true if left out. */
  fitIntercept?: boolean;
  /** With "liblinear", the constant is the weight of a feature of this value, with the others' penalty; 1 if left out. */
  interceptScaling?: number;
  /** Weight of each class: "balanced", a number for each label, or null. */
  classWeight?: ClassWeight;
  /**
   * "lbfgs" and "newton-cholesky" for penalties on squares or none; "saga" for all penalties; "liblinear" for two classes,
   * with a penalty on the constant too. "newton-cg" and "sag" are other names for "lbfgs", for the optimum is the same.
   * "lbfgs" if left out.
   */
  solver?: LogisticSolver;
  /** Steps at most; 100 if left out. */
  maxIter?: number;
  /** Whether to start from what was learned before; false if left out. */
  warmStart?: boolean;
  /** Not used, for no solver here draws; kept because scikit-learn has it. */
  randomState?: RandomStateLike;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  C: { expected: "a number larger than 0, or Infinity", test: (v) => typeof v === "number" && v > 0 },
  l1Ratio: real({ min: 0, max: 1 }),
  tol: real({ above: 0 }),
  fitIntercept: bool,
  interceptScaling: real({ above: 0 }),
  classWeight: either(oneOf("balanced", null), mapping),
  solver: oneOf(...solvers),
  maxIter: integer({ min: 0 }),
  warmStart: bool,
  randomState: randomSource,
};

/**
 * Logistic regression: probabilities by the sigmoid or, for more than two classes, the softmax of linear functions. It
 * minimises C · Σ loss + penalty, whatever the solver; constants have no penalty but with "liblinear".
 *
 * Source: softmax regression as in C. M. Bishop, "Pattern recognition and machine learning", 4.3.
 *
 * @example
 * ```ts
 * import { loadIris, LogisticRegression } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const model = await new LogisticRegression({ maxIter: 200 }).fit(X, y);
 * await model.score(X, y); // 0.973…
 * ```
 */
export class LogisticRegression extends LinearClassifier {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    C: 1,
    l1Ratio: 0,
    tol: 1e-4,
    fitIntercept: true,
    interceptScaling: 1,
    classWeight: null,
    solver: "lbfgs",
    maxIter: 100,
    warmStart: false,
    randomState: null,
  };

  /** What scikit-learn has and this has not. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    penalty: "it is deprecated; use l1Ratio, 0 for l2 and 1 for l1, and C: Infinity for none",
    dual: "the optimum is the same; the solver takes the form that suits the data",
    nJobs: "it has no effect in scikit-learn either",
    verbose: "there is nothing it would print",
  };

  /** Inverse of the weight of the penalty. */
  declare C: number;
  /** Part of the penalty on absolute values. */
  declare l1Ratio: number;
  /** Slope at which to stop. */
  declare tol: number;
  /** Whether to learn a constant. */
  declare fitIntercept: boolean;
  /** Value of the feature that stands for the constant with "liblinear". */
  declare interceptScaling: number;
  /** Weight of each class. */
  declare classWeight: ClassWeight;
  /** Way to find the optimum. */
  declare solver: LogisticSolver;
  /** Steps at most. */
  declare maxIter: number;
  /** Whether to start from what was learned before. */
  declare warmStart: boolean;
  /** Not used. */
  declare randomState: RandomStateLike;

  /** Steps that were made, shape [1]. */
  declare nIter_: NDArray<Int32Array>;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: LogisticRegressionOptions = {}) {
    super(options);
  }

  /**
   * How a search's fits are cut: a part for each candidate, whose splits start from the solution for all samples; a stage
   * before finds those of candidates that differ in C alone.
   */
  static planFits(family: FitFamily): FitPlan | null {
    return planLogistic(family);
  }

  /** Does a stage of that plan. */
  static performStage(family: FitFamily, task: unknown): unknown {
    return solveLogisticPath(family, task);
  }

  /** Does the fits of a part of that plan. */
  static performPart(family: FitFamily, part: PlannedPart, shared: readonly unknown[]): Iterable<PlannedFit> {
    return performLogistic(family, part, shared);
  }

  /**
   * Learns from samples and their classes.
   *
   * @param X samples, shape [nSamples, nFeatures]. In blocks: with penalties on squares, or none; a pass for each point that is tried
   * @param y class of each sample, shape [nSamples]; chunked where X is
   * @param sampleWeight weight of each sample; for X in memory
   * @throws {InvalidInputError} when X holds NaN or infinities, y does not fit X, or there is one class only
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have, or the solver not the penalty
   */
  async fit(
    X: MatrixLike | ChunkedInput,
    y: LabelsLike | ChunkedInput,
    sampleWeight?: VectorLike | null,
  ): Promise<this> {
    this.checkOptions();
    if (isChunked(X)) return await this.fitBlocks(X, y, sampleWeight);
    const { table, encoded, look } = checkClassification("LogisticRegression", X, y as LabelsLike, true);
    const weight = logisticWeights(encoded, this.classWeight, sampleWeight);
    if (this.solver === "liblinear" && encoded.classes.size > 2) {
      throw new InvalidInputError(
        `LogisticRegression.fit: solver "liblinear" is for two classes, y has ${encoded.classes.size}; use "lbfgs"`,
      );
    }
    const scaled = this.solver === "liblinear" && this.fitIntercept;
    const data: LogisticData = {
      X: scaled ? withColumn(table, this.interceptScaling) : table,
      codes: encoded.codes,
      nClasses: encoded.classes.size,
      fitIntercept: this.fitIntercept && !scaled,
    };
    const start = this.startFor(data, scaled);
    const result = this.solve(data, weight, start, look);
    if (!result.converged) warnOfMaxIter(this.maxIter);
    this.keep(result, data, encoded.classes, X, scaled);
    return this;
  }

  /** Learns from samples in blocks. */
  private async fitBlocks(X: ChunkedInput, y: unknown, sampleWeight: unknown): Promise<this> {
    const { C, tol, maxIter, classWeight, fitIntercept, solver, l1Ratio } = this;
    const refused = sampleWeight !== undefined && sampleWeight !== null
      ? "sampleWeight"
      : this.warmStart
      ? "warmStart"
      : solver === "liblinear" || (l1Ratio > 0 && C !== Infinity)
      ? `solver ${JSON.stringify(solver)} with l1Ratio=${l1Ratio}`
      : undefined;
    if (refused !== undefined) throw new InvalidInputError(`LogisticRegression.fit: ${refused} is for X in memory`);
    const found = await fitLogisticBlocks(X, y, { classWeight, fitIntercept, C, stop: { tol, maxIter } });
    if (!found.result.converged) warnOfMaxIter(maxIter);
    this.keep(found.result, found.data, found.classes, undefined as unknown as MatrixLike);
    return this;
  }

  /**
   * Checks hyperparameters, each and together.
   *
   * @internal
   */
  checkOptions(): void {
    checkParameters("LogisticRegression", this.getParams(false), rules);
    const { solver, l1Ratio, C } = this;
    if (C !== Infinity && l1Ratio > 0 && solver !== "saga" && solver !== "liblinear") {
      throw new InvalidParameterError(
        `LogisticRegression: solver ${
          JSON.stringify(solver)
        } has no penalty on absolute values (l1Ratio=${l1Ratio}); ` +
          'use solver "saga"',
      );
    }
    if (solver === "liblinear" && (C === Infinity || (l1Ratio > 0 && l1Ratio < 1))) {
      throw new InvalidParameterError(
        `LogisticRegression: solver "liblinear" takes a finite C and an l1Ratio of 0 or 1, got C=${C} and ` +
          `l1Ratio=${l1Ratio}; use solver "saga"`,
      );
    }
  }

  /** Finds the optimum. */
  private solve(
    data: LogisticData,
    weight: Float64Array | undefined,
    start: Float64Array,
    look: () => void,
  ): SmoothResult {
    const total = weight === undefined ? data.X.length : weight.reduce((a, b) => a + b, 0);
    const strength = this.C === Infinity ? 0 : 1 / (this.C * total);
    const stop = { tol: this.tol, maxIter: this.maxIter };
    using objective = new LogisticObjective(data);
    const task = { weight, total, l2: strength * (1 - this.l1Ratio) };
    const result = strength * this.l1Ratio > 0
      ? solveSparse(objective, { ...task, l1: strength * this.l1Ratio }, start, stop)
      : solveSmooth(objective, task, start, stop, this.solver === "newton-cholesky");
    if (objective.sawNonFinite) look();
    return result;
  }

  /** Where to start: at zero, or with `warmStart` at what was learned before. */
  private startFor(data: LogisticData, scaled: boolean): Float64Array {
    const k = functionsOf(data);
    const width = widthOf(data);
    const m = scaled ? width - 1 : data.X.shape[1];
    const start = new Float64Array(k * width);
    if (!this.warmStart || this.coef_ === undefined) return start;
    if (this.coef_.shape[0] !== k || this.coef_.shape[1] !== m) {
      throw new InvalidInputError(
        `LogisticRegression.fit: warmStart has weights of shape [${this.coef_.shape.join(", ")}], but the data needs ` +
          `[${k}, ${m}]`,
      );
    }
    for (let c = 0; c < k; c++) {
      start.set(this.coef_.data.subarray(c * m, (c + 1) * m), c * width);
      if (width > m) start[c * width + m] = this.intercept_.data[c] / (scaled ? this.interceptScaling : 1);
    }
    return start;
  }

  /**
   * Stores what was learned.
   *
   * @internal
   */
  keep({ point, iterations }: SmoothResult, data: LogisticData, classes: Labels, X: MatrixLike, scaled = false): void {
    const k = functionsOf(data);
    const width = widthOf(data);
    const m = scaled ? width - 1 : data.X.shape[1];
    resetFitted(this);
    this.classes_ = classes;
    rememberFeatures(this, X, m);
    this.coef_ = new NDArray(new Float64Array(k * m), [k, m]);
    this.intercept_ = new NDArray(new Float64Array(k));
    for (let c = 0; c < k; c++) {
      this.coef_.data.set(point.subarray(c * width, c * width + m), c * m);
      if (width > m) this.intercept_.data[c] = point[c * width + m] * (scaled ? this.interceptScaling : 1);
    }
    this.nIter_ = new NDArray(Int32Array.of(iterations));
  }

  /**
   * Probability of each class for each sample, shape [nSamples, nClasses].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} when X does not have the features that it was fitted with
   */
  predictProba(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  predictProba(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  // deno-lint-ignore require-await -- promises are the contract
  async predictProba(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "predictProba", X);
    return classProbabilities(this.decisions(X, "predictProba"));
  }

  /**
   * Logarithms of the probabilities.
   *
   * @throws {NotFittedError} before `fit`
   */
  async predictLogProba(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return (await this.predictProba(X)).map(Math.log);
  }
}

/** Says, once a fit, that it ended early. */
export function warnOfMaxIter(maxIter: number): void {
  warn(
    `LogisticRegression: stopped at maxIter=${maxIter} before it converged; raise maxIter, scale the features, or lower C`,
  );
}

/** A table with one more column of a constant. */
function withColumn(table: NDArray<Float64Array>, value: number): NDArray<Float64Array> {
  const [n, m] = table.shape;
  const out = new Float64Array(n * (m + 1)).fill(value);
  for (let i = 0; i < n; i++) out.set(table.data.subarray(i * m, (i + 1) * m), i * (m + 1));
  return new NDArray(out, [n, m + 1]);
}
