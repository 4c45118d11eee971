import assert from "node:assert/strict";
import {
  clone,
  ElasticNet,
  InvalidInputError,
  InvalidParameterError,
  Lasso,
  LinearRegression,
  LogisticRegression,
  type MatrixLike,
  NDArray,
  NotFittedError,
  Ridge,
  SGDClassifier,
  SGDRegressor,
  type VectorLike,
} from "../../../ml/mod.ts";

interface Model {
  fit(X: MatrixLike, y: VectorLike, w?: VectorLike): Promise<unknown>;
  predict(X: MatrixLike): Promise<unknown>;
  score(X: MatrixLike, y: VectorLike): Promise<number>;
}

const X = [[1, 2], [3, 4], [5, 7]];
const y = [0, 1, 0];
const makers: Record<string, () => Model> = {
  LinearRegression: () => new LinearRegression(),
  Ridge: () => new Ridge(),
  Lasso: () => new Lasso(),
  ElasticNet: () => new ElasticNet(),
  LogisticRegression: () => new LogisticRegression(),
  SGDClassifier: () => new SGDClassifier({ randomState: 0 }),
  SGDRegressor: () => new SGDRegressor({ randomState: 0 }),
};

for (const [name, make] of Object.entries(makers)) {
  Deno.test(`${name}.fit() says what is wrong with its input`, async () => {
    await assert.rejects(make().fit([[1, 2], [3, NaN], [5, 6]], y), /X contains NaN, first at \[1, 1\]/);
    await assert.rejects(make().fit([[1, 2], [3, 4], [-Infinity, 6]], y), /X contains infinity, first at \[2, 0\]/);
    await assert.rejects(make().fit([[1, 2], [3, 4]], y), /inconsistent numbers of samples: X has 2, y has 3/);
    await assert.rejects(make().fit([], []), InvalidInputError);
    await assert.rejects(make().fit(new NDArray(new Float64Array(0), [3, 0]), y), /X has 0 feature/);
    await assert.rejects(make().fit(new NDArray(new Float64Array(3)), y), /expected a 2D array/);
    await assert.rejects(make().fit(X, [0, 1, NaN]), /y contains NaN/);
    await assert.rejects(make().fit(X, undefined as never), /y is needed|expected/);
    await assert.rejects(make().fit(X, y, [1, 2]), /sampleWeight has 2 values for 3 samples/);
    await assert.rejects(make().fit(X, y, [1, -2, 1]), /sampleWeight\[1\] is negative/);
  });

  Deno.test(`${name} asked before fit throws NotFittedError, and for other features InvalidInputError`, async () => {
    const model = make();
    await assert.rejects(model.predict(X), NotFittedError);
    await assert.rejects(model.score(X, y), NotFittedError);
    await model.fit(X, y);
    await assert.rejects(model.predict([[1, 2, 3]]), /X has 3 features, but it was fitted with 2/);
    await assert.rejects(model.predict([[1, NaN]]), /NaN/);
    await assert.rejects(clone(model).predict(X), NotFittedError);
  });
}

Deno.test("linear classifiers need two classes, and no fractions", async () => {
  for (const make of [makers.LogisticRegression, makers.SGDClassifier]) {
    await assert.rejects(make().fit(X, [1, 1, 1]), /y has 1 class \(1\); at least two/);
    await assert.rejects(make().fit(X, [0.5, 1.5, 2]), /fractions/);
  }
  await assert.rejects(makers.LogisticRegression().fit(X, y, [0, 0, 0]), /sampleWeight is 0 for every sample/);
});

Deno.test("linear regressors refuse hyperparameters that cannot be", async () => {
  const bad: [Model, RegExp][] = [
    [new Ridge({ alpha: -1 }), /alpha must be/],
    [new Ridge({ alpha: [1, 2] }), /alpha has 2 values for 1 target/],
    [new Ridge({ alpha: [-1] }), /alpha\[0\] must be/],
    [new Ridge({ solver: "lsqr" as never }), /left out/],
    [new Ridge({ solver: "lbfgs" }), /positive: true only/],
    [new Ridge({ solver: "svd", positive: true }), /cannot keep weights positive/],
    [new Lasso({ alpha: -1 }), /alpha must be/],
    [new ElasticNet({ l1Ratio: 1.5 }), /l1Ratio must be/],
    [new ElasticNet({ maxIter: 0 }), /maxIter must be/],
    [new ElasticNet({ selection: "best" as never }), /selection must be/],
    [new LinearRegression({ positive: 1 as never }), /positive must be/],
  ];
  for (const [model, what] of bad) await assert.rejects(model.fit(X, y), what);
  await assert.rejects(new Lasso({ tol: -1 }).fit(X, y), InvalidParameterError);
  assert.throws(() => new Lasso({ l1Ratio: 0.5 } as never), /no option "l1Ratio"/);
  assert.throws(() => new LinearRegression({ copyX: false } as never), /left out here: X is never changed/);
  assert.throws(() => new Ridge({ alfa: 1 } as never), /did you mean "alpha"/);
  await assert.rejects(new LinearRegression().fit(X, y, [0, 0, 0]), /sampleWeight is 0 for every sample/);
});

Deno.test("linear models find the one NaN or infinity in a large table", async () => {
  const n = 26_000, m = 40;
  const large = new NDArray(new Float64Array(n * m), [n, m]);
  for (let i = 0; i < large.size; i++) large.data[i] = (i * 7919 % 1009) / 1009;
  const target = Float64Array.from({ length: n }, (_, i) => i % 2);
  const place = [25_001, 3] as const;
  for (const bad of [NaN, Infinity, -Infinity]) {
    large.set(bad, ...place);
    for (const [name, make] of Object.entries(makers)) {
      await assert.rejects(
        make().fit(large, target),
        new RegExp(`${name}.fit: X contains (NaN|infinity), first at \\[25001, 3\\]`),
      );
      const w = Float64Array.from(target, (_, i) => i === place[0] ? 0 : 1);
      await assert.rejects(make().fit(large, target, w), /first at \[25001, 3\]/);
    }
    await assert.rejects(
      new LogisticRegression({ solver: "saga", l1Ratio: 1 }).fit(large, target),
      /first at \[25001, 3\]/,
    );
    await assert.rejects(new Ridge({ solver: "svd" }).fit(large, target), /first at \[25001, 3\]/);
  }
});
