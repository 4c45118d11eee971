import assert from "node:assert/strict";
import { beginBlock, drawByBounds } from "../../../ml/cluster/blocks/begin_block.ts";
import { seedByBounds } from "../../../ml/cluster/blocks/bounds.ts";
import { LloydDriver } from "../../../ml/cluster/blocks/iterate.ts";
import { seedBlock, type SeedPartial } from "../../../ml/cluster/blocks/seed_block.ts";
import { seedByPasses, seedGiven, seedPlusPlus, seedScalable } from "../../../ml/cluster/blocks/seeding.ts";
import { combineInTree } from "../../../ml/by_block/mod.ts";
import { InvalidInputError, KMeans, loadDigits, makeBlobs, NDArray, RandomState } from "../../../ml/mod.ts";
import { assertClose } from "../golden.ts";
import { LocalBlocks } from "./local_blocks.ts";

type Table = NDArray<Float64Array>;
const settings = { maxIter: 300, tol: 1e-4, verbose: false };

const data: Record<string, { X: Table; k: number }> = {
  blobs: { X: makeBlobs({ nSamples: 1500, nFeatures: 7, centers: 6, randomState: 3 }).X, k: 6 },
  overlapping: { X: makeBlobs({ nSamples: 3000, nFeatures: 20, centers: 12, clusterStd: 6, randomState: 3 }).X, k: 12 },
  gauss: { X: new RandomState(7).standardNormal([2000, 8]), k: 9 },
  digits: { X: loadDigits().X, k: 10 },
  "one feature": { X: new RandomState(7).standardNormal([1000, 1]), k: 5 },
  "far from zero": { X: new RandomState(8).standardNormal([900, 3]).map((v) => 1e4 + v), k: 4 },
  "one cluster": { X: new RandomState(9).standardNormal([500, 3]), k: 1 },
};

const thirds = (n: number): number[] => [Math.floor(n / 3), 1, 0, n - Math.floor(n / 3) - 1];

for (const [name, { X, k }] of Object.entries(data)) {
  Deno.test(`LloydDriver.run() comes to what KMeans does in memory: ${name}`, async () => {
    const init = X.slice(0, k);
    const expected = await new KMeans({ nClusters: k, init }).fit(X);
    const blocks = new LocalBlocks(X, thirds(X.length));
    const found = await new LloydDriver(blocks, seedGiven(init.data.slice(), X.shape[1]), k).run(settings);
    assert.equal(found.nIter, expected.nIter_);
    assertClose(new NDArray(found.centers, [k, X.shape[1]]), expected.clusterCenters_, 1e-10);
    assertClose(found.inertia, expected.inertia_, 1e-10);
    const labels = (blocks.states as { state: { labels: Uint16Array } }[]).flatMap((s) => [...s.state.labels]);
    assert.deepEqual(labels, [...expected.labels_.data]);
  });
}

Deno.test("LloydDriver.run() gives empty clusters the farthest rows, as KMeans does in memory", async () => {
  const { X } = makeBlobs({ nSamples: 500, nFeatures: 3, centers: 6, randomState: 3 });
  const init = new NDArray(Float64Array.from([...X.slice(0, 3).data, 100, 100, 100, -200, 100, 0]), [5, 3]);
  const expected = await new KMeans({ nClusters: 5, init }).fit(X);
  const found = await new LloydDriver(new LocalBlocks(X, [170, 330]), seedGiven(init.data.slice(), 3), 5).run(settings);
  assert.equal(found.nIter, expected.nIter_);
  assertClose(found.inertia, expected.inertia_, 1e-10);
});

Deno.test("LloydDriver.run() reads no block in whose rows nothing can have changed", async () => {
  const { X } = makeBlobs({ nSamples: 4000, nFeatures: 20, centers: 8, randomState: 1 });
  const blocks = new LocalBlocks(X, [1000, 1000, 1000, 1000]);
  const options = { k: 8, many: 10, rounds: 3, restarts: 10 };
  const measured = await seedByPasses(blocks, options, new RandomState(0));
  assert.equal(blocks.steps, 12, "a pass for each round");
  const after = await new LloydDriver(blocks, measured, 8).run({ ...settings, tol: 0 });
  assert.equal(after.visited, 4, "one pass to label");
  const seeding = await seedScalable(blocks, options, new RandomState(0));
  assert.equal(blocks.steps, 12 + 4 + 4, "one pass to begin with");
  const found = await new LloydDriver(blocks, seeding, 8).run({ ...settings, tol: 0 });
  assert.equal(found.visited, 0, "it labelled all rows");
  assertClose(found.inertia, after.inertia, 1e-12);
  assert.equal(found.nIter, after.nIter);
});

