/**
 * Small values that lie idle in a worker's memory, and go to disk many at a time. Of each there is a key and a number here, no object: there may be
 * millions. Values too small for the disk are not here at all.
 *
 * @module
 */

import type { WorkerData } from "./worker_data.ts";

/** Most values of a batch. */
export const MOST_TOGETHER = 1024;

interface Batch {
  readonly keys: readonly string[];
  readonly sizes: readonly number[];
  readonly bytes: number;
  /** In place of values at rest: such that somebody is to read. */
  readonly lent?: readonly WorkerData[];
}

/** A batch to be written. */
export interface TakenBatch {
  readonly batch: number;
  readonly keys: readonly string[];
  readonly bytes: number;
}

/** Small values by key. */
export class SmallValues {
  /** Bytes of those that could go, the one idle for longest first; where in it the next batch begins. */
  readonly #idle = new Map<string, number>();
  #cursor: Iterator<[string, number]> | undefined;
  /** Batches being written; and by key, in which of them its value is. */
  readonly #batches = new Map<number, Batch>();
  readonly #moving = new Map<string, number>();
  /** Bytes of those that the disk had no room for. */
  readonly #stuck = new Map<string, number>();
  #next = 0;

  /** Of values of at least so many bytes; Infinity where there is no disk. */
  constructor(readonly least: number) {}

  /** How many could go. */
  get idle(): number {
    return this.#idle.size;
  }

  /** How many batches are being written. */
  get writing(): number {
    return this.#batches.size;
  }

  /** A value is idle from now on. */
  rest(key: string, nbytes: number): void {
    if (nbytes >= this.least) this.#idle.set(key, nbytes);
  }

  /** A value of so many bytes is idle no more, or gone. Its part of a batch that is being written is for nothing. */
  wake(key: string, nbytes: number): void {
    if (nbytes < this.least || this.#idle.delete(key)) return;
    if (!this.#moving.delete(key)) this.#stuck.delete(key);
  }

  /** Those idle for longest, of `bytes` bytes together or a little more, which are to be written now. There must be some. */
  take(bytes: number): TakenBatch {
    const keys: string[] = [], sizes: number[] = [];
    let sum = 0;
    while (this.#idle.size > 0 && sum < bytes && keys.length < MOST_TOGETHER) {
      // It goes on where it was, also when others have come and gone: to begin anew would be to pass all the gaps again.
      this.#cursor ??= this.#idle.entries();
      const { value, done } = this.#cursor.next();
      if (done) {
        this.#cursor = undefined;
        continue;
      }
      const [key, size] = value;
      this.#idle.delete(key);
      this.#moving.set(key, this.#next);
      keys.push(key);
      sizes.push(size);
      sum += size;
    }
    this.#batches.set(this.#next, { keys, sizes, bytes: sum });
    return { batch: this.#next++, keys, bytes: sum };
  }

  /** A batch of values that are not at rest: {@link SmallValues.lent} has them until it is written, or not. */
  lend(lent: readonly WorkerData[]): TakenBatch {
    const keys = lent.map((d) => d.key), sizes = lent.map((d) => d.nbytes);
    const bytes = sizes.reduce((a, b) => a + b, 0);
    this.#batches.set(this.#next, { keys, sizes, bytes, lent });
    return { batch: this.#next++, keys, bytes };
  }

  /** The values that were lent for a batch that is being written, if they were. */
  lent(batch: number): readonly WorkerData[] | undefined {
    return this.#batches.get(batch)!.lent;
  }

  /** Bytes of a batch that is being written. */
  bytesOf(batch: number): number {
    return this.#batches.get(batch)!.bytes;
  }

  /** The batch is on disk. Calls `goes` with each of its values that is still idle, and with its number in the batch. */
  written(batch: number, goes: (key: string, slot: number, nbytes: number) => void): void {
    this.#end(batch, goes);
  }

  /** The batch could not be written: what is still idle of it stays, until {@link SmallValues.again}. */
  failed(batch: number): void {
    this.#end(batch, (key, _, nbytes) => this.#stuck.set(key, nbytes));
  }

  #end(batch: number, each: (key: string, slot: number, nbytes: number) => void): void {
    const { keys, sizes } = this.#batches.get(batch)!;
    this.#batches.delete(batch);
    for (let slot = 0; slot < keys.length; slot++) {
      const key = keys[slot];
      // It may have been dropped, and be idle again with another content.
      if (this.#moving.get(key) !== batch) continue;
      this.#moving.delete(key);
      each(key, slot, sizes[slot]);
    }
  }

  /** There is room on the disk again. */
  again(): void {
    for (const [key, nbytes] of this.#stuck) this.#idle.set(key, nbytes);
    this.#stuck.clear();
  }

  /** Checks that it knows those values at rest that it should, and no others. */
  validate(atRest: ReadonlyMap<string, number>): void {
    let count = 0;
    for (const [key, nbytes] of atRest) {
      if (nbytes < this.least) continue;
      count++;
      const batch = this.#moving.get(key);
      const bytes = batch === undefined
        ? this.#idle.get(key) ?? this.#stuck.get(key)
        : this.#batches.get(batch)?.sizes[this.#batches.get(batch)!.keys.indexOf(key)];
      if (bytes !== nbytes) throw new Error(`${key} is at rest with ${nbytes} bytes, and known with ${bytes}`);
    }
    const known = this.#idle.size + this.#moving.size + this.#stuck.size;
    if (known !== count) throw new Error(`${count} small values are at rest, ${known} are known`);
  }
}
