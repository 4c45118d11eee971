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

/** What a batch came to. */
export interface PerformedCalls {
  /** The calls' results, in order. */
  readonly values: unknown[];
  /** Milliseconds that the calls took where they were performed. */
  readonly ms: number;
}

/**
 * Performs calls one after the other: the task that stands for a batch of several.
 *
 * @param calls Functions with their arguments.
 * @returns Their results, in order, and the time they took.
 * @throws FailedCallError that says which of them threw, with what it threw as its cause.
 */
export async function performCalls(calls: readonly CallPair[]): Promise<PerformedCalls> {
  const values: unknown[] = [];
  const began = performance.now();
  for (const [fn, args] of calls) {
    try {
      values.push(await fn(...args));
    } catch (error) {
      throw new FailedCallError(values.length, error);
    }
  }
  return { values, ms: performance.now() - began };
}

registerInternals({ performCalls });
registerErrorClass(FailedCallError, CallTimeoutError);
