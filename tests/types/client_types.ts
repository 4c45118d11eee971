/**
 * What the client's types allow and refuse. Checked by types_test.ts; never run.
 */

import { asCompleted, type Client, type Future, type Ref, type Remote } from "../../mod.ts";

declare const client: Client;

function add(a: number, b: number): number {
  return a + b;
}
async function later(a: string, n = 1): Promise<string[]> {
  return await Promise.resolve([a.repeat(n)]);
}
function deep(o: { xs: number[]; y: { z: string } }, flag?: boolean): boolean {
  return o.xs.length > 0 && flag === true;
}
function rest(...xs: number[]): number {
  return xs.length;
}
class Grid {
  constructor(readonly data: Float64Array, readonly shape: number[]) {}
  dot(o: Grid): Grid {
    return o;
  }
}
function scale(x: Grid, options?: { by: 1 | 2; name?: string }): Grid {
  return options === undefined ? x : x;
}
class Counter {
  field = 1;
  constructor(public n: number, readonly name?: string) {}
  increment(by: number): number {
    return this.n += by;
  }
  async slow(): Promise<string> {
    return await Promise.resolve(this.name ?? "");
  }
}
interface Jobs {
  add: typeof add;
  later: typeof later;
  scale: typeof scale;
  Counter: typeof Counter;
  LIMIT: number;
}

export async function allowed(): Promise<void> {
  const a: Future<number> = client.submit(add, 1, 2);
  const b: Future<number> = client.submit(add, a, client.submit(add, 1, a));
  const c: Future<string[]> = client.submit(later, "x");
  const d: Future<string[]> = client.submit(later, "x", b);
  const square: Future<number> = client.submit((x: number) => x ** 2, 7);
  const awaited: number = await square;
  const text: Ref<string> = await client.scatter("x");
  const numbers: Ref<number[]> = await client.scatter([1, awaited]);
  const both: Ref<{ xs: number[]; y: { z: string } }> = await client.scatter({ xs: [1], y: { z: "" } });
  client.submit(deep, { xs: [1, a], y: { z: text } });
  client.submit(deep, { xs: numbers, y: { z: "s" } }, true);
  client.submit(deep, both);
  client.submit(rest, 1, a, 3);
  client.submit(rest);
  client.submit(Math.max, 1, a);
  const grid: Ref<Grid> = await client.scatter(new Grid(new Float64Array(1), [1]), { broadcast: true });
  const scaled: Future<Grid> = client.submit(scale, grid, { by: 1 });
  client.submit(scale, scaled, { by: 2, name: "x" });
  const mapped: Future<number>[] = client.map(add, [1, 2], [a, 3]);
  const values: number[] = await client.gather(mapped);
  const tuple: [number, string[]] = await client.gather([a, c]);
  const orErrors: (number | Error)[] = await client.gather(mapped, { errors: "return" });
  for await (const [future, index] of asCompleted(mapped)) {
    const f: Future<number> = future;
    if (index > 1) f.cancel();
  }
  const jobs = client.module<Jobs>("file:///jobs.ts");
  const sum: Future<number> = jobs.add(jobs.add(1, 2), a);
  const counter: Remote<Counter> = await client.spawn(jobs.Counter, 0);
  const one: number = await counter.increment(sum);
  const name: string = await counter.slow();
  await client.spawn(Counter, a, "x");
  await client.with({ priority: 1, resources: { GPU: 1 } }).submit(add, 1, 2);
  const everywhere: Record<string, number> = await client.run(add, 1, 2);
  void [d, values, tuple, orErrors, one, name, everywhere];
}

export async function refused(): Promise<void> {
  const number: Future<number> = client.submit(add, 1, 2);
  const strings: Future<string[]> = client.submit(later, "x");
  const jobs = client.module<Jobs>("file:///jobs.ts");
  const counter = await client.spawn(jobs.Counter, 0);
  // @ts-expect-error an argument of the wrong type
  client.submit(add, "1", 2);
  // @ts-expect-error too few arguments
  client.submit(add, 1);
  // @ts-expect-error too many arguments
  client.submit(add, 1, 2, 3);
  // @ts-expect-error a future of the wrong type
  client.submit(add, strings, 2);
  // @ts-expect-error a promise is no future
  client.submit(add, Promise.resolve(1), 2);
  // @ts-expect-error a wrong value deep inside
  client.submit(deep, { xs: [1, "2"], y: { z: "" } });
  // @ts-expect-error a wrong future deep inside
  client.submit(deep, { xs: [1], y: { z: number } });
  // @ts-expect-error a result of the wrong type
  const wrong: Future<string> = client.submit(add, 1, 2);
  // @ts-expect-error a method's argument of the wrong type
  jobs.add("1", 2);
  // @ts-expect-error an export that is not there
  jobs.nothing(1);
  // @ts-expect-error an export that is no function
  jobs.LIMIT;
  // @ts-expect-error a constructor's argument of the wrong type
  client.spawn(jobs.Counter, "0");
  // @ts-expect-error an actor's method with a wrong argument
  counter.increment("x");
  // @ts-expect-error an actor's method that is not there
  counter.decrement(1);
  // @ts-expect-error an actor's field
  counter.field;
  // @ts-expect-error a column of the wrong type
  client.map(add, [1], ["x"]);
  // @ts-expect-error an option that is not there
  client.with({ prio: 1 });
  // @ts-expect-error the wrong value for a class
  client.submit(scale, number);
  // @ts-expect-error run takes values
  client.run(add, number, 2);
  void wrong;
}
