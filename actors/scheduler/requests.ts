/**
 * What clients ask for beside tasks: wishes taken back, cancellation, questions, a restart.
 *
 * @module
 */

import type { Header } from "../../transport/mod.ts";
import type { Books } from "./books.ts";
import type { SchedulerClient } from "./clients.ts";
import { fewHas, fewList, fewSize } from "./few.ts";
import { cancelTask, dependentsOf } from "./release.ts";
import { notSupplier } from "./references.ts";
import { isActor, isData, type SchedulerTask } from "./tasks.ts";
import { FAILED, MEMORY, STATE_NAMES } from "./transitions.ts";

/** `release`: a client no longer wants these. */
export function releaseKeys(b: Books, c: SchedulerClient, keys: readonly string[]): void {
  for (let i = 0; i < keys.length; i++) {
    const t = b.tasks.get(keys[i]);
    if (t === undefined) continue;
    b.removeWish(t, c);
    if (isData(t)) notSupplier(b, c, t, "the client that scattered it has let go of it");
  }
}

/** `cancel`: ends tasks, with all that depends on them; without `force` only what nobody else wants. */
export function cancelKeys(b: Books, c: SchedulerClient, keys: readonly string[], force: boolean): void {
  for (const key of keys) {
    const t = b.tasks.get(key);
    if (t === undefined) continue;
    const ended = t.state === FAILED || (t.state === MEMORY && !isActor(t));
    if (!ended && (force || onlyWantedBy(t, c))) {
      cancelTask(b, t, c, force ? `cancelled by ${c.name}` : "cancelled");
      continue;
    }
    // Others go on waiting for it; this client does not, and knows it.
    if (!fewHas(t.wanters, c)) continue;
    b.removeWish(t, c);
    if (isData(t)) notSupplier(b, c, t, "the client that scattered it has let go of it");
  }
}

/** Whether nobody but this client wants a task, or anything that depends on it. */
function onlyWantedBy(first: SchedulerTask, c: SchedulerClient): boolean {
  const open = [first];
  const seen = new Set(open);
  for (let i = 0; i < open.length; i++) {
    const t = open[i];
    const n = fewSize(t.wanters);
    const others = n > 1 || (n === 1 && !fewHas(t.wanters, c));
    if (others && fewList(t.wanters).some((w) => w !== c && !w.gone)) return false;
    for (const d of dependentsOf(t)) {
      if (!seen.has(d)) {
        seen.add(d);
        open.push(d);
      }
    }
  }
  return true;
}

/** `restart`: forgets all tasks and data, and restarts all workers; answered when they are back. */
export function restartAll(b: Books, c: SchedulerClient, n: number): void {
  b.note("scheduler", "running", "restarting", `asked by ${c.name}`);
  for (const t of [...b.tasks.values()]) {
    for (const w of fewList(t.wanters)) {
      if (w.peer !== null) {
        const out = b.tellClient(w);
        out.cancelled.push(t.key);
        out.cancelReasons.push("the cluster was restarted");
      }
      b.removeWish(t, w);
    }
    if (isData(t)) t.extras!.data!.suppliers = null;
    t.keep = false;
    b.letGo.push(t);
  }
  b.orphans.clear();
  const names = new Map<string, string>();
  for (const w of b.workers.values()) {
    if (w.peer === null) continue;
    names.set(w.name, w.incarnation);
    b.tellWorker(w).last.push({ type: "restart", frames: [] });
  }
  if (names.size === 0) {
    b.answer(c, n, true, null);
    return;
  }
  const until = b.now + b.settings.restartGrace;
  b.restarts.add({ client: c, n, names, until });
  b.timers.add(until, "restarted", "");
}

/** Restarts that take too long are answered as failed. */
export function restartsTooLong(b: Books): void {
  for (const q of b.restarts) {
    if (b.now < q.until) continue;
    b.restarts.delete(q);
    b.answer(q.client, q.n, false, `not back after a restart: ${[...q.names.keys()].join(", ")}`);
  }
}

