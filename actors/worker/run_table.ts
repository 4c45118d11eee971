/**
 * The runs that an executor has under way, by the number under which its threads know them.
 *
 * @module
 */

import type { Timer } from "../../transport/mod.ts";
import type { ExecutorTask } from "./executor.ts";
import type { ExecutorThread } from "./executor_thread.ts";
import type { Block } from "./heap.ts";
import { MAX_RUNS, type SharedQueue } from "./shared_queue.ts";

/** A run. */
export interface Running {
  readonly task: ExecutorTask;
  readonly index: number;
  /** The thread of an actor; tasks' threads are in the queue's `owners`. */
  readonly thread: ExecutorThread | undefined;
  /** Blocks it asked for, if it did. */
  grants: Block[] | undefined;
  record: Block | undefined;
  cancelled: boolean;
  /** Its outcome has been told; its code may still run. */
  told: boolean;
  patience: Timer | undefined;
}

/** Runs by number; numbers are used again. */
export class RunTable {
  readonly #queue: SharedQueue;
  readonly #threads: readonly ExecutorThread[];
  readonly #runs: (Running | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #byTicket = new Map<number, Running>();

  /** Of these threads, which claim from this queue. */
  constructor(queue: SharedQueue, threads: readonly ExecutorThread[]) {
    this.#queue = queue;
    this.#threads = threads;
  }

  /** A new one. `thread` is set for what runs on a certain thread: an actor's construction. */
  add(task: ExecutorTask, thread: ExecutorThread | undefined): Running {
    const index = this.#free.pop() ?? this.#runs.length;
    if (index >= MAX_RUNS) throw new RangeError(`${MAX_RUNS} tasks are under way; no more is possible`);
    Atomics.store(this.#queue.owners, index, 0);
    Atomics.store(this.#queue.cancelled, index, 0);
    const run: Running = {
      task,
      index,
      thread,
      grants: undefined,
      record: undefined,
      cancelled: false,
      told: false,
      patience: undefined,
    };
    this.#runs[index] = run;
    this.#byTicket.set(task.ticket, run);
    return run;
  }

  /** The run of this number. */
  at(index: number): Running | undefined {
    return this.#runs[index];
  }

  /** The run of this ticket, until its outcome is told. */
  of(ticket: number): Running | undefined {
    return this.#byTicket.get(ticket);
  }

  /** Its outcome is told. */
  tell(run: Running): void {
    run.told = true;
    run.patience?.cancel();
    this.#byTicket.delete(run.task.ticket);
  }

  /** Nothing reads its values any more: lets go of them, and of its number. */
  settle(run: Running): void {
    if (this.#runs[run.index] !== run) return;
    this.#runs[run.index] = undefined;
    this.#free.push(run.index);
    run.patience?.cancel();
    if (!run.told) this.#byTicket.delete(run.task.ticket);
    const { deps } = run.task;
    for (let i = 0; i < deps.length; i++) deps[i].value.release();
    if (run.grants !== undefined) { for (const b of run.grants) b.release(); }
    run.record?.release();
  }

  /** The thread that claimed it. */
  ownerOf(run: Running): ExecutorThread | undefined {
    const owner = Atomics.load(this.#queue.owners, run.index);
    return owner === 0 ? undefined : this.#threads[owner - 1];
  }

  /** Whether it is this thread's. */
  isOn(run: Running, thread: ExecutorThread): boolean {
    return run.thread === thread || (run.thread === undefined && this.ownerOf(run) === thread);
  }

  /** All under way. */
  all(): Running[] {
    return this.#runs.filter((r) => r !== undefined);
  }
}
