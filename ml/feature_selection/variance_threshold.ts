import { type MatrixLike, NDArray } from "../array/mod.ts";
import { type Params, rememberFeatures, resetFitted } from "../base/mod.ts";
import { checkArray, checkNothingMore, checkParameters, InvalidInputError, real } from "../utils/mod.ts";
import { BaseSelector } from "./selector.ts";

/** Hyperparameters of {@linkcode VarianceThreshold}. */
export interface VarianceThresholdOptions {
  /** Features that do not vary more than this go; 0, only constant ones, if left out. */
  threshold?: number;
}

/**
 * Leaves out features that hardly vary. Missing values (NaN) are left out of the variances, and stay.
 *
 * @example
 * ```ts
 * import { VarianceThreshold } from "@troupe/troupe";
 * (await new VarianceThreshold().fitTransform([[0, 2, 1], [0, 3, 1]])).toArray(); // [[2], [3]]
 * ```
 */
export class VarianceThreshold extends BaseSelector {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { threshold: 0 };

  /** Features that do not vary more than this go. */
  declare threshold: number;

  /** Variance of each feature, shape [nFeatures]; with threshold 0, its range where that is smaller: rounding blurs none. */
  declare variances_: NDArray<Float64Array>;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: VarianceThresholdOptions = {}) {
    super(options);
  }

  /** Missing values may stand in X. */
  protected override get finite(): boolean | "allow-nan" {
    return "allow-nan";
  }

  /**
   * Learns the variances.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @throws {InvalidInputError} when no feature varies more than the threshold
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    checkParameters("VarianceThreshold", { threshold: this.threshold }, { threshold: real({ min: 0 }) });
    resetFitted(this);
    const { data, shape: [n, m] } = checkArray(X, { caller: "VarianceThreshold.fit", forceAllFinite: "allow-nan" });
    const sums = new Float64Array(m);
    const counts = new Float64Array(m);
    const low = new Float64Array(m).fill(Infinity);
    const high = new Float64Array(m).fill(-Infinity);
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < m; j++, at++) {
        const v = data[at];
        if (v !== v) continue;
        sums[j] += v;
        counts[j]++;
        if (v < low[j]) low[j] = v;
        if (v > high[j]) high[j] = v;
      }
    }
    const means = sums.map((s, j) => s / counts[j]);
    const squares = new Float64Array(m);
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < m; j++, at++) {
        const d = data[at] - means[j];
        if (d === d) squares[j] += d * d;
      }
    }
    const variances = squares.map((s, j) => {
      const variance = s / counts[j];
      // What rounding made of a constant is no variance. Where values are missing, scikit-learn does not look.
      return this.threshold === 0 && counts[j] === n ? Math.min(variance, high[j] - low[j]) : variance;
    });
    if (variances.every((v) => !(v > this.threshold))) {
      throw new InvalidInputError(
        `VarianceThreshold.fit: no feature in X varies more than the threshold of ${this.threshold}` +
          (n === 1 ? "; X has only one sample" : ""),
      );
    }
    this.variances_ = new NDArray(variances);
    rememberFeatures(this, X, m);
    return this;
  }

  /** Whether each feature is kept. */
  protected override mask(): boolean[] {
    return Array.from(this.variances_.data, (v) => v > this.threshold);
  }
}
