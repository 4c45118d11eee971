/**
 * The user's actors that live in one thread: each with its instance and its mailbox, each at one call at a time.
 *
 * @module
 */

import { blobSize, fromBlob, pack, type PackedValue, toBlob } from "../values/mod.ts";
import { Mailbox } from "../core/mod.ts";
import { MailboxFullError } from "./errors.ts";
import type { Claimed } from "./claimed.ts";
import type { ThreadLoop } from "./thread_loop.ts";
import { Out, padded, readText } from "./thread_records.ts";
import { INLINE_BYTES, NO_RUN, packError } from "./thread_results.ts";
import { Run } from "./thread_run.ts";

/** Calls that may wait for one actor. One more is answered with a {@link MailboxFullError} at once. */
export const ACTOR_MAILBOX = 1_048_576;
/** Bytes of replies that are collected before they are handed over. */
const REPLY_BYTES = 32_768;

interface Call {
  readonly batch: number;
  readonly n: number;
  readonly method: string;
  readonly args: Uint8Array;
}

interface Resident {
  readonly index: number;
  readonly key: string;
  instance: Record<string, unknown> | undefined;
  readonly box: Mailbox<Call>;
  /** Being made, or at an asynchronous call. */
  busy: boolean;
  stopped: boolean;
  /** Stands in the list of those that have something to do. */
  listed: boolean;
}

/** Actors of one thread. */
export class ThreadActors {
  readonly #loop: ThreadLoop;
  readonly #actors = new Map<number, Resident>();
  #ready: Resident[] = [];
  /** How many are busy. */
  #engaged = 0;
  #values: Uint8Array[] = [];
  #flags: number[] = [];
  #bytes = 0;
  #batch = -1;
  #first = 0;

  /** In the thread of `loop`. */
  constructor(loop: ThreadLoop) {
    this.#loop = loop;
  }

  /** Whether none of them is being made, or is at an asynchronous call. */
  get idle(): boolean {
    return this.#engaged === 0;
  }

  /** Constructs an instance. */
  construct(task: Claimed): void {
    const key = task.key();
    const resident: Resident = {
      index: task.actor,
      key,
      instance: undefined,
      box: new Mailbox<Call>({ data: { capacity: ACTOR_MAILBOX, whenFull: "refuse" } }),
      busy: false,
      stopped: false,
      listed: false,
    };
    this.#actors.set(task.actor, resident);
    this.#engage(resident, true);
    const run = new Run(this.#loop, NO_RUN, () => key);
    const perform = async (): Promise<void> => {
      await this.#loop.missing(task);
      const made = this.#loop.code.get(this.#loop.code.ref(task.fn)!) as new (...args: unknown[]) => unknown;
      const args = this.#loop.unpack(task.args, task.deps) as unknown[];
      // A class is constructed; a function makes the instance, and may take its time.
      const instance = isClass(made)
        ? new made(...args)
        : await (made as unknown as (...args: unknown[]) => unknown)(...args);
      if (typeof instance !== "object" || instance === null) {
        throw new TypeError(
          `an actor must be an object, ${key} came out as ${instance === null ? "null" : typeof instance}`,
        );
      }
      this.#engage(resident, false);
      if (resident.stopped) return;
      resident.instance = instance as Record<string, unknown>;
      const address = pack({ key, worker: this.#loop.worker });
      this.#loop.results.finished(task.run, address, run.spent);
      this.#list(resident);
      this.#loop.pump();
    };
    this.#loop.local.run(run, perform).catch((e) => {
      this.#engage(resident, false);
      this.#loop.results.failed(task.run, e, run.spent);
      this.#remove(resident, true);
    });
  }

  /** Calls arrived. */
  calls(record: Uint8Array): void {
    const head = new Int32Array(record.buffer, 0, 6);
    const [batch, actor, first, count, nameBytes] = head;
    const columns = new Uint32Array(record.buffer, 24, 2 * count);
    const names = readText(record, 24 + 8 * count, nameBytes).split("\n");
    let p = 24 + 8 * count + padded(nameBytes);
    const resident = this.#actors.get(actor);
    for (let i = 0; i < count; i++) {
      const length = columns[count + i];
      const call = { batch, n: first + i, method: names[columns[i]], args: record.subarray(p, p + length) };
      p += length;
      // The main side has answered those of an actor that is gone.
      if (resident === undefined || resident.stopped) return;
      if (!resident.box.post(call)) {
        this.#reply(call, new MailboxFullError(`${resident.key} has ${ACTOR_MAILBOX} calls waiting`), false);
      }
    }
    if (resident !== undefined) this.#list(resident);
  }

  /** Ends an actor. */
  stop(actor: number): void {
    const resident = this.#actors.get(actor);
    if (resident !== undefined) this.#remove(resident, false);
  }

  /** Performs calls for at most `ms` milliseconds; whether there was anything to do. */
  work(ms: number): boolean {
    if (this.#ready.length === 0) {
      this.flush();
      return false;
    }
    const until = performance.now() + ms;
    const ready = this.#ready;
    this.#ready = [];
    let i = 0;
    for (; i < ready.length && performance.now() < until; i++) {
      const resident = ready[i];
      resident.listed = false;
      this.#serve(resident, until);
      this.#list(resident);
    }
    // Those whose turn did not come go first next time.
    if (i < ready.length) this.#ready = [...ready.slice(i), ...this.#ready];
    if (this.#ready.length === 0) this.flush();
    return true;
  }

  /** Hands over the replies that were collected. */
  flush(): void {
    const n = this.#flags.length;
    if (n === 0) return;
    const { outbox } = this.#loop.results.line;
    const start = 16 + padded(4 * n);
    const at = this.#loop.results.begin(start + this.#bytes);
    outbox.ints[at >> 2] = this.#batch;
    outbox.ints[(at >> 2) + 1] = this.#first;
    outbox.ints[(at >> 2) + 2] = n;
    outbox.ints[(at >> 2) + 3] = 0;
    let p = at + start;
    for (let i = 0; i < n; i++) {
      outbox.ints[(at >> 2) + 4 + i] = this.#flags[i];
      outbox.bytes.set(this.#values[i], p);
      p += this.#values[i].byteLength;
    }
    outbox.commit(Out.replies, start + this.#bytes);
    this.#loop.results.queue.wakeMain();
    this.#flags = [];
    this.#values = [];
    this.#bytes = 0;
  }

  #engage(resident: Resident, on: boolean): void {
    if (resident.busy !== on) this.#engaged += on ? 1 : -1;
    resident.busy = on;
  }

  #list(resident: Resident): void {
    if (resident.listed || resident.busy || resident.stopped) return;
    if (resident.instance === undefined || resident.box.length === 0) return;
    resident.listed = true;
    this.#ready.push(resident);
  }

  #serve(resident: Resident, until: number): void {
    while (!resident.busy && !resident.stopped) {
      const call = resident.box.take();
      if (call === undefined) return;
      this.#perform(resident, call);
      if (performance.now() >= until) return;
    }
  }

  #perform(resident: Resident, call: Call): void {
    try {
      const args = fromBlob(call.args);
      const missing = this.#loop.missingCode(args.head);
      if (missing !== undefined) {
        this.#engage(resident, true);
        const go = (): void => {
          this.#engage(resident, false);
          this.#invoke(resident, call, args);
          this.#again(resident);
        };
        missing.then(go, (e) => {
          this.#engage(resident, false);
          this.#reply(call, e, false);
          this.#again(resident);
        });
        return;
      }
      this.#invoke(resident, call, args);
    } catch (e) {
      this.#reply(call, e, false);
    }
  }

