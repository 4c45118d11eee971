import assert from "node:assert/strict";
import {
  InvalidInputError,
  InvalidParameterError,
  KNeighborsClassifier,
  KNeighborsRegressor,
  loadBreastCancer,
  loadDiabetes,
  loadDigits,
  loadIris,
  makeClassification,
  NDArray,
  NeighborsError,
  NotFittedError,
  parallelBackend,
  RandomState,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, golden } from "../golden.ts";
import { classes, regression } from "../linear_model/data.ts";

const values = golden("ml_neighbors");
type Table = NDArray<Float64Array>;
const wide = (): Table => new RandomState(11).standardNormal([300, 30]);
const every = (n: number, first: number): number[] =>
  Array.from({ length: n }, (_, i) => i).filter((i) => i % 2 === first);
const columns = (X: Table, count: number): Table =>
  new NDArray(Float64Array.from({ length: X.length * count }, (_, at) => X.get(Math.floor(at / count), at % count)), [
    X.length,
    count,
  ]);

/** The data sets of ml_neighbors.py. */
function data(name: string): { X: Table; y: NDArray } {
  const X = wide();
  const above = (i: number): number => X.get(i, 0) > 0.5 ? 1 : 0;
  switch (name) {
    case "cancer":
      return loadBreastCancer();
    case "digits":
      return { X: loadDigits().X.slice(0, 500), y: loadDigits().y.slice(0, 500) };
    case "iris":
      return loadIris();
    case "one_feature":
      return { X: columns(loadBreastCancer().X, 1), y: loadBreastCancer().y };
    case "unbalanced":
      return makeClassification({ nSamples: 400, nFeatures: 4, weights: [0.9], randomState: 2 });
    case "wide":
      return { X, y: new NDArray(Int32Array.from({ length: 300 }, (_, i) => above(i) + (X.get(i, 1) > 0 ? 2 : 0))) };
    default:
      return {
        X: columns(X, 3).map((v) => 1e4 + v),
        y: new NDArray(Int32Array.from({ length: 300 }, (_, i) => above(i))),
      };
  }
}

/** Data with many samples at exactly the same distance, of which either may count. */
const TIED = ["iris", "digits", "one_feature"];

for (const g of values.classifier) {
  Deno.test(`KNeighborsClassifier finds scikit-learn's neighbours: ${g.data}, ${JSON.stringify(g.params)}`, async () => {
    const { X, y } = data(g.data);
    const [train, test] = [every(X.length, 0), every(X.length, 1)];
    const model = await new KNeighborsClassifier(camelCase(g.params)).fit(X.take(train), y.take(train));
    // Far from zero, scikit-learn's products lose digits of the distances.
    const tol = g.data === "far" ? 1e-6 : 1e-9;
    assertDigest((await model.kneighbors(X.take(test)))[0], g.distances, tol, "distances");
    assertDigest((await model.kneighbors())[0], g.own, tol, "distances among themselves");
    if (TIED.includes(g.data)) return;
    assertDigest(await model.predict(X.take(test)) as NDArray, g.predict, 0, "predict");
    assertDigest(await model.predictProba(X.take(test)), g.proba, tol, "predictProba");
    assertClose(await model.score(null, y.take(train)), g.loo, 1e-12, "leave-one-out");
  });
}

for (const g of golden("ml_odd_data").neighbors) {
  Deno.test(`KNeighborsRegressor predicts as scikit-learn's on odd data: ${g.data}, ${JSON.stringify(g.params)}`, async () => {
    const { X, y, T } = g.data === "constant_column" ? await classes(g.data) : regression(g.data);
    const model = await new KNeighborsRegressor(camelCase(g.params)).fit(X, y);
    assertClose(await model.predict(T) as NDArray, g.predict, 1e-9, "predict");
    assertDigest((await model.kneighbors(T))[0], g.distances, 1e-9, "distances");
  });
}

