import assert from "node:assert/strict";
import * as ml from "../../../ml/mod.ts";
import { assertClose, camelCase, golden } from "../golden.ts";

/** Golden values with the numbers that JSON has not. */
// deno-lint-ignore no-explicit-any -- as the fixture
function revived(x: any): any {
  if (x === "nan") return NaN;
  if (x === "inf") return Infinity;
  if (x === "-inf") return -Infinity;
  if (Array.isArray(x)) return x.map(revived);
  if (typeof x !== "object" || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([k, v]) => [k, revived(v)]));
}

const values = revived(golden("ml_metrics_more"));

type Loose = Record<string, unknown>;
/** Calls with options whose types the loops below do not know. */
// deno-lint-ignore no-explicit-any -- golden data
const call = (f: unknown, ...args: unknown[]): any => (f as (...args: unknown[]) => unknown)(...args);

for (const kind of ["plain", "weighted"]) {
  Deno.test(`metrics of samples with several labels are scikit-learn's: ${kind}`, () => {
    const { true: a, pred: b, score, weight } = values.tables;
    const c = values.tables[kind];
    const sampleWeight = kind === "plain" ? null : weight;
    assertClose(ml.accuracyScore(a, b, { sampleWeight }), c.accuracy);
    assertClose(ml.zeroOneLoss(a, b, { sampleWeight }), c.zero_one);
    assertClose(ml.hammingLoss(a, b, { sampleWeight }), c.hamming);
    assertClose(ml.multilabelConfusionMatrix(a, b, { sampleWeight }), c.mcm);
    assertClose(ml.multilabelConfusionMatrix(a, b, { sampleWeight, samplewise: true }), c.mcm_samples);
    assertClose(ml.multilabelConfusionMatrix(a, b, { sampleWeight, labels: [2, 0] }), c.mcm_labels);
    assertClose(ml.coverageError(a, score, { sampleWeight }), c.coverage);
    assertClose(ml.labelRankingAveragePrecisionScore(a, score, { sampleWeight }), c.lrap);
    assertClose(ml.labelRankingLoss(a, score, { sampleWeight }), c.lrl);
    const three = (rows: number[][]): number[][] => rows.map((row) => row.slice(0, 3));
    for (const name of ["micro", "macro", "weighted", "samples", "None"]) {
      const g = c.average[name];
      const options = { average: name === "None" ? null : name, sampleWeight };
      assertClose(call(ml.f1Score, a, b, options), g.f1, 1e-12, `f1 ${name}`);
      assertClose(call(ml.precisionScore, a, b, { ...options, zeroDivision: 1 }), g.precision, 1e-12, `p ${name}`);
      assertClose(call(ml.recallScore, a, b, { ...options, zeroDivision: NaN }), g.recall, 1e-12, `r ${name}`);
      assertClose(call(ml.fbetaScore, a, b, { ...options, beta: 0.5 }), g.fhalf, 1e-12, `f0.5 ${name}`);
      assertClose(call(ml.jaccardScore, a, b, { ...options, zeroDivision: 1 }), g.jaccard, 1e-12, `jaccard ${name}`);
      assertClose(call(ml.averagePrecisionScore, a, score, options), g.ap, 1e-12, `ap ${name}`);
      if (name === "samples") continue;
      assertClose(call(ml.rocAucScore, three(a), three(score), options), g.auc, 1e-12, `auc ${name}`);
    }
  });
}

