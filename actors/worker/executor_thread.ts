/**
 * One executor thread as the main side sees it.
 *
 * @module
 */

import { libraryFile, unrefWorker } from "../core/mod.ts";
import type { Region } from "./heap.ts";
import { SharedQueue, ThreadLine, Word } from "./shared_queue.ts";
import type { FromThread, ThreadInit, ToThread } from "./thread_messages.ts";
import { In } from "./thread_records.ts";

/** What a thread may do beyond computing. All is denied by default; each entry is as Deno's `permissions` of a Web Worker takes it. */
export interface Sandbox {
  readonly net?: boolean | readonly string[];
  readonly read?: boolean | readonly string[];
  readonly write?: boolean | readonly string[];
  readonly env?: boolean | readonly string[];
}

/** How a thread is made. */
export interface ThreadOptions {
  readonly init: Omit<ThreadInit, "type" | "queue" | "line" | "arenas">;
  readonly queue: SharedQueue;
  readonly arenas: readonly WebAssembly.Memory[];
  readonly sandbox: Sandbox;
  /** Where the library may lie as one file. */
  readonly libraryFolder?: string;
  /** The thread's program; a bundle of `thread_main.ts` where there is one. */
  readonly entry?: string;
  readonly message: (m: FromThread) => void;
  /** Told when an error ended it. */
  readonly died: (reason: string) => void;
}

function permissions(sandbox: Sandbox, libraryFolder?: string): Deno.PermissionOptionsObject {
  const { net = false, read = [], write = false, env = false } = sandbox;
  // An empty list grants nothing, and so does `false`.
  const list = (v: boolean | readonly string[]): boolean | string[] =>
    typeof v === "boolean" ? v : v.length === 0 ? false : [...v];
  const own = libraryFile("mod.ts").protocol === "file:"
    ? ["mod.ts", "actors", "ml", "transport"].map((name) => decodeURIComponent(libraryFile(name).pathname))
    : [];
  if (libraryFolder !== undefined) own.push(libraryFolder);
  return {
    net: list(net),
    read: read === true ? true : list([...own, ...read === false ? [] : read]),
    write: list(write),
    env: list(env),
    ffi: true,
    run: false,
    sys: false,
    import: false,
  };
}

/** A Web Worker, its shared line, and its state. */
export class ExecutorThread {
  readonly index: number;
  readonly role: "tasks" | "actors";
  readonly line: ThreadLine;
  readonly #worker: Worker;
  readonly #queue: SharedQueue;
  readonly #pending: { type: number; size: number; write: (bytes: Uint8Array, at: number) => number }[] = [];
  /** Nothing is expected of it any more, but that it might come back. */
  writtenOff = false;
  /** It has ended. */
  dead = false;
  /** It has begun. */
  ready = false;

  /** Starts it. */
  constructor(options: ThreadOptions) {
    const { init, queue } = options;
    this.index = init.thread;
    this.role = init.role;
    this.#queue = queue;
    // The number may have been another thread's before.
    for (const word of Object.values(Word)) Atomics.store(queue.words, SharedQueue.word(init.thread, word), 0);
    this.line = ThreadLine.create(queue, init.thread);
    this.#worker = new Worker(options.entry ?? libraryFile("actors/worker/thread_main.ts"), {
      type: "module",
      name: `troupe-${init.role}-${init.thread}`,
      deno: { permissions: permissions(options.sandbox, options.libraryFolder) },
    } as WorkerOptions);
    unrefWorker(this.#worker);
    this.#worker.onmessage = (e: MessageEvent<FromThread>) => options.message(e.data);
    this.#worker.onerror = (e) => {
      e.preventDefault();
      this.dead = true;
      options.died(e.message);
    };
    this.post({ ...init, type: "init", queue: queue.buffer, line: this.line.buffer, arenas: options.arenas });
  }

  /** Posts to it. */
  post(m: ToThread): void {
    if (!this.dead) this.#worker.postMessage(m);
  }

  /** Puts a record into its inbox, after those that wait for room, and wakes it. `write` gives the bytes it wrote of at most `size`. */
  put(type: number, size: number, write: (bytes: Uint8Array, at: number) => number): void {
    if (this.dead) return;
    if (this.#pending.length > 0 || !this.#write(type, size, write)) {
      this.#pending.push({ type, size, write });
      this.continue();
    }
    this.#queue.wakeThread(this.index, 0);
  }

  /** Puts a record that lies in the arena into its inbox. */
  putElsewhere(type: number, at: Region): void {
    this.put(In.elsewhere, 32, (bytes, offset) => {
      new Int32Array(bytes.buffer, bytes.byteOffset + offset, 1)[0] = type;
      new Float64Array(bytes.buffer, bytes.byteOffset + offset + 8, 3).set([at.arena, at.offset, at.length]);
      return 32;
    });
  }

  /** Largest record its inbox takes. */
  get largest(): number {
    return this.line.inbox.largest;
  }

  /** Puts in what waited for room, as far as there is room now. */
  continue(): void {
    if (this.#pending.length === 0) return;
    // Said before it is looked for: who makes room from here on tells.
    Atomics.store(this.#queue.words, SharedQueue.word(this.index, Word.wants), 1);
    let n = 0;
    while (n < this.#pending.length) {
      const { type, size, write } = this.#pending[n];
      if (!this.#write(type, size, write)) break;
      n++;
    }
    this.#pending.splice(0, n);
    if (n > 0) this.#queue.wakeThread(this.index, 0);
  }

  /** Answers a request for memory. */
  answer(granted: boolean, held: number, limit: number, blocks: readonly Region[]): void {
    const { grant } = this.line;
    grant[0] = granted ? 1 : 0;
    grant[1] = held;
    grant[2] = limit;
    blocks.forEach((b, i) => {
      grant[3 + 2 * i] = b.arena;
      grant[4 + 2 * i] = b.offset;
    });
    const word = SharedQueue.word(this.index, Word.grant);
    Atomics.add(this.#queue.words, word, 1);
    Atomics.notify(this.#queue.words, word);
  }

  /** Ends it, unless it is stuck. */
  terminate(): void {
    this.dead = true;
    // It may be waiting for memory.
    this.answer(false, 0, 0, []);
    this.#worker.terminate();
  }

  #write(type: number, size: number, write: (bytes: Uint8Array, at: number) => number): boolean {
    const { inbox } = this.line;
    const at = inbox.begin(size);
    if (at < 0) return false;
    inbox.commit(type, write(inbox.bytes, at));
    return true;
  }
}
