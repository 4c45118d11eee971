/**
 * All that the scheduler knows, and the few steps that everything else is made of.
 *
 * @module
 */

import type { Header } from "../../transport/mod.ts";
import { ArgsBook } from "./args.ts";
import type { SchedulerClient } from "./clients.ts";
import { CodeTable } from "./codes.ts";
import type { SchedulerInstruction } from "./events.ts";
import { fewAdd, fewDelete, fewHas } from "./few.ts";
import { IdleHeap } from "./idle.ts";
import { SchedulerLog } from "./log.ts";
import { type SchedulerOptions, type SchedulerSettings, settingsOf } from "./options.ts";
import { WorkerPools } from "./pools.ts";
import { SchedulerFunction, type SchedulerTask, SchedulerTaskOptions, type WireTaskOptions } from "./tasks.ts";
import { Timers } from "./timers.ts";
import { moveTask, type StateCode } from "./transitions.ts";
import type { SchedulerWorker, WorkerStatus } from "./workers.ts";

/** A session with a worker or a client. */
export interface SchedulerSession {
  readonly peer: string;
  readonly role: "client" | "worker";
  readonly name: string;
  readonly incarnation: string;
  /** Whether its first message, which says all, has come. */
  begun: boolean;
}

/** A `replicate` that is not done yet. */
export interface CopyQuestion {
  readonly client: SchedulerClient;
  readonly n: number;
  /** Ids whose copies are not all there. */
  readonly ids: Set<string>;
  /** How many copies (0: on all workers), or the names of the workers that shall have one. */
  readonly copies: number;
  readonly workers: readonly string[];
  /** What went wrong so far. */
  readonly problems: string[];
}

/** A `restart` that is not done yet. */
export interface RestartQuestion {
  readonly client: SchedulerClient;
  readonly n: number;
  /** Names of workers that are not back, and the incarnations that must not be seen again. */
  readonly names: Map<string, string>;
  /** When it is given up. */
  readonly until: number;
}

/** How many of each are remembered for tasks that may come again. */
export const REMEMBERED = 1000;

/** The scheduler's books. Plain data: functions of this folder work on them. */
export class Books {
  readonly settings: SchedulerSettings;
  /** The time of the event at hand. */
  now: number;
  /** Whose event is at hand. */
  who = "scheduler";
  readonly startedAt: number;
  readonly log: SchedulerLog;
  readonly tasks: Map<string, SchedulerTask> = new Map();
  readonly workers: Map<string, SchedulerWorker> = new Map();
  readonly clients: Map<string, SchedulerClient> = new Map();
  /** Those that are gone for good, and whose wishes are being let go of. */
  readonly departing: Set<SchedulerClient> = new Set();
  readonly sessions: Map<string, SchedulerSession> = new Map();
  /** Incarnations whose place another has taken: they may not come back. */
  readonly replaced: Set<string> = new Set();
  /** Lives of workers that have died, the last ones. */
  readonly died: Set<string> = new Set();
  readonly functions: Map<string, SchedulerFunction> = new Map();
  readonly options: Map<string, SchedulerTaskOptions> = new Map();
  readonly pools: WorkerPools = new WorkerPools();
  readonly idle: IdleHeap;
  readonly codes: CodeTable = new CodeTable();
  readonly args: ArgsBook = new ArgsBook();
  /** How many functions, and sets of options, may be remembered before those are forgotten that no task has. */
  functionsKept = REMEMBERED;
  optionsKept = REMEMBERED;
  readonly timers: Timers = new Timers();
  /** Numbers the attempts. */
  serial: number;
  /** The fair tag reached: the highest of a task that has been performed. What comes now goes before all that merely waits on workers. */
  tag = 0;
  /** Numbers the workers. */
  workerCount = 0;
  /** Values that may have lost their last wish: looked at at the end of the event. */
  readonly letGo: SchedulerTask[] = [];
  /** Restricted tasks that wait. */
  restrictedQueued = 0;
  /** Tasks that are to be alone on a worker, and wait for an empty one. */
  readonly quarantine: SchedulerTask[] = [];
  /** Whether dispatch waits for workers that clients named. */
  recovering = false;
  /** The names of these. */
  readonly awaited: Set<string> = new Set();
  /** Values whose copies are too few; see replication.ts. */
  readonly copying: Set<SchedulerTask> = new Set();
  /** Scattered values that shall have more than one holder. */
  readonly upheld: Set<SchedulerTask> = new Set();
  /** Scattered values that are nowhere, or were. */
  readonly missingData: Set<SchedulerTask> = new Set();
  /** Scattered values that some worker was asked whether it has. */
  readonly probing: Set<SchedulerTask> = new Set();
  /** How many workers are short of memory. */
  pausedCount = 0;
  /** Workers that want to leave. */
  readonly leaving: Set<SchedulerWorker> = new Set();
  /** Keys that workers reported and nobody has described or wanted yet. */
  readonly orphans: Set<SchedulerTask> = new Set();
  /** Keys whose attempt, begun by a client itself, ended before the client's word of them came: with this error, or (null) without an end. */
  readonly endedEarly: Map<string, Uint8Array | null> = new Map();
  /** Questions about copies that are under way. */
  readonly questions: Set<CopyQuestion> = new Set();
  /** Restarts under way. */
  readonly restarts: Set<RestartQuestion> = new Set();
  /** Workers whose place among the idle is to be found again. */
  readonly touched: SchedulerWorker[] = [];
  readonly dirtyWorkers: SchedulerWorker[] = [];
  readonly dirtyClients: SchedulerClient[] = [];
  /** Instructions that come before all messages of the turn. */
  readonly closes: SchedulerInstruction[] = [];
  /** The last `wakeAt` that was given. */
  wokenAt = Infinity;
  /** Tasks ever finished, failed, and workers ever lost. */
  readonly counts: { submitted: number; finished: number; failed: number; stolen: number; workersLost: number } = {
    submitted: 0,
    finished: 0,
    failed: 0,
    stolen: 0,
    workersLost: 0,
  };

