import assert from "node:assert/strict";
import {
  Client,
  fromArray,
  GaussianNB,
  Incremental,
  loadIris,
  loadWine,
  makeRegression,
  type NDArray,
  ParallelPostFit,
  PCA,
  RandomForestClassifier,
  Ridge,
  SGDClassifier,
  SVC,
} from "../../../mod.ts";
import { assertClose } from "../golden.ts";

Deno.test("ParallelPostFit gives block by block what its estimator gives", async (t) => {
  await using client = await Client.local({ processes: false, threadsPerWorker: 2 });
  const { X, y } = loadIris();
  const blocks = fromArray(X, { chunks: [40, 3], client });
  const labels = fromArray(y, { chunks: [70], client });
  for (const estimator of [new GaussianNB(), new RandomForestClassifier({ nEstimators: 5, randomState: 0 })]) {
    await t.step(estimator.constructor.name, async () => {
      const model = await new ParallelPostFit({ estimator }).fit(X, y);
      const predicted = await model.predict(blocks);
      assert.deepEqual(predicted.chunks, [[40, 40, 40, 30]]);
      await estimator.fit(X, y);
      assert.ok((await predicted.compute()).equals(await estimator.predict(X) as NDArray));
      assertClose(await (await model.predictProba(blocks)).compute(), await estimator.predictProba(X), 1e-12);
      assertClose(await model.score(blocks, labels), await estimator.score(X, y), 1e-12);
      assert.ok((await model.predict(X) as NDArray).equals(await estimator.predict(X) as NDArray));
    });
  }
  await t.step("labels of text", async () => {
    const names = Array.from(y.data, (c) => ["setosa", "versicolor", "virginica"][c]);
    const estimator = await new SVC().fit(X, names);
    const model = new ParallelPostFit({ estimator });
    assert.deepEqual((await (await model.predict(blocks)).compute()).toArray(), (await estimator.predict(X)).toArray());
  });
  await t.step("regressors and transformers", async () => {
    const { X, y } = makeRegression({ nSamples: 100, nFeatures: 5, noise: 3, randomState: 0 });
    const some = fromArray(X, { chunks: [33, 5], client });
    const ridge = await new ParallelPostFit({ estimator: new Ridge() }).fit(X, y);
    const score = await (ridge.estimator_ as Ridge).score(X, y);
    assertClose(await ridge.score(some, fromArray(y, { chunks: [33], client })), score, 1e-12);
    const pca = await new ParallelPostFit({ estimator: new PCA({ nComponents: 2 }) }).fit(X);
    assertClose(await (await pca.transform(some)).compute(), await (pca.estimator_ as PCA).transform(X), 1e-9);
    await assert.rejects(async () => await pca.predict(some), /PCA has no predict\(\)/);
  });
  await t.step("not fitted", async () => {
    const fresh = new ParallelPostFit({ estimator: new GaussianNB() });
    await assert.rejects(async () => await fresh.predict(blocks), { name: "NotFittedError" });
  });
});

Deno.test("Incremental learns block after block, in the order that its seed says", async () => {
  await using client = await Client.local({ processes: false, threadsPerWorker: 2 });
  const { X, y } = loadWine();
  const order = Array.from({ length: X.length }, (_, i) => i * 37 % X.length);
  const mixed = X.take(order), labels = y.take(order);
  const blocks = fromArray(mixed, { chunks: [50, 13], client });
  const targets = fromArray(labels, { chunks: [50], client });
  const inMemory = async (model: GaussianNB | SGDClassifier) => {
    for (let at = 0; at < X.length; at += 50) {
      await model.partialFit(mixed.slice(at, at + 50), labels.slice(at, at + 50), [0, 1, 2]);
    }
    return model;
  };
  const bayes = await new Incremental({ estimator: new GaussianNB(), shuffleBlocks: false }).fit(blocks, targets);
  const expected = await inMemory(new GaussianNB()) as GaussianNB;
  assertClose((bayes.estimator_ as GaussianNB).theta_, expected.theta_, 1e-12);
  assertClose((bayes.estimator_ as GaussianNB).var_, expected.var_, 1e-12);
  assertClose(await bayes.score(blocks, targets), await expected.score(mixed, labels), 1e-12);
  assert.equal((bayes.estimator as GaussianNB).theta_, undefined, "the one that was given learns nothing");
  const sgd = await new Incremental({ estimator: new SGDClassifier({ randomState: 0 }), shuffleBlocks: false })
    .fit(blocks, targets, [0, 1, 2]);
  const own = await inMemory(new SGDClassifier({ randomState: 0 })) as SGDClassifier;
  assertClose((sgd.estimator_ as SGDClassifier).coef_, own.coef_, 1e-9);
  const seeded = () =>
    new Incremental({ estimator: new SGDClassifier({ randomState: 0 }), randomState: 4 }).fit(blocks, targets);
  const [a, b] = [await seeded(), await seeded()];
  assert.deepEqual((a.estimator_ as SGDClassifier).coef_.data, (b.estimator_ as SGDClassifier).coef_.data);
  await assert.rejects(() => new Incremental({ estimator: new SVC() }).fit(blocks, targets), /SVC has no partialFit/);
});

Deno.test("Blocks without rows, as masks leave them, are learned from and predicted like others", async () => {
  await using client = await Client.local({ processes: false, threadsPerWorker: 2 });
  const { X, y } = loadIris();
  // The classes lie one after the other: of the first, no row of the later blocks.
  const blocks = fromArray(X, { chunks: [30, 3], client }), labels = fromArray(y, { chunks: [30], client });
  const mask = labels.ne(1);
  const some = blocks.at(mask), its = labels.at(mask);
  const rows = [...y.data.keys()].filter((i) => y.data[i] !== 1);
  const XSome = X.take(rows), ySome = y.take(rows);
  const bayes = await new GaussianNB().fit(some, its);
  const expected = await new GaussianNB().fit(XSome, ySome);
  assertClose(bayes.theta_, expected.theta_, 1e-12);
  assertClose(await bayes.score(some, its), await expected.score(XSome, ySome));
  const model = new ParallelPostFit({ estimator: expected });
  assert.ok((await (await model.predict(some)).compute()).equals(await expected.predict(XSome) as NDArray));
  assertClose(await (await model.predictProba(some)).compute(), await expected.predictProba(XSome), 1e-12);
  const one = await new Incremental({ estimator: new GaussianNB(), randomState: 0 }).fit(some, its);
  assertClose((one.estimator_ as GaussianNB).theta_, expected.theta_, 1e-12);
  const pca = await new PCA({ nComponents: 2 }).fit(some);
  assertClose(pca.explainedVariance_, (await new PCA({ nComponents: 2 }).fit(XSome)).explainedVariance_, 1e-10);
  assert.deepEqual((await (await pca.transform(some)).compute()).shape, [100, 2]);
  await assert.rejects(async () => await new PCA().fit(blocks.slice(0, 0)), {
    name: "InvalidInputError",
    message: "PCA.fit: X has 0 samples (shape [0, 4]), expected at least one",
  });
});
