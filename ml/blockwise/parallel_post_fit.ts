import type { ArrayData, ArrayInput, Labels, MatrixLike } from "../array/mod.ts";
import { BaseEstimator, checkIsFitted, clone, type Params } from "../base/mod.ts";
import { type ChunkedInput, cutAlike, isChunked, wholeRows } from "../by_block/mod.ts";
import type { ChunkedArray } from "../chunked/mod.ts";
import { accuracyScore, r2Score } from "../metrics/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";
import { applyInBlocks } from "./apply.ts";

/** Hyperparameters of {@linkcode ParallelPostFit}. */
export interface ParallelPostFitOptions {
  /** What learns; may be fitted already. */
  estimator: BaseEstimator;
}

/** Any estimator's methods. */
// deno-lint-ignore no-explicit-any -- of each estimator's own
type AnyMethods = Record<string, (...args: any[]) => Promise<any>>;

/**
 * An estimator that learns in memory, and then predicts or transforms samples in blocks: each block where it is, and when it is asked for.
 *
 * What it asks of the estimator is a {@linkcode TypeError} where that has no such method, and a
 * {@linkcode NotFittedError} where it has not learned.
 *
 * @example
 * ```ts
 * import { chunked, Client, GaussianNB, loadIris, ParallelPostFit } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * const { X, y } = loadIris();
 * const model = await new ParallelPostFit({ estimator: new GaussianNB() }).fit(X, y);
 * const many = chunked.random([1000, 4], { chunks: [100, 4], randomState: 0 });
 * (await (await model.predict(many)).compute()).shape; // [1000]
 * ```
 */
export class ParallelPostFit extends BaseEstimator {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { estimator: null };

  /** What learns. */
  declare estimator: BaseEstimator;
  /** What has learned: a copy of `estimator`; none where that was fitted before. */
  declare estimator_?: BaseEstimator;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_?: number;
  /** The classes, where the estimator is a classifier. */
  declare classes_?: Labels;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   * @throws {UnknownNameError} at a name that is no hyperparameter, with the nearest that is
   */
  constructor(options: ParallelPostFitOptions) {
    super(options as unknown as Params);
  }

  /**
   * Has the estimator learn, from samples in memory or whatever it takes.
   *
   * @param args what the estimator's `fit` takes
   */
  async fit(...args: unknown[]): Promise<this> {
    const estimator = clone(this.estimator);
    await (estimator as unknown as AnyMethods).fit(...args);
    this.keep(estimator);
    return this;
  }

  /** Stores what has learned. */
  protected keep(estimator: BaseEstimator): void {
    this.estimator_ = estimator;
    const { nFeaturesIn_, classes_ } = estimator as { nFeaturesIn_?: number; classes_?: Labels };
    if (nFeaturesIn_ !== undefined) this.nFeaturesIn_ = nFeaturesIn_;
    if (classes_ !== undefined) this.classes_ = classes_;
  }

  /** What the estimator is. */
  get estimatorType(): string | undefined {
    return (this.estimator as { estimatorType?: string } | null)?.estimatorType;
  }

  /** What predicts. */
  protected get learned(): BaseEstimator {
    return this.estimator_ ?? this.estimator;
  }

  /** A method of what predicts. */
  protected inner(method: string): (...args: unknown[]) => Promise<unknown> {
    const estimator = this.learned;
    if (typeof (estimator as unknown as AnyMethods)?.[method] !== "function") {
      throw new TypeError(`${this.constructor.name}: the estimator ${estimator?.constructor.name} has no ${method}()`);
    }
    return (...args) => (estimator as unknown as AnyMethods)[method](...args);
  }

  /** A method on samples: in blocks where they are in blocks. */
  private async apply(method: string, X: MatrixLike | ChunkedInput): Promise<unknown> {
    const own = this.inner(method);
    return isChunked(X) ? await applyInBlocks(this.learned, method, X) : await own(X);
  }

  /** The estimator's predictions. */
  predict(X: ChunkedInput): Promise<ChunkedArray<ArrayData>>;
  /** The same of samples in memory. */
  predict(X: MatrixLike): Promise<unknown>;
  predict(X: MatrixLike | ChunkedInput): Promise<unknown> {
    return this.apply("predict", X);
  }

  /** The estimator's probabilities. */
  predictProba(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  /** The same of samples in memory. */
  predictProba(X: MatrixLike): Promise<unknown>;
  predictProba(X: MatrixLike | ChunkedInput): Promise<unknown> {
    return this.apply("predictProba", X);
  }

  /** Logarithms of the estimator's probabilities. */
  predictLogProba(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  /** The same of samples in memory. */
  predictLogProba(X: MatrixLike): Promise<unknown>;
  predictLogProba(X: MatrixLike | ChunkedInput): Promise<unknown> {
    return this.apply("predictLogProba", X);
  }

  /** Samples as the estimator transforms them. */
  transform(X: ChunkedInput): Promise<ChunkedArray<Float64Array>>;
  /** The same of samples in memory. */
  transform(X: MatrixLike): Promise<unknown>;
  transform(X: MatrixLike | ChunkedInput): Promise<unknown> {
    return this.apply("transform", X);
  }

  /**
   * The estimator's score: accuracy of a classifier, R² of a regressor, put together from the blocks.
   *
   * @param X samples
   * @param y true classes or targets, chunked where X is
   * @throws {InvalidInputError} when X is chunked and y is not, they differ in length, or the estimator is neither
   * classifier nor regressor
   */
  async score(X: MatrixLike | ChunkedInput, y?: ArrayInput | ChunkedInput): Promise<number> {
    if (!isChunked(X)) return await this.inner("score")(X, y) as number;
    checkIsFitted(this.learned, "score");
    const kind = (this.learned as { estimatorType?: string }).estimatorType;
    if (kind !== "classifier" && kind !== "regressor") {
      throw new InvalidInputError(
        `${this.constructor.name}.score: on chunked X the estimator must be a classifier or a regressor`,
      );
    }
    const samples = wholeRows(X, `${this.constructor.name}.score`);
    const [targets] = cutAlike(samples, { y }, `${this.constructor.name}.score`);
    const predicted = await applyInBlocks(this.learned, "predict", samples);
    return await (kind === "classifier" ? accuracyScore(targets, predicted) : r2Score(targets, predicted));
  }
}
