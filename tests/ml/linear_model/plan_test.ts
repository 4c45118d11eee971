import assert from "node:assert/strict";
import {
  clone,
  ElasticNet,
  GridSearchCV,
  KFold,
  Lasso,
  LinearRegression,
  LogisticRegression,
  makeClassification,
  makeRegression,
  ParameterGrid,
  type Params,
  RandomState,
  Ridge,
  ShuffleSplit,
  StratifiedKFold,
} from "../../../ml/mod.ts";
import { performLogistic, planLogistic, solveLogisticPath } from "../../../ml/linear_model/logistic_plan.ts";
import { equationsOfSplits, performRegression, planRegression } from "../../../ml/linear_model/regression_plan.ts";
import type { FitFamily, HasParams } from "../../../ml/base/mod.ts";
import { assertClose, captured } from "../golden.ts";
import { regression } from "./data.ts";

interface Model {
  fit(X: unknown, y: unknown, w?: unknown): Promise<unknown>;
  score(X: unknown, y: unknown, w?: unknown): Promise<number>;
}

/** Mean test scores, with each fit done by itself. */
async function oneByOne(
  estimator: object,
  grid: Params,
  // deno-lint-ignore no-explicit-any -- any splitter
  cv: any,
  // deno-lint-ignore no-explicit-any -- tables
  X: any,
  // deno-lint-ignore no-explicit-any -- tables
  y: any,
  // deno-lint-ignore no-explicit-any -- weights
  w?: any,
): Promise<number[]> {
  const splits = [...cv.split(X, y)];
  const out: number[] = [];
  for (const params of new ParameterGrid(grid as never)) {
    let sum = 0;
    for (const [train, test] of splits) {
      const model = (clone(estimator) as unknown as { setParams(p: Params): Model }).setParams(params as Params);
      await model.fit(X.take(train), y.take(train), w?.take(train));
      sum += await model.score(X.take(test), y.take(test), w?.take(test)) / splits.length;
    }
    out.push(sum);
  }
  return out;
}

/** A search's mean test scores. */
async function searched(
  estimator: object,
  grid: Params,
  cv: unknown,
  X: unknown,
  y: unknown,
  w?: unknown,
): Promise<number[]> {
  const search = new GridSearchCV(estimator as never, grid as never, { cv, refit: false } as never);
  await (w === undefined
    ? search.fit(X as never, y as never)
    : search.fit(X as never, y as never, { sampleWeight: w } as never));
  return [...(search.cvResults_ as unknown as Record<string, { data: Float64Array }>).meanTestScore.data];
}

const { X, y } = makeClassification({ nSamples: 600, nFeatures: 8, nInformative: 5, nClasses: 3, randomState: 0 });
const logistic: [string, Params, Params][] = [
  ["C", {}, { C: [0.01, 1, 100] }],
  ["C and class weights", { classWeight: "balanced" }, { C: [0.1, 10], fitIntercept: [true, false] }],
  ["absolute values", { solver: "saga", tol: 1e-6 }, { l1Ratio: [0.3, 1], C: [0.1, 1] }],
  ["Newton", { solver: "newton-cholesky" }, { C: [0.1, Infinity] }],
];
for (const [what, options, grid] of logistic) {
  Deno.test(`LogisticRegression planned together scores as fit by fit: ${what}`, async () => {
    const estimator = new LogisticRegression({ tol: 1e-7, ...options });
    for (const cv of [new StratifiedKFold({ nSplits: 4 }), new ShuffleSplit({ nSplits: 3, randomState: 1 })]) {
      assertClose(
        await searched(estimator, grid, cv, X, y),
        await oneByOne(estimator, grid, cv, X, y),
        1e-12,
      );
    }
  });
}

