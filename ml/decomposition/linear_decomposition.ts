import type { MatrixLike, NDArray } from "../array/mod.ts";
import { BaseTransformer, checkFeatures, checkIsFitted, prefixedNames } from "../base/mod.ts";
import { applyInBlocks } from "../blockwise/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import type { ChunkedArray } from "../chunked/mod.ts";
import { checkArray, checkNothingMore, InvalidInputError } from "../utils/mod.ts";

/**
 * Transformers that learn directions, and give samples by their coordinates in these.
 *
 * @example
 * ```ts
 * import { LinearDecomposition, loadIris, PCA, TruncatedSVD } from "@troupe/troupe";
 * const { X } = loadIris();
 * for (const model of [new PCA({ nComponents: 2 }), new TruncatedSVD()] as LinearDecomposition[]) {
 *   console.log((await model.fitTransform(X)).shape); // [150, 2]
 * }
 * ```
 */
export abstract class LinearDecomposition extends BaseTransformer {
  /** The directions, that of the largest singular value first, shape [nComponents, nFeatures]. */
  declare components_: NDArray<Float64Array>;
  /** Variance of the samples in each direction, shape [nComponents]. */
  declare explainedVariance_: NDArray<Float64Array>;
  /** Its part of the whole variance, shape [nComponents]. */
  declare explainedVarianceRatio_: NDArray<Float64Array>;
  /** Singular values, for PCA those of the centred samples, shape [nComponents]. */
  declare singularValues_: NDArray<Float64Array>;
  /** Features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features seen in `fit`, where X had names. */
  declare featureNamesIn_?: string[];

  /** Learns the directions; gives the samples in them where they come with that. */
  protected abstract learn(table: MatrixLike): NDArray<Float64Array> | undefined;
  /** Learns the directions from blocks. */
  protected abstract learnBlocks(X: ChunkedInput): Promise<void>;
  /** Samples in the directions. */
  protected abstract project(table: NDArray<Float64Array>): NDArray<Float64Array>;
  /** The other way. */
  protected abstract restore(table: NDArray<Float64Array>): NDArray<Float64Array>;

  /**
   * Learns the directions.
   *
   * @param X samples, shape [nSamples, nFeatures]; two at least for PCA, and two features for TruncatedSVD. In
   * blocks: exactly, in one pass of a tall and skinny QR, whatever the solver
   * @param _y not used
   * @throws {InvalidInputError} when X holds NaN or infinities, or cannot have that many components
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  async fit(X: MatrixLike | ChunkedInput, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    if (isChunked(X)) await this.learnBlocks(X);
    else this.learn(X);
    return this;
  }

  /**
   * Learns the directions, and gives the same samples in them.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   */
  override fitTransform(X: MatrixLike, _y?: unknown): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  override fitTransform(X: ChunkedInput, _y?: unknown): Promise<ChunkedArray<Float64Array>>;
  override async fitTransform(X: MatrixLike | ChunkedInput, _y?: unknown): Promise<unknown> {
    if (isChunked(X)) return await (await this.fit(X)).transform(X);
    return this.learn(X) ?? await this.transform(X);
  }

  /**
   * Samples in the new directions, shape [nSamples, nComponents].
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
    return this.project(this.checked(X, "transform"));
  }

  /**
   * Samples in the old directions again, shape [nSamples, nFeatures]; what was left out is lost.
   *
   * @param X samples in the new directions, shape [nSamples, nComponents]
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} when X has not a column for each component
   *
   * @example
   * ```ts
   * import { PCA } from "@troupe/troupe";
   * const X = [[1, 2], [2, 4], [3, 6]];
   * const pca = await new PCA({ nComponents: 1 }).fit(X);
   * (await pca.inverseTransform([[0]])).toArray(); // [[2, 4]]
   * ```
   */
  inverseTransform(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  inverseTransform(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "inverseTransform", X);
    checkIsFitted(this, "inverseTransform");
    const caller = `${this.constructor.name}.inverseTransform`;
    const table = checkArray(X, { caller });
    const k = this.components_.length;
    if (table.shape[1] !== k) {
      throw new InvalidInputError(`${caller}: X has ${table.shape[1]} columns for ${k} components`);
    }
    return this.restore(table);
  }

  /**
   * Names of the columns that `transform` gives: the class's name in small letters, and a number.
   *
   * @throws {NotFittedError} before `fit`
   */
  getFeatureNamesOut(): string[] {
    checkIsFitted(this, "getFeatureNamesOut");
    return prefixedNames(this, this.components_.length);
  }

  /** Samples for a fitted estimator. */
  protected checked(X: MatrixLike, method: string): NDArray<Float64Array> {
    checkIsFitted(this, method);
    const table = checkArray(X, { caller: `${this.constructor.name}.${method}` });
    checkFeatures(this, X, table.shape[1], method);
    return table;
  }
}
