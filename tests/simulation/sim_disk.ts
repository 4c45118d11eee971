/**
 * A simulated disk: slow, and now and then full or broken.
 *
 * @module
 */

import type { Clock } from "../../transport/mod.ts";
import type { Disk, DiskCopy } from "../../actors/worker/mod.ts";

interface Copy extends DiskCopy {
  readonly parts: readonly Uint8Array[];
}

/** Bytes it takes. */
const ROOM = 2_000_000;

/** A disk of one process. */
export class SimDisk implements Disk {
  readonly #clock: Clock;
  readonly #copies = new Set<Copy>();
  used = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  write(parts: readonly Uint8Array[], done: (copy: DiskCopy | Error) => void): void {
    const sizes = parts.map((p) => p.byteLength);
    const bytes = sizes.reduce((a, b) => a + b, 0);
    this.#clock.after(1 + bytes / 50_000, () => {
      if (this.used + bytes > ROOM) return done(new Error("the disk is full"));
      this.used += bytes;
      const copy: Copy = {
        sizes,
        // As they are when the writing ends: who changes them meanwhile is found out.
        parts: parts.map((p) => p.slice()),
        free: () => {
          if (!this.#copies.delete(copy)) throw new Error("a copy was freed twice");
          this.used -= bytes;
        },
      };
      this.#copies.add(copy);
      done(copy);
    });
  }

  read(copy: DiskCopy, into: readonly Uint8Array[], done: (error?: Error) => void): void {
    this.readParts(copy, 0, into, done);
  }

  readParts(copy: DiskCopy, first: number, into: readonly Uint8Array[], done: (error?: Error) => void): void {
    const parts = (copy as Copy).parts.slice(first, first + into.length);
    this.#clock.after(1 + parts.reduce((n, p) => n + p.byteLength, 0) / 50_000, () => {
      if (!this.#copies.has(copy as Copy)) throw new Error("a copy that was freed is read");
      parts.forEach((p, i) => into[i].set(p));
      done();
    });
  }
}