Deno.test("classificationReport() writes what scikit-learn writes", () => {
  const { true: t, pred: p, ...g } = values.report;
  const words = ["ham", "spam", "a very long name", "x"];
  const named = (codes: number[]): string[] => codes.map((c) => words[c]);
  assert.equal(ml.classificationReport(t, p), g.text);
  const sampleWeight = t.map((_: number, i: number) => i % 3);
  assert.equal(
    ml.classificationReport(named(t), named(p), { digits: 4, sampleWeight }).replaceAll(/(?<=\d)\.0(?=\n)/g, ""),
    g.words.replaceAll(/(?<=\d)\.0(?=\n)/g, ""),
  );
  assert.equal(ml.classificationReport(t, p, { labels: [2, 1], targetNames: ["two", "one"] }), g.labels);
  assert.equal(
    ml.classificationReport(values.tables.true, values.tables.pred, { zeroDivision: 0 }),
    values.table_report,
  );
  const compare = (actual: Loose, expected: Loose): void => {
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort());
    for (const [name, row] of Object.entries(expected)) {
      if (typeof row === "number") assertClose(actual[name] as number, row);
      else {for (const [k, v] of Object.entries(row as Loose)) {
          assertClose((actual[name] as Record<string, number>)[k], v as number);
        }}
    }
  };
  compare(ml.classificationReport(t, p, { outputDict: true }), g.dict);
  const labels = [0, 1, 2, 3, 7];
  compare(ml.classificationReport(t, p, { labels, outputDict: true, zeroDivision: NaN }), g.dict_labels);
});

for (const c of values.labels) {
  Deno.test(`more metrics of labels are scikit-learn's: ${c.name}, ${c.weight === null ? "plain" : "weighted"}`, () => {
    const [a, b, k] = [c.true, c.pred, { sampleWeight: c.weight }];
    assertClose(ml.hammingLoss(a, b, k), c.hamming);
    assertClose(ml.matthewsCorrcoef(a, b, k), c.matthews);
    assertClose(ml.cohenKappaScore(a, b, k), c.kappa);
    assertClose(ml.balancedAccuracyScore(a, b, k), c.balanced);
    assertClose(ml.confusionMatrix(a, b, { ...k, normalize: "all" }), c.all);
    assertClose(ml.multilabelConfusionMatrix(a, b, k), c.mcm);
    for (const name of ["micro", "macro", "weighted", "None"]) {
      const average = name === "None" ? null : name;
      assertClose(call(ml.jaccardScore, a, b, { ...k, average }), c[`jaccard_${name}`], 1e-12, `jaccard ${name}`);
      const s = call(ml.precisionRecallFscoreSupport, a, b, { ...k, average, beta: 3, zeroDivision: NaN });
      const [precision, recall, fscore, support] = c[`prfs_${name}`];
      assertClose(s.precision, precision, 1e-12, `precision ${name}`);
      assertClose(s.recall, recall, 1e-12, `recall ${name}`);
      assertClose(s.fscore, fscore, 1e-12, `fscore ${name}`);
      if (support === null) assert.equal(s.support, null);
      else assertClose(s.support, support);
    }
    if (c.ratios === undefined) return;
    const { positive, negative } = ml.classLikelihoodRatios(a, b, k);
    assertClose([positive, negative], c.ratios, 1e-12, "ratios");
    assertClose(ml.jaccardScore(a, b, k), c.jaccard_binary);
  });
}

Deno.test("cohenKappaScore() and classLikelihoodRatios() take scikit-learn's options", () => {
  const three = values.labels.find((c: Loose) => c.name === "three");
  assertClose(
    ml.cohenKappaScore(three.true, three.pred, { labels: [2, 0, 1], weights: "quadratic" }),
    values.kappa_labels,
  );
  const { positive, negative } = ml.classLikelihoodRatios([0, 1], [1, 1], {
    replaceUndefinedBy: { positive: 1, negative: 0.5 },
  });
  assertClose([positive, negative], values.ratios_replaced);
  assert.equal(ml.cohenKappaScore([1, 1], [1, 1], { replaceUndefinedBy: 1 }), 1);
});

