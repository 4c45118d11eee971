/**
 * The main side of a thread's endpoint: a real one, opened when the thread first asks, of role "client".
 *
 * @module
 */

import type { Arrival, Endpoint, Peer } from "../../transport/mod.ts";
import { type ArrivalData, type FromThread, peerData, type ToThread } from "./thread_messages.ts";

/** Passes on what one thread sends, and what arrives for it. */
export class RelayHost {
  readonly #open: () => Endpoint;
  readonly #post: (message: ToThread) => void;
  readonly #peers = new Map<string, Peer>();
  #endpoint: Endpoint | undefined;

  /** `open` makes the endpoint; `post` sends to the thread. */
  constructor(open: () => Endpoint, post: (message: ToThread) => void) {
    this.#open = open;
    this.#post = post;
  }

  /** What the thread posted; whether it was for the endpoint. */
  message(m: FromThread): void {
    switch (m.type) {
      case "open":
        if (this.#endpoint !== undefined) return;
        this.#endpoint = this.#open();
        this.#post({ type: "opened", self: this.#endpoint.self });
        this.#endpoint.receive((a) => this.#post({ type: "arrival", arrival: this.#data(a) }));
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

  /** Ends the endpoint, if there is one. */
  async close(ms?: number): Promise<void> {
    const endpoint = this.#endpoint;
    this.#endpoint = undefined;
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
