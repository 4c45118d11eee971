import assert from "node:assert/strict";
import {
  Client,
  crossValPredict,
  crossValScore,
  FitFailedError,
  GaussianNB,
  getScorer,
  GridSearchCV,
  GroupKFold,
  HalvingGridSearchCV,
  HalvingRandomSearchCV,
  InvalidParameterError,
  KFold,
  learningCurve,
  logspace,
  makeClassification,
  makeRegression,
  type NDArray,
  parallelBackend,
  permutationTestScore,
  RandomizedSearchCV,
  Ridge,
  rocAucScore,
  ShuffleSplit,
  SplitError,
  stats,
  SVC,
  UnknownNameError,
  validationCurve,
} from "../../../mod.ts";
import { assertClose, camelCase, captured, golden } from "../golden.ts";

const values = golden("ml_model_selection_more");
const { X, y } = makeClassification({
  nSamples: 240,
  nFeatures: 6,
  nInformative: 4,
  nClasses: 3,
  flipY: 0.2,
  randomState: 1,
});
const groups = Array.from({ length: 240 }, (_, i) => i % 11);
const nb = new GaussianNB();
const space = { varSmoothing: logspace(-9, 1, 12) };
const anySpace = { varSmoothing: stats.loguniform(1e-9, 10) };

for (const c of values.halving) {
  Deno.test(`Halving searches go scikit-learn's way: ${c.kind}, ${JSON.stringify(c.params)}`, async () => {
    const options = { ...camelCase(c.params), scoring: "neg_log_loss", randomState: 0 };
    const search = c.kind === "grid"
      ? new HalvingGridSearchCV(nb, space, options)
      : new HalvingRandomSearchCV(nb, anySpace, options);
    await search.fit(X, y);
    const { results } = c;
    assert.deepEqual(search.nResources_, c.n_resources);
    assert.deepEqual(search.nCandidates_, c.n_candidates);
    assertClose(search.cvResults_.params.map((p) => p.varSmoothing as number), c.smoothing, 1e-12, "candidates");
    assert.deepEqual((search.cvResults_.iter as NDArray).toArray(), results.iter);
    assert.deepEqual((search.cvResults_.nResources as NDArray).toArray(), results.n_resources);
    assertClose(search.cvResults_.meanTestScore, results.mean_test_score, 1e-9, "test");
    assertClose(search.cvResults_.meanTrainScore as NDArray, results.mean_train_score, 1e-9, "train");
    assert.deepEqual(search.cvResults_.rankTestScore.toArray(), results.rank_test_score);
    assert.equal(search.bestIndex_, c.best_index);
    assertClose(search.bestScore_, c.best_score, 1e-9);
    assert.deepEqual(
      [search.minResources_, search.maxResources_, search.nRemainingCandidates_],
      [c.min, c.max, c.remaining],
    );
    assert.deepEqual(
      [search.nIterations_, search.nPossibleIterations_, search.nRequiredIterations_],
      [c.iterations, c.possible, c.required],
    );
  });
}

Deno.test("HalvingGridSearchCV searches for regressors", async () => {
  const data = makeRegression({ nSamples: 60, nFeatures: 4, noise: 30, randomState: 0 });
  const options = { randomState: 1, factor: 2, scoring: "r2" };
  const search = new HalvingGridSearchCV(new Ridge(), { alpha: [0.1, 1, 10, 100] }, options);
  await search.fit(data.X, data.y as NDArray);
  assert.deepEqual(search.bestParams_, values.halving_ridge.best);
  assertClose(search.cvResults_.meanTestScore, values.halving_ridge.means, 1e-9);
});

Deno.test("HalvingGridSearchCV may spend a hyperparameter instead of samples", async () => {
  const options = { resource: "degree", maxResources: 4, factor: 2, cv: 3, randomState: 0, verbose: 1 };
  const search = new HalvingGridSearchCV(new SVC({ kernel: "poly" }), { C: [0.1, 1, 10] }, options);
  const { log } = await captured(() => search.fit(X, y));
  assert.deepEqual(search.nResources_, [2, 4]);
  assert.deepEqual(search.nCandidates_, [3, 2]);
  assert.deepEqual(search.cvResults_.params.map((p) => p.degree), [2, 2, 2, 4, 4]);
  assert.equal(search.bestParams_.degree, 4);
  assert.deepEqual(log.slice(0, 4), [
    "n_iterations: 2",
    "n_required_iterations: 2",
    "n_possible_iterations: 2",
    "min_resources_: 2",
  ]);
  const wrong = (more: object, pattern: RegExp): Promise<void> =>
    assert.rejects(new HalvingGridSearchCV(nb, space, { randomState: 0, ...more }).fit(X, y), pattern);
  await wrong({ resource: "nSample" }, /no parameter of GaussianNB; did you mean "nSamples"/);
  await wrong({ factor: 1 }, /factor must be a number larger than 1/);
  await wrong({ minResources: 500 }, /needs 500 nSamples, more than there are/);
  await wrong({ cv: new ShuffleSplit() }, /must split alike each time/);
  await wrong({ resource: "varSmoothing", maxResources: 3 }, /cannot be searched for/);
  await wrong({ resource: "varSmoothing" }, /maxResources must be a number/);
  const both = new HalvingRandomSearchCV(nb, anySpace, { minResources: "exhaust" });
  await assert.rejects(both.fit(X, y), /cannot both be "exhaust"/);
});

