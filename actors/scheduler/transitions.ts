/**
 * The states of a task, and the one table of what may follow what.
 *
 * @module
 */

import { IllegalTransition } from "./errors.ts";
import type { SchedulerLog } from "./log.ts";
import type { SchedulerTask } from "./tasks.ts";

/** A state as a small number: an index into {@link STATE_NAMES}. */
export type StateCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/** Known, and not to be computed now. */
export const RELEASED = 0;
/** Waits for dependencies. */
export const WAITING = 1;
/** Could run, and is held back until a worker has room. */
export const QUEUED = 2;
/** Has been given to a worker. */
export const PROCESSING = 3;
/** Its value is on a worker; the actor lives. */
export const MEMORY = 4;
/** Failed, and why is known. */
export const FAILED = 5;
/** A value that cannot be computed and is nowhere now, but may be supplied. */
export const ABSENT = 6;
/** No longer in the tables. */
export const FORGOTTEN = 7;

/** A state's name. */
export type StateName = "released" | "waiting" | "queued" | "processing" | "memory" | "failed" | "absent" | "forgotten";

/** Names by code. */
export const STATE_NAMES: readonly StateName[] = [
  "released",
  "waiting",
  "queued",
  "processing",
  "memory",
  "failed",
  "absent",
  "forgotten",
];

/** What may follow what. */
export const TASK_TRANSITIONS: { readonly [From in StateName]: readonly StateName[] } = {
  // Wanted or needed; or a worker says that it runs or holds it; or a dependency has failed.
  released: ["waiting", "queued", "processing", "memory", "failed", "absent", "forgotten"],
  // The last dependency came; a dependency failed; nobody needs it any more; a worker turns out to have it.
  waiting: ["queued", "processing", "memory", "failed", "released", "forgotten"],
  // A worker has room; a dependency was lost.
  queued: ["processing", "waiting", "memory", "failed", "released", "forgotten"],
  // To another worker (stolen); taken back (its worker died, it threw and may try again, a dependency is gone).
  processing: ["memory", "processing", "queued", "waiting", "failed", "released", "forgotten", "absent"],
  // Dropped, or lost and to be computed again; scattered data whose last copy is gone; an actor that is gone.
  memory: ["released", "absent", "failed", "queued", "forgotten"],
  // Supplied or described after all.
  failed: ["memory", "released", "forgotten"],
  // Supplied; described; given up.
  absent: ["memory", "processing", "released", "failed", "forgotten"],
  forgotten: [],
};

const STATES = STATE_NAMES.length;
const LEGAL = new Uint8Array(STATES * STATES);
for (const from of STATE_NAMES) {
  for (const to of TASK_TRANSITIONS[from]) LEGAL[STATE_NAMES.indexOf(from) * STATES + STATE_NAMES.indexOf(to)] = 1;
}

/** Moves a task and logs it. Throws {@link IllegalTransition}, with the task's history, where the table does not allow it. */
export function moveTask(
  log: SchedulerLog,
  at: number,
  who: string,
  task: SchedulerTask,
  to: StateCode,
  why: string,
): void {
  const from = task.state;
  if (LEGAL[from * STATES + to] === 0) {
    throw new IllegalTransition(task.key, STATE_NAMES[from], STATE_NAMES[to], why, log.read(0, 100, task.key));
  }
  task.state = to;
  log.add(at, who, task.key, STATE_NAMES[from], STATE_NAMES[to], why);
}
