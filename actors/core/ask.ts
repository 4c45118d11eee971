/**
 * Questions that wait for their answers, with deadlines.
 *
 * @module
 */

import type { Clock, Timer } from "../../transport/mod.ts";
import { AskTimeoutError } from "./errors.ts";

interface Pending<A> {
  readonly what: string;
  readonly ms: number;
  /** Absolute time, or Infinity. */
  readonly deadline: number;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A table of questions by number. One timer serves them all.
 *
 * @example
 * ```ts
 * import { realClock } from "../../transport/mod.ts";
 * import { Asks } from "./ask.ts";
 * const asks = new Asks<string>(realClock);
 * const answer = asks.ask("the time", (n) => queueMicrotask(() => asks.answer(n, "noon")), 1000);
 * console.log(await answer); // "noon"
 * ```
 */
export class Asks<A> {
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending<A>>();
  #next = 1;
  #timer: Timer | undefined;
  #timerAt = Infinity;

  /** An empty table. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many wait. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Enters a question and gives its number. `what` names it in errors. Without an answer within `ms` milliseconds
   * (default: no limit) `reject` gets an {@link AskTimeoutError}.
   */
  open(what: string, resolve: (answer: A) => void, reject: (error: unknown) => void, ms = Infinity): number {
    const n = this.#next++;
    const deadline = ms === Infinity ? Infinity : this.#clock.now() + ms;
    this.#pending.set(n, { what, ms, deadline, resolve, reject });
    if (deadline < this.#timerAt) this.#arm(deadline);
    return n;
  }

  /** Asks, by `send`, which is given the question's number; the promise is the answer's. */
  ask(what: string, send: (n: number) => void, ms = Infinity): Promise<A> {
    return new Promise((resolve, reject) => {
      const n = this.open(what, resolve, reject, ms);
      try {
        send(n);
      } catch (error) {
        this.refuse(n, error);
      }
    });
  }

  /** An answer came. `false` when nobody waits for that number (any more). */
  answer(n: number, answer: A): boolean {
    const p = this.#close(n);
    p?.resolve(answer);
    return p !== undefined;
  }

  /** The question failed. `false` when nobody waits for that number (any more). */
  refuse(n: number, error: unknown): boolean {
    const p = this.#close(n);
    p?.reject(error);
    return p !== undefined;
  }

  /** All that wait fail with what `error` gives for each. */
  abandon(error: (what: string) => unknown): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    this.#disarm();
    for (const p of all) p.reject(error(p.what));
  }

  #close(n: number): Pending<A> | undefined {
    const p = this.#pending.get(n);
    if (p === undefined) return undefined;
    this.#pending.delete(n);
    if (this.#pending.size === 0) this.#disarm();
    return p;
  }

  #arm(at: number): void {
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.after(Math.max(0, at - this.#clock.now()), () => this.#expire());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAt = Infinity;
  }

  #expire(): void {
    this.#disarm();
    const now = this.#clock.now();
    const late: Pending<A>[] = [];
    let next = Infinity;
    for (const [n, p] of this.#pending) {
      if (p.deadline <= now) {
        this.#pending.delete(n);
        late.push(p);
      } else if (p.deadline < next) {
        next = p.deadline;
      }
    }
    if (next !== Infinity) this.#arm(next);
    for (const p of late) p.reject(new AskTimeoutError(p.what, p.ms));
  }
}
