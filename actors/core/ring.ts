/**
 * A queue in a ring that grows by doubling.
 *
 * @module
 */

/** First in, first out, without allocation once it has its size. */
export class Ring<T> {
  #items: (T | undefined)[] = new Array(16).fill(undefined);
  #mask = 15;
  #head = 0;
  #length = 0;

  /** How many are in it. */
  get length(): number {
    return this.#length;
  }

  /** Puts one in at the end. */
  push(item: T): void {
    if (this.#length > this.#mask) this.#grow();
    this.#items[(this.#head + this.#length) & this.#mask] = item;
    this.#length++;
  }

  /** Takes the oldest out; `undefined` when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & this.#mask;
    this.#length--;
    return item;
  }

  /** Forgets all, and gives the room back. */
  clear(): void {
    this.#items = new Array(16).fill(undefined);
    this.#mask = 15;
    this.#head = this.#length = 0;
  }

  #grow(): void {
    const size = this.#mask + 1;
    const items = new Array<T | undefined>(size * 2).fill(undefined);
    for (let i = 0; i < this.#length; i++) items[i] = this.#items[(this.#head + i) & this.#mask];
    this.#items = items;
    this.#mask = size * 2 - 1;
    this.#head = 0;
  }
}
