/**
 * Telling whether two values have the same content.
 *
 * @module
 */

import type { PackedValue } from "./types.ts";

const SAMPLES = 64;
const SAMPLE_BYTES = 64;

/**
 * A 128-bit hash of bytes in four 32-bit lanes. Each step is a bijection of the state (xor, multiply by an odd number, rotate, add a
 * neighbour), so that two inputs that have come to differ stay different until further differing input undoes it; at the end the lanes are
 * mixed as finalizers of multiplicative hashes do. Not cryptographic: it tells accidents apart, not forgeries.
 */
class Hash128 {
  #a = 0x243f6a88;
  #b = 0x85a308d3 | 0;
  #c = 0x13198a2e;
  #d = 0x03707344;
  #length = 0;

  add(bytes: Uint8Array): void {
    this.#length += bytes.byteLength;
    const whole = bytes.byteLength & ~15;
    if (whole > 0) {
      const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
      this.#words(new Int32Array(aligned.buffer, aligned.byteOffset, whole >> 2));
    }
    if (whole < bytes.byteLength) {
      const tail = new Uint8Array(16);
      tail.set(bytes.subarray(whole));
      this.#words(new Int32Array(tail.buffer));
    }
    // The length too, so that where one piece ends and the next begins makes a difference.
    this.#words(Int32Array.of(bytes.byteLength, bytes.byteLength / 4294967296, 0, 1));
  }

  #words(w: Int32Array): void {
    let a = this.#a, b = this.#b, c = this.#c, d = this.#d;
    for (let i = 0; i < w.length; i += 4) {
      a = Math.imul(a ^ w[i], 0x9e3779b1);
      b = Math.imul(b ^ w[i + 1], 0x85ebca77);
      c = Math.imul(c ^ w[i + 2], 0xc2b2ae3d);
      d = Math.imul(d ^ w[i + 3], 0x27d4eb2f);
      a = ((a << 13) | (a >>> 19)) + b | 0;
      b = ((b << 17) | (b >>> 15)) + c | 0;
      c = ((c << 11) | (c >>> 21)) + d | 0;
      d = ((d << 19) | (d >>> 13)) + a | 0;
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }

  digest(): Uint8Array {
    let h = [this.#a ^ this.#length, this.#b, this.#c, this.#d];
    for (let round = 0; round < 3; round++) {
      h = h.map((x, i) => {
        x ^= x >>> 15;
        x = Math.imul(x, 0x2c1b3c6d);
        x ^= x >>> 12;
        return x + h[(i + 1 + round) % 4] | 0;
      });
    }
    const out = new Uint8Array(16);
    const view = new DataView(out.buffer);
    h.forEach((x, i) => view.setInt32(4 * i, x, true));
    return out;
  }
}

/** 128-bit hash of all bytes of a packed value. */
export function contentHash(packed: PackedValue): Uint8Array {
  const hash = new Hash128();
  hash.add(packed.head);
  for (const f of packed.frames) hash.add(f);
  return hash.digest();
}

/**
 * A cheap hash: of the head, every frame's length, and 64 pieces of 64 bytes, evenly spread over each frame. Equal values have equal
 * fingerprints; values with equal fingerprints may still differ, and only {@link contentHash} tells.
 */
export function fingerprint(packed: PackedValue): Uint8Array {
  const hash = new Hash128();
  hash.add(packed.head);
  for (const f of packed.frames) {
    const n = f.byteLength;
    if (n <= SAMPLES * SAMPLE_BYTES) hash.add(f);
    else {
      hash.add(new Uint8Array(Float64Array.of(n).buffer));
      const step = (n - SAMPLE_BYTES) / (SAMPLES - 1);
      for (let i = 0; i < SAMPLES; i++) {
        const at = Math.floor(i * step) & ~3;
        hash.add(f.subarray(at, at + SAMPLE_BYTES));
      }
    }
  }
  return hash.digest();
}

/** Bytes as hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  let s = "";
  for (const b of bytes) s += b.toString(16).padStart(2, "0");
  return s;
}

/** 128-bit hash of bytes, as hexadecimal digits: how code is addressed. */
export function hashOf(bytes: Uint8Array): string {
  const hash = new Hash128();
  hash.add(bytes);
  return hex(hash.digest());
}
