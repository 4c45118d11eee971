import assert from "node:assert/strict";
import {
  ColumnTransformer,
  FeatureUnion,
  FunctionTransformer,
  GaussianNB,
  MaxAbsScaler,
  MinMaxScaler,
  type NDArray,
  Normalizer,
  Pipeline,
  PolynomialFeatures,
  Ridge,
  StandardScaler,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, captured, golden } from "../golden.ts";
import { classes, type Table } from "../linear_model/data.ts";

const values = golden("ml_odd_data");

const unions: Record<string, () => FeatureUnion> = {
  products: () =>
    new FeatureUnion([["scaled", new MinMaxScaler()], ["products", new PolynomialFeatures({ includeBias: false })]], {
      transformerWeights: { scaled: 10 },
    }),
  beside: () =>
    new FeatureUnion([["centred", new StandardScaler({ withStd: false })], ["plain", "passthrough"]], {
      transformerWeights: { plain: -0.5 },
    }),
  without: () =>
    new FeatureUnion([["length", new Normalizer()], ["gone", "drop"], ["largest", new MaxAbsScaler()]], {
      verboseFeatureNamesOut: false,
    }),
};

for (const g of values.unions) {
  Deno.test(`FeatureUnion stacks as scikit-learn's on odd data: ${g.data}, ${g.key}`, async () => {
    const { X, T } = await classes(g.data);
    const union = await unions[g.key]().fit(X);
    assertDigest(await union.transform(T) as NDArray, g.transform, 1e-12);
    if (g.names) assert.deepEqual(union.getFeatureNamesOut(), g.names);
  });
}

const columns: Record<string, (m: number) => ColumnTransformer> = {
  first: () => new ColumnTransformer([["scaled", new StandardScaler(), [0]]], { remainder: "passthrough" }),
  last: () =>
    new ColumnTransformer([["scaled", new MinMaxScaler(), [-1]], ["gone", "drop", [0]]], {
      remainder: new StandardScaler(),
    }),
  weighted: (m) =>
    new ColumnTransformer([["products", new PolynomialFeatures({ degree: 2 }), [0, 1].slice(0, m)]], {
      transformerWeights: { products: 0.1 },
      verboseFeatureNamesOut: false,
    }),
};

for (const g of values.columns) {
  Deno.test(`ColumnTransformer puts together as scikit-learn's on odd data: ${g.data}, ${g.key}`, async () => {
    const { X, T } = await classes(g.data);
    const transformer = columns[g.key](X.shape[1]);
    await transformer.fitTransform(X);
    assertDigest(await transformer.transform(T) as NDArray, g.transform, 1e-12);
    assert.deepEqual(transformer.getFeatureNamesOut(), g.names);
    const places = Object.entries(transformer.outputIndices_).map(([name, { start, stop }]) => [name, [start, stop]]);
    assert.deepEqual(Object.fromEntries(places), g.indices);
  });
}

const pipelines: Record<string, () => Pipeline> = {
  classes: () => new Pipeline([["scale", new StandardScaler()], ["nb", new GaussianNB()]]),
  products: () =>
    new Pipeline([["products", new PolynomialFeatures({ degree: 2 })], ["scale", new StandardScaler()], [
      "ridge",
      new Ridge({ alpha: 0.5 }),
    ]]),
  passed: () =>
    new Pipeline([["nothing", "passthrough"], ["scale", new MinMaxScaler()], [
      "nb",
      new GaussianNB({ varSmoothing: 0.1 }),
    ]]),
};

for (const g of values.pipelines) {
  Deno.test(`Pipeline learns what scikit-learn's learns on odd data: ${g.data}, ${g.key}`, async () => {
    const { X, y, T } = await classes(g.data);
    const pipeline = await pipelines[g.key]().fit(X, y);
    const result = g.key === "products" ? await pipeline.predict(T) : await pipeline.predictProba(T);
    assertDigest(result as NDArray, g.result, 1e-9);
    assertClose(await pipeline.score(X, y), g.score, 1e-9);
  });
}

const more = (by: number) => (X: Table, { more }: { more: number }): Table => X.map((v) => v + by * more);
const functions: Record<string, () => FunctionTransformer> = {
  nothing: () => new FunctionTransformer(),
  cube: () =>
    new FunctionTransformer({
      func: (X: Table) => X.map((v) => v ** 3),
      inverseFunc: (X: Table) => X.map(Math.cbrt),
      checkInverse: false,
    }),
  plus: () =>
    new FunctionTransformer({
      func: more(1),
      inverseFunc: more(-1),
      kwArgs: { more: 2 },
      invKwArgs: { more: 3 },
      checkInverse: false,
      featureNamesOut: "one-to-one",
    }),
};

for (const g of values.functions) {
  Deno.test(`FunctionTransformer does as scikit-learn's on odd data: ${g.data}, ${g.key}`, async () => {
    const { X, T } = await classes(g.data);
    const transformer = functions[g.key]();
    await captured(() => transformer.fit(X));
    const Z = await transformer.transform(T) as NDArray;
    assertDigest(Z, g.transform, 1e-12);
    assertDigest(await transformer.inverseTransform(Z) as NDArray, g.inverse, 1e-12);
  });
}
