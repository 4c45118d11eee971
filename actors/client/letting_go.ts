/**
 * What this process no longer wants.
 *
 * @module
 */

import { type ClientBooks, NO_FRAMES, NO_TASKS } from "./books.ts";
import type { ClientTask } from "./client_task.ts";
import { owedGone, uncount } from "./giving_up.ts";

/** The last handles to these are gone. */
export function release(b: ClientBooks, tasks: readonly ClientTask[]): void {
  const keys: string[] = [];
  for (const t of tasks) {
    if (t.state === "released" || !t.entered) continue;
    if (t.state === "pending" && t.call !== undefined && t.call.options.forget) {
      // It has yet to be done, and perhaps to be told.
      t.due = true;
      continue;
    }
    // Begun without it, and over: the scheduler is yet to hear so, and would take this for a cancellation.
    if (t.begunAt !== "" && (t.state === "done" || t.state === "failed")) continue;
    // What is lost the scheduler still counts as wanted: it may be found.
    if (t.sent && t.state !== "cancelled") {
      if (t.unsent > 0) t.owed = true;
      else keys.push(t.key);
    }
    // Let go, it would not show that what was to be made from it cannot be.
    if ((t.state === "cancelled" || t.state === "lost") && t.unsent > 0) owedGone(b, t, t.state, t.reason);
    b.to(t, "released", "nobody holds it");
    t.inline = undefined;
    // What was to be made from it has no other error to show.
    if (t.dependents === 0) t.error = undefined;
    forget(b, t);
  }
  if (keys.length > 0) b.send({ type: "release", keys, frames: NO_FRAMES });
}

/** Forgets it, and what it was made from, as far as nothing else needs them. */
function forget(b: ClientBooks, first: ClientTask): void {
  if (first.inputs.length === 0) {
    if (first.dependents === 0) strike(b, first);
    return;
  }
  const todo = [first];
  for (let t = todo.pop(); t !== undefined; t = todo.pop()) {
    if (t.state !== "released" || t.dependents > 0) continue;
    if (!t.entered) continue;
    strike(b, t);
    for (const d of t.inputs) {
      d.dependents--;
      if (!d.sent && t.blockedBy > 0) d.blocks = d.blocks?.filter((w) => w !== t);
      if (d.auto && d.dependents === 0 && d.handles === 0 && d.state !== "released") {
        if (d.sent && d.state === "done") b.freed.push(d.key);
        b.to(d, "released", "nothing needs it");
      }
      todo.push(d);
    }
    t.inputs = NO_TASKS;
    t.blockedBy = 0;
  }
}

function strike(b: ClientBooks, t: ClientTask): void {
  t.entered = false;
  uncount(b, t);
  if (b.tasks.get(t.key) === t) b.tasks.delete(t.key);
}
