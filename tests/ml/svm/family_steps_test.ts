import assert from "node:assert/strict";
import {
  GridSearchCV,
  makeClassification,
  NDArray,
  NuSVC,
  type Params,
  RandomState,
  ShuffleSplit,
  SVC,
} from "../../../ml/mod.ts";
import type { FitFamily } from "../../../ml/mod.ts";
import { camelCase, captured, golden } from "../golden.ts";

type Table = NDArray<Float64Array>;
type Options = NonNullable<ConstructorParameters<typeof GridSearchCV>[0]>;

/** These inherit the plan, and so are fitted one by one. */
class Single extends SVC {}
class SingleNu extends NuSVC {}

/** exp(−|a − b|² / 5). */
function gaussian(A: Table, B: Table): Table {
  const [n, d] = A.shape, m = B.shape[0];
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let square = 0;
      for (let k = 0; k < d; k++) square += (A.data[i * d + k] - B.data[j * d + k]) ** 2;
      out[i * m + j] = Math.exp(-square / 5);
    }
  }
  return new NDArray(out, [n, m]);
}

/** tanh(0.1 a·b − 0.5), which is not positive. */
function crooked(A: Table, B: Table): Table {
  const [n, d] = A.shape, m = B.shape[0];
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let product = 0;
      for (let k = 0; k < d; k++) product += A.data[i * d + k] * B.data[j * d + k];
      out[i * m + j] = Math.tanh(0.1 * product - 0.5);
    }
  }
  return new NDArray(out, [n, m]);
}

type Grid = Record<string, unknown[]>;

/** Scores of a planned search and of one fit by fit. */
async function both(
  X: Table,
  y: NDArray<Int32Array>,
  base: Params,
  grid: Grid,
  options: object = {},
  sampleWeight?: Float64Array,
): Promise<[GridSearchCV, GridSearchCV]> {
  const isNu = "nu" in base || "nu" in grid;
  const run = (estimator: SVC | NuSVC): Promise<GridSearchCV> =>
    new GridSearchCV(estimator, grid as never, { cv: 3, refit: false, ...options } as Options).fit(X, y, {
      sampleWeight,
    });
  return [
    await run(isNu ? new NuSVC(base) : new SVC(base)),
    await run(isNu ? new SingleNu(base) : new Single(base)),
  ];
}

function assertNear([planned, single]: [GridSearchCV, GridSearchCV], far: number): void {
  for (const [key, column] of Object.entries(single.cvResults_)) {
    if (!/(Test|Train)/.test(key) || /rank|std/.test(key)) continue;
    const mine = (planned.cvResults_[key] as Table).data;
    (column as Table).data.forEach((v, i) =>
      assert.ok(
        Math.abs(v - mine[i]) <= far || Number.isNaN(v) && Number.isNaN(mine[i]),
        `${key}[${i}] ${JSON.stringify(single.cvResults_.params[i])}: ${mine[i]}, not ${v}`,
      )
    );
  }
}

/** How the parts of a plan are done, and its stages. */
function ways(estimator: SVC | NuSVC, X: Table, y: NDArray<Int32Array>, candidates: Params[], cv = 3): string[] {
  const all = Int32Array.from({ length: X.length }, (_, i) => i);
  const splits = Array.from(
    { length: cv },
    (_, s) => [all.filter((i) => i % cv !== s), all.filter((i) => i % cv === s)],
  );
  const family = { estimator, X, y, candidates, splits, wanted: ["predict"], onTrain: false };
  const plan = (estimator.constructor as typeof SVC).planFits(family as unknown as FitFamily);
  const tasks = [...plan?.stages ?? [], ...plan?.parts ?? []].map(({ task }) => (task as { way: string }).way);
  return [...new Set(tasks)];
}

/** One split, by its samples' numbers. */
const cvOf = ([train, test]: number[][]): object => ({ cv: [[Int32Array.from(train), Int32Array.from(test)]] });

const large = makeClassification({ nSamples: 1700, nFeatures: 6, nInformative: 4, flipY: 0.05, randomState: 0 });
const three = makeClassification({
  ...{ nSamples: 1650, nFeatures: 7, nInformative: 5, nClasses: 3, flipY: 0.02, randomState: 1 },
});
const small = makeClassification({ nSamples: 150, nFeatures: 4, flipY: 0.1, randomState: 2 });
const scorings = { returnTrainScore: true, scoring: ["accuracy", "roc_auc"] };

