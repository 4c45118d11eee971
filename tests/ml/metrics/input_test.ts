import assert from "node:assert/strict";
import * as ml from "../../../ml/mod.ts";
import { sortApart, sortDescending } from "../../../ml/metrics/radix_sort.ts";
import { captured } from "../golden.ts";

const { InvalidInputError, MetricError, UnknownNameError } = ml;

Deno.test("sortApart() and sortDescending() sort as comparison does, whatever the numbers", () => {
  const seed = 20_261;
  const rng = new ml.RandomState(seed);
  const kinds: Record<string, (n: number) => Float64Array> = {
    uniform: (n) => rng.randomSample(n).data,
    gaussian: (n) => rng.standardNormal(n).data,
    ties: (n) => rng.randint(-3, 4, n).astype("float64").data,
    "near each other": (n) => rng.randomSample(n).data.map((v) => 1e6 + v * 1e-6),
    "of all sizes": (n) => rng.standardNormal(n).data.map((v) => v * 10 ** rng.randint(-300, 300)),
    "zeros of both signs": (n) => rng.randint(0, 2, n).astype("float64").data.map((v) => v === 0 ? -0 : 0),
    constant: (n) => new Float64Array(n).fill(7),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    for (const n of [0, 1, 100, 4096, 20_000]) {
      const values = make(n);
      const marks = Uint8Array.from(rng.randint(0, 2, Math.max(1, n)).data.subarray(0, n));
      const what = `${kind}, n=${n}, seed ${seed}`;
      const { ones, zeros } = sortApart(values, marks);
      const apart = (m: number): number[] =>
        [...values].filter((_, i) => marks[i] === m).sort((a, b) => a - b).map((v) => v + 0);
      assert.deepEqual([...ones].map((v) => v + 0), apart(1), what);
      assert.deepEqual([...zeros].map((v) => v + 0), apart(0), what);
      const { order, sorted } = sortDescending(values);
      const expected = [...values.keys()].sort((a, b) => values[b] - values[a] || a - b);
      assert.deepEqual([...order], expected, what);
      assert.deepEqual([...sorted].map((v) => v + 0), expected.map((i) => values[i] + 0), what);
    }
  }
});

Deno.test("rocAucScore() of many samples is what counting pairs gives", () => {
  const rng = new ml.RandomState(3);
  const y = rng.randint(0, 2, 6000);
  const scores = rng.randint(0, 500, 6000).astype("float64");
  let pairs = 0, right = 0;
  for (let i = 0; i < 6000; i++) {
    for (let j = 0; j < 6000; j++) {
      if (y.data[i] !== 1 || y.data[j] !== 0) continue;
      pairs++;
      right += scores.data[i] > scores.data[j] ? 1 : scores.data[i] === scores.data[j] ? 0.5 : 0;
    }
  }
  assert.equal(ml.rocAucScore(y, scores), right / pairs);
  const ones = new Float64Array(6000).fill(1);
  assert.ok(Math.abs(ml.rocAucScore(y, scores, { sampleWeight: ones }) - right / pairs) < 1e-14);
});

Deno.test("metrics of labels refuse what they cannot judge", () => {
  assert.throws(() => ml.accuracyScore([0, 1], [0.5, 1]), /yPred holds fractions/);
  assert.throws(() => ml.accuracyScore([[0, 1]], [[0, 2]]), /zeros and ones only; got 2/);
  assert.throws(() => ml.accuracyScore([[0, 1]], [[0, 1, 1]]), /yTrue has 2 columns and yPred 3/);
  assert.throws(() => ml.accuracyScore([[0, 1], [1, 0]], [0, 1]), InvalidInputError);
  assert.throws(() => ml.accuracyScore([0, 1], [0, 1], { sampleWeight: [1, -1] }), /sampleWeight\[1\] is negative/);
  assert.throws(() => ml.f1Score([[0, 1]], [[1, 1]]), /samples of several labels/);
  assert.throws(() => ml.f1Score([0, 1], [1, 1], { average: "samples" }), /needs tables of zeros and ones/);
  assert.throws(
    () => ml.f1Score([0, 1], [1, 1], { average: "mean" as "macro" }),
    /average must be one of "binary", .*, null; got "mean"/,
  );
  assert.throws(() => ml.f1Score([0, 1], [1, 1], { zeroDivision: 2 }), /zeroDivision must be "warn", 0, 1 or NaN/);
  assert.throws(() => ml.f1Score(["a", "b"], ["a", "a"]), /posLabel 1 is no label; valid: a, b/);
  assert.throws(() => ml.fbetaScore([0, 1], [1, 1], { beta: -1 }), /beta must be/);
  assert.throws(() => ml.multilabelConfusionMatrix([[0, 1]], [[1, 1]], { labels: [2] }), /from 0 to 1; got 2/);
  assert.throws(() => ml.confusionMatrix([0, 1], [0, 1], { labels: [] }), /labels is empty/);
  assert.throws(() => ml.confusionMatrix([0, 1], [0, 1], { normalize: "rows" as "true" }), /normalize must be/);
  assert.throws(() => ml.cohenKappaScore([0, 1], [0, 1], { weights: "cubic" as "linear" }), /weights must be/);
  assert.throws(() => ml.cohenKappaScore([0, 1], [0, 1], { normalize: "true" } as never), /no option "normalize"/);
  assert.throws(() => ml.classLikelihoodRatios([0, 1, 2], [0, 1, 1]), /needs two classes, got 3/);
  assert.throws(() => ml.classLikelihoodRatios([0, 1], [0, 1], { replaceUndefinedBy: 0.2 }), MetricError);
  assert.throws(() => ml.classificationReport([0, 1], [0, 1], { targetNames: ["a"] }), /1 targetNames for 2 labels/);
});

