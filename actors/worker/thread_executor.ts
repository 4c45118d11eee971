/**
 * The executor of a worker process: tasks on Web Workers that share its memory.
 *
 * @module
 */

import { Signal } from "../../transport/mod.ts";
import { HEAD_START } from "../protocol/mod.ts";
import { ActorHost } from "./actor_host.ts";
import { BlockGrants } from "./block_grants.ts";
import { MemoryError, ThreadLostError } from "./errors.ts";
import type { ActorCalls, Executor, ExecutorEvent, ExecutorTask } from "./executor.ts";
import type { ExecutorThread } from "./executor_thread.ts";
import type { Block } from "./heap.ts";
import { type Running, RunTable } from "./run_table.ts";
import { SharedQueue, SLOT_BYTES } from "./shared_queue.ts";
import type { StoredValue } from "./store.ts";
import { type ThreadExecutorOptions, ThreadPool } from "./thread_pool.ts";
import { In, Kind, TASK_HEAD, type TaskRecord, taskRecordSize, writeTask } from "./thread_records.ts";
import { ThreadReports } from "./thread_reports.ts";
import { errorBlob, NO_RUN } from "./thread_results.ts";
import { NextTurn } from "./turns.ts";

/** Tasks after which the threads are woken though more are to come. */
const WAKE_EVERY = 32;
/** Milliseconds after which the main side, with more to read, lets its event loop turn. A turn costs as much as several small tasks. */
const TURN = 0.5;

/** Tasks on threads. */
export class ThreadExecutor implements Executor {
  readonly threads: number;
  readonly #options: ThreadExecutorOptions;
  readonly #queue = SharedQueue.create();
  readonly #signal = new Signal(() => this.#pump());
  readonly #pool: ThreadPool;
  #tasks: ExecutorThread[] = [];
  #actorThreads: ExecutorThread[] = [];
  #helper: ExecutorThread | undefined;
  readonly #runs: RunTable;
  #backlog: Running[] = [];
  readonly #actors: ActorHost;
  readonly #grants: BlockGrants;
  readonly #reports: ThreadReports;
  #sink: ((event: ExecutorEvent) => void) | undefined;
  #wakeNext = 0;
  #published = 0;
  #placeNext = 0;
  #closed = false;

