/**
 * A worker as the scheduler knows it.
 *
 * @module
 */

import type { Of, workerCard } from "../protocol/mod.ts";
import { attemptOf, SLOTS } from "./attempts.ts";
import { fewHas } from "./few.ts";
import { LazyBag } from "./lazy_bag.ts";
import type { WorkerPool } from "./pools.ts";
import type { SchedulerTask } from "./tasks.ts";
import { WorkerOutbox } from "./worker_outbox.ts";

/**
 * How a worker is doing. A "paused" one is short of memory; of a "silent" one nothing has been heard though its session is there; "gone" ones
 * are in no table any more.
 */
export type WorkerStatus = "running" | "paused" | "silent" | "away" | "leaving" | "gone";

/** A worker as clients know it. */
export type WorkerCard = Of<typeof workerCard>;

/** How a worker said that it is, last. */
export interface WorkerBeat {
  readonly cpu: number;
  readonly rss: number;
  readonly managed: number;
  readonly spilled: number;
  readonly ready: number;
  readonly executing: number;
}

/** One worker process. */
export class SchedulerWorker {
  /** Unique among workers. */
  readonly name: string;
  /** Its process's life. */
  readonly incarnation: string;
  /** Order of arrival: breaks ties. */
  readonly index: number;
  /** The session, or null while it is away. */
  peer: string | null = null;
  status: WorkerStatus = "running";
  address = "";
  threads = 1;
  memoryLimit = 0;
  process: Readonly<Record<string, number>> | null = null;
  host = "";
  pid = 0;
  /** When its session was lost. */
  awaySince = 0;
  /** Whether it has been told to leave. */
  retired = false;
  beat: WorkerBeat | null = null;
  /** Bytes it was believed to hold when it said so. */
  bytesAtBeat = 0;
  /** Whether it said that its memory is short. */
  paused = false;
  /** When it was last heard of. */
  heardAt = 0;
  /** Since when nothing has been heard of it; -1 while something is. */
  silentSince = -1;
  /** Whether a timer looks after that. */
  listened = false;
  /** What it has in all of each abstract resource, and how much of it is not taken. */
  resources: ReadonlyMap<string, number> = new Map();
  readonly free: Map<string, number> = new Map();
  /** Tasks given to it, each at its slot; vacant slots are in `#vacant`. */
  readonly slots: (SchedulerTask | null)[] = [];
  readonly #vacant: number[] = [];
  /** How many tasks it has been given. */
  count = 0;
  /** How many of them wait for the cluster. */
  suspended = 0;
  /** Estimated microseconds of work given to it, without the suspended ones. */
  occupancy = 0;
  /** Actors that live on it. */
  actors = 0;
  /** A task that must be alone on it, for its worker died with it before. */
  alone: SchedulerTask | null = null;
  /** Values it holds. */
  readonly held: LazyBag<SchedulerTask>;
  /** Their bytes. */
  bytes = 0;
  /** Hashes of code it has. */
  codes: Set<string> = new Set();
  /** Hashes of code that it is to be sent with its next tasks. */
  codesDue: string[] = [];
  /** Pools with restrictions that it belongs to. */
  pools: WorkerPool[] = [];
  /** Whether root tasks may be given to it now, and how it compares with others; see idle.ts. */
  room = false;
  load = 0;
  heapIndex = -1;
  /** Whether its place in the heap is to be found again before the next dispatch. */
  touched = false;
  /** Whether it waits for the answer to a `steal` in its favour; and in whose favour it has been asked to give. */
  thief = false;
  robbedFor: SchedulerWorker | null = null;
  /** Used while a message is written or a place is sought. */
  mark = 0;
  markIndex = 0;
  /** Messages to it, being collected. */
  readonly out: WorkerOutbox = new WorkerOutbox();

  /** Nothing is known but who it is. */
  constructor(name: string, incarnation: string, index: number) {
    this.name = name;
    this.incarnation = incarnation;
    this.index = index;
    this.held = new LazyBag((task) => fewHas(task.holders, this));
  }

  /** Whether new tasks may be given to it. */
  get accepting(): boolean {
    return this.status === "running" && this.alone === null;
  }

  /** Bytes that more values may take: by what it said last, and by what has become known since. */
  get freeBytes(): number {
    return this.memoryLimit === 0 ? Infinity : this.memoryLimit - this.managed;
  }

  /** Bytes that values take: by what it said last, and by what has become known since. */
  get managed(): number {
    return this.beat === null ? this.bytes : Math.max(0, this.beat.managed + this.bytes - this.bytesAtBeat);
  }

  /** Enters a task; gives its slot. */
  enter(task: SchedulerTask): number {
    this.count++;
    let slot = this.#vacant.pop();
    if (slot === undefined) {
      slot = this.slots.length;
      this.slots.push(task);
    } else {
      this.slots[slot] = task;
    }
    return slot;
  }

  /** Takes a task out. */
  leave(task: SchedulerTask): void {
    this.slots[task.slot] = null;
    this.#vacant.push(task.slot);
    if (--this.count === 0) {
      // Sums of many estimates come back to nothing exactly, and an idle worker keeps no long table.
      this.occupancy = 0;
      this.slots.length = 0;
      this.#vacant.length = 0;
    }
  }

  /** The tasks given to it, in order of their slots. */
  tasks(): SchedulerTask[] {
    return this.slots.filter((t) => t !== null);
  }

  /** The task of this attempt, if it is this worker's present one. Most tasks are found without looking at their keys. */
  byAttempt(attempt: number): SchedulerTask | null {
    const slot = attempt % SLOTS;
    const task = slot < this.slots.length ? this.slots[slot] : null;
    return task !== null && attemptOf(task) === attempt ? task : null;
  }

  /** As clients know it. */
  card(): WorkerCard {
    return {
      name: this.name,
      incarnation: this.incarnation,
      address: this.address,
      threads: this.threads,
      memoryLimit: this.memoryLimit,
      process: this.process,
      memory: this.managed,
      status: this.status === "gone" ? "leaving" : this.status === "silent" ? "away" : this.status,
    };
  }
}
