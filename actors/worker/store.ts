/**
 * The store: values by key, in shared memory, every byte counted.
 *
 * @module
 */

import { fromBlob, type PackedValue } from "../values/mod.ts";
import { type ArenaFactory, sharedArenas } from "./arena.ts";
import type { DiskCopy } from "./disk.ts";
import { MemoryError } from "./errors.ts";
import { type Block, copyBytes, Heap, type Region } from "./heap.ts";

/**
 * A packed value in the heap: `parts[0]` is the head, the others are its frames. Several keys may share one, tasks and sends hold it while
 * they read it; it is freed with the last of them. One that is a blob is held by the holders of its block: there may be several objects for it.
 */
export class StoredValue {
  /** Of one that is no blob. */
  #refs = 1;
  #parts: readonly Region[] | undefined;
  /** One block that holds a blob: what most small results are. */
  readonly #blob: Block | undefined;
  #blocks: readonly Block[] | undefined;
  #copy: DiskCopy | undefined;
  /** Whether its memory is to be freed as soon as only its key holds it. */
  #leaving = false;

  /** Made by {@link Store} only; takes over one holding of each of `blocks`, or of the one that holds a blob. */
  constructor(readonly heap: Heap, parts: readonly Region[] | undefined, blocks: readonly Block[] | Block) {
    this.#parts = parts;
    if (parts === undefined) this.#blob = blocks as Block;
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
    return this.#blob === undefined ? this.#refs : this.#blob.refs;
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

  /** Its copy on disk, if there is one. */
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
    if (this.#refs <= 0) throw new RangeError("a stored value that is gone cannot be retained");
    this.#refs++;
    return this;
  }

  /** One holder fewer. */
  release(): void {
    if (this.#blob !== undefined) return this.#blob.release();
    if (this.#refs <= 0) throw new RangeError("a stored value was released more often than it was retained");
    if (--this.#refs > 0) {
      if (this.#refs === 1 && this.#leaving) this.unload();
      return;
    }
    if (this.#blocks !== undefined) { for (const b of this.#blocks) b.release(); }
    this.#copy?.free();
  }
}

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
  /** By key; of a blob that is nothing else, the place of its block. */
  readonly #entries = new Map<string, StoreEntry | number>();
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
    return typeof entry === "number" ? this.#small(key, this.heap.blockAt(entry)) : entry;
  }

  #small(key: string, block: Block): StoreEntry {
    return { key, value: new StoredValue(this.heap, undefined, block), pinned: false };
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
    if (typeof entry === "number") {
      this.heap.charge(-SMALL_ENTRY);
      this.heap.blockAt(entry).release();
      return true;
    }
    this.heap.charge(-ENTRY);
    if (entry.fingerprint !== undefined) {
      const alike = this.#alike.get(entry.fingerprint);
      alike?.delete(key);
      if (alike?.size === 0) this.#alike.delete(entry.fingerprint);
    }
    entry.value.release();
    return true;
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
    for (const [key, entry] of this.#entries) {
      charged += typeof entry === "number" ? SMALL_ENTRY : ENTRY;
      const e = this.get(key)!;
      if (e.key !== key || e.value.refs <= 0) throw new Error(`broken entry ${key}`);
      if (!e.value.resident) {
        if (e.value.copy === undefined) throw new Error(`${key} is nowhere`);
        continue;
      }
      for (const p of e.value.parts) {
        if (this.heap.at(p.arena, p.offset, p.length) === undefined) throw new Error(`${key} lies in no block`);
      }
    }
    if (charged !== this.heap.charged) throw new Error(`${charged} bytes of entries, counted ${this.heap.charged}`);
  }
}