Deno.test("metrics of scores refuse what they cannot judge", () => {
  assert.throws(() => ml.rocAucScore([0, 1], [NaN, 1]), /yScore contains NaN/);
  assert.throws(() => ml.rocAucScore([0, 1], [[0.1, 0.9], [0.2, 0.8]]), /larger label only/);
  assert.throws(() => ml.rocAucScore([0, 1, 2], [1, 2, 3]), /need a column of scores each/);
  assert.throws(() => ml.rocAucScore([0, 1], [1, 2], { maxFpr: 0 }), /maxFpr must be above 0/);
  assert.throws(() => ml.rocAucScore([0.5, 1], [1, 2]), /fractions/);
  const three = [[0.2, 0.3, 0.5], [0.1, 0.1, 0.8], [0.6, 0.2, 0.2]];
  assert.throws(() => ml.rocAucScore([0, 1, 2], [[1, 2, 3], [1, 1, 1], [1, 0, 0]], { multiClass: "ovr" }), /sum to 1/);
  assert.throws(
    () => ml.rocAucScore([0, 1, 2], three, { multiClass: "ovo", average: "micro" }),
    /"macro" or "weighted"/,
  );
  assert.throws(
    () => ml.rocAucScore([0, 1, 2], three, { multiClass: "ovr", labels: [2, 1, 0] }),
    /labels must be sorted/,
  );
  assert.throws(() => ml.averagePrecisionScore(["a", "b"], [1, 2]), /posLabel 1 is no label/);
  assert.throws(() => ml.averagePrecisionScore([0, 1, 2], [1, 2, 3]), /need a column of scores each/);
  assert.throws(() => ml.detCurve([1, 1], [0.2, 0.4]), /must have two classes/);
  assert.throws(() => ml.rocCurve([], []), MetricError);
  assert.throws(() => ml.logLoss([0, 1], [0.5, 1.5]), /from 0 to 1, got 1.5/);
  assert.throws(() => ml.logLoss([0, 1, 2], three, { labels: [0, 1] }), /3 columns of probabilities for 2 classes/);
  assert.throws(() => ml.brierScoreLoss([0, 1, 2], [0.1, 0.2, 0.3]), /for two classes/);
  assert.throws(() => ml.hingeLoss([0, 1, 2], [1, 2, 3]), /1 column\(s\) of decision values for 3 classes/);
  assert.throws(() => ml.topKAccuracyScore([0, 1, 2], three, { k: 0 }), /k must be a whole number/);
  assert.throws(() => ml.topKAccuracyScore([0, 1], three.slice(0, 2)), /3 column\(s\) of scores for 2 classes/);
  assert.throws(() => ml.ndcgScore([[1], [2]], [[1], [2]]), /at least two columns/);
  assert.throws(() => ml.ndcgScore([[1, -1]], [[1, 2]]), /must not be negative/);
  assert.throws(() => ml.dcgScore([[1, 2]], [[1, 2, 3]]), /yTrue has 2 columns, yScore 3/);
  assert.throws(() => ml.coverageError([[0, 3]], [[1, 2]]), /zeros and ones/);
});

