/**
 * How sessions begin: what a worker or a client says of itself replaces what was believed of it. A worker that comes back, a
 * scheduler that was started again, and a first meeting are one case.
 *
 * @module
 */

import { actorLost, assumeActor, leaveHome, settleOn } from "./actors.ts";
import { adoptAttempt, attemptOf, SLOTS } from "./attempts.ts";
import type { Books, SchedulerSession } from "./books.ts";
import { SchedulerClient } from "./clients.ts";
import { clientGone, workerGone } from "./departures.ts";
import { endedBefore } from "./head_start.ts";
import { appear, engageRunning, leaveQueue, lose, place, restartTask, unplace } from "./lifecycle.ts";
import { type clientToScheduler, type MessageOf, replacedReason, type workerToScheduler } from "../protocol/mod.ts";
import { readResources } from "./pools.ts";
import {
  askAgain,
  dataHeld,
  dataRemembered,
  describeData,
  notSupplier,
  probesAnswered,
  upholdAll,
} from "./references.ts";
import { copiesChanged } from "./replication.ts";
import { listenTo } from "./silence.ts";
import { keepAwhile, mayBeWantedYet, orphan } from "./orphans.ts";
import { submit, wishKey } from "./submit.ts";
import { isActor, isData, type SchedulerTask } from "./tasks.ts";
import { ABSENT, FAILED, MEMORY, PROCESSING, QUEUED, RELEASED, WAITING } from "./transitions.ts";
import { SchedulerWorker } from "./workers.ts";

/** `join`. */
export type WorkerJoin = MessageOf<typeof workerToScheduler, "join">;
/** `resume`. */
export type ClientResume = MessageOf<typeof clientToScheduler, "resume">;

/** How many incarnations that were replaced are remembered. */
const REMEMBERED = 1000;

/** Remembers that another has taken this one's place; such an incarnation may not come back. */
function replace(b: Books, role: string, name: string, incarnation: string): void {
  if (b.replaced.size >= REMEMBERED) b.replaced.delete(b.replaced.values().next().value!);
  b.replaced.add(`${role}\n${name}\n${incarnation}`);
}

/** A session begins. Whether it may go on. */
export function welcomeSession(b: Books, s: SchedulerSession): boolean {
  if (b.replaced.has(`${s.role}\n${s.name}\n${s.incarnation}`)) {
    b.close(s.peer, replacedReason(s.role, s.name));
    b.sessions.delete(s.peer);
    return false;
  }
  return true;
}

/** A worker says who it is and all it has. */
export function workerJoins(b: Books, s: SchedulerSession, m: WorkerJoin): void {
  const resources = new Map(readResources(m.resources) ?? []);
  let w = b.workers.get(s.name);
  if (w !== undefined && w.incarnation !== s.incarnation) {
    replace(b, "worker", w.name, w.incarnation);
    if (w.peer !== null) b.close(w.peer, replacedReason("worker", w.name));
    workerGone(b, w, m.before === "" ? "a new incarnation of it came" : m.before, w.status !== "leaving");
    w = undefined;
  }
  if (w === undefined) {
    w = new SchedulerWorker(s.name, s.incarnation, b.workerCount++);
    b.workers.set(w.name, w);
    b.note(w.name, "unknown", "joining", "a new session");
  } else {
    if (w.peer !== null && w.peer !== s.peer) b.close(w.peer, "the worker has come on another session");
  }
  w.peer = s.peer;
  w.out.clear();
  b.leaving.delete(w);
  w.beat = null;
  w.paused = false;
  w.retired = false;
  w.address = m.address;
  w.threads = Math.max(1, m.threads);
  w.memoryLimit = m.memoryLimit;
  w.process = m.process;
  w.host = m.host;
  w.pid = m.pid;
  b.codes.join(w, m.codes);
  w.resources = resources;
  w.free.clear();
  for (const [name, amount] of resources) w.free.set(name, amount);
  for (const t of w.tasks()) t.options?.pool.take(w, 1);
  for (const t of w.held.list()) if (isActor(t)) t.options!.pool.take(w, 1);
  b.become(w, "running", "joined");
  listenTo(b, w);
  const drop: string[] = [], cancel: string[] = [];
  reconcile(b, w, m, drop, cancel);
  probesAnswered(b, w);
  b.tellWorker(w).first.push({ type: "welcome", incarnation: b.settings.incarnation, drop, cancel, frames: [] });
  b.touch(w);
  if (b.recovering && b.awaited.delete(w.name) && b.awaited.size === 0) recovered(b, "all workers are back");
  backAfterRestart(b, w);
  upholdAll(b);
  askAgain(b);
}

