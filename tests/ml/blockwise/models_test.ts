import assert from "node:assert/strict";
import {
  accuracyScore,
  Client,
  fromArray,
  GaussianNB,
  LinearRegression,
  loadDigits,
  loadIris,
  loadWine,
  LogisticRegression,
  logLoss,
  makeRegression,
  meanSquaredError,
  NDArray,
  r2Score,
  RandomState,
  trainTestSplit,
} from "../../../mod.ts";
import { assertClose, captured } from "../golden.ts";

type Table = NDArray<Float64Array>;
const start = () => Client.local({ processes: false, threadsPerWorker: 2 });

Deno.test("LinearRegression.fit() learns from chunked X what it learns in memory", async (t) => {
  await using client = await start();
  const noisy = makeRegression({ nSamples: 200, nFeatures: 6, noise: 5, randomState: 0 });
  const far = noisy.X.map((v, at) => v + 1e4 * (at % 6));
  const copied = new NDArray(
    Float64Array.from({ length: 800 }, (_, i) => noisy.X.data[Math.floor(i / 4) * 6 + i % 2]),
    [
      200,
      4,
    ],
  );
  const sets: Record<string, { X: Table; y: Table }> = {
    noisy: noisy as { X: Table; y: Table },
    "far from zero": { X: far, y: noisy.y as Table },
    "columns twice": { X: copied, y: noisy.y as Table },
    "two targets": {
      X: noisy.X,
      y: new NDArray(Float64Array.from({ length: 400 }, (_, i) => noisy.X.data[i] ** 2), [200, 2]),
    },
    "fewer samples than features": { X: noisy.X.slice(0, 4), y: (noisy.y as Table).slice(0, 4) },
  };
  for (const [name, { X, y }] of Object.entries(sets)) {
    for (const options of [{}, { fitIntercept: false }, { positive: true }]) {
      await t.step(`${name}, ${JSON.stringify(options)}`, async () => {
        const blocks = fromArray(X, { chunks: [37, X.shape[1]], client });
        const targets = fromArray(y, { chunks: y.ndim === 1 ? [50] : [50, 2], client });
        const expected = await new LinearRegression(options).fit(X, y as never);
        const found = await new LinearRegression(options).fit(blocks, targets);
        // Of columns that are there twice, weights that are not negative may be either's.
        if (name === "columns twice" && "positive" in options) {
          assertClose(await (await found.predict(blocks)).compute(), await expected.predict(X), 1e-7);
          return;
        }
        assertClose(found.coef_, expected.coef_, 1e-7, "coef_");
        const [a, b] = [found.intercept_, expected.intercept_];
        assertClose(typeof a === "number" ? a : a, b, 1e-7, "intercept_");
        if (expected.rank_ !== undefined) assert.equal(found.rank_, expected.rank_);
        assertClose(await (await found.predict(blocks)).compute(), await expected.predict(X), 1e-7);
        assertClose(await found.score(blocks, targets), await expected.score(X, y as never), 1e-9);
      });
    }
  }
  await t.step("bad input", async () => {
    const blocks = fromArray(noisy.X, { chunks: [37, 6], client });
    await assert.rejects(() => new LinearRegression().fit(blocks, noisy.y as Table), /y must be one too/);
    const short = fromArray((noisy.y as Table).slice(0, 100), { chunks: [50], client });
    await assert.rejects(() => new LinearRegression().fit(blocks, short), /X has 200 samples, y has 100/);
    const bad = noisy.X.copy();
    bad.data[6 * 80] = NaN;
    const worse = fromArray(bad, { chunks: [37, 6], client });
    const y = fromArray(noisy.y as Table, { chunks: [37], client });
    await assert.rejects(() => new LinearRegression().fit(worse, y), /holds NaN or infinities, first in block 2/);
  });
});

Deno.test("LogisticRegression and GaussianNB learn from chunked X what they learn in memory", async (t) => {
  await using client = await start();
  const iris = loadIris(), wine = loadWine(), digits = loadDigits();
  const mix = (X: Table, y: NDArray) => {
    const order = Array.from({ length: X.length }, (_, i) => i * 53 % X.length);
    return { X: X.take(order), y: y.take(order) };
  };
  const two = iris.X.slice(0, 100);
  const sets: Record<string, { X: Table; y: NDArray }> = {
    iris: mix(iris.X, iris.y),
    "wine, scaled": mix(wine.X.map((v, at) => v / (1 + wine.X.data[at % 13])), wine.y),
    "two classes": { X: two, y: iris.y.slice(0, 100) },
    digits: { X: digits.X.slice(0, 300), y: digits.y.slice(0, 300) },
  };
  for (const [name, { X, y }] of Object.entries(sets)) {
    const blocks = fromArray(X, { chunks: [41, X.shape[1]], client });
    const labels = fromArray(y, { chunks: [60], client });
    for (const options of [{}, { C: 0.1, classWeight: "balanced" as const }, { fitIntercept: false, C: 10 }]) {
      await t.step(`LogisticRegression: ${name}, ${JSON.stringify(options)}`, async () => {
        const settings = { tol: 1e-7, maxIter: 1000, ...options };
        const expected = await new LogisticRegression(settings).fit(X, y as never);
        const found = await new LogisticRegression(settings).fit(blocks, labels);
        assert.deepEqual(found.classes_.toArray(), expected.classes_.toArray());
        assertClose(await (await found.predictProba(blocks)).compute(), await expected.predictProba(X), 1e-4);
        assertClose(found.coef_, expected.coef_, 1e-3);
        assertClose(await found.score(blocks, labels), await expected.score(X, y as never), 0.011);
      });
    }
    await t.step(`GaussianNB: ${name}`, async () => {
      const expected = await new GaussianNB().fit(X, y as never);
      const found = await new GaussianNB().fit(blocks, labels);
      for (const key of ["theta_", "var_", "classPrior_", "classCount_"] as const) {
        assertClose(found[key], expected[key], 1e-10, key);
      }
      assertClose(found.epsilon_, expected.epsilon_, 1e-10);
      assert.deepEqual(
        (await (await found.predict(blocks)).compute()).toArray(),
        (await expected.predict(X)).toArray(),
      );
      assertClose(await found.score(blocks, labels), await expected.score(X, y as never), 1e-12);
    });
  }
  await t.step("labels of text, and refusals", async () => {
    const names = Array.from(iris.y.data, (c) => ["setosa", "versicolor", "virginica"][c]);
    const blocks = fromArray(iris.X, { chunks: [40, 4], client });
    const labels = fromArray(new NDArray(names), { chunks: [40], client });
    const model = await new GaussianNB().fit(blocks, labels);
    assert.deepEqual(model.classes_.toArray(), ["setosa", "versicolor", "virginica"]);
    await assert.rejects(() => new GaussianNB().fit(blocks, labels, new Float64Array(150)), /is for X in memory/);
    const sparse = new LogisticRegression({ solver: "saga", l1Ratio: 1 });
    await assert.rejects(() => sparse.fit(blocks, labels), /is for X in memory/);
    const one = fromArray(new Int32Array(150), { chunks: [40], client });
    await assert.rejects(() => new LogisticRegression().fit(blocks, one), /at least two are needed/);
    const { warn } = await captured(() => new LogisticRegression({ maxIter: 0 }).fit(blocks, labels));
    assert.equal(warn.filter((w) => /maxIter/.test(w)).length, 1);
  });
});