Deno.test("metrics of numbers refuse what they cannot judge", async () => {
  assert.throws(() => ml.meanSquaredError([], []), /yTrue is empty/);
  assert.throws(() => ml.meanSquaredError([1, Infinity], [1, 2]), /infinity/);
  assert.throws(() => ml.meanSquaredError([[1, 2]], [[1]]), /yTrue has 2 output\(s\) and yPred 1/);
  assert.throws(() => ml.meanSquaredError([1, 2], [1, 2], { multioutput: [1] }), /with several outputs only/);
  assert.throws(() => ml.meanSquaredError([[1, 2]], [[1, 2]], { multioutput: [1, 2, 3] }), /3 weights for 2 outputs/);
  const variance = "variance_weighted" as "uniform_average";
  assert.throws(() => ml.meanSquaredError([[1, 2]], [[1, 2]], { multioutput: variance }), /multioutput must be/);
  assert.throws(() => ml.meanSquaredLogError([-1], [1]), /above -1/);
  assert.throws(() => ml.maxError([[1, 2]], [[1, 2]]), /takes one output, got 2/);
  assert.throws(() => ml.meanTweedieDeviance([1], [1], { power: 0.5 }), /at most 0 or at least 1/);
  assert.throws(() => ml.meanPoissonDeviance([1], [0]), /power 1 needs yTrue from 0 up and yPred above 0/);
  assert.throws(() => ml.meanGammaDeviance([0], [1]), /power 2 needs yTrue above 0/);
  assert.throws(() => ml.meanPinballLoss([1], [1], { alpha: 2 }), /alpha must be from 0 to 1/);
  const { warn } = await captured(() => assert.ok(Number.isNaN(ml.d2TweedieScore([1], [1]))));
  assert.match(warn[0], /d2TweedieScore: is not defined for fewer than two samples/);
});

Deno.test("metrics of clusterings and pairs refuse what they cannot judge", () => {
  assert.throws(() => ml.adjustedRandScore([0, 1], [0]), /inconsistent/);
  const wrong = { averageMethod: "mean" as "min" };
  assert.throws(() => ml.normalizedMutualInfoScore([0, 1], [0, 1], wrong), /averageMethod must be/);
  assert.throws(() => ml.silhouetteScore([[1], [2], [3]], [0, 0, 0]), /must be 2 to 2 clusters, got 1/);
  assert.throws(() => ml.calinskiHarabaszScore([[1], [2]], [0, 1]), /got 2/);
  assert.throws(
    () => ml.silhouetteSamples([[1, 2, 3], [2, 0, 1], [3, 1, 0]], [0, 1, 1], { metric: "precomputed" }),
    /itself/,
  );
  assert.throws(() => ml.euclideanDistances([[1, 2]], [[1]]), /X has 2 features and Y 1/);
  assert.throws(() => ml.euclideanDistances([[1, NaN]]), /NaN/);
  assert.throws(() => ml.pairwiseDistances([[1]], null, { metric: "euclidian" as "euclidean" }), UnknownNameError);
  assert.throws(() => ml.pairwiseDistances([[1]], [[2]], { metric: "seuclidean" }), /needs V where Y is given/);
  assert.throws(
    () => ml.pairwiseDistances([[1, 2]], null, { metric: "precomputed" }),
    /precomputed distances of shape/,
  );
  assert.throws(() => ml.pairwiseDistances([[1, 2]], null, { metric: "minkowski", p: 0 }), /p must be above 0/);
  assert.throws(() => ml.haversineDistances([[1, 2, 3]]), /latitude and longitude/);
  assert.throws(() => ml.pairwiseKernels([[1]], null, { metric: "rfb" as "rbf" }), /did you mean "rbf"/);
  assert.throws(() => ml.pairwiseKernels([[1]], null, { metric: "linear", gamma: 1 }), /linear takes no gamma/);
  assert.equal(ml.pairwiseKernels([[2]], null, { metric: "linear", gamma: 1, filterParams: true }).get(0, 0), 4);
  assert.throws(() => ml.chi2Kernel([[-1]]), /X has negative values/);
  assert.throws(() => ml.pairedDistances([[1]], [[1], [2]]), /X has 1 samples and Y 2/);
});

