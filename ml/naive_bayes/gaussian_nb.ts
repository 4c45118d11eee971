import {
  type ArrayData,
  type Labels,
  type LabelsLike,
  type MatrixLike,
  NDArray,
  toNDArray,
  type VectorLike,
} from "../array/mod.ts";
import { applyInBlocks } from "../blockwise/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import type { ChunkedArray } from "../chunked/mod.ts";
import { accuracyScore } from "../metrics/mod.ts";
import { BaseClassifier, checkIsFitted, checkNFeatures, type Params, resetFitted } from "../base/mod.ts";
import {
  checkArray,
  checkClassificationTargets,
  checkConsistentLength,
  checkLabels,
  checkParameters,
  checkSampleWeight,
  decodeLabels,
  either,
  encodeLabels,
  InvalidInputError,
  InvalidParameterError,
  isArrayLike,
  oneOf,
  type ParameterRule,
  real,
  warn,
} from "../utils/mod.ts";
import { chunkedClassMoments } from "./chunked.ts";
import { type ClassMoments, combineMoments, momentsByClass, noClassMoments, varianceOfColumns } from "./moments.ts";

/** Hyperparameters of {@linkcode GaussianNB}. */
export interface GaussianNBOptions {
  /** Prior probability of each class, in the order of the classes; their frequencies in y if null or left out. */
  priors?: VectorLike | null;
  /** Part of the largest variance of a feature that is added to all variances; 1e-9 if left out. */
  varSmoothing?: number;
}

const rules: Readonly<Record<string, ParameterRule>> = {
  priors: either({ expected: "a probability for each class", test: isArrayLike }, oneOf(null)),
  varSmoothing: real({ min: 0 }),
};

/**
 * Naive Bayes with a gaussian for each feature in each class.
 *
 * Source: for learning bit by bit, T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm
 * for computing sample variances", Stanford STAN-CS-79-773 (1979).
 *
 * @example
 * ```ts
 * import { GaussianNB, loadIris } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const model = await new GaussianNB().fit(X, y);
 * await model.score(X, y); // 0.96
 * ```
 */
export class GaussianNB extends BaseClassifier {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { priors: null, varSmoothing: 1e-9 };

  /** Prior probability of each class; null for their frequencies. */
  declare priors: VectorLike | null;
  /** Part of the largest variance that is added to all. */
  declare varSmoothing: number;

