/**
 * What the scheduler tells.
 *
 * @module
 */

import type { SchedulerToClient } from "../protocol/mod.ts";
import type { ClientBooks } from "./books.ts";
import type { WorkerCard } from "./events.ts";
import { inheritAll, owedGone } from "./giving_up.ts";

/** Takes a message in. */
export function message(b: ClientBooks, m: SchedulerToClient): void {
  switch (m.type) {
    case "done":
      return done(b, m);
    case "failed":
      return m.keys.forEach((key, i) => {
        const t = b.tasks.get(key);
        if (t === undefined || (t.state !== "pending" && t.state !== "done")) return;
        t.error = m.frames[i];
        t.blamed = m.blamed[i];
        t.inline = undefined;
        b.to(t, "failed", t.blamed === key ? "it threw" : `${t.blamed} threw`);
      });
    case "gone":
      for (const key of m.keys) {
        const t = b.tasks.get(key);
        if (t?.owed === true) owedGone(b, t, m.cause, m.reason);
        if (t === undefined || (t.state !== "pending" && t.state !== "done")) continue;
        // A value that has arrived here is not lost. But what was cancelled for all is unknown to the scheduler.
        if (t.inline !== undefined && m.cause === "lost") continue;
        t.inline = undefined;
        t.reason = m.reason;
        b.to(t, m.cause, m.reason);
      }
      if (m.cause === "cancelled") inheritAll(b);
      return;
    case "undone":
      for (const key of m.keys) {
        const t = b.tasks.get(key);
        if (t === undefined || t.state !== "done" || t.inline !== undefined) continue;
        t.worker = undefined;
        b.to(t, "pending", "its only holder is gone");
      }
      return;
    case "welcome": {
      const before = new Set(b.workers.keys());
      for (const w of m.workers) before.delete(w.name);
      workers(b, m.workers, [...before]);
      b.out.push({ type: "welcome" });
      return;
    }
    case "workers":
      return workers(b, m.changed, m.gone);
    case "resupply":
      b.out.push({ type: "resupply", ids: m.ids });
      return;
    case "actorAt":
      actorAt(b, m.key, m.worker);
      b.out.push({ type: "actorAt", key: m.key, worker: m.worker, reason: m.reason });
      return;
    case "answer":
      b.out.push({ type: "answer", n: m.n, ok: m.ok, value: m.value });
      return;
    case "closing":
      if (m.final) b.end(`the scheduler has ended: ${m.reason}`);
  }
}

/** An actor's value is its place. What became of one without a place, `failed` has told. */
function actorAt(b: ClientBooks, key: string, worker: string | null): void {
  const t = b.tasks.get(key);
  if (t === undefined || worker === null || (t.state !== "pending" && t.state !== "done")) return;
  t.worker = worker;
  if (t.state === "pending") b.to(t, "done", "constructed");
}

function workers(b: ClientBooks, changed: readonly WorkerCard[], names: readonly string[]): void {
  const gone: WorkerCard[] = [];
  for (const name of names) {
    const w = b.workers.get(name);
    if (w !== undefined) gone.push(w);
    b.workers.delete(name);
  }
  for (const w of changed) {
    const before = b.workers.get(w.name);
    if (before !== undefined && before.address !== w.address) gone.push(before);
    b.workers.set(w.name, w);
  }
  b.out.push({ type: "workers", gone });
}

function done(b: ClientBooks, m: Extract<SchedulerToClient, { type: "done" }>): void {
  const { keys, inline, where, nbytes, workers } = m;
  const bytes = m.frames[0];
  let end = 0;
  for (let i = 0; i < keys.length; i++) {
    const start = end, size = inline[i];
    if (size > 0) end += size - 1;
    const t = b.tasks.get(keys[i]);
    if (t === undefined || t.state === "released" || t.state === "cancelled") continue;
    const n = nbytes[i];
    // As a small integer, if it is one: others have memory of their own.
    t.nbytes = n < 0x40000000 ? n | 0 : n;
    t.worker = workers[where[i]];
    if (size > 0) {
      // A view for each would cost more than the task.
      t.inline = bytes;
      t.inlineStart = start;
      t.inlineEnd = end;
    }
    if (t.state !== "done") b.to(t, "done", "finished");
  }
}