Deno.test("metrics refuse options that they do not have, with the nearest that they have", () => {
  const y = [0, 1, 1, 0];
  const p = [0.2, 0.7, 0.6, 0.4];
  const wrong = { avrage: "macro" } as object;
  assert.throws(() => ml.f1Score(y, y, wrong), /f1Score: no option "avrage"; did you mean "average"\?/);
  for (
    const metric of [ml.accuracyScore, ml.confusionMatrix, ml.classificationReport, ml.meanSquaredError, ml.r2Score]
  ) {
    assert.throws(
      () => (metric as ml.Metric)(y, y, wrong),
      new RegExp(`${metric.name}: no option "avrage"`),
      metric.name,
    );
  }
  for (const metric of [ml.rocAucScore, ml.rocCurve, ml.logLoss, ml.averagePrecisionScore, ml.brierScoreLoss]) {
    assert.throws(
      () => (metric as ml.Metric)(y, p, wrong),
      new RegExp(`${metric.name}: no option "avrage"`),
      metric.name,
    );
  }
  assert.throws(() => ml.pairwiseDistances([[0]], null, { nJobs: 2 } as object), /nJobs.*is left out/);
  assert.throws(() => ml.makeScorer(ml.f1Score, wrong), /options: \{ avrage: … \}/);
});

Deno.test("metrics without options refuse a third argument", () => {
  const y = [0, 1, 1, 0];
  const scores = [
    ml.contingencyMatrix,
    ml.pairConfusionMatrix,
    ml.randScore,
    ml.adjustedRandScore,
    ml.fowlkesMallowsScore,
    ml.mutualInfoScore,
    ml.homogeneityScore,
    ml.completenessScore,
    ml.maxError,
  ];
  for (const score of scores) {
    const metric = score as unknown as ml.Metric;
    for (const more of [{ sampleWeight: [1, 2, 3, 4] }, [1, 2, 3, 4], Float64Array.of(1, 2, 3, 4), 5]) {
      assert.throws(() => metric(y, y, more), new RegExp(`${score.name}: takes no options, got`), score.name);
    }
    assert.deepEqual(metric(y, y, {}), metric(y, y), score.name);
    assert.deepEqual(metric(y, y, { sampleWeight: undefined }), metric(y, y), score.name);
  }
});

Deno.test("metrics find a label that is a boolean", () => {
  const truth = [true, false, true, false];
  const asNumbers = [1, 0, 1, 0];
  const score = [0.9, 0.2, 0.4, 0.6];
  const predicted = [true, true, true, false];
  for (const posLabel of [true, false]) {
    const number = Number(posLabel);
    assert.deepEqual(ml.rocCurve(truth, score, { posLabel }), ml.rocCurve(asNumbers, score, { posLabel: number }));
    assert.deepEqual(
      ml.precisionRecallCurve(truth, score, { posLabel }),
      ml.precisionRecallCurve(asNumbers, score, { posLabel: number }),
    );
    assert.equal(
      ml.averagePrecisionScore(truth, score, { posLabel }),
      ml.averagePrecisionScore(asNumbers, score, { posLabel: number }),
    );
    assert.equal(
      ml.brierScoreLoss(truth, score, { posLabel }),
      ml.brierScoreLoss(asNumbers, score, { posLabel: number }),
    );
    assert.equal(ml.f1Score(truth, predicted, { posLabel }), ml.f1Score(asNumbers, [1, 1, 1, 0], { posLabel: number }));
  }
  assert.match(ml.classificationReport(truth, predicted), /^ +false +1\.00 +0\.50 .*\n +true +0\.67 /m);
});

Deno.test("brierScoreLoss() of one class takes 1 for what is looked for, or asks", () => {
  // As scikit-learn 1.9.1 has them.
  assert.equal(ml.brierScoreLoss([0, 0], [0.5, 0.2]), 0.145);
  assert.equal(ml.brierScoreLoss([-1, -1], [0.5, 0.2]), 0.145);
  assert.ok(Math.abs(ml.brierScoreLoss([1, 1], [0.5, 0.2]) - 0.445) < 1e-15);
  assert.throws(() => ml.brierScoreLoss(["b", "b"], [0.5, 0.2]), /yTrue holds b only; say by posLabel/);
  assert.throws(() => ml.brierScoreLoss([0, 1], [0.5, 0.2], { posLabel: 2 }), /posLabel 2 is no label; valid: 0, 1/);
});

Deno.test("d2TweedieScore() of targets that are all the same is 0, and 1 where they are met", () => {
  assert.equal(ml.d2TweedieScore([1.6, 1.6, 1.6], [1, 2, 3], { power: 1 }), 0);
  assert.equal(ml.d2TweedieScore([1.6, 1.6, 1.6], [1.6, 1.6, 1.6]), 1);
});