Deno.test("LogisticRegression of many samples finds what candidates share in a stage, and fits as by itself", async () => {
  for (const nClasses of [2, 3]) {
    const { X, y } = makeClassification({ nSamples: 21_000, nFeatures: 6, nInformative: 4, nClasses, randomState: 2 });
    const w = new RandomState(5).uniform(0.2, 2, 21_000);
    for (const sampleWeight of [null, w]) {
      const splits = [...new StratifiedKFold({ nSplits: 3 }).split(X, y)];
      const candidates = [{ C: 1e-4 }, { C: 0.01 }, { C: 1, fitIntercept: false }, { C: Infinity }];
      const estimator = new LogisticRegression({ tol: 1e-7 });
      const whole: FitFamily = {
        estimator: estimator as unknown as HasParams,
        X,
        y,
        sampleWeight,
        candidates,
        splits,
        wanted: ["predict"],
        onTrain: false,
      };
      const plan = planLogistic(whole)!;
      assert.deepEqual(plan.stages?.map((s) => s.task), [{ candidates: [0, 1, 3] }]);
      const shared = solveLogisticPath(whole, plan.stages![0].task);
      assert.deepEqual(Object.keys(shared), ["0", "1", "3"]);
      for (const part of plan.parts) {
        const fits = [...performLogistic(whole, part, part.stages!.map(() => shared))];
        assert.equal(fits.length, 3);
        const { candidate, split, make } = fits[1];
        const fitted = await make() as LogisticRegression;
        const [train] = splits[split];
        const own = clone(estimator).setParams(candidates[candidate]);
        await own.fit(X.take(train), y.take(train), sampleWeight?.take(train));
        // Without a penalty both stop somewhat farther from the optimum.
        const tol = candidates[candidate].C === Infinity ? 1e-4 : 1e-5;
        assertClose([...fitted.coef_.data], [...own.coef_.data], tol, `${nClasses} ${candidate}`);
      }
    }
  }
});

Deno.test("LogisticRegression planned together refits, and gives probabilities to scorers", async () => {
  const search = new GridSearchCV(new LogisticRegression(), { C: [0.1, 1] }, { scoring: "neg_log_loss", cv: 3 });
  await search.fit(X, y);
  const model = search.bestEstimator_ as unknown as LogisticRegression;
  assert.deepEqual(model.coef_.shape, [3, 8]);
  let sum = 0;
  for (const [train, test] of new StratifiedKFold({ nSplits: 3 }).split(X, y)) {
    const P = await (await new LogisticRegression(search.bestParams_).fit(X.take(train), y.take(train))).predictProba(
      X.take(test),
    );
    for (const [k, i] of [...test].entries()) sum += Math.log(P.get(k, y.get(i))) / test.length / 3;
  }
  assertClose(search.bestScore_, sum, 1e-4);
});

Deno.test("LogisticRegression leaves splits without one of the classes to be fitted by themselves", async () => {
  const order = Array.from(y.data.keys()).sort((i, j) => y.data[i] - y.data[j]);
  const sorted = [X.take(order), y.take(order)] as const;
  const estimator = new LogisticRegression({ tol: 1e-7 });
  const grid = { C: [0.1, 1] };
  const cv = new KFold({ nSplits: 3 });
  assertClose(await searched(estimator, grid, cv, ...sorted), await oneByOne(estimator, grid, cv, ...sorted), 1e-12);
});

const R = makeRegression({ nSamples: 300, nFeatures: 12, nInformative: 6, noise: 20, randomState: 0 });
const regressors: [string, object, Params][] = [
  ["Ridge", new Ridge(), { alpha: [0.01, 1, 100], fitIntercept: [true, false], solver: ["auto", "svd"] }],
  ["Ridge, positive", new Ridge({ positive: true }), { alpha: [0.1, 10] }],
  ["Lasso", new Lasso({ tol: 1e-8, maxIter: 10000 }), {
    alpha: [0.1, 1, 5],
    selection: ["cyclic", "random"],
    randomState: [3],
  }],
  ["ElasticNet", new ElasticNet({ tol: 1e-8, maxIter: 10000 }), { alpha: [0.1, 1], l1Ratio: [0.2, 0.9] }],
  ["LinearRegression", new LinearRegression(), { fitIntercept: [true, false], positive: [true, false] }],
];
for (const [what, estimator, grid] of regressors) {
  Deno.test(`${what} planned together scores as fit by fit`, async () => {
    const w = new RandomState(1).uniform(0.1, 2, 300);
    for (const cv of [new KFold({ nSplits: 5 }), new ShuffleSplit({ nSplits: 3, randomState: 1 })]) {
      assertClose(await searched(estimator, grid, cv, R.X, R.y), await oneByOne(estimator, grid, cv, R.X, R.y), 1e-8);
    }
    const cv = new KFold({ nSplits: 3 });
    assertClose(
      await searched(estimator, grid, cv, R.X, R.y, w),
      await oneByOne(estimator, grid, cv, R.X, R.y, w),
      1e-8,
    );
  });
}

