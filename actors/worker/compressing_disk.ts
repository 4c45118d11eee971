/**
 * A disk that writes less than it is given, where that is faster: it tries a piece of each large value, and knows how fast the disk beneath was so
 * far. On a fast disk, or with numbers that look random, nothing is compressed.
 *
 * @module
 */

import type { Disk, DiskCopy } from "./disk.ts";

/** Bytes of the smallest value that is looked at. */
const LEAST = 1 << 20;
/** What is tried: so many pieces of so many bytes, from all over the largest part. */
const PIECES = 4, PIECE = 16_384;
/** Bytes that are compressed at a time. */
const CHUNK = 4 << 20;
/** Fast, and nearly as small as with more work. */
const LEVEL = -3;
/** Weight of a new measurement in the running mean. */
const WEIGHT = 0.3;
/** How much faster it must be: it takes time of processors that others could have. */
const GAIN = 1.25;

/** What is used of `node:zlib`. */
interface Zstd {
  sync(bytes: Uint8Array): Uint8Array;
  compress(bytes: Uint8Array): Promise<Uint8Array>;
  decompress(bytes: Uint8Array): Promise<Uint8Array>;
}

interface PackedCopy extends DiskCopy {
  readonly inner: DiskCopy;
  /** By part: bytes of each compressed chunk; none for a part that was written as it is. */
  readonly chunks: readonly (readonly number[])[];
}

/** What a disk that compresses is made of. */
export interface CompressingDiskOptions {
  /** Milliseconds that have passed since any time. */
  readonly now: () => number;
  /** In place of {@link worthCompressing}. */
  readonly worth?: typeof worthCompressing;
}

/**
 * Whether to write and read again takes less time compressed.
 *
 * @param part what is left of a byte
 * @param speed bytes that are compressed in a millisecond; that they are decompressed half as fast again is assumed
 * @param disk bytes that are written, or read, in a millisecond
 */
export function worthCompressing(part: number, speed: number, disk: number): boolean {
  return GAIN * (1 / speed + 1 / (1.5 * speed) + 2 * part / disk) < 2 / disk;
}

/** A disk upon another. */
export class CompressingDisk implements Disk {
  readonly #inner: Disk;
  readonly #options: CompressingDiskOptions;
  #zstd: Zstd | null | undefined;
  /** Bytes in a millisecond; undefined until something was written. */
  #speed: number | undefined;
  #underWay = 0;
  #since = 0;
  #written = 0;

  /** Upon `inner`. */
  constructor(inner: Disk, options: CompressingDiskOptions) {
    this.#inner = inner;
    this.#options = options;
  }

  /** Bytes of all copies, as they lie on disk. */
  get used(): number {
    return this.#inner.used;
  }

