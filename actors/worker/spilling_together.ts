/**
 * How small values go to disk: many at a time, when there is no larger one to go.
 *
 * @module
 */

import type { WorkerBooks } from "./books.ts";
import { MOST_TOGETHER, type TakenBatch } from "./small_values.ts";
import type { WorkerTask } from "./states.ts";
import type { WorkerData } from "./worker_data.ts";
import { type Readers, readersOf, smallToYield } from "./yielding.ts";

/** Bytes of the smallest value that goes at all: what is known of one that is on disk takes 200 bytes. */
export const LEAST_TOGETHER = 1024;
/** Bytes that go together, or a value more: half a MiB on disk at most. And most of them as a part of the memory. */
const TOGETHER = (1 << 19) - 65_536, TOGETHER_PART = 1 / 16;

/** What is told of batches to what counts all that goes and comes. */
export interface TogetherOptions {
  readonly books: WorkerBooks;
  /** So many bytes are being written; negative for those that are no more. */
  readonly writing: (bytes: number) => void;
  /** So many bytes have gone. */
  readonly gone: (bytes: number) => void;
  /** Whether somebody could do without the value, which so many are to read. */
  readonly mayYield: (d: WorkerData, users: number) => boolean;
  /** Those who were to read it have to wait for it again. */
  readonly giveUp: (d: WorkerData, readers: readonly WorkerTask[]) => void;
  /** The disk had no room for it. */
  readonly stuck: (d: WorkerData) => void;
}

/** Batches of small values. */
export class SpillingTogether {
  readonly #o: TogetherOptions;

  /** None yet. */
  constructor(options: TogetherOptions) {
    this.#o = options;
  }

  /** Bytes that go together. */
  get most(): number {
    return Math.min(TOGETHER, TOGETHER_PART * this.#o.books.options.memoryLimit);
  }

  /** As many go as are worth a write, if any are idle; gives their bytes. */
  write(): number {
    const { small } = this.#o.books.data;
    return small.idle === 0 ? 0 : this.#write(small.take(this.most));
  }

  /** Those go that only tasks that have not begun are to read, but not `except`; whether there are any. As they have no copy they are written first. */
  yield(readers: Readers, except?: WorkerTask): boolean {
    const { books: { data }, mayYield } = this.#o;
    const some = smallToYield(readers, mayYield, this.most, MOST_TOGETHER, except);
    if (some.length === 0) return false;
    for (const d of some) d.moving = true;
    this.#write(data.small.lend(some));
    return true;
  }

  #write({ batch, keys, bytes }: TakenBatch): number {
    this.#o.writing(bytes);
    this.#o.books.out.push({ do: "spillBatch", batch, keys });
    return bytes;
  }

  /** A batch is on disk: what nobody has asked for since is there only from now on. */
  written(batch: number): void {
    const { books, books: { data, data: { small } }, writing, gone, giveUp } = this.#o;
    const slots: number[] = [], lent = small.lent(batch);
    writing(-small.bytesOf(batch));
    small.written(batch, (key, slot, nbytes) => {
      slots.push(slot);
      data.moved(key);
      gone(nbytes);
    });
    const readers = lent === undefined ? undefined : readersOf(books);
    lent?.forEach((d, slot) => {
      d.moving = false;
      if (!data.knows(d)) return;
      const tasks = readers!.get(d);
      // Somebody has begun, or nobody wants it any more.
      if (tasks === undefined || d.users !== tasks.length) return data.rest(d);
      slots.push(slot);
      d.disk = true;
      d.state = "spilled";
      gone(d.nbytes);
      giveUp(d, tasks);
    });
    books.out.push({ do: "unloadBatch", batch, slots });
  }

  /** A batch could not be written. */
  failed(batch: number): void {
    const { books: { data, data: { small } }, writing, stuck } = this.#o;
    const lent = small.lent(batch);
    writing(-small.bytesOf(batch));
    small.failed(batch);
    lent?.forEach((d) => {
      d.moving = false;
      if (data.knows(d)) stuck(d);
    });
  }
}
