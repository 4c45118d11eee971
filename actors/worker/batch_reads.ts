/**
 * Reads of small values from disk. Those that were written together are mostly wanted one after the other, and a read of some is no dearer than of
 * one: so of a batch a piece is read at a time, and a few pieces are kept.
 *
 * @module
 */

import type { CopiedBatch } from "./copied_batch.ts";
import type { Disk } from "./disk.ts";

/** Bytes of a piece, at least, and how many are kept. */
const PIECE = 65_536, KEPT = 8;

/** What became of a read: the part's bytes, not to be changed. */
export type PartRead = (bytes: Uint8Array | Error) => void;

interface Piece {
  readonly batch: CopiedBatch;
  readonly first: number;
  readonly parts: readonly Uint8Array[];
  /** Those who wait for it, until it is read. */
  waiting: { readonly part: number; readonly done: PartRead }[] | undefined;
}

/** Reads of one store's batches. */
export class BatchReads {
  /** The last ones. */
  readonly #pieces: Piece[] = [];

  /** Reads a part; calls back later. */
  read(disk: Disk, batch: CopiedBatch, part: number, done: PartRead): void {
    const known = this.#pieces.find((p) => p.batch === batch && part >= p.first && part < p.first + p.parts.length);
    if (known === undefined) return this.#begin(disk, batch, part, done);
    if (known.waiting !== undefined) known.waiting.push({ part, done });
    else queueMicrotask(() => done(known.parts[part - known.first]));
  }

  #begin(disk: Disk, batch: CopiedBatch, first: number, done: PartRead): void {
    let end = first, size = 0;
    while (end < batch.parts && size < PIECE) size += batch.size(end++);
    const bytes = new Uint8Array(size), parts: Uint8Array[] = [];
    for (let i = first, at = 0; i < end; i++) parts.push(bytes.subarray(at, at += batch.size(i)));
    const waiting = [{ part: first, done }];
    const piece: Piece = { batch, first, parts, waiting };
    if (this.#pieces.push(piece) > KEPT) this.#pieces.shift();
    // Its place is not to be given away meanwhile.
    batch.retain();
    batch.readFrom(disk, first, piece.parts, (error) => {
      piece.waiting = undefined;
      if (error !== undefined && this.#pieces.includes(piece)) this.#pieces.splice(this.#pieces.indexOf(piece), 1);
      batch.release();
      for (const w of waiting) w.done(error ?? piece.parts[w.part - first]);
    });
  }

  /** The batch is gone. */
  gone(batch: CopiedBatch): void {
    for (let i = this.#pieces.length - 1; i >= 0; i--) if (this.#pieces[i].batch === batch) this.#pieces.splice(i, 1);
  }
}
