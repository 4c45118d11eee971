/**
 * What will not be: tasks that are cancelled, and what becomes of those that were to be made from them.
 *
 * @module
 */

import { type ClientBooks, NO_FRAMES, NO_TASKS } from "./books.ts";
import type { ClientTask } from "./client_task.ts";

/** Whether nothing can be made from it any more. */
export function isBad(t: ClientTask): boolean {
  const { state, because } = t;
  if (state !== "released") return state === "failed" || state === "cancelled" || state === "lost";
  // What was given up before it was sent stays so; what was sent can be asked for once more.
  if (!t.sent && t.was !== undefined) return true;
  return because !== undefined && because.state !== "pending" && because.state !== "done";
}

/** Gives tasks up on request. */
export function cancel(b: ClientBooks, tasks: readonly ClientTask[], force: boolean): void {
  const keys: string[] = [];
  for (const t of tasks) {
    if (t.state !== "pending" && !(t.state === "done" && t.call?.options.kind === "actor")) continue;
    if (t.sent) keys.push(t.key);
    t.reason = "asked for by this client";
    b.to(t, "cancelled", t.reason);
    if (t.sent) continue;
    uncount(b, t);
    failBlocked(b, t);
  }
  if (keys.length > 0) b.send({ type: "cancel", keys, force, frames: NO_FRAMES });
}

/** A task that will never be sent fails, with all that waits for it. */
export function fail(b: ClientBooks, t: ClientTask, why: string): void {
  if (t.state === "pending") b.to(t, "failed", why);
  failBlocked(b, t);
}

/** What waits for something that will never be sent fails with it. */
export function failBlocked(b: ClientBooks, t: ClientTask): void {
  const todo = [t];
  for (let d = todo.pop(); d !== undefined; d = todo.pop()) {
    const blocked = d.blocks ?? NO_TASKS;
    d.blocks = undefined;
    for (const w of blocked) {
      w.blockedBy--;
      if (w.state !== "pending" && w.state !== "released") continue;
      w.because ??= d;
      uncount(b, w);
      if (w.state === "pending") b.to(w, "failed", `it depends on ${d.key}`);
      todo.push(w);
    }
  }
}

/** The scheduler has been told of a task, or never will be: what it is made from need not be kept for it any more. */
export function uncount(b: ClientBooks, t: ClientTask): void {
  if (!t.counts) return;
  t.counts = false;
  for (const d of t.inputs) {
    if (--d.unsent > 0 || !d.owed) continue;
    d.owed = false;
    b.freed.push(d.key);
  }
}

/**
 * What became of its inputs becomes of a task too: the scheduler may not have had the time to say so. Gives whether it did. `cancelled` are
 * inputs that were let go here, and cancelled there before the task was heard of.
 */
export function inherit(b: ClientBooks, t: ClientTask, cancelled?: ReadonlySet<ClientTask>): boolean {
  const input = t.inputs.find((d) => isBad(d) || cancelled?.has(d));
  if (input === undefined) return false;
  const bad = input.state === "released" ? input.because ?? input : input;
  if (t.state === "released" || bad.state === "failed") t.because = bad;
  if (t.state === "released") return true;
  // What was let go, and is bad, was cancelled, or it has left no error behind.
  const state = bad.error !== undefined
    ? "failed"
    : bad.state === "released"
    ? bad.was ?? "cancelled"
    : bad.state as "failed" | "cancelled" | "lost";
  if (state === "failed") t.because = bad;
  t.reason = `its dependency ${bad.key} was ${state}: ${bad.reason}`;
  b.to(t, state, t.reason);
  return true;
}

/** What was on its way to the scheduler when it took an input out of the world, it cannot have cancelled. */
export function inheritAll(b: ClientBooks, cancelled: ReadonlySet<ClientTask>): void {
  for (const t of b.tasks.values()) {
    if (!t.sent || t.inputs.length === 0) continue;
    if (t.state === "released") inherit(b, t, cancelled);
    else if (t.state === "pending" && inherit(b, t, cancelled)) b.freed.push(t.key);
  }
}

/** What was let go here, and kept by the scheduler for tasks that are yet to be sent, is no longer there: nor will they be. */
export function owedGone(b: ClientBooks, t: ClientTask, cause: "cancelled" | "lost", reason: string): void {
  t.owed = false;
  for (const w of b.tasks.values()) {
    if (!w.counts || !w.inputs.includes(t)) continue;
    w.reason = `its dependency ${t.key} is gone: ${reason}`;
    uncount(b, w);
    if (w.state === "pending") b.to(w, cause, w.reason);
    else w.was = cause;
    failBlocked(b, w);
  }
}
