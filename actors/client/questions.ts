/**
 * Questions to the scheduler: asked again after each loss of the session until there is an answer.
 *
 * @module
 */

import type { Header } from "../../transport/mod.ts";
import type { ClientToScheduler } from "../protocol/mod.ts";
import { SchedulerRefusalError } from "./errors.ts";

interface Question {
  readonly message: ClientToScheduler;
  readonly resolve: (value: Header) => void;
  readonly reject: (error: unknown) => void;
}

/** Questions that wait for their answers. */
export class Questions {
  readonly #open = new Map<number, Question>();
  #n = 1;

  /** One more: what `make` makes with its number, to be sent, and its answer. */
  ask(
    make: (n: number) => ClientToScheduler,
  ): { readonly message: ClientToScheduler; readonly answer: Promise<Header> } {
    const n = this.#n++;
    const message = make(n);
    const { promise: answer, resolve, reject } = Promise.withResolvers<Header>();
    this.#open.set(n, { message, resolve, reject });
    return { message, answer };
  }

  /** The answer to number `n`. */
  answered(n: number, ok: boolean, value: Header): void {
    const q = this.#open.get(n);
    this.#open.delete(n);
    if (ok) q?.resolve(value);
    else q?.reject(new SchedulerRefusalError(String(value)));
  }

  /** What is to be sent in a new session. */
  *unanswered(): Iterable<ClientToScheduler> {
    for (const { message } of this.#open.values()) yield message;
  }

  /** None will be answered. */
  fail(error: unknown): void {
    for (const q of this.#open.values()) q.reject(error);
    this.#open.clear();
  }
}