for (const g of values.regressor) {
  Deno.test(`KNeighborsRegressor predicts what scikit-learn's predicts: ${g.target}, ${JSON.stringify(g.params)}`, async () => {
    const { X, y } = loadDiabetes();
    const table = new NDArray(new Float64Array(442 * 3), [442, 3]);
    for (let i = 0; i < 442; i++) table.data.set([y.data[i], X.get(i, 3) * 100, values.shift + i % 7], 3 * i);
    const targets = g.target === "one" ? y : table;
    const model = await new KNeighborsRegressor(camelCase(g.params)).fit(
      X.take(every(442, 0)),
      targets.take(every(442, 0)),
    );
    assertDigest(await model.predict(X.take(every(442, 1))), g.predict, 1e-9, "predict");
    if (g.target === "one") {
      assertClose(await model.score(X.take(every(442, 1)), targets.take(every(442, 1))), g.score, 1e-9);
    }
  });
}

Deno.test("KNeighborsClassifier takes distances, weights of features, and a metric of one's own", async () => {
  const { X, y } = data("wide");
  const rows = (a: number, b: number) => X.slice(a, b);
  const D = new NDArray(new Float64Array(300 * 300), [300, 300]);
  for (let i = 0; i < 300; i++) {
    for (let j = 0; j < 300; j++) {
      let sum = 0;
      for (let f = 0; f < 30; f++) sum += (X.get(i, f) - X.get(j, f)) ** 2;
      D.set(Math.sqrt(sum), i, j);
    }
  }
  const square = columns(D, 200);
  const given = await new KNeighborsClassifier({ metric: "precomputed" }).fit(square.slice(0, 200), y.slice(0, 200));
  assert.deepEqual((await given.predict(square.slice(200))).toArray(), values.precomputed.predict);
  assertDigest((await given.kneighbors(square.slice(200)))[0], values.precomputed.distances, 1e-12);
  const w = Array.from({ length: 30 }, (_, i) => i % 4);
  const weighed = new KNeighborsClassifier({ p: 3, metricParams: { w }, algorithm: "brute" });
  await weighed.fit(rows(0, 200), y.slice(0, 200));
  assertDigest((await weighed.kneighbors(rows(200, 300)))[0], values.weighted.distances, 1e-9);
  const own = new KNeighborsClassifier({
    nNeighbors: 3,
    metric: (a, b) => a.reduce((s, v, j) => s + Math.abs(v - b[j]), 1),
  });
  await own.fit(rows(0, 200), y.slice(0, 200));
  assertDigest((await own.kneighbors(rows(200, 300)))[0], values.function.distances, 1e-9);
});

Deno.test("the three ways to search find the same neighbours, ties in the order of the data", async () => {
  for (let seed = 0; seed < 8; seed++) {
    const rng = new RandomState(seed);
    const m = 1 + seed % 5;
    // Few different values: most distances are tied.
    const X = rng.randint(0, seed % 2 === 0 ? 4 : 1000, [700, m]).astype("float64");
    const Q = rng.randint(0, 4, [150, m]).astype("float64");
    const y = rng.randint(0, 3, [700]);
    const found = [];
    for (const metric of ["euclidean", "sqeuclidean", "manhattan"] as const) {
      for (const algorithm of ["brute", "kd_tree", "auto"] as const) {
        if (metric === "sqeuclidean" && algorithm === "kd_tree") continue;
        const model = await new KNeighborsClassifier({ algorithm, metric, nNeighbors: 9, leafSize: 3 }).fit(X, y);
        found.push([metric, (await model.kneighbors(Q))[1]] as const);
      }
    }
    const [, first] = found[0];
    for (const [metric, indices] of found) {
      const same = metric === "manhattan"
        ? (found.find(([name]) => name === "manhattan") as typeof found[0])[1]
        : first;
      assert.ok(indices.equals(same), `${metric}, seed ${seed}`);
    }
  }
});

Deno.test("KNeighborsClassifier finds neighbours of rows that float32 cannot tell apart", async () => {
  const rng = new RandomState(4);
  const X = rng.standardNormal([2000, 12]).map((v, at) => at % 12 === 0 ? v * 1e9 : v * 1e-3);
  const model = await new KNeighborsClassifier({ algorithm: "brute" }).fit(
    X,
    new Array(2000).fill(0).map((_, i) => i % 2),
  );
  const [distances, indices] = await model.kneighbors(X.slice(0, 200), 2);
  for (let i = 0; i < 200; i++) {
    assert.equal(indices.get(i, 0), i);
    assert.equal(distances.get(i, 0), 0);
  }
});

