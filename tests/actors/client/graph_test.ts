import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { Client, compute, computeInTurn, type Delayed, Future, persist, visualize } from "../../../mod.ts";
import { startLocalCluster } from "../../../actors/cluster/mod.ts";
import { cull, fuse } from "../../../actors/client/graph/optimize.ts";
import { findInputs, type GraphNode, withHoles } from "../../../actors/client/graph/node.ts";

const client = {} as GraphNode["client"];

function node(key: string, ...inputs: GraphNode[]): GraphNode {
  return {
    key,
    fn: () => key,
    args: inputs,
    inputs,
    places: inputs.map((_, i) => [[i]]),
    client,
    future: undefined,
    submitted: false,
  };
}

const keys = (nodes: readonly GraphNode[]): string => nodes.map((n) => n.key).join(" ");

Deno.test("cull() gives what the outputs need, inputs first, and nothing that is there already", () => {
  const a = node("a"), b = node("b", a), c = node("c", a), d = node("d", b, c);
  node("unused", d);
  strictEqual(keys(cull([d])), "a b c d");
  strictEqual(keys(cull([c, b, c])), "a c b");
  b.future = {} as Future<unknown>;
  strictEqual(keys(cull([d])), "a c d");
  strictEqual(keys(cull([b])), "");
});

Deno.test("cull() walks a chain of 200,000 calls", () => {
  let last = node("0");
  for (let i = 1; i < 200_000; i++) last = node(`${i}`, last);
  const order = cull([last]);
  strictEqual(order.length, 200_000);
  strictEqual(order[0].key, "0");
});

Deno.test("fuse() joins calls that follow one another alone, up to outputs and forks", () => {
  const chains = (outputs: GraphNode[]): string => fuse(cull(outputs), outputs).map(keys).join(" | ");
  const a = node("a"), b = node("b", a), c = node("c", b), d = node("d", c), e = node("e", c), f = node("f", d, e);
  strictEqual(chains([f]), "a b c | d | e | f");
  strictEqual(chains([f, b]), "a b | c | d | e | f");
  const other = { ...node("g", c), client: {} as GraphNode["client"] };
  strictEqual(chains([other]), "a b c | g");
  let long = node("0");
  for (let i = 1; i < 130; i++) long = node(`${i}`, long);
  deepStrictEqual(fuse(cull([long]), [long]).map((chain) => chain.length), [64, 64, 2]);
});

Deno.test("findInputs() finds delayed values at any place, and withHoles() leaves the arguments as they were", () => {
  const a = node("a"), b = node("b");
  const values = new Map<object, GraphNode>([[a, a], [b, b]]);
  const args = [a, { x: [1, b, { y: a }] }, "text", new Date(0)];
  const { inputs, places } = findInputs(args, (v) => values.get(v));
  strictEqual(keys(inputs), "a b");
  deepStrictEqual(places, [[[0], [1, "x", 2, "y"]], [[1, "x", 1]]]);
  const holes = withHoles(args, places[0]);
  deepStrictEqual(holes, [null, { x: [1, b, { y: null }] }, "text", new Date(0)]);
  strictEqual(args[0], a);
});

