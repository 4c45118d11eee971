/**
 * The user's actors of a worker, as its main side sees them: which thread each lives in, and which calls are under way.
 *
 * @module
 */

import { ActorGoneError } from "../scheduler/errors.ts";
import { MemoryError } from "./errors.ts";
import type { ActorCalls, ExecutorEvent } from "./executor.ts";
import type { ExecutorThread } from "./executor_thread.ts";
import type { Block, Heap } from "./heap.ts";
import type { StoredValue } from "./store.ts";
import { callsRecordSize, In, padded, writeCalls } from "./thread_records.ts";
import { errorBlob } from "./thread_results.ts";

interface Batch {
  /** By call: 1 once it is answered. */
  readonly answered: Uint8Array;
  left: number;
}

/** An actor. */
export interface LiveActor {
  readonly key: string;
  readonly index: number;
  readonly thread: ExecutorThread;
  /** What it was made with. */
  readonly deps: readonly StoredValue[];
  /** Its constructor has returned. */
  up: boolean;
  /** Batches of calls under way. */
  readonly batches: Map<number, Batch>;
}

/** What it needs of its executor. */
export interface ActorHostOptions {
  readonly heap: Heap;
  readonly sink: (event: ExecutorEvent) => void;
  /** Runs something outside of the caller's call. */
  readonly later: (run: () => void) => void;
}

/** Actors by key. */
export class ActorHost {
  readonly #options: ActorHostOptions;
  readonly #actors = new Map<string, LiveActor>();
  readonly #byIndex = new Map<number, LiveActor>();
  readonly #batches = new Map<number, LiveActor>();
  /** Blocks of calls and replies that were too large for a ring. */
  readonly #loose = new Map<string, Block>();
  #next = 0;

  /** With no actors. */
  constructor(options: ActorHostOptions) {
    this.#options = options;
  }

  /** The actor of the key. */
  get(key: string): LiveActor | undefined {
    return this.#actors.get(key);
  }

  /** A new one in `thread`. Takes over one holding of each of `deps`. */
  add(key: string, thread: ExecutorThread, deps: readonly StoredValue[]): LiveActor {
    const actor: LiveActor = { key, index: this.#next++, thread, deps, up: false, batches: new Map() };
    this.#actors.set(key, actor);
    this.#byIndex.set(actor.index, actor);
    return actor;
  }

  /** Whether it is still there. */
  lives(actor: LiveActor): boolean {
    return this.#byIndex.get(actor.index) === actor;
  }

  /** A block that was granted for a reply. */
  grant(block: Block): void {
    this.#loose.set(`${block.arena} ${block.offset}`, block);
  }

  /** Passes calls on. */
  call(calls: ActorCalls): void {
    const actor = this.#actors.get(calls.key);
    const n = calls.method.length;
    if (actor === undefined) {
      return this.#options.later(() =>
        this.#tellRefused(calls.batch, 0, n, new ActorGoneError(calls.key, "it does not live here"))
      );
    }
    actor.batches.set(calls.batch, { answered: new Uint8Array(n), left: n });
    this.#batches.set(calls.batch, actor);
    this.#send(actor, calls, 0, n, 0, calls.args.byteLength);
  }

  /** The thread says that the actor of this number has ended, or `failed` to begin. */
  ended(index: number, failed: boolean): void {
    const actor = this.#byIndex.get(index);
    if (actor !== undefined) this.down(actor, failed ? "its constructor failed" : "it was stopped");
  }

  /** All actors of a thread are gone. */
  lost(thread: ExecutorThread, reason: string): void {
    for (const actor of [...this.#actors.values()]) if (actor.thread === thread) this.down(actor, reason);
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
    const block = this.#options.heap.allocate(size, Infinity);
    if (block === undefined) {
      const { used, limit } = this.#options.heap;
      const error = new MemoryError(`a call of ${actor.key}`, size, used, limit);
      return this.#options.later(() => this.#refuse(calls.batch, from, 1, error));
    }
    writeCalls(block.bytes, 0, record);
    this.#loose.set(`call ${calls.batch} ${from}`, block);
    actor.thread.putElsewhere(In.calls, block);
  }

  #answered(batch: number, first: number, n: number): boolean {
    const actor = this.#batches.get(batch);
    const state = actor?.batches.get(batch);
    if (actor === undefined || state === undefined) return false;
    for (let i = first; i < first + n; i++) {
      state.left -= 1 - state.answered[i];
      state.answered[i] = 1;
      const key = `call ${batch} ${i}`;
      const block = this.#loose.size === 0 ? undefined : this.#loose.get(key);
      if (block !== undefined) {
        this.#loose.delete(key);
        block.release();
      }
    }
    if (state.left === 0) {
      actor.batches.delete(batch);
      this.#batches.delete(batch);
    }
    return true;
  }

  /** A record of replies. */
  replied(t: ExecutorThread, at: number): void {
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
    const start = at + 16 + padded(4 * n);
    this.#options.sink({ kind: "replies", batch, first, ok, sizes, values: bytes.slice(start, start + total) });
  }

  /** A reply that lies in a block. */
  repliedElsewhere(t: ExecutorThread, at: number): void {
    const { ints, floats } = t.line.outbox;
    const batch = ints[at >> 2], first = ints[(at >> 2) + 1], ok = ints[(at >> 2) + 2];
    const [arena, offset, length] = floats.subarray((at >> 3) + 2, (at >> 3) + 5);
    const values = this.#options.heap.view({ arena, offset, length });
    if (this.#answered(batch, first, 1)) {
      this.#options.sink({
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

  #refuse(batch: number, first: number, n: number, error: Error): void {
    if (this.#answered(batch, first, n)) this.#tellRefused(batch, first, n, error);
  }

  #tellRefused(batch: number, first: number, n: number, error: Error): void {
    const values = errorBlob(error);
    // They may be very many: those after the first say the same.
    const sizes = new Uint32Array(n);
    sizes[0] = values.byteLength;
    this.#options.sink({ kind: "replies", batch, first, ok: new Uint32Array(n), sizes, values });
  }

  /** An actor is gone. */
  down(actor: LiveActor, reason: string): void {
    if (this.#byIndex.get(actor.index) !== actor) return;
    this.#byIndex.delete(actor.index);
    if (this.#actors.get(actor.key) === actor) this.#actors.delete(actor.key);
    for (const [batch, { answered }] of [...actor.batches]) {
      for (const [first, n] of runsOfZero(answered.slice())) {
        this.#refuse(batch, first, n, new ActorGoneError(actor.key, reason));
      }
    }
    for (const value of actor.deps) value.release();
    if (actor.up) this.#options.sink({ kind: "actorDown", key: actor.key, reason });
  }
}

/** Where the bytes are 0, as [first, count] of each run. */
function runsOfZero(bytes: Uint8Array): [number, number][] {
  const out: [number, number][] = [];
  bytes.forEach((b, i) => {
    if (b !== 0) return;
    const last = out[out.length - 1];
    if (last !== undefined && last[0] + last[1] === i) last[1]++;
    else out.push([i, 1]);
  });
  return out;
}
