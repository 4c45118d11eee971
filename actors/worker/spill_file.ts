/**
 * A disk that is one file without a name: whatever ends the process, the system frees it. Written straight from shared memory and read straight
 * into it, on threads of their own.
 *
 * What lies on whole pages of memory goes past the system's cache, where the file system lets it (O_DIRECT): the cache would take memory beside that
 * of the values, and a second of a processor for each gigabyte. The rest, small parts and what is over the last whole page of large ones, is
 * gathered and goes through the cache.
 *
 * @module
 */

import type { Disk, DiskCopy } from "./disk.ts";
import { SpillError } from "./errors.ts";
import { PageRuns } from "./page_runs.ts";

/** Bytes of a page of the file: what places in it are measured in. */
const FILE_PAGE = 256 * 1024;
/** Most pages: 256 GiB. */
const MOST_PAGES = 1 << 20;
/** What goes past the cache lies at multiples of this, in memory and in the file. */
const ALIGN = 4096, ALIGN_MEMORY = BigInt(ALIGN);
/** Parts of fewer bytes are gathered. */
const SMALL = 65_536;
/** Pages by which the file's place grows. */
const GROWTH = 256;
/** Most bytes of one call: the system moves 2 GiB at most. */
const MOST_AT_ONCE = 2 ** 30;

