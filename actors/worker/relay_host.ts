/**
 * The main side of a thread's endpoint: a real one, opened when the thread first asks, of role "client".
 *
 * @module
 */

import type { Arrival, Endpoint, Peer } from "../../transport/mod.ts";
import { type ArrivalData, type FromThread, peerData, type ToThread } from "./thread_messages.ts";

/** Passes on what one thread sends, and what arrives for it. */
export class RelayHost {
  readonly #open: () => Endpoint | Promise<Endpoint>;
  readonly #post: (message: ToThread) => void;
  readonly #peers = new Map<string, Peer>();
  #endpoint: Endpoint | undefined;
  #opening = false;
  #closed = false;
  /** What the thread wanted of it before it was there. */
  #early: FromThread[] = [];

  /** `open` makes the endpoint; `post` sends to the thread. */
  constructor(open: () => Endpoint | Promise<Endpoint>, post: (message: ToThread) => void) {
    this.#open = open;
    this.#post = post;
  }

  /** What the thread posted; whether it was for the endpoint. */
  message(m: FromThread): void {
    if (m.type !== "open" && this.#endpoint === undefined && this.#opening) {
      this.#early.push(m);
      return;
    }
    switch (m.type) {
      case "open":
        if (!this.#opening) void this.#begin();
        return;
      case "dial":
        return this.#endpoint?.dial(m.address);
      case "hangUp":
        return this.#endpoint?.hangUp(m.address);
      case "closePeer": {
        const peer = this.#peers.get(m.peer);
        if (peer !== undefined) this.#endpoint?.close(peer, m.reason);
        return;
      }
      case "send": {
        const peer = this.#peers.get(m.peer);
        const released = (): void => this.#post({ type: "released", n: m.n });
        if (peer === undefined || this.#endpoint === undefined) return released();
        return this.#endpoint.send(peer, { header: m.header, frames: m.frames, released });
      }
      case "end": {
        const ended = (): void => this.#post({ type: "ended" });
        if (this.#endpoint === undefined) return ended();
        this.close(m.ms).then(ended);
      }
    }
  }

  async #begin(): Promise<void> {
    this.#opening = true;
    const endpoint = await this.#open();
    if (this.#closed) return endpoint.end(0);
    this.#endpoint = endpoint;
    this.#post({ type: "opened", self: endpoint.self });
    endpoint.receive((a) => this.#post({ type: "arrival", arrival: this.#data(a) }));
    for (const m of this.#early.splice(0)) this.message(m);
  }

  /** Ends the endpoint, if there is one. */
  async close(ms?: number): Promise<void> {
    const endpoint = this.#endpoint;
    this.#endpoint = undefined;
    this.#closed = true;
    await endpoint?.end(ms);
  }

  #data(a: Arrival): ArrivalData {
    switch (a.kind) {
      case "up":
        this.#peers.set(a.peer.id, a.peer);
        return { kind: "up", peer: peerData(a.peer) };
      case "down":
        this.#peers.delete(a.peer.id);
        return { kind: "down", peer: a.peer.id, reason: a.reason };
      case "message":
        return { kind: "message", peer: a.peer.id, header: a.message.header, frames: a.message.frames };
      case "refused":
        return a;
    }
  }
}
