import { type MatrixLike, NDArray } from "../array/mod.ts";
import { BaseOneToOneTransformer, type Params, resetFitted } from "../base/mod.ts";
import { bool, checkNothingMore, checkParameters, InvalidParameterError, quantileOfSorted } from "../utils/mod.ts";
import { normalQuantile } from "../utils/special.ts";
import { multiplyAdd, subtractDivide } from "./affine.ts";
import { fitInput, fittedInput, noCopy } from "./input.ts";
import { nonZeroScale } from "./max_abs_scaler.ts";
import { medianOfSorted, orderAt, valuesOfColumn } from "./percentile.ts";

/** Hyperparameters of {@linkcode RobustScaler}. */
export interface RobustScalerOptions {
  /** Whether to take the median off; true if left out. */
  withCentering?: boolean;
  /** Whether to divide by the distance of the quantiles; true if left out. */
  withScaling?: boolean;
  /** The quantiles, in percent; [25, 75] if left out. */
  quantileRange?: readonly [number, number];
  /** Whether normally distributed features get a variance of 1; false if left out. */
  unitVariance?: boolean;
}

/**
 * Takes the median off every feature and divides it by the distance between two quantiles, which outliers hardly move.
 * Missing values (NaN) are left out, and stay.
 *
 * @example
 * ```ts
 * import { RobustScaler } from "@troupe/troupe";
 * (await new RobustScaler().fitTransform([[1], [2], [3], [4], [1000]])).toArray(); // [[-1], [-0.5], [0], [0.5], [498.5]]
 * ```
 */
export class RobustScaler extends BaseOneToOneTransformer {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    withCentering: true,
    withScaling: true,
    quantileRange: [25, 75],
    unitVariance: false,
  };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = { copy: noCopy };

  /** Whether the median is taken off. */
  declare withCentering: boolean;
  /** Whether it is divided by the distance of the quantiles. */
  declare withScaling: boolean;
  /** The quantiles, in percent. */
  declare quantileRange: readonly [number, number];
  /** Whether normally distributed features get a variance of 1. */
  declare unitVariance: boolean;

  /** Median of each feature, shape [nFeatures]; null without `withCentering`. */
  declare center_: NDArray<Float64Array> | null;
  /** What each feature is divided by, shape [nFeatures]; null without `withScaling`. */
  declare scale_: NDArray<Float64Array> | null;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: RobustScalerOptions = {}) {
    super(options);
  }

  /**
   * Learns medians and quantiles.
   *
   * @param X samples, shape [nSamples, nFeatures]; NaN stands for a missing value
   * @param _y not used
   * @throws {InvalidParameterError} when the quantiles do not go up from 0 to 100
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    checkParameters("RobustScaler", this.getParams(), { withCentering: bool, withScaling: bool, unitVariance: bool });
    const range = this.quantileRange;
    if (!Array.isArray(range) || range.length !== 2 || !(0 <= range[0] && range[0] <= range[1] && range[1] <= 100)) {
      throw new InvalidParameterError(
        `RobustScaler: quantileRange must be two numbers going up within 0 and 100, got ${JSON.stringify(range)}`,
      );
    }
    resetFitted(this);
    const table = fitInput(this, X);
    const m = table.shape[1];
    const center = new Float64Array(m);
    const scale = new Float64Array(m);
    const [low, high] = range.map((q) => q / 100);
    const spread = this.unitVariance ? normalQuantile(high) - normalQuantile(low) : 1;
    for (let j = 0; j < m; j++) {
      const sorted = valuesOfColumn(table, j);
      // The median lies between the same two places as the quantile of a half.
      orderAt(sorted, [0.5, low, high]);
      center[j] = medianOfSorted(sorted);
      scale[j] = nonZeroScale(quantileOfSorted(sorted, high) - quantileOfSorted(sorted, low)) / spread;
    }
    this.center_ = this.withCentering ? new NDArray(center) : null;
    this.scale_ = this.withScaling ? new NDArray(scale) : null;
    return this;
  }

  /**
   * Centres and scales samples.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: MatrixLike): Promise<NDArray<Float64Array>> {
    return subtractDivide(fittedInput(this, X, "transform"), ...this.learned());
  }

  /**
   * Takes scaling and centring back.
   *
   * @param X scaled samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const table = fittedInput(this, X, "inverseTransform");
    const [center, scale] = this.learned();
    return multiplyAdd(table, scale, center);
  }

  /** What is taken off, and what is divided by: of what was learned, what is asked for now. */
  private learned(): [Float64Array | undefined, Float64Array | undefined] {
    return [this.withCentering ? this.center_?.data : undefined, this.withScaling ? this.scale_?.data : undefined];
  }
}
