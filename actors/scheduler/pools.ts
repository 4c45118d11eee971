/**
 * Worker pools: each set of restrictions and needed resources has a pool of the workers that meet it, and a queue of the
 * tasks that wait for one of them. Tasks without any share the general pool.
 *
 * @module
 */

import type { WireTaskOptions } from "./tasks.ts";
import { TaskQueue } from "./queue.ts";
import type { SchedulerWorker } from "./workers.ts";

/** Workers that some tasks may run on. */
export class WorkerPool {
  /** Its name in the table of pools. */
  readonly id: string;
  /** Worker names; empty for any. */
  readonly names: readonly string[];
  /** Whether others will do when none of `names` is there. */
  readonly allowOthers: boolean;
  /** What a task takes of each abstract resource while it runs; null for nothing. */
  readonly needs: readonly (readonly [string, number])[] | null;
  /** Whether any worker will do. */
  readonly general: boolean;
  /** Held-back tasks. */
  readonly queue: TaskQueue = new TaskQueue();
  /** Running workers that will do; not kept for the general pool. */
  members: SchedulerWorker[] = [];
  /** Whether tasks came into the queue since its members were last looked at. */
  fresh = false;
  /** Where the next look at `members` begins, when only some are looked at. */
  turn = 0;

  /** A pool without members. */
  constructor(
    id: string,
    names: readonly string[],
    allowOthers: boolean,
    needs: readonly (readonly [string, number])[] | null,
  ) {
    this.id = id;
    this.names = names;
    this.allowOthers = allowOthers;
    this.needs = needs;
    this.general = names.length === 0 && needs === null;
  }

  /** Chooses its members among the running workers. */
  choose(running: readonly SchedulerWorker[]): void {
    this.members = this.among(running).sort((a, b) => a.index - b.index);
  }

  /** Those of these workers that will do. */
  among(workers: readonly SchedulerWorker[]): SchedulerWorker[] {
    const able = workers.filter((w) =>
      this.needs === null || this.needs.every(([r, n]) => (w.resources.get(r) ?? 0) >= n)
    );
    const named = this.names.length === 0 ? able : able.filter((w) => this.names.includes(w.name));
    return named.length === 0 && this.allowOthers ? able : named;
  }

  /** Whether the worker has enough left of what a task of this pool needs. */
  fits(w: SchedulerWorker): boolean {
    if (this.needs !== null) {
      for (const [r, n] of this.needs) if ((w.free.get(r) ?? 0) < n) return false;
    }
    return true;
  }

  /** Takes (`sign` 1) or gives back (-1) what a task of this pool needs. */
  take(w: SchedulerWorker, sign: 1 | -1): void {
    if (this.needs !== null) {
      for (const [r, n] of this.needs) w.free.set(r, (w.free.get(r) ?? 0) - sign * n);
    }
  }
}

/** Resources as they travel as pairs, by name; null for none. */
export function readResources(wire: Readonly<Record<string, number>> | null): (readonly [string, number])[] | null {
  if (wire === null) return null;
  const needed = Object.entries(wire).filter(([, n]) => n > 0).sort(([a], [b]) => a < b ? -1 : 1);
  return needed.length === 0 ? null : needed;
}

/** All pools. */
export class WorkerPools {
  /** The one for tasks without restrictions. */
  readonly general: WorkerPool = new WorkerPool("", [], false, null);
  /** Those with restrictions, by id. */
  readonly restricted: Map<string, WorkerPool> = new Map();
  /** Restricted pools in whose queue tasks may wait. */
  readonly busy: Set<WorkerPool> = new Set();
  /** Whether workers came, went or changed since members were chosen. */
  stale = false;

  /** The pool for tasks with these options. */
  of(wire: WireTaskOptions): WorkerPool {
    const needs = readResources(wire.resources);
    if (wire.workers.length === 0 && needs === null) return this.general;
    const id = JSON.stringify([wire.workers, wire.workers.length > 0 && wire.allowOthers, needs]);
    let pool = this.restricted.get(id);
    if (pool === undefined) {
      pool = new WorkerPool(id, wire.workers, wire.allowOthers, needs);
      this.restricted.set(id, pool);
      this.stale = true;
    }
    return pool;
  }

  /** Forgets all pools but these. */
  keep(used: ReadonlySet<WorkerPool>): void {
    for (const [id, pool] of this.restricted) {
      if (used.has(pool)) continue;
      this.restricted.delete(id);
      this.busy.delete(pool);
      this.stale = true;
    }
  }

  /** Chooses members anew, if that is due. */
  refresh(running: readonly SchedulerWorker[]): void {
    if (!this.stale) return;
    this.stale = false;
    for (const w of running) w.pools = [];
    for (const pool of this.restricted.values()) {
      pool.choose(running);
      if (pool.queue.size > 0) pool.fresh = true;
      for (const w of pool.members) w.pools.push(pool);
    }
  }
}
