/**
 * Gives held-back tasks to workers that have room. Done at the end of each event.
 *
 * @module
 */

import type { Books } from "./books.ts";
import { assign, mustBeAlone } from "./lifecycle.ts";
import { choosePlace, hasRoomFor, withMemory } from "./placement.ts";
import { fewHas } from "./few.ts";
import type { WorkerPool } from "./pools.ts";
import { taskBefore } from "./queue.ts";
import { steal } from "./stealing.ts";
import type { SchedulerTask } from "./tasks.ts";
import { QUEUED } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

const ROOM = "a worker has room";

/** Gives out what there is room for. */
export function dispatch(b: Books): void {
  const touched = b.touched;
  for (const w of touched) b.idle.update(w);
  if (b.pools.stale) b.pools.refresh(b.idle.list());
  if (!b.recovering) giveOut(b, touched);
  for (const w of touched) w.touched = false;
  touched.length = 0;
}

function giveOut(b: Books, touched: readonly SchedulerWorker[]): void {
  if (b.quarantine.length > 0) dispatchAlone(b);
  const general = b.pools.general.queue;
  for (let head = general.peek(); head !== null; head = general.peek()) {
    const w = b.idle.top;
    if (w === null || !w.room) break;
    // A restricted task that comes before in the order has the worker first.
    const other = w.pools.length > 0 ? firstRestricted(b, w) : null;
    if (other !== null && taskBefore(other.queue.peek()!, head)) giveRestricted(b, other, w);
    else {
      const at = head.deps.length === 0 ? withMemory(head, w, b.idle.list()) : choosePlace(b, head, w) ?? w;
      general.pop();
      assign(b, head, at, ROOM);
    }
  }
  if (b.restrictedQueued > 0) {
    for (const w of touched) fillRestricted(b, w);
    for (const pool of b.pools.busy) {
      if (pool.queue.peek() === null) {
        b.pools.busy.delete(pool);
        continue;
      }
      if (!pool.fresh) continue;
      pool.fresh = false;
      for (const w of pool.members) fillRestricted(b, w);
    }
  }
  if (b.pausedCount > 0) dispatchWherePaused(b);
  steal(b, touched);
}

/**
 * Where all workers that a task may run on are short of memory, each that has nothing to do gets one all the same: it may be what lets others
 * be dropped, and if there is no room for its result it fails, and says so.
 */
function dispatchWherePaused(b: Books): void {
  const free = [...b.workers.values()].filter((w) => mayHaveOne(w));
  if (free.length === 0) return;
  if (b.idle.size === 0) {
    const { queue } = b.pools.general;
    for (let head = queue.peek(); head !== null && free.length > 0; head = queue.peek()) {
      queue.pop();
      assignWherePaused(b, head, free);
    }
  }
  for (const pool of b.pools.busy) {
    if (pool.members.length > 0) continue;
    const able = pool.among(free).filter((w) => mayHaveOne(w) && pool.fits(w));
    if (able.length === 0 || pool.queue.peek() === null) continue;
    b.restrictedQueued--;
    assignWherePaused(b, pool.queue.pop()!, able);
  }
}

/** Whether it is short of memory, and has nothing to do. */
export function mayHaveOne(w: SchedulerWorker): boolean {
  return w.status === "paused" && w.count === w.suspended;
}

/** Gives a task to the one of these that has most memory left for it. */
function assignWherePaused(b: Books, t: SchedulerTask, free: SchedulerWorker[]): void {
  let at = 0, most = -Infinity;
  for (let i = 0; i < free.length; i++) {
    let left = free[i].freeBytes;
    for (const dep of t.deps) if (!fewHas(dep.holders, free[i])) left -= dep.nbytes;
    if (left > most) {
      most = left;
      at = i;
    }
  }
  const [w] = free.splice(at, 1);
  assign(b, t, w, "all are short of memory, and it has nothing to do");
}

function fillRestricted(b: Books, w: SchedulerWorker): void {
  while (w.room) {
    const pool = w.pools.length > 0 ? firstRestricted(b, w) : null;
    if (pool === null) return;
    giveRestricted(b, pool, w);
  }
}

/** Of the pools with waiting tasks that the worker belongs to and has the resources for, the one whose task comes first. */
function firstRestricted(b: Books, w: SchedulerWorker): WorkerPool | null {
  if (b.restrictedQueued === 0) return null;
  let best: WorkerPool | null = null;
  let bestHead: SchedulerTask | null = null;
  for (const pool of w.pools) {
    const head = pool.queue.peek();
    if (head === null || !pool.fits(w)) continue;
    if (bestHead === null || taskBefore(head, bestHead)) {
      best = pool;
      bestHead = head;
    }
  }
  return best;
}

function giveRestricted(b: Books, pool: WorkerPool, w: SchedulerWorker): void {
  const t = pool.queue.pop()!;
  b.restrictedQueued--;
  const at = t.deps.length > 0 ? choosePlace(b, t, w) : hasRoomFor(t, w, 0) ? w : withMemory(t, w, pool.members);
  assign(b, t, at ?? w, ROOM);
}

/**
 * Tasks whose workers died with them run alone, so that it shows which of them is the cause: on an empty worker; if there is none,
 * one is kept from taking more until it is empty.
 */
function dispatchAlone(b: Books): void {
  for (let i = 0; i < b.quarantine.length;) {
    const t = b.quarantine[i];
    const pool = t.options!.pool;
    let able = pool.general ? b.idle.list() : pool.members;
    if (able.length === 0 && b.pausedCount > 0) able = pool.among([...b.workers.values()]);
    const w = able.find((w) =>
      (w.status === "running" || mayHaveOne(w)) && (w.alone === null || w.alone === t) && w.count - w.suspended === 0 &&
      pool.fits(w)
    );
    if (w !== undefined) {
      b.quarantine.splice(i, 1);
      release(b, t);
      assign(b, t, w, "alone, for its workers died");
      w.alone = t;
      b.idle.update(w);
      continue;
    }
    reserve(b, t);
    i++;
  }
}

/** Keeps the least busy worker for a task. */
function reserve(b: Books, t: SchedulerTask): void {
  const pool = t.options!.pool;
  let best: SchedulerWorker | null = null;
  for (const w of pool.general ? b.idle.list() : pool.members) {
    if (w.alone === t) return;
    if (w.status === "running" && w.alone === null && (best === null || w.load < best.load)) best = w;
  }
  if (best !== null) {
    best.alone = t;
    b.idle.update(best);
  }
}

/** Gives up what was kept for a task. */
export function release(b: Books, t: SchedulerTask): void {
  for (const w of b.workers.values()) {
    if (w.alone === t) {
      w.alone = null;
      b.touch(w);
    }
  }
}

/** Whether a task that waits in the quarantine belongs there. */
export function belongsAlone(b: Books, t: SchedulerTask): boolean {
  return t.state === QUEUED && mustBeAlone(b, t);
}
