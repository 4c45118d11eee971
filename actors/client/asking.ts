/**
 * What this process asks for: tasks, values of others, and data that came to be on a worker.
 *
 * @module
 */

import { type ClientBooks, NO_FRAMES, NO_TASKS } from "./books.ts";
import type { ClientTask, DataCard, TaskCall } from "./client_task.ts";
import { forgetCode } from "./code_kept.ts";
import { taskColumnsOf } from "./columns.ts";
import { fail, failBlocked, inherit, isBad, uncount } from "./giving_up.ts";
import { headStart } from "./head_start.ts";

/** New tasks, or old ones once more; with `more` those of the same turn as the ones before. */
export function submit(b: ClientBooks, tasks: readonly ClientTask[], more = false): void {
  const rows: ClientTask[] = [];
  for (const t of tasks) {
    if (t.entered) {
      again(b, t, rows);
      continue;
    }
    enter(b, t);
    if (t.deps.length === 0) {
      t.sent = true;
      if (b.session) rows.push(t);
    } else if (connect(b, t, t.deps) && t.blockedBy === 0) tell(b, t, rows);
  }
  sendTasks(b, rows, more);
}

/** Takes a row into the table. */
export function enter(b: ClientBooks, t: ClientTask): void {
  t.entered = true;
  b.tasks.set(t.key, t);
}

/** Enters a task among its dependencies; false when one of them has failed, and so this one. */
function connect(b: ClientBooks, t: ClientTask, deps: readonly string[]): boolean {
  const inputs: ClientTask[] = [];
  let bad: ClientTask | undefined;
  for (const key of deps) {
    const d = b.tasks.get(key);
    if (d === undefined) continue;
    inputs.push(d);
    d.dependents++;
    if (isBad(d)) bad ??= d;
    else if (!d.sent) {
      t.blockedBy++;
      (d.blocks ??= []).push(t);
    }
  }
  t.inputs = inputs;
  if (bad === undefined) {
    if (t.blockedBy > 0) {
      t.counts = true;
      for (const d of inputs) d.unsent++;
    }
    return true;
  }
  t.because = bad;
  fail(b, t, `it depends on ${bad.key}, which ${bad.state === "failed" ? "has failed" : `was ${bad.state}`}`);
  return false;
}

/** The same task once more: after it was cancelled, lost, or let go. */
function again(b: ClientBooks, t: ClientTask, rows: ClientTask[]): void {
  if (t.state === "pending" || t.state === "done" || t.state === "failed") return;
  t.owed = false;
  t.renewedIn = Infinity;
  b.to(t, "pending", "submitted again");
  t.failure =
    t.error =
    t.inline =
    t.worker =
    t.because =
      undefined;
  t.reason = t.blamed = "";
  if (t.blockedBy === 0 && !inherit(b, t)) tell(b, t, rows);
}

/** A task can be told to the scheduler: it goes into `rows`, when there is a session. */
function tell(b: ClientBooks, first: ClientTask, rows: ClientTask[]): void {
  const all = [first];
  for (const t of all) {
    t.sent = true;
    if (b.session) rows.push(t);
    if (t.state === "released") {
      // Let go of before it was told: kept for those that count on it, else wanted by nobody.
      if (t.unsent > 0) t.owed = true;
      else b.freed.push(t.key);
    }
    // What was let go, and not kept for it, may have been forgotten by the scheduler: it is told of it once more.
    for (const d of t.inputs) {
      if (d.state !== "released" || !d.sent || d.owed || d.call === undefined || d.toldIn === b.event) continue;
      if (all.includes(d)) continue;
      d.renewedIn = Infinity;
      all.push(d);
    }
    if (t.counts) t.toldIn = b.event;
    uncount(b, t);
  }
}

function sendTasks(b: ClientBooks, tasks: readonly ClientTask[], more = false): void {
  if (tasks.length === 0) return;
  const codes: string[] = [];
  let before: TaskCall | undefined;
  for (const t of tasks) {
    const call = t.call!;
    if (call === before) continue;
    before = call;
    for (const hash of call.codes) {
      if (b.told.has(hash)) continue;
      b.told.add(hash);
      codes.push(hash);
    }
  }
  if (codes.length === 0 && !more && headStart(b, tasks)) return;
  b.send({ type: more ? "more" : "submit", ...taskColumnsOf(tasks, codes, (hash) => b.codes.get(hash)!) });
  b.submits++;
  for (const t of tasks) if (t.renewedIn === Infinity) t.renewedIn = b.submits;
  if (codes.length > 0) forgetCode(b);
}

/** Values that this client did not make. */
export function want(b: ClientBooks, tasks: readonly ClientTask[]): void {
  for (const t of tasks) {
    t.sent = true;
    if (!t.entered) enter(b, t);
    else if (t.state === "released") b.to(t, "pending", "wanted again");
  }
  b.send({ type: "want", keys: tasks.map((t) => t.key), frames: NO_FRAMES });
}

/** Data is on a worker: what waited for it can go. */
export function stored(b: ClientBooks, t: ClientTask, card: DataCard): void {
  const first = !t.sent;
  t.card = card;
  t.nbytes = card.nbytes;
  t.worker = card.workers[0];
  t.sent = true;
  b.send({ type: "scattered", items: [card], frames: NO_FRAMES });
  if (t.state === "pending" || t.state === "lost") b.to(t, "done", "it is on a worker");
  // At the end of the event, or later: what waited for it must be told before.
  else if (t.state !== "done") b.freed.push(t.key);
  if (!first) return;
  const rows: ClientTask[] = [];
  const todo = [t];
  for (let d = todo.pop(); d !== undefined; d = todo.pop()) {
    const blocked = d.blocks ?? NO_TASKS;
    d.blocks = undefined;
    for (const w of blocked) {
      if (--w.blockedBy > 0 || (w.state !== "pending" && w.state !== "released")) continue;
      if (isBad(w) || inherit(b, w)) {
        uncount(b, w);
        failBlocked(b, w);
        continue;
      }
      tell(b, w, rows);
      todo.push(w);
    }
  }
  if (t.unsent > 0 && t.state === "released") {
    t.owed = true;
    b.freed = b.freed.filter((key) => key !== t.key);
  }
  sendTasks(b, rows);
}
