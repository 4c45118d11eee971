/**
 * What the client's machine knows, and what it is about to say.
 *
 * @module
 */

import type { ClientToScheduler } from "../protocol/mod.ts";
import type { ClientTask, ClientTaskState } from "./client_task.ts";
import { taskColumnsOf } from "./columns.ts";
import type { ClientInstruction, WorkerCard } from "./events.ts";
import { ClientLog, transition } from "./transitions.ts";

/** For messages without frames. */
export const NO_FRAMES: readonly Uint8Array[] = [];
/** For tasks without inputs. */
export const NO_TASKS: readonly ClientTask[] = [];

const NO_CODES: readonly string[] = [];

function noCode(hash: string): never {
  throw new Error(`the scheduler was not told of code ${hash}`);
}

/** What a client knows of its own way to workers. */
export class HeadStarts {
  /** Tasks submitted one after the other, each after the end of the one before. */
  lone = 0;
  /** The last of them. */
  last: ClientTask | undefined;
  /** So many more are left to the scheduler. */
  pause = 0;
  /** The worker that performed the last one, by name. */
  worker = "";
  /** Begun, and the scheduler is yet to be told: all at one worker. */
  rows: ClientTask[] = [];
  at: WorkerCard | undefined;
  /** When the first of these was begun. */
  since = 0;
  /** Sessions with workers: by address, which life of the worker, and what code it has had over this session. */
  readonly links = new Map<
    string,
    { readonly name: string; readonly incarnation: string; readonly told: Set<string> }
  >();
}

/** The machine's tables, on which its rules work. */
export class ClientBooks {
  /** All that is wanted, and what that was made from. */
  readonly tasks = new Map<string, ClientTask>();
  /** Workers as the scheduler last told, by name. */
  readonly workers = new Map<string, WorkerCard>();
  /** Workers that a new scheduler has not heard of yet: by name, when they are given up. */
  readonly doubted = new Map<string, number>();
  /** The scheduler's life. */
  scheduler = "";
  /** Code by hash. */
  readonly codes = new Map<string, Uint8Array>();
  /** So much of it may be here before the oldest that no task needs is forgotten. */
  codePieces = 1000;
  codeBytes = 64 << 20;
  /** Code that the scheduler was told in this session. */
  readonly told = new Set<string>();
  /** Recent changes. */
  readonly log = new ClientLog();
  /** Why nothing more will come, once that is so. */
  ended: string | undefined;
  /** How tasks are begun without the scheduler's turn. */
  readonly headStarts = new HeadStarts();
  /** Whether there is a session. */
  session = false;
  /** How many `submit` this session has carried. */
  submits = 0;
  /** Numbers the events. */
  event = 0;
  /** The time of the event that is handled. */
  now = 0;
  /** What is to be done. */
  out: ClientInstruction[] = [];
  /** What is no longer pending since the event began. */
  settled: ClientTask[] = [];
  /** Fired and forgotten tasks that have come to an end. */
  fired: ClientTask[] = [];
  /** Keys that the scheduler is told to be let go of at the event's end. */
  freed: string[] = [];

  /** Says something to the scheduler, if it can be heard; else the next session begins with it. */
  send(message: ClientToScheduler): void {
    this.tellBegun();
    if (this.session) this.out.push({ type: "send", message });
  }

  /** Tells the scheduler of what was begun without it. */
  tellBegun(): void {
    const { rows, at } = this.headStarts;
    if (rows.length === 0) return;
    this.headStarts.rows = [];
    // A session that begins tells everything.
    if (!this.session) return;
    const { name, incarnation } = at!;
    this.send({ type: "begun", ...taskColumnsOf(rows, NO_CODES, noCode), worker: name, incarnation });
    this.submits++;
  }

  /** Changes a task's state. */
  to(task: ClientTask, state: ClientTaskState, why: string): void {
    const { state: before } = task;
    transition(task, state, why, this.now, this.log);
    task.was = state === "released" && (before === "cancelled" || before === "lost") ? before : undefined;
    if (state === "pending") return;
    task.keep = undefined;
    this.settled.push(task);
    if (task.due) {
      task.due = false;
      this.fired.push(task);
    }
  }

  /** Nothing more will come. */
  end(reason: string): void {
    if (this.ended !== undefined) return;
    this.ended = reason;
    this.out.push({ type: "ended", reason });
  }
}
