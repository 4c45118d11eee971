import type { MatrixLike, VectorLike } from "../array/mod.ts";
import {
  type FitFamily,
  type FitPlan,
  type Params,
  type PlannedFit,
  type PlannedPart,
  rememberFeatures,
  resetFitted,
} from "../base/mod.ts";
import { kernels } from "../kernels/mod.ts";
import { choleskyInPlace } from "../linalg/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
import {
  bool,
  checkParameters,
  checkVector,
  either,
  InvalidInputError,
  InvalidParameterError,
  isArrayLike,
  type ParameterRule,
  randomSource,
  real,
} from "../utils/mod.ts";
import { solveCholesky } from "./factor.ts";
import {
  centredRows,
  correlationsLeft,
  EASY,
  equationsOf,
  fromSingular,
  type Means,
  meansOf,
  reduced,
} from "./least_squares.ts";
import { checkRegression, LinearRegressor, type RegressionData } from "./linear_regressor.ts";
import { GRAM_LIMIT, interceptsOf, type NormalEquations } from "./moments.ts";
import { nonNegativeLeastSquares } from "./nonnegative.ts";
import { equationsOfSplits, performRegression, planRegression } from "./regression_plan.ts";

/** Ways to solve ridge regression. */
export type RidgeSolver = "auto" | "cholesky" | "svd" | "lbfgs";

/** Hyperparameters of {@linkcode Ridge}. */
export interface RidgeOptions {
  /** Weight of the penalty, or one for each target; at least 0, 1 if left out. */
  alpha?: number | VectorLike;
  /** Whether to learn a constant; true if left out. */
  fitIntercept?: boolean;
  /** "auto" solves by Cholesky, and by singular values where that would lose digits; "lbfgs" is for `positive` only. */
  solver?: RidgeSolver;
  /** Whether weights must not be negative; false if left out. */
  positive?: boolean;
  /** Not used, for no solver here draws; kept because scikit-learn has it. */
  randomState?: RandomStateLike;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  alpha: either(real({ min: 0 }), { expected: "one for each target", test: isArrayLike }),
  fitIntercept: bool,
  solver: {
    expected:
      '"auto", "cholesky", "svd" or "lbfgs" (scikit-learn\'s "lsqr", "sparse_cg", "sag" and "saga" are left out: ' +
      'they are for sparse matrices, or less exact than "auto")',
    test: (v) => ["auto", "cholesky", "svd", "lbfgs"].includes(v as string),
  },
  positive: bool,
  randomState: randomSource,
};

/** Ratio of squared pivots below which digits are at stake. */
const SAFE = 1e-9;

/**
 * Least squares with a penalty on the squares of the weights: it minimises ‖y − Xw‖² + alpha · ‖w‖².
 *
 * Source: A. E. Hoerl, R. W. Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 12 (1970).
 *
 * @example
 * ```ts
 * import { Ridge } from "@troupe/troupe";
 * const model = await new Ridge({ alpha: 1 }).fit([[0, 0], [1, 1], [2, 2]], [0, 1, 2]);
 * model.coef_.toArray(); // [0.4, 0.4]
 * ```
 */
