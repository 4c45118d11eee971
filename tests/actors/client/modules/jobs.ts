import { getClient, type Remote } from "../../../../mod.ts";

export class Tally {
  static readonly module = import.meta.url;
  constructor(readonly counts: Map<string, number> = new Map()) {}
  get total(): number {
    return [...this.counts.values()].reduce((a, b) => a + b, 0);
  }
}

export function inc(x: number): number {
  return x + 1;
}

export function add(a: number, b: number): number {
  return a + b;
}

export function tally(words: readonly string[]): Tally {
  const t = new Tally();
  for (const w of words) t.counts.set(w, (t.counts.get(w) ?? 0) + 1);
  return t;
}

export function total(tallies: readonly Tally[]): number {
  return tallies.reduce((n, t) => n + t.total, 0);
}

export function fail(reason: string): never {
  throw new RangeError(reason);
}

export async function nested(depth: number): Promise<number> {
  if (depth === 0) return 1;
  const client = getClient();
  const parts = client.map(nested, [depth - 1, depth - 1]);
  const [a, b] = await client.gather(parts);
  return a + b;
}

export class Counter {
  static readonly module = import.meta.url;
  #n: number;
  constructor(n: number) {
    if (!Number.isInteger(n)) throw new TypeError(`expected an integer, got ${n}`);
    this.#n = n;
  }
  increment(by = 1): number {
    return this.#n += by;
  }
  async slowly(by: number): Promise<number> {
    const before = this.#n;
    await new Promise((resolve) => setTimeout(resolve, 1));
    return this.#n = before + by;
  }
  apply(f: (n: number) => number): number {
    return this.#n = f(this.#n);
  }
  break(): never {
    throw new RangeError("broken");
  }
}

export async function incrementFrom(counter: Remote<Counter>, times: number): Promise<number> {
  let last = 0;
  for (let i = 0; i < times; i++) last = await counter.increment();
  return last;
}
