/**
 * A task in a worker: its states, and which of them may follow which.
 *
 * @module
 */

import { WorkerStateError } from "./errors.ts";

/**
 * - `waiting`: for dependencies that nobody is fetching now.
 * - `fetching`: at least one dependency is on its way.
 * - `ready`: all is there; it waits for a place.
 * - `executing`: given to the executor.
 * - `suspended`: begun, and waiting for the cluster; its place belongs to others.
 * - The rest are ends: `memory` (its result is held here), `failed`, `given` (back to the scheduler), `cancelled`.
 */
export type WorkerTaskState =
  | "waiting"
  | "fetching"
  | "ready"
  | "executing"
  | "suspended"
  | "memory"
  | "failed"
  | "given"
  | "cancelled";

/** What may follow each state. */
export const TRANSITIONS: Readonly<Record<WorkerTaskState, readonly WorkerTaskState[]>> = {
  waiting: ["fetching", "ready", "given", "cancelled"],
  // Failed: a dependency finds no room here.
  fetching: ["waiting", "ready", "failed", "given", "cancelled"],
  // Back to waiting: what it is to read has gone to disk once more.
  ready: ["executing", "waiting", "given", "cancelled"],
  // Back to ready: recalled before it began.
  executing: ["ready", "suspended", "memory", "failed", "cancelled"],
  suspended: ["executing", "memory", "failed", "cancelled"],
  memory: [],
  failed: [],
  given: [],
  cancelled: [],
};

/** A transition as it is logged. */
export interface WorkerLogEvent {
  /** The `now` of the event that caused it. */
  readonly at: number;
  /** The worker's name. */
  readonly who: string;
  /** The key. */
  readonly what: string;
  readonly from: WorkerTaskState | "new";
  readonly to: WorkerTaskState;
  readonly why: string;
}

/** What the scheduler said of a task. */
export interface TaskSpec {
  readonly key: string;
  readonly attempt: number;
  /** The code reference's text. */
  readonly fn: string;
  readonly kind: "task" | "actor";
  /** The packed arguments, as a blob. */
  readonly args: Uint8Array;
  readonly deps: readonly string[];
  /** Higher goes first. */
  readonly priority: number;
  /** Lower goes first among equal priorities. */
  readonly tag: number;
  /** Estimated milliseconds of execution. */
  readonly duration: number;
  /** Milliseconds of execution it may take; null for any. */
  readonly timeout: number | null;
  /** Whether no client wants its value now. */
  quiet?: boolean;
}

/** How long runs of a function take. */
export interface Pace {
  /** The running mean of its runs here, in milliseconds; NaN before the first. */
  mean: number;
}

/** A task in the worker's machine. */
export interface WorkerTask {
  readonly key: string;
  /** The one the scheduler counts now. */
  attempt: number;
  readonly fn: string;
  readonly kind: "task" | "actor";
  readonly args: Uint8Array;
  readonly deps: readonly string[];
  priority: number;
  tag: number;
  /** Order of arrival: the last tie-breaker. */
  readonly seq: number;
  duration: number;
  readonly timeout: number | null;
  quiet: boolean;
  state: WorkerTaskState;
  /** Dependencies that are not here yet, if there are any. */
  lacks: Set<string> | undefined;
  /** Of its run, while it executes or is suspended. */
  ticket: number;
  /** When its time is up; 0 for never. */
  deadline: number;
  /** Whether a value was brought back from disk for it. */
  broughtBack: boolean;
  /** Position in the ready heap, or -1. */
  place: number;
  /** The estimate with which it took its place at the executor; -1 while it has none. */
  placed: number;
  /** What is known of its function. */
  readonly pace: Pace;
}

/** Transitions that are kept in the log. */
export const LOG_LENGTH = 4096;

/** The last transitions, oldest first. Columns: an object for each would outlive the task, and the collector would pay for it. */
export class TransitionLog {
  readonly #at = new Float64Array(LOG_LENGTH);
  readonly #what: string[] = [];
  readonly #from: (WorkerTaskState | "new")[] = [];
  readonly #to: WorkerTaskState[] = [];
  readonly #why: string[] = [];
  #next = 0;

  /** Of the worker of this name. */
  constructor(readonly who: string) {}

  /** Adds one; the oldest goes. */
  add(at: number, what: string, from: WorkerTaskState | "new", to: WorkerTaskState, why: string): void {
    const i = this.#next++ % LOG_LENGTH;
    this.#at[i] = at;
    this.#what[i] = what;
    this.#from[i] = from;
    this.#to[i] = to;
    this.#why[i] = why;
  }

  /** All, or those of one key. */
  events(key?: string): WorkerLogEvent[] {
    const events: WorkerLogEvent[] = [];
    for (let n = Math.max(0, this.#next - LOG_LENGTH); n < this.#next; n++) {
      const i = n % LOG_LENGTH, what = this.#what[i];
      if (key !== undefined && what !== key) continue;
      events.push({
        at: this.#at[i],
        who: this.who,
        what,
        from: this.#from[i],
        to: this.#to[i],
        why: this.#why[i],
      });
    }
    return events;
  }
}

/** Checks a transition against the table; the error carries the task's history. */
export function checkTransition(task: WorkerTask, to: WorkerTaskState, log: TransitionLog): void {
  if (TRANSITIONS[task.state].includes(to)) return;
  const history = log.events(task.key).map((e) => `  ${e.at} ${e.from} → ${e.to}: ${e.why}`).join("\n");
  throw new WorkerStateError(`task ${task.key} cannot go from ${task.state} to ${to}; its history:\n${history}`);
}
