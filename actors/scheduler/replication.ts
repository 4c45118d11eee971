/**
 * Copies of values, fetched by workers from workers. Each new holder is a source for the next, and no holder serves more than
 * two at once: so a broadcast is a tree.
 *
 * @module
 */

import type { Books, CopyQuestion } from "./books.ts";
import type { SchedulerClient } from "./clients.ts";
import { fewHas, fewList } from "./few.ts";
import { notHeld, probeOver } from "./references.ts";
import { extrasOf, isActor, isData, type SchedulerTask } from "./tasks.ts";
import { FAILED, FORGOTTEN, MEMORY } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

/** At most so many fetches of one value from one holder at a time. */
const OUTGOING = 2;
/** How often a worker may fail to fetch a value before it is no longer asked to. */
const TRIES = 3;

/** Copies of one value under way. */
export interface Replication {
  /** Workers that shall have a copy and wait for a source. */
  waiting: SchedulerWorker[];
  /** Workers that fetch it now, and from whom. */
  readonly underWay: Map<SchedulerWorker, SchedulerWorker>;
  /** Failures by worker. */
  readonly failures: Map<SchedulerWorker, number>;
}

function replicationOf(t: SchedulerTask): Replication {
  return extrasOf(t).replication ??= { waiting: [], underWay: new Map(), failures: new Map() };
}

function staying(w: SchedulerWorker): boolean {
  return w.status !== "leaving" && w.status !== "gone";
}

/** Sees to it that a value has the copies it shall have, and one at least that stays. */
export function upholdCopies(b: Books, t: SchedulerTask): void {
  if (t.state !== MEMORY || isActor(t)) return;
  const holders = fewList(t.holders);
  let there = holders.filter(staying).length;
  let copies = isData(t) ? t.extras!.data!.copies : 0;
  if (isData(t) && copies === 0) {
    copies = b.idle.size;
    there = holders.filter((w) => w.status === "running").length;
  }
  if (there === 0 && (t.wanters !== null || t.neededBy > 0)) copies = Math.max(copies, 1);
  const rep = t.extras?.replication ?? null;
  const coming = rep === null ? 0 : rep.waiting.length + rep.underWay.size;
  let short = copies - there - coming;
  if (short <= 0) return;
  const able = b.idle.list().filter((w) =>
    !fewHas(t.holders, w) && !isTarget(rep, w) && mayTry(rep, w) && !isProbed(t, w)
  );
  if (able.length === 0) return;
  if (short < able.length) able.sort((v, w) => v.bytes - w.bytes || v.index - w.index);
  else able.sort((v, w) => v.index - w.index);
  for (const w of able) {
    if (short-- <= 0) break;
    replicationOf(t).waiting.push(w);
  }
  pump(b, t);
}

function isTarget(rep: Replication | null, w: SchedulerWorker): boolean {
  return rep !== null && (rep.underWay.has(w) || rep.waiting.includes(w));
}

function isProbed(t: SchedulerTask, w: SchedulerWorker): boolean {
  return isData(t) && fewHas(t.extras!.data!.probed, w);
}

function mayTry(rep: Replication | null, w: SchedulerWorker): boolean {
  return rep === null || (rep.failures.get(w) ?? 0) < TRIES;
}

/** Has as many waiting workers fetch as there are sources for. */
function pump(b: Books, t: SchedulerTask): void {
  const rep = t.extras!.replication!;
  if (rep.waiting.length === 0 && rep.underWay.size === 0) b.copying.delete(t);
  else b.copying.add(t);
  if (rep.waiting.length === 0 || t.state !== MEMORY) return;
  const load = new Map<SchedulerWorker, number>();
  for (const source of rep.underWay.values()) load.set(source, (load.get(source) ?? 0) + 1);
  const sources = fewList(t.holders).filter((w) => w.peer !== null && (load.get(w) ?? 0) < OUTGOING);
  let at = 0;
  const still: SchedulerWorker[] = [];
  for (const target of rep.waiting) {
    if (target.peer === null || fewHas(t.holders, target)) continue;
    if (at >= sources.length) {
      still.push(target);
      continue;
    }
    const source = sources[at];
    const n = (load.get(source) ?? 0) + 1;
    load.set(source, n);
    if (n >= OUTGOING) at++;
    rep.underWay.set(target, source);
    b.tellWorker(target).fetch.push({ task: t, source });
    b.note(t.key, source.name, target.name, "a copy");
  }
  rep.waiting = still;
  if (rep.waiting.length === 0 && rep.underWay.size === 0) b.copying.delete(t);
}

/** Somebody more or less holds the value, or it is gone: on with its copies, and with the questions about them. */
export function copiesChanged(b: Books, t: SchedulerTask): void {
  const rep = t.extras?.replication ?? null;
  if (t.state === FORGOTTEN || t.state === FAILED) {
    b.copying.delete(t);
    b.upheld.delete(t);
    b.missingData.delete(t);
    b.probing.delete(t);
    b.orphans.delete(t);
    if (rep !== null) t.extras!.replication = null;
  } else {
    if (rep !== null) {
      for (const target of rep.underWay.keys()) if (fewHas(t.holders, target)) rep.underWay.delete(target);
      pump(b, t);
    }
    upholdCopies(b, t);
  }
  for (const q of b.questions) if (q.ids.has(t.key)) look(b, q, t.key);
}

