import { type Labels, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { type Params, resetFitted } from "../base/mod.ts";
import {
  checkClassificationTargets,
  checkConsistentLength,
  checkLabels,
  checkNothingMore,
  decodeLabels,
  encodeLabels,
} from "../utils/mod.ts";
import { NeighborsError } from "./errors.ts";
import {
  findNeighbors,
  keepIndex,
  kNeighborsDefaults,
  type KNeighborsOptions,
  neighborWeights,
  prepareIndex,
} from "./k_neighbors.ts";
import { KNeighborsClassifierBase } from "./k_neighbors_base.ts";

/**
 * The class that most of the nearest samples have.
 *
 * Source: T. Cover, P. Hart, "Nearest neighbor pattern classification", IEEE Trans. Information Theory 13 (1967).
 *
 * @example
 * ```ts
 * import { KNeighborsClassifier, loadDigits } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * const model = await new KNeighborsClassifier().fit(X.slice(0, 1000), y.slice(0, 1000));
 * await model.score(X.slice(1000), y.slice(1000)); // 0.957…
 * ```
 */
export class KNeighborsClassifier extends KNeighborsClassifierBase {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = kNeighborsDefaults;

  /** The classes, in order, shape [nClasses]. */
  declare classes_: Labels;
  /** Class of each sample of `fit`, as its number among the classes, shape [nSamples]. */
  declare codes_: NDArray<Int32Array>;

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
   * @param y class of each sample, shape [nSamples]
   * @throws {InvalidInputError} when X holds NaN or infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: MatrixLike, y: LabelsLike, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    const index = prepareIndex(this, X);
    const labels = checkLabels(y, "KNeighborsClassifier.fit: y");
    checkConsistentLength({ X: index.X, y: labels });
    checkClassificationTargets(labels, "KNeighborsClassifier.fit");
    const { classes, codes } = encodeLabels(labels);
    resetFitted(this);
    this.classes_ = classes;
    this.codes_ = new NDArray(codes);
    keepIndex(this, X, index);
    return this;
  }

  /** Weight of the neighbours of each class, shape [nQueries, nClasses]. */
  private async votes(X: MatrixLike | null, method: string): Promise<NDArray<Float64Array>> {
    const { distances, indices } = await findNeighbors(this, X, null, method);
    const [n, k] = indices.shape;
    const classes = this.classes_.size;
    const weight = neighborWeights(this.weights, distances);
    const out = new Float64Array(n * classes);
    for (let i = 0, at = 0; i < n; i++) {
      let any = weight === undefined;
      for (let e = 0; e < k; e++, at++) {
        const w = weight === undefined ? 1 : weight[at];
        out[i * classes + this.codes_.data[indices.data[at]]] += w;
        any ||= w !== 0;
      }
      if (!any) {
        throw new NeighborsError(
          `KNeighborsClassifier.${method}: all neighbours of sample ${i} weigh 0; change weights`,
        );
      }
    }
    return new NDArray(out, [n, classes]);
  }

  /**
   * The class of each sample; of equal votes the first class wins.
   *
   * @param X samples, shape [nSamples, nFeatures]; with null, each sample of `fit` by its neighbours among the others
   * @throws {NotFittedError} before `fit`
   */
  async predict(X: MatrixLike | null): Promise<Labels> {
    return decodeLabels(this.classes_, (await this.votes(X, "predict")).argmax(1).data);
  }

  /**
   * The part of the neighbours, or of their weight, that each class has, shape [nSamples, nClasses].
   *
   * @param X samples, shape [nSamples, nFeatures]; with null, each sample of `fit` by its neighbours among the others
   * @throws {NotFittedError} before `fit`
   */
  async predictProba(X: MatrixLike | null): Promise<NDArray<Float64Array>> {
    const votes = await this.votes(X, "predictProba");
    const [n, k] = votes.shape;
    for (let i = 0; i < n; i++) {
      const row = votes.data.subarray(i * k, (i + 1) * k);
      const sum = row.reduce((a, b) => a + b, 0);
      for (let c = 0; c < k; c++) row[c] /= sum;
    }
    return votes;
  }

  /**
   * Mean accuracy of the predictions.
   *
   * @param X samples; with null, each sample of `fit` by its neighbours among the others: leave-one-out
   * @param y their labels
   * @param sampleWeight their weights
   */
  override score(X: MatrixLike | null, y: LabelsLike, sampleWeight?: VectorLike): Promise<number> {
    return super.score(X as MatrixLike, y, sampleWeight);
  }
}
