import assert from "node:assert/strict";
import {
  DummyClassifier,
  DummyRegressor,
  InvalidInputError,
  InvalidParameterError,
  NDArray,
  NotFittedError,
} from "../../../ml/mod.ts";
import { assertClose, golden } from "../golden.ts";

const values = golden("ml_naive_bayes");
const samples = (n: number): NDArray<Float64Array> => new NDArray(new Float64Array(n), [n, 1]);
const weights = (n: number): number[] => Array.from({ length: n }, (_, i) => i % 3 + 0.5);

for (const g of values.classifier) {
  const title = `${g.labels}, ${g.strategy}${g.weighted ? ", weighted" : ""}`;
  Deno.test(`DummyClassifier predicts what scikit-learn's predicts: ${title}`, async () => {
    const y = values.labels[g.labels];
    const model = new DummyClassifier({ strategy: g.strategy, randomState: 5, constant: g.constant });
    await model.fit(samples(y.length), y, g.weighted ? weights(y.length) : undefined);
    assertClose(model.classPrior_, g.prior, 1e-15);
    assert.deepEqual((await model.predict(samples(25))).toArray(), g.predict);
    assertClose(await model.predictProba(samples(25)), g.proba, 1e-15);
    assertClose(await model.score(null, y), g.score, 1e-15);
  });
}

for (const g of values.regressor) {
  const title = `${g.targets}, ${JSON.stringify(g.params)}${g.weighted ? ", weighted" : ""}`;
  Deno.test(`DummyRegressor predicts what scikit-learn's predicts: ${title}`, async () => {
    const y = values.targets[g.targets];
    const model = await new DummyRegressor(g.params).fit(
      samples(y.length),
      y,
      g.weighted ? weights(y.length) : undefined,
    );
    assertClose(model.constant_, g.constant, 1e-14);
    assertClose(await model.predict(samples(3)), g.predict, 1e-14);
  });
}

Deno.test("DummyRegressor predicts a constant", async () => {
  const one = await new DummyRegressor({ strategy: "constant", constant: 4 }).fit([[0], [0]], [1, 2]);
  assert.deepEqual((await one.predict([[0], [0]])).toArray(), [4, 4]);
  const two = await new DummyRegressor({ strategy: "constant", constant: [4, 5] }).fit([[0]], [[1, 2]]);
  assert.deepEqual((await two.predict([[0], [0]])).toArray(), [[4, 5], [4, 5]]);
  assert.equal(await one.score(null, [4, 4]), 1);
});

Deno.test("dummies say what is wrong with their input", async () => {
  await assert.rejects(new DummyClassifier().predict([[1]]), NotFittedError);
  await assert.rejects(new DummyRegressor().predict([[1]]), NotFittedError);
  await assert.rejects(new DummyClassifier().fit([[1]], [1, 2]), InvalidInputError);
  await assert.rejects(new DummyClassifier().fit([], []), /y must not be empty/);
  await assert.rejects(new DummyClassifier({ strategy: "best" as "prior" }).fit([[1]], [1]), InvalidParameterError);
  await assert.rejects(new DummyClassifier({ strategy: "constant" }).fit([[1]], [1]), /needs constant/);
  await assert.rejects(
    new DummyClassifier({ strategy: "constant", constant: 3 }).fit([[1]], [1]),
    /constant 3 is not among the classes of y: 1/,
  );
  await assert.rejects(new DummyRegressor({ strategy: "constant" }).fit([[1]], [1]), /needs constant/);
  await assert.rejects(
    new DummyRegressor({ strategy: "constant", constant: [1, 2] }).fit([[1]], [1]),
    /2 values for 1/,
  );
  await assert.rejects(new DummyRegressor({ strategy: "quantile" }).fit([[1]], [1]), /needs quantile/);
  await assert.rejects(
    new DummyRegressor({ strategy: "quantile", quantile: 2 }).fit([[1]], [1]),
    InvalidParameterError,
  );
  await assert.rejects(new DummyRegressor().fit([[1]], [NaN]), /contains NaN/);
});
