import assert from "node:assert/strict";
import {
  accuracyScore,
  auc,
  averagePrecisionScore,
  balancedAccuracyScore,
  brierScoreLoss,
  cohenKappaScore,
  confusionMatrix,
  explainedVarianceScore,
  f1Score,
  fbetaScore,
  getScorer,
  getScorerNames,
  hammingLoss,
  InvalidInputError,
  logLoss,
  makeScorer,
  matthewsCorrcoef,
  maxError,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogError,
  medianAbsoluteError,
  MetricError,
  precisionRecallCurve,
  precisionScore,
  r2Score,
  recallScore,
  rocAucScore,
  rocCurve,
  rootMeanSquaredError,
  SVC,
  zeroOneLoss,
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
    assertClose(zeroOneLoss(a, b, { sampleWeight }), c.zero_one);
    assertClose(zeroOneLoss(a, b, { sampleWeight, normalize: false }), c.wrong);
    assertClose(hammingLoss(a, b, { sampleWeight }), c.hamming);
    assertClose(matthewsCorrcoef(a, b, { sampleWeight }), c.matthews);
    assertClose(cohenKappaScore(a, b, { sampleWeight }), c.kappa);
    assertClose(cohenKappaScore(a, b, { sampleWeight, weights: "linear" }), c.kappa_linear);
    assertClose(cohenKappaScore(a, b, { sampleWeight, weights: "quadratic" }), c.kappa_quadratic);
    assertClose(confusionMatrix(a, b, { sampleWeight }), c.confusion);
    assertClose(confusionMatrix(a, b, { sampleWeight, normalize: "true" }), c.confusion_true);
    assertClose(confusionMatrix(a, b, { sampleWeight, normalize: "pred" }), c.confusion_pred);
    for (const average of ["micro", "macro", "weighted", "binary"] as const) {
      if (average === "binary" && c.name !== "binary") continue;
      const options = { average, sampleWeight };
      assertClose(f1Score(a, b, options), c[`f1_${average}`], 1e-12, average);
      assertClose(precisionScore(a, b, options), c[`precision_${average}`], 1e-12, average);
      assertClose(recallScore(a, b, { ...options, zeroDivision: 1 }), c[`recall_${average}`], 1e-12, average);
      assertClose(fbetaScore(a, b, { ...options, beta: 2 }), c[`f2_${average}`], 1e-12, average);
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
    assertClose(explainedVarianceScore(c.true, c.pred, options), c.explained);
    assertClose(meanAbsolutePercentageError(c.true, c.pred, options), c.mape);
    assertClose(meanSquaredLogError(c.true.map(Math.abs), c.pred.map(Math.abs), options), c.msle);
    assertClose(maxError(c.true, c.pred), c.max);
    assertClose(medianAbsoluteError(c.true, c.pred), c.median);
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

for (const c of values.scores) {
  Deno.test(`metrics of scores are scikit-learn's: ${c.name}, ${c.weight === null ? "plain" : "weighted"}`, () => {
    const options = { sampleWeight: c.weight };
    const roc = rocCurve(c.y, c.score, options);
    assertClose(roc.fpr, c.fpr, 1e-12, "fpr");
    assertClose(roc.tpr, c.tpr, 1e-12, "tpr");
    assert.equal(roc.thresholds.get(0), Infinity);
    assertClose(roc.thresholds.slice(1), c.thresholds, 0, "thresholds");
    assert.equal(rocCurve(c.y, c.score, { ...options, dropIntermediate: false }).fpr.size, c.full);
    const curve = precisionRecallCurve(c.y, c.score, options);
    assertClose(curve.precision, c.precision, 1e-12, "precision");
    assertClose(curve.recall, c.recall, 1e-12, "recall");
    assertClose(curve.thresholds, c.at, 0, "thresholds");
    assertClose(auc(curve.recall, curve.precision), c.area);
    assertClose(rocAucScore(c.y, c.score, options), c.auc);
    assertClose(averagePrecisionScore(c.y, c.score, options), c.average_precision);
    const proba = c.score.map((s: number) => 1 / (1 + Math.exp(-s)));
    assertClose(logLoss(c.y, proba, options), c.log_loss);
    assertClose(logLoss(c.y, proba.map((p: number) => [1 - p, p]), { ...options, normalize: false }), c.log_sum);
    assertClose(brierScoreLoss(c.y, proba, options), c.brier);
  });
}

Deno.test("rocAucScore() and logLoss() take several classes as scikit-learn's do", () => {
  const { y, proba, ...g } = values.many;
  for (const average of ["macro", "weighted"] as const) {
    for (const multiClass of ["ovr", "ovo"] as const) {
      assertClose(rocAucScore(y, proba, { multiClass, average }), g[`${multiClass}_${average}`]);
    }
  }
  assertClose(rocAucScore(y, proba, { multiClass: "ovr", average: "micro" }), g.ovr_micro);
  const sampleWeight = values.classification[1].weight.slice(0, 50);
  assertClose(rocAucScore(y, proba, { multiClass: "ovr", average: "weighted", sampleWeight }), g.ovr_weights);
  assertClose(logLoss(y, proba), g.log_loss);
  const few = (_: unknown, i: number): boolean => y[i] < 3;
  assertClose(logLoss(y.filter(few), proba.filter(few), { labels: [0, 1, 2, 3] }), g.log_loss_labels);
  assert.throws(() => rocAucScore(y, proba), /multiClass must be "ovr" or "ovo"/);
  assert.throws(() => logLoss([0, 0], [0.5, 0.5]), /one class only/);
  assert.throws(() => rocCurve(["a", "b"], [1, 2]), /labels are a, b; say which is looked for by posLabel/);
  assert.ok(Number.isNaN(rocAucScore([1, 1], [0.1, 0.2])));
  assert.throws(() => auc([0, 2, 1], [1, 1, 1]), MetricError);
});

Deno.test("scorers of scores take the second of two classes", async () => {
  const X = Array.from({ length: 20 }, (_, i) => [i % 2 * 2 + Math.sin(i)]);
  const y = X.map((_, i) => i % 2 === 0 ? "no" : "yes");
  const svc = await new SVC({ probability: true, randomState: 0 }).fit(X, y);
  const proba = await svc.predictProba(X);
  assert.equal(await getScorer("roc_auc").score(svc, X, y), rocAucScore(y, await svc.decisionFunction(X)));
  assertClose(await getScorer("neg_log_loss").score(svc, X, y), -logLoss(y, proba));
  assert.equal(await getScorer("neg_brier_score").score(svc, X, y), -brierScoreLoss(y, proba.col(1)));
});
