/**
 * What a worker is to be told, collected until the end of a turn, then written as few messages.
 *
 * @module
 */

import type { SchedulerToWorker } from "../protocol/mod.ts";
import { attemptOf } from "./attempts.ts";
import { ByteColumn } from "./byte_column.ts";
import type { CodeTable } from "./codes.ts";
import { type Few, fewHas } from "./few.ts";
import { dataCardOf } from "./references.ts";
import { isData, type SchedulerTask, type SchedulerTaskOptions } from "./tasks.ts";
import { PROCESSING } from "./transitions.ts";
import type { SchedulerWorker } from "./workers.ts";

/** Of many holders of a value a worker is told that many. */
const HOLDERS_TOLD = 4;

const NO_FRAMES: readonly Uint8Array[] = [];
/** Marks tell the tables of one message from those of another. */
const NO_INDICES = new Uint32Array(0);
let lastMark = 0;

/** A copy that the worker is to fetch; without a source, the question whether it has one: it says `has` or `fetchFailed`. */
export interface FetchOrder {
  readonly task: SchedulerTask;
  readonly source: SchedulerWorker | null;
}

/** Collects messages to one worker. */
export class WorkerOutbox {
  /** Whether it is in the list of outboxes that have something. */
  dirty = false;
  /** What must come first: `welcome`. */
  first: SchedulerToWorker[] = [];
  /** What must come last: `retire`, `restart`, `closing`. */
  last: SchedulerToWorker[] = [];
  run: SchedulerTask[] = [];
  runSerials: number[] = [];
  drop: string[] = [];
  cancel: string[] = [];
  cancelAttempts: number[] = [];
  steal: string[] = [];
  stealAttempts: number[] = [];
  fetch: FetchOrder[] = [];
  holders: SchedulerTask[] = [];
  stopActors: string[] = [];
  forgetCodes: string[] = [];

  /** Forgets what was collected: there is nobody to tell. */
  clear(): void {
    this.first = [];
    this.last = [];
    this.run = [];
    this.runSerials = [];
    this.drop = [];
    this.cancel = [];
    this.cancelAttempts = [];
    this.steal = [];
    this.stealAttempts = [];
    this.fetch = [];
    this.holders = [];
    this.stopActors = [];
    this.forgetCodes = [];
  }

  /** Writes everything as messages, in the order in which the worker must hear it, and forgets it. */
  write(w: SchedulerWorker, codes: CodeTable, emit: (message: SchedulerToWorker) => void): void {
    for (const m of this.first) emit(m);
    if (this.cancel.length > 0) {
      emit({ type: "cancel", keys: this.cancel, attempts: Float64Array.from(this.cancelAttempts), frames: NO_FRAMES });
    }
    if (this.forgetCodes.length > 0) emit({ type: "forgetCodes", hashes: this.forgetCodes, frames: NO_FRAMES });
    for (const key of this.stopActors) emit({ type: "stopActor", key, frames: NO_FRAMES });
    if (this.drop.length > 0) emit({ type: "drop", keys: this.drop, frames: NO_FRAMES });
    if (this.run.length > 0) {
      const run = writeRun(w, this.run, this.runSerials, codes);
      if (run !== null) emit(run);
    }
    // Also of what has lost its holders in this very turn: a worker that is told of none says so, one that is told nothing waits.
    if (this.fetch.length > 0) emit(writeFetch(this.fetch));
    const holders = this.holders.length > 0 ? [...new Set(this.holders)] : [];
    if (holders.length > 0) {
      const table = new HolderTable(holders.length);
      for (const task of holders) table.add(task, w);
      emit({ type: "holders", keys: holders.map((t) => t.key), ...table.columns(), frames: NO_FRAMES });
    }
    if (this.steal.length > 0) {
      emit({ type: "steal", keys: this.steal, attempts: Float64Array.from(this.stealAttempts), frames: NO_FRAMES });
    }
    for (const m of this.last) emit(m);
    this.clear();
  }
}

/** Who holds what, as columns. */
class HolderTable {
  readonly #mark = ++lastMark;
  readonly #workers: string[] = [];
  readonly #counts: Uint32Array;
  readonly #holders: number[] = [];
  readonly #nbytes: Float64Array;
  #row = 0;

  constructor(rows: number) {
    this.#counts = new Uint32Array(rows);
    this.#nbytes = new Float64Array(rows);
  }