  /** The classes, in order, shape [nClasses]. */
  declare classes_: Labels;
  /** Samples of each class, or their weight, shape [nClasses]. */
  declare classCount_: NDArray<Float64Array>;
  /** Probability of each class, shape [nClasses]. */
  declare classPrior_: NDArray<Float64Array>;
  /** What is added to the variances. */
  declare epsilon_: number;
  /** Mean of each feature in each class, shape [nClasses, nFeatures]. */
  declare theta_: NDArray<Float64Array>;
  /** Variance of each feature in each class, shape [nClasses, nFeatures]. */
  declare var_: NDArray<Float64Array>;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: GaussianNBOptions = {}) {
    super(options);
  }

  /**
   * Learns from samples and their classes.
   *
   * @param X samples, shape [nSamples, nFeatures]. In blocks: one pass, beside one over y
   * @param y class of each sample, shape [nSamples]; chunked where X is
   * @param sampleWeight weight of each sample; for X in memory
   * @throws {InvalidInputError} when X holds NaN or infinities, or y does not fit X
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   */
  async fit(X: MatrixLike | ChunkedInput, y: LabelsLike | ChunkedInput, sampleWeight?: VectorLike): Promise<this> {
    resetFitted(this);
    if (!isChunked(X)) return this.learn(X, y as LabelsLike, undefined, sampleWeight, "fit");
    checkParameters("GaussianNB", this.getParams(false), rules);
    const { classes, moments, variance, m } = await chunkedClassMoments(X, y, sampleWeight);
    return this.keep(classes, moments, this.varSmoothing * Math.max(...variance), m);
  }

  /**
   * Learns from more samples. The first call says which classes there are; a later one need not.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y class of each sample, shape [nSamples]
   * @param classes all classes that may ever come
   * @param sampleWeight weight of each sample
   * @throws {InvalidInputError} when the first call has no classes, a later one other classes, y a label that is not
   * among them, or X another number of features than before
   */
  // deno-lint-ignore require-await -- promises are the contract
  async partialFit(
    X: MatrixLike,
    y: LabelsLike,
    classes?: LabelsLike | null,
    sampleWeight?: VectorLike,
  ): Promise<this> {
    if (this.classes_ === undefined && (classes === undefined || classes === null)) {
      throw new InvalidInputError("GaussianNB.partialFit: the first call needs classes, all labels that may ever come");
    }
    return this.learn(X, y, classes ?? undefined, sampleWeight, "partialFit");
  }

  /** Adds samples to what was learned, or begins. */
  private learn(
    X: MatrixLike,
    y: LabelsLike,
    classes: LabelsLike | undefined,
    sampleWeight: VectorLike | undefined,
    method: string,
  ): this {
    const caller = `GaussianNB.${method}`;
    checkParameters("GaussianNB", this.getParams(false), rules);
    const table = checkArray(X, { caller });
    const labels = checkLabels(y, `${caller}: y`);
    checkConsistentLength({ X: table, y: labels });
    checkClassificationTargets(labels, caller);
    const [n, m] = table.shape;
    const weight = sampleWeight === undefined ? undefined : checkSampleWeight(sampleWeight, n);
    const encoded = encodeLabels(labels);
    const known = classes === undefined ? undefined : encodeLabels(checkLabels(classes, `${caller}: classes`)).classes;
    const first = this.classes_ === undefined;
    if (!first) {
      checkNFeatures(this, table, method);
      if (known !== undefined && !sameLabels(known, this.classes_)) {
        throw new InvalidInputError(`${caller}: classes are not the same as in the calls before`);
      }
    }
    const all = first ? known ?? encoded.classes : this.classes_;
    const codes = codesIn(encoded.classes, encoded.codes, all, caller);
    const k = all.size;
    const epsilon = this.varSmoothing * Math.max(...varianceOfColumns(table));
    const before: ClassMoments = first ? noClassMoments(k, m) : {
      weight: this.classCount_.data,
      mean: this.theta_.data,
      variance: this.var_.data.map((v) => v - epsilon),
    };
    const now = combineMoments(before, momentsByClass(table, codes, k, weight), m);
    return this.keep(all, now, epsilon, m);
  }

  /** Stores what was learned. */
  private keep(all: Labels, now: ClassMoments, epsilon: number, m: number): this {
    const k = all.size;
    const priors = this.checkedPriors(k);
    const total = now.weight.reduce((a, b) => a + b, 0);
    this.classes_ = all;
    this.nFeaturesIn_ = m;
    this.epsilon_ = epsilon;
    this.classCount_ = new NDArray(now.weight);
    this.theta_ = new NDArray(now.mean, [k, m]);
    this.var_ = new NDArray(now.variance.map((v) => v + epsilon), [k, m]);
    const flat = this.var_.data.findIndex((v, i) => !(v > 0 && v < Infinity) && now.weight[Math.trunc(i / m)] > 0);
    if (flat >= 0) {
      warn(
        `GaussianNB: feature ${flat % m} has variance ${this.var_.data[flat]} in class ` +
          `${all.data[Math.trunc(flat / m)]}; probabilities may be NaN: raise varSmoothing, scale or drop the feature`,
      );
    }
    this.classPrior_ = new NDArray(priors ?? now.weight.map((w) => w / total));
    return this;
  }

  /** The priors that were given, as numbers. */
  private checkedPriors(k: number): Float64Array | undefined {
    if (this.priors === null) return undefined;
    const priors = toNDArray(this.priors, "priors").astype("float64").data;
    if (priors.length !== k) {
      throw new InvalidParameterError(`GaussianNB: priors has ${priors.length} values for ${k} classes`);
    }
    if (!priors.every((p) => p >= 0)) throw new InvalidParameterError("GaussianNB: priors must not be negative");
    const sum = priors.reduce((a, b) => a + b, 0);
    if (Math.abs(sum - 1) > 1e-5) throw new InvalidParameterError(`GaussianNB: priors must sum to 1, not to ${sum}`);
    return priors;
  }

  /**
   * Logarithm of the probability of each class together with the sample, log P(c) + log P(x|c), shape
   * [nSamples, nClasses].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  predictJointLogProba(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  predictJointLogProba(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  // deno-lint-ignore require-await -- promises are the contract
  async predictJointLogProba(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "predictJointLogProba", X);
    return this.joint(X, "predictJointLogProba");
  }

  /** Logarithms of the joint probabilities, class by class. */
  private joint(X: MatrixLike, method: string): NDArray<Float64Array> {
    checkIsFitted(this, method);
    const table = checkArray(X, { caller: `GaussianNB.${method}` });
    checkNFeatures(this, table, method);
    const [n, m] = table.shape;
    const k = this.classes_.size;
    const { data } = table;
    const theta = this.theta_.data;
    const variance = this.var_.data;
    const out = new Float64Array(n * k);
    for (let c = 0; c < k; c++) {
      let base = 0;
      for (let j = 0; j < m; j++) base += Math.log(2 * Math.PI * variance[c * m + j]);
      base = Math.log(this.classPrior_.data[c]) - 0.5 * base;
      for (let i = 0, at = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < m; j++, at++) {
          const d = data[at] - theta[c * m + j];
          sum += d * d / variance[c * m + j];
        }
        out[i * k + c] = base - 0.5 * sum;
      }
    }
    return new NDArray(out, [n, k]);
  }

  /**
   * The class of each sample, shape [nSamples].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  predict(X: MatrixLike): Promise<Labels>;
  /** The same of samples in blocks: computed when it is asked for. */
  predict(X: ChunkedInput): Promise<ChunkedArray<ArrayData>>;
  // deno-lint-ignore require-await -- promises are the contract
  async predict(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "predict", X);
    return decodeLabels(this.classes_, this.joint(X, "predict").argmax(1).data);
  }

  /**
   * Logarithm of the probability of each class, shape [nSamples, nClasses].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  predictLogProba(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  predictLogProba(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  // deno-lint-ignore require-await -- promises are the contract
  async predictLogProba(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "predictLogProba", X);
    const out = this.joint(X, "predictLogProba");
    const [n, k] = out.shape;
    for (let i = 0; i < n; i++) {
      const row = out.data.subarray(i * k, (i + 1) * k);
      let top = -Infinity;
      for (let c = 0; c < k; c++) top = Math.max(top, row[c]);
      let sum = 0;
      for (let c = 0; c < k; c++) sum += Math.exp(row[c] - top);
      const norm = top + Math.log(sum);
      for (let c = 0; c < k; c++) row[c] -= norm;
    }
    return out;
  }

  /**
   * Probability of each class, shape [nSamples, nClasses].
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  predictProba(X: MatrixLike): Promise<NDArray<Float64Array>>;
  /** The same of samples in blocks: computed when it is asked for. */
  predictProba(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  async predictProba(X: MatrixLike | ChunkedInput): Promise<unknown> {
    if (isChunked(X)) return applyInBlocks(this, "predictProba", X);
    return (await this.predictLogProba(X)).map(Math.exp);
  }

  /**
   * Part of the samples whose class is the predicted one; of samples and classes in blocks too.
   *
   * @throws {NotFittedError} before `fit`
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

function sameLabels(a: Labels, b: Labels): boolean {
  return a.size === b.size && Array.from(a.data as ArrayLike<unknown>).every((v, i) => v === b.data[i]);
}

/** Codes that count in `all` where they counted in `own`. */
function codesIn(own: Labels, codes: Int32Array, all: Labels, caller: string): Int32Array {
  if (own === all) return codes;
  const places = new Map<unknown, number>();
  for (let c = 0; c < all.size; c++) places.set(all.data[c], c);
  const unknown = Array.from(own.data as ArrayLike<unknown>).filter((label) => !places.has(label));
  if (unknown.length > 0) {
    throw new InvalidInputError(
      `${caller}: y holds ${unknown.join(", ")}, which is not among the classes ${[...all.data].join(", ")}`,
    );
  }
  return codes.map((c) => places.get(own.data[c]) as number);
}
