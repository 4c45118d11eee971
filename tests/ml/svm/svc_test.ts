import assert from "node:assert/strict";
import {
  InvalidInputError,
  InvalidParameterError,
  makeClassification,
  NDArray,
  NotFittedError,
  RandomState,
  SVC,
  type SVCOptions,
  SVMError,
  UnknownNameError,
} from "../../../ml/mod.ts";
import { data, type Table } from "./data.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";
import { observePredictions } from "../../parity/observe.ts";

const values = golden("ml_svm");

for (const c of values.cases) {
  Deno.test(`SVC learns what scikit-learn learns: ${c.data}, ${JSON.stringify(c.params)}`, async () => {
    const { X, y, T } = data(c.data);
    const svc = await new SVC(camelCase(c.params) as SVCOptions).fit(X, y);
    assert.deepEqual(svc.classes_.toArray(), c.classes);
    const predicted = (await svc.predict(T)).slice(0, 120).toArray();
    observePredictions(predicted, c.predict, `${c.data} ${JSON.stringify(c.params)}`);
    assert.deepEqual(predicted, c.predict);
    assertDigest(await svc.decisionFunction(T), c.decision, 1e-6, "decisionFunction");
    assert.deepEqual(svc.nSupport_.toArray(), c.n_support);
    assertDigest(svc.support_, c.support, 0, "support_");
    assertDigest(svc.dualCoef_, c.dual_coef, 1e-6, "dualCoef_");
    assertClose(svc.intercept_, c.intercept, 1e-6, "intercept_");
    assert.equal(await svc.score(X, y), c.score);
    assert.ok(svc.supportVectors_.equals(X.take(svc.support_.data)));
  });
}

Deno.test("SVC.fit() weighs samples, and leaves those of weight zero out", async () => {
  const { X, y, T } = data("unbalanced");
  const w = new RandomState(0).uniform(0, 2, X.length);
  for (let i = 0; i < X.length; i += 7) w.data[i] = 0;
  const svc = await new SVC({ C: 2 }).fit(X, y, w);
  assertClose((await svc.decisionFunction(T)).slice(0, 10), values.sample_weight.decision, 1e-6);
  assert.deepEqual(svc.nSupport_.toArray(), values.sample_weight.n_support);
  assert.ok(svc.support_.toArray().every((i: number) => i % 7 !== 0));
});

Deno.test("SVC weighs classes by label", async () => {
  const { X, y, T } = data("unbalanced");
  const svc = await new SVC({ C: 2, classWeight: { 0: 1, 1: 5, 2: 0.5 } }).fit(X, y);
  assertClose((await svc.decisionFunction(T)).slice(0, 10), values.class_weight.decision, 1e-6);
  assert.deepEqual(svc.classWeight_.toArray(), values.class_weight.class_weight);
  const byMap = await new SVC({ C: 2, classWeight: new Map([[0, 1], [1, 5], [2, 0.5]]) }).fit(X, y);
  assert.ok(byMap.dualCoef_.equals(svc.dualCoef_));
  await assert.rejects(
    new SVC({ classWeight: { 0: 1, 7: 2 } }).fit(X, y),
    /classWeight names 7, which y does not have/,
  );
});

Deno.test("SVC stops at maxIter with a warning", async () => {
  const { X, y, T } = data("unbalanced");
  const svc = new SVC({ C: 2, maxIter: 7 });
  const { warn } = await captured(() => svc.fit(X, y));
  assert.equal(warn.length, 1);
  assert.match(warn[0], /maxIter=7/);
  assert.deepEqual(svc.nIter_.toArray(), values.max_iter.n_iter);
  assert.equal(svc.fitStatus_, values.max_iter.fit_status);
  assertClose((await svc.decisionFunction(T)).slice(0, 10), values.max_iter.decision, 1e-6);
});

function products(A: Table, B: Table): Table {
  const out = new Float64Array(A.length * B.length);
  for (let i = 0; i < A.length; i++) {
    for (let j = 0; j < B.length; j++) {
      for (let k = 0; k < A.shape[1]; k++) out[i * B.length + j] += A.get(i, k) * B.get(j, k);
    }
  }
  return new NDArray(out, [A.length, B.length]);
}

