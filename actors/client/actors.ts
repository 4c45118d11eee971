/**
 * Actors of the user, as seen from afar: calls go straight to the worker where the actor lives.
 *
 * @module
 */

import { codeOf } from "../code/mod.ts";
import { ActorGoneError } from "../scheduler/errors.ts";
import type { FromWorker } from "../protocol/mod.ts";
import { blobSize, pack, type Packing, type PackOptions, unpack, writeBlob } from "../values/mod.ts";
import type { ClientTask } from "./client_task.ts";
import type { ClientCore } from "./core.ts";
import { decodeBlob, type Decoding, failureOf, remoteError } from "./decoding.ts";
import type { WorkerGoneError } from "./errors.ts";

const NO_BYTES = new Uint8Array(0);

interface Call {
  readonly actor: ActorLink;
  readonly method: string;
  args: Packing | undefined;
  /** What must not be collected while there is no answer. */
  readonly handle: object | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface ActorLink {
  readonly task: ClientTask;
  readonly queue: Call[];
  /** It stands in the list of those with something to send, or waits for its place. */
  listed: boolean;
}

/** Sends calls, and takes their replies. */
export class ActorCalls {
  readonly #core: ClientCore;
  readonly #options: PackOptions;
  readonly #decoding: Decoding;
  readonly #gather: (keys: readonly string[]) => Promise<unknown[]>;
  readonly #links = new WeakMap<ClientTask, ActorLink>();
  readonly #waiting = new Map<string, Map<number, Call>>();
  /** Code that a worker was sent, by address. */
  readonly #told = new Map<string, Set<string>>();

  /**
   * @param gather Gives values of keys: a call's arguments go to one actor, not to a task that could be placed beside them.
   */
  constructor(
    core: ClientCore,
    options: PackOptions,
    decoding: Decoding,
    gather: (keys: readonly string[]) => Promise<unknown[]>,
  ) {
    this.#core = core;
    this.#options = options;
    this.#decoding = decoding;
    this.#gather = gather;
    core.links.replies = {
      reply: (address, m) => this.#reply(address, m),
      gone: (address, error) => this.#gone(address, error),
    };
  }

  /**
   * Calls a method; all calls of one turn travel together, and are performed in the order in which they were made. `handle` is kept until
   * there is an answer: an actor must not end because its last handle is forgotten while calls of it are awaited.
   */
  call(task: ClientTask, method: string, args: readonly unknown[], handle?: object): Promise<unknown> {
    this.#core.mustBeOpen();
    const packed = pack(args, { ...this.#options, root: `${method}.args` });
    let link = this.#links.get(task);
    if (link === undefined) this.#links.set(task, link = { task, queue: [], listed: false });
    return new Promise((resolve, reject) => {
      const call: Call = { actor: link, method, args: packed, handle, resolve, reject };
      link.queue.push(call);
      this.#core.awaited.busy();
      if (packed.refs.length > 0) this.#bring(call, packed);
      this.#list(link);
    });
  }

  #list(link: ActorLink): void {
    if (link.listed) return;
    link.listed = true;
    this.#core.clock.soon(() => this.#flush(link));
  }

  /** Puts the values of futures in the place of the futures; what was called later waits. */
  #bring(call: Call, packed: Packing): void {
    call.args = undefined;
    this.#gather(packed.refs).then((values) => {
      const byKey = new Map(packed.refs.map((key, i) => [key, values[i]]));
      // The head names no code that is not here: it was described here.
      const args = unpack(packed, { resolve: (key) => byKey.get(key), code: this.#codeHere });
      call.args = pack(args, { ...this.#options, root: `${call.method}.args` });
    }).catch((e) => {
      const { queue } = call.actor;
      queue.splice(queue.indexOf(call), 1);
      this.#settle(call, () => call.reject(e));
    }).finally(() => this.#list(call.actor));
  }

  readonly #codeHere = (ref: string): unknown => {
    throw new TypeError(
      `a call with futures and functions (${ref}) among its arguments cannot be made; await the futures first`,
    );
  };

  #settle(call: Call, run: () => void): void {
    this.#core.awaited.idle();
    run();
    void call;
  }

  #flush(link: ActorLink): void {
    link.listed = false;
    const { task, queue } = link;
    if (queue.length === 0) return;
    const refuse = (error: unknown): void => {
      for (const call of queue.splice(0)) this.#settle(call, () => call.reject(error));
    };
    if (this.#core.machine.ended !== undefined) return refuse(this.#core.endedError());
    if (task.state === "pending") {
      link.listed = true;
      this.#core.watch(task, () => {
        link.listed = false;
        this.#list(link);
      });
      return;
    }
    if (task.state !== "done") {
      return refuse(
        task.state === "failed" ? failureOf(task) : new ActorGoneError(task.key, task.reason || "it was stopped"),
      );
    }
    const address = this.#core.worker(task.worker!)?.address;
    if (address === undefined) {
      // The news of its worker's end are here, those of its own are not yet.
      link.listed = true;
      this.#core.clock.after(10, () => this.#flush(link));
      return;
    }
    let ready = 0;
    while (ready < queue.length && queue[ready].args !== undefined) ready++;
    if (ready > 0) this.#send(address, task.key, queue.splice(0, ready));
  }