for (const c of values.proba) {
  Deno.test(`metrics of probabilities are scikit-learn's: ${c.name}, ${c.weight === null ? "plain" : "weighted"}`, () => {
    const { y, proba } = c;
    const k = { sampleWeight: c.weight };
    const label = c.name === "words" ? { ...k, posLabel: "yes" } : k;
    const flat = !Array.isArray(proba[0]);
    assertClose(ml.logLoss(y, proba, k), c.log_loss);
    assertClose(ml.d2LogLossScore(y, proba, k), c.d2_log);
    assertClose(ml.brierScoreLoss(y, proba, label), c.brier);
    assertClose(ml.brierScoreLoss(y, proba, { ...label, scaleByHalf: true }), c.brier_half);
    assertClose(ml.d2BrierScore(y, proba, label), c.d2_brier);
    const decision = flat ? proba.map((p: number) => 4 * p - 1) : proba.map((r: number[]) => r.map((p) => 4 * p - 1));
    assertClose(ml.hingeLoss(y, decision, k), c.hinge);
    const tenth = (p: number): number => Number((Math.round(p * 10) / 10).toFixed(1));
    const coarse = flat ? proba.map(tenth) : proba.map((r: number[]) => r.map(tenth));
    if (!flat) {
      assertClose(ml.topKAccuracyScore(y, coarse, { ...k, k: 1 }), c.top1);
      assertClose(ml.topKAccuracyScore(y, coarse, { ...k, k: 2, normalize: false }), c.top2);
      assertClose(ml.averagePrecisionScore(y, proba, { ...k, average: null }), c.ap);
      assertClose(ml.averagePrecisionScore(y, proba, { ...k, average: "weighted" }), c.ap_weighted);
      assertClose(ml.rocAucScore(y, proba, { ...k, multiClass: "ovr", average: null }), c.ovr);
      return;
    }
    assertClose(ml.topKAccuracyScore(y, proba, { ...k, k: 1 }), c.top1);
    assertClose(ml.topKAccuracyScore(y, proba.map((p: number) => p - 0.5), { ...k, k: 1 }), c.top1_minus);
    assertClose(ml.rocAucScore(y, coarse, { ...k, maxFpr: 0.3 }), c.partial, 1e-12, "partial");
    const det = ml.detCurve(y, coarse, label);
    assertClose(det.fpr, c.det[0], 1e-12, "fpr");
    assertClose(det.fnr, c.det[1], 1e-12, "fnr");
    assertClose(det.thresholds, c.det[2], 0, "thresholds");
    const short = ml.detCurve(y, coarse, { ...label, dropIntermediate: true });
    assertClose(short.fpr, c.det_short[0], 1e-12, "fpr");
    assertClose(short.fnr, c.det_short[1], 1e-12, "fnr");
    const at = ml.confusionMatrixAtThresholds(y, coarse, label);
    [at.tns, at.fps, at.fns, at.tps, at.thresholds].forEach((v, i) => assertClose(v, c.at[i], 1e-12, `at ${i}`));
    const pr = ml.precisionRecallCurve(y, coarse, { ...label, dropIntermediate: true });
    [pr.precision, pr.recall, pr.thresholds].forEach((v, i) => assertClose(v, c.pr_short[i], 1e-12, `pr ${i}`));
  });
}

Deno.test("metricAtThresholds() tries each distinct score, the highest first", () => {
  const { y, score, values: expected, thresholds } = values.at_thresholds;
  const got = ml.metricAtThresholds(y, score, (t, p, o) => ml.f1Score(t, p, o));
  assertClose(got.values, expected);
  assertClose(got.thresholds, thresholds, 0);
});

Deno.test("dcgScore() and ndcgScore() rank as scikit-learn does", () => {
  const { rel, score, weight, cases } = values.ranks;
  for (const c of cases) {
    const options = { k: c.k, ignoreTies: c.ignore, sampleWeight: c.weighted ? weight : null };
    const what = JSON.stringify({ k: c.k, ignore: c.ignore, weighted: c.weighted });
    assertClose(ml.dcgScore(rel, score, options), c.dcg, 1e-12, what);
    assertClose(ml.dcgScore(rel, score, { ...options, logBase: 3 }), c.dcg3, 1e-12, what);
    assertClose(ml.ndcgScore(rel, score, options), c.ndcg, 1e-12, what);
  }
});

