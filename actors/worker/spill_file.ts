/**
 * A disk that is one file without a name: whatever ends the process, the system frees it. Written straight from shared memory and read straight
 * into it, on threads of their own.
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
/** Parts begin at multiples of this. */
const ALIGN = 4096;
/** Pages by which the file's place grows. */
const GROWTH = 256;

const SYMBOLS = {
  mkstemp: { parameters: ["buffer"], result: "i32" },
  unlink: { parameters: ["buffer"], result: "i32" },
  pwrite: { parameters: ["i32", "pointer", "usize", "i64"], result: "i64", nonblocking: true },
  pread: { parameters: ["i32", "pointer", "usize", "i64"], result: "i64", nonblocking: true },
} as const;

type System = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

interface FileCopy extends DiskCopy {
  readonly offsets: readonly number[];
}

/** A file in a directory. */
export class SpillFile implements Disk {
  readonly #system: System;
  readonly #file: number;
  readonly #directory: string;
  readonly #runs = new PageRuns(MOST_PAGES);
  #used = 0;

  private constructor(system: System, file: number, directory: string) {
    this.#system = system;
    this.#file = file;
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
    system.unlink(path);
    return new SpillFile(system, file, directory);
  }

  /** Bytes of all copies. */
  get used(): number {
    return this.#used;
  }

  /** See {@link Disk.write}. */
  write(parts: readonly Uint8Array[], done: (copy: DiskCopy | Error) => void): void {
    const sizes = parts.map((p) => p.byteLength);
    const places: number[] = [];
    let end = 0;
    for (const size of sizes) {
      places.push(end);
      end = Math.ceil((end + size) / ALIGN) * ALIGN;
    }
    const page = this.#take(Math.max(1, Math.ceil(end / FILE_PAGE)));
    const bytes = sizes.reduce((a, b) => a + b, 0);
    if (page < 0) {
      return queueMicrotask(() => done(new SpillError(`the file of spilled values is full at ${this.#used} bytes`)));
    }
    this.#used += bytes;
    const copy: FileCopy = {
      sizes,
      offsets: places.map((at) => page * FILE_PAGE + at),
      free: () => {
        this.#used -= bytes;
        this.#runs.give(page);
      },
    };
    this.#each("pwrite", parts, copy.offsets).then(() => done(copy), (cause) => {
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
    this.#each("pread", into, (copy as FileCopy).offsets).then(
      () => done(),
      (cause) => done(new SpillError(`what was moved to ${this.#directory} could not be read again`, { cause })),
    );
  }

  async #each(call: "pwrite" | "pread", parts: readonly Uint8Array[], offsets: readonly number[]): Promise<void> {
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as Uint8Array<ArrayBuffer>;
      // A call moves 2 GiB at most, and may move less.
      for (let at = 0; at < part.byteLength;) {
        const rest = part.subarray(at);
        const n = Number(
          await this.#system[call](
            this.#file,
            Deno.UnsafePointer.of(rest),
            BigInt(rest.byteLength),
            BigInt(offsets[i] + at),
          ),
        );
        if (n <= 0) throw new Error(`${call} of ${rest.byteLength} bytes gave ${n}`);
        at += n;
      }
    }
  }

  #take(pages: number): number {
    const page = this.#runs.take(pages);
    if (page >= 0 || this.#runs.end === MOST_PAGES) return page;
    this.#runs.extend(Math.min(MOST_PAGES, this.#runs.end + Math.max(GROWTH, pages)));
    return this.#runs.take(pages);
  }
}
