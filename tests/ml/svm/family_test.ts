import assert from "node:assert/strict";
import {
  GridSearchCV,
  makeClassification,
  NDArray,
  type Params,
  RandomState,
  ShuffleSplit,
  SVC,
} from "../../../ml/mod.ts";
import type { FitFamily } from "../../../ml/mod.ts";
import { captured, golden } from "../golden.ts";

/** Inherits the plan, and so is fitted one by one. */
class Single extends SVC {}

type Grid = Record<string, unknown[]>;
type Options = NonNullable<ConstructorParameters<typeof GridSearchCV>[0]>;

/** Scores of a planned search and of one fit by fit. */
async function both(
  X: NDArray<Float64Array>,
  y: NDArray<Int32Array>,
  base: Params,
  grid: Grid,
  options: object = {},
  sampleWeight?: Float64Array,
): Promise<[GridSearchCV, GridSearchCV]> {
  const run = (estimator: SVC) =>
    new GridSearchCV(estimator, grid as never, { cv: 3, refit: false, ...options } as Options).fit(X, y, {
      sampleWeight,
    });
  return [await run(new SVC(base)), await run(new Single(base))];
}

function assertNear([planned, single]: [GridSearchCV, GridSearchCV], far: number): void {
  for (const [key, column] of Object.entries(single.cvResults_)) {
    if (!/(Test|Train)/.test(key) || /rank|std/.test(key)) continue;
    const mine = (planned.cvResults_[key] as NDArray<Float64Array>).data;
    (column as NDArray<Float64Array>).data.forEach((v, i) =>
      assert.ok(
        Math.abs(v - mine[i]) <= far,
        `${key}[${i}] ${JSON.stringify(single.cvResults_.params[i])}: ${mine[i]}, not ${v}`,
      )
    );
  }
}

const methods = (X: NDArray<Float64Array>, y: NDArray<Int32Array>, params: Params[], cv = 3): string[] => {
  const n = X.length;
  const splits = Array.from({ length: cv }, (_, s) => {
    const test = Int32Array.from({ length: n }, (_, i) => i).filter((i) => i % cv === s);
    const train = Int32Array.from({ length: n }, (_, i) => i).filter((i) => i % cv !== s);
    return [train, test] as const;
  });
  const family = { estimator: new SVC(), X, y, candidates: params, splits, wanted: ["predict"], onTrain: false };
  const plan = SVC.planFits(family as unknown as FitFamily);
  return (plan?.parts ?? []).map((p) => (p.task as { way: string }).way);
};

Deno.test("a search over small SVCs comes to what single fits come to", async () => {
  const { X, y } = makeClassification({ nSamples: 240, nFeatures: 5, nInformative: 3, nClasses: 3, randomState: 0 });
  const sampleWeight = new RandomState(0).uniform(0, 2, 240).data;
  sampleWeight[5] = 0;
  const grid = {
    C: [10, 0.1, 1],
    gamma: ["scale", "auto", 50],
    kernel: ["rbf"],
    classWeight: [null, "balanced"],
    shrinking: [true, false],
  };
  const options = { returnTrainScore: true, scoring: ["accuracy", "f1_macro"] };
  assertNear(await both(X, y, {}, grid, options, sampleWeight), 1e-12);
  assertNear(
    await both(X, y, { decisionFunctionShape: "ovo" }, { C: [1, 5], tol: [1e-2, 1e-4], kernel: ["linear"] }),
    1e-12,
  );
  assertNear(await both(X, y, { kernel: "poly", gamma: 0.1, coef0: 1 }, { C: [0.1, 1], degree: [2, 3] }), 1e-12);
  assert.deepEqual(new Set(methods(X, y, [{ C: 1 }, { C: 2, gamma: 3 }])), new Set(["small"]));
});

Deno.test("a search over small SVCs with kernels from very wide to very narrow, on splits that name samples twice, comes to what single fits come to", async () => {
  const { X, y } = makeClassification({ nSamples: 260, nFeatures: 5, nInformative: 3, nClasses: 3, randomState: 8 });
  const all = [...Array(260).keys()];
  const cv = [0, 1, 2].map((s) => {
    const train = all.filter((i) => i % 3 !== s).flatMap((i) => i % 7 === s ? [i, i] : [i]);
    return [Int32Array.from(train), Int32Array.from(all.filter((i) => i % 3 === s))] as const;
  });
  const grid = { C: [1e-6, 1e-2, 1, 1e3], gamma: [1e-8, 1e-3, 1, 1e3, 1e6], classWeight: [null, "balanced"] };
  const options = { returnTrainScore: true, cv };
  assertNear(await both(X, y, {}, grid, options), 1e-12);
  assertNear(
    await both(X, y, { kernel: "poly", coef0: 1 }, { ...grid, gamma: [1e-3, 0.1], C: [1e-4, 1] }, options),
    1e-12,
  );
  assertNear(await both(X, y, { tol: 1e-5 }, { ...grid, gamma: [0.3], C: [1e-4, 0.3, 50] }, {}), 1e-12);
});

