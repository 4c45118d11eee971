/**
 * The heap: blocks in arenas. Small ones come from slabs of equal slots, large ones from runs of pages. Every block counts its
 * holders, and is free again when the last one lets go.
 *
 * @module
 */

import { type Arena, type ArenaFactory, PAGE } from "./arena.ts";
import { PageRuns } from "./page_runs.ts";
import { CLASSES, classOf, LARGEST_SLOT, SLAB, Slab, SLAB_PAGES } from "./slab.ts";

/** Where bytes lie: arena, offset, length. Plain data; may be sent to threads. */
export interface Region {
  readonly arena: number;
  readonly offset: number;
  readonly length: number;
}

/** A counted piece of an arena, 16-byte aligned, 64-byte aligned from 64 bytes on, page aligned when large. Small ones have no object of their own. */
export class Block implements Region {
  readonly #slab: Slab | undefined;
  readonly #slot: number;
  #refs: number;

  /** Made by {@link Heap} only; in a slot of `slab`, if it is small, and else held once. */
  constructor(
    readonly heap: Heap,
    readonly arena: number,
    readonly offset: number,
    /** Bytes that were asked for. */
    readonly length: number,
    slab?: Slab,
    slot = -1,
  ) {
    this.#slab = slab;
    this.#slot = slot;
    this.#refs = slab === undefined ? 1 : 0;
  }

  /** How many hold it. */
  get refs(): number {
    return this.#slab === undefined ? this.#refs : this.#slab.refs[this.#slot];
  }

  #count(change: number): number {
    return this.#slab === undefined ? this.#refs += change : this.#slab.refs[this.#slot] += change;
  }

  /** Whether it is the same piece as another. */
  is(other: Block | undefined): boolean {
    return other !== undefined && this.arena === other.arena && this.offset === other.offset;
  }

  /** One more holder. */
  retain(): this {
    if (this.refs <= 0) throw new RangeError("a block that is free cannot be retained");
    this.#count(1);
    return this;
  }

  /** One holder fewer. */
  release(): void {
    if (this.refs <= 0) throw new RangeError("a block was released more often than it was retained");
    if (this.#count(-1) === 0) this.heap.free(this, this.#slab, this.#slot);
  }

  /** Its bytes, in place. */
  get bytes(): Uint8Array {
    return this.heap.view(this);
  }
}

interface ArenaEntry {
  readonly arena: Arena;
  readonly runs: PageRuns;
  /** By first page: the large block there. */
  readonly large: Map<number, Block>;
  /** By page: 1 + the first page of the large block that covers it; may be stale where no such block is. */
  readonly first: Int32Array;
  /** By each of its pages: the slab there. */
  readonly slabs: Map<number, Slab>;
  /** Over all of the arena's buffer that there was last time. */
  bytes: Uint8Array;
}

/** Bytes of the smallest piece that is given back to the system where memory is short. */
const LEAST_TRIMMED = 1 << 18;
/** Places of an arena that blocks can begin at. */
const LEAST_SLOT = CLASSES[0], PLACES = 2 ** 32 / LEAST_SLOT;
/** Bytes up to which a loop copies faster than a call does. */
const FEW = 48;

/** Copies `length` bytes between arrays. */
export function copyBytes(from: Uint8Array, at: number, length: number, to: Uint8Array, offset: number): void {
  if (length > FEW) return to.set(from.subarray(at, at + length), offset);
  for (let i = 0; i < length; i++) to[offset + i] = from[at + i];
}

/** What a heap is made of. */
export interface HeapOptions {
  /** Most bytes of blocks. */
  readonly limit: number;
  /** Makes its arenas. */
  readonly arenas: ArenaFactory;
  /** Capacity of an arena. Default: 4 GiB, or twice the limit if that is less. */
  readonly arenaBytes?: number;
}

/** Blocks in arenas. */
export class Heap {
  /** Most bytes of blocks, and of what is charged. */
  readonly limit: number;
  #entries: ArenaEntry[] = [];
  #byBuffer = new WeakMap<ArrayBufferLike, number>();
  /** By class: slabs with a free slot. */
  #open: Slab[][] = CLASSES.map(() => []);
  #used = 0;
  #charged = 0;
  #blocks = 0;

