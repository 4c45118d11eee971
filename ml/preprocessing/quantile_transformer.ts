import { linspace, type MatrixLike, NDArray } from "../array/mod.ts";
import { BaseOneToOneTransformer, type Params, resetFitted } from "../base/mod.ts";
import { checkRandomState, type RandomStateLike, shuffledIndices } from "../random/mod.ts";
import {
  checkNothingMore,
  checkParameters,
  either,
  integer,
  InvalidParameterError,
  oneOf,
  quantileOfSorted,
  randomSource,
  warn,
} from "../utils/mod.ts";
import { normalCdf, normalQuantile } from "../utils/special.ts";
import { fitInput, fittedInput, noCopy } from "./input.ts";
import { sortedColumn } from "./percentile.ts";

/** Hyperparameters of {@linkcode QuantileTransformer}. */
export interface QuantileTransformerOptions {
  /** How many quantiles are kept, at most as many as there are samples; 1000 if left out. */
  nQuantiles?: number;
  /** What the features come out as; "uniform" if left out. */
  outputDistribution?: "uniform" | "normal";
  /** Most samples that the quantiles are found from; 10,000 if left out, null for all. */
  subsample?: number | null;
  /** Seed of the draw of those. */
  randomState?: RandomStateLike;
}

/** This near to 0 or 1, a probability counts as that. */
const BOUND = 1e-7;

/**
 * Piecewise linear function through points, flat beyond them: NumPy's `interp`.
 *
 * @param xs ascending
 */
function interpolate(x: number, xs: Float64Array, ys: Float64Array): number {
  const last = xs.length - 1;
  if (x > xs[last]) return ys[last];
  if (x < xs[0]) return ys[0];
  let low = 0;
  let high = last + 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x >= xs[middle]) low = middle + 1;
    else high = middle;
  }
  const j = low - 1;
  if (j === last || xs[j] === x) return ys[j];
  return (ys[j + 1] - ys[j]) / (xs[j + 1] - xs[j]) * (x - xs[j]) + ys[j];
}

/**
 * Spreads every feature evenly over [0, 1], or makes it normally distributed, by its quantiles. Missing values (NaN) are
 * left out, and stay.
 *
 * @example
 * ```ts
 * import { QuantileTransformer } from "@troupe/troupe";
 * (await new QuantileTransformer({ nQuantiles: 3 }).fitTransform([[1], [10], [1000]])).toArray(); // [[0], [0.5], [1]]
 * ```
 */
export class QuantileTransformer extends BaseOneToOneTransformer {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    nQuantiles: 1000,
    outputDistribution: "uniform",
    subsample: 10_000,
    randomState: null,
  };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    copy: noCopy,
    ignoreImplicitZeros: "it concerns sparse arrays, which there are not",
  };

  /** How many quantiles are kept. */
  declare nQuantiles: number;
  /** What the features come out as. */
  declare outputDistribution: "uniform" | "normal";
  /** Most samples that the quantiles are found from. */
  declare subsample: number | null;
  /** Seed of the draw of those. */
  declare randomState: RandomStateLike;

  /** How many quantiles there are. */
  declare nQuantiles_: number;
  /** The quantiles of each feature, shape [nQuantiles, nFeatures]. */
  declare quantiles_: NDArray<Float64Array>;
  /** Which quantiles they are, from 0 to 1, shape [nQuantiles]. */
  declare references_: NDArray<Float64Array>;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: QuantileTransformerOptions = {}) {
    super(options);
  }

  /**
   * Finds the quantiles.
   *
   * @param X samples, shape [nSamples, nFeatures]; NaN stands for a missing value
   * @param _y not used
   * @throws {InvalidParameterError} when there are more quantiles than samples to find them from
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    checkParameters("QuantileTransformer", this.getParams(), {
      nQuantiles: integer({ min: 1 }),
      outputDistribution: oneOf("uniform", "normal"),
      subsample: either(oneOf(null), integer({ min: 1 })),
      randomState: randomSource,
    });
    if (this.subsample !== null && this.nQuantiles > this.subsample) {
      throw new InvalidParameterError(
        `QuantileTransformer: nQuantiles (${this.nQuantiles}) must be at most subsample (${this.subsample})`,
      );
    }
    resetFitted(this);
    const table = fitInput(this, X);
    const [n, m] = table.shape;
    if (this.nQuantiles > n) {
      warn(
        `QuantileTransformer: nQuantiles (${this.nQuantiles}) is larger than the number of samples (${n}); ` +
          `${n} are kept. Lower nQuantiles`,
      );
    }
    const count = Math.max(1, Math.min(this.nQuantiles, n));
    const rng = checkRandomState(this.randomState);
    const drawn = this.subsample !== null && this.subsample < n
      ? table.take(shuffledIndices(n, rng).subarray(0, this.subsample))
      : table;
    const references = Float64Array.from(linspace(0, 1, count));
    const quantiles = new Float64Array(count * m);
    for (let j = 0; j < m; j++) {
      const sorted = sortedColumn(drawn, j);
      for (let q = 0; q < count; q++) quantiles[q * m + j] = quantileOfSorted(sorted, references[q] * 100 / 100);
    }
    this.nQuantiles_ = count;
    this.references_ = new NDArray(references);
    this.quantiles_ = new NDArray(quantiles, [count, m]);
    return this;
  }

  /**
   * Spreads samples' features. What lies beyond the samples of `fit` comes out at the ends.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const table = fittedInput(this, X, "transform");
    const references = this.references_.data;
    const backReferences = references.map((v) => -v).reverse();
    const normal = this.outputDistribution === "normal";
    const clipLow = normalQuantile(BOUND - Number.EPSILON);
    const clipHigh = normalQuantile(1 - (BOUND - Number.EPSILON));
    return this.eachColumn(table, (quantiles) => {
      const back = quantiles.map((v) => -v).reverse();
      const low = quantiles[0];
      const high = quantiles[quantiles.length - 1];
      return (x) => {
        // Up and down, and the mean of both: in the middle where quantiles are equal.
        let p = 0.5 * (interpolate(x, quantiles, references) - interpolate(-x, back, backReferences));
        if (normal ? x + BOUND > high : x === high) p = 1;
        if (normal ? x - BOUND < low : x === low) p = 0;
        return normal ? Math.min(clipHigh, Math.max(clipLow, normalQuantile(p))) : p;
      };
    });
  }

  /**
   * Takes spreading back.
   *
   * @param X transformed samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(X: MatrixLike): Promise<NDArray<Float64Array>> {
    const table = fittedInput(this, X, "inverseTransform");
    const references = this.references_.data;
    const normal = this.outputDistribution === "normal";
    return this.eachColumn(table, (quantiles) => {
      const low = quantiles[0];
      const high = quantiles[quantiles.length - 1];
      return (x) => {
        const p = normal ? normalCdf(x) : x;
        if (normal ? p - BOUND < 0 : p === 0) return low;
        if (normal ? p + BOUND > 1 : p === 1) return high;
        return interpolate(p, references, quantiles);
      };
    });
  }

  /** A table of what the function that is made for each feature's quantiles gives; missing values stay. */
  private eachColumn(
    table: NDArray<Float64Array>,
    make: (quantiles: Float64Array) => (x: number) => number,
  ): NDArray<Float64Array> {
    const [n, m] = table.shape;
    const out = new Float64Array(n * m);
    for (let j = 0; j < m; j++) {
      const change = make(this.quantiles_.col(j).data);
      for (let at = j; at < out.length; at += m) {
        const x = table.data[at];
        out[at] = x === x ? change(x) : NaN;
      }
    }
    return new NDArray(out, [n, m]);
  }
}
