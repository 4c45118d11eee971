import assert from "node:assert/strict";
import {
  clone,
  GridSearchCV,
  isClassifier,
  loadWine,
  makePipeline,
  MinMaxScaler,
  NotFittedError,
  Pipeline,
  PipelineError,
  StandardScaler,
  SVC,
  UnknownNameError,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";

const values = golden("ml_preprocessing");
const { X, y } = loadWine();
const make = (): Pipeline => new Pipeline([["scale", new StandardScaler()], ["svc", new SVC()]]);

Deno.test("Pipeline fits, decides and scores as scikit-learn's", async () => {
  const pipeline = await make().fit(X, y);
  assert.equal(await pipeline.score(X, y), values.pipeline.score);
  assertDigest(await pipeline.decisionFunction(X), values.pipeline.decision, 1e-6);
  assert.ok((await pipeline.predict(X)).equals(
    await (pipeline.get("svc") as SVC).predict(
      await (pipeline.get(0) as StandardScaler).transform(X),
    ),
  ));
  assert.deepEqual(pipeline.classes_.toArray(), [0, 1, 2]);
  assert.equal(pipeline.nFeaturesIn_, 13);
  assert.ok(isClassifier(pipeline));
});

Deno.test("Pipeline.getParams() and setParams() reach into steps", () => {
  const pipeline = make();
  const expected = values.pipeline.params.filter((p: string) => !/(^memory|^transform_input|copy)$/.test(p));
  const names = Object.keys(camelCase(Object.fromEntries(expected.map((p: string) => [p, 0]))));
  assert.deepEqual(Object.keys(pipeline.getParams()).sort(), names.sort());
  pipeline.setParams({ svc__C: 7, scale: "passthrough" });
  assert.equal((pipeline.get("svc") as SVC).C, 7);
  assert.equal(pipeline.get("scale"), "passthrough");
  pipeline.setParams({ scale: new MinMaxScaler(), scale__clip: true });
  assert.equal((pipeline.get(0) as MinMaxScaler).clip, true);
  assert.throws(() => pipeline.setParams({ svm__C: 1 }), /no parameter "svm__C"; did you mean "svc__C"/);
  assert.throws(() => pipeline.get("svm"), UnknownNameError);
});

Deno.test("clone() of a Pipeline clones its steps", async () => {
  const pipeline = await make().fit(X, y);
  const twin = clone(pipeline);
  assert.notEqual(twin.get("svc"), pipeline.get("svc"));
  await assert.rejects(twin.predict(X), NotFittedError);
  assert.equal(String(twin), String(pipeline));
});

Deno.test("GridSearchCV goes over steps and their parameters as scikit-learn's", async () => {
  const grid = [
    { svc__C: [0.1, 1, 10], scale: ["passthrough", new StandardScaler(), new MinMaxScaler()] },
    { svc__kernel: ["linear"], scale__withStd: [true, false] },
  ];
  const search = await new GridSearchCV(make(), grid, { cv: 3 }).fit(X, y);
  assertClose(search.cvResults_.meanTestScore, values.search.mean);
  assert.equal(search.bestIndex_, values.search.best_index);
  assert.ok("param_svc__C" in search.cvResults_ && "param_scale__withStd" in search.cvResults_);
});

Deno.test("Pipeline hands weights to the steps they are for", async () => {
  const w = y.map((c) => c === 0 ? 5 : 1);
  const byName = await make().fit(X, y, { svc__sampleWeight: w });
  const plain = await make().fit(X, y, w);
  const scaled = await new StandardScaler().fitTransform(X);
  const svc = await new SVC().fit(scaled, y, w);
  for (const pipeline of [byName, plain]) {
    assert.ok((await pipeline.decisionFunction(X)).equals(await svc.decisionFunction(scaled)));
  }
  await assert.rejects(make().fit(X, y, { svm__sampleWeight: w }), /did you mean "svc__sampleWeight"/);
});

Deno.test("Pipeline of transformers transforms and takes it back", async () => {
  const pipeline = makePipeline(new StandardScaler(), "passthrough", new MinMaxScaler());
  const T = await pipeline.fitTransform(X);
  assert.ok(T.equals(await pipeline.transform(X)));
  assertClose(await pipeline.inverseTransform(T), X, 1e-12);
  assertClose(T, await new MinMaxScaler().fitTransform(X), 1e-12);
  const open = await makePipeline(new StandardScaler(), null).fit(X);
  assert.ok((await open.transform(X)).equals(await new StandardScaler().fitTransform(X)));
});

Deno.test("makePipeline() names steps after classes", () => {
  const names = (p: Pipeline): string[] => p.steps.map(([name]) => name);
  assert.deepEqual(names(makePipeline(new StandardScaler(), new SVC())), ["standardscaler", "svc"]);
  assert.deepEqual(names(makePipeline(new SVC(), "passthrough", new SVC())), ["svc-1", "passthrough", "svc-2"]);
});

Deno.test("Pipeline says how long steps took when asked to", async () => {
  const { log } = await captured(() => make().setParams({ verbose: true }).fit(X, y));
  assert.equal(log.length, 2);
  assert.match(log[0], /^\[Pipeline\] \.+ \(step 1 of 2\) Processing scale, total= +\d+\.\ds$/);
});

Deno.test("Pipeline that was not fitted says so of itself", async () => {
  await assert.rejects(
    make().predict(X),
    /^NotFittedError: this Pipeline is not fitted yet: call fit\(\) before calling predict\(\)$/,
  );
  await assert.rejects(make().score(X, y), /this Pipeline is not fitted yet: call fit\(\) before calling score\(\)/);
  const open = makePipeline(new StandardScaler(), "passthrough");
  await assert.rejects(open.transform(X), /this Pipeline is not fitted yet: call fit\(\) before calling transform\(\)/);
});

Deno.test("Pipeline refuses steps that do not make one", async () => {
  const fit = (...steps: [string, object | null][]): Promise<unknown> => new Pipeline(steps).fit(X, y);
  await assert.rejects(fit(), /it has no steps/);
  await assert.rejects(fit(["a", new SVC()], ["b", new SVC()]), /step a must have fit\(\) and transform\(\)/);
  await assert.rejects(fit(["a", new StandardScaler()], ["a", new SVC()]), /the name a stands there twice/);
  await assert.rejects(fit(["a__b", new StandardScaler()], ["b", new SVC()]), PipelineError);
  await assert.rejects(fit(["steps", new SVC()]), PipelineError);
  await assert.rejects(fit(["a", {}]), /must have fit\(\)/);
  const scaler = await makePipeline(new StandardScaler()).fit(X);
  await assert.rejects(scaler.predict(X), /its last step, standardscaler: StandardScaler, has no predict\(\)/);
});
