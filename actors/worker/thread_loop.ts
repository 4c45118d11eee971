/**
 * What an executor thread does: looks into its inbox, claims tasks from the shared queue while its place is free, and sleeps when there is
 * nothing. Synchronous tasks run one after the other; asynchronous ones interleave.
 *
 * @module
 */

import { collectGarbage } from "./garbage.ts";
import type { Endpoint } from "../../transport/mod.ts";
import { contentHash, fromBlob, neededCode, pack, type PackedValue, unpack } from "../values/mod.ts";
import { type Claimed, claimed } from "./claimed.ts";
import { RelayEndpoint } from "./relay_endpoint.ts";
import { SharedQueue, ThreadLine, Word } from "./shared_queue.ts";
import { ThreadActors } from "./thread_actors.ts";
import { type TaskContext, taskSymbol } from "./thread_api.ts";
import { ThreadCode } from "./thread_code.ts";
import { captureConsole } from "./thread_console.ts";
import { ThreadContext } from "./thread_context.ts";
import { type FromThread, LIBRARY_AHEAD, type ThreadInit, type ToThread } from "./thread_messages.ts";
import { In, Kind, Out, TASK_HEAD } from "./thread_records.ts";
import { NO_RUN, Results } from "./thread_results.ts";
import { Run, type RunHost } from "./thread_run.ts";
import { NextTurn } from "./turns.ts";

/** Milliseconds after which a thread that has more to do lets its event loop turn. */
const TURN = 1;
/**
 * After so many lone tasks or calls, each soon after the one before, a thread looks out for the next one for so many ms before it sleeps: then
 * nobody has to wake it, and those who talk stay on the other cores.
 */
const SERIES = 4, LOOKOUT = 1;

/** What a thread has of the system. */
export interface ThreadHost {
  /** Wakes the main side. */
  readonly wake: () => void;
  /** Lets another thread have this one's core, if one waits for it; where there is a way to do so. */
  readonly giveTurn: (() => void) | undefined;
}

/** The thread's whole state. */
export class ThreadLoop implements RunHost {
  readonly worker: string;
  readonly scheduler: string;
  readonly code: ThreadCode;
  readonly results: Results;
  readonly local = new ThreadContext<TaskContext>();
  readonly #queue: SharedQueue;
  readonly #line: ThreadLine;
  readonly #words: Int32Array;
  readonly #wants: number;
  readonly #sleeps: number;
  readonly #wake: number;
  readonly #runs = new Map<number, Run>();
  readonly #actors: ThreadActors;
  readonly #post: (message: FromThread) => void;
  readonly #claims: boolean;
  readonly #host: ThreadHost;
  #busy = 0;
  #armed = false;
  /** How many lone ones came in a row. */
  #series = 0;
  /** What follows when there is nothing to do: in a series a turn of the event loop, then the lookout; then sleep. */
  #after: "turn" | "lookout" | "sleep" = "sleep";
  #idleSince = 0;
  #pumping = false;
  #closing = false;
  #relay: RelayEndpoint | undefined;

