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
import { isActor, type SchedulerTask } from "./tasks.ts";
import { PROCESSING, RELEASED } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

/** How many keys are remembered whose end was reported before their description came, and bytes of an error with them. */
const REMEMBERED = 1000, ERROR_BYTES = 65_536;

/** The worker that a client speaks of, if it is there in the same life, and begins tasks. */
export function workerOf(b: Books, name: string, incarnation: string): SchedulerWorker | null {
  const w = b.workers.get(name);
  return w !== undefined && w.incarnation === incarnation && w.status === "running" && w.peer !== null ? w : null;
}

/** Takes it that the worker has begun a new task, unless it is known better. Gives the error with which that has ended already. */
export function begun(b: Books, t: SchedulerTask, w: SchedulerWorker): Uint8Array | undefined {
  const error = b.endedEarly.get(t.key);
  b.endedEarly.delete(t.key);
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
 * given up, or its value was kept for too long. One with an error that is too large to keep is performed once more.
 */
export function endedBefore(b: Books, key: string, attempt: number, error: Uint8Array | null): void {
  const t = b.tasks.get(key);
  if (attempt !== HEAD_START || (t !== undefined && t.fn !== null)) return;
  if (b.endedEarly.size >= REMEMBERED) b.endedEarly.delete(b.endedEarly.keys().next().value!);
  b.endedEarly.set(key, error !== null && error.length <= ERROR_BYTES ? error : null);
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
