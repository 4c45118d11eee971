/**
 * Large messages that a peer has announced: room is made for them one after the other, and their chunks are put where they belong, or
 * they are read where they lie, if this process can.
 *
 * @module
 */

import type { Parts } from "./driver.ts";
import { ProtocolError } from "./errors.ts";
import type { Link, LinkContext } from "./link.ts";
import type { Reach, Whereabouts } from "./reach.ts";
import type { InTransfer } from "./transfers.ts";

/** Announcements that may wait for room. */
const MAX_WAITING = 64;
/** Bytes that are read in one turn. */
const READ_BYTES = 8 << 20;
/** Messages of smaller frames on average come in chunks: each frame is a call of its own. */
const READ_FRAME_BYTES = 64 << 10;

/** The receiving side of one session's large messages. */
export class Incoming {
  readonly #context: LinkContext;
  readonly #link: Link;
  readonly #known = new Map<number, InTransfer>();
  #waiting: InTransfer[] = [];
  #reserving = false;
  #bytes = 0;
  /** The peer's process, if its memory can be read. */
  #reach: Reach | undefined;
  #there: Whereabouts | undefined;
  /** To be read, in this order. */
  #placed: InTransfer[] = [];

  /**
   * @param context What all links of the endpoint share.
   * @param link Whose messages these are.
   */
  constructor(context: LinkContext, link: Link) {
    this.#context = context;
    this.#link = link;
  }

  /** The peer has said where its memory is. */
  met(reach: Reach | undefined, memory: Whereabouts | undefined): void {
    if (reach === undefined || memory === undefined || !reach.finds(memory)) return;
    this.#reach = reach;
    this.#there = memory;
  }

  /** One is announced: it gets its room when those before it have theirs. */
  announced(transfer: InTransfer): void {
    if (this.#known.has(transfer.id)) {
      throw new ProtocolError("malformed", `message ${transfer.id} was announced twice`);
    }
    if (this.#waiting.length >= MAX_WAITING) {
      throw new ProtocolError("limit", `more than ${MAX_WAITING} large messages announced at once`);
    }
    this.#known.set(transfer.id, transfer);
    this.#waiting.push(transfer);
    this.#admit();
  }

  /** A chunk has arrived. */
  chunk(id: number, parts: Parts): void {
    const transfer = this.#known.get(id);
    if (transfer?.frames === undefined) {
      throw new ProtocolError("malformed", `a chunk of message ${id}, which is not under way`);
    }
    transfer.take(parts);
    this.#link.say({ kind: "credit", id, taken: transfer.taken });
    if (transfer.taken === transfer.total) this.#complete(transfer);
  }

  /** The peer says where one lies. */
  placed(id: number, addresses: readonly number[]): void {
    const transfer = this.#known.get(id);
    if (this.#reach === undefined || transfer?.frames === undefined || transfer.addresses !== undefined) {
      throw new ProtocolError("malformed", `the place of message ${id}, which is not waited for`);
    }
    if (addresses.length !== transfer.sizes.length) {
      throw new ProtocolError("malformed", `${addresses.length} places for ${transfer.sizes.length} frames`);
    }
    transfer.addresses = addresses;
    if (this.#placed.push(transfer) === 1) this.#reach.eachTurn(() => this.#read());
  }

  /** Reads some more; whether there is more to read. */
  #read(): boolean {
    const transfer = this.#placed.at(0);
    if (transfer === undefined) return false;
    const there = this.#there!;
    let good = transfer.read(this.#reach!, there.pid, READ_BYTES);
    // At the end once more: is it still that process?
    if (good && transfer.taken === transfer.total) good = this.#reach!.finds(there);
    if (!good) {
      this.#context.fail(this.#link, `message ${transfer.id} cannot be read where it lies`);
      return false;
    }
    if (transfer.taken === transfer.total) {
      this.#placed.shift();
      this.#link.say({ kind: "credit", id: transfer.id, taken: transfer.taken });
      this.#complete(transfer);
    }
    return this.#placed.length > 0;
  }

  #complete(transfer: InTransfer): void {
    this.#forget(transfer);
    this.#context.deliver(this.#link, { header: transfer.header, frames: transfer.frames! });
    this.#admit();
  }

  /** The session has ended: all that is half there is forgotten. */
  drop(): void {
    this.#known.clear();
    this.#waiting = [];
    this.#placed = [];
    this.#bytes = 0;
  }

  /** Makes room: for one after the other, so that the one whose chunks come first has its room first, and in all no more than one message may hold. */
  #admit(): void {
    while (!this.#reserving && this.#waiting.length > 0) {
      const transfer = this.#waiting[0];
      if (this.#bytes > 0 && this.#bytes + transfer.total > this.#context.limits.messageBytes) return;
      this.#waiting.shift();
      this.#bytes += transfer.total;
      try {
        const room = this.#context.reserve(this.#link, transfer.header, transfer.sizes);
        if (!isPromise(room)) {
          this.#accept(transfer, room);
          continue;
        }
        this.#reserving = true;
        room.then((frames) => this.#accept(transfer, frames)).catch((error) => this.#refuse(transfer, error)).finally(
          () => {
            this.#reserving = false;
            this.#admit();
          },
        );
      } catch (error) {
        this.#refuse(transfer, error);
      }
    }
  }

  #accept(transfer: InTransfer, frames: Uint8Array[]): void {
    // The session may have ended while room was being made.
    if (this.#known.get(transfer.id) !== transfer) return;
    transfer.accept(frames);
    const { id, total, sizes } = transfer;
    const read = this.#reach !== undefined && total >= READ_FRAME_BYTES * sizes.length;
    this.#link.say(read ? { kind: "reach", id } : { kind: "credit", id, taken: 0 });
  }

  #refuse(transfer: InTransfer, error: unknown): void {
    if (this.#known.get(transfer.id) !== transfer) return;
    this.#forget(transfer);
    this.#link.say({
      kind: "abort",
      id: transfer.id,
      reason: String((error as Error)?.message ?? error).slice(0, 500),
    });
    this.#context.report(error);
  }

  #forget(transfer: InTransfer): void {
    this.#known.delete(transfer.id);
    this.#bytes -= transfer.total;
  }
}

function isPromise(value: unknown): value is Promise<Uint8Array[]> {
  return typeof (value as { then?: unknown })?.then === "function";
}
