/**
 * What workers say of the tasks they were given: finished, failed, missing, given back, suspended.
 *
 * @module
 */

import { HEAD_START, type MessageOf, type workerToScheduler } from "../protocol/mod.ts";
import type { Books } from "./books.ts";
import { attemptOf } from "./attempts.ts";
import { fewHas, fewSize } from "./few.ts";
import { endedBefore } from "./head_start.ts";
import { finish, lose, restartTask, tellCancel, threw } from "./lifecycle.ts";
import { orphan } from "./orphans.ts";
import { adoptTask } from "./recovery.ts";
import { valueHeld } from "./references.ts";
import { copiesChanged } from "./replication.ts";
import { extrasOf, isActor, type SchedulerTask } from "./tasks.ts";
import { MEMORY, PROCESSING } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

type FromWorker<T extends keyof typeof workerToScheduler> = MessageOf<typeof workerToScheduler, T>;

/** The task whose present attempt this is, if it is on this worker. */
export function taskAt(b: Books, w: SchedulerWorker, key: string, attempt: number): SchedulerTask | null {
  const t = w.byAttempt(attempt);
  if (t !== null && t.key === key) return t;
  // Clients give all that they have begun themselves one number.
  if (t !== null && attempt !== HEAD_START) return null;
  const known = b.tasks.get(key);
  return known !== undefined && known.state === PROCESSING && known.worker === w && attemptOf(known) === attempt
    ? known
    : null;
}

/** `finished`. */
export function finished(b: Books, w: SchedulerWorker, m: FromWorker<"finished">): void {
  const { keys, attempts, nbytes, spent, inline } = m;
  const frame = m.frames[0];
  let at = 0;
  for (let i = 0; i < keys.length; i++) {
    const length = inline[i] - 1;
    const t = taskAt(b, w, keys[i], attempts[i]);
    if (t !== null) {
      if (t.fn !== null) {
        t.fn.observe(spent[i]);
        if (nbytes[i] !== t.fn.bytes) t.fn.observeBytes(nbytes[i]);
      }
      if (t.tag > b.tag) b.tag = t.tag;
      finish(b, t, small(nbytes[i]), frame, at, length);
    } else {
      const known = b.tasks.get(keys[i]), early = attempts[i] === HEAD_START;
      // The value may be let go of by others before its client's word of it comes.
      if (early) endedBefore(b, keys[i], attempts[i], null);
      if (known !== undefined) valueHeld(b, w, known, nbytes[i]);
      else if (early) valueHeld(b, w, orphan(b, keys[i]), nbytes[i]);
      else b.tellDrop(w, keys[i]);
    }
    if (length > 0) at += length;
  }
}

/** A whole number that fits is kept as one, not as a box of its own on the heap. */
function small(n: number): number {
  return n < 0x3fffffff ? n | 0 : n;
}

/** `failed`. */
export function failed(b: Books, w: SchedulerWorker, m: FromWorker<"failed">): void {
  for (let i = 0; i < m.keys.length; i++) {
    const t = taskAt(b, w, m.keys[i], m.attempts[i]);
    const error = m.frames[i].slice();
    if (t === null || t.fn === null) endedBefore(b, m.keys[i], m.attempts[i], error);
    if (t !== null) threw(b, t, error);
  }
}

/** How many complaints about the last holder of scattered data are put down to the network. */
const PATIENCE = 3;

/** `missing`: a worker cannot get a task's dependencies. */
export function missing(b: Books, w: SchedulerWorker, m: FromWorker<"missing">): void {
  for (let i = 0; i < m.deps.length; i++) {
    const dep = b.tasks.get(m.deps[i]);
    if (dep === undefined) continue;
    for (const holder of b.workers.values()) {
      if (holder.address === m.tried[i] && fewHas(dep.holders, holder)) strike(b, dep, holder, w);
    }
  }
  const t = taskAt(b, w, m.key, m.attempt);
  if (t === null) return;
  const all = m.deps.every((key) => {
    const dep = b.tasks.get(key);
    return dep !== undefined && dep.state === MEMORY;
  });
  if (all) {
    for (const key of m.deps) b.tellWorker(w).holders.push(b.tasks.get(key)!);
    return;
  }
  tellCancel(b, t);
  restartTask(b, t, "its dependencies are gone");
}

/** A holder did not give a value to a worker: it is no longer taken for a holder. */
function strike(b: Books, dep: SchedulerTask, holder: SchedulerWorker, reader: SchedulerWorker): void {
  if (isActor(dep)) return;
  if (fewSize(dep.holders) === 1 && holder.peer !== null && holder !== reader) {
    // Perhaps the two cannot reach each other only for a moment.
    const x = extrasOf(dep);
    if (++x.complaints < PATIENCE) return;
    x.complaints = 0;
  }
  b.note(dep.key, holder.name, "struck out", `${reader.name} could not get it there`);
  b.removeHolder(dep, holder);
  b.tellDrop(holder, dep.key);
  if (dep.holders === null) lose(b, dep, `${holder.name} does not give it`);
  else if (dep.extras !== null) copiesChanged(b, dep);
}

/** `given`: a worker gives tasks back. */
export function given(b: Books, w: SchedulerWorker, m: FromWorker<"given">): void {
  const thief = w.robbedFor;
  if (thief !== null) {
    thief.thief = false;
    b.touch(thief);
    w.robbedFor = null;
  }
  for (let i = 0; i < m.keys.length; i++) {
    const t = taskAt(b, w, m.keys[i], m.attempts[i]);
    if (t === null || t.fn === null) endedBefore(b, m.keys[i], m.attempts[i], null);
    if (t === null) continue;
    b.counts.stolen++;
    restartTask(b, t, `${w.name} gave it back`, thief);
  }
}

/** `suspended`: tasks wait for the cluster, or go on. */
export function suspended(b: Books, w: SchedulerWorker, m: FromWorker<"suspended">): void {
  for (let i = 0; i < m.keys.length; i++) {
    if (m.attempts[i] === HEAD_START && !b.tasks.has(m.keys[i])) {
      // Its client's word of it is still on its way.
      adoptTask(b, orphan(b, m.keys[i]), w, HEAD_START);
    }
    const t = taskAt(b, w, m.keys[i], m.attempts[i]);
    if (t === null || t.suspended !== m.resumed) continue;
    t.suspended = !m.resumed;
    if (t.suspended) {
      w.suspended++;
      w.occupancy -= t.estimate;
      // What it waits for must be able to run here.
      if (w.alone === t) w.alone = null;
    } else {
      w.suspended--;
      w.occupancy += t.estimate;
    }
    b.touch(w);
  }
}

/** `has`. What nobody knows may have been put there by a client that has yet to say so: it is kept for a while. */
export function has(b: Books, w: SchedulerWorker, m: FromWorker<"has">): void {
  for (let i = 0; i < m.keys.length; i++) {
    valueHeld(b, w, b.tasks.get(m.keys[i]) ?? orphan(b, m.keys[i]), m.nbytes[i]);
  }
}
