/**
 * Slabs: pages of an arena in equal slots, for small blocks. What is known of a slot is a few bytes in columns, for there may be millions.
 *
 * @module
 */

import { PAGE } from "./arena.ts";

/** Pages of a slab. */
export const SLAB_PAGES = 4;
/** Bytes of a slab. */
export const SLAB = SLAB_PAGES * PAGE;
/** Slot sizes: multiples of 16, from 64 on of 64; a quarter apart at most where they are large. */
export const CLASSES: readonly number[] =
  // deno-fmt-ignore
  [16, 32, 64, 128, 192, 256, 320, 448, 576, 768, 1024, 1344, 1792, 2304, 3072, 4096, 5440, 8192, 10_880];
/** Bytes of the largest slot. */
export const LARGEST_SLOT = CLASSES[CLASSES.length - 1];

/** The class of the smallest slot with room for so many bytes; −1 for none. */
export function classOf(bytes: number): number {
  for (let i = 0; i < CLASSES.length; i++) if (bytes <= CLASSES[i]) return i;
  return -1;
}

/** One slab. */
export class Slab {
  readonly slotBytes: number;
  readonly slots: number;
  /** By slot: how many hold its block; 0 where it is free. */
  readonly refs: Uint32Array;
  readonly #lengths: Uint16Array;
  /** Free slots, the next one last. */
  readonly #free: Uint16Array;
  #freeSlots: number;

  /** Of a class, at a page of an arena; all free. */
  constructor(readonly index: number, readonly arena: number, readonly page: number) {
    this.slotBytes = CLASSES[index];
    const slots = this.slots = Math.floor(SLAB / this.slotBytes);
    const columns = new ArrayBuffer(8 * slots);
    this.refs = new Uint32Array(columns, 0, slots);
    this.#lengths = new Uint16Array(columns, 4 * slots, slots);
    this.#free = new Uint16Array(columns, 6 * slots, slots);
    for (let i = 0; i < slots; i++) this.#free[i] = slots - 1 - i;
    this.#freeSlots = slots;
  }

  /** Slots that are free. */
  get free(): number {
    return this.#freeSlots;
  }

  /** The slot in which this byte of the arena lies; past the last one for what is over at the slab's end. */
  slotAt(offset: number): number {
    return Math.floor((offset - this.page * PAGE) / this.slotBytes);
  }

  /** Where a slot begins in the arena. */
  offsetOf(slot: number): number {
    return this.page * PAGE + slot * this.slotBytes;
  }

  /** Bytes that were asked for in a slot that is taken. */
  lengthOf(slot: number): number {
    return this.#lengths[slot];
  }

  /** Takes a slot, held once, for so many bytes. There must be a free one. */
  take(length: number): number {
    const slot = this.#free[--this.#freeSlots];
    this.#lengths[slot] = length;
    this.refs[slot] = 1;
    return slot;
  }

  /** Gives a slot back that nobody holds. */
  give(slot: number): void {
    this.#free[this.#freeSlots++] = slot;
  }

  /** Checks the counts; gives the bytes and the number of its blocks. */
  validate(): { readonly used: number; readonly blocks: number } {
    let used = 0, blocks = 0;
    // Not a Set: this is done after every event of a simulated life.
    const free = new Uint8Array(this.slots);
    for (let i = 0; i < this.#freeSlots; i++) {
      if (free[this.#free[i]]++ > 0) throw new Error(`slab at page ${this.page}: a slot is free twice`);
    }
    for (let i = 0; i < this.slots; i++) {
      if ((this.refs[i] === 0) !== (free[i] === 1)) {
        throw new Error(`slot ${i} of the slab at page ${this.page} is lost`);
      }
      if (this.refs[i] === 0) continue;
      if (this.#lengths[i] > this.slotBytes) throw new Error(`slot ${i} of the slab at page ${this.page} is too full`);
      used += this.#lengths[i];
      blocks++;
    }
    return { used, blocks };
  }
}
