/**
 * A packed value as one piece of bytes, for small values that travel inside a message.
 *
 * A value without frames is its head alone. With frames: byte 0xc1 (which begins no MessagePack), three zero bytes, then as u32 the
 * head's length, the number of frames and each frame's length; then head and frames, each beginning at a multiple of 8, and zeros up
 * to a multiple of 8.
 *
 * @module
 */

import { MalformedValueError } from "./errors.ts";
import type { PackedValue } from "./types.ts";

const MARK = 0xc1;
const NO_FRAMES: readonly Uint8Array[] = [];

function padded(n: number): number {
  return (n + 7) & ~7;
}

/** Bytes that a packed value takes as a blob. */
export function blobSize(packed: PackedValue): number {
  if (packed.frames.length === 0) return packed.head.byteLength;
  let n = padded(12 + 4 * packed.frames.length) + padded(packed.head.byteLength);
  for (const f of packed.frames) n += padded(f.byteLength);
  return n;
}

/** Writes a packed value as a blob into `target` at `offset`; gives the offset after it. `target` must be zero there. */
export function writeBlob(packed: PackedValue, target: Uint8Array, offset: number): number {
  const { head, frames } = packed;
  if (frames.length === 0) {
    target.set(head, offset);
    return offset + head.byteLength;
  }
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  target[offset] = MARK;
  view.setUint32(offset + 4, head.byteLength, true);
  view.setUint32(offset + 8, frames.length, true);
  for (let i = 0; i < frames.length; i++) view.setUint32(offset + 12 + 4 * i, frames[i].byteLength, true);
  let at = offset + padded(12 + 4 * frames.length);
  target.set(head, at);
  at += padded(head.byteLength);
  for (const f of frames) {
    target.set(f, at);
    at += padded(f.byteLength);
  }
  return at;
}

/** A packed value as one piece. A value without frames is its head itself, not a copy. */
export function toBlob(packed: PackedValue): Uint8Array {
  if (packed.frames.length === 0) return packed.head;
  const blob = new Uint8Array(blobSize(packed));
  writeBlob(packed, blob, 0);
  return blob;
}

/**
 * The packed value of a blob, as views on it.
 *
 * @throws {MalformedValueError} when its lengths do not fit.
 */
export function fromBlob(blob: Uint8Array): PackedValue {
  if (blob.byteLength === 0) throw new MalformedValueError("a blob without bytes");
  if (blob[0] !== MARK) return { head: blob, frames: NO_FRAMES };
  const n = blob.byteLength;
  if (n < 12) throw new MalformedValueError(`a blob of ${n} bytes, expected at least 12`);
  const view = new DataView(blob.buffer, blob.byteOffset, n);
  const headLength = view.getUint32(4, true), count = view.getUint32(8, true);
  if (12 + 4 * count > n) throw new MalformedValueError(`a blob of ${n} bytes with ${count} frames`);
  let at = padded(12 + 4 * count);
  const take = (length: number): Uint8Array => {
    if (at + length > n) throw new MalformedValueError(`a blob of ${n} bytes is cut short`);
    const piece = blob.subarray(at, at + length);
    at += padded(length);
    return piece;
  };
  const head = take(headLength);
  const frames: Uint8Array[] = [];
  for (let i = 0; i < count; i++) frames.push(take(view.getUint32(12 + 4 * i, true)));
  return { head, frames };
}
