/** An executor of real threads, and ways to run functions on it. For tests. */

import type { Clock, Endpoint } from "../../../transport/mod.ts";
import { realClock } from "../../../transport/mod.ts";
import { describeCode, loadParser } from "../../../actors/code/mod.ts";
import { fromBlob, pack, reference, toBlob, unpack } from "../../../actors/values/mod.ts";
import {
  type ExecutorEvent,
  type NativeLibrary,
  type Sandbox,
  Store,
  ThreadExecutor,
} from "../../../actors/worker/mod.ts";

await loadParser();

export interface BenchOptions {
  readonly threads?: number;
  readonly clock?: Clock;
  readonly sandbox?: Sandbox;
  readonly memoryLimit?: number;
  readonly natives?: readonly NativeLibrary[];
  readonly openEndpoint?: () => Endpoint;
}

/** What came of a run. */
export type Outcome = { readonly value: unknown } | { readonly error: Error } | "ended";

/** Of a function with its arguments; a {@link Dep} among them stands for a value of the store. */
// deno-lint-ignore no-explicit-any
type AnyFunction = (...args: any[]) => unknown;

/** Stands for a value of the store. */
export function dep(key: string): { readonly [reference]: string } {
  return { [reference]: key };
}

export class ThreadBench implements AsyncDisposable {
  readonly store: Store;
  readonly executor: ThreadExecutor;
  readonly events: ExecutorEvent[] = [];
  #watch: (() => void)[] = [];
  readonly #done = new Map<number, (outcome: Outcome) => void>();
  /** Threads keep no process alive; a test that waits for them has to. */
  readonly #alive = setInterval(() => {}, 1000);
  #n = 0;
  #batch = 0;
  readonly #replies = new Map<number, { left: number; values: Outcome[]; resolve: (o: Outcome[]) => void }>();

  constructor(options: BenchOptions = {}) {
    this.store = new Store({ memoryLimit: options.memoryLimit ?? 256 << 20 });
    this.executor = new ThreadExecutor({
      threads: options.threads ?? 1,
      heap: this.store.heap,
      clock: options.clock ?? realClock,
      worker: "w",
      scheduler: "memory://scheduler",
      sandbox: options.sandbox,
      natives: options.natives,
      openEndpoint: options.openEndpoint ?? (() => {
        throw new Error("no endpoint here");
      }),
    });
    this.executor.receive((e) => this.#event(e));
  }

  /** Starts a function; gives its ticket. */
  start(
    fn: AnyFunction,
    args: readonly unknown[] = [],
    kind: "task" | "actor" = "task",
    key?: string,
    attempt = 1,
  ): number {
    const ticket = this.#n++;
    const code = describeCode(fn, "value");
    for (const [hash, bytes] of code.codes) this.executor.code(hash, bytes);
    const packed = pack(args);
    const deps = packed.refs.map((key) => ({ key, value: this.store.get(key)!.value.retain() }));
    this.executor.start({
      ticket,
      key: key ?? `task-${ticket}`,
      attempt,
      kind,
      fn: code.ref,
      args: toBlob(packed),
      deps,
    });
    return ticket;
  }

  /** Starts a function with arguments that anybody may have sent. */
  startRaw(args: Uint8Array, kind: "task" | "actor" = "task"): number {
    const ticket = this.#n++;
    const key = `task-${ticket}`;
    this.executor.start({ ticket, key, attempt: 1, kind, fn: "global:Math.sqrt", args, deps: [] });
    return ticket;
  }

  outcome(ticket: number): Promise<Outcome> {
    return new Promise((resolve) => this.#done.set(ticket, resolve));
  }

  /** Runs a function; its value, or throws its error. */
  async run(fn: AnyFunction, ...args: unknown[]): Promise<unknown> {
    return valueOf(await this.outcome(this.start(fn, args)));
  }

  async spawn(key: string, cls: unknown, ...args: unknown[]): Promise<unknown> {
    return valueOf(await this.outcome(this.start(cls as AnyFunction, args, "actor", key)));
  }

  /** Calls methods of an actor in one batch. */
  call(key: string, calls: readonly (readonly [method: string, ...args: unknown[]])[]): Promise<Outcome[]> {
    const methods = [...new Set(calls.map((c) => c[0]))];
    const blobs = calls.map(([, ...args]) => toBlob(pack(args)));
    const args = new Uint8Array(blobs.reduce((n, b) => n + b.byteLength, 0));
    let at = 0;
    for (const b of blobs) {
      args.set(b, at);
      at += b.byteLength;
    }
    const batch = this.#batch++;
    return new Promise((resolve) => {
      this.#replies.set(batch, { left: calls.length, values: [], resolve });
      this.executor.call({
        batch,
        key,
        methods,
        method: Uint32Array.from(calls, (c) => methods.indexOf(c[0])),
        argBytes: Uint32Array.from(blobs, (b) => b.byteLength),
        args,
      });
    });
  }

  /** Ends when an event came for which `of` holds. */
  async until(of: (e: ExecutorEvent) => boolean): Promise<void> {
    while (!this.events.some(of)) await new Promise<void>((resolve) => this.#watch.push(resolve));
  }

  #event(e: ExecutorEvent): void {
    if (e.kind === "replies") {
      const batch = this.#replies.get(e.batch)!;
      let at = 0, value: unknown;
      e.ok.forEach((ok, i) => {
        if (e.sizes[i] > 0) value = unpack(fromBlob(e.values.slice(at, at += e.sizes[i])));
        batch.values[e.first + i] = ok === 1 ? { value } : { error: value as Error };
      });
      batch.left -= e.ok.length;
      if (batch.left === 0) batch.resolve(batch.values);
      return;
    }
    if (e.kind === "returned") {
      e.tickets.forEach((ticket, i) => {
        this.store.putBlob(`result-${ticket}`, e.bytes, e.at[i], e.sizes[i]);
        const { value } = this.store.get(`result-${ticket}`)!;
        this.#event({ kind: "finished", ticket, value: value.packed, spent: e.spent[i] });
      });
      return;
    }
    this.events.push(e);
    for (const wake of this.#watch.splice(0)) wake();
    if (!("ticket" in e)) return;
    const done = this.#done.get(e.ticket);
    // As the worker does: kept first, so that it stays when the executor lets its blocks go.
    if (e.kind === "finished") {
      const entry = this.store.put(`result-${e.ticket}`, e.value);
      done?.({ value: unpack(entry.value.packed) });
    } else if (e.kind === "failed") done?.({ error: unpack(fromBlob(e.error.slice())) as Error });
    else if (e.kind === "ended") done?.("ended");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.executor.close();
    clearInterval(this.#alive);
  }
}

export function valueOf(outcome: Outcome): unknown {
  if (outcome === "ended") return outcome;
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}