Deno.test("crossValPredict() says of each sample what an estimator says that has not seen it", async () => {
  const { plain, proba, groups: grouped, missing } = values.predict;
  assert.deepEqual((await crossValPredict(nb, X, y, { cv: 4 })).slice(0, 40).toArray(), plain);
  const of = await crossValPredict(nb, X, y, { cv: 4, method: "predictProba" });
  assert.deepEqual(of.shape, [240, 3]);
  assertClose(of.slice(0, 20), proba, 1e-9);
  assert.deepEqual(
    (await crossValPredict(nb, X, y, { cv: new GroupKFold({ nSplits: 3 }), groups })).slice(0, 40).toArray(),
    grouped,
  );
  const order = [...y.data.keys()].sort((a, b) => (y.data[a] as number) - (y.data[b] as number) || a - b).slice(0, 200);
  const { warn } = await captured(async () => {
    const some = await crossValPredict(nb, X.take(order), y.take(order), {
      cv: new KFold({ nSplits: 3 }),
      method: "predictProba",
    });
    assertClose(some.take([0, 20, 40, 60, 80, 100, 120, 140, 160, 180]), missing, 1e-9);
  });
  assert.match(warn[0], /a training set has 2 of 3 classes/);
  const words = Array.from(y.data, (v) => `class ${v}`);
  const named = await crossValPredict(nb, X, words, { cv: 4 });
  assert.deepEqual(named.slice(0, 40).toArray(), plain.map((v: number) => `class ${v}`));
  await assert.rejects(crossValPredict(nb, X, y, { cv: new ShuffleSplit({ nSplits: 2 }) }), SplitError);
  await assert.rejects(crossValPredict(nb, X, y, { method: "decisionFunction" }), /GaussianNB has no decisionFunction/);
});

Deno.test("learningCurve() trains on more and more samples, as scikit-learn does", async () => {
  const check = (curve: Awaited<ReturnType<typeof learningCurve>>, g: Record<string, number[]>): void => {
    assert.deepEqual(curve.trainSizes.toArray(), g.sizes);
    assertClose(curve.trainScores, g.train, 1e-9, "train");
    assertClose(curve.testScores, g.test, 1e-9, "test");
    assert.deepEqual(curve.fitTimes.shape, curve.testScores.shape);
  };
  check(await learningCurve(nb, X, y, { cv: 3 }), values.learning);
  const shuffled = { cv: 3, shuffle: true, randomState: 5 };
  check(
    await learningCurve(nb, X, y, { ...shuffled, trainSizes: [30, 90, 60], scoring: "neg_log_loss" }),
    values.learning_shuffled,
  );
  check(await learningCurve(nb, X, y, { ...shuffled, exploitIncrementalLearning: true }), values.learning_further);
  await assert.rejects(learningCurve(nb, X, y, { trainSizes: [0, 10] }), /must be from 1 to/);
  await assert.rejects(learningCurve(nb, X, y, { trainSizes: [0.5, 1.5] }), /at most 1/);
  await assert.rejects(learningCurve(new SVC(), X, y, { exploitIncrementalLearning: true }), /no partialFit/);
});

Deno.test("validationCurve() tries the values of a hyperparameter, as scikit-learn does", async () => {
  const options = { paramName: "varSmoothing", paramRange: [1e-9, 0.01, 1], cv: 3 };
  const curve = await validationCurve(nb, X, y, { ...options, scoring: "f1_macro" });
  assertClose(curve.trainScores, values.validation.train, 1e-9);
  assertClose(curve.testScores, values.validation.test, 1e-9);
  await assert.rejects(validationCurve(nb, X, y, { ...options, paramName: "smoothing" }), UnknownNameError);
  await assert.rejects(validationCurve(nb, X, y, { ...options, paramRange: [] }), InvalidParameterError);
  await assert.rejects(validationCurve(nb, X, y, { ...options, paramRange: [-1] }), FitFailedError);
});

