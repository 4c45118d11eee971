import assert from "node:assert/strict";
import {
  accuracyScore,
  type ChunkedArray,
  Client,
  fromArray,
  GaussianNB,
  Incremental,
  LinearRegression,
  loadDigits,
  loadIris,
  loadWine,
  LogisticRegression,
  logLoss,
  makeRegression,
  meanSquaredError,
  MinMaxScaler,
  NDArray,
  ParallelPostFit,
  PCA,
  r2Score,
  RandomState,
  SGDClassifier,
  StandardScaler,
  trainTestSplit,
  TruncatedSVD,
} from "../../../mod.ts";
import { assertClose, assertDigest, golden } from "../golden.ts";

const fixture = golden("ml_chunked_models");

type Table = NDArray<Float64Array>;
// deno-lint-ignore no-explicit-any -- of any kind
type Chunked = ChunkedArray<any>;

function mixed(X: Table, y: NDArray): { X: Table; y: NDArray } {
  const order = Array.from({ length: X.length }, (_, i) => i * 37 % X.length);
  return { X: X.take(order), y: y.take(order) };
}

function columns(X: Table, wanted: readonly number[]): Table {
  return new NDArray(
    Float64Array.from({ length: X.length * wanted.length }, (_, at) => {
      return X.get(Math.floor(at / wanted.length), wanted[at % wanted.length]);
    }),
    [X.length, wanted.length],
  );
}

const iris = loadIris(), wine = loadWine(), digits = loadDigits();
const data: Record<string, { X: Table; y: NDArray }> = {
  iris: mixed(iris.X, iris.y),
  wine: mixed(wine.X, wine.y),
  digits: { X: columns(digits.X.slice(0, 400), [2, 3, 4, 5, 10, 20, 21, 28, 42, 61]), y: digits.y.slice(0, 400) },
};

/** The array each of whose elements is the one before it. */
function rolled<D extends NDArray>(x: D): D {
  return x.take(Array.from({ length: x.length }, (_, i) => (i + x.length - 1) % x.length)) as D;
}

/** What is learned, by dask-ml's names. */
function assertLearned(model: object, expected: Record<string, unknown>, names: Record<string, string>, tol: number) {
  for (const [theirs, ours] of Object.entries(names)) {
    const value = (model as Record<string, NDArray | number>)[ours];
    assertClose(value, expected[theirs] as number[], tol, ours);
  }
}

