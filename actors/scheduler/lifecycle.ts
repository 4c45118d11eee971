/**
 * The way of a task: needed, waiting, ready, given out, finished or failed, let go.
 *
 * All that spreads along the graph (needing, failing, letting go) works on a list, not by recursion: chains may be a million
 * tasks long.
 *
 * @module
 */

import { attemptOf, beginAttempt } from "./attempts.ts";
import type { Books } from "./books.ts";
import { release } from "./dispatch.ts";
import type { SchedulerClient } from "./clients.ts";
import { LostDataError } from "./errors.ts";
import { fewFirst, fewList } from "./few.ts";
import { choosePlace, mayTake } from "./placement.ts";
import { askForSupply } from "./references.ts";
import { copiesChanged } from "./replication.ts";
import { extrasOf, isActor, isData, NO_BYTES, type SchedulerTask } from "./tasks.ts";
import { ABSENT, FAILED, FORGOTTEN, MEMORY, PROCESSING, QUEUED, RELEASED, WAITING } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

/** Has a released task computed, and whatever of its dependencies is not there. */
export function need(b: Books, first: SchedulerTask, why: string): void {
  if (first.deps.length === 0 && first.fn !== null && first.state === RELEASED) {
    first.engaged = true;
    ready(b, first, why);
    return;
  }
  const open = [first];
  for (let t = open.pop(); t !== undefined; t = open.pop()) {
    if (t.state !== RELEASED) continue;
    if (t.fn === null) {
      b.move(t, ABSENT, why);
      expect(b, t);
      continue;
    }
    const deps = t.deps;
    let broken: SchedulerTask | null = null;
    for (let i = 0; i < deps.length && broken === null; i++) if (deps[i].state === FAILED) broken = deps[i];
    if (broken !== null) {
      const x = broken.extras!;
      fail(b, t, x.error!, x.blamed, `${broken.key} has failed`);
      continue;
    }
    engage(b, t, why);
    if (t.waitingOn > 0) {
      for (let i = deps.length - 1; i >= 0; i--) {
        if (deps[i].state === RELEASED) open.push(deps[i]);
        else if (deps[i].state === ABSENT) expect(b, deps[i]);
      }
    }
  }
}

/** Counts a task among those that need its dependencies, and starts or parks it. */
function engage(b: Books, t: SchedulerTask, why: string): void {
  const deps = t.deps;
  let missing = 0;
  if (!t.engaged) {
    t.engaged = true;
    for (let i = 0; i < deps.length; i++) deps[i].neededBy++;
  }
  for (let i = 0; i < deps.length; i++) if (deps[i].state !== MEMORY) missing++;
  t.waitingOn = missing;
  if (missing === 0) ready(b, t, why);
  else b.move(t, WAITING, why);
}

/** Counts a task that a worker turns out to run among those that need its dependencies, and sees to these. */
export function engageRunning(b: Books, t: SchedulerTask): void {
  if (t.engaged || t.fn === null) return;
  t.engaged = true;
  const deps = t.deps;
  for (let i = 0; i < deps.length; i++) deps[i].neededBy++;
  seeTo(b, t);
}

/** Has the missing dependencies of a task computed or supplied. */
function seeTo(b: Books, t: SchedulerTask): void {
  const deps = t.deps;
  for (let i = 0; i < deps.length; i++) {
    if (deps[i].state === RELEASED) need(b, deps[i], `${t.key} needs it`);
    else if (deps[i].state === ABSENT) expect(b, deps[i]);
  }
}

/** An absent value is wanted or needed: asks who can supply it, and sets the time after which it is given up. */
export function expect(b: Books, t: SchedulerTask): void {
  const recovered = b.startedAt + b.settings.recoveryGrace;
  const until = Math.max(b.now + b.settings.absentGrace, recovered);
  extrasOf(t).until = until;
  b.timers.add(until, "absent", t.key);
  if (isData(t)) askForSupply(b, t);
}

/** No longer counts a task among those that need its dependencies. */
export function disengage(b: Books, t: SchedulerTask): void {
  if (!t.engaged) return;
  t.engaged = false;
  t.waitingOn = 0;
  const deps = t.deps;
  for (let i = 0; i < deps.length; i++) {
    const dep = deps[i];
    if (--dep.neededBy === 0 && dep.wanters === null) b.letGo.push(dep);
  }
}

/** All dependencies are in memory: to a worker at once if it needs computed values, else into the queue. */
export function ready(b: Books, t: SchedulerTask, why: string): void {
  if (!t.root && !b.recovering && !mustBeAlone(b, t)) {
    const w = choosePlace(b, t, null);
    if (w !== null) {
      assign(b, t, w, why);
      return;
    }
  }
  enqueue(b, t, why);
}

/** Whether so many workers died with it that one more death must tell whether it is the cause. */
export function mustBeAlone(b: Books, t: SchedulerTask): boolean {
  return t.extras !== null && t.extras.killers.length > 0 && t.extras.killers.length >= b.settings.deathsAllowed - 1;
}