  /** Empty books. */
  constructor(options: SchedulerOptions) {
    this.settings = settingsOf(options);
    this.now = options.now;
    this.startedAt = options.now;
    this.log = new SchedulerLog(this.settings.logSize);
    this.idle = new IdleHeap(this.settings);
    this.serial = this.settings.firstAttempt;
  }

  /** Moves a task from its state to another. */
  move(task: SchedulerTask, to: StateCode, why: string): void {
    moveTask(this.log, this.now, this.who, task, to, why);
  }

  /** The function with this reference. */
  functionOf(text: string): SchedulerFunction {
    let fn = this.functions.get(text);
    if (fn === undefined) {
      fn = new SchedulerFunction(text, this.settings.unknownDuration * 1000);
      this.functions.set(text, fn);
    }
    return fn;
  }

  /** These options, the same object for the same content. */
  optionsOf(wire: WireTaskOptions): SchedulerTaskOptions {
    const id = JSON.stringify(wire);
    let options = this.options.get(id);
    if (options === undefined) {
      options = new SchedulerTaskOptions(wire, this.pools.of(wire));
      this.options.set(id, options);
    }
    return options;
  }

  /** Something about this worker's load changed. */
  touch(w: SchedulerWorker): void {
    if (!w.touched) {
      w.touched = true;
      this.touched.push(w);
    }
  }

  /** The worker's outbox, which will be written at the end of the turn. */
  tellWorker(w: SchedulerWorker): SchedulerWorker["out"] {
    if (!w.out.dirty) {
      w.out.dirty = true;
      this.dirtyWorkers.push(w);
    }
    return w.out;
  }

  /** The client's outbox, which will be written at the end of the turn. */
  tellClient(c: SchedulerClient): SchedulerClient["out"] {
    if (!c.out.dirty) {
      c.out.dirty = true;
      this.dirtyClients.push(c);
    }
    return c.out;
  }

  /** Has a worker drop a value. */
  tellDrop(w: SchedulerWorker, key: string): void {
    if (w.peer !== null) this.tellWorker(w).drop.push(key);
  }

  /** Answers a question. */
  answer(c: SchedulerClient, n: number, ok: boolean, value: Header): void {
    if (c.peer !== null) this.tellClient(c).last.push({ type: "answer", n, ok, value, frames: [] });
  }

  /** Has a session ended. */
  close(peer: string, reason: string): void {
    this.closes.push({ type: "closePeer", peer, reason });
  }

  /** Says to all clients how a worker is now. */
  announce(w: SchedulerWorker): void {
    for (const c of this.clients.values()) {
      if (c.peer === null) continue;
      const out = this.tellClient(c);
      if (w.status === "gone") {
        out.changed.delete(w.name);
        out.workersGone.add(w.name);
      } else {
        out.workersGone.delete(w.name);
        out.changed.set(w.name, w.card());
      }
    }
  }

  /** A worker is now like that. */
  become(w: SchedulerWorker, to: WorkerStatus, why: string): void {
    this.note(w.name, w.status, to, why);
    if (w.status === "paused") this.pausedCount--;
    if (to === "paused") this.pausedCount++;
    w.status = to;
    this.pools.stale = true;
    this.idle.update(w);
    this.touch(w);
    this.announce(w);
  }

  /** Logs what became of a worker or client. */
  note(what: string, from: string, to: string, why: string): void {
    this.log.add(this.now, this.who, what, from, to, why);
  }

  /** Enters a holder of a task's value. */
  addHolder(task: SchedulerTask, w: SchedulerWorker): void {
    if (fewHas(task.holders, w)) return;
    task.holders = fewAdd(task.holders, w);
    w.held.add(task);
    w.bytes += task.nbytes;
  }

  /** Takes a holder out; says nothing to anybody. */
  removeHolder(task: SchedulerTask, w: SchedulerWorker): void {
    task.holders = fewDelete(task.holders, w);
    w.held.left();
    w.bytes -= task.nbytes;
  }

  /** Sets the size of a task's value, in the sums of its holders too. */
  resize(task: SchedulerTask, nbytes: number): void {
    const more = nbytes - task.nbytes;
    if (more === 0) return;
    task.nbytes = nbytes;
    const holders = task.holders;
    if (holders === null) return;
    if (Array.isArray(holders) || holders instanceof Set) { for (const w of holders) w.bytes += more; }
    else holders.bytes += more;
  }

  /** Enters a wish. */
  addWish(task: SchedulerTask, c: SchedulerClient): void {
    if (fewHas(task.wanters, c)) return;
    task.wanters = fewAdd(task.wanters, c);
    c.wants.add(task);
  }

  /** Takes a wish out; the value may go at the end of the event. */
  removeWish(task: SchedulerTask, c: SchedulerClient): void {
    if (!fewHas(task.wanters, c)) return;
    task.wanters = fewDelete(task.wanters, c);
    c.wants.left();
    const data = task.extras === null ? null : task.extras.data;
    if (data !== null) {
      // Who has let go of it no longer has it.
      data.suppliers = fewDelete(data.suppliers, c);
      if (data.asked === c) data.asked = null;
    }
    if (task.wanters === null) this.letGo.push(task);
  }
}
