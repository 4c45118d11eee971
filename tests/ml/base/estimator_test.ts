import assert from "node:assert/strict";
import {
  BaseEstimator,
  clone,
  GridSearchCV,
  isClassifier,
  makeColumnTransformer,
  makePipeline,
  type MatrixLike,
  type NDArray,
  NotFittedError,
  RandomState,
  StandardScaler,
  SVC,
  toNDArray,
  TransformerMixin,
  UnknownNameError,
} from "../../../ml/mod.ts";
import { checkIsFitted } from "../../../ml/base/mod.ts";

class Shrink extends TransformerMixin(BaseEstimator) {
  static readonly module = import.meta.url;
  static override readonly defaults = { factor: 0.5, inner: null, list: null };
  declare factor: number;
  declare inner: BaseEstimator | null;
  declare list: number[] | null;

  constructor(options: { factor?: number; inner?: BaseEstimator | null; list?: number[] | null } = {}) {
    super(options);
  }
  fit(_X: MatrixLike): Promise<this> {
    return Promise.resolve(this);
  }
  transform(X: MatrixLike): Promise<NDArray> {
    return Promise.resolve(toNDArray(X).map((v) => Number(v) * this.factor));
  }
}

Deno.test("BaseEstimator stores options, and fills in defaults", () => {
  assert.deepEqual({ ...new Shrink({ factor: 2 }) }, { factor: 2, inner: null, list: null });
  assert.equal(new Shrink({ factor: undefined }).factor, 0.5);
  assert.throws(() => new Shrink({ facto: 1 } as object), /Shrink: no option "facto"; did you mean "factor"/);
});

Deno.test("BaseEstimator.getParams() goes into estimators among the parameters", () => {
  const s = new Shrink({ inner: new SVC({ C: 3 }) });
  assert.deepEqual(Object.keys(s.getParams(false)), ["factor", "inner", "list"]);
  assert.equal(s.getParams().inner__C, 3);
  assert.equal(s.getParams(false).inner__C, undefined);
});

Deno.test("BaseEstimator.setParams() changes nested parameters, or nothing", () => {
  const s = new Shrink({ inner: new SVC() });
  assert.equal(s.setParams({ factor: 3, inner__C: 7 }), s);
  assert.equal((s.inner as SVC).C, 7);
  s.setParams({ inner: new SVC({ gamma: 1 }), inner__C: 9 });
  assert.deepEqual([(s.inner as SVC).gamma, (s.inner as SVC).C], [1, 9]);
  assert.throws(() => s.setParams({ factor: 9, inner__c: 1 }), /no parameter "inner__c"; did you mean "inner__C"/);
  assert.equal(s.factor, 3);
  assert.throws(() => s.setParams({ inner: new SVC(), inner__nothing: 1 }), UnknownNameError);
});

Deno.test("BaseEstimator.getParams() names a field that lost its value for want of declare", () => {
  class Careless extends BaseEstimator {
    static override readonly defaults = { factor: 1 };
    factor!: number;
  }
  assert.throws(() => new Careless({ factor: 2 }).getParams(), /declare it with "declare factor/);
});

Deno.test("clone() copies hyperparameters, and nothing that was learned", async () => {
  const svc = await new SVC({ C: 2, classWeight: { 0: 1, 1: 2 } }).fit([[0], [1]], [0, 1]);
  const twin = clone(svc);
  assert.ok(twin instanceof SVC && twin.C === 2 && twin.classes_ === undefined);
  assert.deepEqual(twin.classWeight, svc.classWeight);
  assert.notEqual(twin.classWeight, svc.classWeight);
  const outer = new Shrink({ inner: svc, list: [1, 2] });
  const copy = clone(outer);
  assert.notEqual(copy.inner, svc);
  assert.deepEqual(copy.list, [1, 2]);
  assert.notEqual(copy.list, outer.list);
  assert.throws(() => clone(5), TypeError);
  const rng = new RandomState(0);
  assert.notEqual(clone(new SVC({ randomState: rng })).randomState, rng);
});

Deno.test("TransformerMixin.fitTransform() fits and transforms", async () => {
  assert.deepEqual((await new Shrink().fitTransform([[2, 4]])).toArray(), [[1, 2]]);
  assert.equal(new Shrink().estimatorType, "transformer");
  assert.ok(
    isClassifier(new SVC()) && isClassifier(new GridSearchCV(new SVC(), { C: [1] })) && !isClassifier(new Shrink()),
  );
});

Deno.test("checkIsFitted() looks for what was learned", async () => {
  assert.throws(() => checkIsFitted(new SVC(), "predict"), NotFittedError);
  checkIsFitted(await new SVC().fit([[0], [1]], [0, 1]));
});

Deno.test("BaseEstimator prints its class and what is not at its default", () => {
  assert.equal(String(new SVC()), "SVC()");
  assert.equal(Deno.inspect(new SVC({ C: 10, kernel: "linear" })), 'SVC({ C: 10, kernel: "linear" })');
  assert.equal(
    String(new GridSearchCV(new SVC({ C: 2 }), { gamma: [0.1, 1] }, { cv: 3, verbose: 1, scoring: "f1_macro" })),
    'GridSearchCV({\n  estimator: SVC({ C: 2 }),\n  scoring: "f1_macro",\n  cv: 3,\n  verbose: 1,\n' +
      "  paramGrid: { gamma: [0.1, 1] },\n})",
  );
  const html = new SVC({ C: 10 }).toHTML();
  assert.ok(html.includes("<b>10</b>") && html.includes("<td>gamma</td>"));
});

Deno.test("BaseEstimator.toHTML() nests the estimators that one is made of", async () => {
  const pipeline = makePipeline(
    makeColumnTransformer([[new StandardScaler(), [0]]], { remainder: "passthrough" }),
    new SVC({ C: 7, kernel: "<b>" as "rbf" }),
  );
  const html = new GridSearchCV(pipeline, { svc__C: [1] }).toHTML();
  const at = ["GridSearchCV", "Pipeline", "ColumnTransformer", "StandardScaler", "SVC"].map((n) => html.indexOf(n));
  assert.ok(at.every((place, i) => place > 0 && (i === 0 || place > at[i - 1])), at.join());
  assert.ok(html.includes("<b>7</b>") && html.includes("&lt;b&gt;") && html.includes("<small>[0]</small>"));
  assert.equal((html.match(/<details/g) ?? []).length, (html.match(/<\/details>/g) ?? []).length);
  assert.ok(!html.includes('class="fitted"'));
  assert.ok((await new StandardScaler().fit([[1]])).toHTML().includes('class="fitted"'));
});
