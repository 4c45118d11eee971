/**
 * Small values that were written to disk together: one copy, of which each is a part. It is freed with the last of them.
 *
 * @module
 */

import type { BatchReads, PartRead } from "./batch_reads.ts";
import type { Disk, DiskCopy } from "./disk.ts";

/** A batch. */
export class CopiedBatch {
  readonly #copy: DiskCopy;
  readonly #reads: BatchReads;
  readonly #freed: () => void;
  #holders = 0;

  /** Of a copy that it takes over; calls `freed` at its end. Nobody holds it yet. */
  constructor(readonly id: number, copy: DiskCopy, reads: BatchReads, freed: () => void) {
    this.#copy = copy;
    this.#reads = reads;
    this.#freed = freed;
  }

  /** How many hold it. */
  get holders(): number {
    return this.#holders;
  }

  /** How many parts it has. */
  get parts(): number {
    return this.#copy.sizes.length;
  }

  /** Bytes of a part. */
  size(part: number): number {
    return this.#copy.sizes[part];
  }

  /** Reads a part; calls back later. */
  read(disk: Disk, part: number, done: PartRead): void {
    this.#reads.read(disk, this, part, done);
  }

  /** Reads some parts that follow each other. */
  readFrom(disk: Disk, first: number, into: readonly Uint8Array[], done: (error?: Error) => void): void {
    disk.readParts(this.#copy, first, into, done);
  }

  /** One more value, or one who reads. */
  retain(): void {
    this.#holders++;
  }

  /** One fewer. */
  release(): void {
    if (this.#holders <= 0) throw new RangeError("a batch was released more often than it was retained");
    if (--this.#holders > 0) return;
    this.#reads.gone(this);
    this.#copy.free();
    this.#freed();
  }
}
