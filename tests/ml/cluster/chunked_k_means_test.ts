import assert from "node:assert/strict";
import {
  chunked,
  type ChunkedArray,
  Client,
  concatenate,
  fromArray,
  fromDelayed,
  InvalidInputError,
  InvalidParameterError,
  KMeans,
  loadDigits,
  loadIris,
  loadWine,
  makeBlobs,
  MiniBatchKMeans,
  NDArray,
  RandomState,
} from "../../../mod.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";

const values = golden("ml_chunked_cluster");
type Table = NDArray<Float64Array>;

/** The data sets of ml_chunked_cluster.py. */
function data(name: string): Table {
  switch (name) {
    case "iris":
      return loadIris().X;
    case "wine":
      return loadWine().X;
    case "digits":
      return loadDigits().X.slice(0, 600);
    case "one_feature":
      return loadWine().X.col(0).reshape(-1, 1);
    case "blobs":
      return makeBlobs({ nSamples: 500, nFeatures: 3, centers: 6, randomState: 3 }).X;
    case "far":
      return makeBlobs({ nSamples: 300, nFeatures: 2, centers: 4, randomState: 1 }).X.map((v) => 1e4 + v);
    default:
      return new RandomState(7).standardNormal([400, 8]);
  }
}

const inBlocks = async (X: Table, chunk: number, client: Client): Promise<ChunkedArray> =>
  await fromArray(X, { chunks: [chunk, X.shape[1]], client }).persist();

Deno.test("KMeans.fit() on chunked X finds dask-ml's clusters", async (t) => {
  await using client = await Client.local({ processes: false, threadsPerWorker: 2 });
  for (const g of values.given) {
    await t.step(`${g.data} in blocks of ${g.chunk}, k = ${g.k}`, async () => {
      const X = data(g.data);
      const blocks = await inBlocks(X, g.chunk, client);
      const model = new KMeans({ nClusters: g.k, init: X.slice(0, g.k), tol: 0, maxIter: 1000 });
      assert.equal(await model.fit(blocks), model);
      assertClose(model.clusterCenters_, g.centers, 1e-10, "clusterCenters_");
      assertClose(model.inertia_, g.inertia, 1e-9, "inertia_");
      assert.equal(model.nIter_, g.n_iter);
      assert.deepEqual((model.labels_ as unknown as ChunkedArray).chunks, [blocks.chunks[0]]);
      const labels = await model.labels_.compute();
      assertDigest(labels, g.labels, 1e-12, "labels_");
      assertDigest(await (await model.predict(blocks.slice(0, 20))).compute(), g.predict, 1e-12, "predict");
      // Far from zero, dask-ml's products lose digits of the distances.
      const distances = await (await model.transform(blocks.slice(0, 20))).compute();
      assertDigest(distances, g.transform, g.data === "far" ? 1e-6 : 1e-9, "transform");
      assertClose(await model.score(blocks), -g.inertia, 1e-9, "score");
      assert.ok((await (await model.predict(blocks)).compute()).equals(labels), "predict() gives labels_");
      assert.equal((await model.labels_.slice(0, 10).compute()).length, 10);
    });
  }
  for (const g of values.scalable) {
    await t.step(`${g.data}, ${JSON.stringify(g.params)}`, async () => {
      const blocks = await inBlocks(data(g.data), g.chunk, client);
      for (let randomState = 0; randomState < 3; randomState++) {
        const model = new KMeans({ nClusters: g.k, randomState, ...camelCase(g.params) });
        await model.fit(blocks);
        assert.ok(model.inertia_ <= 1.001 * g.worst, `seed ${randomState}: ${model.inertia_}, dask-ml ${g.worst}`);
      }
    });
  }
});