Deno.test("KNeighborsClassifier.kneighborsGraph() gives a row of neighbours for each query", async () => {
  const model = await new KNeighborsClassifier({ nNeighbors: 2 }).fit([[0], [3], [1]], [0, 1, 0]);
  const graph = await model.kneighborsGraph([[0], [3], [1]]);
  assert.deepEqual([...graph.indices], [0, 2, 1, 2, 2, 0]);
  assert.deepEqual([...graph.indptr], [0, 2, 4, 6]);
  assert.deepEqual([...graph.data], [1, 1, 1, 1, 1, 1]);
  assert.deepEqual([...(await model.kneighborsGraph([[0]], 2, "distance")).data], [0, 1]);
});

Deno.test("KNeighborsClassifier gives the same answers on a backend with several jobs", async () => {
  const { X, y } = data("cancer");
  const one = await new KNeighborsClassifier({ weights: "distance" }).fit(X, y);
  const two = await new KNeighborsClassifier({ weights: "distance", nJobs: 2 }).fit(X, y);
  const proba = await parallelBackend("sequential", {}, () => two.predictProba(X));
  assert.ok(proba.equals(await one.predictProba(X)));
});

Deno.test("neighbours' weights may be a function", async () => {
  const X = [[0], [1], [2], [10]];
  const weights = (d: Table) => d.map((v) => v < 3 ? 1 : 0);
  const model = await new KNeighborsClassifier({ nNeighbors: 3, weights }).fit(X, ["a", "a", "b", "b"]);
  assertClose(await model.predictProba([[1]]), [[2 / 3, 1 / 3]]);
  await assert.rejects(model.predict([[20]]), /all neighbours of sample 0 weigh 0/);
  const wrong = await new KNeighborsRegressor({ nNeighbors: 3, weights: (d) => d.slice(0, 0) }).fit(X, [1, 2, 3, 4]);
  await assert.rejects(wrong.predict([[1]]), NeighborsError);
});

Deno.test("KNeighborsClassifier and KNeighborsRegressor say what is wrong with their input", async () => {
  const X = [[0, 0], [1, 1], [2, 2]];
  const y = [0, 1, 1];
  for (const Model of [KNeighborsClassifier, KNeighborsRegressor]) {
    await assert.rejects(new Model().predict(X), NotFittedError);
    await assert.rejects(new Model().fit([[NaN], [1]], [0, 1]), InvalidInputError);
    await assert.rejects(new Model().fit(X, [0, 1]), /inconsistent numbers of samples/);
    await assert.rejects(new Model({ nNeighbors: 0 }).fit(X, y), InvalidParameterError);
    await assert.rejects(new Model({ metric: "euclid" as "euclidean" }).fit(X, y), /did you mean "euclidean"/);
    await assert.rejects(
      new Model({ metric: "hamming" as "euclidean" }).fit(X, y),
      /hamming" of scikit-learn is left out/,
    );
    await assert.rejects(new Model({ metric: "precomputed" }).fit(X, y), /must be square, got shape \[3, 2\]/);
    await assert.rejects(
      new Model({ metric: "precomputed" }).fit([[0, -1], [1, 0]], [0, 1]),
      /negative, first at \[0, 1\]/,
    );
    await assert.rejects(new Model({ p: 0.5, algorithm: "kd_tree" }).fit(X, y), /needs p >= 1/);
    await assert.rejects(
      new Model({ metric: "cosine", algorithm: "kd_tree" }).fit(X, y),
      /does not know metric cosine/,
    );
    await assert.rejects(new Model({ metricParams: { w: [1] } }).fit(X, y), /w has 1 values for 2 features/);
    await assert.rejects(new Model({ metric: "cosine", metricParams: { p: 3 } }).fit(X, y), /has no parameter "p"/);
    const fitted = await new Model({ nNeighbors: 3 }).fit(X, y);
    await assert.rejects(fitted.predict([[1]]), /X has 1 features, but it was fitted with 2/);
    await assert.rejects(fitted.kneighbors(X, 4), /at most 3; lower nNeighbors/);
    await assert.rejects(fitted.kneighbors(undefined, 3), NeighborsError);
    const nan = await new Model({ nNeighbors: 1, metric: () => NaN }).fit(X, y);
    await assert.rejects(nan.predict(X), /the metric gave NaN/);
  }
  await assert.rejects(new KNeighborsClassifier().fit(X, [0.5, 1, 2]), /fractions/);
});
