import assert from "node:assert/strict";
import {
  DecisionTreeClassifier,
  DecisionTreeRegressor,
  DummyClassifier,
  exportText,
  FeatureUnion,
  KNeighborsClassifier,
  LinearRegression,
  makeClassification,
  mutualInfoClassif,
  NDArray,
  PolynomialFeatures,
  Ridge,
  RobustScaler,
  SimpleImputer,
  StandardScaler,
  Table,
  VarianceThreshold,
} from "../../../ml/mod.ts";
import { assertClose, captured, golden } from "../golden.ts";

const values = golden("ml_odd_calls");

/** A table in which text stands for NaN. */
function table(rows: (number | string)[][]): NDArray<Float64Array> {
  const flat = rows.flat().map((v) => v === "nan" ? NaN : Number(v));
  return new NDArray(Float64Array.from(flat), [rows.length, rows[0].length]);
}

Deno.test("StandardScaler.fit() counts samples, whatever they weigh, where it learns nothing", async () => {
  const scaler = new StandardScaler({ withMean: false, withStd: false });
  await scaler.fit([[1, 2], [3, NaN], [5, 6]], undefined, [0.5, 2, 0]);
  assertClose(scaler.nSamplesSeen_, values.counted, 0);
});

Deno.test("VarianceThreshold.fit() looks for constants where nothing is missing, as scikit-learn's", async () => {
  const { X, variances } = values.variances;
  await captured(async () => {
    assertClose((await new VarianceThreshold().fit(table(X))).variances_, variances, 1e-12);
  });
});

Deno.test("SimpleImputer fills columns without a value with text", async () => {
  const imputer = new SimpleImputer({
    missingValues: null,
    strategy: "constant",
    fillValue: "zz",
    keepEmptyFeatures: true,
  });
  const filled = await imputer.fitTransform([["b", null], ["a", null], [null, null]]);
  assert.deepEqual(filled.toArray(), values.filled);
  assert.deepEqual((await imputer.transform([[null, "q"]])).toArray(), [["zz", "q"]]);
});

Deno.test("mutualInfoClassif() of fewer samples than neighbours is scikit-learn's", () => {
  assertClose(mutualInfoClassif([[2, 0], [1, 1], [0, 1]], [2, 7, 2], { randomState: 0 }), values.few_neighbors);
});

Deno.test("exportText() rounds as Python does, and refuses classes of several targets", async () => {
  const { X, y, texts } = values.text;
  const tree = await new DecisionTreeRegressor({ randomState: 0 }).fit(X, y);
  for (const [decimals, text] of texts.entries()) assert.equal(exportText(tree, { decimals }), text);
  const several = await new DecisionTreeClassifier().fit([[0], [1]], [[0, 1], [1, 1]] as never);
  assert.throws(() => exportText(several), /several targets/);
});

Deno.test("makeClassification() leaves out what weights above 1 ask for too much, as scikit-learn's", () => {
  const { X, y } = makeClassification({
    nSamples: 10,
    nFeatures: 4,
    nClustersPerClass: 1,
    weights: [0.5, 0.8],
    shift: null,
    randomState: 3,
  });
  assertClose(X, values.heavy.X);
  assert.deepEqual(y.toArray(), values.heavy.y);
});

Deno.test("LinearRegression and Ridge give nothing to a constant feature, whatever its value", async () => {
  for (const value of [0.1, 1 / 3, 1e10, -123.456]) {
    for (const n of [3, 7, 40]) {
      const y = Array.from({ length: n }, (_, i) => Math.sin(i));
      const ones = y.map(() => [value]);
      const alone = await new LinearRegression().fit(ones, y);
      assert.deepEqual([alone.coef_.toArray(), alone.rank_], [[0], 0], `${value}, ${n}`);
      const beside = await new LinearRegression().fit(y.map((_, i) => [value, i % 3]), y, y.map((_, i) => 1 + i % 2));
      assert.equal(beside.coef_.get(0), 0);
      assert.equal((await new Ridge({ alpha: 1e-10 }).fit(ones, y)).coef_.get(0), 0);
    }
  }
});

Deno.test("FeatureUnion.getFeatureNamesOut() names what passes, also where nothing else is there", async () => {
  const union = new FeatureUnion([["a", "passthrough"], ["b", "drop"]]);
  await union.fit([[1, 2, 3], [4, 5, 6]]);
  assert.equal(union.nFeaturesIn_, 3);
  assert.deepEqual(union.getFeatureNamesOut(), ["a__x0", "a__x1", "a__x2"]);
  await union.fit(new Table({ age: [1, 2], height: [3, 4] }));
  assert.deepEqual(union.getFeatureNamesOut(), ["a__age", "a__height"]);
  assert.deepEqual(union.getFeatureNamesOut(["p", "q"]), ["a__p", "a__q"]);
});

Deno.test("setParams() after fit() holds at once, or at the next fit, as in scikit-learn", async () => {
  const { X, y, ...g } = values.later;
  for (
    const [name, Scaler, param] of [
      ["StandardScaler_mean", StandardScaler, "withMean"],
      ["StandardScaler_std", StandardScaler, "withStd"],
      ["RobustScaler_centering", RobustScaler, "withCentering"],
      ["RobustScaler_scaling", RobustScaler, "withScaling"],
    ] as const
  ) {
    const scaler = (await new Scaler().fit(X)).setParams({ [param]: false });
    assertClose(await scaler.transform(X), g[name][0], 1e-12, name);
    assertClose(await scaler.inverseTransform(X), g[name][1], 1e-12, name);
  }
  const products = (await new PolynomialFeatures().fit(X)).setParams({ degree: 1 });
  assertClose(await products.transform(X), g.PolynomialFeatures[0]);
  assert.deepEqual(products.getFeatureNamesOut(), g.PolynomialFeatures[1]);
  assert.equal((await products.fit(X)).nOutputFeatures_, 3);
  const dummy = (await new DummyClassifier().fit(X, y)).setParams({ strategy: "uniform" });
  assertClose(await dummy.predictProba(X), g.DummyClassifier);
});

Deno.test("classes that are booleans have weights by their names, and are shown by them", async () => {
  const X = [[0], [0], [1]], y = [true, false, false];
  for (const classWeight of [{ true: 3, false: 1 }, new Map([[true, 3], [false, 1]])]) {
    const tree = await new DecisionTreeClassifier({ classWeight }).fit(X, y);
    assertClose(await tree.predictProba([[0]]), [[0.25, 0.75]]);
    assert.equal(
      exportText(tree),
      "|--- feature_0 <= 0.50\n|   |--- class: true\n|--- feature_0 >  0.50\n|   |--- class: false\n",
    );
  }
  await assert.rejects(new DecisionTreeClassifier({ classWeight: { yes: 2 } }).fit(X, y), /names yes/);
});

Deno.test("KNeighborsClassifier names the metric as it was given; of minkowski what it comes to", async () => {
  const names = [];
  for (const options of [{ metric: "l2" }, { metric: "cityblock" }, { p: 1 }, {}, { p: 3 }] as const) {
    const model = await new KNeighborsClassifier({ nNeighbors: 1, ...options }).fit([[0], [1]], [0, 1]);
    names.push(model.effectiveMetric_);
  }
  assert.deepEqual(names, values.metric_names);
});
