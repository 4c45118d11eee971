/**
 * A value that a store has, in memory or on disk.
 *
 * @module
 */

import { fromBlob, type PackedValue } from "../values/mod.ts";
import type { CopiedBatch } from "./copied_batch.ts";
import type { Disk, DiskCopy } from "./disk.ts";
import type { Block, Heap, Region } from "./heap.ts";

/** Where on disk a small value lies, as a blob, with others. */
export interface BatchPart {
  readonly batch: CopiedBatch;
  readonly slot: number;
}

/**
 * A packed value in the heap: `parts[0]` is the head, the others are its frames. Several keys may share one, tasks and sends hold it while
 * they read it; it is freed with the last of them. One that is a blob is held by the holders of its block, or of the batch that it went to disk
 * with: there may be several objects for it.
 */
export class StoredValue {
  /** Of one that is no blob. */
  #refs = 1;
  #parts: readonly Region[] | undefined;
  /** One block that holds a blob: what most small results are. */
  readonly #blob: Block | undefined;
  #blocks: readonly Block[] | undefined;
  #copy: DiskCopy | undefined;
  /** Where the blob lies that is on disk only. */
  readonly batchPart: BatchPart | undefined;
  /** Whether its memory is to be freed as soon as only its key holds it. */
  #leaving = false;

  /** Made by {@link Store} only; takes over one holding of each of `blocks`, or of the one that holds a blob, or of its batch. */
  constructor(
    readonly heap: Heap,
    parts: readonly Region[] | undefined,
    blocks: readonly Block[] | Block | undefined,
    batchPart?: BatchPart,
  ) {
    this.#parts = parts;
    this.batchPart = batchPart;
    if (parts === undefined) this.#blob = blocks as Block | undefined;
    else this.#blocks = blocks as readonly Block[];
  }

  /** Where its head and its frames lie. */
  get parts(): readonly Region[] {
    if (this.#parts !== undefined) return this.#parts;
    const blob = this.#blob!;
    const { head, frames } = fromBlob(blob.bytes);
    const region = (p: Uint8Array): Region => ({ arena: blob.arena, offset: p.byteOffset, length: p.byteLength });
    return this.#parts = [region(head), ...frames.map(region)];
  }

  /** Bytes it takes: head and frames, or those of its blob. */
  get nbytes(): number {
    if (this.#blob !== undefined) return this.#blob.length;
    if (this.batchPart !== undefined) return this.batchPart.batch.size(this.batchPart.slot);
    let n = 0;
    for (const p of this.#parts!) n += p.length;
    return n;
  }

  /** The block that holds it as a blob, if it is kept as one. */
  get blob(): Block | undefined {
    return this.#blob;
  }

  /** How many hold it. */
  get refs(): number {
    return this.#blob?.refs ?? this.batchPart?.batch.holders ?? this.#refs;
  }

  /** The blocks its parts lie in. */
  get blocks(): readonly Block[] {
    return this.#blocks ?? (this.#blob === undefined ? [] : [this.#blob]);
  }

  /** The value, in place: true only while it is held. */
  get packed(): PackedValue {
    if (!this.resident) throw new RangeError("a stored value that is on disk only has no bytes here");
    return { head: this.heap.view(this.parts[0]), frames: this.parts.slice(1).map((p) => this.heap.view(p)) };
  }

  /** Reads it from disk into memory of its own: head and frames. It must be held meanwhile. */
  read(disk: Disk, done: (parts: readonly Uint8Array[] | Error) => void): void {
    if (this.batchPart === undefined) {
      const parts = this.#copy!.sizes.map((size) => new Uint8Array(size));
      return disk.read(this.#copy!, parts, (error) => done(error ?? parts));
    }
    this.batchPart.batch.read(disk, this.batchPart.slot, (blob) => {
      if (blob instanceof Error) return done(blob);
      const { head, frames } = fromBlob(blob);
      done([head, ...frames]);
    });
  }

  /** Its copy on disk, if there is one of its own. */
  get copy(): DiskCopy | undefined {
    return this.#copy;
  }

  /** Whether its bytes are in memory. */
  get resident(): boolean {
    return this.#blob !== undefined || this.#blocks !== undefined;
  }

  /** A copy of it is on disk; freed with it. */
  copied(copy: DiskCopy): void {
    this.#copy = copy;
  }

  /** Frees its memory, now or when the last one that reads it lets go: there is a copy on disk. */
  unload(): void {
    if (this.#copy === undefined || this.#blocks === undefined) throw new RangeError("only a value with a copy can go");
    this.#leaving = this.#refs > 1;
    if (this.#leaving) return;
    for (const b of this.#blocks) b.release();
    this.#blocks = undefined;
  }

  /** Whether its memory was to be freed and has not been: it stays. */
  stay(): boolean {
    this.#leaving = false;
    return this.resident;
  }

  /** Its bytes are in these blocks now, one for each part; takes over one holding of each. */
  load(blocks: readonly Block[]): void {
    this.#blocks = blocks;
    this.#parts = blocks;
  }

  /** One more holder. */
  retain(): this {
    if (this.#blob !== undefined) {
      this.#blob.retain();
      return this;
    }
    if (this.batchPart !== undefined) {
      this.batchPart.batch.retain();
      return this;
    }
    if (this.#refs <= 0) throw new RangeError("a stored value that is gone cannot be retained");
    this.#refs++;
    return this;
  }

  /** One holder fewer. */
  release(): void {
    if (this.#blob !== undefined) return this.#blob.release();
    if (this.batchPart !== undefined) return this.batchPart.batch.release();
    if (this.#refs <= 0) throw new RangeError("a stored value was released more often than it was retained");
    if (--this.#refs > 0) {
      if (this.#refs === 1 && this.#leaving) this.unload();
      return;
    }
    if (this.#blocks !== undefined) { for (const b of this.#blocks) b.release(); }
    this.#copy?.free();
  }
}
