import assert from "node:assert/strict";
import {
  clone,
  ColumnTransformer,
  FeatureUnion,
  GridSearchCV,
  loadIris,
  makeColumnSelector,
  makeColumnTransformer,
  makePipeline,
  makeUnion,
  MinMaxScaler,
  type NDArray,
  NotFittedError,
  OneHotEncoder,
  parallelBackend,
  Pipeline,
  PolynomialFeatures,
  SimpleImputer,
  StandardScaler,
  SVC,
  Table,
} from "../../../mod.ts";
import { assertClose, assertDigest, captured, golden } from "../golden.ts";

const values = golden("ml_composition");
const iris = loadIris();
/** Names of parameters, as scikit-learn has them, without what is left out here. */
const camel = (names: string[]): string[] =>
  names.filter((n) => !/(^|__)(copy|sparse_threshold|force_int_remainder_cols|order)$/.test(n))
    .map((n) => n.replaceAll(/(?<!_)_([a-z])/g, (_, c: string) => c.toUpperCase())).sort();

const makeUnionOfThree = (): FeatureUnion =>
  new FeatureUnion([
    ["scaled", new MinMaxScaler()],
    ["products", new PolynomialFeatures({ includeBias: false })],
    ["plain", "passthrough"],
    ["gone", "drop"],
  ], { transformerWeights: { scaled: 10 } });

Deno.test("FeatureUnion stacks as scikit-learn's", async () => {
  const union = makeUnionOfThree();
  const T = await union.fitTransform(iris.X) as NDArray<Float64Array>;
  assertDigest(T, values.union.transform);
  assert.ok(T.equals(await union.transform(iris.X)));
  assert.deepEqual(union.getFeatureNamesOut(), values.union.names);
  assert.deepEqual(Object.keys(union.getParams()).sort(), camel(values.union.params));
  assert.equal(union.nFeaturesIn_, 4);
});

Deno.test("FeatureUnion.setParams() reaches into its parts, and exchanges them", async () => {
  const union = makeUnionOfThree().setParams({ products__degree: 3, plain: "drop" });
  assert.equal((await union.fitTransform(iris.X)).shape[1], 4 + 34);
  union.setParams({ products: new StandardScaler(), products__withMean: false });
  assert.equal((union.namedTransformers.products as StandardScaler).withMean, false);
  assert.throws(() => union.setParams({ product__degree: 1 }), /no parameter "product__degree"/);
  const twin = clone(union);
  assert.notEqual(twin.transformerList[0][1], union.transformerList[0][1]);
  await assert.rejects(twin.transform(iris.X), NotFittedError);
});

Deno.test("FeatureUnion says what is wrong with its parts", async () => {
  const fit = (...list: [string, object][]): Promise<unknown> => new FeatureUnion(list).fit(iris.X);
  await assert.rejects(fit(["a", new SVC()]), /a must have fit\(\) and transform\(\)/);
  await assert.rejects(fit(["a", new MinMaxScaler()], ["a", new MinMaxScaler()]), /the name a stands there twice/);
  await assert.rejects(fit(["nJobs", new MinMaxScaler()]), /is a parameter of FeatureUnion itself/);
  await assert.rejects(
    new FeatureUnion([["a", new MinMaxScaler()]], { transformerWeights: { b: 2 } }).fit(iris.X),
    /no transformer "b"; did you mean "a"|no transformer "b"/,
  );
  await assert.rejects(
    new FeatureUnion([["a", "drop"]]).fit(iris.X).then((u) => u.transform(iris.X)).then((T) => {
      assert.deepEqual(T.shape, [150, 0]);
      throw new Error("empty");
    }),
    /empty/,
  );
  const { log } = await captured(() => makeUnion(new MinMaxScaler()).setParams({ verbose: true }).fit(iris.X));
  assert.match(log[0], /^\[FeatureUnion\] \.+ \(step 1 of 1\) Processing minmaxscaler, total= +\d+\.\ds$/);
});

const frame = new Table({
  age: [30, 41, NaN, 22, 35, 58],
  city: ["Oslo", "Rome", "Oslo", "Bern", "Rome", "Oslo"],
  wage: [3, 4, 5, 1, 2, 9],
  member: [true, false, true, true, false, true],
  id: [1, 2, 3, 4, 5, 6],
});