Deno.test("SVC takes a kernel as a matrix or as a function", async () => {
  const { X, y, T } = data("unbalanced");
  const g = values.precomputed;
  const svc = await new SVC({ C: 2, kernel: "precomputed" }).fit(products(X, X), y);
  assertClose((await svc.decisionFunction(products(T, X))).slice(0, 10), g.decision, 1e-5);
  assert.deepEqual(svc.support_.toArray(), g.support);
  const own = await new SVC({ C: 2, kernel: products }).fit(X, y);
  assertClose((await own.decisionFunction(T)).slice(0, 10), g.decision, 1e-5);
  await assert.rejects(new SVC({ kernel: "precomputed" }).fit(X, y), /must be square/);
  await assert.rejects(new SVC({ kernel: () => X }).fit(X, y), /the kernel gave shape/);
});

Deno.test("SVC with too little memory for the kernel matrix learns the same", async () => {
  const { X, y, T } = data("unbalanced");
  const svc = await new SVC({ C: 2, cacheSize: 0.01 }).fit(X, y);
  const roomy = await new SVC({ C: 2 }).fit(X, y);
  assertClose((await svc.decisionFunction(T)).slice(0, 10), values.small_cache.decision, 1e-6);
  assert.ok(svc.dualCoef_.equals(roomy.dualCoef_));
  assert.deepEqual(svc.nIter_.toArray(), roomy.nIter_.toArray());
});

Deno.test("SVC on many samples comes to the optimum that small steps come to", async () => {
  const settings: [number, SVCOptions][] = [
    [3, { gamma: 0.3 }],
    // Nearly all samples are free, and nearly all kernel values vanish.
    [3, { gamma: 60 }],
    [3, { gamma: 8, C: 20 }],
    // Rows of the kernel are kept.
    [30, { classWeight: { 0: 1, 1: 3 } }],
    [30, { gamma: 5 }],
    [30, { kernel: "poly", coef0: 1, degree: 4, gamma: 0.01 }],
    [5, { kernel: "linear", C: 10 }],
  ];
  for (const [nFeatures, own] of settings) {
    const shape = { nSamples: 1400, nFeatures, nInformative: Math.min(nFeatures, 5), nRedundant: 0, randomState: 3 };
    const { X, y } = makeClassification({ ...shape, nClustersPerClass: 1, flipY: 0.1 });
    const params = { ...own, tol: 1e-5 };
    const [train, classes, test] = [X.slice(0, 1200), y.slice(0, 1200), X.slice(1200)];
    const fast = await new SVC(params).fit(train, classes);
    // A limit of iterations that is not reached asks for the other solver.
    const slow = await new SVC({ ...params, maxIter: 5_000_000 }).fit(train, classes);
    const scale = Math.max(1, (await slow.decisionFunction(train)).map(Math.abs).max());
    const [a, b] = [await fast.decisionFunction(test), await slow.decisionFunction(test)];
    assertClose(a.map((v) => v / scale), b.map((v) => v / scale), 2e-4);
  }
});

Deno.test("SVC.coef_ has the weights of a linear kernel", async () => {
  const { X, y } = data("unbalanced");
  assertClose((await new SVC({ kernel: "linear" }).fit(X, y)).coef_, values.coef, 1e-6);
  const rbf = await new SVC().fit(X, y);
  assert.throws(() => rbf.coef_, SVMError);
});

for (const c of values.probability) {
  Deno.test(`SVC.predictProba() gives scikit-learn's probabilities: ${c.data}`, async () => {
    const { X, y, T } = data(c.data);
    const svc = await new SVC({ probability: true, randomState: 7 }).fit(X, y);
    const proba = await svc.predictProba(T);
    assertClose(svc.probA_.slice(0, 5), c.A, 1e-5, "probA_");
    assertClose(svc.probB_.slice(0, 5), c.B, 1e-5, "probB_");
    assertClose(proba.slice(0, 8), c.proba, 1e-5, "predictProba");
    assertClose(proba.sum(1), new Array(T.length).fill(1), 1e-12);
    assert.ok((await svc.predictLogProba(T)).equals(proba.map(Math.log)));
  });
}

Deno.test("SVC learns text labels", async () => {
  const { X, y, T } = data("unbalanced");
  const names = y.toArray().map((c: number) => ["wolf", "ant", "bee"][c]);
  const svc = await new SVC().fit(X, names);
  assert.deepEqual(svc.classes_.toArray(), values.text.classes);
  assert.deepEqual((await svc.predict(T)).toArray(), values.text.predict);
  assert.ok(await svc.score(X, names) > 0.7);
});

