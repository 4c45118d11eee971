/**
 * One after the other, in this thread.
 *
 * @module
 */

import type { ParallelBackend, SubmittedBatch } from "./backend.ts";
import type { DelayedCall } from "./delayed.ts";
import { FailedCallError } from "./errors.ts";

/**
 * Performs each call where it stands, in order. Nothing is copied, and any function will do.
 *
 * @example
 * ```ts
 * import { delayed, SequentialBackend } from "@troupe/troupe";
 * await new SequentialBackend().submit([delayed(Math.sqrt)(4), delayed(Math.abs)(-1)]).results; // [2, 1]
 * ```
 */
export class SequentialBackend implements ParallelBackend {
  /** In messages. */
  readonly name: string = "SequentialBackend";

  /** Always 1. */
  effectiveNJobs(): number {
    return 1;
  }

  /** Calls them, each after the one before. */
  submit(calls: readonly DelayedCall<unknown>[]): SubmittedBatch {
    let cancelled = false;
    const perform = async () => {
      const values: unknown[] = [];
      for (const call of calls) {
        if (cancelled) break;
        try {
          values.push(await call.run());
        } catch (error) {
          throw new FailedCallError(values.length, error);
        }
      }
      return values;
    };
    return { results: perform(), cancel: () => void (cancelled = true) };
  }
}
