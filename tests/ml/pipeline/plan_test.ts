import assert from "node:assert/strict";
import {
  crossValidate,
  type FitFamily,
  GridSearchCV,
  type HasParams,
  loadWine,
  MinMaxScaler,
  type NDArray,
  type Params,
  Pipeline,
  PolynomialFeatures,
  SelectKBest,
  StandardScaler,
  SVC,
} from "../../../ml/mod.ts";
import { assertClose } from "../golden.ts";

const { X, y } = loadWine();
let fits = 0;

class CountingScaler extends StandardScaler {
  override fit(...args: Parameters<StandardScaler["fit"]>): Promise<this> {
    fits++;
    return super.fit(...args);
  }
}

/** All columns of scores are the same. */
function assertScoresEqual(a: GridSearchCV, b: GridSearchCV, atLeast: number): void {
  const keys = Object.keys(a.cvResults_).filter((key) => /test|train/i.test(key) && !/rank/i.test(key));
  assert.ok(keys.length >= atLeast, keys.join());
  for (const key of keys) {
    assert.ok(!(a.cvResults_[key] as NDArray).data.some(Number.isNaN), key);
    assertClose(a.cvResults_[key] as NDArray, b.cvResults_[key] as NDArray, 1e-9, key);
  }
}

/** The same pipeline by a class that does not plan: what is inherited does not count. */
class Unplanned extends Pipeline {}

const steps = (): [string, object][] => [
  ["scale", new CountingScaler()],
  ["select", new SelectKBest({ k: 5 })],
  ["svc", new SVC()],
];

const grids: Record<string, Params> = {
  "last step only": { svc__C: [0.1, 1, 10], svc__gamma: [0.01, 0.1] },
  "two levels": { select__k: [3, 8], svc__C: [0.1, 1, 10] },
  "first step exchanged": { scale: [new CountingScaler(), new MinMaxScaler(), "passthrough"], svc__C: [1, 10] },
  "last step exchanged": { svc: [new SVC({ kernel: "linear" }), new SVC({ C: 5 })], select__k: [3, 4] },
};

for (const [name, grid] of Object.entries(grids)) {
  Deno.test(`Pipeline plans a search that gives what fits one by one give: ${name}`, async () => {
    const options = { cv: 3, returnTrainScore: true };
    const planned = await new GridSearchCV(new Pipeline(steps()), grid as never, options).fit(X, y);
    const plain = await new GridSearchCV(new Unplanned(steps()), grid as never, options).fit(X, y);
    assertScoresEqual(planned, plain, 3 * 2 + 4);
    assert.deepEqual(String(planned.bestEstimator_), String(plain.bestEstimator_).replace("Unplanned", "Pipeline"));
    assert.ok((await planned.predict(X)).equals(await plain.predict(X)));
  });
}

Deno.test("Pipeline fits a step once a fold for all candidates that share it", async () => {
  const search = new GridSearchCV(new Pipeline(steps()), { svc__C: [0.1, 1, 10], select__k: [2, 5] }, { cv: 4 });
  fits = 0;
  await search.fit(X, y);
  assert.equal(fits, 4 * 2 + 1); // a part for each fold and value of select__k, and the refit
  fits = 0;
  await new GridSearchCV(new Pipeline(steps()), { svc__C: [0.1, 1, 10] }, { cv: 4 }).fit(X, y);
  assert.equal(fits, 4 + 1);
});

Deno.test("Pipeline plans with weights, several scorers and estimators that are asked for", async () => {
  const weight = y.map((c) => 1 + c);
  const options = { cv: 3, scoring: ["accuracy", "neg_log_loss", "roc_auc_ovr"] };
  const grid = { svc__C: [0.1, 1], svc__probability: [true], svc__randomState: [0] };
  const run = (C: typeof Pipeline): Promise<GridSearchCV> =>
    new GridSearchCV(new C(steps()), grid, { ...options, refit: "accuracy" }).fit(X, y, { sampleWeight: weight });
  const [a, b] = [await run(Pipeline), await run(Unplanned)];
  assertScoresEqual(a, b, 3 * 5);
  const scores = await crossValidate(new Pipeline(steps()), X, y, { cv: 3, returnEstimator: true });
  const estimators = (scores as unknown as { estimator: Pipeline[] }).estimator;
  assert.equal(estimators.length, 3);
  await estimators[0].predict(X);
});

Deno.test("Pipeline plans nothing where nothing is shared, and leaves failing candidates to themselves", async () => {
  const family = (candidates: (Params | null)[], verbose = false): FitFamily => ({
    estimator: new Pipeline(steps(), { verbose }) as HasParams,
    X,
    y,
    sampleWeight: null,
    candidates,
    splits: [[Int32Array.of(0, 1), Int32Array.of(2)]],
    wanted: ["predict"],
    onTrain: false,
  });
  assert.equal(Pipeline.planFits(family([null])), null);
  assert.equal(Pipeline.planFits(family([{ scale__withMean: true }, { scale__withMean: false }])), null);
  assert.equal(Pipeline.planFits(family([{ svc__C: 1 }, { svc__C: 2 }], true)), null);
  assert.equal(Pipeline.planFits(family([{ svc__C: 1 }, { svc__C: 2 }]))?.parts.length, 1);
  const grid = { poly__degree: [1, -1], svc__C: [1, -1] };
  const pipeline = new Pipeline([["poly", new PolynomialFeatures()], ["svc", new SVC()]]);
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => void warnings.push(text);
  try {
    const search = await new GridSearchCV(pipeline, grid, { cv: 3 }).fit(X, y);
    const scores = Array.from(search.cvResults_.meanTestScore.data as Float64Array, Number.isNaN);
    assert.deepEqual(scores, [false, true, true, true]);
    assert.match(warnings[0], /9 of 12 fits failed/);
  } finally {
    console.warn = warn;
  }
});
