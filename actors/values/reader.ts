/**
 * Reads MessagePack as {@link Writer} writes it, and refuses what could not have come from it.
 *
 * @module
 */

import { MalformedValueError } from "./errors.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** A place in a head. Knows nothing of what the extensions mean. */
export class Reader {
  /** Next byte to read. */
  at = 0;

  /** Reads `bytes`, which must not lie in shared memory: another thread could change them between check and use. */
  constructor(readonly bytes: Uint8Array) {}

  /** Throws: what is wrong, and where. */
  bad(why: string): never {
    throw new MalformedValueError(`not a packed value: ${why} at byte ${this.at} of ${this.bytes.length}`);
  }

  /** Checks that `n` bytes are left. */
  need(n: number): void {
    if (n > this.bytes.length - this.at) this.bad(`expected ${n} more bytes`);
  }

  /** One byte. */
  byte(): number {
    if (this.at >= this.bytes.length) this.bad("unexpected end");
    return this.bytes[this.at++];
  }

  /** Two bytes, big-endian. */
  u16(): number {
    this.need(2);
    const b = this.bytes;
    return (b[this.at++] << 8) | b[this.at++];
  }

  /** Four bytes, big-endian. */
  u32(): number {
    this.need(4);
    const b = this.bytes;
    return ((b[this.at++] << 24) | (b[this.at++] << 16) | (b[this.at++] << 8) | b[this.at++]) >>> 0;
  }

  /** The rest of a float64. */
  f64(): number {
    this.need(8);
    for (let i = 7; i >= 0; i--) floatBytes[i] = this.bytes[this.at++];
    return float[0];
  }

  /** The rest of a string of `n` bytes. */
  text(n: number): string {
    this.need(n);
    const b = this.bytes;
    const end = this.at + n;
    if (n < 24) {
      let s = "";
      let i = this.at;
      for (; i < end && b[i] < 0x80; i++) s += String.fromCharCode(b[i]);
      if (i === end) {
        this.at = end;
        return s;
      }
    }
    try {
      const s = decoder.decode(b.subarray(this.at, end));
      this.at = end;
      return s;
    } catch {
      this.bad("a string that is not UTF-8");
    }
  }

  /** A whole string. */
  string(): string {
    const c = this.byte();
    if (c >= 0xa0 && c < 0xc0) return this.text(c & 31);
    if (c === 0xdb) return this.text(this.u32());
    this.at--;
    this.bad("expected a string");
  }

  /** A whole non-negative integer below `limit`. */
  index(limit: number): number {
    const c = this.byte();
    const n = c < 0x80 ? c : c === 0xcc ? this.byte() : c === 0xcd ? this.u16() : c === 0xce ? this.u32() : limit;
    if (n >= limit) this.bad(`expected an index below ${limit}`);
    return n;
  }

  /** The head of an array; its length is at most the bytes that are left. */
  array(): number {
    const c = this.byte();
    const n = c >= 0x90 && c < 0xa0 ? c & 15 : c === 0xdc ? this.u16() : c === 0xdd ? this.u32() : -1;
    if (n < 0) {
      this.at--;
      this.bad("expected an array");
    }
    this.need(n);
    return n;
  }

  /** An array of strings. */
  strings(): string[] {
    const n = this.array();
    const out: string[] = [];
    for (let i = 0; i < n; i++) out.push(this.string());
    return out;
  }
}