export class Ridge extends LinearRegressor {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    alpha: 1,
    fitIntercept: true,
    solver: "auto",
    positive: false,
    randomState: null,
  };

  /** What scikit-learn has and this has not. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    copyX: "X is never changed",
    maxIter: "all solvers here are direct",
    tol: "all solvers here are direct",
  };

  /** Weight of the penalty. */
  declare alpha: number | VectorLike;
  /** Whether to learn a constant. */
  declare fitIntercept: boolean;
  /** How it is solved. */
  declare solver: RidgeSolver;
  /** Whether weights must not be negative. */
  declare positive: boolean;
  /** Not used. */
  declare randomState: RandomStateLike;

  /** How it was solved. */
  declare solver_: string;
  /** Always null: the solvers are direct. */
  declare nIter_: null;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: RidgeOptions = {}) {
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
   * @param X samples, shape [nSamples, nFeatures]
   * @param y targets, shape [nSamples] or [nSamples, nTargets]
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when X or y holds NaN or infinities, or y does not fit X, or alpha y
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, y: VectorLike, sampleWeight?: VectorLike | null): Promise<this> {
    this.checkOptions();
    const data = checkRegression("Ridge", X, y, sampleWeight, this.positive || this.solver !== "svd");
    const alphas = alphasFor(this.alpha, data.Y.shape[1]);
    const { coef, means, solver } = solveRidge(data, alphas, this);
    resetFitted(this);
    this.setLinear(coef, interceptsOf(coef, means), data.flat);
    this.solver_ = solver;
    this.nIter_ = null;
    rememberFeatures(this, X, data.X.shape[1]);
    return this;
  }

  /**
   * Checks hyperparameters, each and together.
   *
   * @internal
   */
  checkOptions(): void {
    checkParameters("Ridge", this.getParams(false), rules);
    const { solver, positive } = this;
    if (solver === "lbfgs" && !positive) {
      throw new InvalidParameterError('Ridge: solver "lbfgs" is for positive: true only; use "auto"');
    }
    if (positive && solver !== "auto" && solver !== "lbfgs") {
      throw new InvalidParameterError(
        `Ridge: solver ${JSON.stringify(solver)} cannot keep weights positive; use "auto"`,
      );
    }
  }

  /**
   * Whether the normal equations may do.
   *
   * @internal
   */
  fitsByEquations(): boolean {
    return this.solver !== "svd";
  }

  /**
   * Solves normal equations and stores what was learned; false where they do not do.
   *
   * @internal
   */
  keepByEquations(equations: NormalEquations, _n: number, X: MatrixLike, flat: boolean): boolean {
    const alphas = alphasFor(this.alpha, equations.t);
    const coef = this.positive ? positiveRidge(equations, alphas) : ridgeByEquations(equations, alphas);
    if (coef === undefined) return false;
    resetFitted(this);
    this.setLinear(coef, interceptsOf(coef, equations), flat);
    this.solver_ = this.positive ? "lbfgs" : "cholesky";
    this.nIter_ = null;
    rememberFeatures(this, X, equations.m);
    return true;
  }
}

/** A penalty for each target. */
export function alphasFor(alpha: number | VectorLike, t: number): Float64Array {
  if (typeof alpha === "number") return new Float64Array(t).fill(alpha);
  const { data } = checkVector(alpha, "Ridge: alpha");
  if (data.length !== t && data.length !== 1) {
    throw new InvalidInputError(`Ridge: alpha has ${data.length} values for ${t} target(s)`);
  }
  const bad = data.findIndex((a) => !(a >= 0));
  if (bad >= 0) throw new InvalidParameterError(`Ridge: alpha[${bad}] must be at least 0, got ${data[bad]}`);
  return data.length === t ? data : new Float64Array(t).fill(data[0]);
}

function solveRidge(
  data: RegressionData,
  alphas: Float64Array,
  { solver, positive, fitIntercept }: Ridge,
): { coef: Float64Array; means: Means; solver: string } {
  const [n, m] = data.X.shape;
  if (positive) {
    const equations = equationsOf(data, fitIntercept);
    return { coef: positiveRidge(equations, alphas), means: equations, solver: "lbfgs" };
  }
  if (solver !== "svd" && n > m && m <= GRAM_LIMIT) {
    const equations = equationsOf(data, fitIntercept);
    const coef = ridgeByEquations(equations, alphas, data);
    if (coef !== undefined) return { coef, means: equations, solver: "cholesky" };
  }
  const means = meansOf(data, fitIntercept);
  if (solver !== "svd" && n <= m) {
    const coef = ridgeByKernel(data, means, alphas);
    if (coef !== undefined) return { coef, means, solver: "cholesky" };
  }
  const longest = Math.max(n, m) * Number.EPSILON;
  const { coef } = fromSingular(
    reduced(data, means),
    means.t,
    (s, largest, c) => s > longest * largest ? s / (s * s + alphas[c]) : 0,
  );
  return { coef, means, solver: "svd" };
}

