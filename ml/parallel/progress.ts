/**
 * What a run says of its progress: joblib's lines, at joblib's moments.
 *
 * @module
 */

/** A clock that {@link Parallel} can be given: by default the machine's own. */
export interface ParallelClock {
  /** Milliseconds since some origin. */
  now(): number;
  /** Runs `run` once, `ms` milliseconds from now, unless it is cancelled before. */
  after(ms: number, run: () => void): { cancel(): void };
}

/** Seconds as joblib writes them: `    0.2s`, or ` 1.5min` above a minute. */
export function shortTime(seconds: number): string {
  return seconds > 60 ? `${(seconds / 60).toFixed(1).padStart(4)}min` : ` ${seconds.toFixed(1).padStart(5)}s`;
}

/** Whether to keep quiet after the `index`-th batch: reports get further apart with the square of their number. */
function quiet(index: number, verbose: number): boolean {
  if (verbose > 10) return false;
  if (index === 0) return false;
  const step = 0.5 * (11 - verbose) ** 2;
  return Math.floor(Math.sqrt(index / step)) === Math.floor(Math.sqrt((index + 1) / step));
}

/** What a {@link Progress} must know to begin. */
export interface ProgressOptions {
  /** As in joblib: 0 says nothing, above 10 says all. */
  readonly verbose: number;
  /** As the user gave it. */
  readonly nJobs: number;
  /** How many calls there will be, if that is known. */
  readonly total: number | undefined;
  /** How many are given out before the first is done; Infinity for all. */
  readonly preDispatch: number;
  /** Takes a line, line feed included. */
  readonly write: (line: string) => void;
  /** Tells the time. */
  readonly clock: ParallelClock;
  /** Is told, too, whatever `verbose` says. */
  readonly onProgress?: OnProgress;
}

/** Is told how many calls are done, and how many there are, if that is known. */
export type OnProgress = (completed: number, total: number | undefined) => void;

/** Counts calls and reports. */
export class Progress {
  /** Calls given out. */
  dispatched = 0;
  /** Batches given out. */
  batches = 0;
  /** Calls that are done. */
  completed = 0;
  /** Whether all calls have been given out. */
  exhausted = false;
  readonly #options: ProgressOptions;
  readonly #start: number;

  /** Starts the watch. */
  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#start = options.clock.now();
  }

  /** Writes a line of any text. */
  say(text: string): void {
    if (this.#options.verbose > 0) this.#options.write(`[Parallel(n_jobs=${this.#options.nJobs})]: ${text}\n`);
  }

  /** Some more calls are done: a line, if it is time for one. */
  report(): void {
    const { verbose, total, preDispatch, clock, onProgress } = this.#options;
    onProgress?.(this.completed, total);
    if (verbose <= 0) return;
    const elapsed = (clock.now() - this.#start) / 1000;
    const width = total === undefined || total === 0 ? 3 : Math.floor(Math.log10(total)) + 1;
    const done = String(this.completed).padStart(width);
    const time = `| elapsed: ${shortTime(elapsed)}`;
    if (!this.exhausted) {
      if (quiet(this.batches, verbose)) return;
      if (total !== undefined) this.say(`Done ${done} out of ${String(total).padStart(width)} ${time}`);
      else this.say(`Done ${done} tasks ${" ".repeat(width + 2)}${time}`);
      return;
    }
    if (this.completed === this.dispatched) return;
    if (this.completed > 0) {
      const ahead = Number.isFinite(preDispatch) ? preDispatch : 0;
      const cursor = this.dispatched - this.completed + 1 - ahead;
      const every = Math.floor(this.dispatched / verbose) + 1;
      if (this.completed + 1 === this.dispatched || cursor % every !== 0) return;
    }
    const remaining = elapsed / Math.max(this.completed, 1) * (this.dispatched - this.completed);
    this.say(
      `Done ${done} out of ${String(this.dispatched).padStart(width)} ${time} remaining: ${shortTime(remaining)}`,
    );
  }

  /** All is done: the last line. */
  finish(): void {
    const width = this.#options.total === undefined || this.#options.total === 0
      ? 3
      : Math.floor(Math.log10(this.#options.total)) + 1;
    const done = String(this.completed).padStart(width);
    const elapsed = (this.#options.clock.now() - this.#start) / 1000;
    this.say(`Done ${done} out of ${done} | elapsed: ${shortTime(elapsed)} finished`);
  }
}
