/**
 * Large messages, which travel in chunks: the sender announces one (open), the receiver makes room for it and says so (credit),
 * and then chunks follow, never more of them under way than the receiver has said it takes. Chunks of one message follow those of the
 * message before it, so order holds.
 *
 * @module
 */

import { ProtocolError } from "./errors.ts";
import type { Header } from "./port.ts";
import type { Parts } from "./driver.ts";
import type { Reach } from "./reach.ts";

/** Frames in one chunk; very many tiny frames are spread over several. */
const PIECES = 1024;

/** A large message on its way out. */
export class OutTransfer {
  /** Its number in this session and direction. */
  readonly id: number;
  /** Its encoded header. */
  readonly header: Uint8Array;
  /** Its frames, which belong to the sender of the message. */
  readonly frames: readonly Uint8Array[];
  /** Bytes of all frames. */
  readonly total: number;
  /** To be called once. */
  readonly released: (() => void) | undefined;
  /** Whether the receiver knows of it. */
  opened = false;
  /** Whether the receiver has room for it. */
  granted = false;
  /** Whether the receiver reads it where it lies. */
  reached = false;
  /** Bytes put on the wire. */
  sent = 0;
  /** Bytes that the receiver has taken. */
  taken = 0;
  #frame = 0;
  #offset = 0;

  constructor(
    id: number,
    header: Uint8Array,
    frames: readonly Uint8Array[],
    total: number,
    released: (() => void) | undefined,
  ) {
    this.id = id;
    this.header = header;
    this.frames = frames;
    this.total = total;
    this.released = released;
  }

  /** The next `limit` bytes, as views that never cross a frame's end. */
  next(limit: number): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let room = limit;
    while (room > 0 && this.#frame < this.frames.length && pieces.length < PIECES) {
      const frame = this.frames[this.#frame];
      const n = Math.min(room, frame.byteLength - this.#offset);
      if (n > 0) pieces.push(n === frame.byteLength ? frame : frame.subarray(this.#offset, this.#offset + n));
      room -= n;
      this.#offset += n;
      if (this.#offset >= frame.byteLength) {
        this.#frame++;
        this.#offset = 0;
      }
    }
    this.sent += limit - room;
    return pieces;
  }
}

/** A large message on its way in. */
export class InTransfer {
  /** Its number in this session and direction. */
  readonly id: number;
  /** Its header. */
  readonly header: Header;
  /** Bytes of each of its frames. */
  readonly sizes: readonly number[];
  /** Bytes of all frames. */
  readonly total: number;
  /** Bytes that have arrived. */
  taken = 0;
  /** The room for its frames, once there is some. */
  frames: Uint8Array[] | undefined;
  /** Where the frames lie in the sender's memory, once it has said so. */
  addresses: readonly number[] | undefined;
  #frame = 0;
  #offset = 0;

  constructor(id: number, header: Header, sizes: readonly number[]) {
    this.id = id;
    this.header = header;
    this.sizes = sizes;
    this.total = sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Says where it is to be written, after checking that it fits. */
  accept(frames: Uint8Array[]): void {
    if (frames.length !== this.sizes.length) {
      throw new TypeError(`reserve gave ${frames.length} arrays for a message of ${this.sizes.length} frames`);
    }
    for (let i = 0; i < frames.length; i++) {
      if (!(frames[i] instanceof Uint8Array) || frames[i].byteLength !== this.sizes[i]) {
        throw new TypeError(
          `reserve gave ${describe(frames[i])} for frame ${i}, which needs a Uint8Array of ${this.sizes[i]} bytes`,
        );
      }
    }
    this.frames = frames;
  }

  /** Writes the parts of a chunk where they belong. */
  take(parts: Parts): void {
    const frames = this.frames!;
    for (let i = 0; i < parts.count; i++) {
      const size = parts.size(i);
      while (this.#frame < frames.length && this.#offset === frames[this.#frame].byteLength) this.#step();
      if (size === 0) continue;
      if (this.#frame >= frames.length || size > frames[this.#frame].byteLength - this.#offset) {
        throw new ProtocolError("malformed", `a chunk of message ${this.id} crosses the end of a frame`);
      }
      const frame = frames[this.#frame];
      parts.copy(
        i,
        this.#offset === 0 && size === frame.byteLength ? frame : frame.subarray(this.#offset, this.#offset + size),
      );
      this.#offset += size;
      this.taken += size;
    }
  }

  /** Reads the next bytes, at most `limit`, from where they lie in process `pid`; false when that cannot be. */
  read(reach: Reach, pid: number, limit: number): boolean {
    const frames = this.frames!;
    for (let room = limit; room > 0 && this.taken < this.total;) {
      while (this.#offset === frames[this.#frame].byteLength) this.#step();
      const frame = frames[this.#frame];
      const n = Math.min(room, frame.byteLength - this.#offset);
      const into = frame.subarray(this.#offset, this.#offset + n);
      if (!reach.read(pid, this.addresses![this.#frame] + this.#offset, into)) return false;
      this.#offset += n;
      this.taken += n;
      room -= n;
    }
    return true;
  }

  #step(): void {
    this.#frame++;
    this.#offset = 0;
  }
}

function describe(value: unknown): string {
  return value instanceof Uint8Array ? `a Uint8Array of ${value.byteLength} bytes` : `a value of type ${typeof value}`;
}
