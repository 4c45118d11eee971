/**
 * Workers and clients that go: away for a while, gone for good, or leaving in order.
 *
 * @module
 */

import { actorLost, leaveHome } from "./actors.ts";
import { attemptOf } from "./attempts.ts";
import type { Books } from "./books.ts";
import type { SchedulerClient } from "./clients.ts";
import { KilledWorkerError } from "./errors.ts";
import { remember } from "./head_start.ts";
import { fail, lose, restartTask } from "./lifecycle.ts";
import { notSupplier, upholdAll } from "./references.ts";
import { copiesChanged, isSafe, targetGone, upholdCopies } from "./replication.ts";
import { extrasOf, isActor, isData, type SchedulerTask } from "./tasks.ts";
import { MEMORY } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

/** Wishes of clients that are gone which are let go of within one event. */
const WISHES_AT_ONCE = 16_384;

/** A worker's session is lost: it may come back. */
export function workerAway(b: Books, w: SchedulerWorker, reason: string): void {
  w.peer = null;
  w.out.clear();
  forgetTheft(b, w);
  if (w.status === "leaving") {
    workerGone(b, w, `it has left: ${reason}`, false);
    return;
  }
  b.become(w, "away", reason);
  w.awaySince = b.now;
  b.timers.add(b.now + b.settings.workerGrace, "workerAway", w.name);
  targetGone(b, w);
}

/** The time of a worker that is away has run out. */
export function workerAwayTooLong(b: Books, name: string): void {
  const w = b.workers.get(name);
  if (w === undefined || w.status !== "away" || b.now < w.awaySince + b.settings.workerGrace) return;
  workerGone(b, w, "its session was lost", true);
}

/** A worker is gone for good. With `died`, the tasks that it may have been running are suspected to be the cause. */
export function workerGone(b: Books, w: SchedulerWorker, reason: string, died: boolean): void {
  b.become(w, "gone", reason);
  w.peer = null;
  w.alone = null;
  w.out.clear();
  forgetTheft(b, w);
  b.workers.delete(w.name);
  b.leaving.delete(w);
  if (died) {
    b.counts.workersLost++;
    remember(b, w);
  }
  const suspects = died ? suspectsOf(w) : [];
  const tasks = w.tasks();
  const held = w.held.list();
  for (const t of held) {
    if (isActor(t)) leaveHome(b, t, w);
    else b.removeHolder(t, w);
  }
  for (const t of suspects) extrasOf(t).killers.push(w.name);
  const why = `worker ${w.name} ${died ? "died" : "left"}: ${reason}`;
  for (const t of tasks) {
    const killers = t.extras === null ? 0 : t.extras.killers.length;
    if (died && killers >= b.settings.deathsAllowed) {
      fail(b, t, b.settings.packError(new KilledWorkerError(t.key, t.extras!.killers, reason)), t.key, why, false);
    } else restartTask(b, t, why);
  }
  for (const t of held) {
    if (t.holders !== null || t.state !== MEMORY) {
      if (t.extras !== null) copiesChanged(b, t);
    } else if (isActor(t)) actorLost(b, t, why, null);
    else lose(b, t, why);
  }
  targetGone(b, w);
  upholdAll(b);
}

/**
 * The tasks that a dead worker may have begun: the first in its order, as many as its threads and a few more, and those that were
 * suspended.
 */
function suspectsOf(w: SchedulerWorker): SchedulerTask[] {
  const tasks = w.tasks();
  const few = 2 * w.threads + 2;
  if (tasks.length <= few) return tasks;
  const order = (t: SchedulerTask): number => t.options === null ? 0 : t.options.priority;
  const going = tasks.filter((t) => !t.suspended);
  going.sort((s, t) => order(t) - order(s) || s.tag - t.tag || s.serial - t.serial);
  return [...tasks.filter((t) => t.suspended), ...going.slice(0, few)];
}

/** A worker neither gives nor takes any more. */
function forgetTheft(b: Books, w: SchedulerWorker): void {
  w.thief = false;
  if (w.robbedFor !== null) {
    w.robbedFor.thief = false;
    b.touch(w.robbedFor);
    w.robbedFor = null;
  }
  for (const other of b.workers.values()) if (other.robbedFor === w) other.robbedFor = null;
  for (const t of w.tasks()) t.asked = false;
}

