import assert from "node:assert/strict";
import {
  chi2,
  fClassif,
  type FeatureScores,
  fRegression,
  type LabelsLike,
  loadBreastCancer,
  loadDiabetes,
  loadIris,
  loadWine,
  type MatrixLike,
  mutualInfoClassif,
  mutualInfoRegression,
  type NDArray,
  NotFittedError,
  rRegression,
  SelectKBest,
  stackColumns,
  toNDArray,
  VarianceThreshold,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, captured, golden } from "../golden.ts";
import { classes } from "../linear_model/data.ts";

const values = golden("ml_composition");
const iris = loadIris();
const wine = loadWine();
const cancer = loadBreastCancer();
const diabetes = loadDiabetes();
type Matrix = NDArray<Float64Array>;

/** JSON has no infinities: the fixtures spell them. */
const parsed = (v: unknown): number => v === "inf" ? Infinity : v === "-inf" ? -Infinity : Number(v);

function assertScores([scores, pvalues]: FeatureScores, [s, p]: [number[], number[]], what: string): void {
  assertClose(scores, s.map(parsed), 1e-9, `${what}: scores`);
  for (const [j, v] of p.map(parsed).entries()) {
    const mine = pvalues.data[j];
    const far = Math.abs(mine - v) / Math.max(v, 1e-280);
    assert.ok(far < 1e-8 || Object.is(mine, v) || (mine !== mine && v !== v), `${what}: p ${mine}, not ${v}`);
  }
}

const column = (X: Matrix, j: number): Matrix => X.col(j).reshape(-1, 1);
const counts = wine.X.transpose().take([0, 4, 9, 12]).transpose().map((v) => {
  // NumPy rounds halves to even.
  const r = Math.round(v);
  return Math.abs(v % 1) === 0.5 && r % 2 !== 0 ? r - 1 : r;
});

Deno.test("fClassif() and chi2() score as scikit-learn's", async () => {
  const f: Record<string, [Matrix, LabelsLike]> = {
    iris: [iris.X, iris.y],
    wine: [wine.X, wine.y],
    cancer: [cancer.X, cancer.y],
    one_feature: [column(iris.X, 0), iris.y],
    unbalanced: [iris.X.slice(45, 103), iris.y.slice(45, 103)],
    three_samples: [iris.X.take([0, 1, 60]), iris.y.take([0, 1, 60])],
  };
  for (const [name, expected] of Object.entries(values.scores.f_classif)) {
    assertScores(fClassif(...f[name]), expected as [number[], number[]], name);
  }
  const c: Record<string, [Matrix, LabelsLike]> = {
    iris: [iris.X, iris.y],
    counts: [counts, wine.y],
    binary: [cancer.X, cancer.y],
    two_samples: [iris.X.take([0, 60]), iris.y.take([0, 60])],
  };
  for (const [name, expected] of Object.entries(values.scores.chi2)) {
    assertScores(chi2(...c[name]), expected as [number[], number[]], name);
  }
  assert.throws(() => chi2([[-1], [1]], [0, 1]), /must not be negative/);
  assert.throws(() => fClassif([[1], [2]], [1, 1]), /y has 1 class/);
  assert.throws(() => fClassif([[1], [2]], [1, 1, 2]), /inconsistent numbers of samples/);
  const { warn } = await captured(() => fClassif([[1], [1]], [0, 1]));
  assert.match(warn[0], /features \[0\] are constant/);
});

Deno.test("fRegression() and rRegression() score as scikit-learn's", () => {
  const f: Record<string, [MatrixLike, number[]]> = {
    diabetes: [diabetes.X, diabetes.y.toArray()],
    one_feature: [column(diabetes.X, 0), diabetes.y.toArray()],
    perfect: [[[1, 3], [2, 1], [3, 2]], [1, 2, 3]],
    four_samples: [diabetes.X.slice(0, 4), diabetes.y.slice(0, 4).toArray()],
  };
  for (const [name, expected] of Object.entries(values.scores.f_regression)) {
    const [X, y] = f[name];
    if (name === "perfect") {
      // A correlation of 1 to rounding: the statistic is whatever is left of it.
      assert.ok(fRegression(X, y)[0].data[0] > 1e12 && fRegression(X, y)[1].data[0] < 1e-6);
    } else assertScores(fRegression(X, y), expected as [number[], number[]], name);
  }
  assertScores(fRegression(diabetes.X, diabetes.y, { center: false }), values.scores.f_regression_uncentred, "raw");
  assertClose(rRegression(diabetes.X, diabetes.y), values.scores.r_regression, 1e-12);
  assert.deepEqual(fRegression([[1], [1], [1]], [1, 2, 3]).map((a) => a.toArray()), [[0], [1]]);
  assert.ok(Number.isNaN(fRegression([[1], [1], [1]], [1, 2, 3], { forceFinite: false })[0].data[0]));
});