Deno.test("LinearRegression planned together keeps to singular values where features are dependent, or too many", async () => {
  for (const name of ["dependent", "wide"]) {
    const { X, y } = regression(name);
    const cv = new KFold({ nSplits: 3 });
    const grid = { fitIntercept: [true, false] };
    const estimator = new LinearRegression();
    assertClose(await searched(estimator, grid, cv, X, y), await oneByOne(estimator, grid, cv, X, y), 1e-6, name);
  }
});

function family(estimator: object, candidates: (Params | null)[]): FitFamily {
  const splits = [...new KFold({ nSplits: 3 }).split(R.X)] as unknown as FitFamily["splits"];
  return {
    estimator: estimator as HasParams,
    X: R.X,
    y: R.y,
    sampleWeight: null,
    candidates,
    splits,
    wanted: ["predict"],
    onTrain: false,
  };
}

Deno.test("LogisticRegression.planFits() leaves out what is not solved from a common start", () => {
  const plan = planLogistic(family(new LogisticRegression(), [{ C: 1 }, { warmStart: true }, { solver: "liblinear" }]));
  assert.deepEqual(plan?.parts.map((p) => p.fits[0].candidate), [0]);
});

Deno.test("Ridge.planFits() shares one stage for each kind of constant", () => {
  const plan = planRegression(
    family(new Ridge(), [{ alpha: 1 }, { alpha: 2 }, { fitIntercept: false }, { solver: "svd" }]),
  );
  assert.deepEqual(plan?.stages?.map((s) => s.task), [true, false]);
  assert.deepEqual(plan?.parts.map((p) => [p.fits.length, p.stages]), [
    ...Array(3).fill([2, [0]]),
    ...Array(3).fill([1, [1]]),
  ]);
});

Deno.test("LogisticRegression.performPart() gives every fit, and knows what the fitted estimator predicts", async () => {
  const splits = [...new StratifiedKFold({ nSplits: 3 }).split(X, y)] as unknown as FitFamily["splits"];
  const whole: FitFamily = {
    ...family(new LogisticRegression(), [{ C: 2 }]),
    X,
    y,
    splits,
    onTrain: true,
    wanted: ["predict", "predictProba", "decisionFunction", "predictLogProba"],
  };
  const fits = [...performLogistic(whole, planLogistic(whole)!.parts[0])];
  assert.deepEqual(fits.map((f) => [f.candidate, f.split]), [[0, 0], [0, 1], [0, 2]]);
  for (const fit of fits) {
    const model = await fit.make() as LogisticRegression;
    assert.equal(model.C, 2);
    for (const [rows, known] of [[splits[fit.split][0], fit.train], [splits[fit.split][1], fit.test]] as const) {
      const part = X.take(rows);
      assert.ok((await model.predict(part)).equals(known!.predict as never));
      assertClose(await model.predictProba(part), known!.predictProba as never, 1e-12);
      assertClose(await model.decisionFunction(part), known!.decisionFunction as never, 1e-12);
      assertClose(await model.predictLogProba(part), known!.predictLogProba as never, 1e-10);
    }
  }
});

Deno.test("Lasso.performPart() gives every fit of a split from its products", async () => {
  const whole = family(new Lasso(), [{ alpha: 1 }, { alpha: 2 }]);
  const equations = equationsOfSplits(whole, true);
  for (const [split, part] of planRegression(whole)!.parts.entries()) {
    const fits = [...performRegression(whole, part, [equations])];
    assert.deepEqual(fits.map((f) => [f.candidate, f.split]), [[0, split], [1, split]]);
    for (const fit of fits) {
      const predicted = await (await fit.make() as Lasso).predict(R.X.take(whole.splits[split][1]));
      assertClose(predicted, fit.test!.predict as never, 1e-12);
    }
  }
});

Deno.test("a candidate that cannot be is reported, and the others are fitted", async () => {
  const search = new GridSearchCV(new LogisticRegression(), { C: [1, -1] }, { cv: 3, errorScore: NaN });
  const { warn } = await captured(() => search.fit(X, y));
  assert.ok(warn.some((line) => /3 of 6 fits failed.*C must be/s.test(line)), warn.join("\n"));
  assert.equal(search.bestParams_.C, 1);
});
