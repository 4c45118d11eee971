/** Backends whose calls finish when a test says so, and a clock that stands still. */

import type { Clock, Timer } from "../../../transport/mod.ts";
import type { DelayedCall, ParallelBackend, ParallelRun, SubmittedBatch } from "../../../ml/parallel/mod.ts";

/** What a {@link HandBackend} was given. */
export interface Handed {
  calls: readonly DelayedCall<unknown>[];
  cancelled: boolean;
  finish(): Promise<void>;
  fail(error: unknown): void;
}

/** Performs a batch when told. */
export class HandBackend implements ParallelBackend {
  readonly handed: Handed[] = [];
  readonly begun: ParallelRun[] = [];
  readonly ended: ParallelRun[] = [];
  closed = 0;
  readonly jobs: number;

  constructor(jobs = 2) {
    this.jobs = jobs;
  }

  effectiveNJobs(nJobs: number): number {
    return nJobs < 0 ? this.jobs : nJobs;
  }

  submit(calls: readonly DelayedCall<unknown>[]): SubmittedBatch {
    const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[]>();
    const handed: Handed = {
      calls,
      cancelled: false,
      async finish() {
        resolve(await Promise.all(calls.map((c) => c.run())));
      },
      fail: reject,
    };
    this.handed.push(handed);
    return { results: promise, cancel: () => void (handed.cancelled = true) };
  }

  begin(run: ParallelRun): void {
    this.begun.push(run);
  }

  end(run: ParallelRun): void {
    this.ended.push(run);
  }

  close(): void {
    this.closed++;
  }
}

/** Performs every batch in the next turn of the loop. */
export class SoonBackend extends HandBackend {
  override submit(calls: readonly DelayedCall<unknown>[]): SubmittedBatch {
    const batch = super.submit(calls);
    this.handed.at(-1)!.finish();
    return batch;
  }
}

/** Time that moves when told. */
export class HandClock implements Clock {
  #now = 0;
  #timers: { at: number; run: () => void; on: boolean }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Timer {
    const timer = { at: this.#now + ms, run, on: true };
    this.#timers.push(timer);
    return { cancel: () => void (timer.on = false) };
  }

  soon(run: () => void): void {
    queueMicrotask(run);
  }

  /** Timers that are on. */
  get pending(): number {
    return this.#timers.filter((t) => t.on).length;
  }

  /** Moves on. */
  advance(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) {
      if (!timer.on || timer.at > this.#now) continue;
      timer.on = false;
      timer.run();
    }
  }
}

/** Lets all that can happen happen. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}
