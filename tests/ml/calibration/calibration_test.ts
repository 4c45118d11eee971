import assert from "node:assert/strict";
import {
  CalibratedClassifierCV,
  calibrationCurve,
  clone,
  FrozenEstimator,
  GaussianNB,
  InvalidInputError,
  InvalidParameterError,
  loadBreastCancer,
  loadIris,
  loadWine,
  makeClassification,
  type NDArray,
  NotFittedError,
  StandardScaler,
  SVC,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";

const values = golden("ml_calibration");
const every = (n: number, first: number): number[] =>
  Array.from({ length: n }, (_, i) => i).filter((i) => i % 2 === first);

/** The data sets of ml_calibration.py. */
function data(name: string): { X: NDArray<Float64Array>; y: NDArray } {
  switch (name) {
    case "iris":
      return loadIris();
    case "wine":
      return loadWine();
    case "cancer":
      return loadBreastCancer();
    case "unbalanced":
      return makeClassification({ nSamples: 300, nFeatures: 5, weights: [0.9], randomState: 4 });
    default:
      return { X: loadWine().X.col(0).reshape(-1, 1), y: loadWine().y };
  }
}

for (const g of values.fits) {
  const title = `${g.base} on ${g.data}, ${g.method}, ensemble ${g.ensemble}${g.weighted ? ", weighted" : ""}`;
  Deno.test(`CalibratedClassifierCV gives scikit-learn's probabilities: ${title}`, async () => {
    const { X, y } = data(g.data);
    const estimator = g.base === "nb" ? new GaussianNB() : new SVC();
    const model = new CalibratedClassifierCV({ estimator, method: g.method, cv: 3, ensemble: g.ensemble });
    await model.fit(X, y, g.weighted ? values.weights[g.data] : undefined);
    // Sigmoids and temperatures are where two different solvers stop.
    assertDigest(
      await model.predictProba(X),
      g.proba,
      g.method === "isotonic" && g.base === "nb" ? 1e-8 : 1e-4,
      "proba",
    );
    assertClose(await model.score(X, y), g.score, 1e-12);
    assert.equal(model.calibratedClassifiers_.length, g.ensemble ? 3 : 1);
  });
}

Deno.test("CalibratedClassifierCV calibrates a frozen classifier with all samples", async () => {
  const { X, y } = loadWine();
  const base = await new GaussianNB().fit(X.take(every(178, 0)), y.take(every(178, 0)));
  const model = new CalibratedClassifierCV({ estimator: new FrozenEstimator({ estimator: base }), method: "isotonic" });
  await clone(model).fit(X.take(every(178, 1)), y.take(every(178, 1)));
  await model.fit(X.take(every(178, 1)), y.take(every(178, 1)));
  assert.equal(model.calibratedClassifiers_.length, values.frozen.count);
  assertDigest(await model.predictProba(X), values.frozen.proba, 1e-8);
});

Deno.test("CalibratedClassifierCV uses weights for the calibration only, where the classifier takes none", async () => {
  class Plain extends GaussianNB {
    override fit(X: NDArray<Float64Array>, y: NDArray): Promise<this> {
      return super.fit(X, y);
    }
  }
  const { X, y } = loadIris();
  const { warn } = await captured(() =>
    new CalibratedClassifierCV({ estimator: new Plain(), cv: 3, nJobs: 1 }).fit(X, y, values.weights.iris)
  );
  assert.match(warn.join(), /fit\(\) of Plain takes no sampleWeight/);
});

Deno.test("CalibratedClassifierCV keeps labels of text", async () => {
  const X = Array.from({ length: 40 }, (_, i) => [i + (i % 7)]);
  const y = X.map((_, i) => i < 20 ? "low" : "high");
  for (const method of ["sigmoid", "isotonic", "temperature"] as const) {
    const model = await new CalibratedClassifierCV({ estimator: new GaussianNB(), method, cv: 2 }).fit(X, y);
    assert.deepEqual(model.classes_.toArray(), ["high", "low"]);
    assert.deepEqual((await model.predict([[1], [45]])).toArray(), ["low", "high"]);
  }
});

Deno.test("CalibratedClassifierCV calibrates a LinearSVC where nothing is said", async () => {
  const { X, y } = loadIris();
  const model = await new CalibratedClassifierCV().fit(X, y);
  assert.equal(model.estimator, null);
  const rows = Array.from({ length: 15 }, (_, i) => 10 * i);
  // liblinear stops at a tolerance of 1e-4.
  assertClose((await model.predictProba(X)).take(rows), values.standard.proba, 2e-3, "predictProba");
  assertClose(await model.score(X, y), values.standard.score, 0.01, "score");
  assert.equal(clone(model).estimator, null);
});

Deno.test("FrozenEstimator leaves its estimator alone", async () => {
  const { X, y } = loadIris();
  const base = await new GaussianNB().fit(X, y);
  const frozen = new FrozenEstimator({ estimator: base });
  await frozen.fit(X.slice(0, 3), [1, 1, 1]);
  assert.equal(base.classes_.size, 3);
  assert.equal(clone(frozen).estimator, base);
  assert.deepEqual((await frozen.predict(X)).toArray(), (await base.predict(X)).toArray());
  assert.equal(frozen.decisionFunction, undefined);
  assert.equal(frozen.estimatorType, "classifier");
  await assert.rejects(new FrozenEstimator({ estimator: new GaussianNB() }).fit(), NotFittedError);
});

Deno.test("CalibratedClassifierCV says what is wrong with its input", async () => {
  const { X, y } = loadIris();
  const estimator = new GaussianNB();
  await assert.rejects(new CalibratedClassifierCV({ estimator }).predict(X), NotFittedError);
  await assert.rejects(
    new CalibratedClassifierCV({ estimator: 3 as unknown as object }).fit(X, y),
    /estimator must be a/,
  );
  await assert.rejects(
    new CalibratedClassifierCV({ estimator: new StandardScaler() }).fit(X, y),
    /StandardScaler has neither decisionFunction nor predictProba/,
  );
  await assert.rejects(
    new CalibratedClassifierCV({ estimator, method: "best" as "sigmoid" }).fit(X, y),
    InvalidParameterError,
  );
  await assert.rejects(new CalibratedClassifierCV({ estimator, cv: 51 }).fit(X, y), /51 folds need 51 samples/);
  await assert.rejects(new CalibratedClassifierCV({ estimator }).fit(X, y.slice(1)), InvalidInputError);
  await assert.rejects(
    new CalibratedClassifierCV({ estimator, cv: [[[0, 60, 120], [1, 61, 121]]], ensemble: false }).fit(X, y),
    /cv must test each sample once/,
  );
});

Deno.test("calibrationCurve() finds scikit-learn's points", async () => {
  for (const c of values.curves) {
    const { X, y } = data(c.data);
    const truth = Int32Array.from(y.data as ArrayLike<number>, (v) => v === 1 ? 1 : 0);
    const nb = await new GaussianNB().fit(X, truth);
    const ten = 10 ** c.digits;
    const proba = (await nb.predictProba(X)).col(1).map((v) => Math.round(v * ten) / ten);
    const { probTrue, probPred } = calibrationCurve(truth, proba, camelCase(c.params));
    const title = `${c.data}, ${JSON.stringify(c.params)}, ${c.digits} digits`;
    assertClose(probTrue, c.true, 1e-12, title);
    assertClose(probPred, c.pred, 1e-9, title);
  }
});

Deno.test("calibrationCurve() says what is wrong with its input", () => {
  assert.throws(() => calibrationCurve([0, 1], [0.2, 1.5]), /yProb\[1\] is 1\.5; probabilities are from 0 to 1/);
  assert.throws(() => calibrationCurve([0, 1, 2], [0.2, 0.5, 0.1]), /yTrue has 3 classes; a curve is for two/);
  assert.throws(
    () => calibrationCurve(["a", "b"], [0.2, 0.5]),
    /classes are a, b; say which is looked for by posLabel/,
  );
  assert.throws(() => calibrationCurve([0, 1], [0.2]), InvalidInputError);
  assert.throws(() => calibrationCurve([], []), /yTrue is empty/);
  assert.throws(() => calibrationCurve([0, 1], [0.2, 0.5], { nBins: 0 }), InvalidParameterError);
  assert.throws(
    () => calibrationCurve([0, 1], [0.2, 0.5], { bins: 3 } as object),
    /no option "bins"; did you mean "nBins"/,
  );
  const { probTrue } = calibrationCurve(["a", "b", "b"], [0.1, 0.2, 0.9], { posLabel: "b", nBins: 2 });
  assert.deepEqual(probTrue.toArray(), [0.5, 1]);
});