/** `ask`: the answer to a question, or an Error's text. */
export function answerOf(b: Books, what: string, args: Header): { readonly ok: boolean; readonly value: Header } {
  const options = typeof args === "object" && args !== null && !Array.isArray(args) && !(args instanceof Uint8Array)
    ? args as { readonly [key: string]: Header }
    : {};
  switch (what) {
    case "whoHas":
      return { ok: true, value: whoHas(b, Array.isArray(args) ? args : options.keys) };
    case "workers":
      return { ok: true, value: [...b.workers.values()].map((w) => workerAnswer(b, w.name)) };
    case "events": {
      const since = typeof options.since === "number" ? options.since : 0;
      const limit = typeof options.limit === "number" ? options.limit : 1000;
      const key = typeof options.what === "string" ? options.what : undefined;
      return { ok: true, value: b.log.read(since, limit, key).map((e) => ({ ...e })) };
    }
    case "tasks": {
      const key = typeof args === "string" ? args : options.key;
      return typeof key === "string" ? oneTask(b, key) : { ok: true, value: countTasks(b) };
    }
    case "info":
      return { ok: true, value: infoOf(b) };
  }
  return { ok: false, value: `unknown question "${what}", expected one of whoHas, workers, events, tasks, info` };
}

function whoHas(b: Books, keys: Header | undefined): Header {
  const asked = Array.isArray(keys) ? keys.filter((k): k is string => typeof k === "string") : [...b.tasks.keys()];
  const all = Array.isArray(keys);
  const out: { [key: string]: Header } = {};
  for (const key of asked) {
    const holders = fewList(b.tasks.get(key)?.holders ?? null).map((w) => w.name);
    if (all || holders.length > 0) out[key] = holders;
  }
  return out;
}

function workerAnswer(b: Books, name: string): Header {
  const w = b.workers.get(name)!;
  return {
    ...w.card(),
    host: w.host,
    pid: w.pid,
    resources: Object.fromEntries(w.resources),
    processing: w.count,
    suspended: w.suspended,
    occupancy: w.occupancy / 1000,
    held: w.held.size,
    actors: w.actors,
    beat: w.beat === null ? null : { ...w.beat },
  };
}

function countTasks(b: Books): Header {
  const states: { [state: string]: number } = {};
  const functions: { [text: string]: Header } = {};
  const counts = new Map<string, number>();
  for (const t of b.tasks.values()) {
    const state = STATE_NAMES[t.state];
    states[state] = (states[state] ?? 0) + 1;
    if (t.fn !== null) counts.set(t.fn.text, (counts.get(t.fn.text) ?? 0) + 1);
  }
  for (const [text, fn] of b.functions) {
    functions[text] = { tasks: counts.get(text) ?? 0, duration: fn.estimate / 1000, measured: fn.measured };
  }
  return { states, functions };
}

function oneTask(b: Books, key: string): { readonly ok: boolean; readonly value: Header } {
  const t = b.tasks.get(key);
  if (t === undefined) return { ok: false, value: `no task has the key ${key}` };
  return {
    ok: true,
    value: {
      key,
      state: STATE_NAMES[t.state],
      fn: t.fn?.text ?? null,
      kind: isData(t) ? "data" : isActor(t) ? "actor" : "task",
      deps: t.deps.map((d) => d.key),
      wanters: fewList(t.wanters).map((w) => w.name),
      holders: fewList(t.holders).map((w) => w.name),
      worker: t.worker?.name ?? null,
      nbytes: t.nbytes,
      history: b.log.read(0, 100, key).map((e) => ({ ...e })),
    },
  };
}

function infoOf(b: Books): Header {
  return {
    incarnation: b.settings.incarnation,
    upSince: b.startedAt,
    now: b.now,
    recovering: b.recovering,
    workers: b.workers.size,
    clients: b.clients.size,
    tasks: b.tasks.size,
    events: b.log.written,
    ...b.counts,
  };
}
