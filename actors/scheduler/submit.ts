/**
 * Tasks as they come in: columns to tasks, linked with what they depend on.
 *
 * @module
 */

import type { MessageOf } from "../protocol/mod.ts";
import type { clientToScheduler } from "../protocol/mod.ts";
import { ArgsFrame } from "./args.ts";
import type { Books } from "./books.ts";
import type { SchedulerClient } from "./clients.ts";
import { findCycle } from "./cycles.ts";
import { CycleError } from "./errors.ts";
import { fewFirst } from "./few.ts";
import { begun } from "./head_start.ts";
import { engageRunning, fail, need, tellDone, tellFailure, threw } from "./lifecycle.ts";
import { spokenOf } from "./orphans.ts";
import { isData, linkDependencies, NO_TASKS, SchedulerTask, unlinkDependent } from "./tasks.ts";
import { ABSENT, FAILED, FORGOTTEN, MEMORY, PROCESSING, RELEASED } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

/** Messages with task columns. */
export type TaskColumns = MessageOf<typeof clientToScheduler, "submit" | "more" | "begun" | "resume">;

/**
 * Enters a message's tasks. With `wished`, the client wants them all; without, it says itself what it wants, and has to have it needed.
 * Those with `forget` are kept even if it goes away, until they are done. `at` was asked by the client to begin the new ones; its name, if it has
 * died since.
 */
export function submit(
  b: Books,
  c: SchedulerClient,
  m: TaskColumns,
  wished: boolean,
  at: SchedulerWorker | string | null = null,
): void {
  const options = m.options.map((o) => b.optionsOf(o));
  const fns = m.fns.map((text) => b.functionOf(text));
  for (let i = 0; i < m.codes.length; i++) b.codes.hold(c, m.codes[i], m.frames[1 + i], b.workers.values());
  // A frame of the transport may lie in a larger piece of memory.
  const bytes = m.frames[0];
  const args = new ArgsFrame(bytes.buffer.byteLength > 2 * bytes.length ? bytes.slice() : bytes);
  const { keys, deps, argBytes, depCounts } = m;
  const rows = keys.length;
  const fresh: SchedulerTask[] = [];
  let argAt = 0, depAt = 0, closed = true;
  for (let i = 0; i < rows; i++) {
    const key = keys[i];
    let t = b.tasks.get(key);
    if (t === undefined) {
      t = new SchedulerTask(key);
      b.tasks.set(key, t);
    } else if (t.fn !== null || isData(t)) {
      // The same key is the same task.
      argAt += argBytes[i];
      depAt += depCounts[i];
      if (at !== null) b.endedEarly.delete(key);
      if (wished) wish(b, c, t);
      continue;
    } else closed = false;
    const o = options[m.option[i]];
    if (t.options !== null) t.options.tasks--;
    t.options = o;
    o.tasks++;
    t.fn = fns[m.fn[i]];
    t.fn.tasks++;
    b.args.enter(t, args, argAt, argBytes[i]);
    t.keep = false;
    argAt += argBytes[i];
    if (depCounts[i] > 0) {
      const mine: SchedulerTask[] = [];
      for (const end = depAt + depCounts[i]; depAt < end; depAt++) mine.push(knownOrNot(b, deps[depAt]));
      t.deps = mine;
      linkDependencies(t);
    }
    fresh.push(t);
  }
  b.counts.submitted += fresh.length;
  // A cycle needs a task that was spoken of before it was described.
  if (!closed) refuseCycles(b, fresh);
  // Above the tag reached, or a stream of small batches would starve a big one.
  let tag = m.type === "more" ? Math.max(b.tag + 1, c.nextTag) : b.tag + 1;
  for (let i = 0; i < fresh.length; i++) {
    const t = fresh[i];
    if (orderAmong(t, tag)) tag++;
    if (t.state !== RELEASED) adoptDescription(b, t);
    const error = at === null ? undefined : begun(b, t, at);
    if (wished) wish(b, c, t);
    else b.letGo.push(t);
    if (error !== undefined) threw(b, t, error);
  }
  c.nextTag = tag;
}

function knownOrNot(b: Books, key: string): SchedulerTask {
  let t = b.tasks.get(key);
  if (t === undefined) {
    t = new SchedulerTask(key);
    b.tasks.set(key, t);
  }
  return t;
}

/** Gives the task its tag; whether it is a root task. Others go with the earliest of their dependencies. */
function orderAmong(t: SchedulerTask, tag: number): boolean {
  const deps = t.deps;
  let earliest = Infinity;
  for (let i = 0; i < deps.length; i++) if (deps[i].fn !== null && deps[i].tag < earliest) earliest = deps[i].tag;
  t.root = earliest === Infinity;
  t.tag = t.root ? tag : earliest;
  return t.root;
}

/** A key that was waited for, or that a worker reported, has got its description. */
function adoptDescription(b: Books, t: SchedulerTask): void {
  b.orphans.delete(t);
  if (t.state === FAILED && t.extras!.lost !== null) {
    t.extras!.lost = t.extras!.error = null;
    b.move(t, RELEASED, "described after all");
  } else if (t.state === ABSENT) b.move(t, RELEASED, "described");
  else if (t.state === PROCESSING) {
    t.options!.pool.take(t.worker!, 1);
    b.touch(t.worker!);
    engageRunning(b, t);
  } else if (t.state === MEMORY) {
    if (t.options!.actor) t.options!.pool.take(fewFirst(t.holders)!, 1);
    else t.keep = false;
  }
  if (t.state === RELEASED && t.neededBy > 0) need(b, t, "described");
}

/** A client wants the value. */
export function wish(b: Books, c: SchedulerClient, t: SchedulerTask): void {
  b.addWish(t, c);
  // It is done even if the client goes away.
  if (t.options !== null && t.options.wire.forget && t.state !== MEMORY && t.state !== FAILED) t.keep = true;
  if (t.state === RELEASED) need(b, t, "wanted");
  else if (t.state === MEMORY) tellDone(b, t, c);
  else if (t.state === FAILED) tellFailure(b, t, c);
}

/** A client wants what has this key, whether it is known yet or not. */
export function wishKey(b: Books, c: SchedulerClient, key: string): void {
  const t = knownOrNot(b, key);
  spokenOf(b, t);
  wish(b, c, t);
}

/** Tasks that wait for each other fail, all of them, with an error that names the cycle. */
function refuseCycles(b: Books, fresh: readonly SchedulerTask[]): void {
  for (let cycle = findCycle(fresh); cycle !== null; cycle = findCycle(fresh)) {
    const keys = cycle.map((t) => t.key);
    const error = b.settings.packError(new CycleError(keys));
    for (const t of cycle) fail(b, t, error, keys[0], "a cycle");
    for (const t of cycle) {
      // They let go of each other, or they would never be forgotten.
      const deps = t.deps;
      t.deps = NO_TASKS;
      for (const dep of deps) unlinkDependent(dep, t, (d) => d.state === FORGOTTEN || d === t);
      for (const dep of deps) if (dep.dependentCount === 0) b.letGo.push(dep);
    }
  }
}
