import assert from "node:assert/strict";
import {
  accuracyScore,
  balancedAccuracyScore,
  confusionMatrix,
  f1Score,
  getScorer,
  getScorerNames,
  InvalidInputError,
  makeScorer,
  meanAbsoluteError,
  meanSquaredError,
  MetricError,
  precisionRecallFscoreSupport,
  precisionScore,
  r2Score,
  recallScore,
  rootMeanSquaredError,
  SVC,
} from "../../../ml/mod.ts";
import { assertClose, golden } from "../golden.ts";

const values = golden("ml_metrics");

for (const c of values.classification) {
  const kind = c.weight === null ? "plain" : "weighted";
  Deno.test(`classification metrics are scikit-learn's: ${c.name}, ${kind}`, () => {
    const [a, b, sampleWeight] = [c.true, c.pred, c.weight];
    assertClose(accuracyScore(a, b, { sampleWeight }), c.accuracy);
    assertClose(accuracyScore(a, b, { sampleWeight, normalize: false }), c.count);
    assertClose(balancedAccuracyScore(a, b, { sampleWeight }), c.balanced);
    assertClose(balancedAccuracyScore(a, b, { sampleWeight, adjusted: true }), c.adjusted);
    assertClose(confusionMatrix(a, b, { sampleWeight }), c.confusion);
    assertClose(confusionMatrix(a, b, { sampleWeight, normalize: "true" }), c.confusion_true);
    assertClose(confusionMatrix(a, b, { sampleWeight, normalize: "pred" }), c.confusion_pred);
    for (const average of ["micro", "macro", "weighted", "binary"] as const) {
      if (average === "binary" && c.name !== "binary") continue;
      const options = { average, sampleWeight };
      assertClose(f1Score(a, b, options), c[`f1_${average}`], 1e-12, average);
      assertClose(precisionScore(a, b, options), c[`precision_${average}`], 1e-12, average);
      assertClose(recallScore(a, b, { ...options, zeroDivision: 1 }), c[`recall_${average}`], 1e-12, average);
      const f2 = precisionRecallFscoreSupport(a, b, { ...options, beta: 2 }).fscore;
      assertClose(f2, c[`f2_${average}`], 1e-12, average);
    }
    assertClose(f1Score(a, b, { average: null, sampleWeight }), c.f1_None);
    assertClose(precisionScore(a, b, { average: null, sampleWeight }), c.precision_None);
    assertClose(recallScore(a, b, { average: null, sampleWeight, zeroDivision: 1 }), c.recall_None);
  });
}

Deno.test("metrics keep to the labels asked for", () => {
  const { true: a, pred: b } = values.classification.find((c: { name: string }) => c.name === "missed");
  const g = values.labels;
  assertClose(f1Score(a, b, { labels: [2, 0, 9], average: null, zeroDivision: 1 }), g.f1);
  assertClose(f1Score(a, b, { labels: [2, 0], average: "macro" }), g.macro);
  assertClose(precisionScore(a, b, { labels: [2, 1], average: "micro" }), g.micro);
  assertClose(confusionMatrix(a, b, { labels: [2, 0] }), g.confusion);
  const { true: t, pred: p } = values.classification[0];
  assertClose(f1Score(t, p, { posLabel: 0 }), values.pos_label);
});

for (const c of values.regression) {
  Deno.test(`regression metrics are scikit-learn's: ${c.name}, ${c.weight === null ? "plain" : "weighted"}`, () => {
    const options = { sampleWeight: c.weight };
    assertClose(r2Score(c.true, c.pred, options), c.r2);
    assertClose(meanSquaredError(c.true, c.pred, options), c.mse);
    assertClose(rootMeanSquaredError(c.true, c.pred, options), c.rmse);
    assertClose(meanAbsoluteError(c.true, c.pred, options), c.mae);
  });
}

Deno.test("metrics say what is wrong with their input", () => {
  assert.throws(() => accuracyScore([0, 1], [0]), /yTrue has 2, yPred has 1/);
  assert.throws(() => accuracyScore([], []), InvalidInputError);
  assert.throws(() => accuracyScore([0, 1], ["a", "b"]), /yTrue holds numbers and yPred text/);
  assert.throws(() => f1Score([0, 1, 2], [0, 1, 1]), /average is "binary"/);
  assert.throws(() => f1Score([3, 4], [3, 4]), /posLabel 1 is no label; valid: 3, 4/);
  assert.throws(() => confusionMatrix([0, 1], [0, 1], { labels: [7] }), MetricError);
  assert.throws(() => r2Score([1, NaN], [1, 2]), /yTrue contains NaN/);
  assert.ok(Number.isNaN(r2Score([1], [1])));
});

Deno.test("getScorer() knows names in both spellings, and the nearest to a wrong one", () => {
  assert.equal(getScorer("balancedAccuracy"), getScorer("balanced_accuracy"));
  assert.ok(getScorerNames().includes("neg_mean_squared_error"));
  assert.throws(() => getScorer("acuracy"), /did you mean "accuracy"/);
});

Deno.test("makeScorer() judges the method it is told to, larger being better", async () => {
  const X = [[0], [1], [2], [3]];
  const y = [0, 0, 1, 1];
  const svc = await new SVC({ kernel: "linear" }).fit(X, y);
  assert.equal(await getScorer("accuracy").score(svc, X, y), 1);
  const spread = makeScorer((_t, d) => d.max() - d.min(), {
    greaterIsBetter: false,
    responseMethod: "decisionFunction",
  });
  const decisions = await svc.decisionFunction(X);
  assert.equal(await spread.score(svc, X, y), decisions.min() - decisions.max());
  const weighted = getScorer("accuracy");
  assert.equal(await weighted.score(svc, X, [1, 0, 1, 1], [3, 1, 1, 1]), 0.5);
  await assert.rejects(makeScorer(r2Score, { responseMethod: "transform" as "predict" }).score(svc, X, y), /no method/);
  await assert.rejects(getScorer("accuracy").score(svc, X), MetricError);
});
