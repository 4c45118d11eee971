/**
 * The executor of a worker process: tasks on Web Workers that share its memory.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { Clock, Endpoint, Timer } from "../../transport/mod.ts";
import { fromBlob } from "../values/mod.ts";
import { ActorGoneError, ThreadLostError } from "./errors.ts";
import type { ActorCalls, Executor, ExecutorEvent, ExecutorTask } from "./executor.ts";
import { ExecutorThread, type Sandbox } from "./executor_thread.ts";
import type { Block, Heap } from "./heap.ts";
import { RelayHost } from "./relay_host.ts";
import { MAX_RUNS, MAX_THREADS, SharedQueue, SLOT_BYTES } from "./shared_queue.ts";
import type { StoredValue } from "./store.ts";
import type { FromThread } from "./thread_messages.ts";
import {
  callsRecordSize,
  In,
  Kind,
  Out,
  TASK_HEAD,
  type TaskRecord,
  taskRecordSize,
  writeCalls,
  writeTask,
} from "./thread_records.ts";
import { errorBlob, NO_RUN } from "./thread_results.ts";

/** What the executor is made of. */
export interface ThreadExecutorOptions {
  /** How many tasks run at a time, each on a thread. */
  readonly threads: number;
  /** The worker's memory; its arenas must be shared ones. */
  readonly heap: Heap;
  readonly clock: Clock;
  /** The worker's name. */
  readonly worker: string;
  /** The scheduler's address, for clients inside tasks. */
  readonly scheduler: string;
  /** Opens an endpoint of role "client" for a client inside a task. */
  readonly openEndpoint: () => Endpoint | Promise<Endpoint>;
  /** What tasks may do beyond computing. Default: nothing. */
  readonly sandbox?: Sandbox;
  /** Niceness of the threads; default 5. 0 leaves them as they are. */
  readonly nice?: number;
  /** URL of the threads' program; the source when it is left out. */
  readonly entry?: string;
  /** URLs of modules that open native libraries when they are imported. */
  readonly natives?: readonly string[];
  /** Milliseconds a thread has to come back from a cancelled task before it is written off. Default 1000. */
  readonly patience?: number;
}

interface Running {
  readonly task: ExecutorTask;
  readonly index: number;
  /** The thread of an actor; tasks' threads are in the queue's `owners`. */
  readonly thread: ExecutorThread | undefined;
  readonly grants: Block[];
  record: Block | undefined;
  cancelled: boolean;
  /** Its outcome has been told; its code may still run. */
  told: boolean;
  patience: Timer | undefined;
}

interface LiveActor {
  readonly key: string;
  readonly index: number;
  readonly thread: ExecutorThread;
  readonly deps: readonly StoredValue[];
  up: boolean;
  /** Batches under way: calls that are not answered yet. */
  readonly batches: Map<number, { left: Set<number>; record?: Block }>;
}

/** Tasks on threads. */
export class ThreadExecutor implements Executor {
  readonly threads: number;
  readonly #options: ThreadExecutorOptions;
  readonly #queue = SharedQueue.create();
  readonly #all: ExecutorThread[] = [];
  #tasks: ExecutorThread[] = [];
  #actorThreads: ExecutorThread[] = [];
  #helper: ExecutorThread | undefined;
  readonly #relays = new Map<ExecutorThread, RelayHost>();
  readonly #runs: (Running | undefined)[] = [];
  readonly #freeRuns: number[] = [];
  readonly #byTicket = new Map<number, Running>();
  #backlog: Running[] = [];
  readonly #fns = new Map<string, number>();
  readonly #codes = new Map<string, Uint8Array>();
  readonly #actors = new Map<string, LiveActor>();
  readonly #actorsByIndex = new Map<number, LiveActor>();
  readonly #batches = new Map<number, LiveActor>();
  readonly #loose = new Map<string, Block>();
  readonly #hashes = new Map<number, { value: StoredValue; resolve: (hash: Uint8Array) => void }>();
  readonly #replies: ExecutorEvent[] = [];
  #sink: ((event: ExecutorEvent) => void) | undefined;
  #nextActor = 0;
  #nextHash = 0;
  #wakeNext = 0;
  #placeNext = 0;
  #armed = false;
  #soon = false;
  #closed = false;

  /** Starts the threads at once; they get ready while others connect. */
  constructor(options: ThreadExecutorOptions) {
    this.threads = options.threads;
    this.#options = options;
    for (let i = 0; i < options.threads; i++) this.#tasks.push(this.#thread("tasks"));
    this.#sleep();
  }

