/**
 * Actors of the user: tasks whose value is an instance that lives on one worker.
 *
 * @module
 */

import type { Books } from "./books.ts";
import { ActorGoneError } from "./errors.ts";
import { fewHas, fewList } from "./few.ts";
import { appear, fail, lose, unplace } from "./lifecycle.ts";
import { extrasOf, isActor, type SchedulerTask, type WireTaskOptions } from "./tasks.ts";
import { MEMORY } from "./transitions.ts";
import { taskAt } from "./results.ts";
import type { SchedulerWorker } from "./workers.ts";

/** What is believed of an actor that a worker reports, until a client describes it. */
const UNKNOWN_ACTOR: WireTaskOptions = {
  kind: "actor",
  priority: 0,
  retries: 0,
  timeout: null,
  workers: [],
  allowOthers: false,
  resources: null,
  forget: false,
  restart: "never",
  intensity: 0,
  period: 0,
};

/** A key that nobody has described turns out to be an actor. */
export function assumeActor(b: Books, t: SchedulerTask): void {
  if (t.options !== null) return;
  t.options = b.optionsOf(UNKNOWN_ACTOR);
  t.options.tasks++;
}

/** A worker has constructed an actor. */
export function actorUp(b: Books, w: SchedulerWorker, key: string, attempt: number): void {
  const t = taskAt(b, w, key, attempt);
  if (t === null) {
    const known = b.tasks.get(key);
    if (known === undefined || !fewHas(known.holders, w)) b.tellWorker(w).stopActors.push(key);
    return;
  }
  unplace(b, t);
  assumeActor(b, t);
  settleOn(b, t, w);
  b.counts.finished++;
  appear(b, t, "constructed");
}

/** Enters where an actor lives. It keeps the resources it needs as long as it lives. */
export function settleOn(b: Books, t: SchedulerTask, w: SchedulerWorker): void {
  b.addHolder(t, w);
  w.actors++;
  t.options!.pool.take(w, 1);
  b.touch(w);
}

/** An actor has ended by itself: its constructor or its thread failed. */
export function actorDown(
  b: Books,
  w: SchedulerWorker,
  key: string,
  attempt: number,
  reason: string,
  error: Uint8Array | null,
): void {
  const t = taskAt(b, w, key, attempt);
  if (t !== null) {
    // Who cannot even be constructed is not tried again and again.
    fail(b, t, error ?? b.settings.packError(new ActorGoneError(key, reason)), key, reason);
    return;
  }
  const known = b.tasks.get(key);
  if (known !== undefined && isActor(known) && known.state === MEMORY && fewHas(known.holders, w)) {
    leaveHome(b, known, w);
    actorLost(b, known, reason, error);
  }
}

/** An actor no longer lives on a worker. */
export function leaveHome(b: Books, t: SchedulerTask, w: SchedulerWorker): void {
  b.removeHolder(t, w);
  w.actors--;
  t.options!.pool.take(w, -1);
  b.touch(w);
}

/** An actor has lost its home: it is constructed again elsewhere, if it may be, or is gone. */
export function actorLost(b: Books, t: SchedulerTask, reason: string, error: Uint8Array | null): void {
  const { restart, intensity, period } = t.options!.wire;
  const x = extrasOf(t);
  x.restarts = x.restarts.filter((at) => at > b.now - period);
  if (restart === "always" && t.fn !== null && x.restarts.length < intensity) {
    x.restarts.push(b.now);
    lose(b, t, `${reason}; constructed again`);
    return;
  }
  const why = restart !== "always" || t.fn === null
    ? reason
    : `${reason}; it was constructed again ${intensity} times in ${period} ms already`;
  for (const c of fewList(t.wanters)) {
    if (c.peer !== null) b.tellClient(c).actors.push({ task: t, worker: null, reason: why });
  }
  fail(b, t, error ?? b.settings.packError(new ActorGoneError(t.key, why)), t.key, why);
}