Deno.test("Metrics of chunked arrays are those of arrays in memory", async () => {
  await using client = await start();
  const rng = new RandomState(0);
  const y = rng.randint(0, 3, 100), p = rng.randint(0, 3, 100), w = rng.uniform(0, 1, [100]);
  const [cy, cp, cw] = [[y, 30], [p, 45], [w, 100]].map(([a, c]) =>
    fromArray(a as NDArray, { chunks: [c as number], client })
  );
  assertClose(await accuracyScore(cy, cp), accuracyScore(y, p));
  assertClose(
    await accuracyScore(cy, cp, { sampleWeight: cw, normalize: false }),
    accuracyScore(y, p, { sampleWeight: w, normalize: false }),
  );
  const a = rng.standardNormal([100, 2]), b = rng.standardNormal([100, 2]);
  const [ca, cb] = [a, b].map((x) => fromArray(x, { chunks: [33, 1], client }));
  assertClose(await meanSquaredError(ca, cb), meanSquaredError(a, b));
  assertClose(await meanSquaredError(ca, cb, { sampleWeight: cw }), meanSquaredError(a, b, { sampleWeight: w }));
  assertClose(await r2Score(ca, cb), r2Score(a, b), 1e-10);
  assertClose(await r2Score(ca, cb, { sampleWeight: cw }), r2Score(a, b, { sampleWeight: w }), 1e-10);
  const raw = rng.uniform(0.1, 1, [100, 3]);
  const proba = new NDArray(
    raw.data.map((v, at) => v / (raw.data.slice(at - at % 3, at - at % 3 + 3).reduce((s, x) => s + x))),
    [100, 3],
  );
  const cproba = fromArray(proba, { chunks: [25, 3], client });
  assertClose(await logLoss(cy, cproba), logLoss(y, proba), 1e-12);
  assertClose(await logLoss(cy, cproba, { sampleWeight: cw }), logLoss(y, proba, { sampleWeight: w }), 1e-12);
  await assert.rejects(async () => await accuracyScore(cy, fromArray(y.slice(0, 50), { client })), /100 samples/);
});

Deno.test("trainTestSplit() divides chunked arrays block by block, alike, and by its seed", async () => {
  await using client = await start();
  const n = 103;
  const X = new NDArray(Float64Array.from({ length: 2 * n }, (_, i) => Math.floor(i / 2)), [n, 2]);
  const y = new NDArray(Float64Array.from({ length: n }, (_, i) => i));
  const blocks = fromArray(X, { chunks: [20, 2], client }), targets = fromArray(y, { chunks: [30], client });
  const [XTrain, XTest, yTrain, yTest] = trainTestSplit(blocks, targets, { testSize: 0.2, randomState: 3 });
  assert.deepEqual([XTrain.shape, XTest.shape], [[82, 2], [21, 2]]);
  const [train, test] = [await yTrain.compute(), await yTest.compute()];
  assert.deepEqual((await XTrain.compute()).col(0).toArray(), train.toArray());
  assert.deepEqual((await XTest.compute()).col(0).toArray(), test.toArray());
  const all = [...train.data, ...test.data].sort((a, b) => Number(a) - Number(b));
  assert.deepEqual(all, [...y.data]);
  const again = trainTestSplit(targets.rechunk([blocks.chunks[0]]), { testSize: 0.2, randomState: 3 })[1];
  assert.deepEqual((await again.compute()).toArray(), test.toArray());
  assert.notDeepEqual(test.toArray(), [...test.data].sort((a, b) => Number(a) - Number(b)));
  const [front] = trainTestSplit(targets, { shuffle: false, trainSize: 0.5, testSize: 0.25 });
  assert.equal(front.length, 51);
  assert.throws(() => trainTestSplit(blocks, y as never), /y must be one too|array 2 must be one too/);
  assert.throws(() => trainTestSplit(blocks, { stratify: y }), { name: "SplitError" });
});
