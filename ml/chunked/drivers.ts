/**
 * What a distributed estimator is driven with: a function on each block, where that is; state beside it from one step to the next; and sums in a
 * fixed order.
 *
 * @module
 */

import { type Client, type Delayed, type Future, registerInternals, wait } from "../../actors/mod.ts";

/** How many partial results are combined at a time. */
export const FAN_IN = 8;

/** Any function of blocks. */
// deno-lint-ignore no-explicit-any -- its arguments are what its caller gives
export type BlockFunction<R> = (...args: any[]) => R;

/** Submits a call whose arguments' types are not looked at. */
export function submitAny<R>(client: Client, fn: BlockFunction<R>, ...args: readonly unknown[]): Future<Awaited<R>> {
  const loose = client as unknown as { submit(fn: BlockFunction<R>, ...args: readonly unknown[]): Future<Awaited<R>> };
  return loose.submit(fn, ...args);
}

/** Combines a list of partial results, in their order. A named function: `combineAll(combine, …)`. */
// deno-lint-ignore no-explicit-any
export function combineAll(combine: BlockFunction<any>, parts: readonly unknown[]): unknown {
  let sum = parts[0];
  for (let i = 1; i < parts.length; i++) sum = combine(sum, parts[i]);
  return sum;
}

/**
 * Combines futures of partial results two by two, in a tree whose form depends on their number alone: whichever comes first, and on however many
 * workers, the result is the same to the last bit.
 *
 * @param client where they are
 * @param parts futures of partial results, in the blocks' order; they are let go of, also where it fails
 * @param combine a function of two partial results that gives another, and changes neither; the library's, or closed
 * @throws {RangeError} when there are none
 *
 * @example
 * ```ts
 * import { Client, treeReduce } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * const parts = client.map((x: number) => x * x, [1, 2, 3]);
 * await treeReduce(client, parts, (a: number, b: number) => a + b); // 14
 * ```
 */
export function treeReduce<P>(client: Client, parts: readonly Future<P>[], combine: (a: P, b: P) => P): Future<P> {
  if (parts.length === 0) throw new RangeError("treeReduce(): there is nothing to combine");
  let layer: readonly Future<P>[] = parts;
  while (layer.length > 1) {
    const next: Future<P>[] = [];
    for (let i = 0; i < layer.length; i += FAN_IN) {
      const group = layer.slice(i, i + FAN_IN);
      next.push(group.length === 1 ? group[0] : submitAny(client, combineAll, combine, group) as Future<P>);
    }
    for (const part of layer) if (!next.includes(part)) part.release();
    layer = next;
  }
  return layer[0];
}

/** The same for delayed values, whose groups `combine` puts together: a graph. */
export function treeOf<P>(
  parts: readonly Delayed<P>[],
  combine: (parts: readonly Delayed<P>[]) => Delayed<P>,
): Delayed<P> {
  let layer = parts;
  while (layer.length > 1) {
    const next: Delayed<P>[] = [];
    for (let i = 0; i < layer.length; i += FAN_IN) {
      const group = layer.slice(i, i + FAN_IN);
      next.push(group.length === 1 ? group[0] : combine(group));
    }
    layer = next;
  }
  return layer[0];
}

/** What a step gives for a block: the state that stays beside it, and what is sent on. */
export interface StepResult<S, P> {
  /** Stays where the block is, and is what the next step is given. */
  readonly state: S;
  /** What is combined with the other blocks'. */
  readonly partial: P;
}

/** The part of a step's result that is sent on: computed where the state is, so that only this travels. */
export function partialOf<P>(result: StepResult<unknown, P>): P {
  return result.partial;
}

/** The part that stays. In shared memory it is handed on as it is. */
export function stateOf<S>(result: StepResult<S, unknown>): S {
  return result.state;
}

registerInternals({ combineAll, partialOf, stateOf });

/**
 * State beside the blocks of an array: each step is a task for each block that is given the block and the state that the step before left, and runs
 * where they are. Only its partial result travels. A worker that dies takes states with it, and they are made again from the blocks, step by step: so
 * steps must be functions of what they are given, and may write into the state's arrays only what comes out the same if it is written again.
 *
 * @example
 * ```ts ignore
 * const states = new BlockStates<Labels>(client, blocks);
 * for (let i = 0; i < 10; i++) {
 *   using sums = treeReduce(client, states.step(assign, centers), addSums);
 *   centers = finish(await sums);
 * }
 * states.release();
 * ```
 */
export class BlockStates<S> implements Disposable {
  #states: (Future<S> | null)[];

  /**
   * No state yet: the first step is given null.
   *
   * @param client where the blocks are
   * @param blocks futures of blocks, as {@linkcode ChunkedArray.futures} gives them
   */
  constructor(readonly client: Client, readonly blocks: readonly Future<unknown>[]) {
    this.#states = blocks.map(() => null);
  }

  /** The states as they are now. The futures are this object's: do not release them. */
  get states(): readonly (Future<S> | null)[] {
    return this.#states;
  }

  /**
   * Takes a step on every block.
   *
   * @param fn `fn(block, state, ...args)`, the library's or closed; the first step's state is null. It gives the new state and a partial result.
   * @param args the same for all blocks; what is large, scatter first
   * @returns Futures of the partial results, in the blocks' order.
   */
  step<P>(fn: BlockFunction<StepResult<S, P>>, ...args: readonly unknown[]): Future<P>[] {
    return this.stepEach<P>(fn, () => args);
  }

  /** The same with arguments of each block's own. */
  stepEach<P>(fn: BlockFunction<StepResult<S, P>>, argsOf: (block: number) => readonly unknown[]): Future<P>[] {
    const { client } = this;
    const partials: Future<P>[] = [];
    this.#states = this.blocks.map((block, b) => {
      const before = this.#states[b];
      const result = submitAny(client, fn, block, before, ...argsOf(b));
      partials.push(submitAny(client, partialOf, result) as Future<P>);
      const state = submitAny(client, stateOf, result) as Future<S>;
      result.release();
      before?.release();
      return state;
    });
    return partials;
  }

  /** A function of each block and its state, which stays as it is. */
  map<R>(fn: BlockFunction<R>, ...args: readonly unknown[]): Future<Awaited<R>>[] {
    return this.blocks.map((block, b) => submitAny(this.client, fn, block, this.#states[b], ...args));
  }

  /** Waits until the last step is done everywhere, and throws what went wrong with the first block that did. */
  async settled(): Promise<void> {
    await settledAll(this.#states.filter((s) => s !== null));
  }

  /** Lets go of the states. */
  release(): void {
    for (const state of this.#states) state?.release();
    this.#states = this.blocks.map(() => null);
  }

  /** The same as {@linkcode BlockStates.release}. */
  [Symbol.dispose](): void {
    this.release();
  }
}

/** Waits for futures without getting what comes of them; throws what went wrong with the first, in their order, that failed. */
export async function settledAll(futures: readonly Future<unknown>[]): Promise<void> {
  await wait(futures, { until: "firstError" });
  const failed = futures.find((f) => f.status !== "pending" && f.status !== "done");
  if (failed !== undefined) await failed;
}