Deno.test("permutationTestScore() compares with targets that changed places, as scikit-learn does", async () => {
  for (const [key, own] of [["permuted", {}], ["permuted_groups", { groups }]] as const) {
    const test = await permutationTestScore(nb, X, y, { cv: 3, nPermutations: 12, randomState: 2, ...own });
    const { score, scores, pvalue } = values[key];
    assertClose(test.score, score, 1e-9, key);
    assertClose(test.permutationScores, scores, 1e-9, key);
    assertClose(test.pvalue, pvalue, 1e-12, key);
  }
  await assert.rejects(permutationTestScore(nb, X, y, { nPermutations: 0 }), InvalidParameterError);
});

Deno.test("GridSearchCV hands groups to the splitter, and judges by named metrics", async () => {
  const scoring = { a: "accuracy", l: "neg_log_loss" };
  const options = { cv: new GroupKFold({ nSplits: 3 }), scoring, refit: "l", returnTrainScore: true };
  const search = await new GridSearchCV(nb, { varSmoothing: [1e-9, 0.1] }, options).fit(X, y, { groups });
  const { cvResults_: r } = search;
  const g = values.grouped;
  assertClose(r.meanTestA as NDArray, g.mean_test_a, 1e-9);
  assertClose(r.meanTestL as NDArray, g.mean_test_l, 1e-9);
  assertClose(r.stdTrainL as NDArray, g.std_train_l, 1e-9);
  assertClose(r.split1TestA as NDArray, g.split1_test_a, 1e-9);
  assert.deepEqual((r.rankTestL as NDArray).toArray(), g.rank_test_l);
  assertClose(await search.score(X, y), g.score, 1e-9);
  const chosen = new GridSearchCV(nb, { varSmoothing: [1e-9, 0.1] }, { scoring, refit: () => 1 });
  await chosen.fit(X, y);
  assert.equal(chosen.bestIndex_, 1);
  assert.equal(chosen.bestScore_, undefined);
  await assert.rejects(chosen.score(X, y), /refit must name one/);
});

Deno.test("A search says which methods it can hand on, and scorers ask", async () => {
  const two = makeClassification({ nSamples: 80, randomState: 0 });
  const search = new GridSearchCV(nb, { varSmoothing: [1e-9, 1e-3] }, { cv: 3 });
  assert.equal(search.supports("predictProba"), true);
  assert.equal(search.supports("decisionFunction"), false);
  await search.fit(two.X, two.y);
  const proba = await search.predictProba(two.X);
  assert.equal(await getScorer("roc_auc").score(search, two.X, two.y), rocAucScore(two.y, proba.col(1)));
  assert.deepEqual((await search.predictLogProba(two.X)).shape, [80, 2]);
  const drawn = new RandomizedSearchCV(nb, [{ varSmoothing: stats.expon(0, 1e-3) }], {
    nIter: 3,
    cv: 3,
    randomState: 1,
  });
  await drawn.fit(two.X, two.y);
  assert.equal(drawn.cvResults_.params.length, 3);
});

Deno.test("Cross-validated predictions, curves and searches are the same on a cluster", async () => {
  const all = async (): Promise<unknown[]> => {
    const proba = await crossValPredict(nb, X, y, { cv: 4, method: "predictProba" });
    const chance = await permutationTestScore(nb, X, y, { cv: 3, nPermutations: 5, scoring: "neg_log_loss" });
    const further = await learningCurve(nb, X, y, { cv: 3, exploitIncrementalLearning: true });
    const halving = await new HalvingRandomSearchCV(nb, anySpace, { randomState: 0 }).fit(X, y);
    // A search inside of a cross validation: what it draws from travels.
    const inner = new RandomizedSearchCV(nb, anySpace, { nIter: 2, cv: 2, randomState: 0 });
    const nested = await crossValScore(inner, X, y, { cv: 2, scoring: "roc_auc_ovr" });
    return [proba, chance.permutationScores, further.testScores, halving.cvResults_.meanTestScore, nested].map((a) =>
      a.toArray()
    );
  };
  const here = await all();
  await using client = await Client.local({ processes: false, threadsPerWorker: 2 });
  assert.deepEqual(await parallelBackend("cluster", { client }, all), here);
});