Deno.test("Estimators learn from chunked X what dask-ml's do", async (t) => {
  await using client = await Client.local({ processes: false, threadsPerWorker: 2, memoryLimit: "256MiB" });
  for (const [name, { X, y }] of Object.entries(data)) {
    const expected = fixture.data[name];
    const { chunk } = expected;
    const cut = (a: NDArray): Chunked => fromArray(a, { chunks: [chunk, ...a.shape.slice(1)], client });
    const blocks: ChunkedArray = cut(X), labels = cut(y);
    assertDigest(X, expected.X, 1e-13, `${name}: X`);
    assertDigest(y, expected.y, 0, `${name}: y`);
    const scaled = await new StandardScaler().fitTransform(X) as Table;
    const scaledBlocks: ChunkedArray = cut(scaled);

    await t.step(`StandardScaler: ${name}`, async () => {
      const model = await new StandardScaler().fit(blocks);
      assertLearned(model, expected.StandardScaler, { mean_: "mean_", var_: "var_", scale_: "scale_" }, 1e-12);
      assertDigest(await (await model.transform(blocks)).compute(), expected.StandardScaler.Z, 1e-11);
    });
    await t.step(`MinMaxScaler: ${name}`, async () => {
      const model = await new MinMaxScaler({ featureRange: [-1, 2] }).fit(blocks);
      const names = { min_: "min_", scale_: "scale_", data_min_: "dataMin_", data_max_: "dataMax_" };
      assertLearned(model, expected.MinMaxScaler, { ...names, data_range_: "dataRange_" }, 1e-12);
      assertDigest(await (await model.transform(blocks)).compute(), expected.MinMaxScaler.Z, 1e-12);
    });
    await t.step(`PCA: ${name}`, async () => {
      const model = await new PCA({ nComponents: 3 }).fit(blocks);
      assertLearned(model, expected.PCA, {
        mean_: "mean_",
        explained_variance_: "explainedVariance_",
        explained_variance_ratio_: "explainedVarianceRatio_",
        singular_values_: "singularValues_",
        noise_variance_: "noiseVariance_",
        components_: "components_",
      }, 1e-9);
      assertDigest(await (await model.transform(blocks)).compute(), expected.PCA.Z, 1e-9);
    });
    await t.step(`TruncatedSVD: ${name}`, async () => {
      const model = new TruncatedSVD({ nComponents: 3 });
      const Z = await model.fitTransform(blocks);
      assertLearned(model, expected.TruncatedSVD, {
        explained_variance_: "explainedVariance_",
        explained_variance_ratio_: "explainedVarianceRatio_",
        singular_values_: "singularValues_",
        components_: "components_",
      }, 1e-9);
      assertDigest(await Z.compute(), expected.TruncatedSVD.Z, 1e-9);
    });
    await t.step(`GaussianNB: ${name}`, async () => {
      const model = await new GaussianNB().fit(blocks, labels);
      assertLearned(model, expected.GaussianNB, {
        theta_: "theta_",
        class_count_: "classCount_",
        class_prior_: "classPrior_",
      }, 1e-12);
      // dask-ml adds nothing to the variances.
      assertClose(model.var_.map((v) => v - model.epsilon_), expected.GaussianNB.sigma_, 1e-10, "var_");
      if (expected.GaussianNB.predict === undefined) return;
      assertDigest(await (await model.predict(blocks)).compute() as NDArray, expected.GaussianNB.predict, 0);
    });
    await t.step(`LogisticRegression: ${name}`, async () => {
      const two = y.map((c, i) => Number(i % 3 === 0) ^ Number(c === 1), "int32");
      const model = await new LogisticRegression({ C: 0.5, fitIntercept: false, tol: 1e-10, maxIter: 1000 })
        .fit(scaledBlocks, cut(two));
      for (const solver of ["lbfgs", "admm"]) {
        const { coef_, score } = expected.LogisticRegression[solver];
        // As near as dask-ml's own come to the minimum.
        assertClose(model.coef_.ravel(), coef_, 2e-4, solver);
        assertClose(await model.score(scaledBlocks, cut(two)), score, 1e-12, solver);
      }
    });
    await t.step(`ParallelPostFit: ${name}`, async () => {
      const model = await new ParallelPostFit({ estimator: new GaussianNB() }).fit(X, y);
      const { predict, predict_proba, score } = expected.ParallelPostFit;
      assertDigest(await (await model.predict(blocks)).compute() as NDArray, predict, 0);
      assertDigest(await (await model.predictProba(blocks)).compute(), predict_proba, 1e-9);
      assertClose(await model.score(blocks, labels), score, 1e-12);
    });
    for (const { shuffle, seed, coef_, intercept_, score } of expected.Incremental) {
      await t.step(`Incremental: ${name}, shuffleBlocks ${shuffle}, randomState ${seed}`, async () => {
        const model = await new Incremental({
          estimator: new SGDClassifier({ randomState: 0 }),
          shuffleBlocks: shuffle,
          randomState: seed,
        }).fit(scaledBlocks, labels, [...new Set(y.data)].sort((a, b) => Number(a) - Number(b)) as number[]);
        const learned = model.estimator_ as SGDClassifier;
        assertClose(learned.coef_, coef_, 1e-8, "coef_");
        assertClose(learned.intercept_, intercept_, 1e-8, "intercept_");
        assertClose(await model.score(scaledBlocks, labels), score, 1e-12);
      });
    }
    await t.step(`trainTestSplit(): ${name}`, async () => {
      const parts = trainTestSplit(blocks, labels, { testSize: 0.2, randomState: 3 }) as Chunked[];
      assert.deepEqual(parts.map((p) => p.chunks[0]), expected.train_test_split.lengths);
      for (const [i, part] of parts.entries()) {
        assertDigest(await part.compute(), expected.train_test_split.parts[i], 1e-13, `part ${i}`);
      }
    });
    await t.step(`metrics: ${name}`, async () => {
      const { metrics } = expected;
      const w = new RandomState(1).uniform(0.5, 2, [y.length]);
      const k = new Set(y.data).size;
      const raw = new RandomState(2).uniform(0.1, 1, [y.length, k]);
      const totals = raw.sum(1);
      const proba = raw.map((v, at) => v / totals.data[Math.floor(at / k)]);
      assertDigest(w, metrics.weights, 1e-14, "weights");
      assertDigest(proba, metrics.proba, 1e-14, "proba");
      const before = cut(rolled(y));
      assertClose(await accuracyScore(labels, before), metrics.accuracy_score, 1e-14);
      const weighted = await accuracyScore(labels, before, { sampleWeight: cut(w) });
      assertClose(weighted, metrics["accuracy_score weighted"], 1e-13);
      const [f, h] = [cut(X.col(0)), cut(X.col(1))];
      assertClose(await meanSquaredError(f, h), metrics.mean_squared_error, 1e-12);
      assertClose(await r2Score(f, h), metrics.r2_score, 1e-12);
      assertClose(await logLoss(labels, cut(proba)), metrics.log_loss, 1e-12);
    });
  }
  await t.step("LinearRegression", async () => {
    const { X, y } = makeRegression({ nSamples: 200, nFeatures: 6, noise: 5, bias: 3, randomState: 0 });
    const blocks = fromArray(X, { chunks: [37, 6], client });
    const targets: ChunkedArray = fromArray(y as Table, { chunks: [37], client });
    const model = await new LinearRegression().fit(blocks, targets);
    const expected = fixture.LinearRegression;
    assertClose(model.coef_, expected.coef_, 1e-10, "coef_");
    assertClose(model.intercept_, expected.intercept_, 1e-10, "intercept_");
    assertDigest(await (await model.predict(blocks)).compute() as NDArray, expected.predict, 1e-10);
  });
});