Deno.test("Client.delayed()", async (t) => {
  await using client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 2, memoryLimit: "256MiB" });
  const inc = client.delayed((x: number) => x + 1);
  const add = client.delayed((a: number, b: number) => a + b);
  const make = client.delayed((n: number) => ({ X: new Float64Array(n).fill(2), y: [1, 2, 3] }));

  await t.step("makes graphs that compute() has performed, with their types", async () => {
    const total: Delayed<number> = add(inc(1), inc(inc(2)));
    strictEqual(await total.compute(), 6);
    strictEqual(await total.compute(), 6);
    const nested = client.delayed((v: { a: number[]; b: { c: number } }) => v.a.reduce((s, x) => s + x, v.b.c));
    strictEqual(await nested({ a: [inc(1), 2, total], b: { c: inc(9) } }).compute(), 20);
    // @ts-expect-error: a string is no number
    const wrong = (): Delayed<number> => inc("text");
    strictEqual(typeof wrong, "function");
  });

  await t.step("get() is a part of a result, computed where that is", async () => {
    const made = make(1000);
    const X: Delayed<Float64Array<ArrayBuffer>> = made.get("X");
    const [x, y, first] = await compute(X, made.get("y"), made.get("y").get(0));
    strictEqual(x.length, 1000);
    deepStrictEqual(y, [1, 2, 3]);
    strictEqual(first, 1);
    await rejects(
      (made as unknown as Delayed<{ Z: number }>).get("Z").compute(),
      /no part "Z" in the result, which is one of X, y/,
    );
  });

  await t.step("calls that share an input share its result, within one compute()", async () => {
    const random = client.delayed(() => Math.random())();
    const [a, b] = await compute(inc(random), inc(random));
    strictEqual(a, b);
    ok(await inc(random).compute() !== a);
  });

  await t.step("persist() keeps the result until it is released", async () => {
    const random = client.delayed(() => Math.random())();
    const [future] = persist(random);
    ok(future instanceof Future && random.future === future);
    const value = await future;
    strictEqual(await inc(random).compute(), value + 1);
    strictEqual(await random.compute(), value);
    random.release();
    await client.whoHas();
    ok(await random.compute() !== value);
  });

  await t.step("async calls in a chain wait for one another", async () => {
    const later = client.delayed((x: number) => Promise.resolve(x * 2));
    strictEqual(await inc(later(inc(later(inc(1))))).compute(), 11);
  });

  await t.step("pure calls are named by their content, through their inputs", async () => {
    const pure = client.with({ pure: true });
    const draw = pure.delayed((seed: number) => seed + Math.random()), twice = pure.delayed((x: number) => 2 * x);
    strictEqual(twice(draw(1)).key, twice(draw(1)).key);
    ok(twice(draw(1)).key !== twice(draw(2)).key);
    const held = draw(1).persist();
    strictEqual(await draw(1).compute(), await held);
  });

  await t.step("an error is that of the call that failed", async () => {
    const fail = client.delayed((x: number): number => {
      throw new RangeError(`no ${x}`);
    });
    await rejects(inc(fail(inc(3))).compute(), { name: "RangeError", message: "no 4" });
    await rejects(compute(add(inc(1), fail(1)), inc(1)), { name: "RangeError", message: "no 1" });
  });

  await t.step("a delayed value is no argument of submit()", () => {
    const d = inc(1) as unknown as number;
    throws(() => client.submit((x: number) => x, d), /compute\(\) or persist\(\) it first/);
    throws(() => client.delayed(() => d + 1)(), { name: "ClosureError" });
  });

  await t.step("visualize() gives what would be performed", () => {
    const a = inc(1), b = inc(a);
    const dot = visualize(b);
    strictEqual(dot.match(/->/g)?.length, 1);
    ok(dot.startsWith("digraph {") && dot.includes(a.key) && dot.includes(b.key));
  });

  await t.step("clients of one cluster may mix what they delay", async () => {
    await using cluster = await startLocalCluster({ workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" });
    await using one = await Client.connect(cluster.schedulerAddress);
    await using two = await Client.connect(cluster.schedulerAddress);
    const held = one.delayed((x: number) => x + 1)(1);
    const future = held.persist();
    const twice = two.delayed((x: number) => 2 * x);
    strictEqual(await twice(held).compute(), 4);
    strictEqual(await twice(one.delayed((x: number) => x - 1)(1)).compute(), 0);
    strictEqual(await future, 2);
    await rejects(async () => await compute(twice(1), inc(1)), /delayed by a client of another cluster/);
    strictEqual(await inc(1).compute(), 2);
  });

  await t.step("computeInTurn() gives values in order, and lets go of each", async () => {
    const before = new Set(Object.keys(await client.whoHas()));
    const kept = async (): Promise<number> =>
      Object.keys(await client.whoHas()).filter((key) => !before.has(key)).length;
    const seen: number[] = [];
    for await (const value of computeInTurn(Array.from({ length: 20 }, (_, i) => inc(inc(i))))) {
      seen.push(value);
      ok(await kept() <= 4, "only the next ones are computed");
    }
    deepStrictEqual(seen, Array.from({ length: 20 }, (_, i) => i + 2));
    // What they share is computed once, also when one comes twice.
    const random = client.delayed(() => Math.random())();
    const one = add(random, 1), shared: number[] = [];
    for await (const value of computeInTurn([one, random, one, add(random, 2)])) shared.push(value);
    const [a, b, c, d] = shared;
    deepStrictEqual([a, c, d], [b + 1, b + 1, b + 2]);
    // What is persisted stays.
    const held = inc(7);
    const future = held.persist();
    for await (const value of computeInTurn([inc(1), held])) ok(value === 2 || value === 8);
    strictEqual(await future, 8);
    held.release();
    const fail = client.delayed((x: number): number => {
      if (x === 3) throw new RangeError("no 3");
      return x;
    });
    const got: number[] = [];
    await rejects(async () => {
      for await (const value of computeInTurn([0, 1, 2, 3, 4].map((x) => fail(x)))) got.push(value);
    }, { name: "RangeError", message: "no 3" });
    deepStrictEqual(got, [0, 1, 2]);
    for await (const value of computeInTurn([inc(0), inc(1), inc(2)])) if (value === 2) break;
    strictEqual((await Array.fromAsync(computeInTurn([]))).length, 0);
    strictEqual(await kept(), 0);
  });

  await t.step("what lies between is not kept, and not known here", async () => {
    const before = (await client.whoHas()) as Record<string, string[]>;
    let layer: Delayed<number>[] = Array.from({ length: 512 }, (_, i) => inc(i));
    while (layer.length > 1) {
      layer = Array.from({ length: layer.length / 2 }, (_, i) => add(layer[2 * i], layer[2 * i + 1]));
    }
    strictEqual(await layer[0].compute(), 512 * 513 / 2);
    const after = await client.whoHas();
    strictEqual(Object.keys(after).filter((key) => !(key in before)).length, 0);
  });
});
