/**
 * Time that passes only when it is told to.
 *
 * @module
 */

import type { Clock, Timer } from "./clock.ts";

interface Entry {
  at: number;
  order: number;
  run: (() => void) | undefined;
}

/**
 * A clock for tests and simulations. Timers run in the order of their time, and of their making where times are equal, so
 * one program on one virtual clock always runs the same way.
 *
 * @example
 * ```ts
 * import { VirtualClock } from "@troupe/troupe/transport";
 * const clock = new VirtualClock();
 * clock.after(50, () => console.log("at", clock.now()));
 * clock.advance(100); // prints: at 50
 * ```
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #heap: Entry[] = [];
  #live = 0;
  #soon: (() => void)[] = [];

  /**
   * Makes a clock that stands still.
   *
   * @param start The time at the start, in milliseconds.
   */
  constructor(start = 0) {
    this.#now = start;
  }

  /** The virtual time in milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Timers that are still to run, called-off ones not counted. */
  get pending(): number {
    return this.#live;
  }

  /** The time of the next timer, or `undefined` when there is none. */
  get next(): number | undefined {
    this.#prune();
    return this.#heap[0]?.at;
  }

  /**
   * Runs `run` once, `ms` milliseconds of virtual time from now.
   *
   * @param ms Milliseconds; below zero counts as zero.
   * @param run What to run.
   */
  after(ms: number, run: () => void): Timer {
    const entry: Entry = { at: this.#now + (ms > 0 ? ms : 0), order: this.#order++, run };
    this.#push(entry);
    this.#live++;
    return {
      cancel: () => {
        if (entry.run === undefined) return;
        entry.run = undefined;
        this.#live--;
      },
    };
  }

  /**
   * Runs `run` at the end of the step under way, or at the start of the next one.
   *
   * @param run What to run.
   */
  soon(run: () => void): void {
    this.#soon.push(run);
  }

  /**
   * Runs what is due at the end of this turn and then one timer, with all that it asks for at the end of its turn.
   *
   * @returns Whether a timer has run.
   */
  step(): boolean {
    this.settle();
    this.#prune();
    const entry = this.#pop();
    if (entry === undefined) return false;
    this.#now = entry.at;
    this.#fire(entry);
    this.settle();
    return true;
  }

  /** Runs what was asked for by {@link VirtualClock.soon}, and no timers. */
  settle(): void {
    while (this.#soon.length > 0) {
      const batch = this.#soon;
      this.#soon = [];
      for (const run of batch) run();
    }
  }

  /**
   * Lets `ms` milliseconds pass, running every timer in them.
   *
   * @param ms Milliseconds.
   */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.settle();
    for (let next = this.next; next !== undefined && next <= end; next = this.next) this.step();
    this.#now = end;
  }

  /**
   * Runs timers until there are none.
   *
   * @param maxSteps After so many it gives up: something starts itself again for ever.
   * @returns How many timers have run.
   * @throws {Error} There were more than `maxSteps`.
   */
  runUntilIdle(maxSteps = 1_000_000): number {
    for (let steps = 0; steps <= maxSteps; steps++) {
      if (!this.step()) return steps;
    }
    throw new Error(
      `still not idle after ${maxSteps} timers, at ${this.#now} ms: does something start itself again for ever?`,
    );
  }

  #fire(entry: Entry): void {
    const run = entry.run!;
    entry.run = undefined;
    this.#live--;
    run();
  }

  #prune(): void {
    while (this.#heap.length > 0 && this.#heap[0].run === undefined) this.#pop();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.length;
    heap.push(entry);
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (!before(entry, heap[up])) break;
      heap[i] = heap[up];
      i = up;
    }
    heap[i] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], last)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = last;
    return top;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at !== b.at ? a.at < b.at : a.order < b.order;
}