const regression: Record<string, [unknown, Loose]> = {
  r2: [ml.r2Score, {}],
  ev: [ml.explainedVarianceScore, {}],
  mse: [ml.meanSquaredError, {}],
  rmse: [ml.rootMeanSquaredError, {}],
  mae: [ml.meanAbsoluteError, {}],
  mape: [ml.meanAbsolutePercentageError, {}],
  median: [ml.medianAbsoluteError, {}],
  pinball: [ml.meanPinballLoss, { alpha: 0.3 }],
  d2_pinball: [ml.d2PinballScore, { alpha: 0.3 }],
  d2_absolute: [ml.d2AbsoluteErrorScore, {}],
};

for (const c of values.numbers) {
  Deno.test(`metrics of numbers are scikit-learn's: ${c.name}, ${c.weight === null ? "plain" : "weighted"}`, () => {
    const k = { sampleWeight: c.weight };
    const several = Array.isArray(c.true[0]);
    // deno-lint-ignore no-explicit-any -- one axis or two
    const absolute = (y: any): any => y.map((v: any) => Array.isArray(v) ? v.map(Math.abs) : Math.abs(v));
    for (const name of ["raw_values", "uniform_average", "weights", "variance_weighted"]) {
      if (c[name] === undefined) continue;
      const multioutput = name === "weights" ? [0.2, 0.3, 0.5].slice(0, c.true[0].length) : name;
      for (const [key, expected] of Object.entries(c[name]) as [string, number][]) {
        if (key === "msle" || key === "rmsle") {
          const f = key === "msle" ? ml.meanSquaredLogError : ml.rootMeanSquaredLogError;
          assertClose(
            call(f, absolute(c.true), absolute(c.pred), { ...k, multioutput }),
            expected,
            1e-12,
            `${key} ${name}`,
          );
          continue;
        }
        const [f, options] = regression[key];
        assertClose(call(f, c.true, c.pred, { ...k, ...options, multioutput }), expected, 1e-12, `${key} ${name}`);
      }
    }
    assertClose(ml.r2Score(c.true, c.pred, { ...k, forceFinite: false }), c.infinite, 1e-12, "not finite");
    if (several) return;
    for (const [power, expected] of Object.entries(c.tweedie) as [string, number][]) {
      assertClose(ml.meanTweedieDeviance(c.true, c.pred, { ...k, power: +power }), expected, 1e-12, `tweedie ${power}`);
      if (c.d2_tweedie === undefined) continue;
      assertClose(
        ml.d2TweedieScore(c.true, c.pred, { ...k, power: +power }),
        c.d2_tweedie[power],
        1e-12,
        `d2 ${power}`,
      );
    }
    assertClose(ml.meanPoissonDeviance(c.true, c.pred, k), c.tweedie[1]);
    assertClose(ml.meanGammaDeviance(c.true, c.pred, k), c.tweedie[2]);
  });
}

for (const c of values.clusters) {
  Deno.test(`metrics of clusterings are scikit-learn's: ${c.name}`, () => {
    const [a, b] = [c.true, c.pred];
    assertClose(ml.contingencyMatrix(a, b), c.contingency);
    assertClose(ml.pairConfusionMatrix(a, b), c.pairs);
    assertClose(ml.randScore(a, b), c.rand);
    assertClose(ml.adjustedRandScore(a, b), c.adjusted);
    assertClose(ml.mutualInfoScore(a, b), c.mi);
    assertClose(ml.fowlkesMallowsScore(a, b), c.fowlkes);
    assertClose(ml.vMeasureScore(a, b, { beta: 2 }), c.v2);
    assertClose([ml.homogeneityScore(a, b), ml.completenessScore(a, b), ml.vMeasureScore(a, b)], c.hcv);
    for (const averageMethod of ["arithmetic", "geometric", "min", "max"] as const) {
      const nmi = ml.normalizedMutualInfoScore(a, b, { averageMethod });
      assertClose(nmi, c[`nmi_${averageMethod}`], 1e-12, `nmi ${averageMethod}`);
      // What is left of two numbers that are nearly equal is rounding, in both libraries.
      const ami = ml.adjustedMutualInfoScore(a, b, { averageMethod });
      if (c.name !== "each_alone") assertClose(ami, c[`ami_${averageMethod}`], 1e-11, `ami ${averageMethod}`);
    }
  });
}

