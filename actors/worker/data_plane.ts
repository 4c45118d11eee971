/**
 * What others ask a worker directly: values, room for values, calls on its actors.
 *
 * @module
 */

import type { Clock, Endpoint, Peer } from "../../transport/mod.ts";
import { type FromWorker, type ToWorker, workerHears } from "../protocol/mod.ts";
import { hex, type PackedValue } from "../values/mod.ts";
import type { Card } from "./events.ts";
import type { Executor, ExecutorEvent, ExecutorTask } from "./executor.ts";
import type { Disk } from "./disk.ts";
import { collectGarbage, leftBehind } from "./garbage.ts";
import type { Store, StoredValue, StoreEntry } from "./store.ts";

/** What the data plane needs of its worker. */
export interface DataPlaneOptions {
  readonly endpoint: Endpoint;
  readonly clock: Clock;
  readonly store: Store;
  readonly executor: Executor;
  readonly name: string;
  /** Where values go that memory has no room for. */
  readonly disk?: Disk;
  /** Told of scattered values that are here now. */
  readonly pinned: (card: Card) => void;
  /** Told how many executions have or want a thread. */
  readonly occupied: (places: number) => void;
  /** Code that came along. */
  readonly code: (hash: string, bytes: Uint8Array) => void;
  /** Told that the transport has no more need of a value that it was given. */
  readonly sent: () => void;
}

interface Execution {
  readonly peer: Peer;
  readonly n: number;
  readonly task: ExecutorTask;
  /** Whether it waits for the cluster. */
  suspended: boolean;
}

interface Offer {
  readonly fingerprint: string;
  readonly sizes: Float64Array;
}

interface Read {
  readonly peer: Peer;
  readonly n: number;
  readonly key: string;
  /** Held until it is read. */
  readonly value: StoredValue;
}

const NONE: readonly Uint8Array[] = [];
/** Part of what values may take that may be in memory on its way from disk to others, beyond it; so many bytes in any case, and one value. */
const PASSING_PART = 1 / 16, LEAST_PASSING = 16 << 20;

/** Answers others. */
export class DataPlane {
  readonly #options: DataPlaneOptions;
  /** By peer: what it has offered and not yet put. */
  readonly #offers = new Map<string, Map<string, Offer>>();
  /** Batches of calls under way. */
  readonly #batches = new Map<number, { readonly peer: Peer; readonly n: number; left: number }>();
  /** Executions under way, by ticket. Theirs are negative, so that they are none of the machine's. */
  readonly #executions = new Map<number, Execution>();
  /** What is on disk only and is to be sent, in the order in which it was asked for. */
  #reads: Read[] = [];
  #passing = 0;
  #sending = 0;
  #batch = 0;
  #ticket = -1;

  /** Over the worker's endpoint. */
  constructor(options: DataPlaneOptions) {
    this.#options = options;
  }

  /** Deals with one message. */
  handle(peer: Peer, m: ToWorker): void {
    switch (m.type) {
      case "get":
        for (const key of m.keys) this.#get(peer, m.n, key);
        return;
      case "offer":
        return this.#offer(peer, m.n, m.id, m.sizes, hex(m.fingerprint));
      case "prove":
        return this.#prove(peer, m.n, m.id, hex(m.hash));
      case "put":
        return this.#put(peer, m.n, m.card, { head: m.frames[0], frames: m.frames.slice(1) });
      case "call":
        return this.#call(peer, m);
      case "execute":
        return this.#execute(peer, m);
    }
  }

