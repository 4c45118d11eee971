/**
 * A list whose elements leave without being searched for: who owns the bag counts departures, and the bag is swept when
 * more than half of it is stale. Adding costs a push; leaving costs a subtraction.
 *
 * @module
 */

/** Elements, some of them stale. Whether one is stale is its own state's matter, asked by `isIn`. */
export class LazyBag<T extends object> {
  /** How many elements are really in it. */
  size = 0;
  #items: T[] = [];
  readonly #isIn: (item: T) => boolean;

  /** An empty bag; `isIn` tells whether an element that was once added is in it now. */
  constructor(isIn: (item: T) => boolean) {
    this.#isIn = isIn;
  }

  /** Enters an element that is not in it. */
  add(item: T): void {
    this.size++;
    this.#items.push(item);
    if (this.#items.length > 64 && this.#items.length > 2 * this.size) this.#sweep();
  }

  /** One element has left; its own state already says so. */
  left(): void {
    this.size--;
    if (this.#items.length > 64 && this.#items.length > 4 * this.size) this.#sweep();
  }

  /** The elements in it, each once. */
  list(): T[] {
    this.#sweep();
    return this.#items.slice();
  }

  #sweep(): void {
    // An element that left and came again stands in the list twice.
    const items = this.#items, isIn = this.#isIn;
    const kept = items.filter(isIn);
    this.#items = kept.length === this.size ? kept : [...new Set(kept)];
  }
}
