/**
 * Large messages that a peer has announced: room is made for them one after the other, and their chunks are put where they belong.
 *
 * @module
 */

import type { Parts } from "./driver.ts";
import { ProtocolError } from "./errors.ts";
import type { Link, LinkContext } from "./link.ts";
import type { InTransfer } from "./transfers.ts";

/** Announcements that may wait for room. */
const MAX_WAITING = 64;

/** The receiving side of one session's large messages. */
export class Incoming {
  readonly #context: LinkContext;
  readonly #link: Link;
  readonly #known = new Map<number, InTransfer>();
  #waiting: InTransfer[] = [];
  #reserving = false;
  #bytes = 0;

  /**
   * @param context What all links of the endpoint share.
   * @param link Whose messages these are.
   */
  constructor(context: LinkContext, link: Link) {
    this.#context = context;
    this.#link = link;
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
    if (transfer.taken < transfer.total) return;
    this.#forget(transfer);
    this.#context.deliver(this.#link, { header: transfer.header, frames: transfer.frames });
    this.#admit();
  }

  /** The session has ended: all that is half there is forgotten. */
  drop(): void {
    this.#known.clear();
    this.#waiting = [];
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
    this.#link.say({ kind: "credit", id: transfer.id, taken: 0 });
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
