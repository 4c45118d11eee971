/**
 * The worker's books: all that its machine knows, and the steps that every part of the machine takes with them.
 *
 * @module
 */

import type { WorkerInstruction } from "./events.ts";
import { Places } from "./places.ts";
import { ReadyHeap } from "./ready_heap.ts";
import { checkTransition, TransitionLog, type WorkerTask, type WorkerTaskState } from "./states.ts";
import { LEAST_SPILLED, Spilling } from "./spilling.ts";
import { LEAST_TOGETHER } from "./spilling_together.ts";
import { DataBook, isComing, isHere, type WorkerData } from "./worker_data.ts";

/** What a machine is made of. */
export interface WorkerMachineOptions {
  /** The worker's name. */
  readonly name: string;
  /** Tasks that run at a time. */
  readonly threads: number;
  /** Bytes of values it may hold. */
  readonly memoryLimit: number;
  /** Part of the limit from which on no further task is begun while others run. Default 0.9. */
  readonly pauseAt?: number;
  /** Part of the limit below which tasks are begun again. Default 0.8. */
  readonly resumeAt?: number;
  /** Bytes of values from which on those that nobody reads go to disk. Default: there is no disk. */
  readonly spillAt?: number;
  /** Bytes of the smallest value that goes by itself. Default 65,536. */
  readonly leastSpilled?: number;
  /** Bytes of the smallest value that goes together with others. Default 1,024. */
  readonly leastTogether?: number;
}

/** An actor that lives here. */
export interface WorkerActor {
  readonly attempt: number;
  readonly deps: readonly string[];
}

/** Books. */
export class WorkerBooks {
  /** All that waits, runs or is suspended here, by key. */
  readonly tasks: Map<string, WorkerTask> = new Map();
  /** Values. */
  readonly data: DataBook;
  readonly ready: ReadyHeap = new ReadyHeap();
  /** Runs of tasks that are of interest, by ticket. */
  readonly runs: Map<number, WorkerTask> = new Map();
  /** Cancelled runs that are not over, and what they may be reading. */
  readonly ending: Map<number, WorkerTask> = new Map();
  /** Tasks with a timeout that have begun. */
  readonly timed: Set<WorkerTask> = new Set();
  readonly actors: Map<string, WorkerActor> = new Map();
  readonly places: Places;
  /** What goes to disk and comes back. */
  readonly spilling: Spilling;
  readonly log: TransitionLog;
  /** Failures that no session has carried yet. */
  readonly untold: Extract<WorkerInstruction, { do: "failed" }>[] = [];
  /** What is to be done, in order. */
  out: WorkerInstruction[] = [];
  /** The time of the event that is being handled. */
  now = 0;
  /** When a run last began in an empty executor, or was over. */
  progress = 0;
  /** Whether there is a session with the scheduler. */
  connected = false;

  /** Empty ones. */
  constructor(readonly options: WorkerMachineOptions) {
    const { memoryLimit, spillAt, leastSpilled = LEAST_SPILLED, leastTogether = LEAST_TOGETHER } = options;
    this.data = new DataBook(memoryLimit, leastSpilled, spillAt === undefined ? Infinity : leastTogether);
    this.places = new Places(options.threads);
    this.log = new TransitionLog(options.name);
    this.spilling = new Spilling(this);
  }

  /** Nothing is lacking any more. */
  makeReady(task: WorkerTask, why: string): void {
    this.move(task, "ready", why);
    this.ready.push(task);
  }

  /** The task is no longer here; `to` says how it ended. */
  remove(task: WorkerTask, to: WorkerTaskState, why: string): void {
    const from = task.state;
    if (from === "ready") this.ready.remove(task);
    this.move(task, to, why);
    this.tasks.delete(task.key);
    if (task.timeout !== null) this.timed.delete(task);
    // What a run reads is let go when the run is over.
    if (from !== "waiting" && from !== "fetching" && from !== "ready") return;
    for (const dep of task.deps) {
      if (task.lacks === undefined || !task.lacks.has(dep)) {
        this.unuse(dep);
        continue;
      }
      const d = this.data.get(dep)!;
      d.wants!.delete(task);
      this.unwanted(d);
    }
  }

  /** The task ends with an error. */
  fail(task: WorkerTask, error: Uint8Array, why: string): void {
    this.remove(task, "failed", why);
    this.tellFailed({ do: "failed", key: task.key, attempt: task.attempt, error });
  }

  /** Tells the scheduler of a failure, now or in its next session. */
  tellFailed(failed: Extract<WorkerInstruction, { do: "failed" }>): void {
    if (this.connected) this.out.push(failed);
    else this.untold.push(failed);
  }

  /** A task that waits is "fetching" while any of what it lacks is on its way. */
  follow(task: WorkerTask): void {
    let coming = false;
    for (const dep of task.lacks!) {
      if (isComing(this.data.get(dep)!)) {
        coming = true;
        break;
      }
    }
    if (coming && task.state === "waiting") this.move(task, "fetching", "a dependency is on its way");
    else if (!coming && task.state === "fetching") this.move(task, "waiting", "no dependency is on its way");
  }

  /** One more task or actor reads the value. */
  use(d: WorkerData): void {
    if (d.users++ === 0) this.spilling.look(d);
  }

  /** A task or an actor reads the value no longer. */
  unuse(key: string): void {
    const d = this.data.get(key)!;
    d.users--;
    this.unwanted(d);
  }

  /** Forgets the value, if nobody needs it. */
  unwanted(d: WorkerData): void {
    if (d.keep || d.users > 0 || (d.wants !== undefined && d.wants.size > 0) || d.order !== undefined) {
      this.spilling.look(d);
      return this.data.rest(d);
    }
    this.spilling.gone(d);
    this.data.delete(d);
    if (isHere(d)) this.out.push({ do: "forget", key: d.key });
  }

  /** A transition, checked against the table. */
  move(task: WorkerTask, to: WorkerTaskState, why: string): void {
    checkTransition(task, to, this.log);
    this.note(task, task.state, to, why);
    task.state = to;
  }

  /** A transition, logged. */
  note(task: WorkerTask, from: WorkerTaskState | "new", to: WorkerTaskState, why: string): void {
    this.log.add(this.now, task.key, from, to, why);
  }
}
