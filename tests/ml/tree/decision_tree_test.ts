import assert from "node:assert/strict";
import {
  DecisionTreeClassifier,
  type DecisionTreeClassifierOptions,
  DecisionTreeRegressor,
  type DecisionTreeRegressorOptions,
  exportText,
  InvalidInputError,
  InvalidParameterError,
  NDArray,
  NotFittedError,
  RandomState,
  type Tree,
  UnknownNameError,
} from "../../../ml/mod.ts";
import { NodeSamples } from "../../../ml/tree/samples.ts";
import { assertClose, assertDigest, camelCase, captured, type Digest, golden } from "../golden.ts";
import { observePredictions } from "../../parity/observe.ts";
import { classes, many, numbers } from "./data.ts";

const values = golden("ml_tree");

/** The arrays of a tree against their digests: the same splits, so the same tree. */
function assertTree(tree: Tree, g: Record<string, Digest & number>): void {
  assert.equal(tree.nodeCount, g.n, "nodes");
  assert.equal(tree.maxDepth, g.depth, "depth");
  assert.equal(tree.nLeaves, g.leaves, "leaves");
  const array = (a: ArrayLike<number>) => new NDArray(Float64Array.from(a));
  assertDigest(array(tree.childrenLeft), g.left, 0, "left");
  assertDigest(array(tree.childrenRight), g.right, 0, "right");
  assertDigest(array(tree.feature), g.feature, 0, "feature");
  assertDigest(array(tree.threshold.map((t) => t === Infinity ? 1e9 : t)), g.threshold, 1e-12, "threshold");
  assertDigest(array(tree.impurity), g.impurity, 1e-9, "impurity");
  assertDigest(array(tree.nNodeSamples), g.samples, 0, "samples");
  assertDigest(array(tree.weightedNNodeSamples), g.weight, 1e-12, "weight");
  assertDigest(array(tree.value), g.value, 1e-12, "value");
  assertDigest(array(tree.missingGoToLeft), g.missing, 0, "missing");
  assertClose(tree.computeFeatureImportances(), g.importances as unknown as number[], 1e-9, "importances");
}

for (const c of values.classifiers) {
  Deno.test(`DecisionTreeClassifier grows scikit-learn's tree: ${c.data}, ${JSON.stringify(c.params)}`, async () => {
    const { X, y, T } = classes(c.data);
    const m = await new DecisionTreeClassifier(camelCase(c.params) as DecisionTreeClassifierOptions).fit(X, y);
    assertTree(m.tree_, c.tree);
    const predicted = (await m.predict(T)).slice(0, 60).toArray();
    observePredictions(predicted, c.predict, `${c.data} ${JSON.stringify(c.params)}`);
    assert.deepEqual(predicted, c.predict);
    assert.deepEqual((await m.apply(T)).slice(0, 20).toArray(), c.apply);
    assertDigest(await m.predictProba(T), c.proba, 1e-12, "proba");
    assert.equal(m.getDepth(), c.tree.depth);
    assert.equal(m.getNLeaves(), c.tree.leaves);
  });
}

for (const c of values.regressors) {
  Deno.test(`DecisionTreeRegressor grows scikit-learn's tree: ${c.data}, ${JSON.stringify(c.params)}`, async () => {
    const { X, y, T } = numbers(c.data);
    const m = await new DecisionTreeRegressor(camelCase(c.params) as DecisionTreeRegressorOptions).fit(X, y);
    assertTree(m.tree_, c.tree);
    assertDigest(await m.predict(T), c.predict, 1e-12, "predict");
  });
}

for (const c of values.many) {
  Deno.test(`Decision trees of many samples are scikit-learn's: ${c.kind} classes, ${JSON.stringify(c.params)}`, async () => {
    const { X, y } = many(c.kind);
    const m = c.kind > 0
      ? new DecisionTreeClassifier(camelCase(c.params))
      : new DecisionTreeRegressor(camelCase(c.params));
    await m.fit(X, y);
    assertTree(m.tree_, c.tree);
  });
}

/** Weights from 0 to 2, every seventh 0. */
function weights(n: number): NDArray<Float64Array> {
  const w = new RandomState(0).uniform(0, 2, n);
  for (let i = 0; i < n; i += 7) w.data[i] = 0;
  return w;
}

