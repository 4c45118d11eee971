/**
 * An endpoint for code inside a thread: the thread has no sockets, so the worker's main side opens a real one for it and passes on
 * what is sent and what arrives.
 *
 * @module
 */

import type { Arrival, Endpoint, Introduction, Message, Peer, TransportStats } from "../../transport/mod.ts";
import type { ArrivalData, FromThread, PeerData, ToThread } from "./thread_messages.ts";

class RelayPeer implements Peer {
  readonly id: string;
  readonly address: string;
  readonly role: Peer["role"];
  readonly name: string;
  readonly incarnation: string;
  backlog = 0;

  constructor(data: PeerData) {
    this.id = data.id;
    this.address = data.address;
    this.role = data.role;
    this.name = data.name;
    this.incarnation = data.incarnation;
  }
}

function size(m: Message): number {
  let n = 0;
  for (const f of m.frames) n += f.byteLength;
  return n;
}

/** The thread's side. */
export class RelayEndpoint implements Endpoint {
  readonly stats: TransportStats = {
    messagesSent: 0,
    messagesReceived: 0,
    bytesSent: 0,
    bytesReceived: 0,
    protocolErrors: 0,
  };
  #self: Introduction = { role: "client", name: "", incarnation: "" };
  readonly #post: (message: FromThread) => void;
  readonly #peers = new Map<string, RelayPeer>();
  readonly #underWay = new Map<number, { peer: RelayPeer; bytes: number; released?: () => void }>();
  readonly #before: Arrival[] = [];
  #sink: ((arrival: Arrival) => void) | undefined;
  #ended: (() => void)[] = [];
  #n = 0;

  /** Opens the real one on the main side. */
  constructor(post: (message: FromThread) => void) {
    this.#post = post;
    post({ type: "open" });
  }

  get self(): Introduction {
    return this.#self;
  }

  bind(): Promise<string> {
    return Promise.reject(new TypeError("an endpoint inside a task can dial, and not bind"));
  }

  dial(address: string): void {
    this.#post({ type: "dial", address });
  }

  hangUp(address: string): void {
    this.#post({ type: "hangUp", address });
  }

  close(peer: Peer, reason?: string): void {
    this.#post({ type: "closePeer", peer: peer.id, reason });
  }

  send(peer: Peer, message: Message): void {
    const to = this.#peers.get(peer.id);
    if (to === undefined) {
      message.released?.();
      return;
    }
    const n = this.#n++;
    const bytes = size(message);
    to.backlog += bytes;
    this.stats.messagesSent++;
    this.stats.bytesSent += bytes;
    this.#underWay.set(n, { peer: to, bytes, released: message.released });
    this.#post({ type: "send", peer: peer.id, n, header: message.header, frames: message.frames });
  }

  receive(sink: (arrival: Arrival) => void): void {
    this.#sink = sink;
    for (const a of this.#before.splice(0)) sink(a);
  }

  async *arrivals(): AsyncIterableIterator<Arrival> {
    const queue: Arrival[] = [];
    let wake = (): void => {};
    let ended = false;
    this.#ended.push(() => {
      ended = true;
      wake();
    });
    this.receive((a) => {
      queue.push(a);
      wake();
    });
    for (;;) {
      while (queue.length > 0) yield queue.shift()!;
      if (ended) return;
      await new Promise<void>((resolve) => wake = resolve);
    }
  }

  end(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      this.#ended.push(resolve);
      this.#post({ type: "end", ms });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }

  /** What the main side tells. */
  message(m: ToThread): void {
    switch (m.type) {
      case "opened":
        this.#self = m.self;
        return;
      case "arrival":
        return this.#arrival(m.arrival);
      case "released": {
        const sent = this.#underWay.get(m.n);
        this.#underWay.delete(m.n);
        if (sent === undefined) return;
        sent.peer.backlog -= sent.bytes;
        sent.released?.();
        return;
      }
      case "ended":
        for (const resolve of this.#ended.splice(0)) resolve();
    }
  }

  #arrival(a: ArrivalData): void {
    switch (a.kind) {
      case "up": {
        const peer = new RelayPeer(a.peer);
        this.#peers.set(peer.id, peer);
        return this.#deliver({ kind: "up", peer });
      }
      case "down": {
        const peer = this.#peers.get(a.peer);
        this.#peers.delete(a.peer);
        if (peer !== undefined) this.#deliver({ kind: "down", peer, reason: a.reason });
        return;
      }
      case "message": {
        const peer = this.#peers.get(a.peer);
        if (peer === undefined) return;
        const message = { header: a.header, frames: a.frames };
        this.stats.messagesReceived++;
        this.stats.bytesReceived += size(message);
        return this.#deliver({ kind: "message", peer, message });
      }
      case "refused":
        return this.#deliver(a);
    }
  }

  #deliver(a: Arrival): void {
    if (this.#sink === undefined) this.#before.push(a);
    else this.#sink(a);
  }
}