  /** See {@link Disk.write}. */
  write(parts: readonly Uint8Array[], done: (copy: DiskCopy | Error) => void): void {
    const bytes = parts.reduce((n, p) => n + p.byteLength, 0);
    if (bytes < LEAST || this.#speed === undefined && this.#options.worth === undefined) {
      return this.#plain(parts, done);
    }
    void this.#library().then(async (zstd) => {
      if (zstd === null || !this.#worth(zstd, parts)) return this.#plain(parts, done);
      const chunks: number[][] = [];
      const smaller: Uint8Array[] = [];
      try {
        for (const part of parts) {
          const lengths: number[] = [];
          chunks.push(lengths);
          if (part.byteLength < LEAST) {
            smaller.push(part);
            continue;
          }
          for (let at = 0; at < part.byteLength; at += CHUNK) {
            // A copy, for shared memory is not taken.
            const chunk = await zstd.compress(part.slice(at, at + CHUNK));
            lengths.push(chunk.byteLength);
            smaller.push(chunk);
          }
        }
      } catch {
        return this.#plain(parts, done);
      }
      const sizes = parts.map((p) => p.byteLength);
      this.#plain(smaller, (inner) => {
        if (inner instanceof Error) return done(inner);
        const copy: PackedCopy = { sizes, inner, chunks, free: () => inner.free() };
        done(copy);
      });
    });
  }

  /** See {@link Disk.read}. */
  read(copy: DiskCopy, into: readonly Uint8Array[], done: (error?: Error) => void): void {
    if (!("chunks" in copy)) return this.#inner.read(copy, into, done);
    const { inner, chunks } = copy as PackedCopy;
    const packed = inner.sizes.map((size) => new Uint8Array(size));
    this.#inner.read(inner, packed, (error) => {
      if (error !== undefined) return done(error);
      this.#unpack(packed, chunks, into).then(() => done(), done);
    });
  }

  /** See {@link Disk.readParts}. */
  readParts(copy: DiskCopy, first: number, into: readonly Uint8Array[], done: (error?: Error) => void): void {
    if (!("chunks" in copy)) return this.#inner.readParts(copy, first, into, done);
    this.read(copy, copy.sizes.map((size, i) => into[i - first] ?? new Uint8Array(size)), done);
  }

  async #unpack(
    packed: readonly Uint8Array[],
    chunks: readonly (readonly number[])[],
    into: readonly Uint8Array[],
  ): Promise<void> {
    const zstd = (await this.#library())!;
    let next = 0;
    for (let p = 0; p < into.length; p++) {
      if (chunks[p].length === 0) into[p].set(packed[next++]);
      for (let at = 0, c = 0; c < chunks[p].length; c++) {
        const chunk = await zstd.decompress(packed[next++]);
        into[p].set(chunk, at);
        at += chunk.byteLength;
      }
    }
  }

  /** Writes, and learns how fast that is. */
  #plain(parts: readonly Uint8Array[], done: (copy: DiskCopy | Error) => void): void {
    const { now } = this.#options;
    if (this.#underWay++ === 0) {
      this.#since = now();
      this.#written = 0;
    }
    const bytes = parts.reduce((n, p) => n + p.byteLength, 0);
    this.#inner.write(parts, (copy) => {
      this.#underWay--;
      this.#written += bytes;
      const speed = this.#written / Math.max(0.01, now() - this.#since);
      if (bytes >= LEAST) this.#speed = (this.#speed ?? speed) + WEIGHT * (speed - (this.#speed ?? speed));
      done(copy);
    });
  }

  #worth(zstd: Zstd, parts: readonly Uint8Array[]): boolean {
    const { now, worth = worthCompressing } = this.#options;
    const largest = parts.reduce((a, b) => a.byteLength >= b.byteLength ? a : b);
    if (largest.byteLength < LEAST) return false;
    const sample = new Uint8Array(PIECES * PIECE);
    for (let i = 0; i < PIECES; i++) {
      const at = Math.floor(i * (largest.byteLength - PIECE) / (PIECES - 1));
      sample.set(largest.subarray(at, at + PIECE), i * PIECE);
    }
    const start = now();
    const { byteLength } = zstd.sync(sample);
    const speed = sample.byteLength / Math.max(1e-3, now() - start);
    return worth(byteLength / sample.byteLength, speed, this.#speed ?? Infinity);
  }

  async #library(): Promise<Zstd | null> {
    if (this.#zstd !== undefined) return this.#zstd;
    // Loaded when it is wanted: most workers never move anything to disk.
    const zlib = await import("node:zlib");
    if (typeof zlib.zstdCompress !== "function") return this.#zstd = null;
    const options = { params: { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL } };
    type Call = (resolve: (bytes: Uint8Array) => void, reject: (error: Error) => void) => void;
    const each = (call: Call): Promise<Uint8Array> => new Promise(call);
    return this.#zstd = {
      sync: (bytes) => zlib.zstdCompressSync(bytes, options),
      compress: (bytes) =>
        each((resolve, reject) => zlib.zstdCompress(bytes, options, (e, out) => e ? reject(e) : resolve(out))),
      decompress: (bytes) =>
        each((resolve, reject) => zlib.zstdDecompress(bytes, (e, out) => e ? reject(e) : resolve(out))),
    };
  }
}
