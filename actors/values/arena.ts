/**
 * Memory that many small blobs share, one after the other. Memory of its own for each would be most of what a task costs.
 *
 * @module
 */

const SIZE = 1 << 16;

/** Takes bytes in, and says where they are. What is in it is never written again. */
export class Arena {
  /** What the last bytes were put into. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Where they begin. */
  start = 0;
  /** Where they end. */
  end = 0;

  /** `size` bytes are had at a time. */
  constructor(readonly size: number = SIZE) {
    this.bytes = new Uint8Array(size);
  }

  /** Takes the first `n` bytes of `from` in. */
  put(from: Uint8Array, n: number): void {
    if (this.end + n > this.bytes.length) {
      this.bytes = new Uint8Array(Math.max(n, this.size));
      this.end = 0;
    }
    const { bytes } = this;
    const start = this.start = this.end;
    if (n > 64) bytes.set(from.subarray(0, n), start);
    else for (let i = 0; i < n; i++) bytes[start + i] = from[i];
    this.end = start + n;
  }
}
