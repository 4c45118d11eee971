/**
 * How tasks and values are let go of: cancelled, dropped, forgotten.
 *
 * @module
 */

import type { Books } from "./books.ts";
import { fewFirst, fewList } from "./few.ts";
import { disengage, quit } from "./lifecycle.ts";
import { copiesChanged } from "./replication.ts";
import { isActor, NO_TASKS, type SchedulerTask, unlinkDependent } from "./tasks.ts";
import { ABSENT, FAILED, FORGOTTEN, MEMORY, PROCESSING, QUEUED, RELEASED, WAITING } from "./transitions.ts";
import type { SchedulerClient } from "./clients.ts";
import type { SchedulerWorker } from "./workers.ts";

/**
 * Takes a task and all that depends on it out of the world; who wants one of them is told that it was cancelled. Not `by`, who asked for it,
 * of the task itself: it knows, and may ask for it anew before it would hear.
 */
export function cancelTask(b: Books, first: SchedulerTask, by: SchedulerClient, reason: string): void {
  const doomed = [first];
  const seen = new Set(doomed);
  for (let i = 0; i < doomed.length; i++) {
    for (const d of dependentsOf(doomed[i])) {
      if (!seen.has(d)) {
        seen.add(d);
        doomed.push(d);
      }
    }
  }
  for (const t of doomed) {
    for (const c of fewList(t.wanters)) {
      if (c.peer !== null && (t !== first || c !== by)) {
        const out = b.tellClient(c);
        out.cancelled.push(t.key);
        out.cancelReasons.push(t === first ? reason : `its dependency ${first.key} was cancelled`);
      }
      b.removeWish(t, c);
    }
    t.keep = false;
    b.letGo.push(t);
  }
}

/** The tasks in the tables that depend on it and are not done. */
export function dependentsOf(t: SchedulerTask): SchedulerTask[] {
  const known = t.dependents;
  const all = known === null ? [] : Array.isArray(known) ? known : [known];
  return all.filter((d) => d.state !== FORGOTTEN && d.state !== MEMORY && d.state !== FAILED);
}

const isForgotten = (t: SchedulerTask): boolean => t.state === FORGOTTEN;

/** Lets go of whatever has lost its last wish; done at the end of each event. */
export function settle(b: Books): void {
  const open = b.letGo;
  for (let t = open.pop(); t !== undefined; t = open.pop()) {
    if (t.state === FORGOTTEN || t.wanters !== null || t.neededBy > 0 || t.keep) continue;
    const last = t.dependentCount === 0;
    if (t.state === MEMORY) dropValue(b, t);
    else quit(b, t);
    disengage(b, t);
    if (!last) {
      if (t.state === WAITING || t.state === QUEUED || t.state === PROCESSING || t.state === MEMORY) {
        b.move(t, t.fn === null ? ABSENT : RELEASED, "nobody wants it");
      }
      if (t.extras !== null && b.questions.size > 0) copiesChanged(b, t);
      continue;
    }
    b.move(t, FORGOTTEN, "nobody wants it");
    b.tasks.delete(t.key);
    if (t.fn !== null) t.fn.tasks--;
    if (t.options !== null) t.options.tasks--;
    if (t.extras !== null) copiesChanged(b, t);
    const deps = t.deps;
    for (let i = 0; i < deps.length; i++) {
      const dep = deps[i];
      unlinkDependent(dep, t, isForgotten);
      if (dep.dependentCount === 0) open.push(dep);
    }
    // Stale entries of bags may still point at it: they must not keep all that it was made from.
    t.deps = NO_TASKS;
    t.dependents = null;
    b.args.leave(t);
  }
}

/** Has all holders drop a value, or an actor stopped. */
function dropValue(b: Books, t: SchedulerTask): void {
  const actor = isActor(t);
  const holders = t.holders;
  if (holders !== null && !Array.isArray(holders) && !(holders instanceof Set)) dropFrom(b, t, holders, actor);
  else for (let w = fewFirst(t.holders); w !== null; w = fewFirst(t.holders)) dropFrom(b, t, w, actor);
}

function dropFrom(b: Books, t: SchedulerTask, w: SchedulerWorker, actor: boolean): void {
  b.removeHolder(t, w);
  if (actor) {
    w.actors--;
    t.options!.pool.take(w, -1);
    b.touch(w);
    if (w.peer !== null) b.tellWorker(w).stopActors.push(t.key);
  } else b.tellDrop(w, t.key);
}
