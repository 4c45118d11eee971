/**
 * How a client's task may change, and the log of how it did.
 *
 * @module
 */

import type { ClientTask, ClientTaskState } from "./client_task.ts";
import { IllegalClientTransition } from "./errors.ts";

/** Allowed changes, by from and to. */
const table: { readonly [From in ClientTaskState]: readonly ClientTaskState[] } = {
  pending: ["done", "failed", "cancelled", "lost", "released"],
  // Back to pending: its only holder died, and it is computed again.
  done: ["pending", "failed", "lost", "cancelled", "released"],
  // Asked for again by key, or found elsewhere after all.
  failed: ["pending", "done", "released"],
  cancelled: ["pending", "released"],
  lost: ["pending", "done", "released"],
  released: ["pending"],
};

/** One change of one task. */
export interface ClientLogEntry {
  /** When, in ms of the clock. */
  readonly at: number;
  /** Always `"client"`. */
  readonly who: string;
  /** The key. */
  readonly what: string;
  readonly from: ClientTaskState;
  readonly to: ClientTaskState;
  readonly why: string;
}

/** The last changes, oldest first; older ones are forgotten. */
export class ClientLog {
  readonly #entries: { -readonly [K in keyof ClientLogEntry]: ClientLogEntry[K] }[] = [];
  #next = 0;

  /** Keeps at most `size` entries. */
  constructor(readonly size = 1024) {}

  /** Adds one. */
  add(at: number, what: string, from: ClientTaskState, to: ClientTaskState, why: string): void {
    const e = this.#entries[this.#next];
    if (e === undefined) this.#entries.push({ at, who: "client", what, from, to, why });
    else {
      // Written over: new objects that all live a while would be work for the garbage collector.
      e.at = at;
      e.what = what;
      e.from = from;
      e.to = to;
      e.why = why;
    }
    this.#next = (this.#next + 1) % this.size;
  }

  /** All that are kept. */
  entries(): ClientLogEntry[] {
    const { length } = this.#entries;
    return this.#entries.map((_, i) => ({ ...this.#entries[(this.#next % length + i) % length] }));
  }
}

/** Changes a task's state. */
export function transition(task: ClientTask, to: ClientTaskState, why: string, at: number, log: ClientLog): void {
  const from = task.state;
  if (!table[from].includes(to)) {
    const history = log.entries().filter((e) => e.what === task.key)
      .map((e) => `\n  ${e.at} ${e.from} -> ${e.to}: ${e.why}`).join("");
    throw new IllegalClientTransition(
      `task ${task.key} cannot go from ${from} to ${to} (${why}); before:${history || " nothing"}`,
    );
  }
  log.add(at, task.key, from, to, why);
  task.state = to;
}
