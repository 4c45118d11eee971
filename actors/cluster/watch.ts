/**
 * Watching over a process from outside: does its loop turn, and how much memory does it take?
 *
 * @module
 */

import { formatBytes } from "./bytes.ts";

/** When a watched process has to go. */
export interface WatchOptions {
  /** Milliseconds without a sign of life after which it hangs. */
  readonly hangAfter: number;
  /** Milliseconds between looks. */
  readonly lookEvery: number;
  /** Bytes of resident memory it may take; Infinity for no limit. */
  readonly memoryLimit: number;
}

/** A plain machine: signs of life and looks in, a verdict out. */
export class Watch {
  readonly #options: WatchOptions;
  #lastLook: number;
  #silent = 0;

  /** Begins at `now` (ms). */
  constructor(options: WatchOptions, now: number) {
    this.#options = options;
    this.#lastLook = now;
  }

  /** It said that it is alive. */
  alive(): void {
    this.#silent = 0;
  }

  /**
   * A look at it: `rss` is its resident memory in bytes, or undefined when that cannot be seen. Gives the reason why it has
   * to go, or undefined. Time in which the watcher itself did not get to look is no proof against the watched: what it said
   * meanwhile has not been heard yet.
   */
  look(now: number, rss: number | undefined): string | undefined {
    const gap = now - this.#lastLook;
    this.#lastLook = now;
    if (gap <= 3 * this.#options.lookEvery) this.#silent += gap;
    else this.#silent = 0;
    if (rss !== undefined && rss > this.#options.memoryLimit) {
      return `it takes ${formatBytes(rss)} of memory, and its limit is ${formatBytes(this.#options.memoryLimit)}`;
    }
    if (this.#silent >= this.#options.hangAfter) return `it hangs: no sign of life for ${this.#silent / 1000} s`;
  }
}
