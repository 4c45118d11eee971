/**
 * Where arrivals wait for whoever takes them: one sink, or one iterator.
 *
 * @module
 */

import type { Arrival } from "./port.ts";

/** Hands arrivals on in order, and keeps them while nobody is there. */
export class ArrivalQueue {
  #sink: ((arrival: Arrival) => void) | undefined;
  #kept: Arrival[] = [];
  #waiting: ((result: IteratorResult<Arrival>) => void)[] = [];
  #taken = false;
  #ended = false;
  readonly #report: (error: unknown) => void;

  /** @param report Called with what a sink throws. */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** Adds one. */
  push(arrival: Arrival): void {
    if (this.#ended) return;
    if (this.#sink !== undefined) {
      try {
        this.#sink(arrival);
      } catch (error) {
        this.#report(error);
      }
      return;
    }
    const taker = this.#waiting.shift();
    if (taker !== undefined) taker({ done: false, value: arrival });
    else this.#kept.push(arrival);
  }

  /** Hands everything to `sink`, what was kept first. */
  receive(sink: (arrival: Arrival) => void): void {
    this.#take();
    const kept = this.#kept;
    this.#kept = [];
    this.#sink = sink;
    for (const arrival of kept) this.push(arrival);
  }

  /** The same as an async iterator. */
  iterate(): AsyncIterableIterator<Arrival> {
    this.#take();
    const end: IteratorResult<Arrival> = { done: true, value: undefined };
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      next: () => {
        const arrival = this.#kept.shift();
        if (arrival !== undefined) return Promise.resolve({ done: false, value: arrival });
        if (this.#ended) return Promise.resolve(end);
        return new Promise((resolve) => this.#waiting.push(resolve));
      },
      return: () => {
        this.end();
        this.#kept = [];
        return Promise.resolve(end);
      },
    };
  }

  /** No more will come. */
  end(): void {
    this.#ended = true;
    for (const taker of this.#waiting) taker({ done: true, value: undefined });
    this.#waiting = [];
  }

  #take(): void {
    if (this.#taken) {
      throw new TypeError(
        "the arrivals of this endpoint have been taken already: receive and arrivals are for one taker, once",
      );
    }
    this.#taken = true;
  }
}
