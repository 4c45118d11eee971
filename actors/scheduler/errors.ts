/**
 * What the scheduler reports as errors, and what its own code may throw.
 *
 * @module
 */

import type { SchedulerLogEntry } from "./log.ts";

/** A task failed because the workers that ran it died, again and again. */
export class KilledWorkerError extends Error {
  /** The class's name. */
  override readonly name = "KilledWorkerError";
  /** The task. */
  readonly key: string;
  /** Names of the workers that died with it, in order. */
  readonly workers: readonly string[];

  /** Names the task and its workers, and says how the last of them ended. */
  constructor(key: string, workers: readonly string[], reason: string) {
    const names = workers.join(", ");
    super(`task ${key} was running on ${workers.length} workers when they died: ${names}; the last one: ${reason}`);
    this.key = key;
    this.workers = workers;
  }
}

/** A value is nowhere any more, and nobody can supply or compute it again. */
export class LostDataError extends Error {
  /** The class's name. */
  override readonly name = "LostDataError";
  /** The value's key. */
  readonly key: string;

  /** Names the value, and says why it is lost. */
  constructor(key: string, reason: string) {
    super(`${key} is lost: ${reason}`);
    this.key = key;
  }
}

/** Tasks that wait for each other. */
export class CycleError extends RangeError {
  /** The class's name. */
  override readonly name = "CycleError";
  /** The keys of the cycle, each depending on the next, the last on the first. */
  readonly keys: readonly string[];

  /** Names the cycle. */
  constructor(keys: readonly string[]) {
    super(`these tasks wait for each other: ${[...keys, keys[0]].join(" -> ")}`);
    this.keys = keys;
  }
}

/** An actor is gone: its worker died, it was stopped, or it fell over too often. */
export class ActorGoneError extends Error {
  /** The class's name. */
  override readonly name = "ActorGoneError";
  /** The actor. */
  readonly key: string;

  /** Names the actor, and says why it is gone. */
  constructor(key: string, reason: string) {
    super(`actor ${key} is gone: ${reason}`);
    this.key = key;
  }
}

/** Thrown by the machine when a task is asked to go from one state to another that the table does not allow: a bug. */
export class IllegalTransition extends Error {
  /** The class's name. */
  override readonly name = "IllegalTransition";
  /** What the log still knows of the task. */
  readonly history: readonly SchedulerLogEntry[];

  /** Names the task, both states, and its history. */
  constructor(key: string, from: string, to: string, why: string, history: readonly SchedulerLogEntry[]) {
    const lines = history.map((e) => `\n  ${e.at.toFixed(3)} ${e.from} -> ${e.to} by ${e.who}: ${e.why}`);
    super(`task ${key} cannot go from ${from} to ${to} (${why}); its history:${lines.join("")}`);
    this.history = history;
  }
}

/** Thrown by the machine's own check: something in it does not agree. A bug. */
export class InvalidSchedulerState extends Error {
  /** The class's name. */
  override readonly name = "InvalidSchedulerState";
}

/** Thrown at the start of a scheduler whose configuration cannot be used. */
export class SchedulerConfigError extends TypeError {
  /** The class's name. */
  override readonly name = "SchedulerConfigError";
}
