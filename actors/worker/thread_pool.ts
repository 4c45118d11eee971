/**
 * The threads of a worker: how they are made, what all of them are told, and what they tell beside results.
 *
 * @module
 */

import type { Clock, Endpoint, Signal } from "../../transport/mod.ts";
import type { ExecutorEvent } from "./executor.ts";
import { ExecutorThread, type Sandbox } from "./executor_thread.ts";
import type { Heap } from "./heap.ts";
import { RelayHost } from "./relay_host.ts";
import { MAX_THREADS, type SharedQueue } from "./shared_queue.ts";
import type { NativeLibrary } from "./natives.ts";
import type { FromThread } from "./thread_messages.ts";
import { NO_RUN } from "./thread_results.ts";

/** What an executor of threads is made of. */
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
  /** The library as one file. Where it is left out, or finds nothing, threads load the sources. */
  readonly library?: {
    /** Which they may read beside the sources. */
    readonly folder: string;
    /** URL of the file. */
    find(): Promise<string | undefined>;
  };
  /** Native libraries that they open before their sandbox closes. */
  readonly natives?: readonly NativeLibrary[];
  /** Whether who finds no room waits until some is made, by {@link Executor.roomMade}. Default: it fails at once. */
  readonly spills?: boolean;
  /** Milliseconds a thread has to come back from a cancelled task before it is written off. Default 1000. */
  readonly patience?: number;
}

/** Threads in a row that may end before they have begun. */
const MOST_FAILURES = 3;

/** What a pool tells its executor. */
export interface ThreadPoolListener {
  /** Whose run this is. */
  keyOf(run: number): string;
  /** An error ended the thread. */
  died(thread: ExecutorThread, reason: string): void;
  sink(event: ExecutorEvent): void;
}

/** Threads, in the order in which they were made. */
export class ThreadPool {
  /** All that ever were. */
  readonly all: ExecutorThread[] = [];
  readonly #options: ThreadExecutorOptions;
  readonly #queue: SharedQueue;
  readonly #signal: Signal;
  readonly #listener: ThreadPoolListener;
  readonly #relays = new Map<ExecutorThread, RelayHost>();
  readonly #fns = new Map<string, number>();
  readonly #codes = new Map<string, Uint8Array>();

  #failures = 0;

  /** Whether threads end again and again before they have begun. */
  get failing(): boolean {
    return this.#failures >= MOST_FAILURES;
  }

  /** Without any thread yet; they wake the main side by `signal`. */
  constructor(options: ThreadExecutorOptions, queue: SharedQueue, signal: Signal, listener: ThreadPoolListener) {
    this.#options = options;
    this.#queue = queue;
    this.#signal = signal;
    this.#listener = listener;
  }

  /** Starts one. */
  thread(role: "tasks" | "actors"): ExecutorThread {
    const { heap, worker, scheduler, nice = 5, natives = [], sandbox = {} } = this.#options;
    let index = this.all.length;
    if (index >= MAX_THREADS) {
      // The one that ended longest ago surely writes nothing any more.
      index = this.all.findIndex((t) => t.dead);
      if (index < 0) throw new RangeError(`there are ${MAX_THREADS} threads; no more is possible`);
    }
    const { libc, descriptor } = this.#signal;
    const thread: ExecutorThread = new ExecutorThread({
      init: { thread: index, role, worker, scheduler, nice, natives, signal: { libc, descriptor } },
      queue: this.#queue,
      arenas: heap.arenas.map((a) => a.memory!),
      sandbox,
      libraryFolder: this.#options.library?.folder,
      entry: this.#options.entry,
      message: (m) => this.#message(thread, m),
      died: (reason) => {
        if (!thread.ready) this.#failures++;
        this.#listener.died(thread, reason);
      },
    });
    for (const [ref, i] of this.#fns) thread.post({ type: "fn", index: i, ref });
    for (const [hash, bytes] of this.#codes) thread.post({ type: "code", hash, bytes });
    this.all[index] = thread;
    return thread;
  }

  #message(thread: ExecutorThread, m: FromThread): void {
    switch (m.type) {
      case "wake":
        return this.#signal.hear();
      case "ready":
        thread.ready = true;
        this.#failures = 0;
        return;
      case "library":
        void (this.#options.library?.find() ?? Promise.resolve(undefined))
          .catch(() => undefined).then((url) => thread.post({ type: "library", url }));
        return;
      case "log":
        return this.#listener.sink({ kind: "log", key: m.key, level: m.level, text: m.text });
      case "fault": {
        const key = m.run === NO_RUN ? "" : this.#listener.keyOf(m.run);
        return this.#listener.sink({ kind: "log", key, level: "error", text: `not caught: ${m.text}` });
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

  /** The number of a code reference, which all threads know or are told now. */
  fn(ref: string): number {
    let index = this.#fns.get(ref);
    if (index === undefined) {
      index = this.#fns.size;
      this.#fns.set(ref, index);
      for (const t of this.all) t.post({ type: "fn", index, ref });
    }
    return index;
  }

  /** Code for all threads. */
  code(hash: string, bytes: Uint8Array): void {
    if (this.#codes.has(hash)) return;
    this.#codes.set(hash, bytes);
    for (const t of this.all) t.post({ type: "code", hash, bytes });
  }

  /** Threads that begin later are not told of these; the others have loaded them, and a module cannot be unloaded. */
  forgetCode(hashes: readonly string[]): void {
    for (const hash of hashes) this.#codes.delete(hash);
  }

  /** The thread is gone, and its endpoint with it. */
  lost(thread: ExecutorThread): void {
    void this.#relays.get(thread)?.close(0);
    this.#relays.delete(thread);
  }

  /** Ends all of them; those that are stuck stay. */
  async close(): Promise<void> {
    for (const t of this.all) if (!t.dead) t.terminate();
    await Promise.all([...this.#relays.values()].map((r) => r.close(100)));
  }
}