Deno.test("mutualInfoClassif() and mutualInfoRegression() estimate as scikit-learn's", () => {
  const [a, b, c, d, e] = values.scores.mutual_info_classif;
  assertClose(mutualInfoClassif(iris.X, iris.y, { randomState: 0 }), a, 1e-9);
  assertClose(mutualInfoClassif(wine.X, wine.y, { randomState: 1, nNeighbors: 5 }), b, 1e-9);
  assertClose(mutualInfoClassif(iris.X.slice(38, 115), iris.y.slice(38, 115), { randomState: 2 }), c, 1e-9);
  assertClose(mutualInfoClassif(counts, wine.y, { discreteFeatures: true }), d, 1e-9);
  assertClose(mutualInfoClassif(counts, wine.y, { discreteFeatures: [0, 2], randomState: 3 }), e, 1e-9);
  const [f, g, h] = values.scores.mutual_info_regression;
  assertClose(mutualInfoRegression(diabetes.X, diabetes.y, { randomState: 0 }), f, 1e-9);
  const options = { randomState: 1, nNeighbors: 7, discreteFeatures: [1] };
  assertClose(mutualInfoRegression(diabetes.X, diabetes.y, options), g, 1e-9);
  assertClose(
    mutualInfoRegression(column(diabetes.X, 0).slice(0, 20), diabetes.y.slice(0, 20), { randomState: 2 }),
    h,
    1e-9,
  );
  assert.throws(() => mutualInfoRegression([[1], [2]], [0, 1]), /nNeighbors \(3\) must be smaller than the 2 samples/);
  assert.throws(() => mutualInfoClassif(iris.X, iris.y, { discreteFeatures: [9] }), /discreteFeatures must be/);
});

for (const g of values.SelectKBest) {
  Deno.test(`SelectKBest picks as scikit-learn's: ${g.data}, k ${g.k}${g.chi2 ? ", chi2" : ""}`, async () => {
    const X = g.data === "iris" ? iris.X : g.data === "wine" ? wine.X : stackColumns([iris.X, iris.X]) as Matrix;
    const y = g.data === "wine" ? wine.y : iris.y;
    const selector = await new SelectKBest({ k: g.k, ...g.chi2 ? { scoreFunc: chi2 } : {} }).fit(X, y);
    assert.deepEqual(selector.getSupport(true).toArray(), g.support);
    const { warn } = await captured(async () => {
      const T = await selector.transform(X);
      if (g.transform) assertDigest(T, g.transform);
      else assert.deepEqual(T.shape, [X.length, 0]);
    });
    assert.equal(warn.length, g.k === 0 ? 1 : 0);
    assert.deepEqual(selector.getFeatureNamesOut(), g.support.map((j: number) => `x${j}`));
  });
}

for (const g of golden("ml_odd_data").best) {
  Deno.test(`SelectKBest picks as scikit-learn's on odd data: ${g.data}, k ${g.k}`, async () => {
    const { X, y, T } = await classes(g.data);
    const selector = new SelectKBest({ k: g.k });
    await captured(() => selector.fit(X, y));
    assertClose(selector.scores_.map((v: number) => Number.isNaN(v) ? -9 : v), g.scores, 1e-9, "scores");
    assert.deepEqual(selector.getSupport(true).toArray(), g.support);
    assertDigest(await selector.transform(T), g.transform);
  });
}

Deno.test("SelectKBest takes functions of one's own, and puts columns back", async () => {
  const scoreFunc = (X: Matrix): NDArray => X.max(0);
  const X = [[1, 9, 5], [2, 8, 4]];
  const selector = await new SelectKBest({ scoreFunc, k: 2 }).fit(X, [0, 1]);
  assert.equal(selector.pvalues_, null);
  assert.deepEqual((await selector.transform(X)).toArray(), [[9, 5], [8, 4]]);
  assert.deepEqual((await selector.inverseTransform([[9, 5]])).toArray(), [[0, 9, 5]]);
  assert.deepEqual(selector.getSupport().toArray(), [false, true, true]);
  await assert.rejects(selector.inverseTransform([[1]]), /X has 1 features, expected 2/);
  await assert.rejects(new SelectKBest({ scoreFunc: () => [1] }).fit(X, [0, 1]), /must give 3 scores/);
  await assert.rejects(new SelectKBest().fit(X), /y is needed/);
  await assert.rejects(new SelectKBest({ k: -1 }).fit(X, [0, 1]), /k must be "all", or a whole number at least 0/);
  await assert.rejects(new SelectKBest().transform(X), NotFittedError);
});

for (const g of values.VarianceThreshold) {
  Deno.test(`VarianceThreshold picks as scikit-learn's: ${g.data}, ${g.threshold}`, async () => {
    const X = g.data === "wine" ? wine.X : iris.X;
    let input = g.data === "two_samples" ? X.slice(0, 2) : X;
    if (g.data === "constant") input = stackColumns([X, X.col(0).map(() => 0.1).reshape(-1, 1)]) as Matrix;
    if (g.data === "missing") {
      input = X.copy();
      for (let i = 0; i < 150; i += 7) input.set(NaN, i, 1);
      input.set(NaN, 3, 0);
    }
    const selector = new VarianceThreshold({ threshold: g.threshold });
    if (g.variances === null) await assert.rejects(selector.fit(input), /no feature in X varies more/);
    else {
      await selector.fit(input);
      assertClose(selector.variances_, g.variances);
      assert.deepEqual(selector.getSupport(true).toArray(), g.support);
      assert.equal((await selector.transform(input)).shape[1], g.support.length);
    }
  });
}

Deno.test("selectors keep the names of a table's columns", async () => {
  const { Table } = await import("../../../ml/mod.ts");
  const X = new Table({ a: [1, 1, 1], b: [1, 2, 3] });
  const selector = await new VarianceThreshold().fit(X);
  assert.deepEqual(selector.getFeatureNamesOut(), ["b"]);
  assert.deepEqual((await selector.transform(X)).toArray(), [[1], [2], [3]]);
  assert.deepEqual(toNDArray(X).shape, [3, 2]);
});
