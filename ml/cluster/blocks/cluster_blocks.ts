import { type Client, type Delayed, type Future, registerInternals } from "../../../actors/mod.ts";
import type { BlockRunner } from "./runner.ts";

/** What a step gives for a block. */
interface StepResult {
  /** Stays beside the block. */
  readonly state: unknown;
  /** Is sent to the driver. */
  readonly partial: unknown;
}

// deno-lint-ignore no-explicit-any -- blocks, states and arguments of each function's own
type BlockFunction = (block: any, before: any, ...args: any[]) => any;

/** The part of a step's result that travels: taken where the state is. */
export function partialOfStep(result: StepResult): unknown {
  return result.partial;
}

/**
 * Blocks on a cluster. A step is a task for each block, which is given the block and the result of the step before, and runs where they are. Each
 * step goes the other way round than the one before: so the blocks that were read last, which are still in memory, are read first.
 */
export class ClusterBlocks implements BlockRunner, Disposable {
  readonly #blocks: readonly Delayed<unknown>[];
  readonly #results: (Future<StepResult> | null)[]; // by block
  /** What was made last is in memory still. */
  #backwards = true;

  /**
   * No state yet.
   *
   * @param client where the blocks are
   * @param blocks those that are persisted are taken from where they are; others are made in each step, in the same task
   * @param lengths number of rows of each
   * @param nFeatures number of their columns
   */
  constructor(
    readonly client: Client,
    blocks: readonly Delayed<unknown>[],
    readonly lengths: readonly number[],
    readonly nFeatures: number,
  ) {
    this.#blocks = blocks;
    this.#results = blocks.map(() => null);
  }

  /** What the last step gave for each block. Whoever takes them holds them from now on. */
  takeResults(): Future<StepResult>[] {
    return this.#results.splice(0).map((result) => {
      if (result === null) throw new TypeError("ClusterBlocks.takeResults(): no step was taken");
      return result;
    });
  }

  #submit(fn: BlockFunction, ...args: readonly unknown[]): Future<unknown> {
    const { client } = this;
    return (client.submit as (fn: BlockFunction, ...args: readonly unknown[]) => Future<unknown>).call(
      client,
      fn,
      ...args,
    );
  }

  /** A call of a block and its state. */
  #call(fn: BlockFunction, b: number, args: readonly unknown[]): Future<unknown> {
    const block = this.#blocks[b];
    const { future } = block;
    if (future !== undefined) return this.#submit(fn, future, this.#results[b], ...args);
    const delayed = this.client.delayed(fn) as (...args: unknown[]) => Delayed<unknown>;
    return delayed(block, this.#results[b], ...args).persist();
  }

  /** Takes a step; see {@linkcode BlockRunner.step}. */
  async step<P>(
    fn: BlockFunction,
    which: readonly number[],
    argsOf: (block: number) => readonly unknown[],
  ): Promise<P[]> {
    const partials: Future<unknown>[] = new Array(which.length);
    for (let e = 0; e < which.length; e++) {
      const at = this.#backwards ? which.length - 1 - e : e;
      const b = which[at];
      const before = this.#results[b];
      const result = this.#call(fn, b, argsOf(b)) as Future<StepResult>;
      partials[at] = this.#submit(partialOfStep, result);
      this.#results[b] = result;
      before?.release();
    }
    this.#backwards = !this.#backwards;
    return await this.#gather<P>(partials);
  }

  /** Asks; see {@linkcode BlockRunner.ask}. */
  async ask<R>(
    fn: BlockFunction,
    which: readonly number[],
    argsOf: (block: number) => readonly unknown[],
  ): Promise<R[]> {
    return await this.#gather<R>(which.map((b) => this.#call(fn, b, argsOf(b))));
  }

  /** Asks the states; see {@linkcode BlockRunner.askState}. */
  async askState<R>(
    fn: BlockFunction,
    which: readonly number[],
    argsOf: (block: number) => readonly unknown[],
  ): Promise<R[]> {
    return await this.#gather<R>(which.map((b) => this.#submit(fn, this.#results[b], ...argsOf(b))));
  }

  async #gather<R>(futures: readonly Future<unknown>[]): Promise<R[]> {
    try {
      return await this.client.gather(futures) as R[];
    } finally {
      for (const future of futures) future.release();
    }
  }

  /** Lets go of all states. */
  [Symbol.dispose](): void {
    for (const result of this.#results) result?.release();
    this.#results.length = 0;
  }
}

registerInternals({ partialOfStep });
