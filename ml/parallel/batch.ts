/**
 * What a worker does with a batch of calls.
 *
 * @module
 */

import { FailedCallError } from "./errors.ts";
import { makeParallelBackend } from "./registry.ts";
import { inScope } from "./scope.ts";

/** A call as it travels: function and arguments. */
// deno-lint-ignore no-explicit-any
export type CallPair = readonly [fn: (...args: any[]) => unknown, args: readonly unknown[]];

/** What came of a batch. */
export interface PerformedCalls {
  /** The calls' results, in order. */
  readonly values: readonly unknown[];
  /** Milliseconds it took. */
  readonly spent: number;
}

/**
 * Performs calls one after the other: the task that the "cluster" and "threads" backends submit. A {@link Parallel} inside a call runs on
 * the same cluster when it asks for more than one job, and in place when it does not: the cluster is already full of the calls around it.
 *
 * @param calls Functions with their arguments.
 * @throws What a call threw; in a batch of several, a {@link FailedCallError} that says which.
 */
export async function performCalls(calls: readonly CallPair[]): Promise<PerformedCalls> {
  const start = performance.now();
  const values: unknown[] = [];
  const scope = { backend: makeParallelBackend("cluster"), nJobs: 1, verbose: 0 };
  for (const [fn, args] of calls) {
    try {
      values.push(await inScope(scope, () => fn(...args)));
    } catch (error) {
      throw calls.length === 1 ? error : new FailedCallError(values.length, error);
    }
  }
  return { values, spent: performance.now() - start };
}
