import { type MatrixLike, NDArray } from "../array/mod.ts";
import { checkIsFitted, type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import type { ChunkedInput } from "../by_block/mod.ts";
import { kernels } from "../kernels/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  assertFinite,
  bool,
  checkArray,
  checkParameters,
  either,
  integer,
  InvalidInputError,
  oneOf,
  type ParameterRule,
  randomSource,
  real,
} from "../utils/mod.ts";
import { componentsOfBlocks } from "./chunked.ts";
import { generativeCovariance, generativePrecision, logLikelihoods } from "./generative.ts";
import { LinearDecomposition } from "./linear_decomposition.ts";
import { fitFull, type FittedComponents, fitTruncated, type PCASolver, solverFor } from "./pca_solvers.ts";

/** Hyperparameters of {@linkcode PCA}. */
export interface PCAOptions {
  /** How many components; a part of the variance between 0 and 1 to explain; "mle" for Minka's choice; all if null or left out. */
  nComponents?: number | "mle" | null;
  /** Whether the new features are scaled to variance 1; false if left out. */
  whiten?: boolean;
  /** How they are found; "auto", if left out, goes by the shape of X. */
  svdSolver?: "auto" | PCASolver;
  /** Not used: "arpack" is done exactly here. */
  tol?: number;
  /** Power iterations of "randomized"; "auto" if left out. */
  iteratedPower?: number | "auto";
  /** Vectors beyond the components in "randomized"; 10 if left out. */
  nOversamples?: number;
  /** What keeps vectors apart in "randomized"; "auto" if left out. */
  powerIterationNormalizer?: "auto" | "QR" | "LU" | "none";
  /** Seed of "randomized". */
  randomState?: RandomStateLike;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  nComponents: either(integer({ min: 0 }), {
    expected: "a number between 0 and 1",
    test: (v) => typeof v === "number" && v > 0 && v < 1,
  }, oneOf("mle", null)),
  whiten: bool,
  svdSolver: oneOf("auto", "full", "covariance_eigh", "arpack", "randomized"),
  tol: real({ min: 0 }),
  iteratedPower: either(integer({ min: 0 }), oneOf("auto")),
  nOversamples: integer({ min: 1 }),
  powerIterationNormalizer: oneOf("auto", "QR", "LU", "none"),
  randomState: randomSource,
};

/**
 * Principal components: the directions in which samples vary most.
 *
 * Sources: K. Pearson, "On lines and planes of closest fit", Philosophical Magazine 2 (1901); likelihoods by M. E. Tipping,
 * C. M. Bishop, "Probabilistic principal component analysis", J. R. Stat. Soc. B 61 (1999).
 *
 * @example
 * ```ts
 * import { loadIris, PCA } from "@troupe/troupe";
 * const pca = await new PCA({ nComponents: 2 }).fit(loadIris().X);
 * pca.explainedVarianceRatio_.toArray(); // [0.924…, 0.053…]
 * ```
 */
