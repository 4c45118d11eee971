/**
 * Small messages on their way into one multipart message.
 *
 * @module
 */

import { Kind } from "./envelope.ts";

/** Room before the headers: array of three, the kind, and an array32 with its length. */
const PREFIX = 7;
/** A batch past any of these is sent on its own. */
const FULL_HEAD = 256 * 1024;
const FULL_FRAMES = 1024;
const FULL_BYTES = 4 * 2 ** 20;
/** A buffer that has grown past this is let go after use. */
const KEEP = 2 ** 20;

/** Collects encoded headers and their frames, and gives the batch's envelope without encoding anything twice. */
export class BatchWriter {
  #bytes = new Uint8Array(1024);
  #at = PREFIX;
  #counts: number[] = [];
  #anyFrames = false;
  #frameBytes = 0;
  /** Frames of all messages in it, in order. */
  frames: Uint8Array[] = [];
  /** What to call once the batch is on its way. */
  released: (() => void)[] = [];

  /** Messages in it. */
  get length(): number {
    return this.#counts.length;
  }

  /** Bytes in it, those of frames included. */
  get bytes(): number {
    return this.#at - PREFIX + this.#frameBytes;
  }

  /** Whether another message of this size should wait for the next batch. */
  isFullFor(headerBytes: number, frameCount: number, frameBytes: number): boolean {
    return this.#counts.length > 0 &&
      (this.#at + headerBytes > FULL_HEAD || this.frames.length + frameCount > FULL_FRAMES ||
        this.#frameBytes + frameBytes > FULL_BYTES);
  }

  /** Adds a message. `header` is copied, `frames` are kept. */
  add(header: Uint8Array, frames: readonly Uint8Array[], frameBytes: number, released: (() => void) | undefined): void {
    this.#room(header.length);
    this.#bytes.set(header, this.#at);
    this.#at += header.length;
    this.#counts.push(frames.length);
    if (frames.length > 0) {
      this.#anyFrames = true;
      this.#frameBytes += frameBytes;
      for (const frame of frames) this.frames.push(frame);
    }
    if (released !== undefined) this.released.push(released);
  }

  /** Completes the envelope. The bytes stay valid until the next `add` after {@link BatchWriter.clear}. */
  head(): Uint8Array {
    const counts = this.#counts;
    const n = counts.length;
    this.#room(5 + (this.#anyFrames ? 5 * n : 0));
    const bytes = this.#bytes;
    let at = this.#at;
    if (!this.#anyFrames) bytes[at++] = 0x90;
    else {
      at = uint32(bytes, at, 0xdd, n);
      for (const count of counts) {
        if (count < 0x80) bytes[at++] = count;
        else at = uint32(bytes, at, 0xce, count);
      }
    }
    bytes[0] = 0x93;
    bytes[1] = Kind.batch;
    uint32(bytes, 2, 0xdd, n);
    return bytes.subarray(0, at);
  }

  /** Starts the next batch. */
  clear(): void {
    if (this.#bytes.length > KEEP) this.#bytes = new Uint8Array(1024);
    this.#at = PREFIX;
    this.#counts = [];
    this.#anyFrames = false;
    this.#frameBytes = 0;
    if (this.frames.length > 0) this.frames = [];
    if (this.released.length > 0) this.released = [];
  }

  #room(more: number): void {
    const need = this.#at + more;
    if (need <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(need, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}

function uint32(bytes: Uint8Array, at: number, type: number, value: number): number {
  bytes[at] = type;
  bytes[at + 1] = value >>> 24;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 8;
  bytes[at + 4] = value;
  return at + 5;
}
