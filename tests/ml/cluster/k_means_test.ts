import assert from "node:assert/strict";
import {
  ClusterInitError,
  InvalidInputError,
  InvalidParameterError,
  KMeans,
  kmeansPlusplus,
  loadDigits,
  loadIris,
  loadWine,
  makeBlobs,
  MiniBatchKMeans,
  type NDArray,
  NotFittedError,
  RandomState,
  UnknownNameError,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";

const values = golden("ml_cluster");
type Table = NDArray<Float64Array>;

/** The data sets of ml_cluster.py. */
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
    case "gauss":
      return new RandomState(7).standardNormal([400, 8]);
    default:
      return makeBlobs({ nSamples: 20, randomState: 5 }).X.take(
        Array.from({ length: 100 }, (_, i) => Math.floor(i / 5)),
      );
  }
}

const weightOf = (g: { data: string; weighted: boolean }): number[] | undefined =>
  g.weighted ? values.weights[g.data] : undefined;

for (const g of values.kmeans) {
  const title = `${g.data}, ${JSON.stringify(g.params)}${g.weighted ? ", weighted" : ""}`;
  Deno.test(`KMeans.fit() finds scikit-learn's clusters: ${title}`, async () => {
    const X = data(g.data);
    const model = new KMeans(camelCase(g.params));
    await captured(() => model.fit(X, null, weightOf(g)));
    assertClose(model.clusterCenters_, g.centers, 1e-10, "clusterCenters_");
    assertClose(model.inertia_, g.inertia, 1e-9, "inertia_");
    assert.equal(model.nIter_, g.n_iter);
    assertDigest(model.labels_, g.labels, 1e-12, "labels_");
    assertClose(await model.score(X), g.score, 1e-9, "score");
    // Far from zero, scikit-learn's products lose digits of the distances.
    assertDigest(await model.transform(X.slice(0, 20)), g.transform, g.data === "far" ? 1e-6 : 1e-9, "transform");
    assert.ok((await model.predict(X)).equals(model.labels_), "predict() gives labels_");
  });
}

Deno.test("KMeans.fit() starts from given centres, and moves those that nobody is near", async () => {
  const X = data("blobs");
  const given = await new KMeans({ nClusters: 6, init: X.slice(0, 6) }).fit(X);
  assertClose(given.clusterCenters_, values.given.centers, 1e-10);
  assert.equal(given.nIter_, values.given.n_iter);
  const far = [...X.slice(0, 3).toArray(), [100, 100, 100], [-200, 100, 0]];
  for (const algorithm of ["lloyd", "elkan"] as const) {
    const moved = await new KMeans({ nClusters: 5, init: far, algorithm }).fit(X);
    assertClose(moved.clusterCenters_, values.empty.centers, 1e-10);
    assert.equal(moved.nIter_, values.empty.n_iter);
    assertClose(moved.inertia_, values.empty.inertia, 1e-10);
  }
});

Deno.test("KMeans.fit() gives the same clusters with both algorithms", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const X = new RandomState(seed).standardNormal([300, 1 + seed]);
    const a = await new KMeans({ nClusters: 2 + seed, randomState: seed }).fit(X);
    const b = await new KMeans({ nClusters: 2 + seed, randomState: seed, algorithm: "elkan" }).fit(X);
    assert.ok(a.labels_.equals(b.labels_), `seed ${seed}`);
    assert.equal(a.nIter_, b.nIter_, `seed ${seed}`);
    assertClose(a.clusterCenters_, b.clusterCenters_, 1e-12, `seed ${seed}`);
  }
});

Deno.test("KMeans.fit() takes a function that chooses the centres", async () => {
  const X = data("blobs");
  const model = await new KMeans({ nClusters: 6, init: (table, k) => table.slice(0, k), nInit: 1 }).fit(X);
  assertClose(model.clusterCenters_, values.given.centers, 1e-10);
  const wrong = new KMeans({ nClusters: 6, init: (table) => table.slice(0, 2), nInit: 1 });
  await assert.rejects(wrong.fit(X), ClusterInitError);
});

Deno.test("KMeans.fit() warns of fewer distinct samples than clusters", async () => {
  const { warn } = await captured(async () => {
    const model = await new KMeans({ nClusters: 4, randomState: 0 }).fit([[1], [1], [1], [2], [2]]);
    assert.equal(model.inertia_, 0);
  });
  assert.match(warn.join(), /only 2 distinct clusters found for nClusters=4/);
});

