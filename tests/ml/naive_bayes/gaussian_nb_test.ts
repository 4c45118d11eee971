import assert from "node:assert/strict";
import {
  GaussianNB,
  InvalidInputError,
  InvalidParameterError,
  loadIris,
  loadWine,
  makeClassification,
  NDArray,
  NotFittedError,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, golden } from "../golden.ts";

const values = golden("ml_naive_bayes");
type Table = NDArray<Float64Array>;

/** The data sets of ml_naive_bayes.py. */
function data(name: string): { X: Table; y: NDArray } {
  const wine = loadWine();
  const iris = loadIris();
  const repeat = Array.from({ length: 45 }, (_, i) => 10 * Math.floor(i / 3));
  switch (name) {
    case "iris":
      return iris;
    case "wine":
      return wine;
    case "one_feature":
      return { X: wine.X.col(0).reshape(-1, 1), y: wine.y };
    case "constant":
      return {
        X: new NDArray(
          Float64Array.from({ length: 534 }, (_, at) => at % 3 === 2 ? 3.5 : wine.X.get(Math.floor(at / 3), at % 3)),
          [178, 3],
        ),
        y: wine.y,
      };
    case "unbalanced":
      return makeClassification({ nSamples: 300, nFeatures: 5, weights: [0.95], randomState: 4 });
    default:
      return { X: iris.X.take(repeat), y: iris.y.take(repeat) };
  }
}

for (const g of values.gaussian) {
  const title = `${g.data}, ${JSON.stringify(g.params)}${g.weighted ? ", weighted" : ""}`;
  Deno.test(`GaussianNB learns what scikit-learn learns: ${title}`, async () => {
    const { X, y } = data(g.data);
    const model = await new GaussianNB(camelCase(g.params)).fit(X, y, g.weighted ? values.weights[g.data] : undefined);
    assertClose(model.theta_, g.theta, 1e-12, "theta_");
    assertClose(model.var_, g.var, 1e-12, "var_");
    assertClose(model.classPrior_, g.prior, 1e-12, "classPrior_");
    assertClose(model.classCount_, g.count, 1e-12, "classCount_");
    assertClose(model.epsilon_, g.epsilon, 1e-12, "epsilon_");
    assertDigest(await model.predict(X) as NDArray, g.predict, 0, "predict");
    // Where all variances vanish, nine digits of a tiny number are what is left of them.
    assertDigest(await model.predictJointLogProba(X), g.joint, 1e-9, "predictJointLogProba");
    assertDigest(await model.predictProba(X), g.proba, 1e-9, "predictProba");
  });
}

Deno.test("GaussianNB.partialFit() learns bit by bit, of classes that may never come", async () => {
  const { X, y } = data("wine");
  const model = new GaussianNB();
  for (const [a, b] of [[0, 60], [60, 130], [130, 178]]) {
    await model.partialFit(X.slice(a, b), y.slice(a, b), [0, 1, 2, 7], values.weights.wine.slice(a, b));
  }
  assertClose(model.theta_, values.partial.theta, 1e-12);
  assertClose(model.var_, values.partial.var, 1e-12);
  assertClose(model.classPrior_, values.partial.prior, 1e-12);
  assertClose(model.classCount_, values.partial.count, 1e-12);
  await assert.rejects(model.partialFit(X, y.map(() => 5)), /y holds 5, which is not among the classes 0, 1, 2, 7/);
  await assert.rejects(model.partialFit(X, y, [0, 1]), /classes are not the same/);
  await assert.rejects(model.partialFit([[1]], [1]), /X has 1 features, but it was fitted with 13/);
  await assert.rejects(new GaussianNB().partialFit(X, y), /the first call needs classes/);
});

Deno.test("GaussianNB keeps labels of text", async () => {
  const model = await new GaussianNB().fit([[0], [0.5], [3], [4]], ["low", "low", "high", "high"]);
  assert.deepEqual((await model.predict([[0.2], [3.2]])).toArray(), ["low", "high"]);
});

Deno.test("GaussianNB says what is wrong with its input", async () => {
  const X = [[0], [1], [2]];
  await assert.rejects(new GaussianNB().predict(X), NotFittedError);
  await assert.rejects(new GaussianNB().fit(X, [0, 1]), InvalidInputError);
  await assert.rejects(new GaussianNB().fit([[Infinity], [1]], [0, 1]), /X contains infinity/);
  await assert.rejects(new GaussianNB().fit(X, [0.5, 1, 2]), /fractions/);
  await assert.rejects(new GaussianNB({ varSmoothing: -1 }).fit(X, [0, 1, 1]), InvalidParameterError);
  await assert.rejects(new GaussianNB({ priors: [0.5] }).fit(X, [0, 1, 1]), /priors has 1 values for 2 classes/);
  await assert.rejects(new GaussianNB({ priors: [0.5, 0.2] }).fit(X, [0, 1, 1]), /priors must sum to 1/);
  await assert.rejects(new GaussianNB({ priors: [-0.5, 1.5] }).fit(X, [0, 1, 1]), /must not be negative/);
  const fitted = await new GaussianNB().fit(X, [0, 1, 1]);
  await assert.rejects(fitted.predict([[1, 2]]), /X has 2 features/);
});