Deno.test("a search over large SVCs with a given matrix comes to what single fits come to", async () => {
  const { X, y } = large;
  const K = gaussian(X, X);
  const base = { kernel: "precomputed" } as const;
  assert.deepEqual(ways(new SVC(base), K, y, [{ C: 1 }]), ["gram", "steps"]);
  assertNear(await both(K, y, { ...base, tol: 1e-4 }, { C: [10, 0.01, 1] }, scorings), 0.002);
  const grid = { C: [1, 0.2], tol: [1e-3, 1e-4], classWeight: [null, "balanced", { 0: 2 }] };
  const sampleWeight = new RandomState(0).uniform(0, 2, X.length).data;
  sampleWeight[3] = 0;
  assertNear(await both(K, y, base, grid, {}, sampleWeight), 0.002);
  const cv = new ShuffleSplit({ nSplits: 3, testSize: 0.2, trainSize: 0.5, randomState: 0 });
  assertNear(await both(K, y, base, { C: [1, 2, 30] }, { cv }), 0.002);
  const own = { scoring: (e: SVC, X: Table) => e.predict(X).then((p) => p.size) };
  assertNear(await both(K, y, base, { C: [1] }, { ...own, cv: 2 }), 0);
});

Deno.test("a search over SVCs with a given matrix of several classes, or one that is not positive, is planned too", async () => {
  const { X, y } = three;
  const base = { kernel: "precomputed", tol: 1e-4 } as const;
  assertNear(await both(gaussian(X, X), y, base, { C: [5, 0.1, 1] }, { returnTrainScore: true }), 0.002);
  // There every fit goes LIBSVM's way, from nothing: step for step that of a single one.
  assertNear(await both(crooked(X, X), y, base, { C: [2, 0.1, 1] }, { returnTrainScore: true }), 1e-12);
});

Deno.test("a search over large SVCs with a sigmoid comes to what single fits come to", async () => {
  const grid = { C: [1, 0.1], gamma: [0.05, 0.2], coef0: [0, -0.5], kernel: ["sigmoid"] };
  assert.deepEqual(ways(new SVC({ kernel: "sigmoid" }), large.X, large.y, [{ C: 1 }]), ["steps"]);
  assertNear(await both(large.X, large.y, {}, grid, scorings), 1e-12);
  const classWeight = [null, "balanced"];
  assertNear(await both(three.X, three.y, { kernel: "sigmoid" }, { classWeight }, { returnTrainScore: true }), 1e-12);
});

Deno.test("a search over SVCs with a kernel function asks it once, and comes to what single fits come to", async () => {
  for (const { X, y } of [small, large, three]) {
    const calls: number[][] = [];
    const kernel = (A: Table, B: Table): Table => {
      calls.push([A.shape[0], B.shape[0]]);
      return gaussian(A, B);
    };
    const [C, tol] = [[3, 0.3, 1], [1e-3, 1e-4]];
    const search = await new GridSearchCV(new SVC({ kernel }), { C, tol } as never, { cv: 3 }).fit(X, y);
    assert.deepEqual(calls, [[X.length, X.length]]);
    const refitted = search.bestEstimator_ as SVC;
    const own = await new SVC({ kernel, ...search.bestParams_ }).fit(X, y);
    assert.deepEqual(refitted.getParams(false), own.getParams(false));
    for (const name of ["support_", "dualCoef_", "intercept_", "nIter_", "supportVectors_", "XFit_"] as const) {
      assert.deepEqual(refitted[name]?.toArray(), own[name]?.toArray(), name);
    }
    assert.deepEqual((await refitted.predict(X)).toArray(), (await own.predict(X)).toArray());
    assertNear([search, (await both(X, y, { kernel }, { C, tol }, {}))[1]], X === small.X ? 1e-12 : 0.002);
  }
});

Deno.test("kernel functions and names, or several functions, share a search", async () => {
  const { X, y } = small;
  const grid = { kernel: [gaussian, "rbf", crooked, "sigmoid"], C: [1, 0.1], gamma: [0.2] };
  assertNear(await both(X, y, {}, grid, scorings), 1e-12);
  assert.deepEqual(ways(new SVC(), X, y, [{ kernel: gaussian }, { kernel: crooked }]), ["gram", "small"]);
});

Deno.test("a kernel function's probabilities are those of a single fit", async () => {
  const { X, y } = large;
  let calls = 0;
  const kernel = (A: Table, B: Table): Table => {
    calls++;
    return gaussian(A, B);
  };
  const base = { kernel, probability: true, randomState: 4 };
  const search = await new GridSearchCV(new SVC(base), { C: [1, 0.1] }, { cv: 2 }).fit(X, y);
  assert.equal(calls, 1);
  const own = await new SVC({ ...base, ...search.bestParams_ }).fit(X, y);
  const [a, b] = await Promise.all([search.predictProba(X), own.predictProba(X)]);
  assert.deepEqual(a.toArray(), b.toArray());
});

