/**
 * A task as the scheduler knows it. Scattered data and actors are tasks too: keys with a state, holders and wishes.
 *
 * @module
 */

import type { Of, taskOptions } from "../protocol/mod.ts";
import type { ArgsFrame } from "./args.ts";
import type { SchedulerClient } from "./clients.ts";
import type { Few } from "./few.ts";
import type { WorkerPool } from "./pools.ts";
import type { Replication } from "./replication.ts";
import type { DataAbout } from "./references.ts";
import { RELEASED, type StateCode } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

/** Options as they travel. */
export type WireTaskOptions = Of<typeof taskOptions>;

/** Options that many tasks share, read once. */
export class SchedulerTaskOptions {
  /** As they came and as they go to workers. */
  readonly wire: WireTaskOptions;
  /** Where such tasks may run. */
  readonly pool: WorkerPool;
  /** Higher goes first. */
  readonly priority: number;
  /** Whether it constructs an actor. */
  readonly actor: boolean;
  /** Tasks in the tables that have them. */
  tasks = 0;
  /** Used while a message is written: which one, and the index in its table. */
  mark = 0;
  index = 0;

  /** Reads them. */
  constructor(wire: WireTaskOptions, pool: WorkerPool) {
    this.wire = wire;
    this.pool = pool;
    this.priority = wire.priority;
    this.actor = wire.kind === "actor";
  }
}

/** A function as the scheduler knows it: by its reference, and by how long it takes. */
export class SchedulerFunction {
  /** The code reference. */
  readonly text: string;
  /** Estimated duration of one call in microseconds, a whole number. */
  estimate: number;
  /** Calls measured. */
  measured = 0;
  /** Running mean of the bytes of its results, a whole number. */
  bytes = 0;
  /** Tasks in the tables that call it. */
  tasks = 0;
  /** Used while a message is written, as in {@link SchedulerTaskOptions}. */
  mark = 0;
  index = 0;

  /** Knows nothing yet but a guess, in microseconds. */
  constructor(text: string, estimate: number) {
    this.text = text;
    this.estimate = estimate;
  }

  /** One call gave so many bytes. */
  observeBytes(n: number): void {
    this.bytes = this.bytes === 0 ? n : Math.ceil(this.bytes + 0.25 * (n - this.bytes));
  }

  /** One call took `ms`. A running mean, that forgets a slow first call (compilation, loading) soon. */
  observe(ms: number): void {
    const us = Math.max(5, Math.min(ms * 1000, 1e9));
    this.measured++;
    const weight = this.measured === 1 ? 1 : us < this.estimate / 4 ? 0.5 : Math.max(0.1, 1 / this.measured);
    this.estimate = (this.estimate + weight * (us - this.estimate) + 0.5) | 0;
  }
}

/** What only few tasks have. */
export interface TaskExtras {
  /** How often it threw and was tried again. */
  retried: number;
  /** Names of workers that died with it. */
  killers: string[];
  /** The packed error, of a failed task. */
  error: Uint8Array | null;
  /** The key of the task that threw. */
  blamed: string;
  /** Whether the failure is the loss of data, and how it came. */
  lost: string | null;
  /** Scattered data: what it is, and who can supply it. */
  data: DataAbout | null;
  /** Copies under way. */
  replication: Replication | null;
  /** Times of an actor's restarts, within its period. */
  restarts: number[];
  /** How often a worker could not fetch this value though its holder seems well. */
  complaints: number;
  /** While nobody has described it: the time after which it is no longer waited for. */
  until: number;
}

const ROOT = 1, ENGAGED = 2, SUSPENDED = 4, ASKED = 8, KEEP = 16;

/** Dependencies of a task without any. */
export const NO_TASKS: readonly SchedulerTask[] = Object.freeze([]);
/** No bytes at all. */
export const NO_BYTES: Uint8Array = new Uint8Array(0);

/**
 * One task. Its fields are set only by the functions of this folder, which keep both ends of each relation in agreement;
 * `validate` checks that they do.
 */
