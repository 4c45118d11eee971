import assert from "node:assert/strict";
import { BlockStates, chunked, Client, fromFutures, type NDArray, settledAll, treeReduce } from "../../../mod.ts";

interface Seen {
  readonly times: number;
  readonly best: Float32Array;
}

Deno.test("BlockStates keeps state beside blocks, and treeReduce() sums in a fixed order", async (t) => {
  await using client = await Client.local({ processes: false, workers: 2, threadsPerWorker: 1, memoryLimit: "256MiB" });
  using X = await chunked.random([20_000, 4], { chunks: [1000, 4], randomState: 1, client }).persist();
  const step = (block: NDArray<Float64Array>, state: Seen | null, column: number) => {
    const best = state === null ? new Float32Array(block.length) : state.best;
    let sum = 0;
    for (let i = 0; i < block.length; i++) {
      const v = block.data[4 * i + column];
      best[i] = Math.max(best[i], v);
      sum += v;
    }
    return { state: { times: (state?.times ?? 0) + 1, best }, partial: { sum, n: block.length } };
  };
  const add = (a: { sum: number; n: number }, b: { sum: number; n: number }) => ({ sum: a.sum + b.sum, n: a.n + b.n });

  await t.step("step by step, where the blocks are", async () => {
    using states = new BlockStates<Seen>(client, X.futures());
    const local = await X.compute();
    const sums: number[] = [];
    for (let column = 0; column < 4; column++) {
      using total = treeReduce(client, states.step<{ sum: number; n: number }>(step, column), add);
      const { sum, n } = await total;
      assert.equal(n, 20_000);
      sums.push(sum);
    }
    await states.settled();
    const expected = local.sum(0).data;
    sums.forEach((sum, j) => assert.ok(Math.abs(sum - expected[j]) < 1e-8));
    const best = fromFutures(states.map((_: unknown, s: Seen) => s.best), {
      chunks: [X.chunks[0]],
      dtype: "float32",
      client,
    });
    assert.ok((await best.compute()).equals(local.max(1).astype("float32")));
    assert.deepEqual(await client.gather(states.map((_: unknown, s: Seen) => s.times)), new Array(20).fill(4));
  });

  await t.step("the tree is the same whatever comes first", async () => {
    const parts = (delays: number) =>
      Array.from({ length: 20 }, (_, i) =>
        client.submit(
          async (i: number, delays: number) => {
            for (let k = 0; k < (i * 7 % 5) * delays; k++) await Promise.resolve();
            return 1 / (i + 3) ** 3;
          },
          i,
          delays,
        ));
    const plus = (a: number, b: number): number => a + b;
    const [a, b] = await Promise.all([0, 100].map((d) => treeReduce(client, parts(d), plus)));
    assert.equal(a, b);
    assert.throws(() => treeReduce(client, [], plus), RangeError);
  });

  await t.step("an error of a step is that of the first block that failed", async () => {
    using states = new BlockStates<null>(client, X.futures().slice(0, 3));
    const fail = (block: NDArray<Float64Array>): { state: null; partial: number } => {
      throw new RangeError(`${block.length} rows`);
    };
    const partials = states.step<number>(fail);
    await assert.rejects(settledAll(partials), { name: "RangeError", message: "1000 rows" });
    await assert.rejects(states.settled(), { name: "RangeError" });
    assert.equal(await client.submit(Math.sqrt, 9), 3);
  });
});