  /** With arenas for `limit` bytes, which take memory only as they are used. */
  constructor(options: HeapOptions) {
    this.limit = options.limit;
    // Room for what fragmentation takes: address space is not memory.
    const wanted = Math.max(SLAB * CLASSES.length, options.limit * 2);
    const each = Math.min(options.arenaBytes ?? 2 ** 32, 2 ** 32, wanted);
    for (let reserved = 0; reserved < wanted; reserved += each) {
      const arena = options.arenas(each);
      const pages = Math.floor(arena.capacity / PAGE);
      const entry = {
        arena,
        runs: new PageRuns(pages),
        first: new Int32Array(pages),
        large: new Map<number, Block>(),
        slabs: new Map<number, Slab>(),
        bytes: new Uint8Array(0),
      };
      this.#entries.push(entry);
      this.#byBuffer.set(arena.buffer, this.#entries.length - 1);
    }
  }

  /** Bytes of all blocks, as they were asked for. */
  get used(): number {
    return this.#used;
  }

  /** Bytes counted by {@link Heap.charge}. */
  get charged(): number {
    return this.#charged;
  }

  /** Bytes that are free, and whose memory the process has, at most. */
  get spare(): number {
    return PAGE * this.#entries.reduce((n, { runs }) => n + runs.touched - runs.end + runs.free, 0);
  }

  /** How many blocks there are. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Its arenas, for those who share them. */
  get arenas(): readonly Arena[] {
    return this.#entries.map((e) => e.arena);
  }

  /** A block of `bytes` bytes with one holder; `undefined` when that would pass the limit by more than `beyond`, or the system has no more. */
  allocate(bytes: number, beyond = 0): Block | undefined {
    if (!(bytes >= 0) || this.#used + this.#charged + bytes > this.limit + beyond) return undefined;
    const block = bytes <= LARGEST_SLOT ? this.#small(bytes) : this.#large(bytes);
    if (block !== undefined) {
      this.#used += bytes;
      this.#blocks++;
    }
    return block;
  }

  /** The bytes of a region, in place. */
  view(region: Region): Uint8Array {
    const arena = this.#entries[region.arena].arena;
    return new Uint8Array(this.#buffer(region.arena, arena), region.offset, region.length);
  }

  /** All bytes of an arena, of which a part is `region`. No view is made for it, where there need not be. */
  whole(region: Region): Uint8Array {
    const entry = this.#entries[region.arena];
    if (region.offset + region.length > entry.bytes.byteLength) {
      entry.bytes = new Uint8Array(this.#buffer(region.arena, entry.arena));
    }
    return entry.bytes;
  }

  /** The block that these bytes lie in, if they lie in one. */
  find(bytes: Uint8Array): Block | undefined {
    const arena = this.#byBuffer.get(bytes.buffer);
    return arena === undefined ? undefined : this.at(arena, bytes.byteOffset, bytes.byteLength);
  }

  /** The block that holds the `length` bytes at `offset` of an arena, if there is one. */
  at(arena: number, offset: number, length: number): Block | undefined {
    const entry = this.#entries[arena];
    if (entry === undefined || !(offset >= 0)) return undefined;
    const page = Math.floor(offset / PAGE);
    const slab = entry.slabs.get(page);
    const block = slab === undefined ? entry.large.get(entry.first[page] - 1) : this.#inSlab(slab, slab.slotAt(offset));
    if (block === undefined || offset < block.offset || offset + length > block.offset + block.length) return undefined;
    return block;
  }

  #inSlab(slab: Slab, slot: number): Block | undefined {
    if (slot >= slab.slots || slab.refs[slot] === 0) return undefined;
    return new Block(this, slab.arena, slab.offsetOf(slot), slab.lengthOf(slot), slab, slot);
  }

  /** A number that names a block's place; see {@link Heap.blockAt}. */
  placeOf(block: Block): number {
    return block.arena * PLACES + block.offset / LEAST_SLOT;
  }

  /** The block at a place where there is one. */
  blockAt(place: number): Block {
    const arena = Math.floor(place / PLACES);
    return this.at(arena, (place - arena * PLACES) * LEAST_SLOT, 0)!;
  }

  /** Counts bytes that something takes outside of the arenas: they are a part of the limit. Negative for what is there no more. */
  charge(bytes: number): void {
    this.#charged += bytes;
  }

  /** Called by {@link Block.release}. */
  free(block: Block, slab: Slab | undefined, slot: number): void {
    const entry = this.#entries[block.arena];
    this.#used -= block.length;
    this.#blocks--;
    if (slab === undefined) {
      const page = Math.floor(block.offset / PAGE);
      entry.large.delete(page);
      entry.runs.give(page);
      return;
    }
    const open = this.#open[slab.index];
    if (slab.free === 0) open.push(slab);
    slab.give(slot);
    // One empty slab a class stays, for the next one; the others go back.
    if (slab.free === slab.slots && open.length > 1) {
      open.splice(open.indexOf(slab), 1);
      for (let i = 0; i < SLAB_PAGES; i++) entry.slabs.delete(slab.page + i);
      entry.runs.give(slab.page);
    }
  }

  /**
   * Gives free memory back to the system, where it is in pieces of at least `bytes` and has been free for `age` (at most 200) calls of this
   * before: fresh pages cost more than warm ones. Returns how many bytes went.
   */
  trim(age = 0, bytes = 1 << 20): number {
    let n = 0;
    for (const { arena, runs } of this.#entries) {
      n += runs.trim(Math.ceil(bytes / PAGE), age, (page, pages) => arena.discard(page * PAGE, pages * PAGE));
    }
    return n * PAGE;
  }

  #buffer(index: number, arena: Arena): ArrayBufferLike {
    const buffer = arena.buffer;
    if (!this.#byBuffer.has(buffer)) this.#byBuffer.set(buffer, index);
    return buffer;
  }

  #pages(pages: number): { arena: number; page: number } | undefined {
    // Memory that the process has already is had at once.
    for (let i = 0; i < this.#entries.length; i++) {
      const page = this.#entries[i].runs.take(pages, true);
      if (page >= 0) return { arena: i, page };
    }
    // What lies about in pieces that are too small must not make the process larger than its values may be.
    const touched = this.#entries.reduce((n, { runs }) => n + runs.touched, pages);
    if (touched * PAGE > this.limit) this.trim(0, LEAST_TRIMMED);
    for (let i = 0; i < this.#entries.length; i++) {
      const page = this.#entries[i].runs.take(pages, false);
      if (page >= 0) return { arena: i, page };
    }
    for (let i = 0; i < this.#entries.length; i++) {
      const { arena, runs } = this.#entries[i];
      if (!arena.grow((runs.end + pages) * PAGE)) continue;
      runs.extend(Math.floor(arena.buffer.byteLength / PAGE));
      const page = runs.take(pages, false);
      if (page >= 0) return { arena: i, page };
    }
    // Pieces with and without memory that touch become one.
    if (this.trim(0, PAGE) === 0) return undefined;
    for (let i = 0; i < this.#entries.length; i++) {
      const page = this.#entries[i].runs.take(pages, false);
      if (page >= 0) return { arena: i, page };
    }
  }

  #large(bytes: number): Block | undefined {
    const pages = Math.ceil(bytes / PAGE);
    const at = this.#pages(pages);
    if (at === undefined) return undefined;
    const block = new Block(this, at.arena, at.page * PAGE, bytes);
    this.#entries[at.arena].large.set(at.page, block);
    this.#entries[at.arena].first.fill(at.page + 1, at.page, at.page + pages);
    return block;
  }

