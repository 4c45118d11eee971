import assert from "node:assert/strict";
import {
  type Cell,
  InvalidInputError,
  InvalidParameterError,
  LabelBinarizer,
  LabelEncoder,
  loadDiabetes,
  loadIris,
  loadWine,
  MaxAbsScaler,
  NDArray,
  Normalizer,
  NotFittedError,
  OneHotEncoder,
  OrdinalEncoder,
  PolynomialFeatures,
  QuantileTransformer,
  RandomState,
  RobustScaler,
  Table,
  UnknownNameError,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";

const values = golden("ml_transformers");
type Matrix = NDArray<Float64Array>;

/** The data sets of ml_transformers.py. */
function data(name: string): Matrix {
  switch (name) {
    case "wine":
      return loadWine().X;
    case "missing": {
      const X = loadIris().X;
      for (let i = 0; i < 150; i += 7) X.set(NaN, i, 1);
      X.set(NaN, 3, 0);
      return X;
    }
    case "constant":
      return new NDArray(Float64Array.from({ length: 80 }, (_, i) => [0.1, i >> 2, 1e10, 0][i % 4]), [20, 4]);
    case "one_feature":
      return loadWine().X.col(0).reshape(-1, 1);
    case "two_samples":
      return loadWine().X.slice(0, 2);
    case "repeated":
      return loadIris().X.take(Array.from({ length: 90 }, (_, i) => Math.floor(i / 3)));
    case "signed":
      return new RandomState(0).standardNormal([60, 3]).map((v, i) => v * [1, 1e-3, 1e5][i % 3]);
    default:
      return loadDiabetes({ scaled: false }).X;
  }
}

const filled = (X: Matrix): Matrix => X.map((v) => v !== v ? -9 : v);

// deno-lint-ignore no-explicit-any -- all of one shape, and each with parameters of its own
const scalers: Record<string, any> = {
  MaxAbsScaler,
  RobustScaler,
  Normalizer,
  PolynomialFeatures,
  QuantileTransformer,
};

for (const [name, Scaler] of Object.entries(scalers)) {
  for (const g of values[name]) {
    Deno.test(`${name} transforms as scikit-learn's: ${g.data}, ${JSON.stringify(g.params)}`, async () => {
      const X = data(g.data);
      const scaler = new Scaler(camelCase(g.params));
      await captured(() => scaler.fit(X.slice(0, Math.max(2, X.length >> 1))));
      for (const key of Object.keys(g).filter((k) => k.endsWith("_"))) {
        const mine = scaler[key.replaceAll(/_([a-z])/g, (_, c: string) => c.toUpperCase())];
        if (g[key] === null) assert.equal(mine, null, key);
        else assertClose(mine, g[key], 1e-12, key);
      }
      const T = await scaler.transform(X);
      // The normal quantile of what is next to 0 or 1 makes more of rounding; so does its inverse.
      const tol = g.params.output_distribution === "normal" ? 1e-9 : 1e-12;
      assertDigest(filled(T), g.transform, tol, "transform");
      if (g.inverse) assertDigest(filled(await scaler.inverseTransform(T)), g.inverse, tol, "inverseTransform");
      if (name !== "PolynomialFeatures") assert.equal(scaler.getFeatureNamesOut()[0], "x0");
    });
  }
}

Deno.test("QuantileTransformer draws the samples that scikit-learn draws", async () => {
  const t = await new QuantileTransformer({ nQuantiles: 5, subsample: 9, randomState: 5 }).fit(loadWine().X);
  assertClose(t.quantiles_, values.quantile_subsample);
  const { warn } = await captured(() => new QuantileTransformer().fit([[1], [2]]));
  assert.match(warn[0], /nQuantiles \(1000\) is larger than the number of samples \(2\)/);
});

Deno.test("PolynomialFeatures names its columns and gives their powers", async () => {
  const t = await new PolynomialFeatures({ degree: 3 }).fit([[0, 0, 0]]);
  assert.deepEqual(t.getFeatureNamesOut(["a", "b", "c"]), values.polynomial_names.names);
  assert.deepEqual(t.powers_.toArray(), values.polynomial_names.powers);
});

const tables: Record<string, Cell[][]> = values.tables;
/** Missing numbers and missing text look alike in JSON. */
const plain = (rows: Cell[][]): Cell[][] => rows.map((row) => row.map((v) => v !== v ? null : v));
const rowsOf = (T: NDArray<never> | Table | unknown): Cell[][] => plain((T as Table).toArray());

for (const g of values.OneHotEncoder) {
  Deno.test(`OneHotEncoder encodes as scikit-learn's: ${g.data}, ${JSON.stringify(g.params)}`, async () => {
    const encoder = new OneHotEncoder(camelCase(g.params));
    const Z = await encoder.fitTransform(tables[g.data]);
    assertDigest(Z, g.transform);
    assert.deepEqual(plain(encoder.categories_), g.categories);
    assert.deepEqual(encoder.dropIdx_, g.drop_idx);
    // Python writes 1.5 and True where JavaScript writes 1.5 and true.
    assert.deepEqual(
      encoder.getFeatureNamesOut().map((n) => n.replace(/^(x\d+_)(.*)$/, (_, a, b) => a + spelt(b))),
      g.names.map((n: string) => n.replace(/^(x\d+_)(.*)$/, (_, a, b) => a + spelt(b))),
    );
    if (g.inverse !== null) assert.deepEqual(rowsOf(await encoder.inverseTransform(Z)).slice(0, 6), g.inverse);
    if (g.new) {
      const { warn } = await captured(async () => {
        const N = await encoder.transform(tables.new);
        assert.deepEqual(N.toArray(), g.new);
        assert.deepEqual(rowsOf(await encoder.inverseTransform(N)), g.new_inverse);
      });
      assert.equal(warn.length, 0);
    } else if (g.data === "mixed") {
      await assert.rejects(encoder.transform(tables.new), /column 0 holds \["pink"\], which fit did not see/);
    }
  });
}

function spelt(text: string): string {
  if (text === "True" || text === "False") return text.toLowerCase();
  return text !== "" && !Number.isNaN(Number(text)) ? String(Number(text)) : text;
}

for (const g of values.OrdinalEncoder) {
  Deno.test(`OrdinalEncoder encodes as scikit-learn's: ${g.data}, ${JSON.stringify(g.params)}`, async () => {
    const encoder = new OrdinalEncoder(camelCase(g.params));
    const Z = await encoder.fitTransform(tables[g.data]) as Matrix;
    assertClose(filled(Z).slice(0, 20), g.transform);
    if (g.inverse) assert.deepEqual(rowsOf(await encoder.inverseTransform(Z)).slice(0, 6), g.inverse);
    if (g.new) {
      const N = await encoder.transform(tables.new);
      assert.deepEqual(N.toArray(), g.new);
      assert.deepEqual(rowsOf(await encoder.inverseTransform(N)), g.new_inverse);
    }
  });
}

for (const g of values.LabelEncoder) {
  Deno.test(`LabelEncoder numbers classes as scikit-learn's: ${JSON.stringify(g.y)}`, async () => {
    const encoder = new LabelEncoder();
    assert.deepEqual((await encoder.fitTransform(g.y)).toArray(), g.codes);
    assert.deepEqual(encoder.classes_.toArray(), g.classes);
    assert.deepEqual((await encoder.inverseTransform(g.codes)).toArray(), g.y);
  });
}

for (const g of values.LabelBinarizer) {
  Deno.test(`LabelBinarizer is scikit-learn's: ${JSON.stringify(g.y)}, ${JSON.stringify(g.params)}`, async () => {
    const binarizer = new LabelBinarizer(camelCase(g.params));
    const Z = await binarizer.fitTransform(g.y);
    assert.deepEqual(Z.toArray(), g.transform);
    assert.deepEqual(binarizer.classes_.toArray(), g.classes);
    assert.equal(binarizer.yType_, g.type);
    assert.deepEqual((await binarizer.inverseTransform(Z)).toArray(), g.inverse);
    const scores = values.scores.map((row: number[]) => row.slice(0, Z.shape[1]));
    assert.deepEqual((await binarizer.inverseTransform(scores, 0.2)).toArray(), g.of_scores);
  });
}

Deno.test("LabelBinarizer takes tables of zeros and ones", async () => {
  const Y = [[1, 0, 1], [0, 0, 0]];
  const binarizer = new LabelBinarizer({ negLabel: -1 });
  const Z = await binarizer.fitTransform(Y);
  assert.deepEqual(Z.toArray(), values.indicator.transform);
  assert.equal(binarizer.yType_, values.indicator.type);
  assert.deepEqual((await binarizer.inverseTransform(Z)).toArray(), values.indicator.inverse);
  await assert.rejects(binarizer.transform([1, 0]), /y is a list|y is a table|y is/);
  await assert.rejects(binarizer.fit([[1, 2], [0, 1]]), /must hold zeros and ones, got 2/);
});

Deno.test("OneHotEncoder and OrdinalEncoder take tables with names", async () => {
  const X = new Table({ city: ["Oslo", "Rome", null], size: [1, 2, 2] });
  const encoder = await new OneHotEncoder().fit(X);
  assert.deepEqual(encoder.getFeatureNamesOut(), ["city_Oslo", "city_Rome", "city_nan", "size_1", "size_2"]);
  const back = await encoder.inverseTransform(await encoder.transform(X)) as Table;
  assert.deepEqual(back.names, ["city", "size"]);
  assert.deepEqual(back.toArray(), X.toArray());
  await assert.rejects(encoder.transform(X.select(["size", "city"])), /column 0 is called "size", but it was "city"/);
  const ordinal = await new OrdinalEncoder().fit(X);
  assert.deepEqual(ordinal.getFeatureNamesOut(), ["city", "size"]);
  const bytes = await new OrdinalEncoder({ dtype: "int8", encodedMissingValue: -1 }).fitTransform(X);
  assert.deepEqual(bytes.toArray(), [[0, 0], [1, 1], [-1, 1]]);
  assert.equal(bytes.dtype, "int8");
});

Deno.test("encoders take categories that are given, and say what is wrong with them", async () => {
  const encoder = await new OneHotEncoder({ categories: [["b", "a"], [1, 2, 3]] }).fit([["a", 1]]);
  assert.deepEqual((await encoder.transform([["b", 3]])).toArray(), [[1, 0, 0, 0, 1]]);
  const fit = (categories: Cell[][], X: Cell[][]): Promise<unknown> => new OrdinalEncoder({ categories }).fit(X);
  await assert.rejects(fit([["a"]], [["a", 1]]), /a list for each of the 2 columns, got 1/);
  await assert.rejects(fit([["a", "a"]], [["a"]]), /same category twice/);
  await assert.rejects(fit([[2, 1]], [[1]]), /numbers must go up/);
  await assert.rejects(fit([[NaN, 1]], [[1]]), /missing value must be the last/);
  await assert.rejects(fit([["a", 1]], [["a"]]), /mixes numbers, text/);
  await assert.rejects(fit([["a"]], [["z"]]), /column 0 holds \["z"\], which are none of its categories/);
  await assert.rejects(new OneHotEncoder({ drop: ["x"] }).fit([["a"]]), /drop\[0\], x, is not among/);
  await assert.rejects(new OneHotEncoder({ drop: ["x", "y"] }).fit([["a"]]), /for each of the 1 columns/);
  await assert.rejects(
    new OneHotEncoder({ drop: ["a"], minFrequency: 2 }).fit([["a"], ["b"], ["b"]]),
    /is infrequent and cannot be dropped/,
  );
  await assert.rejects(
    new OrdinalEncoder({ handleUnknown: "use_encoded_value" }).fit([["a"]]),
    /needs an unknownValue/,
  );
  await assert.rejects(
    new OrdinalEncoder({ handleUnknown: "use_encoded_value", unknownValue: 0 }).fit([["a"]]),
    /already the number of a category/,
  );
  await assert.rejects(
    new OrdinalEncoder({ encodedMissingValue: 0 }).fit([["a"], [null]]),
    /already the number of a category/,
  );
  await assert.rejects(new OneHotEncoder().fit([["a"], [1]]), /values of several kinds/);
  await assert.rejects(new OneHotEncoder().fit([[Infinity]]), /X contains infinity, first at \[0, 0\]/);
  await assert.rejects(new OneHotEncoder().fit([]), RangeError);
  await assert.rejects(new OneHotEncoder().fit([["a", "b"], ["c"]]), /X\[1\] has 1 elements/);
  await assert.rejects(new OneHotEncoder().transform([["a"]]), NotFittedError);
  const ordinal = await new OrdinalEncoder().fit([["a"], ["b"]]);
  await assert.rejects(ordinal.inverseTransform([[2]]), /2 at \[0, 0\] is the number of no category/);
  await assert.rejects(ordinal.inverseTransform([[0, 1]]), /X has 2 columns, expected 1/);
  const oneHot = await new OneHotEncoder().fit([["a"], ["b"]]);
  await assert.rejects(oneHot.inverseTransform([[0, 0]]), /row 0 has only zeros/);
});

Deno.test("OneHotEncoder makes names with a function, and warns where asked to", async () => {
  const encoder = await new OneHotEncoder({ featureNameCombiner: (f, c) => `${f}=${c}`, handleUnknown: "warn" })
    .fit([["a"], ["b"]]);
  assert.deepEqual(encoder.getFeatureNamesOut(["n"]), ["n=a", "n=b"]);
  const { warn } = await captured(() => encoder.transform([["z"]]));
  assert.match(warn[0], /columns \[0\] hold categories that fit did not see/);
});

Deno.test("transformers refuse what they do not take, by name", async () => {
  assert.throws(() => new RobustScaler({ copy: false } as object), /option copy of scikit-learn is left out here/);
  assert.throws(() => new OneHotEncoder({ sparseOutput: true } as object), UnknownNameError);
  assert.throws(() => new RobustScaler().setParams({ copy: false }), /parameter copy of scikit-learn is left out/);
  await assert.rejects(new RobustScaler({ quantileRange: [80, 20] }).fit([[1]]), InvalidParameterError);
  await assert.rejects(new Normalizer({ norm: "l3" as "l2" }).fit([[1]]), InvalidParameterError);
  await assert.rejects(new Normalizer().fit([[NaN]]), InvalidInputError);
  await assert.rejects(new PolynomialFeatures({ degree: -1 }).fit([[1]]), InvalidParameterError);
  await assert.rejects(new PolynomialFeatures({ degree: 40 }).fit([new Array(60).fill(1)]), /too many columns/);
  await assert.rejects(new QuantileTransformer({ nQuantiles: 20, subsample: 10 }).fit([[1]]), InvalidParameterError);
  await assert.rejects(new LabelBinarizer({ negLabel: 2 }).fit([1, 2]), InvalidParameterError);
  await assert.rejects(new LabelEncoder().transform([1]), NotFittedError);
  const labels = await new LabelEncoder().fit(["a"]);
  await assert.rejects(labels.transform(["b"]), /y\[0\], "b", is a label that fit did not see/);
  await assert.rejects(labels.inverseTransform([1]), /y\[0\], 1, is not one of 0 to 0/);
  await assert.rejects(new LabelBinarizer().fit([0.5, 1]), /fractions/);
});