Deno.test("a search over small SVCs with kernels that may not be positive, or are given, comes to what single fits come to", async () => {
  const { X, y } = makeClassification({ nSamples: 230, nFeatures: 6, nInformative: 4, nClasses: 3, randomState: 6 });
  const grid = { C: [10, 0.1, 1], gamma: ["scale", 0.01, 0.3], coef0: [0, -0.5, 0.5], kernel: ["sigmoid"] };
  const options = { returnTrainScore: true, scoring: ["accuracy", "f1_macro"] };
  assertNear(await both(X, y, {}, grid, options), 1e-12);
  const n = X.length;
  const K = new NDArray(new Float64Array(n * n), [n, n]);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let square = 0;
      for (let f = 0; f < 6; f++) square += (X.data[i * 6 + f] - X.data[j * 6 + f]) ** 2;
      K.data[i * n + j] = K.data[j * n + i] = Math.exp(-0.2 * square);
    }
  }
  const given = { C: [1, 0.1, 30], classWeight: [null, "balanced"], tol: [1e-3, 1e-5] };
  const sampleWeight = new RandomState(0).uniform(0, 2, n).data;
  const base = { kernel: "precomputed" };
  assertNear(await both(K, y, base, given, options, sampleWeight), 1e-12);
  // One that wants to see the estimator itself.
  const own = { scoring: (e: SVC, X: NDArray<Float64Array>) => e.predict(X).then((p) => p.size + e.support_.size) };
  assertNear(await both(K, y, base, { C: [1, 2] }, own), 1e-12);
  assert.deepEqual(new Set(methods(X, y, [{ kernel: "sigmoid" }])), new Set(["small"]));
  assert.deepEqual(new Set(methods(K, y, [base])), new Set(["small"]));
  K.data[1] += 1;
  assert.deepEqual(methods(K, y, [base]), []);
});

Deno.test("a search over large SVCs comes to what single fits come to: two classes, few features", async () => {
  const { X, y } = makeClassification({ nSamples: 1800, nFeatures: 4, flipY: 0.1, randomState: 1 });
  const grid = { C: [5, 0.01, 1], kernel: ["rbf", "poly", "linear"], shrinking: [true, false] };
  const options = { returnTrainScore: true, scoring: ["accuracy", "roc_auc"] };
  // A small tolerance: the plane of a linear kernel is free to turn a little within a large one.
  assertNear(await both(X, y, { gamma: "auto", tol: 1e-5 }, grid, options), 0.002);
  assertNear(await both(X, y, {}, { C: [1, 0.1], classWeight: [null, "balanced", { 0: 2 }] }), 0.002);
  const sampleWeight = new RandomState(0).uniform(0, 2, 1800).data;
  const cv = new ShuffleSplit({ nSplits: 2, testSize: 0.3, randomState: 0 });
  assertNear(await both(X, y, { gamma: 0.3 }, { C: [1, 3] }, { cv }, sampleWeight), 0.002);
  assertNear(await both(X, y, { gamma: 0.3 }, { C: [1, 3] }, {}, sampleWeight), 0.002);
  const params = [{ C: 1, gamma: 0.1 }, { C: 2, gamma: 0.1, kernel: "linear" }];
  assert.deepEqual(new Set(methods(X, y, params)), new Set(["fold"]));
  assert.deepEqual(new Set(methods(X, y, [{ C: 1 }])), new Set(["paths"]));
});

Deno.test("a search over large SVCs comes to what single fits come to: many features, several classes", async () => {
  const { X, y } = makeClassification({
    ...{ nSamples: 2300, nFeatures: 14, nInformative: 10, nClasses: 3, flipY: 0.05, randomState: 2 },
  });
  const options = { returnTrainScore: true };
  const grid = { C: [30, 1], gamma: [0.02, 0.05, 0.1, 0.2], kernel: ["rbf", "poly"] };
  assertNear(await both(X, y, {}, { ...grid, gamma: [0.05] }, options), 0.002);
  const params = grid.gamma.flatMap((gamma) => grid.kernel.map((kernel) => ({ C: 1, gamma, kernel })));
  assert.deepEqual(new Set(methods(X, y, params)), new Set(["folds"]));
  const six: Grid = { C: [1], gamma: [0.01, 0.02, 0.04, 0.06, 0.08, 0.1] };
  assertNear(await both(X, y, {}, six), 0.002);
  const five = makeClassification({
    ...{
      nSamples: 3800,
      nFeatures: 6,
      nInformative: 5,
      nRedundant: 0,
      nClasses: 5,
      nClustersPerClass: 1,
      randomState: 3,
    },
  });
  assertNear(await both(five.X, five.y, { gamma: 0.2 }, { C: [1, 4] }, options), 0.002);
});