  #invoke(resident: Resident, call: Call, packed: PackedValue): void {
    try {
      const instance = resident.instance!;
      const method = instance[call.method];
      if (typeof method !== "function" || call.method === "constructor") {
        throw new TypeError(`${resident.key} has no method ${JSON.stringify(call.method)}`);
      }
      const args = this.#loop.unpack(packed) as unknown[];
      const run = new Run(this.#loop, NO_RUN, () => resident.key);
      const result = this.#loop.local.run(run, () => method.apply(instance, args));
      if (typeof (result as PromiseLike<unknown>)?.then !== "function") return this.#reply(call, result, true);
      this.#engage(resident, true);
      const end = (value: unknown, ok: boolean): void => {
        this.#engage(resident, false);
        this.#reply(call, value, ok);
        this.#again(resident);
      };
      // One that is no promise may say more than one thing.
      Promise.resolve(result).then((v) => end(v, true), (e) => end(e, false));
    } catch (e) {
      this.#reply(call, e, false);
    }
  }

  #again(resident: Resident): void {
    this.#list(resident);
    this.#loop.pump();
  }

  #reply(call: Call, value: unknown, ok: boolean): void {
    let packed: PackedValue;
    try {
      packed = ok
        ? pack(value, { root: "result", references: false, describe: this.#loop.code.describe })
        : packError(value);
    } catch (e) {
      ok = false;
      packed = packError(e);
    }
    const size = blobSize(packed);
    if (size > INLINE_BYTES) return this.#replyElsewhere(call, packed, size, ok);
    const next = this.#batch === call.batch && this.#first + this.#flags.length === call.n;
    if (!next || this.#bytes + size + 4 * (this.#flags.length + 1) > REPLY_BYTES) {
      this.flush();
      this.#batch = call.batch;
      this.#first = call.n;
    }
    this.#flags.push(size * 2 + (ok ? 1 : 0));
    this.#values.push(toBlob(packed));
    this.#bytes += size;
  }

  /** A large reply goes through a block. */
  #replyElsewhere(call: Call, packed: PackedValue, size: number, ok: boolean): void {
    this.flush();
    const { results } = this.#loop;
    try {
      const { view, arena } = results.request(NO_RUN, [size], "a reply")[0];
      view.set(toBlob(packed));
      const { outbox } = results.line;
      const at = results.begin(40);
      outbox.ints.set([call.batch, call.n, ok ? 1 : 0, 0], at >> 2);
      outbox.floats.set([arena, view.byteOffset, size], (at >> 3) + 2);
      outbox.commit(Out.replyElsewhere, 40);
      results.queue.wakeMain();
    } catch (e) {
      this.#reply(call, e, false);
    }
  }

  /** Calls that wait are answered by the main side, which knows them too: they may be very many, and it waits for this thread. */
  #remove(resident: Resident, failed: boolean): void {
    resident.stopped = true;
    this.#actors.delete(resident.index);
    this.flush();
    this.#loop.results.note(Out.actorDown, resident.index, failed ? 1 : 0);
  }
}

function isClass(f: unknown): boolean {
  return typeof f === "function" && /^class\b/.test(Function.prototype.toString.call(f));
}
