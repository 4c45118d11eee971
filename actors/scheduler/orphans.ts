/**
 * Keys that workers report and that no client has spoken of yet: kept for a while, for a client may be about to.
 *
 * @module
 */

import { HEAD_START } from "../protocol/mod.ts";
import type { Books } from "./books.ts";
import { endedBefore } from "./head_start.ts";
import { extrasOf, SchedulerTask } from "./tasks.ts";

/** Whether a key that nobody knows may be one that a client will speak of soon. */
export function mayBeWantedYet(b: Books): boolean {
  return b.now < b.startedAt + b.settings.recoveryGrace + b.settings.clientGrace;
}

/** A key that nobody has described, but that some worker has. */
export function orphan(b: Books, key: string): SchedulerTask {
  const t = new SchedulerTask(key);
  b.tasks.set(key, t);
  keepAwhile(b, t);
  return t;
}

/** Keeps it for a while though nobody wants it. */
export function keepAwhile(b: Books, t: SchedulerTask): void {
  t.keep = true;
  b.orphans.add(t);
  extrasOf(t).until = b.now + b.settings.recoveryGrace + b.settings.clientGrace;
  b.timers.add(extrasOf(t).until, "orphans", t.key);
}

/** The time of a reported key that nobody has spoken of has run out. */
export function orphanTooLong(b: Books, key: string): void {
  const t = b.tasks.get(key);
  if (t === undefined || !b.orphans.has(t)) return;
  if (b.now < t.extras!.until) {
    // It was lost meanwhile, and is expected for a while longer.
    b.timers.add(t.extras!.until, "orphans", key);
    return;
  }
  b.orphans.delete(t);
  t.keep = false;
  b.letGo.push(t);
  // Should a client say later still that it has had it begun, it is not under way any more.
  endedBefore(b, key, HEAD_START, null);
}

/** A client has spoken of it: it is kept as long as it is wanted, like everything. */
export function spokenOf(b: Books, t: SchedulerTask): void {
  if (b.orphans.delete(t)) t.keep = false;
}