  #send(address: string, key: string, calls: readonly Call[]): void {
    const { links } = this.#core;
    const methods: string[] = [], index = new Map<string, number>();
    const method = new Uint32Array(calls.length), argBytes = new Uint32Array(calls.length);
    let total = 0;
    for (let i = 0; i < calls.length; i++) {
      const { method: name, args } = calls[i];
      let m = index.get(name);
      if (m === undefined) {
        index.set(name, m = methods.length);
        methods.push(name);
      }
      method[i] = m;
      total += argBytes[i] = blobSize(args!);
      if (args!.codes.size > 0) this.#tellCode(address, args!.codes);
    }
    const bytes = new Uint8Array(total);
    let at = 0;
    const n = links.take(calls.length);
    let waiting = this.#waiting.get(address);
    if (waiting === undefined) this.#waiting.set(address, waiting = new Map());
    for (let i = 0; i < calls.length; i++) {
      at = writeBlob(calls[i].args!, bytes, at);
      calls[i].args = undefined;
      waiting.set(n + i, calls[i]);
    }
    links.send(address, { type: "call", key, n, methods, method, argBytes, frames: [bytes] });
    this.#core.awaited.soonBack();
  }

  /** Calls carry no code: it goes ahead of them, with a task that does nothing. */
  #tellCode(address: string, codes: ReadonlyMap<string, Uint8Array>): void {
    let told = this.#told.get(address);
    if (told === undefined) this.#told.set(address, told = new Set());
    const fresh = [...codes.keys()].filter((hash) => !told.has(hash));
    if (fresh.length === 0) return;
    for (const hash of fresh) told.add(hash);
    const frames = [pack([]).head, ...fresh.map((hash) => codes.get(hash) ?? codeOf(hash)!)];
    this.#core.links.ask(address, (n) => ({ type: "execute", n, fn: "global:Boolean", codes: fresh, frames }), {
      answer: () => true,
      gone: () => {},
    });
  }

  #reply(address: string, m: Extract<FromWorker, { type: "reply" }>): void {
    const waiting = this.#waiting.get(address);
    let at = 0;
    let blob: Uint8Array = NO_BYTES;
    for (let i = 0; i < m.ok.length; i++) {
      if (m.sizes[i] > 0) blob = m.frames[0].subarray(at, at += m.sizes[i]);
      const call = waiting?.get(m.n + i);
      if (call === undefined) continue;
      waiting!.delete(m.n + i);
      this.#settle(call, () => this.#result(call, blob, m.ok[i] === 1));
    }
  }

  #result(call: Call, blob: Uint8Array, ok: boolean): void {
    if (!ok) return call.reject(remoteError(blob, `${call.method} of actor ${call.actor.task.key}`));
    try {
      call.resolve(decodeBlob(blob, this.#decoding));
    } catch (e) {
      call.reject(e);
    }
  }

  #gone(address: string, error: WorkerGoneError): void {
    this.#told.delete(address);
    const waiting = this.#waiting.get(address);
    this.#waiting.delete(address);
    for (const call of waiting?.values() ?? []) {
      const gone = new ActorGoneError(
        call.actor.task.key,
        `${error.message}; ${call.method} may have been performed or not`,
      );
      this.#settle(call, () => call.reject(gone));
    }
  }
}
