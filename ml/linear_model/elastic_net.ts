import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import {
  type FitFamily,
  type FitPlan,
  type Params,
  type PlannedFit,
  type PlannedPart,
  rememberFeatures,
  resetFitted,
} from "../base/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import { bool, checkParameters, integer, oneOf, type ParameterRule, randomSource, real, warn } from "../utils/mod.ts";
import { ColumnProblem, descend, type DescentProblem, GramProblem } from "./coordinate_descent.ts";
import { checkRegression, LinearRegressor, type RegressionData } from "./linear_regressor.ts";
import { equationsOf, type Means } from "./least_squares.ts";
import { GRAM_LIMIT, interceptsOf, type NormalEquations } from "./moments.ts";
import { equationsOfSplits, performRegression, planRegression } from "./regression_plan.ts";

/** Hyperparameters of {@linkcode ElasticNet}. */
export interface ElasticNetOptions {
  /** Weight of the penalty; at least 0, 1 if left out. */
  alpha?: number;
  /** Part of the penalty on absolute values, the rest is on squares; 0 to 1, 0.5 if left out. */
  l1Ratio?: number;
  /** Whether to learn a constant; true if left out. */
  fitIntercept?: boolean;
  /** Passes over the features at most; 1000 if left out. */
  maxIter?: number;
  /** The duality gap at which to stop, as a part of the target's sum of squares; 1e-4 if left out. */
  tol?: number;
  /** Whether to start from what was learned before; false if left out. */
  warmStart?: boolean;
  /** Whether weights must not be negative; false if left out. */
  positive?: boolean;
  /** Seed of the order of features with `selection: "random"`. */
  randomState?: RandomStateLike;
  /** Whether features are visited in turn or at random; "cyclic" if left out. */
  selection?: "cyclic" | "random";
}

const rules: Readonly<Record<string, ParameterRule>> = {
  alpha: real({ min: 0 }),
  l1Ratio: real({ min: 0, max: 1 }),
  fitIntercept: bool,
  maxIter: integer({ min: 1 }),
  tol: real({ min: 0 }),
  warmStart: bool,
  positive: bool,
  randomState: randomSource,
  selection: oneOf("cyclic", "random"),
};

/**
 * Least squares with a penalty on the absolute values and on the squares of the weights. It minimises
 * ‖y − Xw‖² / 2n + alpha · l1Ratio · Σ|w| + alpha · (1 − l1Ratio) · Σw² / 2.
 *
 * Source: H. Zou, T. Hastie, "Regularization and variable selection via the elastic net", J. R. Stat. Soc. B 67 (2005);
 * J. Friedman, T. Hastie, R. Tibshirani, J. Stat. Software 33 (2010).
 *
 * @example
 * ```ts
 * import { ElasticNet, makeRegression } from "@troupe/troupe";
 * const { X, y } = makeRegression({ nFeatures: 2, randomState: 0 });
 * const model = await new ElasticNet({ randomState: 0 }).fit(X, y);
 * model.coef_.toArray(); // [18.83…, 64.55…]
 * ```
 */
