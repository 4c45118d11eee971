import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { type Params, resetFitted } from "../base/mod.ts";
import { checkConsistentLength, checkNothingMore, checkOutputs } from "../utils/mod.ts";
import {
  findNeighbors,
  keepIndex,
  kNeighborsDefaults,
  type KNeighborsOptions,
  neighborWeights,
  prepareIndex,
} from "./k_neighbors.ts";
import { KNeighborsRegressorBase } from "./k_neighbors_base.ts";

/**
 * The mean of the targets that the nearest samples have; of several targets at once, where y has columns.
 *
 * Source: N. S. Altman, "An introduction to kernel and nearest-neighbor nonparametric regression", The American
 * Statistician 46 (1992).
 *
 * @example
 * ```ts
 * import { KNeighborsRegressor } from "@troupe/troupe";
 * const model = await new KNeighborsRegressor({ nNeighbors: 2 }).fit([[0], [1], [2], [3]], [0, 0, 1, 1]);
 * (await model.predict([[1.5]])).toArray(); // [0.5]
 * ```
 */
export class KNeighborsRegressor extends KNeighborsRegressorBase {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = kNeighborsDefaults;

  /** Targets of the samples of `fit`, as they were given, shape [nSamples] or [nSamples, nOutputs]. */
  declare targets_: NDArray<Float64Array>;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: KNeighborsOptions = {}) {
    super(options);
  }

  /**
   * Keeps the samples, and makes them ready to be searched.
   *
   * @param X samples, shape [nSamples, nFeatures]; for metric "precomputed" their distances, shape [nSamples, nSamples]
   * @param y target of each sample, shape [nSamples] or [nSamples, nOutputs]
   * @throws {InvalidInputError} when X or y holds NaN or infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, y: VectorLike | MatrixLike, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    const index = prepareIndex(this, X);
    const { table, flat } = checkOutputs(y, "KNeighborsRegressor.fit: y");
    checkConsistentLength({ X: index.X, y: table });
    resetFitted(this);
    this.targets_ = flat ? table.ravel() : table;
    keepIndex(this, X, index);
    return this;
  }

  /**
   * The weighted mean of the neighbours' targets, shape [nSamples] or [nSamples, nOutputs].
   *
   * @param X samples, shape [nSamples, nFeatures]; with null, each sample of `fit` by its neighbours among the others
   * @throws {NotFittedError} before `fit`
   */
  async predict(X: MatrixLike | null): Promise<NDArray<Float64Array>> {
    const { distances, indices } = await findNeighbors(this, X, null, "predict");
    const [n, k] = indices.shape;
    const weight = neighborWeights(this.weights, distances);
    const targets = this.targets_;
    const outputs = targets.size / targets.length;
    const out = new Float64Array(n * outputs);
    for (let i = 0, at = 0; i < n; i++) {
      let mass = 0;
      for (let e = 0; e < k; e++, at++) {
        const w = weight === undefined ? 1 : weight[at];
        mass += w;
        for (let o = 0; o < outputs; o++) {
          out[i * outputs + o] += w * targets.data[indices.data[at] * outputs + o];
        }
      }
      for (let o = 0; o < outputs; o++) out[i * outputs + o] /= mass;
    }
    return new NDArray(out, targets.ndim === 1 ? [n] : [n, outputs]);
  }

  /**
   * Coefficient of determination of the predictions.
   *
   * @param X samples; with null, each sample of `fit` by its neighbours among the others: leave-one-out
   * @param y their targets
   * @param sampleWeight their weights
   */
  override score(X: MatrixLike | null, y: VectorLike | MatrixLike, sampleWeight?: VectorLike): Promise<number> {
    return super.score(X as MatrixLike, y as VectorLike, sampleWeight);
  }
}
