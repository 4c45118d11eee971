/**
 * How a worker comes by values, keeps them and lets them go.
 *
 * @module
 */

import type { WorkerBooks } from "./books.ts";
import type { Card, HoldersOf } from "./events.ts";
import { isHere, type WorkerData } from "./worker_data.ts";

/** Values, as a part of the machine. */
export class Dependencies {
  readonly #b: WorkerBooks;

  /** On these books. */
  constructor(books: WorkerBooks) {
    this.#b = books;
  }

  /** A value is in the store now; tasks that lacked it go on. */
  held(key: string, nbytes: number): WorkerData {
    const d = this.#b.data.hold(key, nbytes);
    if (d.order !== undefined) {
      d.keep = true;
      if (d.order.card !== null) d.card = d.order.card;
      d.order = undefined;
    }
    const wants = d.wants;
    d.wants = undefined;
    if (wants !== undefined) {
      for (const task of wants) {
        d.users++;
        task.lacks!.delete(key);
        if (task.lacks!.size === 0) this.#b.makeReady(task, `${key} is here`);
        else this.#b.follow(task);
      }
    }
    this.#b.spilling.look(d);
    return d;
  }

  /** The scheduler orders a copy. */
  order(v: HoldersOf, card: Card | null): void {
    const d = this.#b.data.want(v.key, v);
    if (!isHere(d)) {
      d.order = { card };
      return;
    }
    d.keep = true;
    if (card !== null) d.card ??= card;
    this.#b.spilling.look(d);
    this.#b.data.rest(d);
    this.#b.out.push({ do: "has", key: v.key, nbytes: d.nbytes });
  }

  /** A value came from another worker. */
  received(key: string, nbytes: number): void {
    const known = this.#b.data.get(key);
    if (known?.state !== "fetching") {
      // Nobody wants it any more.
      if (known === undefined || !isHere(known)) this.#b.out.push({ do: "forget", key });
      return;
    }
    const d = this.held(key, nbytes);
    d.keep = true;
    this.#b.spilling.look(d);
    this.#b.data.rest(d);
    this.#b.out.push({ do: "has", key, nbytes });
    this.fetch();
  }

  /** Asks for what is wanted, and tells of what nobody gives. */
  fetch(): void {
    const from = this.#b.out.length;
    const exhausted = this.#b.data.ask(this.#b.out);
    for (let i = from; i < this.#b.out.length; i++) {
      const instruction = this.#b.out[i];
      if (instruction.do !== "get") continue;
      for (const task of this.#b.data.get(instruction.key)!.wants ?? []) this.#b.follow(task);
    }
    for (const d of exhausted) {
      for (const task of d.wants ?? []) this.#b.follow(task);
      if (d.order !== undefined) this.fetchFailed(d, d.holders.length === 0 ? "nobody holds it" : "no holder gave it");
      // The order may have been all that wanted it.
      if (this.#b.data.get(d.key) !== d) continue;
      d.reported = true;
      this.report(d);
    }
  }

  /** Tells, for each task that waits for it, that nobody gives the value. */
  report(d: WorkerData): void {
    const tried = d.tried.length > 0 ? d.tried.slice() : [""];
    const deps = tried.map(() => d.key);
    for (const task of d.wants ?? []) {
      this.#b.out.push({ do: "missing", key: task.key, attempt: task.attempt, deps, tried });
    }
  }

  /** The one that was asked last cannot give the value. */
  failed(d: WorkerData): void {
    this.#b.data.failed(d);
    this.fetch();
    for (const task of d.wants ?? []) this.#b.follow(task);
  }

  /** An ordered copy cannot be had. */
  fetchFailed(d: WorkerData, reason: string): void {
    d.order = undefined;
    this.#b.out.push({ do: "fetchFailed", key: d.key, reason });
    this.#b.unwanted(d);
  }

  /** The scheduler does not count on the value any more. */
  drop(key: string): void {
    const d = this.#b.data.get(key);
    if (d === undefined) return;
    d.keep = false;
    d.order = undefined;
    this.#b.unwanted(d);
  }
}
