import { type MatrixLike, NDArray } from "../array/mod.ts";
import { BaseTransformer, checkFeatures, checkIsFitted, featureNamesOf } from "../base/mod.ts";
import { checkArray, InvalidInputError, warn } from "../utils/mod.ts";

/**
 * What selectors share: keeping some columns, by a mask that `fit` learned.
 *
 * @example
 * ```ts
 * import { BaseSelector, loadIris, SelectKBest, VarianceThreshold } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * for (const selector of [new SelectKBest({ k: 2 }), new VarianceThreshold({ threshold: 0.5 })]) {
 *   await selector.fit(X, y);
 *   console.log((selector as BaseSelector).getSupport(true).toArray()); // [2, 3], then [0, 2, 3]
 * }
 * ```
 */
export abstract class BaseSelector extends BaseTransformer {
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /** Whether each feature is kept. */
  protected abstract mask(): boolean[];

  /** Whether missing values may stand in X. */
  protected get finite(): boolean | "allow-nan" {
    return true;
  }

  /**
   * Which features are kept.
   *
   * @param indices their numbers instead of a mask
   * @throws {NotFittedError} before `fit`
   *
   * @example
   * ```ts
   * import { VarianceThreshold } from "@troupe/troupe";
   * const selector = await new VarianceThreshold().fit([[1, 2, 3], [1, 4, 5]]);
   * selector.getSupport().toArray(); // [false, true, true]
   * selector.getSupport(true).toArray(); // [1, 2]
   * ```
   */
  getSupport(indices?: false): NDArray<Uint8Array>;
  /** The numbers of the features that are kept. */
  getSupport(indices: true): NDArray<Int32Array>;
  getSupport(indices = false): NDArray<Uint8Array> | NDArray<Int32Array> {
    checkIsFitted(this, "getSupport");
    const mask = this.mask();
    if (!indices) return new NDArray(Uint8Array.from(mask, Number), [mask.length], "bool");
    return new NDArray(Int32Array.from(mask.keys()).filter((j) => mask[j]));
  }

  /**
   * The columns that are kept.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const { name } = this.constructor;
    checkIsFitted(this, "transform");
    const { data, shape: [n, m] } = checkArray(X, { caller: `${name}.transform`, forceAllFinite: this.finite });
    checkFeatures(this, X, m, "transform");
    const kept = this.getSupport(true).data;
    if (kept.length === 0) warn(`${name}: no feature is kept; the data is too noisy, or the test too strict`);
    const width = kept.length;
    const out = new Float64Array(n * width);
    for (let i = 0, at = 0; i < n; i++) for (let k = 0; k < width; k++) out[at++] = data[i * m + kept[k]];
    return new NDArray(out, [n, width]);
  }

  /**
   * The columns in their places, with zeros in those that were not kept.
   *
   * @param X as `transform` gives it
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} when X has not one column for each feature that is kept
   */
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const caller = `${this.constructor.name}.inverseTransform`;
    checkIsFitted(this, "inverseTransform");
    const { data, shape: [n, width] } = checkArray(X, { caller, forceAllFinite: this.finite });
    const kept = this.getSupport(true).data;
    if (width !== kept.length) {
      throw new InvalidInputError(`${caller}: X has ${width} features, expected ${kept.length}`);
    }
    const m = this.nFeaturesIn_;
    const out = new Float64Array(n * m);
    for (let i = 0, at = 0; i < n; i++) for (let k = 0; k < width; k++) out[i * m + kept[k]] = data[at++];
    return new NDArray(out, [n, m]);
  }

  /**
   * The names of the features that are kept.
   *
   * @param inputFeatures names of the features; those seen in `fit`, or x0, x1, …, if left out
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} when the names given are not as many as there are features, or not those that `fit` saw
   */
  getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[] {
    const mask = this.mask();
    return featureNamesOf(this, inputFeatures).filter((_, j) => mask[j]);
  }
}