const transformers: Record<string, () => ColumnTransformer> = {
  named: () =>
    new ColumnTransformer([
      ["numbers", makePipeline(new SimpleImputer(), new StandardScaler()), ["age", "wage"]],
      ["words", new OneHotEncoder({ handleUnknown: "ignore" }), ["city"]],
    ]),
  passthrough: () =>
    new ColumnTransformer([
      ["words", new OneHotEncoder({ drop: "first" }), [1, 3]],
      ["kept", "passthrough", { start: "wage", stop: "wage" }],
      ["gone", "drop", ["age"]],
    ], { remainder: new MinMaxScaler(), transformerWeights: { kept: 0.5 } }),
  rest: () =>
    new ColumnTransformer([
      ["words", new OneHotEncoder(), [false, true, false, false, false]],
      ["none", new StandardScaler(), []],
      ["member", "drop", [-2]],
      ["age", new SimpleImputer({ strategy: "median" }), () => ["age"]],
    ], { remainder: "passthrough", verboseFeatureNamesOut: false }),
};

for (const [name, make] of Object.entries(transformers)) {
  Deno.test(`ColumnTransformer transforms a table as scikit-learn's: ${name}`, async () => {
    const g = values.columns[name];
    const transformer = make();
    const T = await transformer.fitTransform(frame) as NDArray<Float64Array>;
    assertClose(T, g.transform);
    assert.deepEqual(
      transformer.getFeatureNamesOut().map((n) => n.replace("true", "True").replace("false", "False")),
      g.names,
    );
    const indices = Object.fromEntries(
      Object.entries(transformer.outputIndices_).map(([k, { start, stop }]) => [k, [start, stop]]),
    );
    assert.deepEqual({ remainder: [0, 0], ...indices }, g.indices);
    assert.ok(T.equals(await transformer.transform(frame)));
    // Names find their columns wherever they stand, and others do not matter.
    const other = new Table([...[...frame.names].reverse().map((n) => [n, frame.column(n)] as const), [
      "x",
      frame.column(0),
    ]]);
    assert.ok(T.equals(await transformer.transform(other)));
  });
}

Deno.test("ColumnTransformer transforms arrays as scikit-learn's", async () => {
  const g = values.array_columns;
  const t = makeColumnTransformer([[new StandardScaler(), { stop: 2 }], [new MinMaxScaler(), [3]]], {
    remainder: "passthrough",
  });
  assertDigest(await t.fitTransform(iris.X) as NDArray<Float64Array>, g.transform);
  assert.deepEqual(t.getFeatureNamesOut(), g.names);
  assert.deepEqual(Object.keys(t.getParams()).sort(), camel(g.params));
  await assert.rejects(t.transform([[1, 2]]), /X has 2 features, but it was fitted with 4/);
});

Deno.test("ColumnTransformer takes rows of text and numbers, and leaves what it was given as it was", async () => {
  const scaler = new StandardScaler();
  const t = new ColumnTransformer([["n", scaler, [1]], ["w", new OneHotEncoder(), [0]]]);
  assert.deepEqual((await t.fitTransform([["a", 1], ["b", 3]])).toArray(), [[-1, 1, 0], [1, 0, 1]]);
  assert.equal(scaler.mean_, undefined);
  assert.deepEqual((t.namedTransformers_.n as StandardScaler).mean_?.toArray(), [2]);
  const mixed = await new ColumnTransformer([["keep", "passthrough", [0, 1]]]).fitTransform([["a", 1], ["b", 3]]);
  assert.ok((mixed as unknown) instanceof Table);
});

Deno.test("ColumnTransformer.setParams() reaches into its parts and the remainder", async () => {
  const t = transformers.passthrough();
  t.setParams({ words__drop: null, remainder__clip: true, kept: "drop" });
  assert.equal((t.remainder as MinMaxScaler).clip, true);
  assert.equal(t.transformers[1][1], "drop");
  assert.deepEqual(t.transformers[1][2], { start: "wage", stop: "wage" });
  assert.equal((await t.fitTransform(frame)).shape[1], 6);
  assert.equal(String(clone(t)), String(t));
  const pipeline = new Pipeline([["columns", t], ["scale", new MinMaxScaler()]]);
  pipeline.setParams({ columns__words__handleUnknown: "ignore" });
  assert.deepEqual((await pipeline.fit(frame)).getFeatureNamesOut(), t.getFeatureNamesOut());
});