function positiveRidge({ m, t, gram, xy }: NormalEquations, alphas: Float64Array): Float64Array {
  const coef = new Float64Array(t * m);
  for (let c = 0; c < t; c++) {
    const A = gram.slice();
    for (let j = 0; j < m; j++) A[j * m + j] += alphas[c];
    coef.set(nonNegativeLeastSquares(A, xy.subarray(c * m, (c + 1) * m)), c * m);
  }
  return coef;
}

/** L of a matrix with `alpha` added to its diagonal, and the ratio of its pivots; undefined where digits would be lost. */
function safeFactor(A: Float64Array, order: number, alpha: number): { l: Float64Array; ratio: number } | undefined {
  const l = A.slice();
  for (let j = 0; j < order; j++) l[j * order + j] += alpha;
  if (choleskyInPlace(l, order) !== 0) return undefined;
  let least = Infinity, most = 0;
  for (let j = 0; j < order; j++) {
    const pivot = l[j * order + j] ** 2;
    least = Math.min(least, pivot);
    most = Math.max(most, pivot);
  }
  return least > SAFE * most ? { l, ratio: least / most } : undefined;
}

/**
 * Weights from the normal equations; undefined where digits would be lost. Where samples are given, a second step on what the first one left
 * brings back what the products lost.
 */
export function ridgeByEquations(
  equations: NormalEquations,
  alphas: Float64Array,
  data?: RegressionData,
): Float64Array | undefined {
  const { m, t, gram, xy } = equations;
  const coef = xy.slice();
  const factors = new Map<number, { l: Float64Array; ratio: number }>();
  let worst = 1;
  for (let c = 0; c < t; c++) {
    const factor = factors.get(alphas[c]) ?? safeFactor(gram, m, alphas[c]);
    if (factor === undefined) return undefined;
    factors.set(alphas[c], factor);
    worst = Math.min(worst, factor.ratio);
    solveCholesky(factor.l, m, coef, c * m);
  }
  if (data === undefined || worst >= EASY) return coef;
  const more = correlationsLeft(data, equations, coef);
  for (let c = 0; c < t; c++) {
    for (let j = c * m; j < (c + 1) * m; j++) more[j] -= alphas[c] * coef[j];
    solveCholesky(factors.get(alphas[c])!.l, m, more, c * m);
  }
  for (let i = 0; i < coef.length; i++) coef[i] += more[i];
  return coef;
}

/** Weights as combinations of the samples, for more features than samples; undefined where digits would be lost. */
function ridgeByKernel(data: RegressionData, means: Means, alphas: Float64Array): Float64Array | undefined {
  const n = data.X.length;
  const { m, t } = means;
  const width = m + t;
  const rows = new Float64Array(n * width);
  centredRows(data, means, 0, n, rows);
  const K = new Float64Array(n * n);
  kernels().gemm(false, true, n, n, m, 1, rows, width, rows, width, 0, K, n);
  const dual = new Float64Array(t * n);
  const factors = new Map<number, Float64Array>();
  for (let c = 0; c < t; c++) {
    const l = factors.get(alphas[c]) ?? safeFactor(K, n, alphas[c])?.l;
    if (l === undefined) return undefined;
    factors.set(alphas[c], l);
    for (let i = 0; i < n; i++) dual[c * n + i] = rows[i * width + m + c];
    solveCholesky(l, n, dual, c * n);
  }
  const coef = new Float64Array(t * m);
  kernels().gemm(false, false, t, m, n, 1, dual, n, rows, width, 0, coef, m);
  return coef;
}
