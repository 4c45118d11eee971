import { type MatrixLike, NDArray } from "../array/mod.ts";
import { BaseOneToOneTransformer, type Params, resetFitted } from "../base/mod.ts";
import { checkArray, checkNothingMore, checkParameters, oneOf } from "../utils/mod.ts";
import { fitInput, fittedInput, noCopy } from "./input.ts";
import { nonZeroScale } from "./max_abs_scaler.ts";

/** Hyperparameters of {@linkcode Normalizer}. */
export interface NormalizerOptions {
  /** Which length becomes 1: "l2" if left out. */
  norm?: "l1" | "l2" | "max";
}

/**
 * Scales every sample to the length 1. It learns nothing; samples of zeros stay.
 *
 * @example
 * ```ts
 * import { Normalizer } from "@troupe/troupe";
 * (await new Normalizer().fitTransform([[3, 4]])).toArray(); // [[0.6, 0.8]]
 * ```
 */
export class Normalizer extends BaseOneToOneTransformer {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { norm: "l2" };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = { copy: noCopy };

  /** Which length becomes 1. */
  declare norm: "l1" | "l2" | "max";

  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: NormalizerOptions = {}) {
    super(options);
  }

  /**
   * Checks samples and parameters; there is nothing to learn.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @throws {InvalidParameterError} when `norm` is none of the three
   * @throws {InvalidInputError} at NaN, infinities, no samples, or what is no table
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    checkParameters("Normalizer", { norm: this.norm }, { norm: oneOf("l1", "l2", "max") });
    resetFitted(this);
    fitInput(this, X, true);
    return this;
  }

  /**
   * Scales samples; `fit` need not come first.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {InvalidInputError} when X holds NaN or infinities, or has not the features that `fit` saw
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const { data, shape: [n, m] } = this.nFeaturesIn_ === undefined
      ? checkArray(X, { caller: "Normalizer.transform" })
      : fittedInput(this, X, "transform", true);
    const out = new Float64Array(n * m);
    for (let i = 0; i < n; i++) {
      const start = i * m;
      const end = start + m;
      let length = 0;
      if (this.norm === "l2") {
        for (let at = start; at < end; at++) length += data[at] * data[at];
        length = Math.sqrt(length);
      } else if (this.norm === "l1") { for (let at = start; at < end; at++) length += Math.abs(data[at]); }
      else for (let at = start; at < end; at++) length = Math.max(length, Math.abs(data[at]));
      length = nonZeroScale(length);
      for (let at = start; at < end; at++) out[at] = data[at] / length;
    }
    return new NDArray(out, [n, m]);
  }
}
