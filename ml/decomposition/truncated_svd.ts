import { type MatrixLike, NDArray } from "../array/mod.ts";
import { type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import type { ChunkedInput } from "../by_block/mod.ts";
import { kernels } from "../kernels/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  checkArray,
  checkParameters,
  integer,
  InvalidInputError,
  oneOf,
  type ParameterRule,
  randomSource,
  real,
} from "../utils/mod.ts";
import { singularOfBlocks } from "./chunked.ts";
import { flipSigns } from "./factors.ts";
import { LinearDecomposition } from "./linear_decomposition.ts";
import { exactSVD } from "./pca_solvers.ts";
import { randomizedSVD } from "./randomized_svd.ts";

/** Hyperparameters of {@linkcode TruncatedSVD}. */
export interface TruncatedSVDOptions {
  /** How many components; 2 if left out. */
  nComponents?: number;
  /** "randomized", or "arpack", which is done exactly here. "randomized" if left out. */
  algorithm?: "arpack" | "randomized";
  /** Power iterations of "randomized"; 5 if left out. */
  nIter?: number;
  /** Vectors beyond the components in "randomized"; 10 if left out. */
  nOversamples?: number;
  /** What keeps vectors apart in "randomized"; "auto" if left out. */
  powerIterationNormalizer?: "auto" | "QR" | "LU" | "none";
  /** Seed. */
  randomState?: RandomStateLike;
  /** Not used: "arpack" is done exactly here. */
  tol?: number;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  nComponents: integer({ min: 1 }),
  algorithm: oneOf("arpack", "randomized"),
  nIter: integer({ min: 0 }),
  nOversamples: integer({ min: 1 }),
  powerIterationNormalizer: oneOf("auto", "QR", "LU", "none"),
  randomState: randomSource,
  tol: real({ min: 0 }),
};

/**
 * The largest singular values of a table that is not centred, and their directions: latent semantic analysis.
 *
 * Source: N. Halko, P. G. Martinsson, J. A. Tropp, "Finding structure with randomness", SIAM Review 53 (2011).
 *
 * @example
 * ```ts
 * import { loadDigits, TruncatedSVD } from "@troupe/troupe";
 * const model = new TruncatedSVD({ nComponents: 5, randomState: 0 });
 * (await model.fitTransform(loadDigits().X)).shape; // [1797, 5]
 * ```
 */
export class TruncatedSVD extends LinearDecomposition {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    nComponents: 2,
    algorithm: "randomized",
    nIter: 5,
    nOversamples: 10,
    powerIterationNormalizer: "auto",
    randomState: null,
    tol: 0,
  };

  /** How many components. */
  declare nComponents: number;
  /** How they are found. */
  declare algorithm: "arpack" | "randomized";
  /** Power iterations. */
  declare nIter: number;
  /** Vectors beyond the components. */
  declare nOversamples: number;
  /** What keeps vectors apart. */
  declare powerIterationNormalizer: "auto" | "QR" | "LU" | "none";
  /** Seed. */
  declare randomState: RandomStateLike;
  /** Not used. */
  declare tol: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: TruncatedSVDOptions = {}) {
    super(options);
  }

  /** Learns the directions from blocks. */
  protected override async learnBlocks(X: ChunkedInput): Promise<void> {
    checkParameters("TruncatedSVD", this.getParams(false), rules);
    const { Vt, s, variance, total, m } = await singularOfBlocks(X, this.nComponents);
    resetFitted(this);
    rememberFeatures(this, undefined, m);
    this.components_ = new NDArray(Vt, [this.nComponents, m]);
    this.singularValues_ = new NDArray(s);
    this.explainedVariance_ = new NDArray(variance);
    this.explainedVarianceRatio_ = this.explainedVariance_.map((v) => v / total);
  }

  /** Learns the directions, and gives the samples in them. */
  protected override learn(X: MatrixLike): NDArray<Float64Array> {
    checkParameters("TruncatedSVD", this.getParams(false), rules);
    const table = checkArray(X, { caller: "TruncatedSVD.fit", ensureMinFeatures: 2 });
    const [n, m] = table.shape;
    const k = this.nComponents;
    const most = this.algorithm === "arpack" ? Math.min(n, m) - 1 : m;
    if (k > most) {
      throw new InvalidInputError(
        `TruncatedSVD.fit: nComponents is ${k}, but X of shape [${n}, ${m}] has ${most} at most with algorithm ${
          JSON.stringify(this.algorithm)
        }`,
      );
    }
    const rng = checkRandomState(this.randomState);
    const found = this.algorithm === "arpack" ? exactSVD(table, k, rng) : randomizedSVD(table.data, n, m, k, rng, {
      nOversamples: this.nOversamples,
      nIter: this.nIter,
      powerIterationNormalizer: this.powerIterationNormalizer,
    });
    flipSigns(found.Vt, found.k, found.U);
    resetFitted(this);
    rememberFeatures(this, X, m);
    this.components_ = new NDArray(found.Vt, [found.k, m]);
    this.singularValues_ = new NDArray(found.s);
    const out = this.project(table);
    this.explainedVariance_ = out.var(0);
    const whole = table.var(0).sum();
    this.explainedVarianceRatio_ = this.explainedVariance_.map((v) => v / whole);
    return out;
  }

  /** Samples in the directions that were learned. */
  protected override project(table: NDArray<Float64Array>): NDArray<Float64Array> {
    const [n, m] = table.shape;
    const k = this.components_.length;
    const out = new Float64Array(n * k);
    kernels().gemm(false, true, n, k, m, 1, table.data, m, this.components_.data, m, 0, out, k);
    return new NDArray(out, [n, k]);
  }

  /** The other way. */
  protected override restore(table: NDArray<Float64Array>): NDArray<Float64Array> {
    const [k, m] = this.components_.shape;
    const n = table.length;
    const out = new Float64Array(n * m);
    kernels().gemm(false, false, n, m, k, 1, table.data, k, this.components_.data, m, 0, out, m);
    return new NDArray(out, [n, m]);
  }
}