Deno.test("DecisionTreeClassifier.fit() weighs samples and classes", async () => {
  const { X, y, T } = classes("unbalanced");
  const m = await new DecisionTreeClassifier({ randomState: 0, maxDepth: 6 }).fit(X, y, weights(X.length));
  assertTree(m.tree_, values.class_weighted.tree);
  assert.deepEqual((await m.predict(T)).toArray(), values.class_weighted.predict);
  const classWeight = { 0: 1, 1: 5, 2: 0.5 };
  const c = await new DecisionTreeClassifier({ randomState: 0, classWeight, maxDepth: 6 }).fit(X, y);
  assertTree(c.tree_, values.class_weight.tree);
});

for (const criterion of ["squared_error", "absolute_error", "poisson"] as const) {
  Deno.test(`DecisionTreeRegressor.fit() weighs samples: ${criterion}`, async () => {
    const { X, y, T } = numbers("diabetes");
    const m = await new DecisionTreeRegressor({ randomState: 0, maxDepth: 5, criterion }).fit(X, y, weights(X.length));
    assertTree(m.tree_, values[`weighted_${criterion}`].tree);
    assertDigest(await m.predict(T), values[`weighted_${criterion}`].predict);
  });
}

Deno.test("DecisionTreeRegressor keeps monotonic constraints as scikit-learn does", async () => {
  const { X, y } = numbers("diabetes");
  const monotonicCst = [0, 0, 1, 1, 0, -1, -1, 0, 1, 0];
  for (const g of values.monotonic) {
    const m = await new DecisionTreeRegressor({ randomState: 0, monotonicCst, ...camelCase(g.params) }).fit(X, y);
    assertTree(m.tree_, g.tree);
  }
});

Deno.test("DecisionTreeClassifier keeps monotonic constraints as scikit-learn does", async () => {
  const { X, y } = classes("missing");
  const monotonicCst = [1, -1, 0, 0, 1, 0];
  const m = await new DecisionTreeClassifier({ randomState: 0, monotonicCst, maxDepth: 6 }).fit(X, y);
  assertTree(m.tree_, values.monotonic_classes.tree);
});

Deno.test("Decision trees learn several targets at once", async () => {
  const { X, y, T } = numbers("diabetes");
  const rows = X.toArray() as number[][];
  const Y = rows.map((row, i) => [y.data[i], row.reduce((t, v, j) => t + v * j, 0)]);
  const r = await new DecisionTreeRegressor({ randomState: 0, maxDepth: 5 }).fit(X, Y);
  assertTree(r.tree_, values.outputs.tree);
  assertDigest(await r.predict(T), values.outputs.predict, 1e-9);
  const C = rows.map((
    row,
    i,
  ) => [y.data[i] > 140 ? 1 : 0, y.data[i] < 80 ? 0 : y.data[i] < 160 ? 1 : 2, row[0] > 0 ? 1 : 0]);
  const c = await new DecisionTreeClassifier({ randomState: 0, maxDepth: 5 }).fit(
    X,
    new NDArray(Int32Array.from(C.flat()), [C.length, 3]),
  );
  assertTree(c.tree_, values.class_outputs.tree);
  assertDigest(await c.predict(T) as NDArray, values.class_outputs.predict);
  assertDigest(await c.predictProba(T, 1), values.class_outputs.proba);
  await assert.rejects(c.predictProba(T), /say which/);
});

Deno.test("DecisionTreeClassifier.costComplexityPruningPath() gives scikit-learn's steps", async () => {
  const { X, y } = classes("unbalanced");
  const path = await new DecisionTreeClassifier({ randomState: 0, ccpAlpha: 0.5 }).costComplexityPruningPath(X, y);
  assertDigest(new NDArray(path.ccpAlphas), values.path.alphas, 1e-9);
  assertDigest(new NDArray(path.impurities), values.path.impurities, 1e-9);
});

Deno.test("DecisionTreeClassifier.decisionPath() lists the nodes that samples pass", async () => {
  const { X, y, T } = classes("unbalanced");
  const m = await new DecisionTreeClassifier({ randomState: 0, classWeight: { 0: 1, 1: 5, 2: 0.5 }, maxDepth: 6 }).fit(
    X,
    y,
  );
  const { indptr, indices, shape } = await m.decisionPath(T);
  const g = values.decision_path;
  assert.deepEqual(shape, g.shape);
  assertDigest(new NDArray(indptr), g.indptr, 0);
  for (let i = 0; i < 10; i++) assert.deepEqual([...indices.subarray(indptr[i], indptr[i + 1])], g.indices[i]);
});

