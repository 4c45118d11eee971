/** An executor in virtual time: functions by name, results after a pause. For tests. */

import type { Clock } from "../../../transport/mod.ts";
import { contentHash, fromBlob, pack, toBlob, unpack } from "../../../actors/values/mod.ts";
import type { ActorCalls, Executor, ExecutorEvent, ExecutorTask, StoredValue } from "../../../actors/worker/mod.ts";

/** A function a fake executor knows: how long it takes, and what it gives (or throws). */
export interface FakeFunction {
  readonly ms: number;
  // deno-lint-ignore no-explicit-any
  readonly run: (...args: any[]) => unknown;
}

export class FakeExecutor implements Executor {
  readonly started: ExecutorTask[] = [];
  readonly cancelled: number[] = [];
  readonly codes = new Map<string, Uint8Array>();
  readonly #queue: ExecutorTask[] = [];
  readonly #running = new Set<ExecutorTask>();
  readonly #actors = new Map<string, Record<string, (...args: unknown[]) => unknown>>();
  #sink: (e: ExecutorEvent) => void = () => {};

  constructor(
    readonly threads: number,
    readonly clock: Clock,
    readonly functions: Readonly<Record<string, FakeFunction>>,
  ) {}

  /** Keys of the actors that live here. */
  get actors(): string[] {
    return [...this.#actors.keys()];
  }

  receive(sink: (e: ExecutorEvent) => void): void {
    this.#sink = sink;
  }

  start(task: ExecutorTask): void {
    this.started.push(task);
    if (task.kind === "actor") this.#run(task);
    else {
      this.#queue.push(task);
      this.#next();
    }
  }

  recall(): number[] {
    const back = this.#queue.splice(0);
    for (const t of back) for (const d of t.deps) d.value.release();
    return back.map((t) => t.ticket);
  }

  cancel(ticket: number): void {
    this.cancelled.push(ticket);
    for (const t of this.#running) if (t.ticket === ticket) this.#running.delete(t);
    const at = this.#queue.findIndex((t) => t.ticket === ticket);
    if (at >= 0) { for (const d of this.#queue.splice(at, 1)[0].deps) d.value.release(); }
    this.clock.soon(() => this.tell({ kind: "ended", ticket }));
  }

  hash(value: StoredValue): Promise<Uint8Array> {
    return Promise.resolve(contentHash(value.packed));
  }

  code(hash: string, bytes: Uint8Array): void {
    this.codes.set(hash, bytes);
  }

  forgetCode(hashes: readonly string[]): void {
    for (const hash of hashes) this.codes.delete(hash);
  }

  call(calls: ActorCalls): void {
    const actor = this.#actors.get(calls.key);
    let at = 0;
    const blobs: Uint8Array[] = [];
    const ok = new Uint32Array(calls.method.length);
    calls.method.forEach((m, i) => {
      const args = unpack(fromBlob(calls.args.subarray(at, at += calls.argBytes[i]))) as unknown[];
      try {
        if (actor === undefined) throw new Error(`no actor ${calls.key} lives here`);
        blobs.push(toBlob(pack(actor[calls.methods[m]](...args))));
        ok[i] = 1;
      } catch (e) {
        blobs.push(toBlob(pack(e)));
      }
    });
    const sizes = Uint32Array.from(blobs, (b) => b.byteLength);
    const values = new Uint8Array(sizes.reduce((a, b) => a + b, 0));
    at = 0;
    for (const b of blobs) {
      values.set(b, at);
      at += b.byteLength;
    }
    this.clock.soon(() => this.tell({ kind: "replies", batch: calls.batch, first: 0, ok, sizes, values }));
  }

  stopActor(key: string): void {
    if (!this.#actors.delete(key)) return;
    this.clock.soon(() => this.tell({ kind: "actorDown", key, reason: "it was stopped" }));
  }

  roomMade(): void {}

  noRoom(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  tell(e: ExecutorEvent): void {
    this.#sink(e);
  }

  #next(): void {
    while (this.#running.size < this.threads && this.#queue.length > 0) this.#run(this.#queue.shift()!);
  }

  #run(task: ExecutorTask): void {
    const { ms, run } = this.functions[task.fn.slice("lib:".length)];
    if (task.kind === "task") this.#running.add(task);
    this.clock.after(ms, () => {
      if (task.kind === "task" && !this.#running.delete(task)) {
        for (const d of task.deps) d.value.release();
        return this.#next();
      }
      let event: ExecutorEvent;
      try {
        const values = new Map(task.deps.map((d) => [d.key, unpack(d.value.packed)]));
        const args = unpack(fromBlob(task.args), { resolve: (key) => values.get(key) }) as unknown[];
        const value = run(...args);
        if (task.kind === "actor") this.#actors.set(task.key, value as never);
        const packed = pack(task.kind === "actor" ? { key: task.key } : value);
        event = { kind: "finished", ticket: task.ticket, value: packed, spent: ms };
      } catch (e) {
        event = { kind: "failed", ticket: task.ticket, error: toBlob(pack(e)), spent: ms };
      }
      this.tell(event);
      for (const d of task.deps) d.value.release();
      this.#next();
    });
  }
}
