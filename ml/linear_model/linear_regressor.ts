import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { applyInBlocks } from "../blockwise/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import type { ChunkedArray } from "../chunked/mod.ts";
import { r2Score } from "../metrics/mod.ts";
import { BaseRegressor, checkFeatures, checkIsFitted } from "../base/mod.ts";
import { assertFinite, checkArray, checkConsistentLength, checkOutputs, checkSampleWeight } from "../utils/mod.ts";
import { GRAM_LIMIT } from "./moments.ts";
import { linearScores } from "./scores.ts";

/** What a linear regressor is fitted to. */
export interface RegressionData {
  /** Samples, shape [nSamples, nFeatures]. */
  readonly X: NDArray<Float64Array>;
  /** Targets, shape [nSamples, nTargets]. */
  readonly Y: NDArray<Float64Array>;
  /** Whether y was a list, and results are to be lists too. */
  readonly flat: boolean;
  /** Weight of each sample, where any were given. */
  readonly weight: Float64Array | undefined;
  /** Looks for NaN and infinities in X, where nobody has looked yet. */
  readonly look?: () => void;
}

/** Numbers from which on it is worth while not to read a table for NaN alone. */
export const LARGE = 1_000_000;

/**
 * Checks what `fit` of a linear regressor is given.
 *
 * @param seen whether sums of products of all of X will be made, and tell of NaN and infinities: then a large X is not
 * searched for them beforehand
 */
export function checkRegression(
  owner: string,
  X: MatrixLike,
  y: VectorLike,
  sampleWeight: VectorLike | null | undefined,
  seen = false,
): RegressionData {
  const table = checkArray(X, { caller: `${owner}.fit`, forceAllFinite: false });
  const look = (): void => assertFinite(table, `${owner}.fit: X`);
  const later = seen && table.size >= LARGE && table.length > table.shape[1] && table.shape[1] <= GRAM_LIMIT;
  if (!later) look();
  const { table: Y, flat } = checkOutputs(y, `${owner}.fit: y`);
  checkConsistentLength({ X: table, y: Y });
  let weight: Float64Array | undefined;
  if (sampleWeight !== undefined && sampleWeight !== null) {
    weight = checkSampleWeight(sampleWeight, table.length);
  }
  return { X: table, Y, flat, weight, ...(later ? { look } : {}) };
}

/**
 * Regressors that predict by linear functions of the features.
 *
 * @example
 * ```ts
 * import { Lasso, LinearRegressor, loadDiabetes, Ridge } from "@troupe/troupe";
 * const { X, y } = loadDiabetes();
 * const weights = (model: LinearRegressor) => model.coef_.data.filter((w) => w !== 0).length;
 * weights(await new Ridge().fit(X, y)); // 10
 * weights(await new Lasso().fit(X, y)); // 3
 * ```
 */
export class LinearRegressor extends BaseRegressor {
  /** Weights of the features, shape [nFeatures], or [nTargets, nFeatures] where y was a table. */
  declare coef_: NDArray<Float64Array>;
  /** The constant; shape [nTargets] where y was a table. */
  declare intercept_: number | NDArray<Float64Array>;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features seen in `fit`, where they had any. */
  declare featureNamesIn_?: string[];

  /** Stores what was learned: weights, a row for each target, and constants. */
  protected setLinear(coef: Float64Array, intercept: Float64Array, flat: boolean): void {
    const t = intercept.length;
    this.coef_ = new NDArray(coef, flat ? [coef.length] : [t, coef.length / t]);
    this.intercept_ = flat ? intercept[0] : new NDArray(intercept);
  }

  /**
   * The target of each sample, shape [nSamples], or [nSamples, nTargets] where y was a table.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} when X does not have the features that it was fitted with
   */
  predict(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  predict(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  // deno-lint-ignore require-await -- promises are the contract
  async predict(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "predict", X);
    checkIsFitted(this, "predict");
    const table = checkArray(X, { caller: `${this.constructor.name}.predict` });
    checkFeatures(this, X, table.shape[1], "predict");
    const { intercept_: b } = this;
    const scores = linearScores(table, {
      coef: this.coef_.data,
      intercept: typeof b === "number" ? Float64Array.of(b) : b.data,
    });
    return this.coef_.ndim === 1 ? scores.ravel() : scores;
  }

  /** R² of the predictions; of samples and targets in blocks too. */
  override async score(
    X: MatrixLike | ChunkedInput,
    y: VectorLike | ChunkedInput,
    sampleWeight?: VectorLike,
  ): Promise<number> {
    if (!isChunked(X)) return await super.score(X, y as VectorLike, sampleWeight);
    return await r2Score(y as ChunkedInput, await this.predict(X));
  }
}
