import { type Future, registerInternals } from "../../actors/mod.ts";
import { type LabelsLike, NDArray } from "../array/mod.ts";
import { type BaseEstimator, clone, type Params } from "../base/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import { type ChunkedInput, cutAlike, isChunked, wholeRows } from "../by_block/mod.ts";
import { bool, checkParameters, randomSource } from "../utils/mod.ts";
import { ParallelPostFit } from "./parallel_post_fit.ts";

/** Hyperparameters of {@linkcode Incremental}. */
export interface IncrementalOptions {
  /** What learns, block after block: anything with `partialFit`. */
  estimator: BaseEstimator;
  /** Whether blocks come in a random order; true if left out. */
  shuffleBlocks?: boolean;
  /** Seed of the order. */
  randomState?: RandomStateLike;
}

type Learner = BaseEstimator & { partialFit(X: NDArray, y: NDArray | null, ...more: unknown[]): Promise<unknown> };

/** An estimator that has learned from one more block. What it was before stays as it is. */
export async function partialFitBlock(
  X: NDArray,
  y: NDArray | null,
  estimator: Learner,
  more: readonly unknown[],
): Promise<Learner> {
  if (X.length === 0) return estimator;
  const own = estimator as unknown as Record<string, unknown>;
  for (const [name, value] of Object.entries(own)) if (value instanceof NDArray) own[name] = value.copy();
  await estimator.partialFit(X, y, ...more);
  return estimator;
}

/**
 * An estimator that learns from samples in blocks by its `partialFit`: block after block, the estimator goes where the block is.
 *
 * @example
 * ```ts
 * import { chunked, Client, GaussianNB, Incremental } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * const X = chunked.random([1000, 4], { chunks: [100, 4], randomState: 0 });
 * const y = X.at("0:1000", 0).gt(0.5).astype("int32");
 * const model = await new Incremental({ estimator: new GaussianNB() }).fit(X, y);
 * await model.score(X, y);
 * ```
 */
export class Incremental extends ParallelPostFit {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { estimator: null, shuffleBlocks: true, randomState: null };

  /** Whether blocks come in a random order. */
  declare shuffleBlocks: boolean;
  /** Seed of the order. */
  declare randomState: RandomStateLike;
  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   * @throws {UnknownNameError} at a name that is no hyperparameter, with the nearest that is
   */
  constructor(options: IncrementalOptions) {
    super(options);
  }

  /**
   * Learns from nothing.
   *
   * @param X samples
   * @param y targets; chunked where X is
   * @param classes all classes, for classifiers; found in y where left out
   * @throws {TypeError} when the estimator has no `partialFit`
   * @throws {InvalidInputError} when X is chunked and y is not, or they differ in length
   * @throws {UnknownChunksError} when they are cut differently, and lengths of blocks are not known
   */
  override async fit(X: unknown, y?: unknown, classes?: LabelsLike): Promise<this> {
    this.estimator_ = clone(this.estimator);
    return await this.partialFit(X, y, classes);
  }

  /**
   * Learns more.
   *
   * @throws {TypeError} when the estimator has no `partialFit`
   * @throws {InvalidInputError} when X is chunked and y is not, or they differ in length
   * @throws {UnknownChunksError} when they are cut differently, and lengths of blocks are not known
   */
  async partialFit(X: unknown, y?: unknown, classes?: LabelsLike): Promise<this> {
    const { shuffleBlocks, randomState } = this;
    checkParameters("Incremental", { shuffleBlocks, randomState }, { shuffleBlocks: bool, randomState: randomSource });
    const learner = (this.estimator_ ?? clone(this.estimator)) as unknown as Learner;
    if (typeof learner.partialFit !== "function") {
      throw new TypeError(`Incremental: the estimator ${learner.constructor.name} has no partialFit()`);
    }
    const more = await classesFor(learner, y, classes);
    if (!isChunked(X)) {
      await learner.partialFit(X as NDArray, (y ?? null) as NDArray | null, ...more);
      this.keep(learner);
      return this;
    }
    const samples = wholeRows(X, "Incremental.fit");
    const targets = y === undefined || y === null ? undefined : cutAlike(samples, { y }, "Incremental.fit")[0];
    this.keep(await this.learn(samples, targets, learner, more));
    return this;
  }

  /** Has the estimator go from block to block. */
  private async learn(
    X: ChunkedInput,
    y: ChunkedInput | undefined,
    learner: Learner,
    more: readonly unknown[],
  ): Promise<BaseEstimator> {
    const blocks = X.delayed(), targets = y?.delayed();
    const order = blocks.map((_, b) => b);
    if (this.shuffleBlocks) checkRandomState(this.randomState).shuffle(order);
    const call = X.client.delayed(partialFitBlock) as unknown as (...args: unknown[]) => { persist(): Future<Learner> };
    let state: Learner | Future<Learner> = learner;
    for (const b of order) {
      const before: Learner | Future<Learner> = state;
      state = call(blocks[b], targets?.[b] ?? null, before, more).persist();
      if (before !== learner) (before as Future<Learner>).release();
    }
    const last = state as Future<Learner>;
    try {
      return await last;
    } finally {
      if (state !== learner) last.release();
    }
  }
}

/** All classes, for a classifier that has to know them before. */
async function classesFor(learner: Learner, y: unknown, classes: LabelsLike | undefined): Promise<unknown[]> {
  if ((learner as { estimatorType?: string }).estimatorType !== "classifier") return [];
  if (classes !== undefined) return [classes];
  if ("classes_" in learner && learner.classes_ !== undefined) return [];
  return isChunked(y) ? [await y.unique().compute()] : [y];
}

registerInternals({ partialFitBlock });
