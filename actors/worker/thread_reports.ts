/**
 * What threads report, read from their rings: results, failures, replies, requests for memory.
 *
 * @module
 */

import { fromBlob } from "../values/mod.ts";
import type { ActorHost } from "./actor_host.ts";
import type { BlockGrants } from "./block_grants.ts";
import type { ExecutorEvent } from "./executor.ts";
import type { ExecutorThread } from "./executor_thread.ts";
import type { Heap } from "./heap.ts";
import type { Running, RunTable } from "./run_table.ts";
import type { StoredValue } from "./store.ts";
import { Out } from "./thread_records.ts";

/** Records read of one thread before the others' turn. */
const DRAIN = 64;

/** What the reports are about. */
export interface ThreadReportsOptions {
  readonly heap: Heap;
  readonly runs: RunTable;
  readonly actors: ActorHost;
  readonly grants: BlockGrants;
  readonly sink: (event: ExecutorEvent) => void;
}

/** Reads reports, and tells of them. */
export class ThreadReports {
  readonly #heap: Heap;
  readonly #runs: RunTable;
  readonly #actors: ActorHost;
  readonly #grants: BlockGrants;
  readonly #sink: (event: ExecutorEvent) => void;
  readonly #hashes = new Map<number, { value: StoredValue; resolve: (hash: Uint8Array) => void }>();
  #nextHash = 0;
  /** Small results that were read and not yet told. */
  readonly #tickets: number[] = [];
  readonly #spent: number[] = [];
  readonly #at: number[] = [];
  readonly #sizes: number[] = [];

  /** Of one executor's threads. */
  constructor(options: ThreadReportsOptions) {
    this.#heap = options.heap;
    this.#runs = options.runs;
    this.#actors = options.actors;
    this.#grants = options.grants;
    this.#sink = options.sink;
  }

  /** A thread will report the hash of this value, by the number `n`; then it is let go. */
  hash(value: StoredValue): { n: number; hash: Promise<Uint8Array> } {
    const n = this.#nextHash++;
    return { n, hash: new Promise((resolve) => this.#hashes.set(n, { value, resolve })) };
  }

  /** Reads records of a thread, some at a time: how many it read. */
  read(t: ExecutorThread): number {
    const { outbox } = t.line;
    if (outbox.empty) return 0;
    const n = outbox.drain(
      DRAIN,
      (type, at, length) => this.#record(t, type, at, length),
      () => this.#tellReturned(outbox.bytes),
    );
    if (n > 0 && t.writtenOff && !t.dead) this.#cameBack(t);
    return n;
  }

  /** Tells of the small results that were read, together. */
  #tellReturned(bytes: Uint8Array): void {
    const tickets = this.#tickets, spent = this.#spent, at = this.#at, sizes = this.#sizes;
    if (tickets.length === 0) return;
    this.#sink({ kind: "returned", tickets, spent, bytes, at, sizes });
    tickets.length =
      spent.length =
      at.length =
      sizes.length =
        0;
  }

  #cameBack(t: ExecutorThread): void {
    t.terminate();
    const keys: string[] = [];
    for (const run of this.#runs.all()) {
      if (!this.#runs.isOn(run, t)) continue;
      keys.push(run.task.key);
      this.#runs.settle(run);
    }
    this.#sink({ kind: "cameBack", key: keys[0] ?? "" });
  }

  #record(t: ExecutorThread, type: number, at: number, length: number): void {
    const { ints, floats, bytes } = t.line.outbox;
    const a = ints[at >> 2], b = ints[(at >> 2) + 1];
    if (type === Out.finished) {
      const run = this.#runs.at(a);
      if (run !== undefined && !run.told && !run.cancelled && run.thread === undefined) {
        this.#runs.tell(run);
        this.#runs.settle(run);
        this.#tickets.push(run.task.ticket);
        this.#spent.push(floats[(at >> 3) + 1]);
        this.#at.push(at + 16);
        this.#sizes.push(length - 16);
        return;
      }
    }
    this.#tellReturned(bytes);
    switch (type) {
      case Out.need:
        return this.#grants.ask(t, a, floats.slice((at >> 3) + 1, (at >> 3) + 1 + b));
      case Out.replies:
        return this.#actors.replied(t, at);
      case Out.replyElsewhere:
        return this.#actors.repliedElsewhere(t, at);
      case Out.actorDown:
        return this.#actors.ended(a, b === 1);
      case Out.hashed: {
        const waiting = this.#hashes.get(a);
        this.#hashes.delete(a);
        waiting?.value.release();
        return waiting?.resolve(bytes.slice(at + 8, at + 24));
      }
    }
    const run = this.#runs.at(a);
    if (run === undefined) return;
    const spent = floats[(at >> 3) + 1];
    switch (type) {
      case Out.finished:
        return this.#finished(run, bytes.slice(at + 16, at + length), undefined, spent);
      case Out.parts:
        return this.#finished(run, undefined, floats.slice((at >> 3) + 2, (at >> 3) + 2 + 3 * b), spent);
      case Out.failed:
        return this.failed(run, bytes.slice(at + 16, at + length), spent, b === 0);
      case Out.suspended:
      case Out.resumed:
        if (run.told || run.cancelled) return;
        return this.#sink({ kind: type === Out.suspended ? "suspended" : "resumed", ticket: run.task.ticket });
      case Out.ended:
        return this.ended(run, false);
      case Out.settled:
        return this.#runs.settle(run);
    }
  }

  #finished(run: Running, blob: Uint8Array | undefined, parts: Float64Array | undefined, spent: number): void {
    if (run.told) return this.#runs.settle(run);
    if (run.cancelled) return this.ended(run, true);
    const heap = this.#heap;
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
    this.#runs.tell(run);
    this.#sink({ kind: "finished", ticket: run.task.ticket, value, spent });
    this.#runs.settle(run);
  }

  /** A run failed; `settled` where its code has ended. */
  failed(run: Running, error: Uint8Array, spent: number, settled: boolean): void {
    if (run.told) return settled ? this.#runs.settle(run) : undefined;
    if (run.cancelled) return this.ended(run, settled);
    this.#runs.tell(run);
    this.#sink({ kind: "failed", ticket: run.task.ticket, error, spent });
    if (settled) this.#runs.settle(run);
  }

  /** A run that was cancelled is over. */
  ended(run: Running, settled: boolean): void {
    if (!run.told) {
      this.#runs.tell(run);
      this.#sink({ kind: "ended", ticket: run.task.ticket });
    }
    if (settled) this.#runs.settle(run);
  }
}