/** Replaces what was believed of a worker by what it says. */
function reconcile(b: Books, w: SchedulerWorker, m: WorkerJoin, drop: string[], cancel: string[]): void {
  const why = `${w.name} has it`;
  const holds = new Set(m.held);
  for (const card of m.pinned) holds.add(card.id);
  const lives = new Set(m.actors);
  const before = w.held.list();
  // Values first: what is done need not be done again.
  for (let i = 0; i < m.held.length; i++) {
    const key = m.held[i];
    let t = b.tasks.get(key);
    if (t === undefined && mayBeWantedYet(b)) t = orphan(b, key);
    if (t === undefined || isActor(t) || (t.state === FAILED && !isData(t))) {
      drop.push(key);
      continue;
    }
    b.resize(t, m.heldBytes[i]);
    b.addHolder(t, w);
    if (t.state !== MEMORY) appear(b, t, why);
    else if (t.extras !== null) copiesChanged(b, t);
    b.letGo.push(t);
  }
  for (const card of m.pinned) {
    const known = b.tasks.get(card.id);
    const t = describeData(b, card);
    if (t === null) {
      drop.push(card.id);
      continue;
    }
    // Who put it there may not have had the time to say so.
    if (known === undefined) keepAwhile(b, t);
    b.addHolder(t, w);
    dataHeld(b, t);
    b.letGo.push(t);
  }
  for (const key of m.actors) {
    let t = b.tasks.get(key);
    if (t === undefined && mayBeWantedYet(b)) {
      t = orphan(b, key);
      assumeActor(b, t);
    }
    if (t === undefined || !isActor(t) || t.state === FAILED || (t.holders !== null && t.holders !== w)) {
      b.tellWorker(w).stopActors.push(key);
    } else if (t.state !== MEMORY) {
      if (t.state === PROCESSING && t.worker === w) unplace(b, t);
      settleOn(b, t, w);
      appear(b, t, why);
    }
  }
  reconcileTasks(b, w, m, cancel);
  for (const t of before) {
    if (t.holders === null || t.state !== MEMORY) continue;
    if (isActor(t)) {
      if (!lives.has(t.key)) {
        leaveHome(b, t, w);
        actorLost(b, t, `${w.name} no longer has it`, null);
      }
    } else if (!holds.has(t.key)) {
      b.removeHolder(t, w);
      if (t.holders === null) lose(b, t, `${w.name} no longer has it`);
      else if (t.extras !== null) copiesChanged(b, t);
    }
  }
}

function reconcileTasks(b: Books, w: SchedulerWorker, m: WorkerJoin, cancel: string[]): void {
  const reported = new Map<string, number>();
  for (let i = 0; i < m.tasks.length; i++) reported.set(m.tasks[i], m.attempts[i]);
  const kept = new Set<string>();
  const missed: SchedulerTask[] = [];
  for (const t of w.tasks()) {
    if (reported.get(t.key) === attemptOf(t)) {
      kept.add(t.key);
      // It says anew which of them wait for the cluster.
      if (t.suspended) {
        t.suspended = false;
        w.suspended--;
        w.occupancy += t.estimate;
      }
      // It may have asked for these in the session that was lost.
      for (const dep of t.deps) if (dep.state === MEMORY) b.tellWorker(w).holders.push(dep);
    } else missed.push(t);
  }
  for (const [key, attempt] of reported) {
    if (kept.has(key)) continue;
    b.serial = Math.max(b.serial, Math.floor(attempt / SLOTS));
    let t = b.tasks.get(key);
    if (t === undefined && mayBeWantedYet(b)) t = orphan(b, key);
    const free = t !== undefined &&
      (t.state === WAITING || t.state === QUEUED || t.state === RELEASED || (t.state === ABSENT && !isData(t)));
    if (free) adoptTask(b, t!, w, attempt);
    else {
      endedBefore(b, key, attempt, null);
      cancel.push(key);
    }
  }
  for (const t of missed) if (t.worker === w && t.state === PROCESSING) restartTask(b, t, `${w.name} does not have it`);
}

