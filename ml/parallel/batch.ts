/**
 * Calls that travel together.
 *
 * @module
 */

import { registerInternals } from "../../actors/code/mod.ts";
import { registerErrorClass } from "../../actors/values/mod.ts";
import { CallTimeoutError, FailedCallError } from "./errors.ts";

/** A call as it travels: function and arguments. */
// deno-lint-ignore no-explicit-any
export type CallPair = readonly [fn: (...args: any[]) => unknown, args: readonly unknown[]];

/**
 * Performs calls one after the other: the task that stands for a batch of several.
 *
 * @param calls Functions with their arguments.
 * @returns Their results, in order.
 * @throws FailedCallError that says which of them threw, with what it threw as its cause.
 */
export async function performCalls(calls: readonly CallPair[]): Promise<unknown[]> {
  const values: unknown[] = [];
  for (const [fn, args] of calls) {
    try {
      values.push(await fn(...args));
    } catch (error) {
      throw new FailedCallError(values.length, error);
    }
  }
  return values;
}

registerInternals({ performCalls });
registerErrorClass(FailedCallError, CallTimeoutError);

/** Batches shorter than this, in milliseconds from submit to result, are made larger. */
const SHORT = 5;
/** And those that take longer are made smaller again. */
const LONG = 50;

/**
 * Finds a size for batches by how long they take, as joblib does: small calls must travel together to keep the workers supplied, and
 * large ones alone, so that nobody waits for the last of them.
 */
export class BatchTuner {
  /** Calls in the next batch. */
  size = 1;

  /** A batch of `size` calls took `ms` from submit to result. */
  landed(size: number, ms: number): void {
    // What was sent before the size changed says nothing of it.
    if (size !== this.size) return;
    if (ms < SHORT) this.size = Math.min(size * 2, 4_096);
    else if (ms > LONG && size > 1) this.size = Math.max(1, Math.floor(size * SHORT / ms));
  }
}
