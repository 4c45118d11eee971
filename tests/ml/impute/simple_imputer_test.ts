import assert from "node:assert/strict";
import { type Cell, loadIris, type NDArray, NotFittedError, SimpleImputer, Table, toNDArray } from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";

const values = golden("ml_composition");
type Matrix = NDArray<Float64Array>;

function missing(): Matrix {
  const X = loadIris().X;
  for (let i = 0; i < 150; i += 7) X.set(NaN, i, 1);
  X.set(NaN, 3, 0);
  return X;
}

/** The data sets of ml_composition.py. */
function data(name: string): Matrix {
  const X = missing();
  if (name === "missing") return X;
  if (name === "empty_column") return X.slice(0, 10).map((v, at) => at % 4 === 2 ? NaN : v);
  if (name === "one_feature") return X.col(1).reshape(-1, 1);
  if (name === "two_samples") return X.slice(0, 2);
  return toNDArray([[1, 2, 7], [2, 1, NaN], [NaN, 2, 7], [2, 1, 5], [1, NaN, 5]]) as Matrix;
}

const filled = (X: NDArray): Matrix => X.map((v) => v !== v ? -9 : Number(v));

for (const g of values.SimpleImputer) {
  Deno.test(`SimpleImputer fills in as scikit-learn's: ${g.data}, ${JSON.stringify(g.params)}`, async () => {
    const imputer = new SimpleImputer(camelCase(g.params));
    const { warn } = await captured(async () => {
      const T = await imputer.fitTransform(data(g.data)) as Matrix;
      assertDigest(T, g.transform);
      assertClose(filled(imputer.statistics_ as Matrix), g.statistics);
      assert.deepEqual(imputer.getFeatureNamesOut(), g.names);
      if (g.inverse) assertDigest(filled(await imputer.inverseTransform(T) as Matrix), g.inverse);
    });
    const gone = g.names[2] !== "x2" && g.data === "empty_column" && g.params.strategy !== "constant";
    assert.equal(warn.length > 0, gone);
  });
}

const words: Cell[][] = [["b", "x"], ["a", null], [null, "x"], ["a", "y"], ["b", "y"]];

Deno.test("SimpleImputer fills in text", async () => {
  const settings = [{ strategy: "most_frequent" }, { strategy: "constant" }, { strategy: "constant", fillValue: "?" }];
  for (const [k, options] of settings.entries()) {
    const T = await new SimpleImputer(options as { strategy: "constant" }).fitTransform(words);
    assert.deepEqual(T.toArray(), values.imputed_words[k]);
    assert.equal(T.dtype, "string");
  }
});

Deno.test("SimpleImputer takes other marks of what is missing, and strategies of one's own", async () => {
  const zeros = await new SimpleImputer({ missingValues: 0 }).fitTransform([[0, 5], [3, 0], [4, 7]]);
  assert.deepEqual(zeros.toArray(), values.imputed_zeros);
  const named = await new SimpleImputer({ missingValues: "?", strategy: "most_frequent" }).fitTransform([["?"], ["a"]]);
  assert.deepEqual(named.toArray(), [["a"], ["a"]]);
  const own = new SimpleImputer({ strategy: (column) => Math.max(...column) });
  assert.deepEqual((await own.fitTransform([[1], [NaN], [7]])).toArray(), [[1], [7], [7]]);
});

Deno.test("SimpleImputer gives a table where columns are of several kinds", async () => {
  const X = new Table({ age: [1, NaN, 3], city: ["a", "a", null] });
  const imputer = new SimpleImputer({ strategy: "most_frequent", addIndicator: true });
  const T = await imputer.fitTransform(X) as unknown as Table;
  assert.ok(T instanceof Table);
  assert.deepEqual(T.names, ["age", "city", "missingindicator_age", "missingindicator_city"]);
  assert.deepEqual(T.toArray(), [[1, "a", 0, 0], [1, "a", 1, 0], [3, "a", 0, 1]]);
  const back = await imputer.inverseTransform(T) as unknown as Table;
  assert.deepEqual(back.toArray(), [[1, "a"], [NaN, "a"], [3, NaN]]);
});

Deno.test("SimpleImputer says what is wrong", async () => {
  await assert.rejects(
    new SimpleImputer().fit([["a"], [null]]),
    /strategy mean needs numbers, but column 0 \(x0\) holds/,
  );
  await assert.rejects(new SimpleImputer({ missingValues: 0 }).fit([[NaN]]), /X contains NaN, first at \[0, 0\]/);
  await assert.rejects(new SimpleImputer().fit([[Infinity]]), /X contains infinity, first at \[0, 0\]/);
  await assert.rejects(new SimpleImputer().fit([]), RangeError);
  await assert.rejects(new SimpleImputer().transform([[1]]), NotFittedError);
  await assert.rejects(
    new SimpleImputer({ strategy: "constant", fillValue: "x" }).fit([[1]]),
    /fillValue "x" does not fit column 0/,
  );
  const imputer = await new SimpleImputer().fit([[1, 2]]);
  await assert.rejects(imputer.transform([[1]]), /X has 1 features, but it was fitted with 2/);
  await assert.rejects(imputer.inverseTransform([[1, 2]]), /needs addIndicator/);
  assert.throws(() => new SimpleImputer({ copy: true } as object), /left out here/);
});
