import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { applyInBlocks } from "../blockwise/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import type { ChunkedArray } from "../chunked/mod.ts";
import { BaseOneToOneTransformer, checkFeatures, type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import { assertFinite, bool, checkArray, checkParameters, checkSampleWeight } from "../utils/mod.ts";
import { addMoments, isConstant, joinMoments, type Moments, noMoments } from "./moments.ts";
import { multiplyAdd, standardize, subtractDivide } from "./affine.ts";
import { chunkedMoments } from "./chunked.ts";
import { fittedInput, noCopy } from "./input.ts";

/** Hyperparameters of {@linkcode StandardScaler}. */
export interface StandardScalerOptions {
  /** Whether to take the mean off; true if left out. */
  withMean?: boolean;
  /** Whether to divide by the standard deviation; true if left out. */
  withStd?: boolean;
}

/**
 * Takes the mean off every feature and divides it by its standard deviation. Missing values (NaN) are left out of both,
 * and stay. A feature that is constant is divided by 1.
 *
 * @example
 * ```ts
 * import { StandardScaler } from "@troupe/troupe";
 * (await new StandardScaler().fitTransform([[0, 5], [2, 5]])).toArray(); // [[-1, 0], [1, 0]]
 * ```
 */
export class StandardScaler extends BaseOneToOneTransformer {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { withMean: true, withStd: true };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = { copy: noCopy };

  /** Whether the mean is taken off. */
  declare withMean: boolean;
  /** Whether it is divided by the standard deviation. */
  declare withStd: boolean;

  /** Mean of each feature, shape [nFeatures]; null where neither mean nor deviation is used. */
  declare mean_: NDArray<Float64Array> | null;
  /** Variance of each feature, shape [nFeatures]; null without `withStd`. */
  declare var_: NDArray<Float64Array> | null;
  /** What each feature is divided by, shape [nFeatures]; null without `withStd`. */
  declare scale_: NDArray<Float64Array> | null;
  /** Samples seen, or their weight; shape [nFeatures] where values are missing. */
  declare nSamplesSeen_: number | NDArray<Float64Array>;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: StandardScalerOptions = {}) {
    super(options);
  }

  /**
   * Learns means and deviations.
   *
   * @param X samples, shape [nSamples, nFeatures]; NaN stands for a missing value. In blocks: one pass
   * @param _y not used
   * @param sampleWeight weight of each sample; for X in memory
   * @throws {InvalidInputError} at infinities, no samples, what is no table, or weights that do not fit
   */
  fit(X: MatrixLike | ChunkedInput, _y?: unknown, sampleWeight?: VectorLike): Promise<this> {
    resetFitted(this);
    return this.partialFit(X, _y, sampleWeight);
  }

  /**
   * Learns from more samples, as if they had been there in the first place.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when X has another number of features than before
   *
   * @example
   * ```ts
   * import { StandardScaler } from "@troupe/troupe";
   * const scaler = new StandardScaler();
   * for (const part of [[[1], [2]], [[3], [6]]]) await scaler.partialFit(part);
   * scaler.mean_!.toArray(); // [3]
   * ```
   */
  async partialFit(X: MatrixLike | ChunkedInput, _y?: unknown, sampleWeight?: VectorLike): Promise<this> {
    checkParameters("StandardScaler", this.getParams(), { withMean: bool, withStd: bool });
    if (isChunked(X)) {
      const { moments: now, m } = await chunkedMoments(X, sampleWeight, "StandardScaler.fit");
      if (this.nFeaturesIn_ !== undefined) {
        checkFeatures(this, undefined, m, "partialFit");
        return this.keep(joinMoments(this.moments(m), now));
      }
      rememberFeatures(this, undefined, m);
      return this.keep(now);
    }
    // Infinities show in the moments: they are not looked for in a pass of their own.
    const table = checkArray(X, { caller: "StandardScaler.fit", forceAllFinite: false });
    const [n, m] = table.shape;
    const weight = sampleWeight === undefined ? undefined : checkSampleWeight(sampleWeight, n);
    let before = noMoments(m);
    const first = this.nFeaturesIn_ === undefined;
    if (!first) {
      checkFeatures(this, X, m, "partialFit");
      before = this.moments(m);
    }
    // Where nothing is learned, samples are counted, whatever they weigh.
    const counted = !this.withMean && !this.withStd;
    const now = addMoments(before, table, counted ? undefined : weight);
    // One sample has no variance, whatever it is.
    if (![now.mean, now.variance].every((of) => of.every(Number.isFinite))) {
      assertFinite(table, "StandardScaler.fit: X", true);
    }
    if (first) rememberFeatures(this, X, m);
    return this.keep(now);
  }

  /** Stores what was learned. */
  private keep(now: Moments): this {
    const seen = now.count;
    this.nSamplesSeen_ = seen.every((c) => c === seen[0]) ? seen[0] : new NDArray(seen);
    this.mean_ = this.withMean || this.withStd ? new NDArray(now.mean) : null;
    this.var_ = this.withStd ? new NDArray(now.variance) : null;
    this.scale_ = this.withStd
      ? new NDArray(now.variance.map((v, j) => isConstant(v, now.mean[j], seen[j]) ? 1 : Math.sqrt(v)))
      : null;
    return this;
  }

  /** What was learned, as moments. */
  private moments(m: number): Moments {
    const seen = this.nSamplesSeen_;
    return {
      count: typeof seen === "number" ? new Float64Array(m).fill(seen) : seen.data,
      mean: this.mean_?.data ?? new Float64Array(m),
      variance: this.var_?.data ?? new Float64Array(m),
    };
  }

  /**
   * Centres and scales samples.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  transform(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  transform(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "transform", X);
    const table = fittedInput(this, X, "transform", false);
    const [mean, scale] = this.learned();
    const out = standardize(table, mean, scale);
    if (out !== undefined) return out;
    assertFinite(table, "StandardScaler.transform: X", true);
    return subtractDivide(table, mean, scale);
  }

  /**
   * Takes scaling and centring back.
   *
   * @param X scaled samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  inverseTransform(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  inverseTransform(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "inverseTransform", X);
    const table = fittedInput(this, X, "inverseTransform");
    const [mean, scale] = this.learned();
    return multiplyAdd(table, scale, mean);
  }

  /** What is taken off, and what is divided by: of what was learned, what is asked for now. */
  private learned(): [Float64Array | undefined, Float64Array | undefined] {
    return [this.withMean ? this.mean_?.data : undefined, this.withStd ? this.scale_?.data : undefined];
  }
}
