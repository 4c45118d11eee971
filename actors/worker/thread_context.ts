/**
 * Whose code is running in this thread, also after its awaits.
 *
 * What follows asynchronous code costs each run 0.2 µs, and most tasks are synchronous. So it is used from the first piece of code on that
 * turned out to be asynchronous. That piece runs on without it: code that belongs to nobody else is its.
 *
 * @module
 */

import { type AsyncLocal, asyncLocal } from "../core/mod.ts";

/** The context of type `T` of whatever runs. */
export class ThreadContext<T extends object> {
  #local: AsyncLocal<T> | undefined;
  #current: T | undefined;
  #first: T | undefined;

  /** The context of the caller. */
  get(): T | undefined {
    return this.#current ?? this.#local?.get() ?? this.#first;
  }

  /** Runs `f` in a context; what it awaits is in it too. */
  run<R>(context: T, f: () => R): R {
    if (this.#local !== undefined) return this.#local.run(context, f);
    const before = this.#current;
    this.#current = context;
    try {
      const result = f();
      if (typeof (result as PromiseLike<unknown>)?.then === "function") {
        this.#first = context;
        this.#local = asyncLocal();
      }
      return result;
    } finally {
      this.#current = before;
    }
  }

  /** The context is over. */
  release(context: T): void {
    if (this.#first === context) this.#first = undefined;
  }
}