Deno.test("the plan leaves out what it cannot do, and its fits say what is wrong", async () => {
  const { X, y } = makeClassification({ nSamples: 150, nFeatures: 4, randomState: 0 });
  const grid = { C: [1, -1], maxIter: [-1, 5], kernel: ["rbf", "sigmoid"] };
  const search = new GridSearchCV(new SVC(), grid as never, { cv: 2, refit: false });
  const { warn } = await captured(() => search.fit(X, y));
  assert.match(warn.join("\n"), /8 of 16 fits failed.*C must be a number larger than 0, got -1/s);
  const scores = search.cvResults_.meanTestScore.toArray();
  search.cvResults_.params.forEach((p, i) => assert.equal(Number.isNaN(scores[i]), p.C === -1));
  assert.deepEqual(methods(X, y, [{ maxIter: 5 }, { kernel: "precomputed" }, { C: 0 }]), []);
  const holed = X.map((v, i) => i === 3 ? NaN : v);
  const failing = new GridSearchCV(new SVC(), { C: [1] }, { cv: 2, errorScore: "raise" });
  await assert.rejects(failing.fit(holed, y), /X contains NaN/);
});

Deno.test("a search by probabilities fits them, and one by accuracy does not", async () => {
  const { X, y } = makeClassification({ nSamples: 200, nFeatures: 4, randomState: 0 });
  const base = { probability: true, randomState: 0 };
  assertNear(await both(X, y, base, { C: [1, 10] }, { scoring: "neg_log_loss" }), 1e-12);
  const search = await new GridSearchCV(new SVC(base), { C: [1, 10] }, { cv: 2 }).fit(X, y);
  assert.deepEqual((await search.predictProba(X)).shape, [200, 2]);
});

Deno.test("a search over 10,000 samples scores what scikit-learn's does", async () => {
  const { params, mean_test_score } = golden("ml_svm_search");
  const { X, y } = makeClassification({ nSamples: 10_000, nFeatures: 4, randomState: 0 });
  const grid = params.map(({ kernel, C }: Params) => ({ kernel: [kernel], C: [C] }));
  const search = new GridSearchCV(new SVC({ gamma: "auto" }), grid, { cv: 5, refit: false });
  await search.fit(X, y);
  (search.cvResults_.meanTestScore as NDArray<Float64Array>).data.forEach((score, i) =>
    assert.ok(Math.abs(score - mean_test_score[i]) <= 0.001, `${JSON.stringify(params[i])}: ${score}`)
  );
});

Deno.test("a search's last fit begins at the solution that the folds began from, and comes to the same machine", async () => {
  const three = makeClassification({
    ...{ nSamples: 2300, nFeatures: 6, nInformative: 4, nClasses: 3, flipY: 0.05, randomState: 4 },
  });
  const two = makeClassification({ nSamples: 1500, nFeatures: 4, flipY: 0.05, randomState: 5 });
  const sampleWeight = new RandomState(0).uniform(0, 2, 1500).data;
  sampleWeight[7] = 0;
  const cases: { X: typeof two.X; y: typeof two.y; base: Params; grid: Grid; sampleWeight?: Float64Array }[] = [
    { ...three, base: { gamma: 0.3 }, grid: { C: [3, 0.2] } },
    {
      ...two,
      base: { gamma: 0.2, probability: true, randomState: 3 },
      grid: { C: [0.5, 8], shrinking: [false, true] },
    },
    { ...two, base: { kernel: "linear" }, grid: { C: [0.5, 8], classWeight: [{ 0: 3 }] }, sampleWeight },
  ];
  for (const { X, y, base, grid, sampleWeight } of cases) {
    const params = { ...base, tol: 1e-5 };
    const search = new GridSearchCV(new SVC(params), grid as never, { cv: 3 });
    let began = 0;
    const { fitNear } = SVC.prototype;
    SVC.prototype.fitNear = function (...args) {
      if (args[3] !== undefined) began++;
      return fitNear.apply(this, args) as Promise<never>;
    };
    try {
      await search.fit(X, y, { sampleWeight });
    } finally {
      SVC.prototype.fitNear = fitNear;
    }
    assert.equal(began, 1);
    const best = search.bestEstimator_ as SVC;
    const own = await new SVC({ ...params, ...search.bestParams_ }).fit(X, y, sampleWeight);
    const [a, b] = await Promise.all([best.decisionFunction(X), own.decisionFunction(X)]);
    a.data.forEach((v, i) => assert.ok(Math.abs(v - b.data[i]) < 1e-3, `${v}, not ${b.data[i]}`));
    assert.deepEqual(best.getParams(false), own.getParams(false));
    if (own.probability) {
      best.probA_.data.forEach((v, i) => assert.ok(Math.abs(v / own.probA_.data[i] - 1) < 1e-3));
    }
  }
});