for (const seed of [seedScalable, seedByPasses]) {
  for (const [name, { X, k }] of Object.entries(data)) {
    Deno.test(`${seed.name}() begins near an optimum, and the same whatever the blocks: ${name}`, async () => {
      const best = await new KMeans({ nClusters: k, nInit: 10, randomState: 0 }).fit(X);
      const fit = async (lengths: number[]) => {
        const blocks = new LocalBlocks(X, lengths);
        const options = { k, many: 2 * k, rounds: 4, restarts: 10 };
        return await new LloydDriver(blocks, await seed(blocks, options, new RandomState(5)), k).run(settings);
      };
      const one = await fit([X.length]);
      assert.ok(one.inertia < 1.02 * best.inertia_, `inertia ${one.inertia}, in memory ${best.inertia_}`);
      const many = await fit(thirds(X.length));
      assertClose(many.inertia, one.inertia, 1e-9);
      assert.equal(many.nIter, one.nIter);
    });
  }
}

Deno.test("seedByBounds() gives way where bounds tell too little, and seedScalable() goes on", async () => {
  // Twenty places and two centres: soon all rows lie next to a candidate, and the distance to their centre tells nothing of that.
  const rng = new RandomState(6);
  const places = rng.standardNormal([20, 2]);
  const X = rng.standardNormal([20_000, 2]).map((v, at) => places.data[at % 40] + 1e-3 * v);
  const options = { k: 2, many: 40, rounds: 5, restarts: 10 };
  const blocks = new LocalBlocks(X, [12_000, 8000]);
  assert.equal(await seedByBounds(blocks, options, new RandomState(0)), null);
  const seeding = await seedScalable(blocks, options, new RandomState(0));
  assert.equal(seeding.labelled, undefined);
  const found = await new LloydDriver(blocks, seeding, 2).run(settings);
  const best = await new KMeans({ nClusters: 2, nInit: 10, randomState: 0 }).fit(X);
  assert.ok(found.inertia < 1.02 * best.inertia_, `inertia ${found.inertia}, in memory ${best.inertia_}`);
});

for (const [name, { X, k }] of Object.entries(data)) {
  Deno.test(`seedByBounds() draws the same rows whether it looks ahead or not: ${name}`, async () => {
    const options = { k, many: 5, rounds: 3, restarts: 10 };
    const blocks = new LocalBlocks(X, thirds(X.length));
    const with_ = await seedByBounds(blocks, options, new RandomState(2));
    const asked = blocks.asked;
    const without = await seedByBounds(blocks, options, new RandomState(2), false);
    assert.deepEqual(with_, without);
    assert.ok(asked < blocks.asked - asked, "what came along need not be asked for");
  });
}

Deno.test("drawByBounds() gives every row that seedBlock() draws with the same seeds", () => {
  const rng = new RandomState(11);
  for (let round = 0; round < 20; round++) {
    const m = 1 + round;
    const X = rng.standardNormal([2000, m]);
    const refs = X.slice(0, 3).data.slice();
    const none = new Float64Array(3);
    const origin = X.mean(0).data as Float64Array;
    const step = { centers: refs, k: 3, refs, origin, half: none, drift: none, guess: null };
    const begun = beginBlock(X, null, step, [], { first: 100, wanted: Int32Array.of(5) });
    assert.deepEqual([...begun.partial.even], [...X.slice(5, 6).data]);
    const points = X.slice(7, 8).data.slice();
    const seeds: [number, number] = [round, 17];
    const many = 30;
    const { partial } = seedBlock(X, null, { points, base: 0, origin: null, many, seeds }, {
      first: 100,
      wanted: new Int32Array(0),
    });
    const reach = Float64Array.from({ length: 3 }, (_, c) => {
      let d = 0;
      for (let j = 0; j < m; j++) d += (refs[c * m + j] - points[j]) ** 2;
      return Math.sqrt(d);
    });
    const share = many / partial.cost;
    const { rows, chances } = drawByBounds(begun, { reach, share, seeds, most: 2000 }, 100);
    const kept = Array.from(rows, (i, e) => ({ i, chance: chances[e] })).filter(({ i, chance }) => {
      let d = 0;
      for (let j = 0; j < m; j++) d += (X.data[i * m + j] - points[j]) ** 2;
      return chance < share * d;
    });
    const drawn = [...partial.keys.keys()].filter((e) => partial.keys[e] * partial.cost < many);
    assert.deepEqual(
      kept.flatMap(({ i }) => [...X.slice(i, i + 1).data]),
      drawn.flatMap((e) => [...partial.drawn.subarray(e * m, e * m + m)]),
      `round ${round}`,
    );
    assert.ok(kept.length > 5 && rows.length < 2000, `round ${round}: ${kept.length} of ${rows.length} rows`);
  }
});

