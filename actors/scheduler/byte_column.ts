/**
 * Many pieces of bytes as one frame. Pieces that stand side by side in the same source are one piece: then nothing is copied.
 *
 * @module
 */

import { NO_BYTES } from "./tasks.ts";

/** Collects pieces. */
export class ByteColumn {
  readonly #sources: Uint8Array[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #total = 0;

  /** Adds `length` bytes of `source` from `start` on. */
  add(source: Uint8Array, start: number, length: number): void {
    if (length === 0) return;
    this.#total += length;
    const last = this.#sources.length - 1;
    if (last >= 0 && this.#sources[last] === source && this.#ends[last] === start) {
      this.#ends[last] = start + length;
      return;
    }
    this.#sources.push(source);
    this.#starts.push(start);
    this.#ends.push(start + length);
  }

  /** All pieces as one. */
  take(): Uint8Array {
    const n = this.#sources.length;
    if (n === 0) return NO_BYTES;
    if (n === 1) return this.#sources[0].subarray(this.#starts[0], this.#ends[0]);
    const all = new Uint8Array(this.#total);
    let at = 0;
    for (let i = 0; i < n; i++) {
      const source = this.#sources[i], start = this.#starts[i], end = this.#ends[i];
      if (end - start < 32) {
        // For a few bytes a loop is cheaper than a view.
        for (let j = start; j < end; j++) all[at++] = source[j];
      } else {
        all.set(source.subarray(start, end), at);
        at += end - start;
      }
    }
    return all;
  }
}
