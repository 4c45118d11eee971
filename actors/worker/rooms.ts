/**
 * Where large messages are received: straight in the store's memory.
 *
 * @module
 */

import type { Header, Peer, Reserve } from "../../transport/mod.ts";
import { fromWorker, toWorker } from "../protocol/mod.ts";
import type { Reservation, Store } from "./store.ts";

/** Codes of the messages whose frames are a value to be kept. */
const KEPT = [toWorker.put.code, fromWorker.data.code];

/** Blocks set aside for messages under way. */
export class Rooms {
  readonly #store: Store;
  /** By peer, in the order in which they were set aside. */
  readonly #rooms = new Map<string, Reservation[]>();

  /** In this store. */
  constructor(store: Store) {
    this.#store = store;
  }

  /** For the endpoint: the room for a message's frames. What is no value, or finds no room, is received elsewhere. */
  readonly reserve: Reserve = (peer: Peer, header: Header, sizes: readonly number[]): Uint8Array[] => {
    const kept = Array.isArray(header) && KEPT.includes(header[0] as number);
    const room = kept ? this.#store.reserve(sizes) : undefined;
    if (room === undefined) return sizes.map((n) => new Uint8Array(n));
    const rooms = this.#rooms.get(peer.id);
    if (rooms === undefined) this.#rooms.set(peer.id, [room]);
    else rooms.push(room);
    return room.blocks.map((b) => b.bytes);
  };

  /** The message has been dealt with: what the store has taken stays, the rest is free again. */
  done(peer: Peer, frames: readonly Uint8Array[]): void {
    const rooms = this.#rooms.get(peer.id);
    if (rooms === undefined || frames.length === 0) return;
    const block = this.#store.heap.find(frames[0]);
    const i = rooms.findIndex((r) => r.blocks[0].is(block));
    if (i < 0) return;
    rooms[i].release();
    rooms.splice(i, 1);
    if (rooms.length === 0) this.#rooms.delete(peer.id);
  }

  /** The session is over: what was under way will not come. */
  down(peer: Peer): void {
    for (const room of this.#rooms.get(peer.id) ?? []) room.release();
    this.#rooms.delete(peer.id);
  }
}
