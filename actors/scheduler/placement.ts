/**
 * Where a task goes: to the worker on which it is likely to be done first, by the bytes to move and by how busy the
 * worker is. Looked at are the holders of its dependencies and the idlest worker, never all workers.
 *
 * @module
 */

import type { Books } from "./books.ts";
import { type Few, fewHas, fewSize } from "./few.ts";
import type { SchedulerTask } from "./tasks.ts";
import { nextMark } from "./worker_outbox.ts";
import type { SchedulerWorker } from "./workers.ts";

/** A value with more holders than this counts as being everywhere: its holders are not looked at one by one. */
const WIDE = 8;
/** At most so many workers are compared. */
const CANDIDATES = 32;

/** Whether a task may be given to this worker now. */
export function mayTake(b: Books, t: SchedulerTask, w: SchedulerWorker): boolean {
  if (!w.accepting || w.count - w.suspended >= b.settings.tasksPerWorker) return false;
  const pool = t.options!.pool;
  return pool.general || (w.pools.includes(pool) && pool.fits(w));
}

/** Microseconds that count for a worker that has no room for what a task brings: it is taken only where no other is better. */
const NO_ROOM = 1e12;

/** Microseconds until the worker could have begun the task. */
export function costAt(b: Books, t: SchedulerTask, w: SchedulerWorker): number {
  let missing = 0;
  const deps = t.deps;
  // A value without bytes is still a trip.
  for (let i = 0; i < deps.length; i++) if (!fewHas(deps[i].holders, w)) missing += deps[i].nbytes + 1;
  return cost(b, t, w, missing);
}

/** Whether a worker has room for `missing` bytes and for the results of a task and of those that were given to it before, if they are alike. */
export function hasRoomFor(t: SchedulerTask, w: SchedulerWorker, missing: number): boolean {
  const result = t.fn === null ? 0 : t.fn.bytes;
  return missing + result * (w.count - w.suspended + 1) <= w.freeBytes;
}

function cost(b: Books, t: SchedulerTask, w: SchedulerWorker, missing: number): number {
  return w.load + (hasRoomFor(t, w, missing) ? 0 : NO_ROOM) +
    (missing > 0 ? 1000 * (missing / b.settings.bandwidth + b.settings.fetchLatency) : 0);
}

/**
 * The best place for a task whose dependencies are in memory, or null when nobody may take it now. `idle` is a worker with room to
 * be preferred over the idlest one, when the caller has found it.
 */
export function choosePlace(b: Books, t: SchedulerTask, idle: SchedulerWorker | null): SchedulerWorker | null {
  if (b.pools.stale) b.pools.refresh(b.idle.list());
  const deps = t.deps;
  const mark = nextMark();
  const candidates: SchedulerWorker[] = [];
  const local: number[] = [];
  let total = 0;
  let wide: SchedulerTask[] | null = null;
  const holds = (w: SchedulerWorker, bytes: number): void => {
    if (w.mark !== mark) {
      if (candidates.length >= CANDIDATES || !mayTake(b, t, w)) return;
      w.mark = mark;
      w.markIndex = candidates.length;
      candidates.push(w);
      local.push(0);
    }
    local[w.markIndex] += bytes;
  };
  for (let i = 0; i < deps.length; i++) {
    const dep = deps[i], bytes = dep.nbytes + 1;
    total += bytes;
    const holders: Few<SchedulerWorker> = dep.holders;
    if (holders === null) continue;
    if (!Array.isArray(holders) && !(holders instanceof Set)) holds(holders, bytes);
    else if (fewSize(holders) > WIDE) (wide ??= []).push(dep);
    else for (const w of holders) holds(w, bytes);
  }
  // The idlest is compared too. It may hold things, and have been passed over only for there being too many.
  const other = idle ?? idlest(b, t);
  if (other !== null && other.mark !== mark) {
    if (candidates.length === CANDIDATES) candidates.pop();
    holds(other, 0);
    for (const dep of deps) {
      if (other.mark === mark && fewSize(dep.holders) <= WIDE && fewHas(dep.holders, other)) {
        holds(other, dep.nbytes + 1);
      }
    }
  }
  let best: SchedulerWorker | null = null;
  let least = Infinity;
  for (let i = 0; i < candidates.length; i++) {
    const w = candidates[i];
    let missing = total - local[i];
    if (wide !== null) { for (const dep of wide) if (fewHas(dep.holders, w)) missing -= dep.nbytes + 1; }
    const c = cost(b, t, w, missing);
    if (c < least || (c === least && w.index < best!.index)) {
      least = c;
      best = w;
    }
  }
  return best;
}

/** For a task without dependencies: `idlest`, or where that has no memory left for its result, another that has room for it. */
export function withMemory(
  t: SchedulerTask,
  idlest: SchedulerWorker,
  others: readonly SchedulerWorker[],
): SchedulerWorker {
  if (t.fn === null || t.fn.bytes === 0 || hasRoomFor(t, idlest, 0)) return idlest;
  let best: SchedulerWorker | null = null;
  for (let i = 0; i < Math.min(others.length, CANDIDATES); i++) {
    const w = others[i];
    if (w.room && (best === null || w.load < best.load) && t.options!.pool.fits(w) && hasRoomFor(t, w, 0)) best = w;
  }
  return best ?? idlest;
}

/** The idlest worker that may take it: of a restricted pool's, and where the idlest has no memory left, the best of some. */
function idlest(b: Books, t: SchedulerTask): SchedulerWorker | null {
  const pool = t.options!.pool;
  if (pool.general) {
    const top = b.idle.top;
    return top !== null && mayTake(b, t, top) ? withMemory(t, top, b.idle.list()) : null;
  }
  const members = pool.members, n = members.length;
  let best: SchedulerWorker | null = null;
  for (let i = 0; i < Math.min(n, CANDIDATES); i++) {
    const w = members[(pool.turn + i) % n];
    if (mayTake(b, t, w) && (best === null || w.load < best.load)) best = w;
  }
  pool.turn = n > CANDIDATES ? (pool.turn + CANDIDATES) % n : 0;
  return best;
}
