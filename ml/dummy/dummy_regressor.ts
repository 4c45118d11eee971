import { type MatrixLike, NDArray, toNDArray, type VectorLike } from "../array/mod.ts";
import { BaseRegressor, checkIsFitted, type Params, resetFitted } from "../base/mod.ts";
import {
  assertFinite,
  checkConsistentLength,
  checkOutputs,
  checkParameters,
  checkSampleWeight,
  either,
  InvalidParameterError,
  isArrayLike,
  numSamples,
  oneOf,
  type ParameterRule,
  quantileOfSorted,
  real,
  toFloat64,
} from "../utils/mod.ts";
import { weightedQuantile } from "./quantile.ts";

/** Hyperparameters of {@linkcode DummyRegressor}. */
export interface DummyRegressorOptions {
  /** What is predicted: the "mean", "median" or "quantile" of the targets, or "constant". "mean" if left out. */
  strategy?: "mean" | "median" | "quantile" | "constant";
  /** The number for strategy "constant"; with several targets, one for each. */
  constant?: number | VectorLike | null;
  /** From 0, the smallest, to 1, the largest, for strategy "quantile". */
  quantile?: number | null;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  strategy: oneOf("mean", "median", "quantile", "constant"),
  constant: either(real(), { expected: "a number for each target", test: isArrayLike }, oneOf(null)),
  quantile: either(real({ min: 0, max: 1 }), oneOf(null)),
};

/**
 * Predicts one number without looking at the samples: what a regressor has to beat.
 *
 * @example
 * ```ts
 * import { DummyRegressor } from "@troupe/troupe";
 * const dummy = await new DummyRegressor({ strategy: "median" }).fit([[0], [0], [0]], [1, 2, 9]);
 * (await dummy.predict([[1]])).toArray(); // [2]
 * ```
 */
export class DummyRegressor extends BaseRegressor {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { strategy: "mean", constant: null, quantile: null };

  /** What is predicted. */
  declare strategy: "mean" | "median" | "quantile" | "constant";
  /** The number for strategy "constant". */
  declare constant: number | VectorLike | null;
  /** The quantile for strategy "quantile". */
  declare quantile: number | null;

  /** What is predicted for each target, shape [1, nOutputs]. */
  declare constant_: NDArray<Float64Array>;
  /** Number of targets. */
  declare nOutputs_: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: DummyRegressorOptions = {}) {
    super(options);
  }

  /**
   * Learns the number to predict.
   *
   * @param X samples; only their number matters
   * @param y target of each sample, shape [nSamples] or [nSamples, nOutputs]
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when y does not fit X
   * @throws {InvalidParameterError} when the strategy needs a constant or a quantile that is missing
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, y: VectorLike | MatrixLike, sampleWeight?: VectorLike): Promise<this> {
    checkParameters("DummyRegressor", this.getParams(false), rules);
    const { table } = checkOutputs(y, "DummyRegressor.fit: y");
    checkConsistentLength({ X, y: table });
    const [n, outputs] = table.shape;
    const weight = sampleWeight === undefined || sampleWeight === null ? undefined : checkSampleWeight(sampleWeight, n);
    const constant = this.strategy === "constant"
      ? this.checkedConstant(outputs)
      : Float64Array.from({ length: outputs }, (_, j) => this.summary(table.col(j).data, weight));
    resetFitted(this);
    this.nOutputs_ = outputs;
    this.constant_ = new NDArray(constant, [1, outputs]);
    return this;
  }

  /** The constant as a number for each target. */
  private checkedConstant(outputs: number): Float64Array {
    if (this.constant === null) {
      throw new InvalidParameterError(`DummyRegressor: strategy "constant" needs constant, the number to predict`);
    }
    const given = typeof this.constant === "number" ? [this.constant] : this.constant;
    const array = toFloat64(toNDArray(given, "constant"), "DummyRegressor: constant");
    assertFinite(array, "DummyRegressor: constant");
    if (array.size !== outputs) {
      throw new InvalidParameterError(`DummyRegressor: constant has ${array.size} values for ${outputs} targets`);
    }
    return array.data;
  }

  /** What stands for some numbers. */
  private summary(values: Float64Array, weight: Float64Array | undefined): number {
    if (this.strategy === "mean") {
      let sum = 0;
      let mass = 0;
      for (let i = 0; i < values.length; i++) {
        const w = weight === undefined ? 1 : weight[i];
        sum += w * values[i];
        mass += w;
      }
      return sum / mass;
    }
    if (this.strategy === "quantile" && this.quantile === null) {
      throw new InvalidParameterError(`DummyRegressor: strategy "quantile" needs quantile, a number from 0 to 1`);
    }
    const q = this.strategy === "median" ? 0.5 : this.quantile as number;
    return weight === undefined ? quantileOfSorted(values.slice().sort(), q) : weightedQuantile(values, weight, q);
  }

  /**
   * The number, for each sample, shape [nSamples] or [nSamples, nOutputs].
   *
   * @param X samples; only their number matters
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async predict(X: MatrixLike): Promise<NDArray<Float64Array>> {
    checkIsFitted(this, "predict");
    const n = numSamples(X);
    const k = this.nOutputs_;
    const out = new Float64Array(n * k);
    for (let i = 0; i < n; i++) out.set(this.constant_.data, i * k);
    return new NDArray(out, k === 1 ? [n] : [n, k]);
  }

  /**
   * Coefficient of determination of the predictions.
   *
   * @param X samples, or null: only their number matters
   * @param y their targets
   * @param sampleWeight their weights
   */
  override score(X: MatrixLike | null, y: VectorLike | MatrixLike, sampleWeight?: VectorLike): Promise<number> {
    const samples = X ?? new NDArray(new Float64Array(numSamples(y)), [numSamples(y), 1]);
    return super.score(samples, y as VectorLike, sampleWeight);
  }
}
