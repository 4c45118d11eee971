import {
  brierScoreLoss,
  d2BrierScore,
  d2LogLossScore,
  f1Score,
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