  /** As the main side says; `post` sends to it. */
  constructor(init: ThreadInit, post: (message: FromThread) => void, host: ThreadHost) {
    this.worker = init.worker;
    this.scheduler = init.scheduler;
    this.#queue = new SharedQueue(init.queue);
    this.#queue.signalMain = host.wake;
    this.#host = host;
    this.#post = (message) => {
      post(message);
      this.#queue.askTurn();
    };
    this.code = new ThreadCode(() => this.#post({ type: "library" }));
    this.#line = new ThreadLine(init.line, this.#queue, init.thread);
    this.#words = this.#queue.words;
    this.#wants = SharedQueue.word(init.thread, Word.wants);
    this.#sleeps = SharedQueue.word(init.thread, Word.sleeps);
    this.#wake = SharedQueue.word(init.thread, Word.wake);
    this.#claims = init.role === "tasks";
    this.results = new Results(this.#queue, this.#line, init.arenas, init.thread);
    this.thread = init.thread;
    this.#actors = new ThreadActors(this);
    Object.defineProperty(globalThis, taskSymbol, { value: () => this.local.get() });
    captureConsole((level, text) => post({ type: "log", key: this.local.get()?.key ?? "", level, text }));
    this.#catchFaults();
  }

  /** Its number. */
  readonly thread: number;

  readonly #next = new NextTurn(() => this.pump());

  /** What the main side posts. */
  message(m: ToThread): void {
    switch (m.type) {
      case "fn":
        this.code.setRef(m.index, m.ref);
        if (m.ref === LIBRARY_AHEAD && this.#claims) this.code.load(m.ref).catch(() => {});
        return;
      case "code":
        return this.code.setCode(m.hash, m.bytes);
      case "library":
        return this.code.setLibrary(m.url);
      case "close":
        this.#closing = true;
        return;
      default:
        this.#relay?.message(m);
    }
  }

  /** Does what there is to do, then sleeps until woken. */
  readonly pump = (): void => {
    if (this.#pumping || this.#closing) return;
    this.#pumping = true;
    const began = performance.now();
    for (;;) {
      Atomics.store(this.#words, this.#sleeps, 0);
      const seen = Atomics.load(this.#words, this.#wake);
      let did = this.#line.inbox.drain(256, this.#read) > 0;
      if (did && Atomics.exchange(this.#words, this.#wants, 0) === 1) this.#queue.wakeMain();
      if (this.#actors.work(TURN)) did = true;
      if (this.#claims && this.#busy === 0) {
        collectGarbage();
        const offset = this.#queue.claim();
        if (offset >= 0) {
          did = true;
          const task = this.#take(offset);
          this.#came(task.kind === Kind.lone);
          this.#start(task);
        }
      }
      if (did) {
        this.#idleSince = performance.now();
        this.#after = this.#series < SERIES ? "sleep" : "turn";
        if (this.#idleSince - began < TURN) continue;
      }
      if (did || this.#after === "turn") {
        if (this.#after === "turn") this.#after = "lookout";
        this.#next.ask();
        break;
      }
      const free = this.#claims && this.#busy === 0;
      Atomics.store(this.#words, this.#sleeps, free ? 1 : 2);
      if ((free && !this.#queue.empty) || !this.#line.inbox.empty) continue;
      if (this.#after === "lookout") {
        this.#after = "sleep";
        if (this.#runs.size === 0 && this.#actors.idle) this.#lookOut(seen);
        continue;
      }
      if (this.#armed) break;
      const r = Atomics.waitAsync(this.#words, this.#wake, seen);
      if (!r.async) continue;
      this.#armed = true;
      r.value.then(() => {
        this.#armed = false;
        this.pump();
      });
      break;
    }
    this.#pumping = false;
  };

  /** Something came to do. */
  #came(lone: boolean): void {
    const soon = lone && this.#host.giveTurn !== undefined && performance.now() - this.#idleSince < LOOKOUT;
    this.#series = soon ? this.#series + 1 : 0;
  }

  /** Waits for its wake-up, awake; whoever else wants the core has it. */
  #lookOut(seen: number): void {
    const until = performance.now() + LOOKOUT;
    while (Atomics.load(this.#words, this.#wake) === seen && performance.now() < until) this.#host.giveTurn!();
  }

  memoryOf(buffer: ArrayBufferLike): WebAssembly.Memory | undefined {
    return this.results.memoryOf(buffer);
  }

  isCancelled(run: number): boolean {
    return run !== NO_RUN && Atomics.load(this.#queue.cancelled, run) === 1;
  }

  openEndpoint(): Endpoint {
    return this.#relay ??= new RelayEndpoint(this.#post);
  }

  allocate(run: number, bytes: number): Uint8Array {
    return this.results.request(run, [bytes], "an array")[0].view;
  }

  suspended(run: Run): void {
    if (run.index === NO_RUN) return;
    this.#busy--;
    this.results.note(Out.suspended, run.index);
    queueMicrotask(this.pump);
  }

  resumed(run: Run): void {
    if (run.index === NO_RUN) return;
    this.#busy++;
    this.results.note(Out.resumed, run.index);
  }

  /** Reads a task out of its slot, or out of the block the slot speaks of. */
  #take(offset: number): Claimed {
    const slots = this.#queue.slots;
    const ints = new Int32Array(slots.buffer, slots.byteOffset + offset, 8);
    Atomics.store(this.#queue.owners, ints[1], this.thread + 1);
    let record: Uint8Array;
    if (ints[0] === Kind.elsewhere) {
      const at = new Float64Array(slots.buffer, slots.byteOffset + offset + TASK_HEAD, 3);
      record = this.results.view(at[0], at[1], at[2]).slice();
    } else record = slots.slice(offset, offset + ints[7]);
    this.#queue.free(offset);
    return claimed(record, this.results);
  }

  #start(task: Claimed): void {
    this.#busy++;
    const run = new Run(this, task.run, task.key);
    this.#runs.set(task.run, run);
    if (this.isCancelled(task.run)) return this.#cancel(task.run);
    try {
      const missing = this.missing(task);
      if (missing === undefined) return this.#perform(run, task);
      missing.then(() => {
        if (!run.over) this.#perform(run, task);
      }).catch((e) => {
        if (!run.over) this.#failed(run, e);
      });
    } catch (e) {
      this.#failed(run, e);
    }
  }

  /** Opens a task's arguments and loads the code that it needs; nothing when all is there. Throws when the arguments are no packed value. */
  missing(task: Pick<Claimed, "fn" | "blob" | "args" | "deps">): Promise<unknown> | undefined {
    const { code } = this;
    task.args = fromBlob(task.blob);
    const fn = code.ref(task.fn);
    let all: Promise<unknown>[] | undefined;
    const look = (head: Uint8Array): void => {
      const missing = this.missingCode(head);
      if (missing !== undefined) (all ??= []).push(missing);
    };
    look(task.args.head);
    if (task.deps !== undefined) { for (const d of task.deps.values()) look(d.head); }
    if (all === undefined && fn !== undefined && code.has(fn)) return undefined;
    (all ??= []).push(code.refKnown(task.fn).then((ref) => code.load(ref)));
    return Promise.all(all);
  }

  /** Loads the code that a head speaks of; nothing when all is there. */
  missingCode(head: Uint8Array): Promise<unknown> | undefined {
    const wanted = neededCode(head).filter((ref) => !this.code.has(ref));
    return wanted.length === 0 ? undefined : Promise.all(wanted.map((ref) => this.code.load(ref)));
  }

  /** The value of packed bytes; references inside get the values of `deps`. */
  unpack(value: PackedValue, deps?: Map<string, PackedValue>): unknown {
    const code = (ref: string): unknown => this.code.get(ref);
    return unpack(value, {
      code,
      resolve: (key) => {
        const dep = deps?.get(key);
        if (dep === undefined) throw new ReferenceError(`the value of ${key} was not sent along`);
        return unpack(dep, { code });
      },
    });
  }

  #perform(run: Run, task: Claimed): void {
    const fn = this.code.get(this.code.ref(task.fn)!) as (...args: unknown[]) => unknown;
    const args = this.unpack(task.args, task.deps) as unknown[];
    run.begun = true;
    const result = this.local.run(run, () => fn(...args));
    if (typeof (result as PromiseLike<unknown>)?.then === "function") {
      // One that is no promise may say more than one thing.
      Promise.resolve(result).then((v) => this.#finished(run, v), (e) => this.#failed(run, e));
    } else this.#finished(run, result);
  }

  #finished(run: Run, value: unknown): void {
    if (run.over) return this.results.note(Out.settled, run.index);
    const { spent } = run;
    let packed: PackedValue | undefined, problem: unknown;
    try {
      packed = pack(value, { root: "result", references: false, describe: this.code.describe });
    } catch (e) {
      problem = e;
    }
    this.#leave(run);
    try {
      if (packed === undefined) throw problem;
      this.results.finished(run.index, packed, spent);
    } catch (e) {
      this.results.failed(run.index, e, spent);
    }
  }

  #failed(run: Run, error: unknown, runsOn = false): void {
    if (run.over) return this.results.note(Out.settled, run.index);
    const { spent } = run;
    this.#leave(run);
    this.results.failed(run.index, error, spent, runsOn);
  }

  #leave(run: Run): void {
    const suspended = run.isSuspended;
    run.over = true;
    this.#runs.delete(run.index);
    this.local.release(run);
    if (suspended) return;
    this.#busy--;
    if (!this.#pumping) queueMicrotask(this.pump);
  }

  readonly #read = (type: number, offset: number, length: number): void => {
    const { inbox } = this.#line;
    if (type === In.elsewhere) {
      const at = offset >> 3;
      const record = this.results.view(inbox.floats[at + 1], inbox.floats[at + 2], inbox.floats[at + 3]).slice();
      return this.#record(inbox.ints[offset >> 2], record);
    }
    this.#record(type, inbox.bytes.slice(offset, offset + length));
  };

  #record(type: number, record: Uint8Array): void {
    const ints = new Int32Array(record.buffer, 0, record.byteLength >> 2);
    switch (type) {
      case In.cancel:
        return this.#cancel(ints[0]);
      case In.actor:
        return this.#actors.construct(claimed(record, this.results));
      case In.calls:
        this.#came(ints[3] === 1);
        return this.#actors.calls(record);
      case In.stop:
        return this.#actors.stop(ints[0]);
      case In.hash:
        return this.#hash(record);
    }
  }

  #hash(record: Uint8Array): void {
    const [n, count] = new Int32Array(record.buffer, 0, 2);
    const at = new Float64Array(record.buffer, 8, 3 * count);
    const parts: Uint8Array[] = [];
    for (let i = 0; i < at.length; i += 3) parts.push(this.results.view(at[i], at[i + 1], at[i + 2]));
    const hash = contentHash({ head: parts[0], frames: parts.slice(1) });
    const { outbox } = this.#line;
    const offset = this.results.begin(24);
    outbox.ints[offset >> 2] = n;
    outbox.bytes.set(hash, offset + 8);
    outbox.commit(Out.hashed, 24);
    this.#queue.wakeMain();
  }

  #cancel(index: number): void {
    const run = this.#runs.get(index);
    // Over already: its result is on its way, and the main side will drop it.
    if (run === undefined) return;
    const begun = run.begun;
    run.cancel();
    this.#runs.delete(index);
    if (!run.isSuspended) this.#busy--;
    this.results.note(Out.ended, index);
    if (!begun) this.results.note(Out.settled, index);
  }

  /** An error nobody caught fails the task it comes from; the thread goes on. */
  #catchFaults(): void {
    const fault = (error: unknown): void => {
      const run = this.local.get();
      const known = run instanceof Run && run.index !== NO_RUN;
      const mine = known && !run.over ? [run] : [];
      // Where it cannot be told whose it is, it is everybody's. What is over cannot fail any more.
      for (const r of known ? mine : [...this.#runs.values()]) this.#failed(r, error, r.begun);
      this.#post({ type: "fault", run: mine[0]?.index ?? NO_RUN, text: Deno.inspect(error) });
    };
    globalThis.addEventListener("error", (e) => {
      e.preventDefault();
      fault(e.error ?? new Error(e.message));
    });
    globalThis.addEventListener("unhandledrejection", (e) => {
      e.preventDefault();
      fault(e.reason);
    });
  }
}
