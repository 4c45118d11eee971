import {
  brierScoreLoss,
  classificationReport,
  d2BrierScore,
  d2LogLossScore,
  DecisionTreeClassifier,
  DummyClassifier,
  f1Score,
  getScorer,
  jaccardScore,
  logLoss,
  MetricError,
} from "../../../ml/mod.ts";
import assert from "node:assert/strict";
import { assertClose, captured, golden } from "../golden.ts";

const values = golden("ml_odd_calls");

Deno.test("metrics of probabilities take samples of several classes, or none, as scikit-learn's", async () => {
  const { marks, proba, weight, scores } = values.marks;
  await captured(() => {
    for (const [i, sampleWeight] of [undefined, weight].entries()) {
      const own = [
        logLoss(marks, proba, { sampleWeight }),
        logLoss(marks, proba, { sampleWeight, normalize: false }),
        d2LogLossScore(marks, proba, { sampleWeight }),
        brierScoreLoss(marks, proba, { sampleWeight }),
        brierScoreLoss(marks, proba, { sampleWeight, scaleByHalf: true }),
        d2BrierScore(marks, proba, { sampleWeight }),
      ];
      assertClose(own, scores[i], 1e-12, `weights ${i}`);
    }
  });
  assert.throws(() => logLoss(marks, [[0.1, 0.9], [0, 1], [0, 1], [1, 0]]), /2 columns of probabilities for 3 classes/);
  assert.throws(() => logLoss(marks, proba, { labels: [0, 1, 2] }), MetricError);
});

Deno.test("f1Score() and jaccardScore() of one label of text divide zero by zero, as scikit-learn's", async () => {
  const one = ["a", "a"];
  await captured(() => {
    const own = [f1Score(one, one), f1Score(one, one, { zeroDivision: 1 }), jaccardScore(one, one)];
    assert.deepEqual(own, values.one_label);
    assert.equal(d2BrierScore([2, 2], [0.8, 0.3]), Number(values.one_number.replace("inf", "Infinity")));
  });
  assert.throws(() => f1Score(["a", "b"], ["a", "b"]), /posLabel 1 is no label/);
});

Deno.test("scorers of likelihood ratios score 1 where there is none, as scikit-learn's", async () => {
  const X = [[0], [1], [2], [3]], y = [0, 1, 0, 1];
  const always = await new DummyClassifier({ strategy: "constant", constant: 0 }).fit(X, y);
  await captured(async () => {
    assert.equal(await getScorer("positive_likelihood_ratio").score(always, X, y), 1);
    const perfect = await new DecisionTreeClassifier().fit(X, y);
    const scores = [];
    for (const name of ["positive_likelihood_ratio", "neg_negative_likelihood_ratio"]) {
      scores.push(await getScorer(name).score(perfect, X, y));
    }
    assert.deepEqual(scores, values.ratio_scores);
  });
});

Deno.test("classificationReport() shows counts as scikit-learn's, also where nothing is right", async () => {
  await captured(() => {
    assert.equal(classificationReport([0, 2], [2, 0]), values.reports[0]);
    assert.equal(classificationReport([0, 2, 1], [2, 0, 1], { labels: [0] }), values.reports[1]);
    assert.equal(classificationReport([[0, 1], [0, 1]], [[1, 0], [1, 0]]), values.reports[2]);
  });
});