for (const c of values.spread) {
  Deno.test(`silhouettes and spreads are scikit-learn's: ${c.name}`, () => {
    const { X, labels } = c;
    // Distances of equal rows are 0 here, and in scikit-learn the root of what rounding left.
    const tol = c.name === "duplicates" ? 1e-7 : 1e-12;
    assertClose(ml.silhouetteSamples(X, labels), c.samples, tol, "samples");
    assertClose(ml.silhouetteScore(X, labels), c.score, tol, "score");
    assertClose(ml.silhouetteScore(X, labels, { metric: "manhattan" }), c.manhattan, tol, "manhattan");
    assertClose(ml.silhouetteScore(X, labels, { sampleSize: X.length - 2, randomState: 3 }), c.drawn, tol, "drawn");
    const distances = ml.pairwiseDistances(X);
    assertClose(ml.silhouetteScore(distances, labels, { metric: "precomputed" }), c.precomputed, tol, "precomputed");
    assertClose(ml.calinskiHarabaszScore(X, labels), c.ch, tol, "calinski");
    assertClose(ml.daviesBouldinScore(X, labels), c.db, tol, "davies");
  });
}

const booleans = ["jaccard", "dice", "rogerstanimoto", "russellrao", "sokalsneath", "yule"];

Deno.test("pairwiseDistances() has scikit-learn's and SciPy's distances", () => {
  const { X, Y, Z, distances, own, ...g } = values.pairs;
  const truths = (rows: number[][]): ml.NDArray => ml.toNDArray(rows.map((r) => r.map((v) => v > 0.2))) as ml.NDArray;
  for (const metric of Object.keys(distances)) {
    const bool = booleans.includes(metric);
    const a = bool ? truths(X) : [X[0], X[2], X[3], X[4]];
    const options = { metric } as ml.PairwiseDistancesOptions;
    assertClose(ml.pairwiseDistances(a, bool ? truths(Y) : Y, options), distances[metric], 1e-12, metric);
    // Half a unit in the last place of 1 becomes 1e-8 under a root.
    const tol = metric === "euclidean" || metric === "l2" ? 1e-7 : 1e-12;
    assertClose(ml.pairwiseDistances(a, null, options), own[metric], tol, `${metric}, own`);
  }
  assertClose(ml.pairwiseDistances(Z, null, { metric: "seuclidean" }), g.seuclidean, 1e-12, "seuclidean");
  assertClose(ml.pairwiseDistances(Z, null, { metric: "mahalanobis" }), g.mahalanobis, 1e-11, "mahalanobis");
  const weighted = { metric: "minkowski", p: 3, w: [1, 2, 0.5, 3] } as const;
  assertClose(ml.pairwiseDistances(X, Y, weighted), g.minkowski3, 1e-12, "minkowski");
  const two = (rows: number[][]): number[][] => rows.map((r) => r.slice(0, 2));
  assertClose(ml.haversineDistances(two(X), two(Y)), g.haversine, 1e-12, "haversine");
  const holes = X.map((r: number[], i: number) => r.map((v, j) => (i === 0 && j === 1) || i === 4 ? NaN : v));
  assertClose(ml.pairwiseDistances(holes, Y, { metric: "nan_euclidean" }), g.holes, 1e-12, "holes");
  assertClose(ml.nanEuclideanDistances(holes, null, { squared: true }), g.holes_own, 1e-12, "holes, own");
  for (const metric of ["euclidean", "manhattan", "cosine"] as const) {
    assertClose(ml.pairedDistances(X.slice(0, 3), Y, { metric }), g.paired[metric], 1e-12, metric);
  }
  assertClose(
    ml.pairwiseDistances(X, Y, { metric: (x, y) => Math.abs(x.get(0) - y.get(0)) }),
    X.map((x: number[]) => Y.map((y: number[]) => Math.abs(x[0] - y[0]))),
  );
});

