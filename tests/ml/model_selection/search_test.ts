import assert from "node:assert/strict";
import {
  crossValidate,
  crossValScore,
  type CvResults,
  FitFailedError,
  type FitProgress,
  GridSearchCV,
  HalvingGridSearchCV,
  InvalidParameterError,
  KFold,
  KNeighborsClassifier,
  loadDigits,
  LogisticRegression,
  logspace,
  makeClassification,
  makeScorer,
  type MatrixLike,
  MinMaxScaler,
  NDArray,
  NotFittedError,
  RandomizedSearchCV,
  SVC,
  UnknownNameError,
} from "../../../ml/mod.ts";
import { assertClose, camelCase, captured, golden } from "../golden.ts";
import { observe } from "../../parity/observe.ts";

const values = golden("ml_model_selection");
const { X, y } = makeClassification({ nSamples: 150, nFeatures: 5, nInformative: 3, nClasses: 3, randomState: 0 });
const grids = [{ C: [1, 10], kernel: ["rbf", "linear"], gamma: [0.1] }, { kernel: ["poly"], degree: [2, 3] }];

function assertResults(actual: CvResults, expected: Record<string, number[]>): void {
  for (const [key, column] of Object.entries(expected)) {
    assertClose(actual[camelKey(key)] as NDArray, column, 1e-12, key);
  }
}

