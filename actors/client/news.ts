/**
 * What the scheduler tells.
 *
 * @module
 */

import type { SchedulerToClient } from "../protocol/mod.ts";
import type { ClientBooks } from "./books.ts";
import type { ClientTask } from "./client_task.ts";
import type { WorkerCard } from "./events.ts";
import { heardOf } from "./head_start.ts";
import { inheritAll, owedGone } from "./giving_up.ts";

/** So long a new scheduler may take to hear of a worker that is there, in ms. */
const DOUBT = 5000;

/** Time has passed: who has not come back to a new scheduler is gone. */
export function noLongerDoubted(b: ClientBooks): void {
  const names = [...b.doubted].filter(([, until]) => until <= b.now).map(([name]) => name);
  if (names.length > 0) workers(b, [], names);
}

/** Takes a message in. */
export function message(b: ClientBooks, m: SchedulerToClient): void {
  switch (m.type) {
    case "done":
      return done(b, m);
    case "failed":
      return m.keys.forEach((key, i) => {
        const t = b.tasks.get(key);
        if (t === undefined || t.renewedIn > m.heard) return;
        heardOf(b, t);
        if (t.state !== "pending" && t.state !== "done") return;
        t.error = m.frames[i];
        t.blamed = m.blamed[i];
        t.inline = undefined;
        b.to(t, "failed", t.blamed === key ? "it threw" : `${t.blamed} threw`);
      });
    case "gone": {
      const letGo = new Set<ClientTask>();
      for (const key of m.keys) {
        const t = b.tasks.get(key);
        // It has been submitted again meanwhile: this is about what it was before.
        if (t !== undefined && t.renewedIn > m.heard) continue;
        if (t !== undefined) heardOf(b, t);
        if (t?.owed === true) owedGone(b, t, m.cause, m.reason);
        if (t?.state === "released") {
          t.reason = m.reason;
          letGo.add(t);
        }
        if (t === undefined || (t.state !== "pending" && t.state !== "done")) continue;
        // A value that has arrived here is not lost. But what was cancelled for all is unknown to the scheduler.
        if (t.inline !== undefined && m.cause === "lost") continue;
        t.inline = undefined;
        t.reason = m.reason;
        b.to(t, m.cause, m.reason);
      }
      if (m.cause === "cancelled") inheritAll(b, letGo);
      return;
    }
    case "undone":
      for (const key of m.keys) {
        const t = b.tasks.get(key);
        if (t !== undefined) heardOf(b, t);
        if (t === undefined || t.state !== "done" || t.inline !== undefined) continue;
        t.worker = undefined;
        b.to(t, "pending", "its only holder is gone");
      }
      return;
    case "welcome": {
      const missing = new Set(b.workers.keys());
      for (const w of m.workers) missing.delete(w.name);
      // A scheduler that was started again has yet to hear of its workers, and what is under way with them goes on.
      const doubt = b.scheduler !== "" && b.scheduler !== m.incarnation;
      b.scheduler = m.incarnation;
      workers(b, m.workers, doubt ? [] : [...missing]);
      if (doubt && missing.size > 0) {
        for (const name of missing) b.doubted.set(name, b.now + DOUBT);
        b.out.push({ type: "wakeAt", at: b.now + DOUBT });
      }
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
    b.doubted.delete(name);
  }
  for (const w of changed) {
    const before = b.workers.get(w.name);
    if (before !== undefined && before.address !== w.address) gone.push(before);
    b.workers.set(w.name, w);
    b.doubted.delete(w.name);
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
    if (t === b.headStarts.last) b.headStarts.worker = t.worker;
    heardOf(b, t);
  }
}
