import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import { bool, checkParameters, type ParameterRule, real } from "../utils/mod.ts";
import { equationsOf, leastSquares } from "./least_squares.ts";
import { checkRegression, LinearRegressor } from "./linear_regressor.ts";
import { interceptsOf } from "./moments.ts";
import { nonNegativeLeastSquares } from "./nonnegative.ts";

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
  /** Singular values of the centred features, largest first; not with `positive`. */
  declare singular_?: NDArray<Float64Array>;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: LinearRegressionOptions = {}) {
    super(options);
  }

  /**
   * Learns from samples and their targets.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y targets, shape [nSamples] or [nSamples, nTargets]
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when X or y holds NaN or infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, y: VectorLike, sampleWeight?: VectorLike | null): Promise<this> {
    checkParameters("LinearRegression", this.getParams(false), rules);
    const data = checkRegression("LinearRegression", X, y, sampleWeight);
    const m = data.X.shape[1];
    if (this.positive) {
      const equations = equationsOf(data, this.fitIntercept);
      const coef = new Float64Array(equations.t * m);
      for (let c = 0; c < equations.t; c++) {
        coef.set(nonNegativeLeastSquares(equations.gram, equations.xy.subarray(c * m, (c + 1) * m)), c * m);
      }
      resetFitted(this);
      this.setLinear(coef, interceptsOf(coef, equations), data.flat);
    } else {
      const { coef, rank, singular, means } = leastSquares(data, this.fitIntercept, this.tol);
      resetFitted(this);
      this.setLinear(coef, interceptsOf(coef, means), data.flat);
      this.rank_ = rank;
      this.singular_ = new NDArray(singular);
    }
    rememberFeatures(this, X, m);
    return this;
  }
}