/** `split0_test_score` to `split0TestScore`; columns of parameters keep their names. */
const camelKey = (key: string): string =>
  key.startsWith("param_") ? key : key.replaceAll(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/** Writes down a search against the peer's. */
function observeSearch(
  search: { cvResults_: CvResults; bestScore_: number; bestParams_: Record<string, unknown> },
  means: readonly number[],
  best: number,
  params: Record<string, unknown>,
): void {
  const far = Math.max(...means.map((m, i) => Math.abs(m - search.cvResults_.meanTestScore.get(i))));
  const sorted = (o: Record<string, unknown>): string => JSON.stringify(Object.entries(o).sort());
  const same = sorted(search.bestParams_) === sorted(params);
  observe({ search: { far, best: Math.abs(best - search.bestScore_), same } });
}

Deno.test("GridSearchCV finds what scikit-learn finds, in columns of the same names", async () => {
  const search = await new GridSearchCV(new SVC(), grids, { cv: 3, returnTrainScore: true }).fit(X, y);
  const g = values.grid_search;
  observeSearch(search, g.results.mean_test_score, g.best_score, camelCase(g.best_params));
  assertResults(search.cvResults_, g.results);
  assert.equal(search.bestIndex_, g.best_index);
  assertClose(search.bestScore_, g.best_score);
  assert.deepEqual(search.bestParams_, camelCase(g.best_params));
  assert.deepEqual(Object.keys(search.cvResults_).sort(), g.keys.map(camelKey).sort());
  assert.deepEqual(search.cvResults_.param_degree, g.degree.map((v: number | null) => v ?? undefined));
  assertClose(await search.score(X, y), g.score);
  assert.equal(search.nSplits_, 3);
  assert.ok(search.refitTime_ > 0 && search.cvResults_.meanFitTime.data.every((t) => t > 0));
  assert.ok((await search.predict(X)).equals(await search.bestEstimator_.predict(X)));
  assert.deepEqual((await search.decisionFunction(X)).shape, [150, 3]);
  assert.deepEqual(search.classes_.toArray(), [0, 1, 2]);
  assert.equal(search.nFeaturesIn_, 5);
});

Deno.test("GridSearchCV judges by several metrics, and refits by one of them", async () => {
  const scoring = ["accuracy", "f1_macro", "balanced_accuracy"];
  const search = await new GridSearchCV(new SVC(), { C: [0.1, 1, 10] }, { cv: 4, scoring, refit: "f1_macro" }).fit(
    X,
    y,
  );
  assertResults(search.cvResults_, values.several.results);
  assertClose(search.bestScore_, values.several.best_score);
  assertClose(await search.score(X, y), values.several.score);
});

Deno.test("GridSearchCV chooses by a function of the results", async () => {
  const refit = (results: CvResults): number => results.meanTestScore.argmin();
  const search = await new GridSearchCV(new SVC(), { C: [1e-3, 10] }, { cv: 3, refit }).fit(X, y);
  assert.deepEqual(search.bestParams_, { C: 0.001 });
  assert.equal(search.bestScore_, undefined);
  assert.equal(search.bestEstimator_.C, 0.001);
  await assert.rejects(
    new GridSearchCV(new SVC(), { C: [1] }, { cv: 3, refit: () => 7 }).fit(X, y),
    /no candidate's number/,
  );
});

Deno.test("GridSearchCV without refit has no estimator to ask", async () => {
  const search = await new GridSearchCV(new SVC(), { C: [1, 10] }, { cv: 3, refit: false }).fit(X, y);
  assert.equal(typeof search.bestScore_, "number");
  await assert.rejects(search.predict(X), /needs refit/);
  await assert.rejects(new GridSearchCV(new SVC(), { C: [1] }).predict(X), NotFittedError);
});

Deno.test("GridSearchCV takes everything in one object, and can be cloned by its parameters", async () => {
  const search = new GridSearchCV({ estimator: new SVC({ C: 2 }), paramGrid: { gamma: [0.1] }, cv: 2 });
  assert.equal(search.getParams().estimator__C, 2);
  search.setParams({ estimator__C: 3 });
  await search.fit(X, y);
  assert.equal(search.bestEstimator_.C, 3);
  assert.throws(() => new GridSearchCV(new SVC(), { C: [1] }, { nJob: 1 } as object), /did you mean "nJobs"/);
});

Deno.test("GridSearchCV searches in searches", async () => {
  const inner = new GridSearchCV(new SVC(), { C: [0.1, 10] }, { cv: 2 });
  const scores = await crossValScore(inner, X, y, { cv: 2 });
  assert.equal(scores.size, 2);
  const outer = await new GridSearchCV(inner, { estimator__kernel: ["rbf", "linear"] }, { cv: 2 }).fit(X, y);
  assert.ok("C" in outer.bestEstimator_.bestParams_);
});

Deno.test("RandomizedSearchCV on the digits finds what scikit-learn finds", async () => {
  const digits = loadDigits();
  const space = {
    C: logspace(-6, 6, 13),
    gamma: logspace(-8, 8, 17),
    tol: logspace(-4, -1, 4),
    classWeight: [null, "balanced"],
  };
  const search = new RandomizedSearchCV(new SVC(), space, { nIter: 50, cv: 3, randomState: 0 });
  await search.fit(digits.X, digits.y);
  observeSearch(search, values.digits.results.mean_test_score, Math.max(...values.digits.results.mean_test_score), {
    C: 1e6,
    gamma: 1e-4,
    tol: 1e-3,
    classWeight: null,
  });
  assert.deepEqual(search.bestParams_, { C: 1e6, gamma: 1e-4, tol: 1e-3, classWeight: null });
  assert.equal(search.bestScore_.toFixed(6), "0.955481");
  assert.equal(search.bestIndex_, values.digits.best_index);
  // Solvers stop near the same optimum, not at the same point: a test sample in 599 may fall on the other side.
  const { results } = values.digits;
  assertClose(search.cvResults_.meanTestScore, results.mean_test_score, 1e-3, "means");
  for (const key of ["split0_test_score", "split2_test_score"]) {
    assertClose(search.cvResults_[camelKey(key)] as NDArray, results[key], 2.01 / 599, key);
  }
});

Deno.test("crossValScore() gives scikit-learn's scores", async () => {
  assertClose(await crossValScore(new SVC(), X, y), values.cross_val_score.default);
  const cv = new KFold({ nSplits: 3, shuffle: true, randomState: 0 });
  assertClose(await crossValScore(new SVC(), X, y, { cv, scoring: "f1_weighted" }), values.cross_val_score.kfold);
  const K = new NDArray(new Float64Array(150 * 150), [150, 150]);
  for (let i = 0; i < 150; i++) {
    for (let j = 0; j < 150; j++) {
      for (let k = 0; k < 5; k++) K.data[i * 150 + j] += X.get(i, k) * X.get(j, k);
    }
  }
  const precomputed = await crossValScore(new SVC({ kernel: "precomputed" }), K, y, { cv: 3 });
  assertClose(precomputed, values.cross_val_score.precomputed);
});

Deno.test("crossValidate() gives times, estimators, splits and several scores", async () => {
  const scores = await crossValidate(new SVC(), X, y, {
    cv: 3,
    scoring: { acc: "accuracy", margin: makeScorer((_t, d) => d.max(), { responseMethod: "decisionFunction" }) },
    returnTrainScore: true,
    returnEstimator: true,
    returnIndices: true,
  });
  assert.equal(scores.estimator?.length, 3);
  assert.equal((scores.testAcc as NDArray).size, 3);
  assert.ok((scores.trainMargin as NDArray).min() > 2);
  assert.deepEqual(scores.indices?.test.reduce((n, t) => n + t.length, 0), 150);
});

Deno.test("a search says how far it is, in scikit-learn's lines", async () => {
  const lines = async (verbose: number): Promise<string[]> => {
    const search = new GridSearchCV(new SVC(), { C: [1, 10], kernel: ["rbf"] }, { cv: 3, verbose });
    return (await captured(() => search.fit(X, y))).log;
  };
  assert.deepEqual(await lines(0), []);
  assert.deepEqual(await lines(1), ["Fitting 3 folds for each of 2 candidates, totalling 6 fits"]);
  const two = await lines(2);
  assert.equal(two.length, 7);
  assert.match(two[1], /^\[CV\] END \.+C=10?, kernel=rbf; total time= +\d+\.\ds$/);
  assert.equal(two[1].length, 80);
  // In the order in which fits end, which is that of the plan.
  const some = (list: string[], pattern: RegExp): void => assert.ok(list.some((l) => pattern.test(l)), list.join("\n"));
  some(await lines(3), /^\[CV 2\/3\] END \.+C=1, kernel=rbf;, score=0\.\d{3} total time= +\d+\.\ds$/);
  const ten = await lines(10);
  assert.equal(ten.length, 13);
  some(ten, /^\[CV 1\/3; 1\/2\] START C=1, kernel=rbf\.+$/);
  some(ten, /^\[CV 3\/3; 2\/2\] END \.+C=10, kernel=rbf;, score=0\.\d{3} total time= +\d+\.\ds$/);
});

Deno.test("a cross validation numbers no folds in its lines, and lists stand there as lists", async () => {
  const { log } = await captured(() => crossValScore(new SVC(), X, y, { cv: 2, verbose: 11 }));
  assert.equal(log[0], "[CV] START ".padEnd(80, "."));
  assert.match(log[1], /^\[CV\] END \.+ score: \(test=0\.\d{3}\) total time= +\d+\.\ds$/);
  const own = await captured(() => crossValidate(new SVC(), X, y, { cv: 2, verbose: 3 }));
  assert.match(own.log[0], /^\[CV\] END \.+, score=0\.\d{3} total time= +\d+\.\ds$/);
  const scoring = (): number => 1;
  const search = new GridSearchCV(new MinMaxScaler(), { featureRange: [[0, 1]] }, { cv: 2, verbose: 2, scoring });
  assert.match((await captured(() => search.fit(X, y))).log[1], /\.featureRange=\[0, 1\]; total time=/);
});

Deno.test("a search tells onProgress after each fit", async () => {
  const seen: FitProgress[] = [];
  const onProgress = (p: FitProgress): void => void seen.push(p);
  await new GridSearchCV(new SVC(), { C: [1, 10] }, { cv: 3, onProgress }).fit(X, y);
  assert.deepEqual(seen.map((p) => [p.done, p.total]), [1, 2, 3, 4, 5, 6].map((i) => [i, 6]));
  assert.deepEqual(seen.map((p) => p.params?.C as number).sort((a, b) => a - b), [1, 1, 1, 10, 10, 10]);
});

class Sulky extends SVC {
  override fit(X: MatrixLike, y: number[]): Promise<this> {
    if (this.C === 13) return Promise.reject(new RangeError("not with 13"));
    return super.fit(X, y);
  }
}

Deno.test("a candidate that fails scores errorScore and is reported; where all fail, the search does", async () => {
  const search = new GridSearchCV(new Sulky(), { C: [1, 13, 10] }, { cv: 3 });
  const { warn } = await captured(() => search.fit(X, y));
  assert.equal(warn.length, 1);
  assert.match(warn[0], /3 of 9 fits failed; they score NaN.*not with 13/);
  assert.ok(Number.isNaN(search.cvResults_.meanTestScore.get(1)));
  assert.equal(search.cvResults_.rankTestScore.get(1), 3);
  await assert.rejects(new GridSearchCV(new Sulky(), { C: [13] }, { cv: 3 }).fit(X, y), (e: FitFailedError) => {
    assert.ok(e instanceof FitFailedError && e.cause instanceof Error);
    assert.match(e.message, /all 3 fits failed, the first with: RangeError: not with 13/);
    return true;
  });
  await assert.rejects(
    new GridSearchCV(new Sulky(), { C: [1, 13] }, { cv: 3, errorScore: "raise" }).fit(X, y),
    /not with 13/,
  );
  const zero = new GridSearchCV(new Sulky(), { C: [1, 13] }, { cv: 3, errorScore: 0 });
  await captured(() => zero.fit(X, y));
  assert.equal(zero.cvResults_.meanTestScore.get(1), 0);
});

Deno.test("a scoring that fails scores errorScore and is reported", async () => {
  const scoring = makeScorer(() => {
    throw new Error("no score today");
  });
  const { warn } = await captured(() => new GridSearchCV(new SVC(), { C: [1] }, { cv: 3, scoring }).fit(X, y));
  assert.match(warn[0], /scoring failed.*no score today/);
});

Deno.test("a search refuses bad input before the first fit", async () => {
  const fit = (grid: Record<string, unknown[]>, options: object = {}): Promise<unknown> =>
    new GridSearchCV(new SVC(), grid, options).fit(X, y);
  await assert.rejects(fit({ c: [1] }), /SVC: no parameter "c"; did you mean "C"/);
  await assert.rejects(fit({ class_weight: [null] }), /did you mean "classWeight"/);
  await assert.rejects(fit({ C: [] }), /C has no values/);
  await assert.rejects(new GridSearchCV(new SVC(), []).fit(X, y), InvalidParameterError);
  await assert.rejects(fit({ C: [1] }, { cv: 60 }), /nSplits=60 is larger than every class/);
  await assert.rejects(fit({ C: [1] }, { scoring: "acuracy" }), /did you mean "accuracy"/);
  await assert.rejects(fit({ C: [1] }, { scoring: ["accuracy", "r2"] }), /refit must name one/);
  await assert.rejects(fit({ C: [1] }, { scoring: ["accuracy"], refit: "f1" }), UnknownNameError);
  await assert.rejects(new GridSearchCV(new SVC(), { C: [1] }).fit(X, y.slice(1)), /X has 150, y has 149/);
  await assert.rejects(new GridSearchCV(new SVC(), { C: [1] }).fit([], []), /X has no samples/);
  await assert.rejects(new GridSearchCV({} as object, { C: [1] }).fit(X, y), InvalidParameterError);
  await assert.rejects(new GridSearchCV(new SVC(), { C: [1] }, { cv: 3 }).fit(X, y.map(() => 1)), FitFailedError);
});

Deno.test("GridSearchCV says once what its fits warn of", async () => {
  const search = new GridSearchCV(new SVC({ maxIter: 2 }), { C: [1, 2, 3] }, { cv: 3, refit: false });
  const { warn } = await captured(() => search.fit(X, y));
  assert.deepEqual(warn, ["SVC: stopped at maxIter=2 before it converged; scale the features, or raise maxIter"]);
});

Deno.test("crossValScore() refuses weights for an estimator that takes none", async () => {
  const sampleWeight = new Float64Array(150).fill(1);
  await assert.rejects(
    crossValScore(new KNeighborsClassifier(), X, y, { sampleWeight }),
    /KNeighborsClassifier.fit takes no weights of samples/,
  );
  assert.equal((await crossValScore(new SVC(), X, y, { sampleWeight, cv: 3 })).size, 3);
});

Deno.test("GridSearchCV.fit() takes weights alone in the third place, and refuses options that it does not have", async () => {
  const sampleWeight = Float64Array.from({ length: 150 }, (_, i) => i % 3);
  const make = (): GridSearchCV => new GridSearchCV(new SVC(), { C: [0.01, 1] }, { cv: 3 });
  const search = await make().fit(X, y, { sampleWeight });
  const alone = await make().fit(X, y, sampleWeight);
  const without = await make().fit(X, y);
  assert.deepEqual(alone.cvResults_.meanTestScore, search.cvResults_.meanTestScore);
  assert.notDeepEqual(without.cvResults_.meanTestScore, search.cvResults_.meanTestScore);
  await assert.rejects(make().fit(X, y, { sampleWeights: sampleWeight } as object), /did you mean "sampleWeight"/);
});

for (
  const [name, search] of Object.entries({
    "GridSearchCV of LogisticRegression": new GridSearchCV(new LogisticRegression({ maxIter: 1 }), { C: [1, 10] }),
    "GridSearchCV of SVC": new GridSearchCV(new SVC({ maxIter: 2 }), { C: [1, 10] }),
    "HalvingGridSearchCV of SVC": new HalvingGridSearchCV(new SVC({ maxIter: 2 }), { C: [1, 10, 100] }),
  })
) {
  Deno.test(`${name} says once that its folds and its refit did not converge`, async () => {
    const { warn } = await captured(() => search.fit(X, y));
    assert.equal(warn.length, 1, warn.join("\n"));
    assert.match(warn[0], /stopped at maxIter=\d before it converged; .*raise maxIter/);
    // Another search says it again.
    assert.equal((await captured(() => search.fit(X, y))).warn.length, 1);
  });
}
