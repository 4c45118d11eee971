/**
 * Workers of which nothing is heard, though their sessions are there: a process that stands still. They are given nothing more, and in the
 * end they are taken for lost. A nanny would have killed such a process by then.
 *
 * @module
 */

import type { Books } from "./books.ts";
import { workerAway } from "./departures.ts";
import type { SchedulerWorker } from "./workers.ts";

/** A session with the worker has begun. */
export function listenTo(b: Books, w: SchedulerWorker): void {
  w.heardAt = b.now;
  w.silentSince = -1;
  if (w.listened) return;
  w.listened = true;
  b.timers.add(b.now + b.settings.silentAfter, "silent", w.name);
}

/** The worker has said something. */
export function heard(b: Books, w: SchedulerWorker): void {
  w.heardAt = b.now;
  w.silentSince = -1;
  if (w.status === "silent") b.become(w, w.paused ? "paused" : "running", "it is heard again");
}

/** The worker's time to say something has run out, or a moment at which to look. */
export function listen(b: Books, name: string): void {
  const w = b.workers.get(name);
  if (w === undefined) return;
  w.listened = false;
  if (w.peer === null) return;
  const { silentAfter, silentGrace } = b.settings;
  // Not by what was heard last alone: it may be this process that stood still, and what the worker said is yet to be read.
  if (w.silentSince >= 0 && b.now >= w.silentSince + silentGrace) {
    const reason = `nothing was heard of it for ${Math.round((b.now - w.heardAt) / 1000)} s`;
    b.close(w.peer, reason);
    b.sessions.delete(w.peer);
    workerAway(b, w, reason);
    return;
  }
  let next = w.heardAt + silentAfter;
  if (b.now >= next) {
    if (w.silentSince < 0) w.silentSince = b.now;
    if (w.status === "running" || w.status === "paused") {
      b.become(w, "silent", `nothing was heard of it for ${silentAfter / 1000} s`);
    }
    next = w.silentSince + silentGrace;
  }
  w.listened = true;
  b.timers.add(next, "silent", name);
}
