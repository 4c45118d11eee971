/**
 * What a parallel backend is.
 *
 * @module
 */

import type { DelayedCall } from "./delayed.ts";
import type { ParallelClock } from "./progress.ts";

/** One use of a backend, by one `run` or `stream`: an identity that a backend may keep things by. */
export interface ParallelRun {
  /** What {@link ParallelBackend.effectiveNJobs} answered. */
  readonly nJobs: number;
  /** The run's clock; the machine's own where this is missing. */
  readonly clock?: ParallelClock;
  /** Writes a line among those of `verbose`, where that is at least `from`. */
  say?(text: string, from: number): void;
}

/** Calls under way. */
export interface SubmittedBatch {
  /**
   * Their results, in order. Rejects with what the call threw; where the batch had several calls, with a {@link FailedCallError} whose
   * `callIndex` counts in the batch.
   */
  readonly results: Promise<readonly unknown[]>;
  /** Nobody wants the results any more. Called also when they are there already; then it does nothing. */
  cancel(): void;
}

/**
 * Where calls are performed. `effectiveNJobs` and `submit` are enough:
 *
 * @example
 * ```ts
 * import { type DelayedCall, type ParallelBackend, parallelBackend, registerParallelBackend } from "@troupe/troupe";
 *
 * class EventLoop implements ParallelBackend {
 *   effectiveNJobs(nJobs: number) {
 *     return nJobs < 0 ? 100 : nJobs;
 *   }
 *   submit(calls: readonly DelayedCall<unknown>[]) {
 *     return { results: Promise.all(calls.map((call) => call.run())), cancel() {} };
 *   }
 * }
 * registerParallelBackend("loop", () => new EventLoop());
 * ```
 */
export interface ParallelBackend {
  /** Its name in messages; its class's name where this is missing. */
  readonly name?: string;
  /** `nJobs` where nobody gave one; 1 where this is missing. */
  readonly defaultNJobs?: number;
  /**
   * How many calls will run at a time.
   *
   * @param nJobs What was asked for: -1 for all there is, -2 for all but one, …; never 0.
   */
  effectiveNJobs(nJobs: number): number | Promise<number>;
  /**
   * Begins calls, to be performed one after the other. A call that `stays` may be answered by a {@link KeptResult}; a backend that keeps nothing
   * answers it as any other.
   */
  submit(calls: readonly DelayedCall<unknown>[], run: ParallelRun): SubmittedBatch;
  /** How many calls the next batch should hold, where the user left it open; 1 where this is missing. */
  batchSize?(run: ParallelRun): number;
  /** A `parallelBackend` that made it begins: it may get ready what calls will need. */
  prepare?(): void | Promise<void>;
  /** A run begins. */
  begin?(run: ParallelRun): void | Promise<void>;
  /** A run is over, well or badly, and nothing of it is awaited any more. */
  end?(run: ParallelRun): void | Promise<void>;
  /** The `parallelBackend` that made it is over. */
  close?(): void | Promise<void>;
}

/**
 * A backend's name, for messages.
 *
 * @example
 * ```ts
 * import { nameOf, SequentialBackend } from "@troupe/troupe";
 * nameOf(new SequentialBackend()); // "SequentialBackend"
 * ```
 */
export function nameOf(backend: ParallelBackend): string {
  return backend.name ?? backend.constructor.name;
}

/**
 * joblib's reading of a number of jobs: `n` itself, or, where it is negative, all of `total` but `-1 - n`, and at least one.
 *
 * @param nJobs An integer other than 0. @param total How many there are.
 *
 * @example
 * ```ts
 * import { countJobs } from "@troupe/troupe";
 * [4, -1, -2, -20].map((n) => countJobs(n, 8)); // [4, 8, 7, 1]
 * ```
 */
export function countJobs(nJobs: number, total: number): number {
  return nJobs < 0 ? Math.max(total + 1 + nJobs, 1) : nJobs;
}
