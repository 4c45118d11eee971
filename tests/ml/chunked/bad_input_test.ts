import assert from "node:assert/strict";
import { chunked, type ChunkedArray, Client, concatenate, fromDelayed, KMeans, type NDArray } from "../../../mod.ts";

/** What each of these must give: an error that says it, nothing lost, and a cluster that works. */
const cases: Record<string, { does: (client: Client, X: ChunkedArray) => unknown; says: RegExp }> = {
  "a block of another shape than was declared": {
    does: (client) => {
      const make = client.delayed((n: number) => new Float64Array(n));
      return concatenate([5, 5, 6].map((n) => fromDelayed(make(n), { shape: [5] }))).persist();
    },
    says: /^BlockMismatchError: block \(2\), from \S+: declared as float64 \[5\], but float64 \[6\] came$/,
  },
  "a block of another kind than was declared": {
    does: (client) => fromDelayed(client.delayed(() => new Int32Array(5))(), { shape: [5] }).sum().compute(),
    says: /^BlockMismatchError: block \(0\), from \S+: declared as float64 \[5\], but int32 \[5\] came$/,
  },
  "a block that is no array": {
    does: (client) => fromDelayed(client.delayed(() => new Map())(), { shape: [5] }).compute(),
    says: /^BlockMismatchError: block \(0\), from \S+: declared as float64 \[5\], but what came is no array/,
  },
  "a block of mapBlocks() that is not what was declared": {
    does: (_, X) => X.mapBlocks((x: NDArray) => x.slice(1), { dtype: "float64" }).compute(),
    says:
      /^BlockMismatchError: block \(\d, 0\), from a function in mapBlocks\(\): .*\[50, 4\], but float64 \[49, 4\] came$/,
  },
  "a block that cannot be made": {
    does: (client) => {
      const make = client.delayed((n: number) => {
        if (n === 3) throw new RangeError("no such block");
        return new Float64Array(n);
      });
      return concatenate([2, 3].map((n) => fromDelayed(make(n), { shape: [n] }))).persist();
    },
    says: /^RangeError: no such block$/,
  },
  "lengths that are not known where they matter": {
    does: (_, X) => X.at(X.at(":", 0).gt(0.5)).slice(0, 3),
    says: /^UnknownChunksError: ChunkedArray\.slice\(\): .*computeChunkSizes\(\)/,
  },
  "an estimator on lengths that are not known": {
    does: (_, X) => new KMeans({ nClusters: 2 }).fit(X.at(X.at(":", 0).gt(0.5))),
    says: /^UnknownChunksError: .*computeChunkSizes\(\)/,
  },
  "shapes that do not fit together": {
    does: (client, X) => X.add(chunked.ones([4, 4], { client })),
    says:
      /^ShapeError: ChunkedArray\.add\(\): shapes \[200, 4\] and \[4, 4\] do not fit together \(axis 0: 200 and 4\)$/,
  },
  "blocks that turn out not to fit together": {
    does: (_, X) => X.at(X.at(":", 0).gt(0.5)).add(X.at(X.at(":", 1).gt(0.5))).compute(),
    says: /^ShapeError: blocks: shapes \[\d+, 4\] and \[\d+, 4\] do not fit together \(axis 0: \d+ and \d+\)$/,
  },
  "a number out of bounds": {
    does: (_, X) => X.at(200),
    says: /^RangeError: ChunkedArray\.at\(\): index 200 is out of bounds for axis 0 of length 200$/,
  },
  "numbers out of bounds": {
    does: (_, X) => X.take([0, 4], 1),
    says: /^RangeError: ChunkedArray\.take\(\): index 4 is out of bounds for axis 1 of length 4$/,
  },
  "a block larger than a worker's memory": {
    does: (client) => chunked.ones(40_000_000, { chunks: -1, client }).persist(),
    says: /^MemoryError: no room for an array: 320000000 bytes wanted, .* room for \d+ bytes of values/,
  },
};

Deno.test("Chunked arrays: what is wrong is said, nothing is lost, and the cluster goes on", async (t) => {
  await using client = await Client.local({ workers: 1, threadsPerWorker: 2, memoryLimit: "320MiB" });
  using X = await chunked.random([200, 4], { chunks: [50, 4], randomState: 1, client }).persist();
  const values = await X.compute();
  const workers = await client.ask("workers") as unknown as { incarnation: string }[];
  const held = Object.keys(await client.whoHas()).sort();
  for (const [name, { does, says }] of Object.entries(cases)) {
    await t.step(name, async () => {
      await assert.rejects(async () => await does(client, X), (e: Error) => {
        assert.match(`${e.name}: ${e.message}`, says);
        return true;
      });
      assert.deepEqual(Object.keys(await client.whoHas()).sort(), held, "no more and no less is kept than before");
      assert.ok((await X.compute()).equals(values));
      assert.equal(await X.mul(0).add(1).sum().compute(), 800);
    });
  }
  const after = await client.ask("workers") as unknown as { incarnation: string }[];
  assert.deepEqual(after.map((w) => w.incarnation), workers.map((w) => w.incarnation), "no worker ended");
});

Deno.test("Client.local() with a spill directory that cannot be written says so", async () => {
  const { error } = console;
  console.error = () => {};
  try {
    await assert.rejects(
      Client.local({ workers: 1, threadsPerWorker: 1, spillDirectory: "/proc/none" }),
      /w-0 could not start: \/proc\/none: no file can be made in this directory for values to move to/,
    );
  } finally {
    console.error = error;
  }
});