Deno.test("ColumnTransformer says what is wrong", async () => {
  const fit = (columns: never, X: unknown = frame): Promise<unknown> =>
    new ColumnTransformer([["a", new MinMaxScaler(), columns]]).fit(X as Table);
  await assert.rejects(fit(["agee"] as never), /no column "agee"; did you mean "age"/);
  await assert.rejects(fit([9] as never), /no column 9; X has 5/);
  await assert.rejects(fit([true, false] as never), /a mask of 2 columns, but X has 5/);
  await assert.rejects(fit(["age"] as never, iris.X), /only where X is a Table/);
  await assert.rejects(fit([0, "age"] as never), /all numbers, all names, or a mask/);
  await assert.rejects(fit(null as never), /numbers, names, a mask, a range or a function/);
  await assert.rejects(fit(["city"] as never), /could not convert text to number: "Oslo"/);
  await assert.rejects(transformers.named().transform(frame), NotFittedError);
  const t = await transformers.named().fit(frame);
  await assert.rejects(t.transform(frame.drop(["city"])), /columns are missing: city/);
  assert.throws(
    () => new ColumnTransformer([], { sparseThreshold: 0.3 } as object),
    /left out here: there are no sparse/,
  );
  const twice = new ColumnTransformer([["a", "passthrough", [0]], ["b", "passthrough", [0]]], {
    verboseFeatureNamesOut: false,
  });
  await twice.fit(iris.X);
  assert.throws(() => twice.getFeatureNamesOut(), /x0 stands there twice/);
  twice.setParams({ verboseFeatureNamesOut: "{feature_name}/{transformer_name}" });
  assert.deepEqual(twice.getFeatureNamesOut(), ["x0/a", "x0/b"]);
});

Deno.test("makeColumnSelector() picks by kind and name", () => {
  assert.deepEqual(makeColumnSelector({ dtypeInclude: "number" })(frame), ["age", "wage", "id"]);
  assert.deepEqual(makeColumnSelector({ dtypeExclude: ["number", "boolean"] })(frame), ["city"]);
  assert.deepEqual(makeColumnSelector({ pattern: /e$/ })(frame), ["age", "wage"]);
});

Deno.test("Pipeline slices, predicts as it fits, names its columns, and weighs steps of pipelines within", async () => {
  const inner = makePipeline(new StandardScaler(), new SVC());
  const outer = new Pipeline([["poly", new PolynomialFeatures()], ["inner", inner]]);
  const w = iris.y.map((c) => c + 1);
  await outer.fit(iris.X, iris.y, { inner__svc__sampleWeight: w });
  const P = await new PolynomialFeatures().fitTransform(iris.X);
  const S = await new StandardScaler().fitTransform(P);
  const svc = await new SVC().fit(S, iris.y, w);
  assert.ok((await outer.decisionFunction(iris.X)).equals(await svc.decisionFunction(S)));
  assert.equal(outer.slice(0, 1).length, 1);
  assert.ok((await outer.slice(0, -1).transform(iris.X)).equals(P));
  assert.ok((await outer.fitPredict(iris.X, iris.y)).equals(await outer.predict(iris.X)));
  assert.throws(() => outer.getFeatureNamesOut(), /has no getFeatureNamesOut/);
  assert.deepEqual(
    makePipeline(new PolynomialFeatures(), "passthrough", new StandardScaler()).length,
    3,
  );
  const names = (await makePipeline(new PolynomialFeatures(), new StandardScaler()).fit([[1, 2], [2, 4]]))
    .getFeatureNamesOut(["a", "b"]);
  assert.deepEqual(names, ["1", "a", "b", "a^2", "a b", "b^2"]);
  assert.throws(() => makePipeline(new SVC()).setParams({ memory: "/tmp" }), /memory of scikit-learn is left out/);
});

Deno.test("FeatureUnion, ColumnTransformer and searches over pipelines give the same on threads", async () => {
  const columns = transformers.named;
  const alone = await columns().fitTransform(frame);
  const union = await makeUnionOfThree().fitTransform(iris.X);
  const search = (): GridSearchCV =>
    new GridSearchCV(makePipeline(new PolynomialFeatures(), new StandardScaler(), new SVC()), {
      polynomialfeatures__degree: [1, 2],
      svc__C: [0.1, 1],
    }, { cv: 3 });
  const best = await search().fit(iris.X, iris.y);
  await parallelBackend("threads", { nJobs: 2 }, async () => {
    const there = columns().setParams({ nJobs: 2 });
    assert.ok((await there.fitTransform(frame)).equals(alone));
    assert.ok((await there.transform(frame)).equals(alone));
    const both = makeUnionOfThree().setParams({ nJobs: 2 });
    assert.ok((await both.fitTransform(iris.X)).equals(union));
    assert.equal(both.nFeaturesIn_, 4);
    assert.ok((await both.transform(iris.X)).equals(union));
    const other = await search().fit(iris.X, iris.y);
    assertClose(other.cvResults_.meanTestScore, best.cvResults_.meanTestScore, 0);
    assert.deepEqual(other.bestParams_, best.bestParams_);
  });
});
