/** Functions and a class for the workers: what the other examples submit. */

/** One more. */
export function inc(x: number): number {
  return x + 1;
}

/** The sum of two. */
export function add(a: number, b: number): number {
  return a + b;
}

/** A counter that lives on a worker. */
export class Counter {
  #n: number;

  constructor(start: number) {
    this.#n = start;
  }

  increment(by = 1): number {
    this.#n += by;
    return this.#n;
  }
}
