import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { tallFactor } from "../blockwise/mod.ts";
import { type ChunkedInput, cutAlike, isChunked, wholeRows } from "../by_block/mod.ts";
import {
  type FitFamily,
  type FitPlan,
  type Params,
  type PlannedFit,
  type PlannedPart,
  rememberFeatures,
  resetFitted,
} from "../base/mod.ts";
import { bool, checkParameters, InvalidInputError, type ParameterRule, real } from "../utils/mod.ts";
import { byEquations, equationsOf, leastSquares } from "./least_squares.ts";
import { checkRegression, LinearRegressor } from "./linear_regressor.ts";
import { interceptsOf, type NormalEquations } from "./moments.ts";
import { nonNegativeLeastSquares } from "./nonnegative.ts";
import { equationsOfSplits, performRegression, planRegression } from "./regression_plan.ts";

/** Hyperparameters of {@linkcode LinearRegression}. */
export interface LinearRegressionOptions {
  /** Whether to learn a constant; true if left out. */
  fitIntercept?: boolean;
  /** Singular values of the features below this part of the largest count as zero; 1e-6 if left out. */
  tol?: number;
  /** Whether weights must not be negative; false if left out. */
  positive?: boolean;
}

const rules: Readonly<Record<string, ParameterRule>> = { fitIntercept: bool, tol: real({ min: 0 }), positive: bool };

/**
 * Linear regression by least squares; where several solutions are equally good, the shortest.
 *
 * Source: G. H. Golub, C. F. Van Loan, "Matrix Computations", chapter 5; C. L. Lawson, R. J. Hanson, "Solving least
 * squares problems", chapter 23, for weights that are not negative.
 *
 * @example
 * ```ts
 * import { LinearRegression } from "@troupe/troupe";
 * const model = await new LinearRegression().fit([[1, 1], [1, 2], [2, 2], [2, 3]], [6, 8, 9, 11]);
 * model.coef_.toArray(); // [1, 2]
 * (await model.predict([[3, 5]])).toArray(); // [16]
 * ```
 */
export class LinearRegression extends LinearRegressor {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { fitIntercept: true, tol: 1e-6, positive: false };

  /** What scikit-learn has and this has not. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    copyX: "X is never changed",
    nJobs: "all targets are solved at once",
  };

  /** Whether to learn a constant. */
  declare fitIntercept: boolean;
  /** Which singular values count as zero. */
  declare tol: number;
  /** Whether weights must not be negative. */
  declare positive: boolean;

  /** Rank of the centred features; not with `positive`. */
  declare rank_?: number;
  /** Singular values of the centred features, largest first, shape [min(nSamples, nFeatures)]; not with `positive`. */
  declare singular_?: NDArray<Float64Array>;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: LinearRegressionOptions = {}) {
    super(options);
  }

  /** How a search's fits are cut: products of the features are summed up once a split, and shared by its candidates. */
  static planFits(family: FitFamily): FitPlan | null {
    return planRegression(family);
  }

  /** Sums up products for all splits. */
  static performStage(family: FitFamily, task: unknown): unknown {
    return equationsOfSplits(family, task as boolean);
  }

  /** Does the fits of a split. */
  static performPart(family: FitFamily, part: PlannedPart, shared: readonly unknown[]): Iterable<PlannedFit> {
    return performRegression(family, part, shared);
  }

  /**
   * Learns from samples and their targets.
   *
   * @param X samples, shape [nSamples, nFeatures]. In blocks: one pass, of a tall and skinny QR
   * @param y targets; chunked where X is, shape [nSamples] or [nSamples, nTargets]
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when X or y holds NaN or infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  async fit(
    X: MatrixLike | ChunkedInput,
    y: VectorLike | ChunkedInput,
    sampleWeight?: VectorLike | null,
  ): Promise<this> {
    this.checkOptions();
    if (isChunked(X)) return await this.fitBlocks(X, y, sampleWeight);
    const data = checkRegression("LinearRegression", X, y as VectorLike, sampleWeight, true);
    if (this.positive) {
      this.keepByEquations(equationsOf(data, this.fitIntercept), data.X.length, X, data.flat);
    } else {
      const { coef, rank, singular, means } = leastSquares(data, this.fitIntercept, this.tol);
      resetFitted(this);
      this.setLinear(coef, interceptsOf(coef, means), data.flat);
      this.rank_ = rank;
      this.singular_ = new NDArray(singular);
      rememberFeatures(this, X, data.X.shape[1]);
    }
    return this;
  }

  /** Learns from samples in blocks. */
  private async fitBlocks(X: ChunkedInput, y: unknown, sampleWeight: unknown): Promise<this> {
    const caller = "LinearRegression.fit";
    if (sampleWeight !== undefined && sampleWeight !== null) {
      throw new InvalidInputError(`${caller}: sampleWeight is for X in memory`);
    }
    const samples = wholeRows(X, caller);
    const [targets] = cutAlike(samples, { y }, caller);
    if (targets.ndim > 2 || targets.dtype === "string") {
      throw new InvalidInputError(
        `${caller}: y is ${targets.dtype} with ${targets.ndim} axes, expected numbers, one axis or two`,
      );
    }
    const { mean, Rx, Rxy, rows } = await tallFactor(samples, targets, this.fitIntercept, caller);
    const m = samples.shape[1];
    const t = mean.length - m;
    // What is best for R is best for X: lengths of what is missed differ by a constant.
    const small = new LinearRegression({ fitIntercept: false, tol: this.tol, positive: this.positive });
    await small.fit(new NDArray(Rx, [rows, m]), new NDArray(Rxy, [rows, t]));
    const coef = small.coef_.data;
    const constants = Float64Array.from({ length: t }, (_, k) => {
      let sum = mean[m + k];
      for (let j = 0; j < m; j++) sum -= coef[k * m + j] * mean[j];
      return sum;
    });
    resetFitted(this);
    this.setLinear(coef, constants, targets.ndim === 1);
    if (small.rank_ !== undefined) [this.rank_, this.singular_] = [small.rank_, small.singular_];
    rememberFeatures(this, undefined, m);
    return this;
  }

  /**
   * Checks hyperparameters.
   *
   * @internal
   */
  checkOptions(): void {
    checkParameters("LinearRegression", this.getParams(false), rules);
  }

  /**
   * Whether the normal equations may do.
   *
   * @internal
   */
  fitsByEquations(): boolean {
    return true;
  }

  /**
   * Solves normal equations and stores what was learned; false where they do not do.
   *
   * @internal
   */
  keepByEquations(equations: NormalEquations, _n: number, X: MatrixLike, flat: boolean): boolean {
    const { m, t, gram, xy } = equations;
    let coef = new Float64Array(t * m);
    const solved = this.positive ? undefined : byEquations(undefined, equations, this.tol);
    if (solved !== undefined) coef = solved.coef as Float64Array<ArrayBuffer>;
    else if (!this.positive) return false;
    else for (let c = 0; c < t; c++) coef.set(nonNegativeLeastSquares(gram, xy.subarray(c * m, (c + 1) * m)), c * m);
    resetFitted(this);
    this.setLinear(coef, interceptsOf(coef, equations), flat);
    if (solved !== undefined) {
      this.rank_ = solved.rank;
      this.singular_ = new NDArray(solved.singular);
    }
    rememberFeatures(this, X, m);
    return true;
  }
}
