/**
 * The runtime alone, typed end to end: futures as arguments, functions that travel, an actor, a reference.
 *
 *     deno run -A examples/runtime.ts
 */

import { Client } from "../mod.ts";

await using client = await Client.local();

// Functions of a module: bundled once, known on the workers by its hash.
const jobs = client.module<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"));
const total = jobs.add(jobs.inc(1), jobs.inc(2)); // futures as arguments: a graph
console.log("add(inc(1), inc(2)) =", await total);

// A closed function travels as its source.
console.log("7 ** 2 =", await client.submit((x: number) => x ** 2, 7));

// Many at once.
const squares = await client.gather(client.map((x: number) => x * x, [1, 2, 3, 4, 5]));
console.log("squares:", squares.join(" "));

// An actor lives on some worker; calls go straight there, one at a time, in order.
const counter = await client.spawn(jobs.Counter, 0);
await counter.increment();
console.log("counter:", await counter.increment(10));

// A pinned reference: the array is on every worker, and only its name travels from now on.
const X = Float64Array.from({ length: 100_000 }, (_, i) => i);
const ref = await client.scatter(X, { broadcast: true });
const sums = await client.gather(
  client.map((x: Float64Array, k: number) => x.reduce((s, v) => s + v ** k, 0), [ref, ref, ref], [0, 1, 2]),
);
console.log("sums of powers:", sums.join(" "));