Deno.test("KMeans.fit() on chunked X gives the same bits for any number of workers and threads", async () => {
  const results: string[] = [];
  for (const [workers, threadsPerWorker] of [[1, 1], [2, 2]]) {
    await using client = await Client.local({ workers, threadsPerWorker });
    const parts = Array.from(
      { length: 7 },
      (_, randomState) =>
        client.delayed(makeBlobs)({
          nSamples: 3000 + 100 * randomState,
          nFeatures: 5,
          centers: 4,
          clusterStd: 5,
          randomState: 3,
        }),
    );
    const X = concatenate(parts.map((p, i) => fromDelayed(p.get("X"), { shape: [3000 + 100 * i, 5] })));
    for (const init of ["k-means||", "k-means++", "random"] as const) {
      const model = await new KMeans({ nClusters: 6, init, randomState: 1, initMaxIter: 3, oversamplingFactor: 5 }).fit(
        X,
      );
      const labels = await model.labels_.compute();
      results.push(`${init} ${model.clusterCenters_.data} ${model.inertia_} ${model.nIter_} ${labels.sum()}`);
    }
  }
  assert.deepEqual(results.slice(3), results.slice(0, 3));
});

Deno.test("KMeans on chunked X refuses what it cannot do, and works again", async (t) => {
  await using client = await Client.local({ processes: false, threadsPerWorker: 2 });
  const X = new RandomState(0).standardNormal([30, 2]);
  await t.step("NaN, by its row", async () => {
    const bad = X.copy();
    bad.data[2 * 17 + 1] = NaN;
    const message = /holds NaN or infinities, first in row 17 \(block 1, row 7 of it\)/;
    const blocks = fromArray(bad, { chunks: [10, 2], client });
    await assert.rejects(() => new KMeans({ nClusters: 2 }).fit(blocks), { name: "InvalidInputError", message });
    await assert.rejects(() => new KMeans({ nClusters: 2, init: X.slice(0, 2) }).fit(blocks), { message });
  });
  const blocks = await inBlocks(X, 10, client);
  await t.step("more clusters than samples", async () => {
    await assert.rejects(() => new KMeans({ nClusters: 31 }).fit(blocks), InvalidInputError);
  });
  await t.step("weights, functions, shapes", async () => {
    await assert.rejects(() => new KMeans().fit(blocks, null, new Float64Array(30)), /sampleWeight is for X in memory/);
    await assert.rejects(() => new KMeans({ init: (Z) => Z.slice(0, 8) }).fit(blocks), /for X in memory/);
    await assert.rejects(() => new KMeans({ nClusters: 2 }).fit(blocks.reshape(-1)), /expected numbers of shape/);
    await assert.rejects(
      () => new KMeans({ nClusters: 2, init: X.slice(0, 3) }).fit(blocks),
      /init has shape \[3, 2\]/,
    );
    await assert.rejects(() => new KMeans({ init: "k-means||" }).fit(X), /for chunked X/);
    await assert.rejects(() => new KMeans({ oversamplingFactor: 0 }).fit(blocks), InvalidParameterError);
    await assert.rejects(() => new MiniBatchKMeans({ nClusters: 2 }).fit(blocks as unknown as Table), TypeError);
    const masked = blocks.at(chunked.random([30], { chunks: [10], randomState: 0, client }).gt(0.5) as never);
    await assert.rejects(() => new KMeans({ nClusters: 2 }).fit(masked), { name: "UnknownChunksError" });
  });
  await t.step("fewer distinct samples than clusters: a warning", async () => {
    const same = fromArray(new NDArray(Float64Array.from({ length: 40 }, (_, i) => i % 4 < 2 ? 1 : 2), [20, 2]), {
      chunks: [7, 2],
      client,
    });
    const { warn } = await captured(() => new KMeans({ nClusters: 3, randomState: 0 }).fit(same));
    assert.equal(warn.length, 1);
    assert.match(warn[0], /only 2 distinct clusters/);
  });
  await t.step("and what is well still works", async () => {
    const model = new KMeans({ nClusters: 3, randomState: 0 });
    assert.equal((await (await model.fitPredict(blocks)).compute()).length, 30);
    const cut = fromArray(X, { chunks: [11, 1], client });
    assertClose((await model.fit(cut)).inertia_, -(await model.score(X)), 1e-9);
    const floats = fromArray(new NDArray(Float32Array.from(X.data), [30, 2]), { chunks: [10, 2], client });
    assertClose((await model.fit(floats)).inertia_, -(await model.score(X)), 1e-4);
  });
});
