/**
 * How many tasks may be with the executor: one a thread, and ahead of them a little work: so short that nobody waits behind it, or taken back
 * when somebody would.
 *
 * @module
 */

import type { Pace, WorkerTask } from "./states.ts";

/** Milliseconds of estimated work that may wait in the executor's queue for each thread that runs short tasks. */
export const AHEAD = 0.3;
/** Tasks that are not short, and take no more milliseconds than this, may wait there too, one for each thread. Less than what is not known counts. */
const MEDIUM = 4;
/** Most tasks that may wait there. */
const MOST_AHEAD = 256;
/** Milliseconds without progress after which what waits there is taken back: where all are short, and where not. */
const STALL = 2, MEDIUM_STALL = 3 * MEDIUM;
/** Weight of a new duration in the running mean of its function. */
const WEIGHT = 0.2;
/** Functions whose mean is remembered. */
const MOST_FUNCTIONS = 4096;

/** Counts places, and learns how long functions take. */
export class Places {
  readonly #paces = new Map<string, Pace>();
  #used = 0;
  #long = 0;
  #medium = 0;
  #shortWork = 0;
  /** Threads that others than tasks have or want. */
  elsewhere = 0;

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

  /** Whether what waits in the executor's queue is worth taking back for a task that goes before it. */
  get worthRecalling(): boolean {
    return this.#medium > 0 && this.ahead > 0;
  }

  /** Whether one more task would begin soon: no thread runs anything for long. */
  get quick(): boolean {
    return this.#long === 0 && this.elsewhere === 0;
  }

  /** See {@link STALL}. */
  get stall(): number {
    return this.#medium > 0 ? MEDIUM_STALL : STALL;
  }

  /** What is known of a function; the one its tasks share. */
  pace(fn: string): Pace {
    let pace = this.#paces.get(fn);
    if (pace === undefined) {
      if (this.#paces.size >= MOST_FUNCTIONS) this.#paces.delete(this.#paces.keys().next().value!);
      this.#paces.set(fn, pace = { mean: NaN });
    }
    return pace;
  }

  /** Estimated milliseconds of execution. */
  estimate(task: WorkerTask): number {
    const { mean } = task.pace;
    return mean >= 0 ? mean : task.duration;
  }

  /** Whether this task may be given to the executor now. */
  admits(task: WorkerTask): boolean {
    if (this.#used + this.elsewhere < this.threads) return true;
    if (task.timeout !== null || this.ahead >= MOST_AHEAD) return false;
    const estimate = this.estimate(task);
    const quick = this.threads - this.#long - this.elsewhere;
    if (quick <= 0 || estimate > MEDIUM) return false;
    if (estimate <= AHEAD && this.#medium === 0) return this.#shortWork + estimate <= AHEAD * quick;
    return this.#used - this.#long < 2 * quick;
  }

  /** A run of the task takes a place. */
  take(task: WorkerTask): void {
    const estimate = this.estimate(task);
    task.placed = estimate;
    this.#used++;
    if (estimate <= AHEAD) this.#shortWork += estimate;
    else if (estimate <= MEDIUM) this.#medium++;
    else this.#long++;
  }

  /** The run needs its place no longer, if it has one. */
  free(task: WorkerTask): void {
    const estimate = task.placed;
    if (estimate < 0) return;
    task.placed = -1;
    this.#used--;
    if (estimate <= AHEAD) this.#shortWork -= estimate;
    else if (estimate <= MEDIUM) this.#medium--;
    else this.#long--;
    if (this.#used === 0) this.#shortWork = 0;
  }

  /** Those of these runs that were thought short turn out not to be. */
  stalled(...runs: Iterable<WorkerTask>[]): void {
    for (const some of runs) {
      for (const task of some) {
        if (task.placed < 0 || task.placed > MEDIUM) continue;
        if (task.placed > AHEAD) this.#medium--;
        else this.#shortWork -= task.placed;
        task.placed = Infinity;
        this.#long++;
      }
    }
  }

  /** A run of the task took so long. */
  learn(task: WorkerTask, spent: number): void {
    const { pace } = task;
    pace.mean = pace.mean >= 0 ? pace.mean + WEIGHT * (spent - pace.mean) : spent;
  }

  /** Checks the counts against the runs that have places. */
  validate(placed: ReadonlySet<WorkerTask>): void {
    if (placed.size !== this.#used) throw new Error(`${placed.size} runs have places, counted ${this.#used}`);
    let long = 0, medium = 0, shortWork = 0;
    for (const { placed: estimate } of placed) {
      if (estimate > MEDIUM) long++;
      else if (estimate > AHEAD) medium++;
      else shortWork += estimate;
    }
    if (medium !== this.#medium) throw new Error(`${medium} runs of some milliseconds, counted ${this.#medium}`);
    if (long !== this.#long || Math.abs(shortWork - this.#shortWork) > 1e-6) {
      throw new Error(`${long} long runs and ${shortWork} ms, counted ${this.#long} and ${this.#shortWork}`);
    }
  }
}