Deno.test("SVC.decisionFunction() has a column for each pair with ovo", async () => {
  const { X, y, T } = data("constant_column");
  const svc = await new SVC({ decisionFunctionShape: "ovo" }).fit(X, y);
  assert.deepEqual((await svc.decisionFunction(T)).shape, [T.length, 6]);
  await assert.rejects(
    (await new SVC({ decisionFunctionShape: "ovo", breakTies: true }).fit(X, y)).predict(T),
    SVMError,
  );
});

Deno.test("SVC can be sent as its own fields", async () => {
  const { X, y, T } = data("digits");
  const svc = await new SVC({ gamma: 1e-3 }).fit(X, y);
  const fields = structuredClone(Object.fromEntries(
    Object.entries(svc).map(([k, v]) => [k, v instanceof NDArray ? { ...v } : v]),
  ));
  for (const [k, v] of Object.entries(fields)) {
    if (v !== null && typeof v === "object" && "dtype" in v) {
      fields[k] = Object.assign(Object.create(NDArray.prototype), v);
    }
  }
  const sent = Object.assign(Object.create(SVC.prototype), fields) as SVC;
  assert.ok((await sent.decisionFunction(T)).equals(await svc.decisionFunction(T)));
});

Deno.test("SVC.fit() says what is wrong with its input", async () => {
  const y = [0, 1, 0];
  const X = [[1, 2], [3, 4], [5, 6]];
  await assert.rejects(new SVC().fit([[1, 2], [3, NaN], [5, 6]], y), /X contains NaN, first at \[1, 1\]/);
  await assert.rejects(new SVC().fit([[1, 2], [3, 4], [-Infinity, 6]], y), /X contains infinity, first at \[2, 0\]/);
  await assert.rejects(new SVC().fit([[1, 2], [3, 4]], y), /inconsistent numbers of samples: X has 2, y has 3/);
  await assert.rejects(new SVC().fit(X, [1, 1, 1]), /y has 1 class \(1\); at least two/);
  await assert.rejects(new SVC().fit([], []), InvalidInputError);
  await assert.rejects(new SVC().fit(new NDArray(new Float64Array(0), [0, 2]), []), /X has 0 sample/);
  await assert.rejects(new SVC().fit(new NDArray(new Float64Array(0), [3, 0]), y), /X has 0 feature/);
  await assert.rejects(new SVC().fit(new NDArray(new Float64Array(3)), y), /expected a 2D array/);
  await assert.rejects(new SVC().fit(X, [0.5, 1.5, 2]), /fractions/);
  await assert.rejects(new SVC().fit(X, [0, 1, NaN]), /y contains NaN/);
  await assert.rejects(new SVC().fit(X, undefined as unknown as number[]), /y is needed/);
  await assert.rejects(new SVC().fit(X, y, [1, 2]), /sampleWeight has 2 values for 3 samples/);
  await assert.rejects(new SVC().fit(X, y, [1, -2, 1]), /sampleWeight\[1\] is negative/);
  await assert.rejects(new SVC().fit(X, y, [1, 0, 1]), /weight zero/);
});

Deno.test("SVC refuses hyperparameters that cannot be, and names the nearest for those it does not know", async () => {
  const X = [[1], [2]];
  const bad: SVCOptions[] = [
    { C: 0 },
    { C: NaN },
    { C: "1" as unknown as number },
    { gamma: -1 },
    { gamma: "Scale" as "scale" },
    { kernel: "rfb" as "rbf" },
    { degree: 1.5 },
    { tol: 0 },
    { maxIter: -2 },
    { classWeight: "Balanced" as "balanced" },
    { randomState: -1 },
  ];
  for (const options of bad) await assert.rejects(new SVC(options).fit(X, [0, 1]), InvalidParameterError);
  assert.throws(() => new SVC({ gama: 1 } as SVCOptions), /did you mean "gamma"/);
  assert.throws(() => new SVC({ max_iter: 1 } as SVCOptions), UnknownNameError);
  assert.throws(() => new SVC().setParams({ class_weight: null }), /did you mean "classWeight"/);
});

Deno.test("SVC asked before fit throws NotFittedError", async () => {
  const svc = new SVC();
  await assert.rejects(svc.predict([[1]]), NotFittedError);
  await assert.rejects(svc.decisionFunction([[1]]), NotFittedError);
  await assert.rejects(svc.predictProba([[1]]), NotFittedError);
  await assert.rejects(svc.score([[1]], [1]), NotFittedError);
  await svc.fit([[0], [1]], [0, 1]);
  await assert.rejects(svc.predict([[1, 2]]), /X has 2 features, but it was fitted with 1/);
  await assert.rejects(svc.predictProba([[1]]), /probability: true/);
});