function enqueue(b: Books, t: SchedulerTask, why: string): void {
  if (mustBeAlone(b, t)) b.quarantine.push(t);
  else {
    const pool = t.options!.pool;
    pool.queue.push(t);
    if (!pool.general) {
      b.restrictedQueued++;
      b.pools.busy.add(pool);
      pool.fresh = true;
    }
  }
  b.move(t, QUEUED, why);
}

/** Takes a task out of whatever queue it is in. */
export function leaveQueue(b: Books, t: SchedulerTask): void {
  const pool = t.options!.pool;
  if (t.queueStamp === 0) {
    b.quarantine.splice(b.quarantine.indexOf(t), 1);
    release(b, t);
  } else {
    pool.queue.remove(t);
    if (!pool.general) b.restrictedQueued--;
  }
}

/** Gives a task to a worker. */
export function assign(b: Books, t: SchedulerTask, w: SchedulerWorker, why: string): void {
  place(b, t, w);
  beginAttempt(t, ++b.serial);
  const out = b.tellWorker(w);
  out.run.push(t);
  out.runSerials.push(t.serial);
  b.move(t, PROCESSING, why);
  b.idle.update(w);
}

/** Enters a task at a worker. */
export function place(b: Books, t: SchedulerTask, w: SchedulerWorker): void {
  t.worker = w;
  t.slot = w.enter(t);
  t.estimate = t.fn === null ? b.settings.unknownDuration * 1000 : t.fn.estimate;
  t.suspended = false;
  t.asked = false;
  w.occupancy += t.estimate;
  if (t.options !== null) t.options.pool.take(w, 1);
}

/** Takes a task from its worker; tells it nothing. */
export function unplace(b: Books, t: SchedulerTask): void {
  const w = t.worker!;
  if (t.suspended) {
    t.suspended = false;
    w.suspended--;
  } else w.occupancy -= t.estimate;
  w.leave(t);
  if (t.options !== null) t.options.pool.take(w, -1);
  if (w.alone === t) w.alone = null;
  t.worker = null;
  b.touch(w);
}

/** Takes a task out of the queue, or from its worker, which is told to stop it. */
export function quit(b: Books, t: SchedulerTask): void {
  if (t.state === QUEUED) leaveQueue(b, t);
  else if (t.state === PROCESSING && t.worker !== null) {
    tellCancel(b, t);
    unplace(b, t);
  }
}

/** Has its worker stop a task that is processing. */
export function tellCancel(b: Books, t: SchedulerTask): void {
  const w = t.worker!;
  if (w.peer === null) return;
  const out = b.tellWorker(w);
  out.cancel.push(t.key);
  out.cancelAttempts.push(attemptOf(t));
}

/** A processing task has left its worker unfinished: it waits or is ready again; `to` is who asked for it. */
export function restartTask(b: Books, t: SchedulerTask, why: string, to: SchedulerWorker | null = null): void {
  if (t.worker !== null) unplace(b, t);
  const deps = t.deps;
  for (let i = 0; i < deps.length; i++) {
    if (deps[i].state === FAILED) {
      fail(b, t, deps[i].extras!.error!, deps[i].extras!.blamed, `${deps[i].key} has failed`);
      return;
    }
  }
  if (t.fn === null) {
    b.move(t, ABSENT, why);
    expect(b, t);
    return;
  }
  let missing = 0;
  for (let i = 0; i < deps.length; i++) if (deps[i].state !== MEMORY) missing++;
  t.waitingOn = missing;
  if (missing === 0) {
    // Straight to the thief: chosen anew, its place might be where it was taken from, for ever.
    if (to !== null && to.room && !mustBeAlone(b, t) && mayTake(b, t, to)) {
      assign(b, t, to, why);
      return;
    }
    // The queue holds it even if it is no root task: whoever has room next takes it.
    enqueue(b, t, why);
    return;
  }
  b.move(t, WAITING, why);
  seeTo(b, t);
}

/**
 * A worker has finished its present attempt at a task. The value's bytes, if it is small, are `length` (else -1) bytes of `frame`
 * from `start` on.
 */
export function finish(
  b: Books,
  t: SchedulerTask,
  nbytes: number,
  frame: Uint8Array,
  start: number,
  length: number,
): void {
  const w = t.worker!;
  unplace(b, t);
  t.nbytes = nbytes;
  b.addHolder(t, w);
  b.counts.finished++;
  enterMemory(b, t, frame, start, length, "finished");
}

/** The value is there, wherever it came from: `holders` is set. */
export function appear(b: Books, t: SchedulerTask, why: string): void {
  quit(b, t);
  enterMemory(b, t, NO_BYTES, 0, -1, why);
}

function enterMemory(b: Books, t: SchedulerTask, frame: Uint8Array, start: number, length: number, why: string): void {
  b.move(t, MEMORY, why);
  if (t.extras !== null) t.extras.lost = t.extras.error = null;
  if (t.keep && !isActor(t) && t.fn !== null) t.keep = false;
  const wanters = t.wanters;
  if (wanters === null) {
    if (t.neededBy === 0) b.letGo.push(t);
  } else if (Array.isArray(wanters) || wanters instanceof Set) {
    for (const c of wanters) tellDone(b, t, c, frame, start, length);
  } else tellDone(b, t, wanters, frame, start, length);
  wake(b, t);
  disengage(b, t);
  if (t.extras !== null && (t.extras.replication !== null || t.extras.data !== null)) copiesChanged(b, t);
}

