/**
 * Sessions with workers, for everything that does not concern the scheduler: fetching and putting values, calls of actors, `run`.
 *
 * @module
 */

import type { Arrival, Endpoint, Message, Peer } from "../../transport/mod.ts";
import { codec, type FromWorker, fromWorker, type ToWorker, toWorker } from "../protocol/mod.ts";
import { WorkerGoneError } from "./errors.ts";

const toCodec = codec(toWorker);
const fromCodec = codec(fromWorker);

/** Who waits for an answer. */
export interface Asker {
  /** An answer with the question's number; true when it was the last. */
  answer(message: FromWorker): boolean;
  /** The worker went away first, or cannot be reached. */
  gone(error: WorkerGoneError): void;
}

interface Link {
  readonly address: string;
  peer: Peer | undefined;
  /** Sent as soon as there is a session. */
  readonly queue: ToWorker[];
  readonly asked: Set<number>;
  /** Values to ask for at the end of the turn. */
  wanted: Map<string, Asker>;
}

/** Who takes replies to calls of actors, which come in pieces of what was sent at once. */
export interface ReplyTaker {
  /** Results of calls from number `n` on. */
  reply(address: string, message: Extract<FromWorker, { type: "reply" }>): void;
  /** What was not answered by now will not be. */
  gone(address: string, error: WorkerGoneError): void;
}

/** Who is told how tasks end that workers were asked to begin, and of sessions. */
export interface StartTaker {
  up(address: string, peer: Peer): void;
  down(address: string): void;
  told(address: string, message: Extract<FromWorker, { type: "result" | "declined" | "threw" }>): void;
}

/** All sessions with workers. */
export class WorkerLinks {
  readonly #endpoint: Endpoint;
  readonly #soon: (run: () => void) => void;
  readonly #links = new Map<string, Link>();
  readonly #askers = new Map<number, Asker>();
  #n = 1;
  /** Takes replies of actors. */
  replies: ReplyTaker | undefined;
  /** Takes what is told of tasks that were begun. */
  starts: StartTaker | undefined;

  /** Dials through `endpoint`; `soon` runs something at the end of the turn. */
  constructor(endpoint: Endpoint, soon: (run: () => void) => void) {
    this.#endpoint = endpoint;
    this.#soon = soon;
  }

  /** Questions that wait for their answers. */
  get size(): number {
    return this.#askers.size;
  }

  /** Numbers for `count` questions that are answered as one. */
  take(count: number): number {
    const n = this.#n;
    this.#n += count;
    return n;
  }

  /** Asks a worker something. */
  ask(address: string, make: (n: number) => ToWorker, asker: Asker): void {
    const n = this.take(1);
    this.#link(address).asked.add(n);
    this.#askers.set(n, asker);
    this.send(address, make(n));
  }

  /** Asks a worker something that has one answer. Rejects with {@link WorkerGoneError}. */
  request(address: string, make: (n: number) => ToWorker): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      this.ask(address, make, {
        answer(m) {
          resolve(m);
          return true;
        },
        gone: reject,
      });
    });
  }

  /** Has a session with a worker, soon. */
  dial(address: string): void {
    this.#link(address);
  }

  /** Sends something, now or when there is a session. */
  send(address: string, message: ToWorker): void {
    const link = this.#link(address);
    if (link.peer === undefined) link.queue.push(message);
    else this.#endpoint.send(link.peer, toCodec.write(message as never));
  }

  /** Fetches a value; all that are wanted of a worker in one turn are asked for at once. */
  fetch(address: string, key: string, asker: Asker): void {
    const link = this.#link(address);
    if (link.wanted.size === 0) this.#soon(() => this.#get(link));
    const before = link.wanted.get(key);
    link.wanted.set(key, before === undefined ? asker : both(before, asker));
  }

  #get(link: Link): void {
    const wanted = link.wanted;
    link.wanted = new Map();
    if (wanted.size === 0) return;
    this.ask(link.address, (n) => ({ type: "get", n, keys: [...wanted.keys()], frames: [] }), {
      answer(m) {
        if (m.type !== "data") return false;
        wanted.get(m.key)?.answer(m);
        wanted.delete(m.key);
        return wanted.size === 0;
      },
      gone(error) {
        for (const asker of wanted.values()) asker.gone(error);
      },
    });
  }

  #link(address: string): Link {
    let link = this.#links.get(address);
    if (link === undefined) {
      link = { address, peer: undefined, queue: [], asked: new Set(), wanted: new Map() };
      this.#links.set(address, link);
      this.#endpoint.dial(address);
    }
    return link;
  }

  /** Takes an arrival from a worker, or about one; false when it is not one's. */
  arrival(a: Arrival): boolean {
    const link = this.#links.get(a.kind === "refused" ? a.address : a.peer.address);
    if (link === undefined) return false;
    switch (a.kind) {
      case "up":
        link.peer = a.peer;
        this.starts?.up(link.address, a.peer);
        for (const m of link.queue.splice(0)) this.send(link.address, m);
        break;
      case "down":
        link.peer = undefined;
        this.#fail(link, a.reason);
        break;
      case "refused":
        this.#fail(link, a.reason);
        if (a.cause !== "unanswered") this.#links.delete(a.address);
        break;
      case "message":
        this.#message(link, a.message);
    }
    return true;
  }

  #message(link: Link, message: Message): void {
    let m: FromWorker;
    try {
      m = fromCodec.read(message);
    } catch {
      // Nothing that can be read is nothing that can be answered; whoever waits will see the session's end.
      return;
    }
    if (m.type === "result" || m.type === "declined" || m.type === "threw") {
      this.starts?.told(link.address, m);
      return;
    }
    if (m.type === "reply") {
      this.replies?.reply(link.address, m);
      return;
    }
    const asker = this.#askers.get(m.n);
    if (asker === undefined || !link.asked.has(m.n)) return;
    if (asker.answer(m)) {
      this.#askers.delete(m.n);
      link.asked.delete(m.n);
    }
  }

  #fail(link: Link, reason: string): void {
    link.queue.length = 0;
    const error = new WorkerGoneError(link.address, reason);
    const wanted = link.wanted;
    link.wanted = new Map();
    const asked = [...link.asked];
    link.asked.clear();
    this.replies?.gone(link.address, error);
    this.starts?.down(link.address);
    for (const asker of wanted.values()) asker.gone(error);
    for (const n of asked) {
      const asker = this.#askers.get(n)!;
      this.#askers.delete(n);
      asker.gone(error);
    }
  }

  /** The worker at this address is no longer in the cluster. */
  forget(address: string, reason: string): void {
    const link = this.#links.get(address);
    if (link === undefined) return;
    this.#links.delete(address);
    this.#endpoint.hangUp(address);
    this.#fail(link, reason);
  }

  /** Ends all. */
  close(reason: string): void {
    for (const address of [...this.#links.keys()]) this.forget(address, reason);
  }
}

function both(a: Asker, b: Asker): Asker {
  return {
    answer(m) {
      a.answer(m);
      return b.answer(m);
    },
    gone(error) {
      a.gone(error);
      b.gone(error);
    },
  };
}