  /** The session is over: nobody waits for its answers. */
  down(peer: Peer): void {
    this.#offers.delete(peer.id);
    this.#reads = this.#reads.filter((read) => {
      if (read.peer.id === peer.id) read.value.release();
      return read.peer.id !== peer.id;
    });
    for (const [ticket, e] of this.#executions) {
      if (e.peer.id !== peer.id) continue;
      this.#executions.delete(ticket);
      this.#options.executor.cancel(ticket);
      this.#occupy();
    }
  }

  /** What the executor tells of calls and executions; whether it was of those. */
  executed(e: ExecutorEvent): boolean {
    if (e.kind === "replies") {
      this.#replies(e);
      return true;
    }
    if (!("ticket" in e) || e.ticket >= 0) return false;
    const execution = this.#executions.get(e.ticket);
    if (execution === undefined) return true;
    if (e.kind === "suspended" || e.kind === "resumed") {
      execution.suspended = e.kind === "suspended";
      this.#occupy();
    }
    if (e.kind !== "finished" && e.kind !== "failed") return true;
    this.#executions.delete(e.ticket);
    this.#occupy();
    const { peer, n } = execution;
    if (e.kind === "failed") this.#send(peer, { type: "executed", n, ok: false, frames: [e.error] });
    else {
      // Its blocks are let go when this returns.
      const frames = [e.value.head, ...e.value.frames].map((f) => f.slice());
      this.#send(peer, { type: "executed", n, ok: true, frames });
    }
    return true;
  }

  /** The executor has given these back: executions are begun again, the other tickets are returned. */
  recalled(tickets: readonly number[]): number[] {
    return tickets.filter((ticket) => {
      const execution = this.#executions.get(ticket);
      if (execution !== undefined) this.#options.executor.start(execution.task);
      return ticket >= 0;
    });
  }

  #send(peer: Peer, m: FromWorker, released?: () => void): void {
    this.#options.endpoint.send(peer, workerHears.fromWorker.write(m, released));
  }

  #get(peer: Peer, n: number, key: string): void {
    const entry = this.#options.store.get(key);
    if (entry === undefined) {
      return this.#send(peer, { type: "data", n, key, status: "missing", reason: "it is not here", frames: NONE });
    }
    // Sent from where it lies; it stays there until the transport has no more need of it.
    const value = entry.value.retain();
    if (!value.resident) {
      this.#reads.push({ peer, n, key, value });
      return this.#readOn();
    }
    const { head, frames } = value.packed;
    const message = { type: "data", n, key, status: "ok", reason: "", frames: [head, ...frames] } as const;
    this.#sending++;
    this.#send(peer, message, () => {
      value.release();
      this.#sending--;
      this.#options.sent();
    });
  }

  /** How many values are being sent from where they lie. */
  get sending(): number {
    return this.#sending;
  }

  /** Sent from memory of its own: what is on disk only need not come back for others. That memory is bounded. */
  #readOn(): void {
    const most = Math.max(LEAST_PASSING, PASSING_PART * this.#options.store.limit);
    while (this.#reads.length > 0) {
      const { nbytes } = this.#reads[0].value;
      if (this.#passing > 0 && this.#passing + nbytes > most) return;
      this.#passing += nbytes;
      this.#read(this.#reads.shift()!, () => {
        this.#passing -= nbytes;
        leftBehind(nbytes);
        collectGarbage();
        this.#readOn();
      });
    }
  }

  #read({ peer, n, key, value }: Read, done: () => void): void {
    value.read(this.#options.disk!, (frames) => {
      value.release();
      if (!(frames instanceof Error)) {
        return this.#send(peer, { type: "data", n, key, status: "ok", reason: "", frames }, done);
      }
      this.#send(peer, { type: "data", n, key, status: "missing", reason: frames.message, frames: NONE });
      done();
    });
  }

  #offered(peer: Peer, n: number, id: string, answer: "send" | "prove" | "have" | "full", reason = ""): void {
    this.#send(peer, { type: "offered", n, id, answer, reason, frames: NONE });
  }

  #offer(peer: Peer, n: number, id: string, sizes: Float64Array, fingerprint: string): void {
    const { store } = this.#options;
    if (store.has(id)) return this.#offered(peer, n, id, "have");
    let offers = this.#offers.get(peer.id);
    if (offers === undefined) this.#offers.set(peer.id, offers = new Map());
    offers.set(id, { fingerprint, sizes });
    if (store.like(fingerprint, sizes) !== undefined) return this.#offered(peer, n, id, "prove");
    this.#room(peer, n, id, sizes);
  }

  #room(peer: Peer, n: number, id: string, sizes: Float64Array): void {
    const { store, name } = this.#options;
    const bytes = sizes.reduce((a, b) => a + b, 0);
    if (store.fits(bytes)) return this.#offered(peer, n, id, "send");
    this.#offers.get(peer.id)?.delete(id);
    const reason = `worker ${name} has no room for ${bytes} bytes: it holds ${store.managed} of at most ${store.limit}`;
    this.#offered(peer, n, id, "full", reason);
  }

  #prove(peer: Peer, n: number, id: string, hash: string): void {
    const { store, executor, pinned, name } = this.#options;
    const offer = this.#offers.get(peer.id)?.get(id);
    const like = offer === undefined ? undefined : store.like(offer.fingerprint, offer.sizes);
    if (offer === undefined || like === undefined) {
      return this.#room(peer, n, id, offer?.sizes ?? new Float64Array(0));
    }
    const value = like.value.retain();
    executor.hash(value).then((own) => {
      if (hex(own) !== hash) {
        value.release();
        return this.#room(peer, n, id, offer.sizes);
      }
      this.#offers.get(peer.id)?.delete(id);
      const { nbytes } = value;
      store.adopt(id, value, { pinned: true, fingerprint: offer.fingerprint });
      pinned({ id, nbytes, about: this.#about(like), workers: [name], copies: 1 });
      this.#offered(peer, n, id, "have");
    });
  }

  readonly #abouts = new Map<string, unknown>();

  #about(entry: StoreEntry): unknown {
    return this.#abouts.get(entry.key) ?? null;
  }

  #put(peer: Peer, n: number, card: Card, value: PackedValue): void {
    const { store, pinned } = this.#options;
    const offers = this.#offers.get(peer.id);
    const fingerprint = offers?.get(card.id)?.fingerprint;
    offers?.delete(card.id);
    try {
      const { nbytes } = store.put(card.id, value, { pinned: true, fingerprint }).value;
      this.#abouts.set(card.id, card.about);
      pinned({ ...card, nbytes });
      this.#send(peer, { type: "stored", n, id: card.id, ok: true, reason: "", frames: NONE });
    } catch (e) {
      const reason = e instanceof Error ? e.message : String(e);
      this.#send(peer, { type: "stored", n, id: card.id, ok: false, reason, frames: NONE });
    }
  }

  /** The store has dropped a key. */
  forgotten(key: string): void {
    this.#abouts.delete(key);
  }

  #call(peer: Peer, m: Extract<ToWorker, { type: "call" }>): void {
    const count = m.method.length;
    if (count === 0) return;
    const batch = this.#batch++;
    this.#batches.set(batch, { peer, n: m.n, left: count });
    const { key, methods, method, argBytes } = m;
    this.#options.executor.call({ batch, key, methods, method, argBytes, args: m.frames[0] });
  }

  #replies(e: Extract<ExecutorEvent, { kind: "replies" }>): void {
    const batch = this.#batches.get(e.batch);
    if (batch === undefined) return;
    batch.left -= e.ok.length;
    if (batch.left === 0) this.#batches.delete(e.batch);
    const { ok, sizes } = e;
    this.#send(batch.peer, { type: "reply", n: batch.n + e.first, ok, sizes, frames: [e.values] });
  }

  #occupy(): void {
    let places = 0;
    for (const e of this.#executions.values()) if (!e.suspended) places++;
    this.#options.occupied(places);
  }

  #execute(peer: Peer, m: Extract<ToWorker, { type: "execute" }>): void {
    m.codes.forEach((hash, i) => this.#options.code(hash, m.frames[1 + i]));
    const ticket = this.#ticket--;
    const task: ExecutorTask = {
      ticket,
      key: `run ${m.n} of ${peer.name}`,
      attempt: 0,
      kind: "task",
      fn: m.fn,
      args: m.frames[0],
      deps: [],
    };
    this.#executions.set(ticket, { peer, n: m.n, task, suspended: false });
    this.#occupy();
    this.#options.executor.start(task);
  }
}
