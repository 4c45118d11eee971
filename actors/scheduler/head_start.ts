/**
 * Tasks that a client has asked a worker to begin, at once and directly, and says so.
 *
 * @module
 */

import { HEAD_START } from "../protocol/mod.ts";
import { adoptAttempt, attemptOf, beginAttempt } from "./attempts.ts";
import type { Books } from "./books.ts";
import type { SchedulerClient } from "./clients.ts";
import { fewHas } from "./few.ts";
import { place, restartTask, tellCancel } from "./lifecycle.ts";
import { extrasOf, isActor, type SchedulerTask } from "./tasks.ts";
import { PROCESSING, RELEASED } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

/** How many keys are remembered whose end was reported before their description came, and bytes of an error with them. */
const REMEMBERED = 1000, ERROR_BYTES = 65_536;

/**
 * The worker that a client speaks of, if it is there in the same life, and begins tasks; or is away, and may have begun them before: when it
 * comes back it tells, and if it does not it may have died of them.
 */
export function workerOf(b: Books, name: string, incarnation: string): SchedulerWorker | null {
  const w = b.workers.get(name);
  return w !== undefined && w.incarnation === incarnation && (w.status === "running" || w.status === "away") ? w : null;
}

/** Remembers that a worker has died. */
export function remember(b: Books, { name, incarnation }: SchedulerWorker): void {
  if (b.died.size >= REMEMBERED) b.died.delete(b.died.values().next().value!);
  b.died.add(`${name}\n${incarnation}`);
}

/** The name of a worker that has died in the life that a client speaks of. */
export function deadOf(b: Books, name: string, incarnation: string): string | null {
  return b.died.has(`${name}\n${incarnation}`) ? name : null;
}

/**
 * Takes it that the worker has begun a new task, unless it is known better. Gives the error with which that has ended already. One that has died
 * meanwhile (of it there is the name) may have died of the task.
 */
export function begun(b: Books, t: SchedulerTask, w: SchedulerWorker | string): Uint8Array | undefined {
  const error = b.endedEarly.get(t.key);
  b.endedEarly.delete(t.key);
  if (typeof w === "string") {
    extrasOf(t).killers.push(w);
    return;
  }
  if (error === null) return;
  if (t.state !== RELEASED || t.deps.length > 0 || isActor(t) || !t.options!.pool.general) return;
  t.engaged = true;
  place(b, t, w);
  adoptAttempt(t, HEAD_START);
  b.move(t, PROCESSING, "its client has had it begun");
  b.touch(w);
  return error;
}

/**
 * A worker has told the end of an attempt that a client began, before the client has told of its task: it threw `error`, or (null) it was
 * given up, or its value is not kept for it. One with an error that is too large to keep is performed once more; and one of a key that
 * others have described meanwhile, for what they asked for may be over and let go of before the client's word comes.
 */
export function endedBefore(b: Books, key: string, attempt: number, error: Uint8Array | null): void {
  if (attempt !== HEAD_START) return;
  const described = (b.tasks.get(key)?.fn ?? null) !== null;
  if (b.endedEarly.size >= REMEMBERED) b.endedEarly.delete(b.endedEarly.keys().next().value!);
  b.endedEarly.set(key, !described && error !== null && error.length <= ERROR_BYTES ? error : null);
}

/** A client does not know whether its tasks were begun; or knows that they were not. */
export function unsure(b: Books, c: SchedulerClient, keys: readonly string[], declined: boolean): void {
  for (const key of keys) {
    const t = b.tasks.get(key);
    if (t === undefined || t.state !== PROCESSING || attemptOf(t) !== HEAD_START || !fewHas(t.wanters, c)) continue;
    const w = t.worker!;
    // One that is away tells what it has when it comes back.
    if (w.peer === null) continue;
    if (declined) restartTask(b, t, `${w.name} has not begun it`);
    else if (w.status !== "running") {
      tellCancel(b, t);
      restartTask(b, t, `nobody knows whether ${w.name} has begun it`);
    } else {
      // A worker that has it, or has done it, takes this for another name of the same.
      beginAttempt(t, ++b.serial);
      const out = b.tellWorker(w);
      out.run.push(t);
      out.runSerials.push(t.serial);
    }
  }
}