/** A worker wants to leave: it gets nothing more, what it has not begun is asked back, what only it holds is copied to others. */
export function workerLeaving(b: Books, w: SchedulerWorker, reason: string): void {
  if (w.status === "leaving") return;
  b.become(w, "leaving", reason);
  b.leaving.add(w);
  targetGone(b, w);
  const out = b.tellWorker(w);
  for (const t of w.tasks()) {
    if (t.suspended) continue;
    t.asked = true;
    out.steal.push(t.key);
    out.stealAttempts.push(attemptOf(t));
  }
  upholdAll(b);
}

/** Sends away the leaving workers that have nothing left to do or to hand over. */
export function retire(b: Books): void {
  for (const w of b.leaving) {
    if (w.retired || w.peer === null) continue;
    if (handingOver(b, w) || (w.count > 0 && !isStranded(b, w))) continue;
    for (const t of w.held.list()) {
      if (!isActor(t)) continue;
      b.tellWorker(w).stopActors.push(t.key);
      leaveHome(b, t, w);
      actorLost(b, t, `its worker ${w.name} left`, null);
    }
    w.retired = true;
    b.tellWorker(w).last.push({ type: "retire", frames: [] });
  }
}

/** Whether all that a leaving worker has to do waits for tasks that nobody is there to perform: they wait for its successor. */
function isStranded(b: Books, w: SchedulerWorker): boolean {
  if (w.count > w.suspended) return false;
  for (const other of b.workers.values()) if (other.status !== "leaving") return false;
  return true;
}

/** Has others fetch what only leaving workers hold; whether any of that is under way. */
function handingOver(b: Books, w: SchedulerWorker): boolean {
  let coming = false;
  for (const t of w.held.list()) {
    if (isActor(t) || isSafe(t)) continue;
    upholdCopies(b, t);
    const rep = t.extras?.replication ?? null;
    if (rep !== null && rep.waiting.length + rep.underWay.size > 0) coming = true;
  }
  return coming;
}

/** A client's session is lost: it may come back. */
export function clientAway(b: Books, c: SchedulerClient, reason: string): void {
  b.note(c.name, "connected", "away", reason);
  c.peer = null;
  c.awaySince = b.now;
  c.out.clear();
  b.timers.add(b.now + b.settings.clientGrace, "clientAway", c.name);
  for (const t of b.missingData) if (t.extras!.data!.asked === c) t.extras!.data!.asked = null;
}

/** The time of a client that is away has run out. */
export function clientAwayTooLong(b: Books, name: string): void {
  const c = b.clients.get(name);
  if (c === undefined || c.peer !== null || b.now < c.awaySince + b.settings.clientGrace) return;
  clientGone(b, c, "its session was lost");
}

/** A client is gone for good, and its wishes with it. */
export function clientGone(b: Books, c: SchedulerClient, reason: string): void {
  if (c.gone) return;
  b.note(c.name, c.peer === null ? "away" : "connected", "gone", reason);
  c.gone = true;
  c.peer = null;
  c.out.clear();
  b.clients.delete(c.name);
  for (const q of b.questions) if (q.client === c) b.questions.delete(q);
  for (const q of b.restarts) if (q.client === c) b.restarts.delete(q);
  c.left = c.wants.list().filter((t) => {
    if (!isData(t)) return true;
    b.removeWish(t, c);
    notSupplier(b, c, t, `the client that scattered it is gone: ${reason}`);
    return false;
  });
  b.departing.add(c);
  letGoOn(b);
  b.codes.letGo(c, [...c.codes]);
  // It may have scattered what it no longer wants.
  for (const t of b.missingData) notSupplier(b, c, t, "the client that scattered it is gone");
}

/** Lets go of some of what clients that are gone have wanted: of a million wishes not all within one event, for others wait. */
export function letGoOn(b: Books): void {
  let left = WISHES_AT_ONCE;
  for (const c of b.departing) {
    const some = c.left.splice(0, left);
    for (const t of some) b.removeWish(t, c);
    left -= some.length;
    if (c.left.length === 0) b.departing.delete(c);
  }
  if (b.departing.size > 0) b.timers.add(b.now + 1, "departing", "");
}