  #small(bytes: number): Block | undefined {
    const index = classOf(bytes);
    const open = this.#open[index];
    let slab = open[open.length - 1];
    if (slab === undefined) {
      const at = this.#pages(SLAB_PAGES);
      if (at === undefined) return undefined;
      slab = new Slab(index, at.arena, at.page);
      for (let i = 0; i < SLAB_PAGES; i++) this.#entries[at.arena].slabs.set(at.page + i, slab);
      open.push(slab);
    }
    const slot = slab.take(bytes);
    if (slab.free === 0) open.splice(open.indexOf(slab), 1);
    return new Block(this, slab.arena, slab.offsetOf(slot), bytes, slab, slot);
  }

  /** Checks that the counts are true and that no two blocks share a byte. */
  validate(): void {
    let used = 0, blocks = 0;
    for (const { runs, large, slabs } of this.#entries) {
      runs.validate();
      let pages = 0;
      for (const [page, b] of large) {
        if (b.offset !== page * PAGE || b.refs <= 0) throw new Error(`broken block at page ${page}`);
        used += b.length;
        blocks++;
        pages += Math.ceil(b.length / PAGE);
      }
      for (const slab of new Set(slabs.values())) {
        pages += SLAB_PAGES;
        const its = slab.validate();
        used += its.used;
        blocks += its.blocks;
        const open = this.#open[slab.index].includes(slab);
        if (open !== slab.free > 0) {
          throw new Error(`slab at page ${slab.page}: open ${open} with ${slab.free} free slots`);
        }
      }
      if (pages + runs.free !== runs.end) throw new Error(`${pages} used and ${runs.free} free of ${runs.end} pages`);
    }
    if (used !== this.#used || blocks !== this.#blocks) {
      throw new Error(`${blocks} blocks of ${used} bytes, counted ${this.#blocks} of ${this.#used}`);
    }
  }
}
