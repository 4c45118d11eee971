/**
 * What the whole process takes, beside the bytes of its values: looked at with every beat, and more often while there is much in memory, for a
 * thread makes a gigabyte in a second.
 *
 * @module
 */

import type { Clock, Timer } from "../../transport/mod.ts";
import type { Store } from "./store.ts";
import type { Usage } from "./worker_options.ts";

/** Milliseconds between looks. */
const LOOK = 100;
/** Beats for which memory that was freed is kept for what comes next. */
const WARM = 10;

/** What a watch needs of its worker. */
export interface MemoryWatchOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly usage: (() => Usage) | undefined;
  /** Gives back to the system what was freed outside of the store. */
  readonly returnFreed: (() => void) | undefined;
  /** Whether values can go to disk. */
  readonly often: boolean;
  /** Bytes of resident memory above which values are to go. */
  readonly residentAt: number;
  /** Bytes of resident memory above which it is short. */
  readonly pauseAt: number;
  /** So many bytes are too many, and whether it is short. */
  readonly tell: (excess: number, short: boolean) => void;
}

/** A watch over the process. */
export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  #timer: Timer | undefined;
  #usage: Usage = { cpu: 0, rss: 0 };

  /** Begins at once. */
  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    if (options.often && options.usage !== undefined) this.#later();
  }

  /** With a beat: how the process is. What has been free for long goes back to the system. */
  beat(): Usage {
    this.#usage = this.#options.usage?.() ?? this.#usage;
    return this.#usage;
  }

  /** After a beat. */
  trim(): void {
    this.#look(WARM);
  }

  /** No more looks. */
  close(): void {
    this.#timer?.cancel();
  }

  #later(): void {
    const { clock, store, usage } = this.#options;
    this.#timer = clock.after(LOOK, () => {
      if (store.managed > store.limit / 4) {
        this.#usage = { ...this.#usage, rss: usage!().rss };
        this.#look();
      }
      this.#later();
    });
  }

  /**
   * When the process takes too much, what was freed outside of the store goes back to the system, and if that is not enough, values go; what
   * they leave is taken by those that come, so it counts as gone. When it takes so much that no task is to begin, all that is free goes back at
   * once.
   */
  #look(age?: number): void {
    const { store: { heap }, usage, returnFreed, residentAt, pauseAt, tell } = this.#options;
    if (this.#usage.rss > residentAt && returnFreed !== undefined) {
      returnFreed();
      this.#usage = { ...this.#usage, rss: usage!().rss };
    }
    const trimmed = this.#usage.rss > pauseAt ? heap.trim(0) : age === undefined ? 0 : heap.trim(age);
    const rss = this.#usage.rss - trimmed;
    tell(Math.max(0, rss - heap.spare - residentAt), rss > pauseAt);
  }
}