  /** Adds a row: the holders of `task`'s value, for `reader`. A reader that has it itself is told that alone. */
  add(task: SchedulerTask, reader: SchedulerWorker): void {
    const row = this.#row++;
    this.#nbytes[row] = task.nbytes;
    const holders: Few<SchedulerWorker> = task.holders;
    if (holders === null) return;
    if (fewHas(holders, reader)) this.#counts[row] = this.#tell(reader);
    else if (Array.isArray(holders) || holders instanceof Set) {
      let n = 0;
      for (const h of holders) {
        // Those that are away may be back before they are asked, but others are better.
        if (h.peer === null) continue;
        n += this.#tell(h);
        if (n === HOLDERS_TOLD) break;
      }
      if (n === 0) { for (const h of holders) if (n++ < HOLDERS_TOLD) this.#tell(h); }
      this.#counts[row] = Math.min(n, HOLDERS_TOLD);
    } else this.#counts[row] = this.#tell(holders);
  }

  /** Adds a row with one holder, or none. */
  addOne(task: SchedulerTask, holder: SchedulerWorker | null): void {
    const row = this.#row++;
    this.#nbytes[row] = task.nbytes;
    this.#counts[row] = holder === null ? 0 : this.#tell(holder);
  }

  columns(): { workers: string[]; holderCounts: Uint32Array; holders: Uint32Array; nbytes: Float64Array } {
    return {
      workers: this.#workers,
      holderCounts: this.#counts,
      holders: Uint32Array.from(this.#holders),
      nbytes: this.#nbytes,
    };
  }

  #tell(h: SchedulerWorker): number {
    if (h.mark !== this.#mark) {
      h.mark = this.#mark;
      h.markIndex = this.#workers.length;
      this.#workers.push(h.address);
    }
    this.#holders.push(h.markIndex);
    return 1;
  }
}

/** A mark for those who seek a place; shares its numbers with the marks of messages. */
export function nextMark(): number {
  return ++lastMark;
}

function writeRun(
  w: SchedulerWorker,
  all: SchedulerTask[],
  serials: number[],
  codes: CodeTable,
): SchedulerToWorker | null {
  // Within the turn a task may have been cancelled again, or given to another.
  let tasks = all;
  let depTotal = 0;
  for (let i = 0; i < all.length; i++) {
    const t = all[i];
    if (t.worker === w && t.serial === serials[i] && t.state === PROCESSING) depTotal += t.deps.length;
    else if (tasks === all) tasks = all.slice(0, i);
    if (tasks !== all && t.worker === w && t.serial === serials[i] && t.state === PROCESSING) tasks.push(t);
  }
  const n = tasks.length;
  if (n === 0) return null;
  const mark = ++lastMark;
  const keys = new Array<string>(n);
  const fns: string[] = [];
  const fn = new Uint32Array(n);
  const options: SchedulerTaskOptions["wire"][] = [];
  const option = new Uint32Array(n);
  const argBytes = new Uint32Array(n);
  const depCounts = new Uint32Array(n);
  const deps: string[] = [];
  const attempts = new Float64Array(n);
  const priorities = new Float64Array(n);
  const tags = new Float64Array(n);
  const durations = new Float64Array(n);
  let quiet: number[] | null = null;
  const args = new ByteColumn();
  const holders = new HolderTable(depTotal);
  for (let i = 0; i < n; i++) {
    const t = tasks[i];
    keys[i] = t.key;
    const f = t.fn!;
    if (f.mark !== mark) {
      f.mark = mark;
      f.index = fns.length;
      fns.push(f.text);
    }
    fn[i] = f.index;
    const o = t.options!;
    if (o.mark !== mark) {
      o.mark = mark;
      o.index = options.length;
      options.push(o.wire);
    }
    option[i] = o.index;
    argBytes[i] = t.argLength;
    args.add(t.args!.bytes, t.argStart, t.argLength);
    const td = t.deps;
    depCounts[i] = td.length;
    for (let j = 0; j < td.length; j++) {
      deps.push(td[j].key);
      holders.add(td[j], w);
    }
    attempts[i] = attemptOf(t);
    priorities[i] = o.priority;
    tags[i] = t.tag;
    durations[i] = f.estimate / 1000;
    if (t.wanters === null) (quiet ??= []).push(i);
  }
  const hashes: string[] = [];
  const frames: Uint8Array[] = [args.take()];
  codes.send(w, hashes, frames);
  return {
    type: "run",
    keys,
    fns,
    fn,
    options,
    option,
    argBytes,
    depCounts,
    deps,
    codes: hashes,
    ...holders.columns(),
    attempts,
    priorities,
    tags,
    durations,
    quiet: quiet === null ? NO_INDICES : Uint32Array.from(quiet),
    frames,
  };
}

function writeFetch(orders: FetchOrder[]): SchedulerToWorker {
  const table = new HolderTable(orders.length);
  for (const o of orders) table.addOne(o.task, o.source);
  return {
    type: "fetch",
    keys: orders.map((o) => o.task.key),
    ...table.columns(),
    about: orders.map((o) => isData(o.task) ? dataCardOf(o.task) : null),
    frames: NO_FRAMES,
  };
}
