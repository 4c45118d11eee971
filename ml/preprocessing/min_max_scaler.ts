import { type MatrixLike, NDArray } from "../array/mod.ts";
import { applyInBlocks } from "../blockwise/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import type { ChunkedArray } from "../chunked/mod.ts";
import { BaseOneToOneTransformer, checkFeatures, type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import { bool, checkArray, checkNothingMore, checkParameters, InvalidParameterError } from "../utils/mod.ts";
import { multiplyAdd, subtractDivide } from "./affine.ts";
import { chunkedEnds, type Ends, endsOf, joinEnds } from "./chunked.ts";
import { fittedInput, noCopy } from "./input.ts";

/** Hyperparameters of {@linkcode MinMaxScaler}. */
export interface MinMaxScalerOptions {
  /** Where the smallest and the largest value of each feature go; [0, 1] if left out. */
  featureRange?: readonly [number, number];
  /** Whether values beyond those seen in `fit` are held within the range; false if left out. */
  clip?: boolean;
}

/**
 * Moves and stretches every feature to a range. Missing values (NaN) are left out of its ends, and stay.
 *
 * @example
 * ```ts
 * import { MinMaxScaler } from "@troupe/troupe";
 * (await new MinMaxScaler().fitTransform([[1], [3], [2]])).toArray(); // [[0], [1], [0.5]]
 * ```
 */
export class MinMaxScaler extends BaseOneToOneTransformer {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { featureRange: [0, 1], clip: false };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = { copy: noCopy };

  /** Where the smallest and the largest value go. */
  declare featureRange: readonly [number, number];
  /** Whether values are held within the range. */
  declare clip: boolean;

  /** Added to each feature after scaling, shape [nFeatures]. */
  declare min_: NDArray<Float64Array>;
  /** Factor of each feature, shape [nFeatures]. */
  declare scale_: NDArray<Float64Array>;
  /** Smallest value of each feature, shape [nFeatures]. */
  declare dataMin_: NDArray<Float64Array>;
  /** Largest value of each feature, shape [nFeatures]. */
  declare dataMax_: NDArray<Float64Array>;
  /** Difference of both, shape [nFeatures]. */
  declare dataRange_: NDArray<Float64Array>;
  /** Samples seen. */
  declare nSamplesSeen_: number;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: MinMaxScalerOptions = {}) {
    super(options);
  }

  /**
   * Learns the ends of each feature.
   *
   * @param X samples, shape [nSamples, nFeatures]; NaN stands for a missing value
   * @param _y not used
   * @throws {InvalidParameterError} when `featureRange` does not rise
   * @throws {InvalidInputError} at infinities, no samples, or what is no table
   */
  async fit(X: MatrixLike | ChunkedInput, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    resetFitted(this);
    return await this.partialFit(X);
  }

  /**
   * Learns from more samples, as if they had been there in the first place.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @throws {InvalidParameterError} when the range is empty
   */
  async partialFit(X: MatrixLike | ChunkedInput, _y?: unknown): Promise<this> {
    checkParameters("MinMaxScaler", { clip: this.clip }, { clip: bool });
    const given: unknown = this.featureRange;
    if (!Array.isArray(given) || given.length !== 2 || !(given[0] < given[1])) {
      throw new InvalidParameterError(
        `MinMaxScaler: featureRange must be two numbers going up, got ${JSON.stringify(given)}`,
      );
    }
    const first = this.nFeaturesIn_ === undefined;
    const before = first ? undefined : { n: this.nSamplesSeen_, min: this.dataMin_.data, max: this.dataMax_.data };
    if (isChunked(X)) {
      const { ends, m } = await chunkedEnds(X, "MinMaxScaler.fit");
      if (first) rememberFeatures(this, undefined, m);
      else checkFeatures(this, undefined, m, "partialFit");
      return this.keep(before === undefined ? ends : joinEnds(before, ends));
    }
    const table = checkArray(X, { caller: "MinMaxScaler.fit", forceAllFinite: "allow-nan" });
    const m = table.shape[1];
    if (!first) checkFeatures(this, X, m, "partialFit");
    const ends = endsOf(table, before);
    if (first) rememberFeatures(this, X, m);
    return this.keep(ends);
  }

  /** Stores what was learned. */
  private keep({ n, min, max }: Ends): this {
    const [low, high] = this.featureRange;
    const range = max.map((v, j) => v - min[j]);
    const scale = range.map((r) => (high - low) / (r < 10 * Number.EPSILON ? 1 : r));
    this.nSamplesSeen_ = n;
    this.dataMin_ = new NDArray(min);
    this.dataMax_ = new NDArray(max);
    this.dataRange_ = new NDArray(range);
    this.scale_ = new NDArray(scale);
    this.min_ = new NDArray(scale.map((s, j) => low - min[j] * s));
    return this;
  }

  /**
   * Moves and stretches samples.
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
    const table = fittedInput(this, X, "transform");
    const out = multiplyAdd(table, this.scale_.data, this.min_.data);
    if (!this.clip) return out;
    const [low, high] = this.featureRange;
    const { data } = out;
    for (let at = 0; at < data.length; at++) {
      if (data[at] < low) data[at] = low;
      else if (data[at] > high) data[at] = high;
    }
    return out;
  }

  /**
   * Takes moving and stretching back.
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
    return subtractDivide(table, this.min_.data, this.scale_.data);
  }
}
