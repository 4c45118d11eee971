/**
 * Writes MessagePack. Its own, because heads are written tens of thousands of times a second, also in threads that should
 * not have to load a package first.
 *
 * @module
 */

import { MAX_HEAD } from "./format.ts";

const encoder = new TextEncoder();
const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

const ARENA = 16_384;
const LARGEST_IN_ARENA = 512;
let arena = new Uint8Array(ARENA);
let used = 0;

/** A growing buffer of MessagePack. */
export class Writer {
  /** What is written; valid up to `length`. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024);
  /** Bytes written. */
  length = 0;

  /** Makes room for `n` more bytes. */
  room(n: number): void {
    const need = this.length + n;
    if (need <= this.bytes.length) return;
    if (need > MAX_HEAD) {
      throw new RangeError(
        `the value is larger than ${MAX_HEAD} bytes without its typed arrays; put the numbers into typed arrays`,
      );
    }
    const grown = new Uint8Array(Math.min(MAX_HEAD, Math.max(need, this.bytes.length * 2)));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** One byte. */
  byte(b: number): void {
    if (this.length === this.bytes.length) this.room(1);
    this.bytes[this.length++] = b;
  }

  /** Four bytes, big-endian as MessagePack has them. */
  u32(n: number): void {
    this.room(4);
    const b = this.bytes;
    let p = this.length;
    b[p++] = n >>> 24;
    b[p++] = n >>> 16;
    b[p++] = n >>> 8;
    b[p++] = n;
    this.length = p;
  }

  /** A number: 32-bit integers as such, all others (and -0) as float64. */
  number(n: number): void {
    this.room(9);
    const b = this.bytes;
    let p = this.length;
    if ((n | 0) === n && (n !== 0 || 1 / n > 0)) {
      if (n >= 0) {
        if (n < 0x80) b[p++] = n;
        else if (n < 0x100) {
          b[p++] = 0xcc;
          b[p++] = n;
        } else if (n < 0x10000) {
          b[p++] = 0xcd;
          b[p++] = n >>> 8;
          b[p++] = n;
        } else {
          b[p++] = 0xce;
          b[p++] = n >>> 24;
          b[p++] = n >>> 16;
          b[p++] = n >>> 8;
          b[p++] = n;
        }
      } else if (n >= -32) b[p++] = n;
      else {
        b[p++] = 0xd2;
        b[p++] = n >>> 24;
        b[p++] = n >>> 16;
        b[p++] = n >>> 8;
        b[p++] = n;
      }
    } else {
      float[0] = n;
      b[p++] = 0xcb;
      for (let i = 7; i >= 0; i--) b[p++] = floatBytes[i];
    }
    this.length = p;
  }

  /** A well-formed string. */
  string(s: string): void {
    const n = s.length;
    if (n < 32) {
      this.room(n + 1);
      const b = this.bytes;
      const start = this.length;
      let i = 0;
      for (; i < n; i++) {
        const c = s.charCodeAt(i);
        if (c >= 0x80) break;
        b[start + 1 + i] = c;
      }
      if (i === n) {
        b[start] = 0xa0 | n;
        this.length = start + 1 + n;
        return;
      }
    }
    this.room(5 + n * 3);
    const start = this.length;
    const { written } = encoder.encodeInto(s, this.bytes.subarray(start + 5));
    this.bytes[start] = 0xdb;
    this.length = start + 1;
    this.u32(written);
    this.length = start + 5 + written;
  }

  /** The head of an array of `n`. */
  array(n: number): void {
    if (n < 16) this.byte(0x90 | n);
    else if (n < 0x10000) {
      this.room(3);
      this.bytes[this.length++] = 0xdc;
      this.bytes[this.length++] = n >>> 8;
      this.bytes[this.length++] = n;
    } else {
      this.byte(0xdd);
      this.u32(n);
    }
  }

  /** The head of a map of `n` pairs. */
  map(n: number): void {
    if (n < 16) this.byte(0x80 | n);
    else {
      this.byte(0xdf);
      this.u32(n);
    }
  }

  /** An extension of one byte. */
  mark(type: number): void {
    this.room(3);
    this.bytes[this.length++] = 0xd4;
    this.bytes[this.length++] = type;
    this.bytes[this.length++] = 0;
  }

  /** Begins an extension; its length is filled in by {@link Writer.end}, which wants what this gives. */
  begin(type: number): number {
    this.byte(0xc9);
    this.u32(0);
    this.byte(type);
    return this.length;
  }

  /** Ends an extension. */
  end(start: number): void {
    const n = this.length - start;
    const b = this.bytes;
    b[start - 5] = n >>> 24;
    b[start - 4] = n >>> 16;
    b[start - 3] = n >>> 8;
    b[start - 2] = n;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A copy of all that was written. Small ones share a buffer with their neighbours: allocating each would be most of the cost. */
  take(): Uint8Array {
    const n = this.length;
    if (n > LARGEST_IN_ARENA) return this.bytes.slice(0, n);
    if (used + n > ARENA) {
      arena = new Uint8Array(ARENA);
      used = 0;
    }
    const out = arena.subarray(used, used + n);
    for (let i = 0; i < n; i++) out[i] = this.bytes[i];
    used += n;
    return out;
  }
}
