import assert from "node:assert/strict";
import * as library from "../../../mod.ts";
import {
  BaseEstimator,
  BaseTransformer,
  checkEstimator,
  EstimatorCheckError,
  GaussianNB,
  makeColumnTransformer,
  makePipeline,
  makeUnion,
  type MatrixLike,
  MinMaxScaler,
  type NDArray,
  parallelBackend,
  StandardScaler,
  SVC,
  toNDArray,
} from "../../../mod.ts";

type EstimatorClass = new (options?: object) => object;
const classes = (Object.entries(library) as [string, unknown][]).filter((entry): entry is [string, EstimatorClass] =>
  typeof entry[1] === "function" && entry[1].prototype instanceof BaseEstimator
);

/** Classes that others extend, and nobody makes. */
const abstract = /^Base|Base$|^Forest(Classifier|Regressor)$|^Linear(Classifier|Regressor|Decomposition)$/;

/** Estimators that need something to be made with. */
const made: Record<string, (C: EstimatorClass) => object | Promise<object>> = {
  Pipeline: () => makePipeline(new StandardScaler(), new SVC()),
  FeatureUnion: () => makeUnion(new StandardScaler(), new MinMaxScaler()),
  ColumnTransformer: () => makeColumnTransformer([[new StandardScaler(), [0, 1]]], { remainder: "passthrough" }),
  FrozenEstimator: async (C) => {
    const X = Array.from({ length: 30 }, (_, i) => [i, i % 3, i % 7]);
    return new C({ estimator: await new StandardScaler().fit(X) });
  },
  CalibratedClassifierCV: (C) => new C({ estimator: new SVC(), cv: 3 }),
  ParallelPostFit: (C) => new C({ estimator: new GaussianNB() }),
  Incremental: (C) => new C({ estimator: new GaussianNB() }),
  SelectKBest: (C) => new C({ k: 2 }),
  // "scale" is made of the variance of X, weights or not.
  SVC: (C) => new C({ gamma: 0.2 }),
  NuSVC: (C) => new C({ gamma: 0.2, nu: 0.3 }),
  SVR: (C) => new C({ gamma: 0.2 }),
  OneClassSVM: (C) => new C({ gamma: 0.2 }),
};

/** A search over the simplest there is. */
function makeSearch(C: EstimatorClass): object {
  const { defaults } = C as unknown as { defaults: Record<string, unknown> };
  const options: Record<string, unknown> = { estimator: new SVC(), cv: 2 };
  options["paramGrid" in defaults ? "paramGrid" : "paramDistributions"] = { C: [1, 2] };
  if ("nIter" in defaults) options.nIter = 2;
  if ("minResources" in defaults) options.minResources = 30;
  return new C(options);
}

const ofBootstrap = {
  "weights of one change nothing; weights of another length, negative ones and NaN are refused":
    "weights change the draws of the bootstrap",
  "a weight of zero is a sample that is not there, and one of two is one that is there twice":
    "weights change the draws of the bootstrap",
};
const inOrder = {
  "a weight of zero is a sample that is not there, and one of two is one that is there twice":
    "samples that are there twice are drawn twice, in another order",
};

/** What is known to be otherwise, and why. */
const expected: Record<string, Record<string, string>> = {
  RandomForestClassifier: ofBootstrap,
  RandomForestRegressor: ofBootstrap,
  SGDClassifier: inOrder,
};

for (const [name, C] of classes) {
  if (abstract.test(name)) continue;
  Deno.test(`checkEstimator() finds nothing wrong with ${name}`, async () => {
    const { defaults } = C as unknown as { defaults: Record<string, unknown> };
    const isSearch = "refit" in defaults;
    const estimator = await (made[name]?.(C) ?? (isSearch ? makeSearch(C) : new C()));
    const results = await checkEstimator(estimator, { expectedFailures: expected[name], onFail: "report" });
    const failed = results.filter((r) => r.status === "failed");
    assert.deepEqual(failed.map((r) => `${r.name}: ${r.error?.message}`), []);
    assert.ok(results.filter((r) => r.status === "passed").length >= 7);
  });
}

Deno.test("checkEstimator() on threads finds that estimators travel", async () => {
  const travelled: string[] = [];
  await parallelBackend("threads", { nJobs: 2 }, async () => {
    for (const [name, C] of classes) {
      if (abstract.test(name) || name in made || "refit" in (C as unknown as { defaults: object }).defaults) continue;
      const results = await checkEstimator(new C(), { only: "it travels", onFail: "report" });
      assert.deepEqual(results.filter((r) => r.status === "failed").map((r) => `${name}: ${r.error?.message}`), []);
      if (results[0]?.status === "passed") travelled.push(name);
    }
  });
  assert.ok(travelled.length > 10, travelled.join());
});

class Careless extends BaseTransformer {
  static override readonly defaults = { factor: 2 };
  declare factor: number;
  declare seen: number;
  fit(X: MatrixLike): Promise<this> {
    this.factor = 3;
    this.seen = toNDArray(X).length;
    return Promise.resolve(this);
  }
  transform(X: MatrixLike): Promise<NDArray> {
    return Promise.resolve(toNDArray(X).map((v) => Number(v) * this.factor));
  }
}

Deno.test("checkEstimator() says what is wrong with an estimator of one's own", async () => {
  const results = await checkEstimator(new Careless(), { onFail: "report" });
  const failed = results.filter((r) => r.status === "failed").map((r) => r.name);
  for (
    const name of [
      "fit() returns the estimator, and leaves hyperparameters and data as they were",
      "what is learned ends in _, and counts the features",
      "methods throw NotFittedError before fit()",
      "X of a wrong form is refused",
      "infinities are refused, and NaN where it means nothing",
      "another number of features than in fit() is refused",
      "hyperparameters of a wrong kind are refused by name",
    ]
  ) assert.ok(failed.includes(name), `${name} passed`);
  await assert.rejects(checkEstimator(new Careless()), (e: Error) => {
    assert.ok(e instanceof EstimatorCheckError && e.cause instanceof Error);
    assert.match(e.message, /^Careless: /);
    return true;
  });
  await assert.rejects(checkEstimator(Careless), /make one: new Careless\(\)/);
  await assert.rejects(
    checkEstimator(new SVC(), { expectedFailures: { nothing: "?" } }),
    /no check is called "nothing"/,
  );
  const name = "constructor stores hyperparameters and does nothing else";
  const [one] = await checkEstimator(new SVC(), { only: name, expectedFailures: { [name]: "?" }, onFail: "report" });
  assert.match(String(one.error), /expected to fail, and passed/);
});
