import assert from "node:assert/strict";
import {
  BlockMismatchError,
  chunked,
  type ChunkedArray,
  ChunkError,
  Client,
  concatenate,
  fromArray,
  fromDelayed,
  makeBlobs,
  NDArray,
  parallelBackend,
  ShapeError,
  UnknownChunksError,
} from "../../../mod.ts";
import { assertClose } from "../golden.ts";

Deno.test("ChunkedArray", async (t) => {
  await using client = await Client.local({ processes: false, workers: 2, threadsPerWorker: 1, memoryLimit: "256MiB" });
  const keys = async (): Promise<string[]> => Object.keys(await client.whoHas());
  /** How many values are on the workers that were not there before. */
  const more = async (before: readonly string[]): Promise<number> =>
    (await keys()).filter((key) => !before.includes(key)).length;
  const centers = [[0, 0, 0], [9, 9, 9]];
  const blobs = (seeds: number, rows = 500) =>
    Array.from(
      { length: seeds },
      (_, randomState) => client.delayed(makeBlobs)({ nSamples: rows, centers, nFeatures: 3, randomState }),
    );

  await t.step("of blocks made on the workers, as the design has it", async () => {
    const parts = blobs(6);
    const X = concatenate(parts.map((p) => fromDelayed(p.get("X"), { shape: [500, 3], dtype: "float64" })));
    const typed: ChunkedArray<Float64Array> = X;
    assert.deepEqual(typed.shape, [3000, 3]);
    assert.equal(X.nbytes / 1e9, 72e-6);
    assert.deepEqual([X.ndim, X.size, X.length, X.numBlocks, X.chunks[1]], [2, 9000, 3000, [6, 1], [3]]);
    await X.persist();
    assert.ok(X.isPersisted);
    assert.equal(X.futures().length, 6);
    const rows = parts.flatMap((
      _,
      randomState,
    ) => [...makeBlobs({ nSamples: 500, centers, nFeatures: 3, randomState }).X.data]);
    const local = new NDArray(Float64Array.from(rows), [3000, 3]);
    const mean: number = await X.mean().compute();
    assertClose(mean, local.mean());
    const std: NDArray<Float64Array> = await X.std(0).compute();
    assertClose(std, local.std(0));
    const some: NDArray<Float64Array> = await X.slice(495, 505).compute();
    assert.ok(some.equals(local.slice(495, 505)));
    assert.ok((await X.compute()).equals(local));
    const any: boolean = await X.gt(100).any().compute();
    assert.equal(any, false);
    // @ts-expect-error: a sum over all axes is a number
    const wrong: Promise<NDArray> = X.sum().compute();
    await wrong;
    X.release();
    assert.ok(!X.isPersisted);
  });

  await t.step("persist() keeps blocks until release(), and what is made of them uses them", async () => {
    const before = await keys();
    {
      using X = chunked.random([40, 4], { chunks: [10, 4] });
      const [a, b] = await Promise.all([X.compute(), X.compute()]);
      assert.ok(a.equals(b), "the seed is drawn once");
      using Y = X.mapBlocks((x: NDArray<Float64Array>) => x.map((v) => v + Math.random()));
      assert.ok(!(await Y.compute()).equals(await Y.compute()));
      await Y.persist();
      assert.ok((await Y.compute()).equals(await Y.compute()));
      const doubled = Y.mul(2);
      assertClose(await doubled.sum().compute(), 2 * await Y.sum().compute());
      assert.equal(await more(before), 4);
      await doubled.persist();
      assert.equal(await more(before), 8);
      doubled.release();
    }
    assert.equal(await more(before), 0);
  });

  await t.step("results do not depend on workers or on order", async () => {
    await using other = await Client.local({
      processes: false,
      workers: 1,
      threadsPerWorker: 2,
      memoryLimit: "256MiB",
    });
    const sums = (c: Client): Promise<NDArray[]> => {
      const X = chunked.random([1000, 7], { chunks: [33, 7], randomState: 3, client: c });
      return Promise.all([X.sum(0).compute(), X.var(0).compute(), X.T.dot(X).compute()]);
    };
    const [a, b, c] = [await sums(client), await sums(other), await sums(client)];
    a.forEach((x, i) => assert.ok(x.equals(b[i]) && x.equals(c[i])));
  });

  await t.step("operations that follow one another are one task a block, and one loop", async () => {
    const X = await chunked.random([100, 4], { chunks: [10, 4], randomState: 0 }).persist();
    const Z = X.sub(1).mul(X.sub(1)).add(X.sub(1).mul(X.sub(1))).sqrt();
    // What stands there twice is computed once.
    assert.deepEqual(Z.grid.program?.steps.map((s) => s.op), ["sub", "mul", "add", "sqrt"]);
    assert.equal(Z.grid.inputs.length, 1);
    const dot = Z.sum().delayed()[0].visualize();
    assert.equal(dot.match(/label="reduceBlock"/g)?.length, 10);
    assert.equal(dot.match(/evaluateBlock/g), null);
    const local = await X.compute();
    assertClose(await Z.compute(), local.map((v) => Math.sqrt(2 * (v - 1) ** 2)));
    let long = X.mul(1);
    for (let i = 0; i < 150; i++) long = long.add(1);
    assertClose(await long.sub(150).compute(), local, 1e-12);
    X.release();
  });

  await t.step("where nothing says otherwise, the client in force is used", async () => {
    await using other = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "64MiB" });
    assert.equal(chunked.zeros(3).client, other);
    assert.equal(chunked.zeros(3, { client }).client, client);
    await parallelBackend("cluster", { client }, () => assert.equal(fromArray([1, 2]).client, client));
    assert.equal(fromDelayed(blobs(1)[0].get("X"), { shape: [500, 3] }).client, client);
    await assert.rejects(chunked.zeros(3).add(chunked.ones(3, { client })).compute(), /another cluster/);
    // Also of what is there already.
    using theirs = await chunked.ones(3, { client: other }).persist();
    using ours = await chunked.ones(3, { client }).persist();
    for (const mixed of [ours.add(theirs), theirs.add(ours).sum(), concatenate([ours, theirs])]) {
      await assert.rejects(
        async () => await mixed.compute(),
        /^TypeError: \S+ was delayed by a client of another cluster$/,
      );
    }
    await assert.rejects(concatenate([ours, theirs]).persist(), /another cluster/);
    assert.deepEqual([await ours.sum().compute(), await theirs.sum().compute()], [3, 3]);
  });

  await t.step("in a task it is the task's cluster", async () => {
    const total = client.submit(async (n: number) => {
      // What a bundled module's import of the library becomes.
      const library = (globalThis as Record<symbol, unknown>)[Symbol.for("troupe.library")];
      const { arange } =
        (library as { chunked: { arange(...args: unknown[]): { sum(): { compute(): unknown } } } }).chunked;
      return await arange(n, undefined, 1, { chunks: 7 }).sum().compute();
    }, 100);
    assert.equal(await total, 4950);
  });

  await t.step("unknown lengths are found out", async () => {
    const X = chunked.arange(20, undefined, 1, { chunks: 6, dtype: "int32", client });
    const some = X.at(X.mod(3).eq(0));
    assert.ok(Number.isNaN(some.shape[0]) && Number.isNaN(some.nbytes));
    assert.match(some.toString(), /^ChunkedArray int32 \[\?\], 4 blocks of \[\?\]/);
    assert.deepEqual(await some.mul(2).sum().compute(), 126);
    assert.throws(() => some.slice(0, 3), UnknownChunksError);
    assert.throws(() => some.argmax(), UnknownChunksError);
    assert.throws(() => some.rechunk(2), UnknownChunksError);
    assert.throws(() => some.add(chunked.zeros(7, { chunks: 6, client })), UnknownChunksError);
    assert.deepEqual((await some.reshape(-1, 1).compute()).shape, [7, 1]);
    assert.equal(await some.computeChunkSizes(), some);
    assert.deepEqual(some.chunks, [[2, 2, 2, 1]]);
    assert.deepEqual((await some.slice(0, 3).compute()).toArray(), [0, 3, 6]);
    // What has nothing to do with them works.
    const table = chunked.random([40, 6], { chunks: [10, 4], randomState: 2, client });
    const local = await table.compute();
    const rows = [...local.col(0).data.keys()].filter((i) => local.get(i, 0) > 0.5);
    const kept = table.at(table.at(":", 0).gt(0.5));
    const [columns, column, both, joined] = await Promise.all([
      kept.at(":", "::-2").compute(),
      kept.at(":", 5).compute(),
      table.at(table.at(":", 0).gt(0.5), "1:3").compute(),
      kept.rechunk([kept.chunks[0], [5, 1]]).compute(),
    ]);
    assert.deepEqual(columns.toArray(), rows.map((i) => [5, 3, 1].map((j) => local.get(i, j))));
    assert.deepEqual(column.toArray(), rows.map((i) => local.get(i, 5)));
    assert.deepEqual(both.toArray(), rows.map((i) => [local.get(i, 1), local.get(i, 2)]));
    assert.deepEqual(joined.toArray(), rows.map((i) => local.row(i).toArray()));
    assert.deepEqual(kept.rechunk([kept.chunks[0], -1]).chunks[1], [6]);
    assert.throws(() => kept.rechunk([5, -1]), UnknownChunksError);
    assert.throws(() => kept.at("1:", 0), UnknownChunksError);
    const none = X.at(X.lt(0));
    assert.deepEqual((await none.compute()).shape, [0]);
    assert.equal(await none.sum().compute(), 0);
    await assert.rejects(none.max().compute(), { name: "ShapeError", message: /max\(\): there is nothing/ });
  });

  await t.step("mapBlocks() with arguments and other arrays", async () => {
    const X = chunked.ones([6, 2], { chunks: [2, 2], client }),
      v = chunked.arange(6, undefined, 1, { chunks: 2, client });
    const Y = X.mapBlocks(
      (x: NDArray<Float64Array>, k: number, w: NDArray<Float64Array>) => w.map((b, i) => x.data[2 * i] * k + b),
      { args: [10, v.reshape(6, 1)], chunks: [[2, 2, 2], [1]] },
    );
    assert.deepEqual((await Y.compute()).toArray(), [[10], [11], [12], [13], [14], [15]]);
    const sizes = X.mapBlocks((x: NDArray) => new Int32Array([x.size]), { dtype: "int32", chunks: [[1, 1, 1], [1]] });
    await assert.rejects(sizes.compute(), {
      name: "BlockMismatchError",
      message: /declared as int32 \[1, 1\], but int32 \[1\] came/,
    });
    const local = 3;
    assert.throws(() => X.mapBlocks((x: NDArray) => x.map((v) => v + local)), {
      name: "ClosureError",
      message: /local/,
    });
  });

  await t.step("blocks that are not what was declared are named", async () => {
    const wrong = (shape: number[], dtype: "float64" | "int32" = "float64") =>
      concatenate(
        blobs(3).map((p, i) =>
          i < 2
            ? fromDelayed(p.get("X"), { shape: [500, 3], dtype: "float64" })
            : fromDelayed(p.get("X"), { shape, dtype: dtype as "float64" })
        ),
      );
    const before = await keys();
    await assert.rejects(wrong([400, 3]).persist(), (e: Error) => {
      assert.ok(e instanceof BlockMismatchError);
      assert.match(
        e.message,
        /^block \(2, 0\), from \S+: declared as float64 \[400, 3\], but float64 \[500, 3\] came$/,
      );
      return true;
    });
    assert.equal(await more(before), 0, "nothing is kept");
    const int = fromDelayed(blobs(1)[0].get("X"), { shape: [500, 3], dtype: "int32" });
    await assert.rejects(int.sum().compute(), /declared as int32 \[500, 3\], but float64 \[500, 3\] came/);
    const none = fromDelayed(client.delayed(() => "text")(), { shape: [NaN] });
    await assert.rejects(none.compute(), {
      name: "BlockMismatchError",
      message: /declared as float64 \[\?\], but what came is no array \(string\)/,
    });
    const listed = fromDelayed(client.delayed(() => [[1, 2], [3, 4]])(), { shape: [NaN, 2] });
    assert.equal(await listed.sum().compute(), 10);
    assert.equal(await client.submit(Math.sqrt, 4), 2);
  });

  await t.step("bad input", () => {
    const X = chunked.zeros([10, 4], { chunks: [3, 2], client });
    assert.throws(() => X.add(chunked.zeros([3, 4], { client })), {
      name: "ShapeError",
      message: "ChunkedArray.add(): shapes [10, 4] and [3, 4] do not fit together (axis 0: 10 and 3)",
    });
    assert.throws(() => X.at(10), { name: "RangeError", message: /index 10 is out of bounds for axis 0 of length 10/ });
    assert.throws(() => X.take([0, -11]), /index -11 is out of bounds for axis 0 of length 10/);
    assert.throws(() => X.at("1:2", "0", 1), ShapeError);
    assert.throws(() => X.at("a:2"), /"a:2" is no range/);
    assert.throws(() => X.at("::0"), /step must not be 0/);
    assert.throws(() => X.at([0], [1]), /only one selector/);
    assert.throws(() => X.at([true, false]), /a mask of 2 for 10 entries/);
    assert.throws(() => X.sum(2), /no axis 2 in an array of 2 axes/);
    assert.throws(() => X.sum([0, -2]), /names one twice/);
    assert.throws(() => X.reshape(7, -1), /\[10, 4\] cannot become \[7, -1\]/);
    assert.throws(() => X.dot(X), /do not fit: 4 columns, 10 rows/);
    assert.throws(() => X.rechunk([3, 0]), ChunkError);
    assert.throws(() => chunked.zeros([4], { chunks: [[3, 2]], client }), /must be lengths that add up to 4/);
    assert.throws(() => X.histogram(3), /needs a range/);
    assert.throws(() => X.norm(0, { ord: 3 }), /ord must be 1, 2 or Infinity/);
    assert.throws(() => X.topk(0), /k must be/);
    assert.throws(() => X.block(4, 0), /no block 4 among 4 along axis 0/);
    assert.throws(() => concatenate([X, chunked.zeros([10, 3], { client })]), /differ along axis 1/);
    assert.throws(() => concatenate([]), ShapeError);
    assert.throws(() => chunked.stack([X, chunked.zeros([1], { client })]), /array 1 has shape \[1\]/);
    assert.throws(() => chunked.zeros([2], { dtype: "float16" as "float32", client }), { name: "DTypeError" });
    const text = fromArray(new NDArray(["a", "b"]), { client });
    assert.throws(() => text.eq("a" as unknown as number), TypeError);
    assert.throws(() => text.sum(), /elements are text/);
    assert.throws(() => X.futures(), /await persist\(\) first/);
  });

  await t.step("text can be cut, put together and counted", async () => {
    const text = fromArray(new NDArray(["b", "a", "c", "a", "b"]), { chunks: 2, client });
    assert.deepEqual((await text.at("::-1").compute()).toArray(), ["b", "a", "c", "a", "b"]);
    const { values, counts } = text.uniqueCounts();
    assert.deepEqual([(await values.compute()).toArray(), (await counts.compute()).toArray()], [["a", "b", "c"], [
      2,
      2,
      1,
    ]]);
    const whole = fromArray(new NDArray(new BigInt64Array([5n, -(2n ** 62n), 5n])), { chunks: 2, client });
    assert.deepEqual((await whole.at([2, 1]).compute()).toArray(), [5n, -(2n ** 62n)]);
    assert.deepEqual((await whole.unique().compute()).toArray(), [-(2n ** 62n), 5n]);
  });

  await t.step("rechunk() and blocks", async () => {
    const X = chunked.arange(60, undefined, 1, { chunks: 7, client }).reshape(12, 5);
    const Y = X.rechunk([[5, 7], 2]);
    assert.deepEqual(Y.chunks, [[5, 7], [2, 2, 1]]);
    const local = await X.compute();
    assert.ok((await Y.compute()).equals(local));
    assert.ok((await Y.rechunk(-1).compute()).equals(local));
    assert.deepEqual((await Y.block(1, -1).compute()).toArray(), [[29], [34], [39], [44], [49], [54], [59]]);
    assert.equal(Y.blocks.length, 6);
    assert.ok((await Y.T.compute()).equals(local.T));
  });

  await t.step("is shown as text and as HTML", () => {
    const X = chunked.zeros([1_000_000, 20], { chunks: [200_000, 20], client });
    assert.equal(String(X), "ChunkedArray float64 [1000000, 20], 5 blocks of [200000, 20], 152.59 MiB");
    assert.equal(Deno.inspect(X), String(X));
    const html = X.toHTML();
    assert.match(html, /<th>Bytes<\/th><td>152\.59 MiB<\/td><td>30\.52 MiB<\/td>/);
    assert.match(html, /<th>Shape<\/th><td>\[1000000, 20\]<\/td><td>\[200000, 20\]<\/td>/);
    assert.equal(html.match(/<line /g)?.length, 6 + 2);
  });
});