Deno.test("exportText() writes what scikit-learn writes", async () => {
  const { X, y } = classes("iris");
  const m = await new DecisionTreeClassifier({ randomState: 0, maxDepth: 3 }).fit(X, y);
  const r = await new DecisionTreeRegressor({ randomState: 0, maxDepth: 3 }).fit(X, y);
  assert.equal(exportText(m), values.text[0]);
  assert.equal(
    exportText(m, { featureNames: [..."abcd"], showWeights: true, decimals: 1, spacing: 2 }),
    values.text[1],
  );
  assert.equal(exportText(m, { maxDepth: 1, classNames: ["x", "y", "z"] }), values.text[2]);
  assert.equal(exportText(r), values.text[3]);
  assert.throws(() => exportText(m, { featureNames: ["a"] }), /1 featureNames for 4 features/);
});

Deno.test("DecisionTreeClassifier takes text labels, and sends missing values to the larger side where there were none", async () => {
  const m = await new DecisionTreeClassifier().fit([[0], [1], [2], [10]], ["b", "b", "b", "a"]);
  assert.deepEqual((await m.predict([[0], [20], [NaN]])).toArray(), ["b", "a", "b"]);
  assertClose(await m.predictLogProba([[0]]), [[-Infinity, 0]]);
});

Deno.test("Decision trees count values that single precision cannot tell apart as equal", async () => {
  const m = await new DecisionTreeClassifier().fit([[1], [1 + 1e-12], [1]], [0, 1, 1]);
  assert.equal(m.getNLeaves(), 1);
});

Deno.test("DecisionTreeRegressor takes friedman_mse as squared_error, and warns", async () => {
  const { X, y } = numbers("counts");
  const old = new DecisionTreeRegressor({ criterion: "friedman_mse", randomState: 0 });
  const { warn } = await captured(() => old.fit(X, y));
  assert.match(warn[0], /squared_error/);
  const m = await new DecisionTreeRegressor({ randomState: 0 }).fit(X, y);
  assert.deepEqual(old.tree_.threshold, m.tree_.threshold);
});

Deno.test("Decision trees refuse samples and targets that cannot be", async () => {
  const X = [[0], [1], [2]];
  const c = () => new DecisionTreeClassifier();
  const r = () => new DecisionTreeRegressor();
  await assert.rejects(c().fit([[0], [Infinity], [1]], [0, 1, 1]), InvalidInputError);
  await assert.rejects(c().fit([[0], [1e39], [1]], [0, 1, 1]), /too large for the single precision/);
  await assert.rejects(c().fit(X, [0, 1]), /inconsistent numbers of samples/);
  await assert.rejects(c().fit(X, [0.5, 1, 2]), /fractions/);
  await assert.rejects(c().fit([], []), InvalidInputError);
  await assert.rejects(c().fit(X, undefined as unknown as number[]), /y is needed/);
  await assert.rejects(c().fit(X, [0, 1, 1], [1, -1, 1]), /negative/);
  await assert.rejects(c().fit(X, [0, 1, 1], [0, 0, 0]), /sampleWeight is 0 for every sample/);
  await assert.rejects(r().fit(X, [0, NaN, 1]), InvalidInputError);
  await assert.rejects(r().fit(X, [0, 1]), /inconsistent numbers of samples/);
  await assert.rejects(new DecisionTreeRegressor({ criterion: "poisson" }).fit(X, [0, -1, 1]), /needs y from 0 up/);
  await assert.rejects(new DecisionTreeRegressor({ criterion: "poisson" }).fit(X, [0, 0, 0]), /above 0/);
  const one = await c().fit(X, [7, 7, 7]);
  assert.deepEqual((await one.predict([[5]])).toArray(), [7]);
});

Deno.test("Decision trees refuse hyperparameters that cannot be", async () => {
  const X = [[1], [2]];
  const bad: DecisionTreeClassifierOptions[] = [
    { maxDepth: 0 },
    { minSamplesSplit: 1 },
    { minSamplesLeaf: 1.5 },
    { minWeightFractionLeaf: 0.6 },
    { maxFeatures: "all" as "sqrt" },
    { maxLeafNodes: 1 },
    { ccpAlpha: -1 },
    { criterion: "mse" as "gini" },
    { splitter: "worst" as "best" },
    { monotonicCst: [1, 1] },
    { monotonicCst: [2] },
    { randomState: -1 },
  ];
  for (const options of bad) {
    await assert.rejects(new DecisionTreeClassifier(options).fit(X, [0, 1]), InvalidParameterError);
  }
  await assert.rejects(
    new DecisionTreeClassifier({ monotonicCst: [1] }).fit([[1], [2], [3]], [0, 1, 2]),
    /two classes/,
  );
  assert.throws(() => new DecisionTreeClassifier({ max_depth: 1 } as DecisionTreeClassifierOptions), UnknownNameError);
});