/** Whether a value needs nothing of workers that leave. */
export function isSafe(t: SchedulerTask): boolean {
  return t.state !== MEMORY || fewList(t.holders).some(staying);
}

/** A worker could not fetch a value. */
export function fetchFailed(b: Books, w: SchedulerWorker, t: SchedulerTask, reason: string): void {
  if (notHeld(b, t, w)) return;
  const rep = t.extras?.replication;
  if (rep === undefined || rep === null || !rep.underWay.delete(w)) return;
  const failures = (rep.failures.get(w) ?? 0) + 1;
  rep.failures.set(w, failures);
  b.note(t.key, "fetching", "failed", `${w.name} could not fetch it: ${reason}`);
  if (failures < TRIES) rep.waiting.push(w);
  else {
    for (const q of b.questions) {
      if (q.ids.has(t.key)) q.problems.push(`${w.name} could not fetch ${t.key}: ${reason}`);
    }
  }
  pump(b, t);
  copiesChanged(b, t);
}

/** A worker is gone or away: nothing is copied to it. */
export function targetGone(b: Books, w: SchedulerWorker): void {
  for (const t of b.copying) {
    const rep = t.extras!.replication;
    if (rep === null) {
      b.copying.delete(t);
      continue;
    }
    const under = rep.underWay.delete(w);
    const before = rep.waiting.length;
    rep.waiting = rep.waiting.filter((x) => x !== w);
    if (w.status === "gone") rep.failures.delete(w);
    if (under || rep.waiting.length !== before) copiesChanged(b, t);
    else pump(b, t);
  }
  if (w.status !== "away") { for (const t of b.probing) probeOver(b, t, w); }
  for (const q of b.questions) for (const id of q.ids) look(b, q, id);
}

/** `replicate`: has copies made, and answers when they are there. */
export function replicate(
  b: Books,
  client: SchedulerClient,
  n: number,
  ids: readonly string[],
  copies: number,
  workers: readonly string[],
): void {
  const unknown = workers.filter((name) => !b.workers.has(name));
  if (unknown.length > 0) {
    b.answer(client, n, false, `replicate: no worker is named ${unknown.join(", ")}`);
    return;
  }
  const q: CopyQuestion = { client, n, ids: new Set(ids), copies, workers, problems: [] };
  b.questions.add(q);
  for (const id of [...q.ids]) {
    const t = b.tasks.get(id);
    if (
      t === undefined || t.state === FAILED || isActor(t) ||
      (t.state !== MEMORY && t.wanters === null && t.neededBy === 0 && !t.keep)
    ) {
      q.problems.push(`${id} is no value that exists`);
      q.ids.delete(id);
      continue;
    }
    const rep = replicationOf(t);
    rep.failures.clear();
    const holders = fewList(t.holders);
    if (workers.length > 0) {
      for (const name of workers) {
        const w = b.workers.get(name)!;
        if (!fewHas(t.holders, w) && !isTarget(rep, w)) rep.waiting.push(w);
      }
    } else if (isData(t)) {
      const data = t.extras!.data!;
      data.copies = copies === 0 || data.copies === 0 ? 0 : Math.max(copies, data.copies);
      if (data.copies !== 1) b.upheld.add(t);
      upholdCopies(b, t);
    } else {
      let short = (copies === 0 ? Infinity : copies) - holders.length - rep.waiting.length - rep.underWay.size;
      for (const w of [...b.idle.list()].sort((v, w) => v.bytes - w.bytes || v.index - w.index)) {
        if (short <= 0) break;
        if (fewHas(t.holders, w) || isTarget(rep, w)) continue;
        rep.waiting.push(w);
        short--;
      }
    }
    pump(b, t);
    look(b, q, id);
  }
  settleQuestion(b, q);
}

/** Whether a question has got what it wants of one value. */
function look(b: Books, q: CopyQuestion, id: string): void {
  const t = b.tasks.get(id);
  if (
    t === undefined || t.state === FAILED || (t.state !== MEMORY && t.wanters === null && t.neededBy === 0 && !t.keep)
  ) {
    q.problems.push(`${id} is gone`);
    q.ids.delete(id);
  } else if (t.state === MEMORY) {
    const rep = t.extras?.replication ?? null;
    const coming = rep !== null && (rep.waiting.length > 0 || rep.underWay.size > 0);
    const running = b.idle.list();
    const wanted = q.workers.length > 0
      ? q.workers.every((name) => {
        const w = b.workers.get(name);
        return w === undefined || fewHas(t.holders, w);
      })
      : q.copies === 0
      ? running.every((w) => fewHas(t.holders, w))
      : fewList(t.holders).length >= Math.min(q.copies, running.length);
    // What nobody fetches any more will not come.
    if (wanted || !coming) q.ids.delete(id);
  }
  if (q.ids.size === 0) settleQuestion(b, q);
}

function settleQuestion(b: Books, q: CopyQuestion): void {
  if (q.ids.size > 0 || !b.questions.delete(q)) return;
  b.answer(q.client, q.n, q.problems.length === 0, q.problems.length === 0 ? null : q.problems.join("; "));
}