Deno.test("a matrix without room in cacheSize, or that is not symmetric, is left to single fits", async () => {
  const { X, y } = large;
  const base = { kernel: gaussian, cacheSize: 8 };
  assert.deepEqual(ways(new SVC(base), X, y, [{ C: 1 }]), []);
  assert.deepEqual(ways(new SVC({ kernel: "sigmoid", cacheSize: 8 }), X, y, [{ C: 1 }]), []);
  assert.deepEqual(ways(new NuSVC({ cacheSize: 8 }), X, y, [{ nu: 0.2 }]), []);
  const run = (cacheSize: number): Promise<GridSearchCV> =>
    new GridSearchCV(new SVC({ kernel: gaussian, cacheSize }), { C: [1, 0.3] }, { cv: 2, refit: false }).fit(X, y);
  assertNear([await run(200), await run(8)], 0.002);
  const twice = { ...cvOf([[0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [10, 11, 12]]) };
  assertNear(await both(small.X, small.y, { kernel: gaussian }, { C: [1] }, twice), 0);
  const lopsided = (A: Table, B: Table): Table =>
    gaussian(A, B).map((v, i) => i % B.shape[0] < i / B.shape[0] ? v * 0.9 : v) as Table;
  assertNear(await both(small.X, small.y, { kernel: lopsided }, { C: [1, 2] }), 0);
});

Deno.test("a search over NuSVC comes to what single fits come to", async () => {
  const grid = { nu: [0.5, 0.2, 0.3], gamma: [0.1, 0.5], kernel: ["rbf", "poly"] };
  assert.deepEqual(ways(new NuSVC(), small.X, small.y, [{ nu: 0.5 }]), ["steps"]);
  assertNear(await both(small.X, small.y, {}, grid), 1e-12);
  assertNear(await both(small.X, small.y, {}, { nu: [0.3], kernel: ["linear", gaussian] }), 1e-12);
  assertNear(await both(large.X, large.y, {}, { nu: [0.5, 0.3], gamma: ["scale"] }, { cv: 2 }), 0.002);
  const sampleWeight = new RandomState(0).uniform(0, 2, three.X.length).data;
  sampleWeight[9] = 0;
  assertNear(
    await both(three.X, three.y, {}, { nu: [0.2], classWeight: [null, "balanced"] }, { cv: 2 }, sampleWeight),
    0.002,
  );
});

Deno.test("a share of errors that cannot be fails alone in a search over NuSVC", async () => {
  const { X, y } = makeClassification({ nSamples: 120, nFeatures: 4, weights: [0.8], randomState: 0 });
  const search = new GridSearchCV(new NuSVC(), { nu: [0.2, 0.9] }, { cv: 3, refit: false });
  const { warn } = await captured(() => search.fit(X, y));
  assert.match(warn.join("\n"), /3 of 6 fits failed.*nu=0.9/s);
  const [fine, failed] = search.cvResults_.meanTestScore.toArray() as number[];
  assert.ok(fine > 0.5 && Number.isNaN(failed), `${fine}, ${failed}`);
});

Deno.test("searches with given kernels, sigmoids and shares of errors score what scikit-learn's do", async () => {
  const sets: Record<string, typeof large> = { large, three, small };
  for (const { data, estimator, base, params, mean_test_score } of golden("ml_svm_given").cases) {
    const { X, y } = sets[data];
    const own = { ...base, ...(base.kernel === "function" ? { kernel: gaussian } : {}) };
    const grids = params.map((p: Params) =>
      Object.fromEntries(Object.entries(camelCase(p)).map(([name, value]) => [name, [value]]))
    );
    const machine = estimator === "SVC" ? new SVC(own) : new NuSVC(own);
    const search = new GridSearchCV(machine, grids, { cv: 3, refit: false });
    await search.fit(base.kernel === "precomputed" ? gaussian(X, X) : X, y);
    search.cvResults_.meanTestScore.data.forEach((score, i) =>
      assert.ok(
        Math.abs(score - mean_test_score[i]) <= 0.001,
        `${data} ${estimator} ${base.kernel} ${JSON.stringify(params[i])}: ${score}, not ${mean_test_score[i]}`,
      )
    );
  }
});