Deno.test("seedPlusPlus() takes distinct rows, in a pass for each", async () => {
  const { X } = makeBlobs({ nSamples: 600, nFeatures: 3, centers: 5, randomState: 2 });
  const { centers, guess } = await seedPlusPlus(new LocalBlocks(X, [200, 399, 1]), 5, new RandomState(0));
  const rows = new Set(Array.from({ length: 5 }, (_, c) => centers.slice(c * 3, c * 3 + 3).join()));
  assert.equal(rows.size, 5);
  const known = new Set(Array.from(X.toArray() as number[][], (row) => row.join()));
  assert.ok([...rows].every((row) => known.has(row)));
  assert.equal(guess?.length, 4);
});

Deno.test("seedBlock() draws rows by their squared distance, and keeps the nearest candidate of each", () => {
  const rng = new RandomState(4);
  const X = rng.standardNormal([3000, 5]);
  const points = X.slice(0, 1).data.slice();
  const place = { first: 0, wanted: Int32Array.of(7, 3) };
  const drawn = (seeds: [number, number]) =>
    seedBlock(X, null, { points, base: 0, origin: null, many: 50, seeds }, place);
  let hits = 0;
  for (let s = 0; s < 40; s++) {
    const { partial } = drawn([s, 99]);
    hits += partial.keys.filter((key) => key * partial.cost < 50).length;
  }
  // 40 times 50 on average, at most 50 each: the deviation of the sum is below 45.
  assert.ok(Math.abs(hits - 2000) < 250, `${hits} rows drawn`);
  const first = drawn([1, 2]);
  assert.deepEqual([...first.partial.even], [...X.slice(7, 8).data, ...X.slice(3, 4).data]);
  const news = X.slice(10, 15);
  const origin = X.mean(0).data as Float64Array;
  const step = { points: news.data.slice(), base: 1, origin, many: 0, seeds: [0, 0] as [number, number] };
  const { state, partial } = seedBlock(X, first, step, place);
  let cost = 0;
  for (let i = 0; i < X.length; i++) {
    const all = [0, 10, 11, 12, 13, 14].map((c) =>
      [...X.slice(i, i + 1).data].reduce((sum, v, j) => sum + (v - X.data[c * 5 + j]) ** 2, 0)
    );
    const least = Math.min(...all);
    cost += least;
    assert.ok(Math.abs(state.distance[i] - least) <= 1e-6 * (least + 1e-30), `row ${i}`);
    assert.equal(state.owner[i], all.indexOf(least), `row ${i}`);
  }
  assertClose(partial.cost, cost, 1e-6);
});

Deno.test("seedScalable() and LloydDriver.run() name the row that holds NaN", async () => {
  const X = new RandomState(0).standardNormal([30, 2]);
  X.data[2 * 17] = NaN;
  const options = { k: 2, many: 4, rounds: 2, restarts: 1 };
  const expected = { name: "InvalidInputError", message: /row 17 \(block 1, row 7 of it\)/ };
  assert.ok(InvalidInputError);
  await assert.rejects(() => seedScalable(new LocalBlocks(X, [10, 20]), options, new RandomState(0)), expected);
  const given = seedGiven(X.slice(0, 2).data.slice(), 2);
  await assert.rejects(() => new LloydDriver(new LocalBlocks(X, [10, 20]), given, 2).run(settings), expected);
});

Deno.test("combineInTree() makes a tree of the number of parts alone", () => {
  const shape = combineInTree(["a", "b", "c", "d", "e"], (a, b) => `(${a}${b})`);
  assert.equal(shape, "(((ab)(cd))e)");
  const partials = [{ cost: 1 }, { cost: 2 }] as SeedPartial[];
  assert.equal(combineInTree(partials.map((p) => p.cost), (a, b) => a + b), 3);
});