const SYMBOLS = {
  mkstemp: { parameters: ["buffer"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  unlink: { parameters: ["buffer"], result: "i32" },
  pwrite: { parameters: ["i32", "pointer", "usize", "i64"], result: "i64", nonblocking: true },
  pread: { parameters: ["i32", "pointer", "usize", "i64"], result: "i64", nonblocking: true },
} as const;

/** Linux: O_RDWR | O_DIRECT | O_CLOEXEC. */
const DIRECT = 2 | (Deno.build.arch === "aarch64" ? 0x10000 : 0x4000) | 0x80000;

type System = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

interface FileCopy extends DiskCopy {
  /** Where the parts' whole pages lie, one part after the other. */
  readonly offset: number;
  /** Where that lies which was gathered. */
  readonly gathered: number;
}

/** Bytes of a part that stand alone: whole pages. */
function alone(size: number): number {
  return size < SMALL ? 0 : size - size % ALIGN;
}

/** Bytes of all parts that stand alone, and of all that is gathered. */
function division(sizes: readonly number[]): { alone: number; gathered: number } {
  let a = 0, all = 0;
  for (const size of sizes) {
    a += alone(size);
    all += size;
  }
  return { alone: a, gathered: all - a };
}

/** A file in a directory. */
export class SpillFile implements Disk {
  readonly #system: System;
  readonly #file: number;
  /** The same file, past the cache; -1 where that is not to be had. */
  #direct: number;
  readonly #directory: string;
  readonly #runs = new PageRuns(MOST_PAGES);
  #used = 0;

  private constructor(system: System, file: number, direct: number, directory: string) {
    this.#system = system;
    this.#file = file;
    this.#direct = direct;
    this.#directory = directory;
  }

  /**
   * Opens one.
   *
   * @param directory Where; a file of no name there, of mode 600.
   * @throws {SpillError} when nothing can be written there, or the system's library cannot be used.
   */
  static open(directory: string): SpillFile {
    let system: System;
    try {
      system = Deno.dlopen(Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6", SYMBOLS).symbols;
    } catch (cause) {
      throw new SpillError("values cannot be moved to disk here: the C library does not open", { cause });
    }
    const path = new TextEncoder().encode(`${directory}/troupe-spill-XXXXXX\0`);
    const file = system.mkstemp(path);
    if (file < 0) throw new SpillError(`${directory}: no file can be made in this directory for values to move to`);
    const direct = Deno.build.os === "linux" ? system.open(path, DIRECT) : -1;
    system.unlink(path);
    return new SpillFile(system, file, direct, directory);
  }

  /** Bytes of all copies. */
  get used(): number {
    return this.#used;
  }

  /** See {@link Disk.write}. */
  write(parts: readonly Uint8Array[], done: (copy: DiskCopy | Error) => void): void {
    const sizes = parts.map((p) => p.byteLength);
    const { alone, gathered } = division(sizes);
    const bytes = alone + gathered;
    const page = this.#take(Math.max(1, Math.ceil(bytes / FILE_PAGE)));
    if (page < 0) {
      return queueMicrotask(() => done(new SpillError(`the file of spilled values is full at ${this.#used} bytes`)));
    }
    this.#used += bytes;
    const copy: FileCopy = {
      sizes,
      offset: page * FILE_PAGE,
      gathered: page * FILE_PAGE + alone,
      free: () => {
        this.#used -= bytes;
        this.#runs.give(page);
      },
    };
    this.#write(parts, copy, gathered).then(() => done(copy), (cause) => {
      copy.free();
      done(
        new SpillError(
          `${bytes} bytes could not be written to ${this.#directory}, beside ${this.#used} that were: is the disk full?`,
          { cause },
        ),
      );
    });
  }

  /** See {@link Disk.read}. */
  read(copy: DiskCopy, into: readonly Uint8Array[], done: (error?: Error) => void): void {
    this.readParts(copy, 0, into, done);
  }

  /** See {@link Disk.readParts}. */
  readParts(copy: DiskCopy, first: number, into: readonly Uint8Array[], done: (error?: Error) => void): void {
    this.#read(copy as FileCopy, first, into).then(
      () => done(),
      (cause) => done(new SpillError(`what was moved to ${this.#directory} could not be read again`, { cause })),
    );
  }

  async #write(parts: readonly Uint8Array[], { offset, gathered }: FileCopy, bytes: number): Promise<void> {
    if (bytes > 0) {
      const rest = new Uint8Array(bytes);
      let at = 0;
      for (const part of parts) {
        rest.set(part.subarray(alone(part.byteLength)), at);
        at += part.byteLength - alone(part.byteLength);
      }
      await this.#move("pwrite", rest, gathered);
    }
    await this.#alone("pwrite", parts, offset);
  }

  async #read(copy: FileCopy, first: number, into: readonly Uint8Array[]): Promise<void> {
    const { sizes } = copy, before = division(sizes.slice(0, first));
    const bytes = division(sizes.slice(first, first + into.length)).gathered;
    if (bytes > 0) {
      const rest = new Uint8Array(bytes);
      await this.#move("pread", rest, copy.gathered + before.gathered);
      let at = 0;
      for (const part of into) {
        const from = alone(part.byteLength), n = part.byteLength - from;
        part.set(rest.subarray(at, at + n), from);
        at += n;
      }
    }
    await this.#alone("pread", into, copy.offset + before.alone);
  }

  async #alone(call: "pwrite" | "pread", parts: readonly Uint8Array[], offset: number): Promise<void> {
    for (const part of parts) {
      const n = alone(part.byteLength);
      if (n > 0) await this.#move(call, part.subarray(0, n), offset);
      offset += n;
    }
  }

  async #move(call: "pwrite" | "pread", bytes: Uint8Array, offset: number): Promise<void> {
    // A call may move less than it was asked for.
    for (let at = 0; at < bytes.byteLength;) {
      const rest = bytes.subarray(at, at + MOST_AT_ONCE) as Uint8Array<ArrayBuffer>;
      const pointer = Deno.UnsafePointer.of(rest);
      const aligned = this.#direct >= 0 && (rest.byteLength | (offset + at)) % ALIGN === 0 &&
        Deno.UnsafePointer.value(pointer) % ALIGN_MEMORY === 0n;
      const go = async (file: number): Promise<number> =>
        Number(await this.#system[call](file, pointer, BigInt(rest.byteLength), BigInt(offset + at)));
      let n = aligned ? await go(this.#direct) : await go(this.#file);
      if (aligned && n < 0) {
        n = await go(this.#file);
        // Some file systems say only now that they know no other way.
        if (n > 0) this.#direct = -1;
      }
      if (n <= 0) throw new Error(`${call} of ${rest.byteLength} bytes gave ${n}`);
      at += n;
    }
  }

  #take(pages: number): number {
    const page = this.#runs.take(pages);
    if (page >= 0 || this.#runs.end === MOST_PAGES) return page;
    this.#runs.extend(Math.min(MOST_PAGES, this.#runs.end + Math.max(GROWTH, pages)));
    return this.#runs.take(pages);
  }
}
