/** What the benches submit. */

/** One more. */
export function inc(x: number): number {
  return x + 1;
}

/** The sum of two. */
export function add(a: number, b: number): number {
  return a + b;
}

/** Keeps a thread busy for so many milliseconds. */
export function spin(ms: number): number {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return 0;
}

/** Counts. */
export class Counter {
  #n: number;

  constructor(n: number) {
    this.#n = n;
  }

  increment(): number {
    return ++this.#n;
  }
}
