/**
 * The store: values by key, in shared memory, every byte counted.
 *
 * @module
 */

import type { PackedValue } from "../values/mod.ts";
import { type ArenaFactory, sharedArenas } from "./arena.ts";
import { BatchReads } from "./batch_reads.ts";
import { CopiedBatch } from "./copied_batch.ts";
import type { DiskCopy } from "./disk.ts";
import { MemoryError } from "./errors.ts";
import { type Block, copyBytes, Heap, type Region } from "./heap.ts";
import { MOST_TOGETHER } from "./small_values.ts";
import { type BatchPart, StoredValue } from "./stored_value.ts";

export { StoredValue };

/** Blocks set aside for a value that is on its way. */
export interface Reservation {
  /** In the order of the sizes. */
  readonly blocks: readonly Block[];
  /** Lets go of the blocks; what {@link Store.put} has taken stays. Once. */
  release(): void;
}

/** What is known of one key. */
export interface StoreEntry {
  readonly key: string;
  readonly value: StoredValue;
  /** Scattered: neither spilled nor moved. */
  readonly pinned: boolean;
  /** What the one who scattered it said of its content, as hexadecimal digits. */
  readonly fingerprint?: string;
}

/** What a store is made of. */
export interface StoreOptions {
  /** Most bytes of all values. */
  readonly memoryLimit: number;
  /** Kind of memory. Default: shared. */
  readonly arenas?: ArenaFactory;
}

/** Bytes as hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  let s = "";
  for (const b of bytes) s += b.toString(16).padStart(2, "0");
  return s;
}

/**
 * Bytes that an entry takes in this process's own memory, here and in the machine, beside those of its value: measured with keys of 34 characters.
 * A small one is a number in two maps; the others are objects.
 */
const SMALL_ENTRY = 160, ENTRY = 900;
/** What small values may take beyond the limit, as a share of it, and up to how many bytes a value is small. */
const SMALL_SHARE = 1 / 16, SMALL = 65_536;

/** Bytes of a packed value. */
export function bytesOf({ head, frames }: PackedValue): number {
  return frames.reduce((n, frame) => n + frame.byteLength, head.byteLength);
}

/** Values by key. */
export class Store {
  /** Where the bytes are. */
  readonly heap: Heap;
  /** By key; of a blob that is nothing else, the place of its block, or if it is on disk, a negative number for its place there. */
  readonly #entries = new Map<string, StoreEntry | number>();
  /** By number: what small values went to disk with. */
  readonly #batches = new Map<number, CopiedBatch>();
  readonly #reads = new BatchReads();
  #batch = 0;
  #alike = new Map<string, Set<string>>();

  /** An empty store. */
  constructor(options: StoreOptions) {
    this.heap = new Heap({ limit: options.memoryLimit, arenas: options.arenas ?? sharedArenas });
  }

  /** Bytes held, equal content counted once, and those of what is known of them. */
  get managed(): number {
    return this.heap.used + this.heap.charged;
  }

  /** Most bytes it may hold. */
  get limit(): number {
    return this.heap.limit;
  }

  /** Keys it has. */
  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** Whether it has the key. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** What it has under the key. */
  get(key: string): StoreEntry | undefined {
    const entry = this.#entries.get(key);
    return typeof entry === "number" ? { key, value: this.#small(entry), pinned: false } : entry;
  }

  #small(place: number): StoredValue {
    if (place >= 0) return new StoredValue(this.heap, undefined, this.heap.blockAt(place));
    const slot = ~place % MOST_TOGETHER;
    return new StoredValue(this.heap, undefined, undefined, {
      batch: this.#batches.get((~place - slot) / MOST_TOGETHER)!,
      slot,
    });
  }

  /** The value it has under the key, if that is in memory. */
  resident(key: string): StoredValue | undefined {
    const value = this.get(key)?.value;
    return value?.resident === true ? value : undefined;
  }