  /** Starts the threads at once; they get ready while others connect. */
  constructor(options: ThreadExecutorOptions) {
    this.threads = options.threads;
    this.#options = options;
    const { heap } = options;
    this.#pool = new ThreadPool(options, this.#queue, this.#signal, {
      keyOf: (run) => this.#runs.at(run)?.task.key ?? "",
      died: (thread, reason) => this.#lost(thread, reason),
      sink: (e) => this.#sink?.(e),
    });
    this.#runs = new RunTable(this.#queue, this.#pool.all);
    this.#actors = new ActorHost({ heap, sink: (e) => this.#sink?.(e), later: (run) => this.#later(run) });
    this.#grants = new BlockGrants({
      heap,
      waits: options.spills ?? false,
      granted: (index, blocks) => {
        if (index === NO_RUN) { for (const b of blocks) this.#actors.grant(b); }
        else {
          const run = this.#runs.at(index);
          if (run !== undefined) (run.grants ??= []).push(...blocks);
        }
      },
      need: (bytes, tasks) => this.#sink?.({ kind: "need", bytes, tasks }),
    });
    this.#reports = new ThreadReports({
      heap,
      runs: this.#runs,
      actors: this.#actors,
      grants: this.#grants,
      sink: (e) => this.#sink?.(e),
    });
    for (let i = 0; i < options.threads; i++) this.#tasks.push(this.#pool.thread("tasks"));
    this.#sleep();
  }

  /** Threads that were written off and have not come back. */
  get stuck(): number {
    return this.#pool.all.filter((t) => t.writtenOff && !t.dead).length;
  }

  receive(sink: (event: ExecutorEvent) => void): void {
    this.#sink = sink;
  }

  start(task: ExecutorTask): void {
    if (task.kind === "actor") return this.#construct(task);
    const run = this.#runs.add(task, undefined);
    if (this.#backlog.length > 0 || !this.#publish(run)) this.#backlog.push(run);
  }

  recall(): number[] {
    const tickets: number[] = [];
    const take = (run: Running): void => {
      tickets.push(run.task.ticket);
      this.#runs.settle(run);
    };
    for (let at = this.#queue.claim(); at >= 0; at = this.#queue.claim()) {
      const index = this.#queue.slotInts[(at >> 2) + 1];
      this.#queue.free(at);
      const run = this.#runs.at(index)!;
      if (run.cancelled) this.#later(() => this.#reports.ended(run, true));
      else take(run);
    }
    for (const run of this.#backlog.splice(0)) take(run);
    return tickets;
  }

  cancel(ticket: number): void {
    const run = this.#runs.of(ticket);
    if (run === undefined || run.cancelled) return;
    run.cancelled = true;
    Atomics.store(this.#queue.cancelled, run.index, 1);
    const waiting = this.#backlog.indexOf(run);
    if (waiting >= 0) {
      this.#backlog.splice(waiting, 1);
      this.#later(() => this.#reports.ended(run, true));
      return;
    }
    const thread = run.thread ?? this.#runs.ownerOf(run);
    thread?.put(In.cancel, 8, (bytes, at) => int(bytes, at, run.index));
    run.patience = this.#options.clock.after(this.#options.patience ?? 1000, () => {
      const owner = run.thread ?? this.#runs.ownerOf(run);
      // Not yet claimed: its thread will see the mark.
      if (!run.told && owner !== undefined) this.#writeOff(owner, run.task.key);
    });
  }

  hash(value: StoredValue): Promise<Uint8Array> {
    const helper = this.#helper ??= this.#pool.thread("actors");
    value.retain();
    const { n, hash } = this.#reports.hash(value);
    const parts = value.parts;
    helper.put(In.hash, 8 + 24 * parts.length, (bytes, at) => {
      new Int32Array(bytes.buffer, bytes.byteOffset + at, 2).set([n, parts.length]);
      const floats = new Float64Array(bytes.buffer, bytes.byteOffset + at + 8, 3 * parts.length);
      parts.forEach((p, i) => floats.set([p.arena, p.offset, p.length], 3 * i));
      return 8 + 24 * parts.length;
    });
    return hash;
  }

  code(hash: string, bytes: Uint8Array): void {
    this.#pool.code(hash, bytes);
  }

  forgetCode(hashes: readonly string[]): void {
    this.#pool.forgetCode(hashes);
  }

  call(calls: ActorCalls): void {
    this.#actors.call(calls);
  }

  stopActor(key: string): void {
    const actor = this.#actors.get(key);
    if (actor === undefined) return;
    actor.thread.put(In.stop, 8, (bytes, at) => int(bytes, at, actor.index));
    this.#options.clock.after(this.#options.patience ?? 1000, () => {
      if (this.#actors.lives(actor)) this.#writeOff(actor.thread, key);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#next.close();
    const quiet = this.#signal.close();
    for (const run of this.#runs.all()) run.patience?.cancel();
    await this.#pool.close();
    await quiet;
  }

  // --- threads

  #replace(thread: ExecutorThread): void {
    if (this.#closed) return;
    const i = this.#tasks.indexOf(thread);
    if (i >= 0) this.#tasks[i] = this.#pool.thread("tasks");
    this.#actorThreads = this.#actorThreads.filter((t) => t !== thread);
    if (this.#helper === thread) this.#helper = undefined;
  }

  #writeOff(thread: ExecutorThread, key: string): void {
    if (thread.writtenOff || thread.dead || this.#closed) return;
    thread.writtenOff = true;
    this.#replace(thread);
    this.#failAll(thread, `its thread is stuck in ${key}`);
    this.#sink?.({ kind: "writtenOff", key });
  }

  #lost(thread: ExecutorThread, reason: string): void {
    if (this.#pool.failing) this.#sink?.({ kind: "broken", reason: `threads do not start: ${reason}` });
    else this.#replace(thread);
    while (this.#reports.read(thread) > 0);
    this.#failAll(thread, `its thread ended: ${reason}`);
    for (const run of this.#runs.all()) if (this.#runs.isOn(run, thread)) this.#runs.settle(run);
    this.#pool.lost(thread);
  }

  /** All that ran on a thread is told as over. What it reads stays until it is known to have ended. */
  #failAll(thread: ExecutorThread, reason: string): void {
    for (const run of this.#runs.all()) {
      if (run.told || !this.#runs.isOn(run, thread)) continue;
      if (run.cancelled) this.#reports.ended(run, false);
      else this.#reports.failed(run, errorBlob(new ThreadLostError(`${run.task.key}: ${reason}`)), 0, false);
    }
    this.#actors.lost(thread, reason);
  }

  // --- to the threads

  #record(run: Running, kind: number, actor: number): TaskRecord {
    return { kind, run: run.index, fn: this.#pool.fn(run.task.fn), actor, task: run.task };
  }

  /** A task whose record is too large for its place goes through a block; also above the limit: its arguments are in the process anyway. */
  #elsewhere(run: Running, record: TaskRecord, size: number): Block | undefined {
    const block = this.#options.heap.allocate(size, Infinity);
    if (block === undefined) {
      const { used, limit } = this.#options.heap;
      const error = errorBlob(new MemoryError(`the arguments of ${run.task.key}`, size, used, limit));
      this.#later(() => this.#reports.failed(run, error, 0, true));
      return undefined;
    }
    const { bytes } = block;
    writeTask(bytes, new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2), 0, record);
    return run.record = block;
  }

  #publish(run: Running): boolean {
    const at = this.#queue.room();
    if (at < 0) return false;
    const { slots, slotInts } = this.#queue;
    const record = this.#record(run, run.task.attempt === HEAD_START ? Kind.lone : Kind.task, 0);
    const size = taskRecordSize(run.task);
    if (size <= SLOT_BYTES) writeTask(slots, slotInts, at, record);
    else {
      const block = this.#elsewhere(run, record, size);
      if (block === undefined) return true;
      slotInts[at >> 2] = Kind.elsewhere;
      slotInts[(at >> 2) + 1] = run.index;
      new Float64Array(slots.buffer, slots.byteOffset + at + TASK_HEAD, 3).set([
        block.arena,
        block.offset,
        block.length,
      ]);
    }
    this.#queue.publish();
    this.#published++;
    // Waking costs more than a small task: those that are given in one turn wake the threads together.
    if (this.#pumping) return true;
    if (this.#published >= WAKE_EVERY) this.#wakeThreads();
    else if (this.#published === 1) queueMicrotask(this.#wakeThreads);
    return true;
  }

  readonly #wakeThreads = (): void => this.#wakeSome(this.#published);

  /** Wakes threads that sleep, at most `n`. */
  #wakeSome(n: number): void {
    this.#published = 0;
    if (n === 0 || this.#closed) return;
    for (let i = 0; i < this.#tasks.length && n > 0; i++) {
      const t = this.#tasks[(this.#wakeNext + i) % this.#tasks.length];
      if (this.#queue.wakeThread(t.index, 1)) n--;
    }
  }

  #construct(task: ExecutorTask): void {
    if (this.#actorThreads.length < this.threads) this.#actorThreads.push(this.#pool.thread("actors"));
    const thread = this.#actorThreads[this.#placeNext++ % this.#actorThreads.length];
    const run = this.#runs.add(task, thread);
    const actor = this.#actors.add(task.key, thread, task.deps.map((d) => d.value.retain()));
    const record = this.#record(run, Kind.actor, actor.index);
    const size = taskRecordSize(task);
    const { ints } = thread.line.inbox;
    if (size <= thread.largest) thread.put(In.actor, size, (bytes, at) => writeTask(bytes, ints, at, record));
    else {
      const block = this.#elsewhere(run, record, size);
      if (block !== undefined) thread.putElsewhere(In.actor, block);
    }
  }

  // --- from the threads

  #pumping = false;

  readonly #pump = (): void => {
    if (this.#closed) return;
    const { clock } = this.#options;
    this.#pumping = true;
    try {
      let began = -1;
      for (;;) {
        let n = 0;
        for (let i = 0; i < this.#pool.all.length; i++) {
          const t = this.#pool.all[i];
          if (t.dead) continue;
          const read = this.#reports.read(t);
          // Who has just done something is woken first: it is the nearest to being awake.
          if (read > 0 && t.role === "tasks") this.#wakeNext = Math.max(0, this.#tasks.indexOf(t));
          n += read;
          t.continue();
        }
        while (this.#backlog.length > 0 && this.#publish(this.#backlog[0])) this.#backlog.shift();
        // A thread that does small tasks is awake, and sees what is new by itself. The others are woken at the end of this turn.
        if (this.#published > 0) this.#wakeSome(this.#tasks.some((t) => this.#queue.isAwake(t.index)) ? 0 : 1);
        if (n === 0) break;
        const now = clock.now();
        if (began < 0) began = now;
        else if (now - began >= TURN) break;
      }
    } finally {
      this.#pumping = false;
    }
    this.#sleep();
  };

  readonly #next = new NextTurn(() => this.#pump());

  #sleep(): void {
    if (!this.#queue.empty) this.#wakeSome(this.#tasks.length);
    const seen = this.#queue.mainSignal;
    if (this.#queue.turnAsked) this.#signal.askTurn();
    const more = this.#pool.all.some((t) => !t.dead && !t.line.outbox.empty);
    if (!more && this.#queue.sleepMain(seen)) return;
    this.#signal.askTurn();
    this.#next.ask();
  }

  #later(run: () => void): void {
    queueMicrotask(() => {
      if (!this.#closed) run();
    });
  }

  roomMade(): void {
    this.#grants.roomMade();
  }

  noRoom(): void {
    this.#grants.noRoom();
  }
}

function int(bytes: Uint8Array, at: number, value: number): number {
  new Int32Array(bytes.buffer, bytes.byteOffset + at, 2).set([value, 0]);
  return 8;
}
