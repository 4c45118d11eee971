/** Work for clusters in tests. */

/** An actor that counts. */
export class Counter {
  #n: number;

  constructor(n: number) {
    this.#n = n;
  }

  increment(): number {
    return ++this.#n;
  }
}