  /**
   * Values are on disk only from now on, as blobs: those of `keys` that have these numbers, which are their parts of the copy. It takes the copy
   * over.
   */
  movedToDisk(keys: readonly string[], slots: readonly number[], copy: DiskCopy): void {
    if (slots.length === 0) return copy.free();
    const id = this.#batch++;
    const batch = new CopiedBatch(id, copy, this.#reads, () => this.#batches.delete(id));
    this.#batches.set(id, batch);
    for (const slot of slots) {
      batch.retain();
      this.#let(this.#entries.get(keys[slot])!);
      this.#entries.set(keys[slot], ~(id * MOST_TOGETHER + slot));
      this.heap.charge(SMALL_ENTRY);
    }
  }

  /** The part that a key has in a batch on disk, if it is still there. */
  isPart(key: string, { batch, slot }: BatchPart): boolean {
    return this.#entries.get(key) === ~(batch.id * MOST_TOGETHER + slot);
  }

  /** A value that was a part of a batch is in this block now; takes over one holding of it. */
  broughtBack(key: string, block: Block): void {
    this.#small(this.#entries.get(key) as number).release();
    this.#entries.set(key, this.heap.placeOf(block));
  }

  /** Sets blocks aside; `undefined` when there is no room. */
  reserve(sizes: readonly number[]): Reservation | undefined {
    const blocks: Block[] = [];
    for (const size of sizes) {
      const b = this.heap.allocate(size);
      if (b === undefined) {
        for (const given of blocks) given.release();
        return undefined;
      }
      blocks.push(b);
    }
    let done = false;
    return {
      blocks,
      release() {
        if (done) return;
        done = true;
        for (const b of blocks) b.release();
      },
    };
  }

  /** A packed value in the heap, held by the caller; a small one also a little beyond the limit. Parts that lie in the heap already stay where they are, others are copied. */
  take(packed: PackedValue, what: string): StoredValue {
    const bytes = bytesOf(packed);
    const beyond = bytes <= SMALL ? this.limit * SMALL_SHARE : 0;
    const parts: Region[] = [];
    const blocks: Block[] = [];
    for (const part of [packed.head, ...packed.frames]) {
      const found = this.heap.find(part);
      if (found !== undefined) {
        blocks.push(found.retain());
        parts.push({ arena: found.arena, offset: part.byteOffset, length: part.byteLength });
        continue;
      }
      const fresh = this.heap.allocate(part.byteLength, beyond);
      if (fresh === undefined) {
        for (const b of blocks) b.release();
        throw new MemoryError(what, bytes, this.managed, this.limit);
      }
      fresh.bytes.set(part);
      blocks.push(fresh);
      parts.push(fresh);
    }
    return new StoredValue(this.heap, parts, blocks);
  }

  /**
   * Keeps a value under a key; a key that is there already keeps what it has.
   *
   * @throws {MemoryError} when there is no room.
   */
  put(key: string, packed: PackedValue, options: { pinned?: boolean; fingerprint?: string } = {}): StoreEntry {
    return this.get(key) ?? this.#enter(key, this.take(packed, key), options);
  }

  /**
   * Keeps a small value that is a blob: `length` bytes of `bytes` from `at` on. It stays one, in one block. There is room for it a
   * little beyond the limit, as for all that is small: it need not wait until others have gone to disk.
   *
   * @returns How many bytes the value takes.
   * @throws {MemoryError} when there is no room.
   */
  putBlob(key: string, bytes: Uint8Array, at: number, length: number): number {
    const known = this.get(key);
    if (known !== undefined) return known.value.nbytes;
    const block = this.heap.allocate(length, this.limit * SMALL_SHARE);
    if (block === undefined) throw new MemoryError(key, length, this.managed, this.limit);
    copyBytes(bytes, at, length, this.heap.whole(block), block.offset);
    this.#entries.set(key, this.heap.placeOf(block));
    this.heap.charge(SMALL_ENTRY);
    return length;
  }

  /** Keeps a value that is in the heap already; takes over one holding of it. */
  adopt(key: string, value: StoredValue, options: { pinned?: boolean; fingerprint?: string } = {}): StoreEntry {
    const known = this.get(key);
    if (known === undefined) return this.#enter(key, value, options);
    value.release();
    return known;
  }

  /** Lets go of a key. Bytes that others hold stay until they let go too. */
  drop(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    if (typeof entry !== "number" && entry.fingerprint !== undefined) {
      const alike = this.#alike.get(entry.fingerprint);
      alike?.delete(key);
      if (alike?.size === 0) this.#alike.delete(entry.fingerprint);
    }
    this.#let(entry);
    return true;
  }

  #let(entry: StoreEntry | number): void {
    this.heap.charge(typeof entry === "number" ? -SMALL_ENTRY : -ENTRY);
    (typeof entry === "number" ? this.#small(entry) : entry.value).release();
  }

  /** A key whose value has this fingerprint and these sizes, if there is one: equal content, likely. */
  like(fingerprint: string, sizes: ArrayLike<number>): StoreEntry | undefined {
    for (const key of this.#alike.get(fingerprint) ?? []) {
      const entry = this.get(key)!;
      const { parts } = entry.value;
      if (parts.length === sizes.length && parts.every((p, i) => p.length === sizes[i])) return entry;
    }
  }

  /** Whether `bytes` more would fit. */
  fits(bytes: number): boolean {
    return this.managed + bytes <= this.limit;
  }

  #enter(key: string, value: StoredValue, options: { pinned?: boolean; fingerprint?: string }): StoreEntry {
    const entry = { key, value, pinned: options.pinned ?? false, fingerprint: options.fingerprint };
    this.#entries.set(key, entry);
    this.heap.charge(ENTRY);
    if (entry.fingerprint !== undefined) {
      const alike = this.#alike.get(entry.fingerprint);
      if (alike === undefined) this.#alike.set(entry.fingerprint, new Set([key]));
      else alike.add(key);
    }
    return entry;
  }

  /** Checks the heap, and that every key's bytes are there. */
  validate(): void {
    this.heap.validate();
    let charged = 0;
    const parts = new Map<number, string>();
    for (const [key, entry] of this.#entries) {
      charged += typeof entry === "number" ? SMALL_ENTRY : ENTRY;
      const e = this.get(key)!;
      if (e.key !== key || e.value.refs <= 0) throw new Error(`broken entry ${key}`);
      if (!e.value.resident) {
        if (e.value.copy === undefined && e.value.batchPart === undefined) throw new Error(`${key} is nowhere`);
        if (typeof entry === "number") parts.set(~entry, key);
        continue;
      }
      for (const p of e.value.parts) {
        if (this.heap.at(p.arena, p.offset, p.length) === undefined) throw new Error(`${key} lies in no block`);
      }
    }
    for (const batch of this.#batches.values()) {
      let n = 0;
      for (const place of parts.keys()) if (Math.floor(place / MOST_TOGETHER) === batch.id) n++;
      if (n > batch.holders) throw new Error(`batch ${batch.id} has ${n} values, and ${batch.holders} holders`);
    }
    if (charged !== this.heap.charged) throw new Error(`${charged} bytes of entries, counted ${this.heap.charged}`);
  }
}