Deno.test("silhouetteSamples() of many samples gives what their distances give", () => {
  for (const [n, d, k] of [[501, 5, 3], [700, 8, 2], [640, 7, 1 << 6]]) {
    const rng = new ml.RandomState(n);
    const X = rng.standardNormal([n, d]);
    X.row(3).data.set(X.row(4).data);
    const labels = Int32Array.from({ length: n }, (_, i) => i % k);
    const own = ml.silhouetteSamples(X, labels);
    const given = ml.silhouetteSamples(ml.euclideanDistances(X), labels, { metric: "precomputed" });
    assertClose(own, given, 1e-10, `${n} × ${d}, ${k} clusters`);
  }
});

Deno.test("pairwiseDistancesArgmin() gives the first of those that are equally near", () => {
  for (const m of [1, 2, 3, 7, 64, 65]) {
    const rng = new ml.RandomState(m);
    const X = rng.randint(0, 3, 3000 * 5).reshape(3000, 5).astype("float64");
    const Y = rng.randint(0, 3, m * 5).reshape(m, 5).astype("float64");
    const found = ml.pairwiseDistancesArgmin(X, Y).data;
    for (let i = 0; i < X.length; i++) {
      let best = Infinity, nearest = -1;
      for (let j = 0; j < m; j++) {
        let square = 0;
        for (let c = 0; c < 5; c++) square += (X.get(i, c) - Y.get(j, c)) ** 2;
        if (square < best) [best, nearest] = [square, j];
      }
      assert.equal(found[i], nearest, `row ${i} of ${m}`);
    }
  }
});

Deno.test("pairwiseDistancesArgminMin() finds the nearest, block by block too", () => {
  const { X, Y, argmin, argmin_axis } = values.pairs;
  const near = ml.pairwiseDistancesArgminMin(X, Y);
  assert.deepEqual(near.indices.toArray(), argmin[0]);
  assertClose(near.distances, argmin[1]);
  const other = ml.pairwiseDistancesArgminMin(X, Y, { axis: 0, metric: "manhattan" });
  assert.deepEqual(other.indices.toArray(), argmin_axis[0]);
  assertClose(other.distances, argmin_axis[1]);
  const whole = ml.pairwiseDistances(X, Y).toArray();
  const blocks = [...ml.pairwiseDistancesChunked(X, Y, { workingMemory: 1e-5 })];
  assert.equal(blocks.length, 5);
  assert.deepEqual(blocks.flatMap(({ distances }) => distances.toArray()), whole);
});

Deno.test("pairwiseKernels() has scikit-learn's kernels", () => {
  const { X, Y, P, Q, kernels } = values.pairs;
  for (const { metric, params, values: expected, own } of Object.values(kernels) as Loose[]) {
    const chi = (metric as string).includes("chi2");
    const options = { metric, ...camelCase(params as Loose) } as ml.PairwiseKernelsOptions;
    assertClose(ml.pairwiseKernels(chi ? P : X, chi ? Q : Y, options), expected as number[][], 1e-12, metric as string);
    assertClose(ml.pairwiseKernels(chi ? P : X, null, options), own as number[][], 1e-12, `${metric}, own`);
  }
});

Deno.test("euclideanDistances() and rbfKernel() of much by products of matrices are the same to rounding", () => {
  const B = Array.from(
    { length: 60 },
    (_, i) => Array.from({ length: 40 }, (_, j) => Math.round(Math.sin(i * 40 + j) * 1e4) / 1e4),
  );
  const { sum, row, rbf } = values.pairs.big;
  const distances = ml.euclideanDistances(B);
  assertClose(distances.sum() / sum, 1, 1e-11);
  assertClose(distances.row(7), row, 1e-11);
  assertClose(ml.rbfKernel(B).row(3), rbf, 1e-11);
  for (let i = 0; i < 60; i++) assert.equal(distances.get(i, i), 0);
});

Deno.test("getScorerNames() has scikit-learn's names, and no others", () => {
  assert.deepEqual(ml.getScorerNames(), values.scorers);
});