export class PCA extends LinearDecomposition {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    nComponents: null,
    whiten: false,
    svdSolver: "auto",
    tol: 0,
    iteratedPower: "auto",
    nOversamples: 10,
    powerIterationNormalizer: "auto",
    randomState: null,
  };
  /** What scikit-learn has and this has not. */
  static override readonly leftOut: Readonly<Record<string, string>> = { copy: "X is never changed" };

  /** How many components, as given. */
  declare nComponents: number | "mle" | null;
  /** Whether the new features are scaled to variance 1. */
  declare whiten: boolean;
  /** How they are found. */
  declare svdSolver: "auto" | PCASolver;
  /** Not used. */
  declare tol: number;
  /** Power iterations. */
  declare iteratedPower: number | "auto";
  /** Vectors beyond the components. */
  declare nOversamples: number;
  /** What keeps vectors apart. */
  declare powerIterationNormalizer: "auto" | "QR" | "LU" | "none";
  /** Seed. */
  declare randomState: RandomStateLike;

  /** Mean of each feature, shape [nFeatures]. */
  declare mean_: NDArray<Float64Array>;
  /** How many components there are. */
  declare nComponents_: number;
  /** Samples seen in `fit`. */
  declare nSamples_: number;
  /** Mean variance in the directions that were left out. */
  declare noiseVariance_: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: PCAOptions = {}) {
    super(options);
  }

  /** Learns the directions; samples in them come with those of some solvers. */
  protected override learn(X: MatrixLike): NDArray<Float64Array> | undefined {
    checkParameters("PCA", this.getParams(false), rules);
    const table = checkArray(X, { caller: "PCA.fit", ensureMinSamples: 2, forceAllFinite: false });
    const [n, m] = table.shape;
    const solver = solverFor(this.svdSolver, this.nComponents, n, m);
    this.checkCount(solver, n, m);
    // Sums of products tell whether something is not finite; a look at every value is spared.
    if (solver !== "covariance_eigh") assertFinite(table, "PCA.fit: X");
    const fitted = solver === "full" || solver === "covariance_eigh"
      ? fitFull(table, solver, this.nComponents)
      : fitTruncated(table, solver, this.nComponents as number | null, checkRandomState(this.randomState), {
        nOversamples: this.nOversamples,
        nIter: this.iteratedPower,
        powerIterationNormalizer: this.powerIterationNormalizer,
      });
    resetFitted(this);
    rememberFeatures(this, X, m);
    this.keep(fitted, n, m);
    const { left, values, count: k } = fitted;
    if (left === undefined) return undefined;
    const columns = left.length / n;
    const out = new Float64Array(n * k);
    for (let c = 0; c < k; c++) {
      const scale = this.whiten ? Math.sqrt(n - 1) : values[c];
      for (let i = 0; i < n; i++) out[i * k + c] = left[i * columns + c] * scale;
    }
    return new NDArray(out, [n, k]);
  }

  /** Learns the directions from blocks. */
  protected override async learnBlocks(X: ChunkedInput): Promise<void> {
    checkParameters("PCA", this.getParams(false), rules);
    const { fitted, n, m } = await componentsOfBlocks(X, this.nComponents, (n, m) => this.checkCount("full", n, m));
    resetFitted(this);
    rememberFeatures(this, undefined, m);
    this.keep(fitted, n, m);
  }

  /** Stores what was learned. */
  private keep(fitted: FittedComponents, n: number, m: number): void {
    const { count: k } = fitted;
    this.mean_ = new NDArray(fitted.mean);
    this.components_ = new NDArray(fitted.right.slice(0, k * m), [k, m]);
    this.explainedVariance_ = new NDArray(fitted.variance.slice(0, k));
    this.explainedVarianceRatio_ = this.explainedVariance_.map((v) => v / fitted.totalVariance);
    this.singularValues_ = new NDArray(fitted.values.slice(0, k));
    this.noiseVariance_ = fitted.noise;
    this.nComponents_ = k;
    this.nSamples_ = n;
  }

  /** How many components there can be depends on the solver. */
  private checkCount(solver: PCASolver, n: number, m: number): void {
    const least = Math.min(n, m);
    const wanted = this.nComponents;
    if (solver === "full" || solver === "covariance_eigh") {
      if (wanted === "mle" && n < m) {
        throw new InvalidInputError(`PCA.fit: nComponents "mle" needs as many samples as features, got ${n} and ${m}`);
      }
      if (typeof wanted === "number" && wanted > least) {
        throw new InvalidInputError(
          `PCA.fit: nComponents is ${wanted}, but X of shape [${n}, ${m}] has ${least} at most; lower nComponents`,
        );
      }
      return;
    }
    if (wanted === "mle" || (wanted !== null && !Number.isInteger(wanted))) {
      throw new InvalidInputError(`PCA.fit: nComponents ${wanted} needs svdSolver "full" or "covariance_eigh"`);
    }
    const most = solver === "arpack" ? least - 1 : least;
    if (wanted !== null && !(wanted >= 1 && wanted <= most)) {
      throw new InvalidInputError(
        `PCA.fit: nComponents is ${wanted}, but must be from 1 to ${most} with svdSolver ${JSON.stringify(solver)}`,
      );
    }
  }

  /** Samples about their mean in the directions. */
  protected override project(table: NDArray<Float64Array>): NDArray<Float64Array> {
    const [n, m] = table.shape;
    const k = this.nComponents_;
    const out = new Float64Array(n * k);
    const dense = kernels();
    dense.gemm(false, true, n, k, m, 1, table.data, m, this.components_.data, m, 0, out, k);
    const offset = new Float64Array(k);
    dense.gemv(false, k, m, 1, this.components_.data, m, this.mean_.data, 0, offset);
    const scale = this.explainedVariance_.data.map((v) => this.whiten ? Math.max(Math.sqrt(v), Number.EPSILON) : 1);
    for (let i = 0, at = 0; i < n; i++) for (let c = 0; c < k; c++, at++) out[at] = (out[at] - offset[c]) / scale[c];
    return new NDArray(out, [n, k]);
  }

  /** The other way. */
  protected override restore(table: NDArray<Float64Array>): NDArray<Float64Array> {
    const [k, m] = this.components_.shape;
    const n = table.length;
    const scale = this.explainedVariance_.data.map((v) => this.whiten ? Math.sqrt(v) : 1);
    const components = this.components_.data.map((v, at) => v * scale[Math.floor(at / m)]);
    const out = new Float64Array(n * m);
    for (let i = 0; i < n; i++) out.set(this.mean_.data, i * m);
    kernels().gemm(false, false, n, m, k, 1, table.data, k, components, m, 1, out, m);
    return new NDArray(out, [n, m]);
  }

  /**
   * Covariance of the features by the model: that of the components, and noise, shape [nFeatures, nFeatures].
   *
   * @throws {NotFittedError} before `fit`
   */
  getCovariance(): NDArray<Float64Array> {
    checkIsFitted(this, "getCovariance");
    return generativeCovariance(this);
  }

  /**
   * The inverse of the covariance, shape [nFeatures, nFeatures].
   *
   * @throws {NotFittedError} before `fit`
   * @throws {SingularMatrixError} when the covariance has no inverse
   */
  getPrecision(): NDArray<Float64Array> {
    checkIsFitted(this, "getPrecision");
    return generativePrecision(this);
  }

  /**
   * Logarithm of the likelihood of each sample by the model, shape [nSamples].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async scoreSamples(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return new NDArray(logLikelihoods(this, this.checked(X, "scoreSamples")));
  }

  /**
   * Mean logarithm of the likelihood of samples.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @throws {NotFittedError} before `fit`
   */
  async score(X: MatrixLike, _y?: unknown): Promise<number> {
    const mean = (await this.scoreSamples(X)).mean();
    // Where samples do not vary in some direction, others may be impossible.
    return mean !== mean ? -Infinity : mean;
  }
}
