/**
 * How many tasks may be with the executor: one a thread, and ahead of them a little work so short that nobody waits behind it.
 *
 * @module
 */

import type { WorkerTask } from "./states.ts";

/** Milliseconds of estimated work that may wait in the executor's queue for each thread that runs short tasks. */
export const AHEAD = 0.3;
/** Most tasks that may wait there. */
const MOST_AHEAD = 256;
/** Milliseconds without progress after which what waits there is taken back. */
export const STALL = 2;
/** Weight of a new duration in the running mean of its function. */
const WEIGHT = 0.2;
/** Functions whose mean is remembered. */
const MOST_FUNCTIONS = 4096;

/** Counts places, and learns how long functions take. */
export class Places {
  readonly #means = new Map<string, number>();
  readonly #estimates = new Map<number, number>();
  #used = 0;
  #long = 0;
  #shortWork = 0;

  /** Of `threads` threads. */
  constructor(readonly threads: number) {}

  /** Tasks that are with the executor and have or want a thread. */
  get used(): number {
    return this.#used;
  }

  /** Tasks that wait in the executor's queue, at least. */
  get ahead(): number {
    return Math.max(0, this.#used - this.threads);
  }

  /** Estimated milliseconds of execution. */
  estimate(task: WorkerTask): number {
    return this.#means.get(task.fn) ?? task.duration;
  }

  /** Whether this task may be given to the executor now. */
  admits(task: WorkerTask): boolean {
    if (this.#used < this.threads) return true;
    if (task.timeout !== null || this.ahead >= MOST_AHEAD) return false;
    const estimate = this.estimate(task);
    const quick = this.threads - this.#long;
    return quick > 0 && estimate <= AHEAD && this.#shortWork + estimate <= AHEAD * quick;
  }

  /** A run of the task takes a place. */
  take(ticket: number, task: WorkerTask): void {
    const estimate = this.estimate(task);
    this.#estimates.set(ticket, estimate);
    this.#used++;
    if (estimate <= AHEAD) this.#shortWork += estimate;
    else this.#long++;
  }

  /** The run needs its place no longer. */
  free(ticket: number): void {
    const estimate = this.#estimates.get(ticket);
    if (estimate === undefined) return;
    this.#estimates.delete(ticket);
    this.#used--;
    if (estimate <= AHEAD) this.#shortWork -= estimate;
    else this.#long--;
    if (this.#used === 0) this.#shortWork = 0;
  }

  /** Whether the run has a place. */
  has(ticket: number): boolean {
    return this.#estimates.has(ticket);
  }

  /** Runs that turn out not to be short. */
  stalled(): void {
    for (const [ticket, estimate] of this.#estimates) {
      if (estimate > AHEAD) continue;
      this.#estimates.set(ticket, Infinity);
      this.#shortWork -= estimate;
      this.#long++;
    }
  }

  /** A run of a function took so long. */
  learn(fn: string, spent: number): void {
    const mean = this.#means.get(fn);
    if (mean !== undefined) this.#means.set(fn, mean + WEIGHT * (spent - mean));
    else {
      if (this.#means.size >= MOST_FUNCTIONS) this.#means.delete(this.#means.keys().next().value!);
      this.#means.set(fn, spent);
    }
  }

  /** Checks the counts against the runs that have places. */
  validate(tickets: ReadonlySet<number>): void {
    if (tickets.size !== this.#used || this.#estimates.size !== this.#used) {
      throw new Error(`${tickets.size} runs have places, counted ${this.#used}`);
    }
    for (const t of tickets) if (!this.#estimates.has(t)) throw new Error(`run ${t} has no place`);
  }
}