export class ElasticNet extends LinearRegressor {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    alpha: 1,
    l1Ratio: 0.5,
    fitIntercept: true,
    maxIter: 1000,
    tol: 1e-4,
    warmStart: false,
    positive: false,
    randomState: null,
    selection: "cyclic",
  };

  /** What scikit-learn has and this has not. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    copyX: "X is never changed",
    precompute: "products of the features are used where they are faster",
  };

  /** Weight of the penalty. */
  declare alpha: number;
  /** Part of the penalty on absolute values. */
  declare l1Ratio: number;
  /** Whether to learn a constant. */
  declare fitIntercept: boolean;
  /** Passes at most. */
  declare maxIter: number;
  /** The gap at which to stop. */
  declare tol: number;
  /** Whether to start from what was learned before. */
  declare warmStart: boolean;
  /** Whether weights must not be negative. */
  declare positive: boolean;
  /** Seed of the order of features. */
  declare randomState: RandomStateLike;
  /** Order of features. */
  declare selection: "cyclic" | "random";

  /** Passes over the features; shape [nTargets] where y was a table. */
  declare nIter_: number | NDArray<Int32Array>;
  /** The duality gap at the end; shape [nTargets] where y was a table. */
  declare dualGap_: number | NDArray<Float64Array>;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: ElasticNetOptions = {}) {
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
   * Learns from samples and their targets; of several targets each by itself.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y targets, shape [nSamples] or [nSamples, nTargets]
   * @param sampleWeight weight of each sample; only their ratios matter
   * @throws {InvalidInputError} when X or y holds NaN or infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, y: VectorLike, sampleWeight?: VectorLike | null): Promise<this> {
    this.checkOptions();
    const data = checkRegression(this.constructor.name, X, y, sampleWeight, true);
    const [n, m] = data.X.shape;
    if (n >= m && m <= GRAM_LIMIT) this.keepByEquations(equationsOf(data, this.fitIntercept), n, X, data.flat);
    else {
      const centred = centre(data, this.fitIntercept);
      this.solve(
        centred,
        (c) => new ColumnProblem(centred.columns, centred.targets.subarray(c * n, (c + 1) * n)),
        n,
        data.flat,
      );
      rememberFeatures(this, X, m);
    }
    return this;
  }

  /**
   * Checks hyperparameters.
   *
   * @internal
   */
  checkOptions(): void {
    checkParameters(this.constructor.name, { ...this.getParams(false), l1Ratio: this.l1Part() }, rules);
  }

  /**
   * Whether the normal equations may do: where nothing of another fit is needed.
   *
   * @internal
   */
  fitsByEquations(): boolean {
    return !this.warmStart && !(typeof this.randomState === "object" && this.randomState !== null);
  }

  /**
   * Solves by products of the features and stores what was learned.
   *
   * @param n number of samples, for which the penalty stands
   * @internal
   */
  keepByEquations(equations: NormalEquations, n: number, X: MatrixLike, flat: boolean): boolean {
    const { m, gram, xy, yy, weight } = equations;
    // Weights count as if their mean were one.
    const scaled = (part: Float64Array): Float64Array => weight === n ? part : part.map((v) => v * n / weight);
    const [G, B, squares] = [scaled(gram), scaled(xy), scaled(yy)];
    this.solve(equations, (c) => new GramProblem(G, B.subarray(c * m, (c + 1) * m), squares[c]), n, flat);
    rememberFeatures(this, X, m);
    return true;
  }

  /** Solves for each target. */
  private solve(means: Means, problemOf: (target: number) => DescentProblem, n: number, flat: boolean): void {
    const { m, t } = means;
    const coef = this.startAt(t, m);
    const iterations = new Int32Array(t);
    const gaps = new Float64Array(t);
    // The objective is divided by the number of samples, and weights count as if their mean were one.
    const strength = this.alpha * n;
    const l1Part = this.l1Part();
    let warned = false;
    for (let c = 0; c < t; c++) {
      const w = coef.subarray(c * m, (c + 1) * m);
      // A seed is the same for each target; a generator goes on.
      const seed = checkRandomState(this.randomState).randint(0x7fffffff);
      const result = descend(problemOf(c), w, {
        l1: strength * l1Part,
        l2: strength * (1 - l1Part),
        maxIter: this.maxIter,
        tol: this.tol,
        positive: this.positive,
        seed: this.selection === "random" ? seed : undefined,
      });
      iterations[c] = result.iterations;
      gaps[c] = result.gap / n;
      if (result.gap > result.wanted && !warned) {
        warned = true;
        warn(
          `${this.constructor.name}: stopped at maxIter=${this.maxIter} before it converged; raise maxIter or tol, scale the ` +
            "features, or raise alpha (dualGap_ says how far it came)",
        );
      }
    }
    resetFitted(this);
    this.setLinear(coef, interceptsOf(coef, means), flat);
    this.nIter_ = t === 1 ? iterations[0] : new NDArray(iterations);
    this.dualGap_ = t === 1 ? gaps[0] : new NDArray(gaps);
  }

  /** Part of the penalty on absolute values. */
  protected l1Part(): number {
    return this.l1Ratio;
  }

  /** Weights to start from: those learned before with `warmStart`, else zeros. */
  private startAt(t: number, m: number): Float64Array {
    const before = this.warmStart ? this.coef_ : undefined;
    return before !== undefined && before.size === t * m ? before.data.slice() : new Float64Array(t * m);
  }
}

/** Samples about their means, features column after column, each times the root of its weight. */
interface Centred extends Means {
  readonly columns: Float64Array;
  readonly targets: Float64Array;
}

function centre({ X, Y, weight }: RegressionData, fitIntercept: boolean): Centred {
  const [n, m] = X.shape;
  const t = Y.shape[1];
  let total = n;
  if (weight !== undefined) total = weight.reduce((a, b) => a + b, 0);
  const column = (table: NDArray<Float64Array>, j: number, out: Float64Array): number => {
    const width = table.shape[1];
    let mean = 0;
    if (fitIntercept) {
      for (let i = 0; i < n; i++) mean += (weight?.[i] ?? 1) * table.data[i * width + j];
      mean /= total;
    }
    for (let i = 0; i < n; i++) {
      const root = weight === undefined ? 1 : Math.sqrt(weight[i] * n / total);
      out[i] = root * (table.data[i * width + j] - mean);
    }
    return mean;
  };
  const columns = new Float64Array(n * m);
  const targets = new Float64Array(n * t);
  const xMean = Float64Array.from({ length: m }, (_, j) => column(X, j, columns.subarray(j * n, (j + 1) * n)));
  const yMean = Float64Array.from({ length: t }, (_, c) => column(Y, c, targets.subarray(c * n, (c + 1) * n)));
  return { m, t, xMean, yMean, columns, targets };
}