/** A worker runs a task that nobody was believed to run. */
export function adoptTask(b: Books, t: SchedulerTask, w: SchedulerWorker, attempt: number): void {
  if (t.state === QUEUED) leaveQueue(b, t);
  place(b, t, w);
  adoptAttempt(t, attempt);
  t.waitingOn = 0;
  b.move(t, PROCESSING, `${w.name} runs it`);
  for (const dep of t.deps) if (dep.state === MEMORY) b.tellWorker(w).holders.push(dep);
  engageRunning(b, t);
  b.touch(w);
  b.letGo.push(t);
}

/** A client says all that it wants. */
export function clientResumes(b: Books, s: SchedulerSession, m: ClientResume): void {
  let c = b.clients.get(s.name);
  if (c !== undefined && c.incarnation !== s.incarnation) {
    replace(b, "client", c.name, c.incarnation);
    if (c.peer !== null) b.close(c.peer, replacedReason("client", c.name));
    clientGone(b, c, "a new incarnation of it came");
    c = undefined;
  }
  if (c === undefined) {
    c = new SchedulerClient(s.name, s.incarnation);
    b.clients.set(c.name, c);
    b.note(c.name, "unknown", "connected", "resumed");
  } else {
    if (c.peer !== null && c.peer !== s.peer) b.close(c.peer, "the client has come on another session");
    b.note(c.name, c.peer === null ? "away" : "connected", "connected", "resumed");
  }
  c.peer = s.peer;
  c.submits = 0;
  c.out.clear();
  b.tellClient(c).first.push({
    type: "welcome",
    incarnation: b.settings.incarnation,
    workers: [...b.workers.values()].map((w) => w.card()),
    frames: [],
  });
  waitForWorkers(b, m.workers);
  const wants = new Set(m.wants);
  for (const card of m.scattered) wants.add(card.id);
  const scattered = new Set(m.scattered.map((card) => card.id));
  for (const t of c.wants.list()) {
    if (!scattered.has(t.key)) notSupplier(b, c, t, "the client that scattered it no longer has it");
    if (!wants.has(t.key)) b.removeWish(t, c);
  }
  for (const card of m.scattered) dataRemembered(b, c, card);
  // Of the code that it sent in an earlier session it holds what it speaks of now.
  const held = [...c.codes];
  submit(b, c, m, false);
  const spoken = new Set(m.codes);
  b.codes.letGo(c, held.filter((hash) => !spoken.has(hash)));
  for (const key of m.wants) {
    if (!scattered.has(key)) wishKey(b, c, key);
    // It may believe of an earlier session that this was done.
    const t = b.tasks.get(key);
    if (t !== undefined && t.state !== MEMORY && t.state !== FAILED && !isActor(t)) b.tellClient(c).undone.push(key);
  }
}

/** Soon after its start the scheduler gives out nothing while workers that clients know may hold or run it already. */
function waitForWorkers(b: Books, names: readonly string[]): void {
  const until = b.startedAt + b.settings.recoveryGrace;
  if (b.now >= until) return;
  for (const name of names) if (!b.workers.has(name)) b.awaited.add(name);
  if (b.awaited.size === 0 || b.recovering) return;
  b.recovering = true;
  b.note("scheduler", "running", "recovering", `waits for ${[...b.awaited].join(", ")}`);
  b.timers.add(until, "recovered", "");
}

/** Waiting is over. */
export function recovered(b: Books, why: string): void {
  if (!b.recovering) return;
  b.recovering = false;
  b.awaited.clear();
  // Workers may have got room meanwhile, and nobody looked.
  for (const pool of b.pools.busy) pool.fresh = true;
  b.note("scheduler", "recovering", "running", why);
  askAgain(b);
}

/** A worker may be one that a `restart` waits for. */
function backAfterRestart(b: Books, w: SchedulerWorker): void {
  for (const q of b.restarts) {
    if (q.names.get(w.name) !== w.incarnation) q.names.delete(w.name);
    if (q.names.size > 0) continue;
    b.restarts.delete(q);
    b.answer(q.client, q.n, true, null);
  }
}