Deno.test("Decision trees asked before fit throw NotFittedError", async () => {
  const m = new DecisionTreeClassifier();
  await assert.rejects(m.predict([[1]]), NotFittedError);
  await assert.rejects(m.apply([[1]]), NotFittedError);
  assert.throws(() => m.getDepth(), NotFittedError);
  assert.throws(() => exportText(m), NotFittedError);
  await m.fit([[0], [1]], [0, 1]);
  await assert.rejects(m.predict([[1, 2]]), /X has 2 features/);
  await assert.rejects(m.predict([[Infinity]]), InvalidInputError);
});

Deno.test("DecisionTreeClassifier sees splits by entropy that it may pass over, and loses none by it", async () => {
  const seed = 5;
  const random = new RandomState(seed);
  const n = 1200;
  const X = random.randn(n * 5).map((v) => Math.round(v * 20) / 20).reshape(n, 5);
  const noise = random.randn(n).data;
  for (const nClasses of [2, 4]) {
    const y = Array.from({ length: n }, (_, i) => Math.floor(Math.abs(X.data[5 * i] + 0.4 * noise[i]) * 2) % nClasses);
    const whole = await new DecisionTreeClassifier({ criterion: "entropy", randomState: 0 }).fit(X, y);
    // Halves are no whole numbers, for which terms are worked out beforehand; all that is computed is halved exactly.
    const halves = new Float64Array(n).fill(0.5);
    const halved = await new DecisionTreeClassifier({ criterion: "entropy", randomState: 0 }).fit(X, y, halves);
    assert.ok(whole.tree_.nodeCount > 99);
    for (const name of ["childrenLeft", "childrenRight", "feature", "threshold", "impurity", "value"] as const) {
      assert.deepEqual(whole.tree_[name], halved.tree_[name], `${name}, seed ${seed}`);
    }
  }
});

Deno.test("NodeSamples.sort() orders values, and keeps the order of equal ones, however many", () => {
  for (const n of [5, 30, 63, 64, 65, 500, 3000]) {
    const seed = n, rng = new RandomState(seed);
    const X = Float32Array.from(
      rng.normal(0, 10, n).data,
      (v, i) => i % 7 === 0 ? -0 : i % 5 === 0 ? 0 : Math.round(v * 4) / 8,
    );
    const samples = new NodeSamples(X, 1, new Uint8Array(1), null);
    // Once more from another order: a node is sorted by feature after feature.
    samples.order.reverse();
    const before = Array.from(samples.order);
    samples.sort(0, 0, n);
    const wanted = before.map((i, p) => ({ i, p })).sort((a, b) => X[a.i] - X[b.i] || a.p - b.p).map(({ i }) => i);
    assert.deepEqual(Array.from(samples.order), wanted, `seed ${seed}`);
    assert.ok(wanted.every((i, p) => samples.values[p] === X[i]), `seed ${seed}`);
  }
});

Deno.test("a pruned tree numbers its nodes from left to right, also where it grew best first", async () => {
  // As scikit-learn 1.9.1 numbers them.
  const X = [[0], [1], [2], [3], [4], [5], [6], [7], [8], [9], [10], [11]];
  const y = [0, 0, 1, 0, 1, 1, 1, 2, 2, 1, 2, 2];
  const options = { maxLeafNodes: 5, randomState: 0 };
  const whole = await new DecisionTreeClassifier(options).fit(X, y);
  assert.deepEqual((await whole.apply(X)).toArray(), [5, 5, 7, 8, 4, 4, 4, 2, 2, 2, 2, 2]);
  const pruned = await new DecisionTreeClassifier({ ...options, ccpAlpha: 0.03 }).fit(X, y);
  assert.deepEqual((await pruned.apply(X)).toArray(), [3, 3, 5, 6, 7, 7, 7, 8, 8, 8, 8, 8]);
  assert.deepEqual((await pruned.predict(X)).toArray(), (await whole.predict(X)).toArray());
});