/** Tells a client that a value is there, or where an actor lives. */
export function tellDone(
  b: Books,
  t: SchedulerTask,
  c: SchedulerClient,
  frame: Uint8Array = NO_BYTES,
  start = 0,
  length = -1,
): void {
  if (c.peer === null) return;
  const out = b.tellClient(c);
  if (isActor(t)) out.actors.push({ task: t, worker: fewFirst(t.holders)!.name, reason: "" });
  else out.addDone(t, frame, start, length);
}

/** Counts the value off for those that wait for it. */
function wake(b: Books, t: SchedulerTask): void {
  const dependents = t.dependents;
  if (dependents === null || t.neededBy === 0) return;
  if (!Array.isArray(dependents)) {
    if (dependents.state === WAITING && --dependents.waitingOn === 0) {
      ready(b, dependents, "its dependencies are there");
    }
    return;
  }
  for (let i = 0; i < dependents.length; i++) {
    const d = dependents[i];
    if (d.state === WAITING && --d.waitingOn === 0) ready(b, d, "its dependencies are there");
  }
}

/** The value has lost its last holder. */
export function lose(b: Books, t: SchedulerTask, why: string): void {
  if (t.state !== MEMORY || t.holders !== null) return;
  const data = t.fn === null;
  b.move(t, data ? ABSENT : RELEASED, why);
  const dependents = t.dependents;
  if (dependents !== null) {
    for (const d of Array.isArray(dependents) ? dependents : [dependents]) {
      if (d.state === WAITING) d.waitingOn++;
      else if (d.state === QUEUED) {
        leaveQueue(b, d);
        d.waitingOn = 1;
        b.move(d, WAITING, `${t.key} was lost`);
      }
    }
  }
  if (!isActor(t)) { for (const c of fewList(t.wanters)) if (c.peer !== null) b.tellClient(c).undone.push(t.key); }
  if (t.wanters === null && t.neededBy === 0 && !t.keep) b.letGo.push(t);
  else if (data) expect(b, t);
  else need(b, t, why);
}

/** A task threw where it is processing: it is tried again, or fails. */
export function threw(b: Books, t: SchedulerTask, error: Uint8Array): void {
  if (t.tag > b.tag) b.tag = t.tag;
  const retries = t.options === null ? 0 : t.options.wire.retries;
  const retried = t.extras === null ? 0 : t.extras.retried;
  if (retried < retries) {
    extrasOf(t).retried = retried + 1;
    restartTask(b, t, `it threw; ${retries - retried - 1} more retries`);
    // Already ended there: nothing to cancel.
  } else fail(b, t, error, t.key, "it threw", false);
}

/** A task has failed for good, and with it all that wait for it: with the first error, blaming the task that threw.
 * Without `cancel` its worker knows that it has ended. */
export function fail(
  b: Books,
  first: SchedulerTask,
  error: Uint8Array,
  blamed: string,
  why: string,
  cancel = true,
): void {
  const open = [first];
  const cascade = `${blamed} has failed`;
  for (let t = open.pop(); t !== undefined; t = open.pop()) {
    if (t.state === FAILED || t.state === FORGOTTEN) continue;
    if (t === first && t.state === PROCESSING && !cancel) unplace(b, t);
    else quit(b, t);
    const x = extrasOf(t);
    x.error = error;
    x.blamed = blamed;
    b.move(t, FAILED, t === first ? why : cascade);
    b.counts.failed++;
    disengage(b, t);
    t.keep = false;
    const dependents = t.dependents;
    if (dependents !== null) {
      for (const d of Array.isArray(dependents) ? dependents : [dependents]) {
        if (d.state === WAITING || d.state === QUEUED) open.push(d);
      }
    }
    tellFailed(b, t);
    // Whoever asked for copies of it hears that there will be none.
    if (x.data !== null || x.replication !== null) copiesChanged(b, t);
    if (t.wanters === null) b.letGo.push(t);
  }
}

/** A value is lost for good: who wants it is told that it is gone, who needs it fails. */
export function giveUp(b: Books, t: SchedulerTask, reason: string): void {
  extrasOf(t).lost = reason;
  fail(b, t, b.settings.packError(new LostDataError(t.key, reason)), t.key, reason);
}

function tellFailed(b: Books, t: SchedulerTask): void {
  for (const c of fewList(t.wanters)) tellFailure(b, t, c);
}

/** Tells a client that a task has failed, or that a value is lost. */
export function tellFailure(b: Books, t: SchedulerTask, c: SchedulerClient): void {
  if (c.peer === null) return;
  const lost = t.extras!.lost;
  const out = b.tellClient(c);
  if (lost === null) out.failed.push(t);
  else {
    out.lost.push(t.key);
    out.lostReasons.push(lost);
  }
}
