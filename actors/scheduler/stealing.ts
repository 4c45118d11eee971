/**
 * Idle workers take from busy ones: tasks that were given out but not begun.
 *
 * @module
 */

import { attemptOf } from "./attempts.ts";
import type { Books } from "./books.ts";
import { costAt } from "./placement.ts";
import { taskBefore } from "./queue.ts";
import { isActor, type SchedulerTask } from "./tasks.ts";
import type { SchedulerWorker } from "./workers.ts";

/** So many workers are looked at to find the busiest. */
const LOOKED_AT = 16;
/** Less than this (µs a thread) is not worth a message. */
const LEAST = 2000;

/** Has each idle worker among `touched` take from a busy one. Done when nothing more can be given out. */
export function steal(b: Books, touched: readonly SchedulerWorker[]): void {
  if (b.idle.size < 2 || b.recovering) return;
  for (const w of touched) {
    if (w.thief || !w.room || w.count - w.suspended >= w.threads) continue;
    const victim = busiest(b, w);
    if (victim !== null) rob(b, victim, w);
  }
}

function surplus(w: SchedulerWorker): number {
  return w.count - w.suspended - w.threads;
}

function busiest(b: Books, thief: SchedulerWorker): SchedulerWorker | null {
  const running = b.idle.list(), n = running.length;
  let best: SchedulerWorker | null = null;
  // Beginning elsewhere each time, without chance: by the thief's own number and by what was stolen.
  const start = n <= LOOKED_AT ? 0 : (thief.index * 7919 + b.counts.stolen) % n;
  for (let i = 0; i < Math.min(n, LOOKED_AT); i++) {
    const v = running[(start + i) % n];
    if (v === thief || v.robbedFor !== null || surplus(v) <= 0) continue;
    if (best === null || v.load > best.load) best = v;
  }
  return best;
}

function rob(b: Books, victim: SchedulerWorker, thief: SchedulerWorker): void {
  const candidates: SchedulerTask[] = [];
  for (const t of victim.slots) {
    if (t === null || t.asked || t.suspended || t.options === null || isActor(t)) continue;
    const pool = t.options.pool;
    if (pool.general || (thief.pools.includes(pool) && pool.fits(thief))) candidates.push(t);
  }
  // The last in order are the least likely to have been begun.
  candidates.sort((s, t) => taskBefore(s, t) ? 1 : taskBefore(t, s) ? -1 : t.serial - s.serial);
  let left = surplus(victim);
  let theirs = victim.load, mine = thief.load;
  const out = b.tellWorker(victim);
  let taken = 0;
  for (const t of candidates) {
    if (left <= 0) break;
    const known = t.fn !== null && t.fn.measured > 0;
    const there = costAt(b, t, thief) - thief.load;
    // Worth it if the task would wait there for longer than twice what it takes, and what moving it costs. Of unknown ones, some.
    if (known ? theirs < Math.max(LEAST, 2 * t.estimate) + there : taken >= thief.threads) {
      if (known) continue;
      break;
    }
    if (known && taken > 0 && mine + t.estimate / thief.threads > theirs) break;
    theirs -= t.estimate / victim.threads;
    mine += t.estimate / thief.threads + there;
    t.asked = true;
    out.steal.push(t.key);
    out.stealAttempts.push(attemptOf(t));
    taken++;
    left--;
  }
  if (taken === 0) return;
  victim.robbedFor = thief;
  thief.thief = true;
}