  /** Threads that were written off and have not come back. */
  get stuck(): number {
    return this.#all.filter((t) => t.writtenOff && !t.dead).length;
  }

  receive(sink: (event: ExecutorEvent) => void): void {
    this.#sink = sink;
  }

  start(task: ExecutorTask): void {
    if (task.kind === "actor") return this.#construct(task);
    const run = this.#run(task, undefined);
    if (this.#backlog.length > 0 || !this.#publish(run)) this.#backlog.push(run);
  }

  recall(): number[] {
    const tickets: number[] = [];
    const take = (run: Running): void => {
      tickets.push(run.task.ticket);
      this.#byTicket.delete(run.task.ticket);
      this.#settle(run);
    };
    for (let at = this.#queue.claim(); at >= 0; at = this.#queue.claim()) {
      const index = new Int32Array(this.#queue.slots.buffer, this.#queue.slots.byteOffset + at, 2)[1];
      this.#queue.free(at);
      const run = this.#runs[index]!;
      if (run.cancelled) this.#ended(run, true);
      else take(run);
    }
    for (const run of this.#backlog.splice(0)) take(run);
    return tickets;
  }

  cancel(ticket: number): void {
    const run = this.#byTicket.get(ticket);
    if (run === undefined || run.cancelled) return;
    run.cancelled = true;
    Atomics.store(this.#queue.cancelled, run.index, 1);
    const waiting = this.#backlog.indexOf(run);
    if (waiting >= 0) {
      this.#backlog.splice(waiting, 1);
      this.#later(() => this.#ended(run, true));
      return;
    }
    const thread = run.thread ?? this.#ownerOf(run);
    thread?.put(In.cancel, 8, (bytes, at) => int(bytes, at, run.index));
    run.patience = this.#options.clock.after(this.#options.patience ?? 1000, () => {
      const owner = run.thread ?? this.#ownerOf(run);
      // Not yet claimed: its thread will see the mark.
      if (!run.told && owner !== undefined) this.#writeOff(owner, run.task.key);
    });
  }

  hash(value: StoredValue): Promise<Uint8Array> {
    const helper = this.#helper ??= this.#thread("actors");
    value.retain();
    const n = this.#nextHash++;
    const parts = value.parts;
    helper.put(In.hash, 8 + 24 * parts.length, (bytes, at) => {
      new Int32Array(bytes.buffer, bytes.byteOffset + at, 2).set([n, parts.length]);
      const floats = new Float64Array(bytes.buffer, bytes.byteOffset + at + 8, 3 * parts.length);
      parts.forEach((p, i) => floats.set([p.arena, p.offset, p.length], 3 * i));
      return 8 + 24 * parts.length;
    });
    return new Promise((resolve) => this.#hashes.set(n, { value, resolve }));
  }

  code(hash: string, bytes: Uint8Array): void {
    if (this.#codes.has(hash)) return;
    this.#codes.set(hash, bytes);
    for (const t of this.#all) t.post({ type: "code", hash, bytes });
  }

  call(calls: ActorCalls): void {
    const actor = this.#actors.get(calls.key);
    if (actor === undefined) {
      return this.#later(() => this.#refuse(calls.batch, 0, calls.method.length, `no actor ${calls.key} lives here`));
    }
    const n = calls.method.length;
    const batch: { left: Set<number>; record?: Block } = { left: new Set(Array.from({ length: n }, (_, i) => i)) };
    actor.batches.set(calls.batch, batch);
    this.#batches.set(calls.batch, actor);
    this.#send(actor, calls, 0, n, 0, calls.args.byteLength);
  }

  stopActor(key: string): void {
    const actor = this.#actors.get(key);
    if (actor === undefined) return;
    actor.thread.put(In.stop, 8, (bytes, at) => int(bytes, at, actor.index));
    this.#options.clock.after(this.#options.patience ?? 1000, () => {
      if (this.#actorsByIndex.get(actor.index) === actor) this.#writeOff(actor.thread, key);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const run of this.#runs) run?.patience?.cancel();
    for (const t of this.#all) if (!t.dead) t.terminate();
    await Promise.all([...this.#relays.values()].map((r) => r.close(100)));
  }

  // --- threads

  #thread(role: "tasks" | "actors"): ExecutorThread {
    const { heap, worker, scheduler, nice = 5, natives = [], sandbox = {} } = this.#options;
    const index = this.#all.length;
    if (index >= MAX_THREADS) throw new RangeError(`${MAX_THREADS} threads were started; no more is possible`);
    const thread: ExecutorThread = new ExecutorThread({
      init: { thread: index, role, worker, scheduler, nice, natives },
      queue: this.#queue,
      arenas: heap.arenas.map((a) => a.memory!),
      sandbox,
      entry: this.#options.entry,
      message: (m) => this.#message(thread, m),
      died: (reason) => this.#lost(thread, reason),
    });
    for (const [ref, i] of this.#fns) thread.post({ type: "fn", index: i, ref });
    for (const [hash, bytes] of this.#codes) thread.post({ type: "code", hash, bytes });
    this.#all.push(thread);
    return thread;
  }

  #message(thread: ExecutorThread, m: FromThread): void {
    switch (m.type) {
      case "ready":
        return;
      case "log":
        return this.#sink?.({ kind: "log", key: m.key, level: m.level, text: m.text });
      case "fault": {
        const key = m.run === NO_RUN ? "" : this.#runs[m.run]?.task.key ?? "";
        return this.#sink?.({ kind: "log", key, level: "error", text: `not caught: ${m.text}` });
      }
      default: {
        let relay = this.#relays.get(thread);
        if (relay === undefined) {
          relay = new RelayHost(this.#options.openEndpoint, (message) => thread.post(message));
          this.#relays.set(thread, relay);
        }
        relay.message(m);
      }
    }
  }

  #replace(thread: ExecutorThread): void {
    if (this.#closed) return;
    const i = this.#tasks.indexOf(thread);
    if (i >= 0) this.#tasks[i] = this.#thread("tasks");
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
    this.#replace(thread);
    this.#drain(thread);
    this.#failAll(thread, `its thread ended: ${reason}`);
    for (const run of this.#runs) if (run !== undefined && this.#isOn(run, thread)) this.#settle(run);
    this.#relays.get(thread)?.close(0);
    this.#relays.delete(thread);
  }

  /** All that ran on a thread is told as over. What it reads stays until it is known to have ended. */
  #failAll(thread: ExecutorThread, reason: string): void {
    for (const run of this.#runs) {
      if (run === undefined || run.told || !this.#isOn(run, thread)) continue;
      if (run.cancelled) this.#ended(run, false);
      else this.#failed(run, errorBlob(new ThreadLostError(`${run.task.key}: ${reason}`)), 0, false);
    }
    for (const actor of [...this.#actors.values()]) if (actor.thread === thread) this.#actorDown(actor, reason);
  }

  #isOn(run: Running, thread: ExecutorThread): boolean {
    return run.thread === thread || (run.thread === undefined && this.#ownerOf(run) === thread);
  }

  #ownerOf(run: Running): ExecutorThread | undefined {
    const owner = Atomics.load(this.#queue.owners, run.index);
    return owner === 0 ? undefined : this.#all[owner - 1];
  }

  // --- to the threads

  #run(task: ExecutorTask, thread: ExecutorThread | undefined): Running {
    const index = this.#freeRuns.pop() ?? this.#runs.length;
    if (index >= MAX_RUNS) throw new RangeError(`${MAX_RUNS} tasks are under way; no more is possible`);
    Atomics.store(this.#queue.owners, index, 0);
    Atomics.store(this.#queue.cancelled, index, 0);
    const run: Running = {
      task,
      index,
      thread,
      grants: [],
      record: undefined,
      cancelled: false,
      told: false,
      patience: undefined,
    };
    this.#runs[index] = run;
    this.#byTicket.set(task.ticket, run);
    return run;
  }

  #fn(ref: string): number {
    let index = this.#fns.get(ref);
    if (index === undefined) {
      index = this.#fns.size;
      this.#fns.set(ref, index);
      for (const t of this.#all) t.post({ type: "fn", index, ref });
    }
    return index;
  }

  #record(run: Running, kind: number, actor: number): TaskRecord {
    const { task } = run;
    return {
      kind,
      run: run.index,
      fn: this.#fn(task.fn),
      actor,
      key: task.key,
      args: task.args,
      deps: task.deps.map((d) => ({ key: d.key, parts: d.value.parts })),
    };
  }

  /** A task whose record is too large for its place goes through a block. */
  #elsewhere(run: Running, record: TaskRecord, size: number): Block | undefined {
    const block = this.#options.heap.allocate(size);
    if (block === undefined) {
      const { used, limit } = this.#options.heap;
      const text =
        `no room for the arguments of ${run.task.key}: ${size} bytes wanted, ${used} held, the limit is ${limit}`;
      this.#later(() => this.#failed(run, errorBlob(new RangeError(text)), 0, true));
      return undefined;
    }
    writeTask(block.bytes, 0, record);
    return run.record = block;
  }

  #publish(run: Running): boolean {
    const at = this.#queue.room();
    if (at < 0) return false;
    const { slots } = this.#queue;
    const record = this.#record(run, Kind.task, 0);
    const size = taskRecordSize(record);
    if (size <= SLOT_BYTES) writeTask(slots, at, record);
    else {
      const block = this.#elsewhere(run, record, size);
      if (block === undefined) return true;
      new Int32Array(slots.buffer, slots.byteOffset + at, 2).set([Kind.elsewhere, run.index]);
      new Float64Array(slots.buffer, slots.byteOffset + at + TASK_HEAD, 3).set([
        block.arena,
        block.offset,
        block.length,
      ]);
    }
    this.#queue.publish();
    for (let i = 0; i < this.#tasks.length; i++) {
      const t = this.#tasks[this.#wakeNext++ % this.#tasks.length];
      if (this.#queue.wakeThread(t.index, 1)) break;
    }
    return true;
  }

  #construct(task: ExecutorTask): void {
    if (this.#actorThreads.length < this.threads) this.#actorThreads.push(this.#thread("actors"));
    const thread = this.#actorThreads[this.#placeNext++ % this.#actorThreads.length];
    const run = this.#run(task, thread);
    const index = this.#nextActor++;
    const actor: LiveActor = {
      key: task.key,
      index,
      thread,
      deps: task.deps.map((d) => d.value.retain()),
      up: false,
      batches: new Map(),
    };
    this.#actors.set(task.key, actor);
    this.#actorsByIndex.set(index, actor);
    const record = this.#record(run, Kind.actor, index);
    const size = taskRecordSize(record);
    if (size <= thread.largest) thread.put(In.actor, size, (bytes, at) => writeTask(bytes, at, record));
    else {
      const block = this.#elsewhere(run, record, size);
      if (block !== undefined) thread.putElsewhere(In.actor, block);
    }
  }

  /** Sends calls in pieces that the inbox takes; one that is too large alone goes through a block. */
  #send(actor: LiveActor, calls: ActorCalls, from: number, to: number, start: number, end: number): void {
    const record = {
      batch: calls.batch,
      actor: actor.index,
      first: from,
      methods: calls.methods,
      method: calls.method.subarray(from, to),
      argBytes: calls.argBytes.subarray(from, to),
      args: calls.args.subarray(start, end),
    };
    const size = callsRecordSize(record);
    if (size <= actor.thread.largest) {
      return actor.thread.put(In.calls, size, (bytes, at) => writeCalls(bytes, at, record));
    }
    if (to - from > 1) {
      const middle = (from + to) >> 1;
      let cut = start;
      for (let i = from; i < middle; i++) cut += calls.argBytes[i];
      this.#send(actor, calls, from, middle, start, cut);
      return this.#send(actor, calls, middle, to, cut, end);
    }
    const block = this.#options.heap.allocate(size);
    if (block === undefined) {
      return this.#later(() =>
        this.#refuse(calls.batch, from, 1, `the worker has no room for a call of ${size} bytes`)
      );
    }
    writeCalls(block.bytes, 0, record);
    this.#loose.set(`call ${calls.batch} ${from}`, block);
    actor.thread.putElsewhere(In.calls, block);
  }

  // --- from the threads

  readonly #pump = (): void => {
    if (this.#closed) return;
    this.#soon = false;
    let any = false;
    for (let i = 0; i < this.#all.length; i++) {
      const t = this.#all[i];
      if (t.dead) continue;
      if (this.#drain(t)) any = true;
      t.continue();
    }
    while (this.#backlog.length > 0 && this.#publish(this.#backlog[0])) this.#backlog.shift();
    // Others get their turn before the next look.
    if (any) this.#again();
    else this.#sleep();
  };

  #again(): void {
    if (this.#soon) return;
    this.#soon = true;
    setImmediate(this.#pump);
  }

  #sleep(): void {
    const seen = this.#queue.mainSignal;
    for (const t of this.#all) if (!t.dead && !t.line.outbox.empty) return this.#again();
    const r = this.#queue.sleepMain(seen, this.#armed);
    if (r === undefined) return this.#again();
    if (r === "armed") return;
    this.#armed = true;
    r.then(() => {
      this.#armed = false;
      this.#pump();
    });
  }

  #later(run: () => void): void {
    queueMicrotask(() => {
      if (!this.#closed) run();
    });
  }

  #drain(t: ExecutorThread): boolean {
    const { outbox } = t.line;
    const n = outbox.drain(4096, (type, at, length) => this.#read(t, type, at, length));
    if (n > 0 && t.writtenOff && !t.dead) this.#cameBack(t);
    return n > 0;
  }

  #cameBack(t: ExecutorThread): void {
    t.terminate();
    const keys: string[] = [];
    for (const run of [...this.#runs]) {
      if (run === undefined || !this.#isOn(run, t)) continue;
      keys.push(run.task.key);
      this.#settle(run);
    }
    this.#sink?.({ kind: "cameBack", key: keys[0] ?? "" });
  }

  #read(t: ExecutorThread, type: number, at: number, length: number): void {
    const { ints, floats, bytes } = t.line.outbox;
    const a = ints[at >> 2], b = ints[(at >> 2) + 1];
    switch (type) {
      case Out.need:
        return this.#grant(t, a, floats.slice((at >> 3) + 1, (at >> 3) + 1 + b));
      case Out.replies:
        return this.#replied(t, at);
      case Out.replyElsewhere:
        return this.#repliedElsewhere(t, at);
      case Out.actorDown: {
        const actor = this.#actorsByIndex.get(a);
        if (actor !== undefined) this.#actorDown(actor, "it was stopped");
        return;
      }
      case Out.hashed: {
        const waiting = this.#hashes.get(a);
        this.#hashes.delete(a);
        waiting?.value.release();
        return waiting?.resolve(bytes.slice(at + 8, at + 24));
      }
    }
    const run = this.#runs[a];
    if (run === undefined) return;
    const spent = floats[(at >> 3) + 1];
    switch (type) {
      case Out.finished:
        return this.#finished(run, bytes.slice(at + 16, at + length), undefined, spent);
      case Out.parts:
        return this.#finished(run, undefined, floats.slice((at >> 3) + 2, (at >> 3) + 2 + 3 * b), spent);
      case Out.failed:
        return this.#failed(run, bytes.slice(at + 16, at + length), spent, b === 0);
      case Out.suspended:
      case Out.resumed:
        if (run.told || run.cancelled) return;
        return this.#sink?.({ kind: type === Out.suspended ? "suspended" : "resumed", ticket: run.task.ticket });
      case Out.ended:
        return this.#ended(run, false);
      case Out.settled:
        return this.#settle(run);
    }
  }

  #finished(run: Running, blob: Uint8Array | undefined, parts: Float64Array | undefined, spent: number): void {
    if (run.told) return this.#settle(run);
    if (run.cancelled) return this.#ended(run, true);
    const { heap } = this.#options;
    let value;
    if (blob !== undefined) value = fromBlob(blob);
    else {
      const views: Uint8Array[] = [];
      for (let i = 0; i < parts!.length; i += 3) {
        views.push(heap.view({ arena: parts![i], offset: parts![i + 1], length: parts![i + 2] }));
      }
      value = { head: views[0], frames: views.slice(1) };
    }
    const actor = run.thread === undefined ? undefined : this.#actors.get(run.task.key);
    if (actor !== undefined) actor.up = true;
    this.#tell(run);
    this.#sink?.({ kind: "finished", ticket: run.task.ticket, value, spent });
    this.#settle(run);
  }

  #failed(run: Running, error: Uint8Array, spent: number, settled: boolean): void {
    if (run.told) return settled ? this.#settle(run) : undefined;
    if (run.cancelled) return this.#ended(run, settled);
    this.#tell(run);
    this.#sink?.({ kind: "failed", ticket: run.task.ticket, error, spent });
    if (settled) this.#settle(run);
  }

  #ended(run: Running, settled: boolean): void {
    if (!run.told) {
      this.#tell(run);
      this.#sink?.({ kind: "ended", ticket: run.task.ticket });
    }
    if (settled) this.#settle(run);
  }

  #tell(run: Running): void {
    run.told = true;
    run.patience?.cancel();
    this.#byTicket.delete(run.task.ticket);
  }

  /** Nothing reads its values any more. */
  #settle(run: Running): void {
    if (this.#runs[run.index] !== run) return;
    this.#runs[run.index] = undefined;
    this.#freeRuns.push(run.index);
    run.patience?.cancel();
    for (const d of run.task.deps) d.value.release();
    for (const b of run.grants) b.release();
    run.record?.release();
  }

  #grant(t: ExecutorThread, index: number, sizes: Float64Array): void {
    const { heap } = this.#options;
    const blocks: Block[] = [];
    for (const size of sizes) {
      const b = heap.allocate(size);
      if (b === undefined) {
        for (const given of blocks) given.release();
        return t.answer(false, heap.used, heap.limit, []);
      }
      blocks.push(b);
    }
    if (index === NO_RUN) { for (const b of blocks) this.#loose.set(`${b.arena} ${b.offset}`, b); }
    else this.#runs[index]?.grants.push(...blocks);
    t.answer(true, heap.used, heap.limit, blocks);
  }

  // --- actors

  #answered(batch: number, first: number, n: number): boolean {
    const actor = this.#batches.get(batch);
    const state = actor?.batches.get(batch);
    if (actor === undefined || state === undefined) return false;
    for (let i = first; i < first + n; i++) {
      state.left.delete(i);
      const key = `call ${batch} ${i}`;
      const block = this.#loose.size === 0 ? undefined : this.#loose.get(key);
      if (block !== undefined) {
        this.#loose.delete(key);
        block.release();
      }
    }
    if (state.left.size === 0) {
      actor.batches.delete(batch);
      this.#batches.delete(batch);
    }
    return true;
  }

  #replied(t: ExecutorThread, at: number): void {
    const { ints, bytes } = t.line.outbox;
    const p = at >> 2;
    const batch = ints[p], first = ints[p + 1], n = ints[p + 2];
    const ok = new Uint32Array(n), sizes = new Uint32Array(n);
    let total = 0;
    for (let i = 0; i < n; i++) {
      ok[i] = ints[p + 4 + i] & 1;
      sizes[i] = ints[p + 4 + i] >>> 1;
      total += sizes[i];
    }
    if (!this.#answered(batch, first, n)) return;
    const start = at + 16 + ((4 * n + 7) & ~7);
    this.#sink?.({ kind: "replies", batch, first, ok, sizes, values: bytes.slice(start, start + total) });
  }

  #repliedElsewhere(t: ExecutorThread, at: number): void {
    const { ints, floats } = t.line.outbox;
    const batch = ints[at >> 2], first = ints[(at >> 2) + 1], ok = ints[(at >> 2) + 2];
    const [arena, offset, length] = floats.subarray((at >> 3) + 2, (at >> 3) + 5);
    const values = this.#options.heap.view({ arena, offset, length });
    if (this.#answered(batch, first, 1)) {
      this.#sink?.({
        kind: "replies",
        batch,
        first,
        ok: Uint32Array.of(ok),
        sizes: Uint32Array.of(length),
        values: values.slice(),
      });
    }
    const key = `${arena} ${offset}`;
    this.#loose.get(key)?.release();
    this.#loose.delete(key);
  }

  #refuse(batch: number, first: number, n: number, why: string): void {
    this.#answered(batch, first, n);
    const blob = errorBlob(new ActorGoneError(why));
    const values = new Uint8Array(blob.byteLength * n);
    for (let i = 0; i < n; i++) values.set(blob, i * blob.byteLength);
    const sizes = new Uint32Array(n).fill(blob.byteLength);
    this.#sink?.({ kind: "replies", batch, first, ok: new Uint32Array(n), sizes, values });
  }

  #actorDown(actor: LiveActor, reason: string): void {
    if (this.#actorsByIndex.get(actor.index) !== actor) return;
    this.#actorsByIndex.delete(actor.index);
    if (this.#actors.get(actor.key) === actor) this.#actors.delete(actor.key);
    for (const [batch, { left }] of [...actor.batches]) {
      for (const [first, n] of runsOf(left)) this.#refuse(batch, first, n, `${actor.key} is gone: ${reason}`);
    }
    for (const value of actor.deps) value.release();
    if (actor.up) this.#sink?.({ kind: "actorDown", key: actor.key, reason });
  }
}

function int(bytes: Uint8Array, at: number, value: number): number {
  new Int32Array(bytes.buffer, bytes.byteOffset + at, 2).set([value, 0]);
  return 8;
}

/** Numbers in ascending order as [first, count] of each run without gaps. */
function runsOf(numbers: Iterable<number>): [number, number][] {
  const out: [number, number][] = [];
  for (const n of numbers) {
    const last = out[out.length - 1];
    if (last !== undefined && last[0] + last[1] === n) last[1]++;
    else out.push([n, 1]);
  }
  return out;
}
