import { type MatrixLike, NDArray } from "../array/mod.ts";
import { BaseOneToOneTransformer, type Params, resetFitted } from "../base/mod.ts";
import { bool, checkArray, checkNothingMore, checkParameters } from "../utils/mod.ts";
import { checkFeatures, rememberFeatures } from "../base/mod.ts";
import { multiplyAdd, subtractDivide } from "./affine.ts";
import { fittedInput, noCopy } from "./input.ts";

/** Hyperparameters of {@linkcode MaxAbsScaler}. */
export interface MaxAbsScalerOptions {
  /** Whether values beyond those seen in `fit` are held within [−1, 1]; false if left out. */
  clip?: boolean;
}

/**
 * Divides every feature by its largest absolute value, so that zeros stay zeros. Missing values (NaN) are left out, and
 * stay.
 *
 * @example
 * ```ts
 * import { MaxAbsScaler } from "@troupe/troupe";
 * (await new MaxAbsScaler().fitTransform([[1], [-4], [2]])).toArray(); // [[0.25], [-1], [0.5]]
 * ```
 */
export class MaxAbsScaler extends BaseOneToOneTransformer {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { clip: false };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = { copy: noCopy };

  /** Whether values are held within [−1, 1]. */
  declare clip: boolean;

  /** Largest absolute value of each feature, shape [nFeatures]. */
  declare maxAbs_: NDArray<Float64Array>;
  /** What each feature is divided by, shape [nFeatures]. */
  declare scale_: NDArray<Float64Array>;
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
  constructor(options: MaxAbsScalerOptions = {}) {
    super(options);
  }

  /**
   * Learns the largest absolute value of each feature.
   *
   * @param X samples, shape [nSamples, nFeatures]; NaN stands for a missing value
   * @param _y not used
   * @throws {InvalidInputError} at infinities, no samples, or what is no table
   */
  async fit(X: MatrixLike, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    resetFitted(this);
    return await this.partialFit(X);
  }

  /**
   * Learns from more samples, as if they had been there in the first place.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @throws {InvalidInputError} when X holds infinities, or has not the features that it had before
   */
  // deno-lint-ignore require-await -- promises are the contract
  async partialFit(X: MatrixLike, _y?: unknown): Promise<this> {
    checkParameters("MaxAbsScaler", { clip: this.clip }, { clip: bool });
    const table = checkArray(X, { caller: "MaxAbsScaler.fit", forceAllFinite: "allow-nan" });
    const [n, m] = table.shape;
    const first = this.nFeaturesIn_ === undefined;
    if (first) rememberFeatures(this, X, m);
    else checkFeatures(this, X, m, "partialFit");
    const max = first ? new Float64Array(m).fill(NaN) : this.maxAbs_.data.slice();
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < m; j++, at++) {
        const v = Math.abs(table.data[at]);
        if (v > max[j] || (max[j] !== max[j] && v === v)) max[j] = v;
      }
    }
    this.nSamplesSeen_ = (first ? 0 : this.nSamplesSeen_) + n;
    this.maxAbs_ = new NDArray(max);
    this.scale_ = new NDArray(max.map(nonZeroScale));
    return this;
  }

  /**
   * Scales samples.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const out = subtractDivide(fittedInput(this, X, "transform"), undefined, this.scale_.data);
    if (!this.clip) return out;
    const { data } = out;
    for (let at = 0; at < data.length; at++) {
      if (data[at] < -1) data[at] = -1;
      else if (data[at] > 1) data[at] = 1;
    }
    return out;
  }

  /**
   * Takes scaling back.
   *
   * @param X scaled samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return multiplyAdd(fittedInput(this, X, "inverseTransform"), this.scale_.data);
  }
}

/** A scale that can be divided by: what is as good as zero becomes one. */
export function nonZeroScale(scale: number): number {
  return scale < 10 * Number.EPSILON ? 1 : scale;
}
