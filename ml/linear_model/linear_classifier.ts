import {
  type ArrayData,
  type Labels,
  type LabelsLike,
  type MatrixLike,
  NDArray,
  type VectorLike,
} from "../array/mod.ts";
import { applyInBlocks } from "../blockwise/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import type { ChunkedArray } from "../chunked/mod.ts";
import { accuracyScore } from "../metrics/mod.ts";
import { BaseClassifier, checkFeatures, checkIsFitted } from "../base/mod.ts";
import { checkArray, decodeLabels } from "../utils/mod.ts";
import { linearScores } from "./scores.ts";

/**
 * Classifiers that decide by linear functions of the features: one for two classes, else one for each.
 *
 * @example
 * ```ts
 * import { LinearClassifier, loadIris, LogisticRegression, SGDClassifier } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * for (const model of [new LogisticRegression({ maxIter: 200 }), new SGDClassifier({ randomState: 0 })]) {
 *   const fitted: LinearClassifier = await model.fit(X, y);
 *   console.log(fitted.coef_.shape); // [3, 4]
 * }
 * ```
 */
export class LinearClassifier extends BaseClassifier {
  /** The classes, in order, shape [nClasses]. */
  declare classes_: Labels;
  /** Weights of the features, shape [1, nFeatures] for two classes, else [nClasses, nFeatures]. */
  declare coef_: NDArray<Float64Array>;
  /** Constants, shape [1] for two classes, else [nClasses]. */
  declare intercept_: NDArray<Float64Array>;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features seen in `fit`, where they had any. */
  declare featureNamesIn_?: string[];

  /** Values of the functions, shape [nSamples, 1] or [nSamples, nClasses]. */
  protected decisions(X: MatrixLike, method: string): NDArray<Float64Array> {
    checkIsFitted(this, method);
    const table = checkArray(X, { caller: `${this.constructor.name}.${method}` });
    checkFeatures(this, X, table.shape[1], method);
    return linearScores(table, { coef: this.coef_.data, intercept: this.intercept_.data });
  }

  /**
   * How far each sample lies on a class's side.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @returns for two classes shape [nSamples], positive for the second; otherwise shape [nSamples, nClasses]
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} when X does not have the features that it was fitted with
   */
  decisionFunction(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  decisionFunction(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  // deno-lint-ignore require-await -- promises are the contract
  async decisionFunction(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "decisionFunction", X);
    const scores = this.decisions(X, "decisionFunction");
    return scores.shape[1] === 1 ? scores.ravel() : scores;
  }

  /**
   * The class of each sample.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} when X does not have the features that it was fitted with
   */
  predict(X: MatrixLike): Promise<Labels>;
  /** The same of samples in blocks: computed when it is asked for. */
  predict(X: ChunkedInput): Promise<ChunkedArray<ArrayData>>;
  // deno-lint-ignore require-await -- promises are the contract
  async predict(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "predict", X);
    return decodeLabels(this.classes_, chosenClasses(this.decisions(X, "predict")));
  }

  /**
   * Part of the samples whose class is the predicted one; of samples and classes in blocks too.
   *
   * @throws as {@linkcode LinearClassifier.predict}
   * @throws {InvalidInputError} when y does not fit X
   */
  override async score(
    X: MatrixLike | ChunkedInput,
    y: LabelsLike | ChunkedInput,
    sampleWeight?: VectorLike,
  ): Promise<number> {
    if (!isChunked(X)) return await super.score(X, y as LabelsLike, sampleWeight);
    return await accuracyScore(y as ChunkedInput, await this.predict(X));
  }
}

/** The number of the class that values of the functions speak for. */
export function chosenClasses(scores: NDArray<Float64Array>): ArrayLike<number> {
  if (scores.shape[1] > 1) return scores.argmax(1).data;
  const out = new Int32Array(scores.size);
  for (let i = 0; i < out.length; i++) if (scores.data[i] > 0) out[i] = 1;
  return out;
}

/** Probabilities of two classes from those of the second, shape [nSamples, 2]. */
export function withComplements(second: Float64Array): NDArray<Float64Array> {
  const out = new Float64Array(2 * second.length);
  for (let i = 0; i < second.length; i++) {
    out[2 * i] = 1 - second[i];
    out[2 * i + 1] = second[i];
  }
  return new NDArray(out, [second.length, 2]);
}

/** Probabilities of two classes from the values of one function, or by softmax from one function each. */
export function classProbabilities(scores: NDArray<Float64Array>): NDArray<Float64Array> {
  const [n, k] = scores.shape;
  if (k === 1) return withComplements(scores.data.map(sigmoid));
  const out = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    let top = -Infinity;
    for (let c = 0; c < k; c++) top = Math.max(top, scores.data[i * k + c]);
    let sum = 0;
    for (let c = 0; c < k; c++) sum += out[i * k + c] = Math.exp(scores.data[i * k + c] - top);
    for (let c = 0; c < k; c++) out[i * k + c] /= sum;
  }
  return new NDArray(out, [n, k]);
}

/** 1 / (1 + exp(−z)), without overflow. */
export function sigmoid(z: number): number {
  const e = Math.exp(-Math.abs(z));
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}