export class SchedulerTask {
  /** Unique in the cluster. */
  readonly key: string;
  /** See transitions.ts. */
  state: StateCode = RELEASED;
  /** What it calls; null for scattered data and for keys that nobody has described yet. */
  fn: SchedulerFunction | null = null;
  /** What else is said of it; null where `fn` is. */
  options: SchedulerTaskOptions | null = null;
  /** Its packed arguments are `argLength` bytes of this (shared by its batch) from `argStart` on; null where there are none. */
  args: ArgsFrame | null = null;
  argStart = 0;
  argLength = 0;
  /** What it needs. */
  deps: readonly SchedulerTask[] = NO_TASKS;
  /** Tasks in the tables that have it among their `deps`; in an array, stale ones may be among them. */
  dependents: null | SchedulerTask | SchedulerTask[] = null;
  /** How many there are of them. */
  dependentCount = 0;
  /** How many of them are under way (waiting, queued or processing), and so need its value. */
  neededBy = 0;
  /** While waiting: how many of `deps` are not in memory. */
  waitingOn = 0;
  /** Clients that want its value. */
  wanters: Few<SchedulerClient> = null;
  /** Workers that have its value (an actor's: where it lives). */
  holders: Few<SchedulerWorker> = null;
  /** Bytes of its value. */
  nbytes = 0;
  /** While processing: where, which attempt (`serial` and `low`, see attempts.ts), and as how many microseconds it counts there. */
  worker: SchedulerWorker | null = null;
  serial = 0;
  low = 0;
  slot = 0;
  estimate = 0;
  /** Order among those of the same priority. */
  tag = 0;
  /** Tells its present entry in a queue from an older one; 0 while in none. */
  queueStamp = 0;
  /** What only few have. */
  extras: TaskExtras | null = null;

  /** Whether each of the properties below holds, as one bit each: there are many tasks. */
  private flags = ROOT;

  /** Nothing is known but the key. */
  constructor(key: string) {
    this.key = key;
  }

  /** Whether it counts in `neededBy` of its `deps`. */
  get engaged(): boolean {
    return (this.flags & ENGAGED) !== 0;
  }
  set engaged(on: boolean) {
    this.flags = on ? this.flags | ENGAGED : this.flags & ~ENGAGED;
  }

  /** Whether it needs no computed value, and so is held back until a worker has room. */
  get root(): boolean {
    return (this.flags & ROOT) !== 0;
  }
  set root(on: boolean) {
    this.flags = on ? this.flags | ROOT : this.flags & ~ROOT;
  }

  /** Whether it waits for the cluster while processing, and so takes no place on a thread. */
  get suspended(): boolean {
    return (this.flags & SUSPENDED) !== 0;
  }
  set suspended(on: boolean) {
    this.flags = on ? this.flags | SUSPENDED : this.flags & ~SUSPENDED;
  }

  /** Whether it has been asked back from its worker. */
  get asked(): boolean {
    return (this.flags & ASKED) !== 0;
  }
  set asked(on: boolean) {
    this.flags = on ? this.flags | ASKED : this.flags & ~ASKED;
  }

  /** Whether it runs though nobody wants it, or is kept till somebody may say that he wants it. */
  get keep(): boolean {
    return (this.flags & KEEP) !== 0;
  }
  set keep(on: boolean) {
    this.flags = on ? this.flags | KEEP : this.flags & ~KEEP;
  }
}

/** The task's extras, made at need. */
export function extrasOf(task: SchedulerTask): TaskExtras {
  return task.extras ??= {
    retried: 0,
    killers: [],
    error: null,
    blamed: "",
    lost: null,
    data: null,
    replication: null,
    restarts: [],
    complaints: 0,
    until: 0,
  };
}

/** Whether this is scattered data. */
export function isData(task: SchedulerTask): boolean {
  return task.extras !== null && task.extras.data !== null;
}

/** Whether this is an actor. */
export function isActor(task: SchedulerTask): boolean {
  return task.options !== null && task.options.actor;
}

/** Enters `task` among the dependents of each of its `deps`. */
export function linkDependencies(task: SchedulerTask): void {
  const deps = task.deps;
  for (let i = 0; i < deps.length; i++) {
    const dep = deps[i];
    dep.dependentCount++;
    const known = dep.dependents;
    if (known === null) dep.dependents = task;
    else if (Array.isArray(known)) known.push(task);
    else dep.dependents = [known, task];
  }
}

/** Takes a forgotten task out of the dependents of `dep`; of an array only once half of it is stale. */
export function unlinkDependent(dep: SchedulerTask, task: SchedulerTask, isStale: (t: SchedulerTask) => boolean): void {
  dep.dependentCount--;
  const known = dep.dependents;
  if (known === task || dep.dependentCount === 0) dep.dependents = null;
  else if (Array.isArray(known) && known.length > 32 && known.length > 2 * dep.dependentCount) {
    dep.dependents = known.filter((t) => !isStale(t));
  }
}
