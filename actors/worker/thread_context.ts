/**
 * Whose code is running in this thread, also after its awaits.
 *
 * Node's AsyncLocalStorage follows asynchronous code, and costs a new isolate some 12 ms to load; most tasks are synchronous. So it is
 * loaded after the first piece of code that turned out to be asynchronous, and before any other code is run. That first piece
 * runs on without it: code that belongs to nobody else is its.
 *
 * @module
 */

import type { AsyncLocalStorage } from "node:async_hooks";

/** The context of type `T` of whatever runs. */
export class ThreadContext<T extends object> {
  #storage: AsyncLocalStorage<T> | undefined;
  #loading: Promise<void> | undefined;
  #current: T | undefined;
  #first: T | undefined;

  /** The context of the caller. */
  get(): T | undefined {
    return this.#current ?? this.#storage?.getStore() ?? this.#first;
  }

  /** Set while nothing may be run: resolved when the storage is there. */
  get loading(): Promise<void> | undefined {
    return this.#loading;
  }

  /** Runs `f` in a context; what it awaits is in it too. */
  run<R>(context: T, f: () => R): R {
    if (this.#storage !== undefined) return this.#storage.run(context, f);
    const before = this.#current;
    this.#current = context;
    try {
      const result = f();
      if (typeof (result as PromiseLike<unknown>)?.then === "function") this.#load(context);
      return result;
    } finally {
      this.#current = before;
    }
  }

  /** The context is over. */
  release(context: T): void {
    if (this.#first === context) this.#first = undefined;
  }

  #load(first: T): void {
    this.#first = first;
    this.#loading ??= import("node:async_hooks").then(({ AsyncLocalStorage }) => {
      this.#storage = new AsyncLocalStorage<T>();
      this.#loading = undefined;
    });
  }
}