Deno.test("KMeans.fit() tells of its iterations as scikit-learn does", async () => {
  const { log } = await captured(() => new KMeans({ nClusters: 2, verbose: 1, randomState: 0 }).fit(loadIris().X));
  assert.equal(log[0], "Initialization complete");
  assert.match(log[1], /^Iteration 0, inertia \d+\.\d+\.$/);
  assert.match(log.at(-1) as string, /^Converged at iteration \d+: /);
});

for (const g of values.plus) {
  Deno.test(`kmeansPlusplus() chooses the samples that scikit-learn does: ${g.data}, ${JSON.stringify(g.params)}`, () => {
    const { n_clusters: k, ...options } = g.params;
    const X = data(g.data);
    const { indices, centers } = kmeansPlusplus(X, k, camelCase(options));
    assert.deepEqual(Array.from(indices.data), g.indices);
    assert.ok(centers.equals(X.take(g.indices)));
  });
}

for (const g of values.mini) {
  const title = `${g.data}, ${JSON.stringify(g.params)}${g.weighted ? ", weighted" : ""}`;
  Deno.test(`MiniBatchKMeans.fit() takes scikit-learn's batches: ${title}`, async () => {
    const model = new MiniBatchKMeans(camelCase(g.params));
    await captured(() => model.fit(data(g.data), null, weightOf(g)));
    assert.equal(model.nSteps_, g.n_steps);
    assert.equal(model.nIter_, g.n_iter);
    assertDigest(model.clusterCenters_, g.centers, 1e-9, "clusterCenters_");
    assertClose(model.inertia_, g.inertia, 1e-9, "inertia_");
  });
}

Deno.test("MiniBatchKMeans.partialFit() learns batch by batch", async () => {
  const X = data("blobs");
  const model = new MiniBatchKMeans({ nClusters: 5, randomState: 0 });
  for (let at = 0; at < 500; at += 100) {
    await model.partialFit(X.slice(at, at + 100), null, values.weights.blobs.slice(at, at + 100));
  }
  assertClose(model.clusterCenters_, values.partial.centers, 1e-10);
  assert.equal(model.nSteps_, values.partial.n_steps);
  assert.deepEqual(Array.from(model.labels_.data), values.partial.labels);
  await assert.rejects(model.partialFit([[1, 2]]), /X has 2 features, but it was fitted with 3/);
});

Deno.test("KMeans and MiniBatchKMeans say what is wrong with their input", async () => {
  const X = [[0, 0], [1, 1], [2, 2]];
  for (const Model of [KMeans, MiniBatchKMeans]) {
    await assert.rejects(new Model().predict(X), NotFittedError);
    await assert.rejects(new Model().fit(X), /X has 3 samples for nClusters=8/);
    await assert.rejects(new Model({ nClusters: 2 }).fit([[0], [NaN], [1]]), InvalidInputError);
    await assert.rejects(new Model({ nClusters: 0 }).fit(X), InvalidParameterError);
    await assert.rejects(
      new Model({ nClusters: 2, init: [[1, 2]] }).fit(X),
      /init has shape \[1, 2\], expected \[2, 2\]/,
    );
    await assert.rejects(new Model({ nClusters: 2, init: "best" as "random" }).fit(X), /init must be/);
    await assert.rejects(new Model({ nClusters: 2, randomState: -1 }).fit(X), InvalidParameterError);
    await assert.rejects(new Model({ nClusters: 2 }).fit(X, null, [1, 2]), /sampleWeight has 2 values for 3 samples/);
    const fitted = await new Model({ nClusters: 2, randomState: 0 }).fit(X);
    await assert.rejects(fitted.predict([[1]]), /X has 1 features, but it was fitted with 2/);
    assert.equal(fitted.getFeatureNamesOut()[1], `${Model.name.toLowerCase()}1`);
  }
  assert.throws(() => new KMeans({ copyX: true } as object), /copyX of scikit-learn is left out/);
  assert.throws(() => new KMeans({ n_clusters: 3 } as object), UnknownNameError);
  await assert.rejects(new KMeans({ nClusters: 2 }).fit(X, null, [0, 0, 0]), /sampleWeight is 0 for every sample/);
  assert.throws(() => kmeansPlusplus(X, 4), InvalidInputError);
});
