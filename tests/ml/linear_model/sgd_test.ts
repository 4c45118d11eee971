import assert from "node:assert/strict";
import {
  InvalidInputError,
  InvalidParameterError,
  LinearModelError,
  RandomState,
  SGDClassifier,
  SGDRegressor,
} from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";
import { observe } from "../../parity/observe.ts";
import { classes, regression, scaled, weights } from "./data.ts";

const values = golden("ml_linear");
const isRegression = (name: string, coef: { shape: number[] }): boolean => name !== "iris" && coef.shape.length === 1;

for (const c of values.sgd_exact) {
  const how = `${c.data}, ${JSON.stringify(c.params)}${c.weighted ? ", weighted" : ""}`;
  const options = { randomState: c.seed, maxIter: 3, tol: null, ...camelCase(c.params) };
  const regresses = isRegression(c.data, c.coef);
  Deno.test(`${regresses ? "SGDRegressor" : "SGDClassifier"} makes scikit-learn's steps: ${how}`, async () => {
    const { X, y } = await scaled(regresses ? regression(c.data) : await classes(c.data));
    const model = regresses ? new SGDRegressor(options) : new SGDClassifier(options);
    await model.fit(X, y, c.weighted ? weights(X.length) : undefined);
    // The first steps are large, and rounding grows with them.
    assertDigest(model.coef_, c.coef, 1e-6, "coef_");
    assertClose(model.intercept_, c.intercept, 1e-6, "intercept_");
    assert.equal(model.t_, c.t);
    assert.equal(model.nIter_, 3);
  });
}

for (const c of values.sgd_scores) {
  const regresses = ["diabetes", "one_feature"].includes(c.data);
  const name = regresses ? "SGDRegressor" : "SGDClassifier";
  Deno.test(`${name} scores as scikit-learn's does: ${c.data}, ${JSON.stringify(c.params)}`, async () => {
    const { X, y } = await scaled(regresses ? regression(c.data) : await classes(c.data));
    const scores: number[] = [];
    for (let seed = 0; seed < 10; seed++) {
      const options = { randomState: seed, ...camelCase(c.params) };
      const model = regresses ? new SGDRegressor(options) : new SGDClassifier(options);
      scores.push(await (await model.fit(X, y)).score(X, y));
      // Other losses turn rounding of the first, large steps into an epoch more or less.
      if (Object.keys(c.params).length === 0) assert.equal(model.nIter_, c.n_iter[seed]);
    }
    const mean = scores.reduce((a, b) => a + b, 0) / 10;
    const own = Math.sqrt(scores.reduce((t, v) => t + (v - mean) ** 2, 0) / 90);
    observe({
      case: `${c.data} ${JSON.stringify(c.params)}`,
      errors: (mean - c.mean) / Math.max(Math.hypot(c.error, own), 1e-9),
      itself: (c.other.mean - c.mean) / Math.max(Math.hypot(c.error, c.other.error), 1e-9),
    });
    assert.ok(Math.abs(mean - c.mean) <= c.error + 1e-9, `mean score ${mean}, scikit-learn's ${c.mean} ± ${c.error}`);
  });
}

Deno.test("SGDClassifier.partialFit() goes on from where it is", async () => {
  const { X, y } = await scaled(await classes("iris"));
  const g = values.partial_classifier;
  const model = new SGDClassifier({ randomState: 3 });
  for (let i = 0; i < 5; i++) {
    await model.partialFit(X.slice(i * 15, (i + 1) * 15), y.slice(i * 15, (i + 1) * 15), i === 0 ? [0, 1, 2] : null);
  }
  assertClose(model.coef_, g.coef, 1e-9);
  assertClose(model.intercept_, g.intercept, 1e-9);
  assert.equal(model.t_, g.t);
});

Deno.test("SGDRegressor.partialFit() averages over all calls", async () => {
  const { X, y } = await scaled(regression("diabetes"));
  const g = values.partial_regressor;
  const model = new SGDRegressor({ randomState: 3, average: 100 });
  for (let i = 0; i < 5; i++) await model.partialFit(X.slice(i * 60, (i + 1) * 60), y.slice(i * 60, (i + 1) * 60));
  assertClose(model.coef_, g.coef, 1e-9);
  assertClose(model.intercept_, g.intercept, 1e-9);
  assert.equal(model.t_, g.t);
});

Deno.test("SGDClassifier.predictProba() gives scikit-learn's probabilities", async () => {
  const { X, y, T } = await scaled(await classes("iris"));
  for (const loss of ["log_loss", "modified_huber"] as const) {
    const model = await new SGDClassifier({ loss, randomState: 1, maxIter: 5, tol: null }).fit(X, y);
    assertClose((await model.predictProba(T)).slice(0, 5), values.proba[loss], 1e-6, loss);
  }
  const hinge = await new SGDClassifier({ randomState: 1 }).fit(X, y);
  await assert.rejects(hinge.predictProba(T), LinearModelError);
});

Deno.test("SGDClassifier draws from a generator that is shared as scikit-learn does", async () => {
  const { X, y } = await scaled(await classes("cancer"));
  const rng = new RandomState(7);
  const first = await new SGDClassifier({ randomState: rng }).fit(X, y);
  const second = await new SGDClassifier({ randomState: rng }).fit(X, y);
  assert.ok(!first.coef_.equals(second.coef_));
  assert.ok((await new SGDClassifier({ randomState: 7 }).fit(X, y)).coef_.equals(first.coef_));
});

Deno.test("SGDClassifier with warmStart starts from what it knows, or from what it is given", async () => {
  const { X, y } = await scaled(await classes("cancer"));
  const model = await new SGDClassifier({ randomState: 0, warmStart: true, maxIter: 3, tol: null }).fit(X, y);
  const { coef_, intercept_ } = model;
  await model.fit(X, y);
  const other = await new SGDClassifier({ randomState: 0, maxIter: 3, tol: null }).fit(X, y, null, {
    coefInit: coef_,
    interceptInit: intercept_,
  });
  assert.ok(model.coef_.equals(other.coef_));
  await assert.rejects(model.fit(X, y, null, { coefInit: [1, 2] }), /coefInit has 2 values, the data needs 30/);
});

Deno.test("SGDRegressor says once which parameter to change where it stops early", async () => {
  const { X, y } = await scaled(regression("diabetes"));
  const { warn } = await captured(() => new SGDRegressor({ maxIter: 2, randomState: 0 }).fit(X, y));
  assert.equal(warn.length, 1);
  assert.match(warn[0], /SGDRegressor: stopped at maxIter=2.*raise maxIter/);
});

Deno.test("SGDRegressor.fit() says that numbers overflowed, and of which scale features should be", async () => {
  const { X, y } = regression("diabetes");
  await assert.rejects(
    new SGDRegressor({ randomState: 0, eta0: 1e300, learningRate: "constant", penalty: null }).fit(
      X.map((v) => v * 1e6),
      y,
    ),
    /overflowed.*StandardScaler/,
  );
});

Deno.test("SGDClassifier.partialFit() refuses what does not go on from before", async () => {
  const { X, y } = await scaled(await classes("iris"));
  await assert.rejects(new SGDClassifier().partialFit(X, y), /classes must be given at the first call/);
  const model = await new SGDClassifier().partialFit(X, y, [0, 1, 2]);
  await assert.rejects(model.partialFit(X, y, [0, 1]), /they were \[0, 1, 2\]/);
  await assert.rejects(model.partialFit([[1]], [0]), InvalidInputError);
  await assert.rejects(model.partialFit([[1, 2, 3, 4]], [9]), /y holds 9/);
  await assert.rejects(new SGDClassifier({ earlyStopping: true }).partialFit(X, y, [0, 1, 2]), InvalidParameterError);
  await assert.rejects(new SGDClassifier({ classWeight: "balanced" }).partialFit(X, y, [0, 1, 2]), /balanced/);
});

Deno.test("SGDClassifier and SGDRegressor refuse hyperparameters that cannot be", async () => {
  const bad = [
    { alpha: -1 },
    { alpha: 0, learningRate: "optimal" },
    { penalty: "none" },
    { l1Ratio: 2 },
    { maxIter: 0 },
    { tol: -1 },
    { eta0: 0 },
    { learningRate: "fast" },
    { validationFraction: 1 },
    { average: -1 },
    { loss: "log" },
  ];
  for (const options of bad) {
    await assert.rejects(new SGDClassifier(options as never).fit([[0], [1]], [0, 1]), InvalidParameterError);
    await assert.rejects(new SGDRegressor(options as never).fit([[0], [1]], [0, 1]), InvalidParameterError);
  }
  await assert.rejects(
    new SGDClassifier({ loss: "log_loss", learningRate: "pa1" }).fit([[0], [1]], [0, 1]),
    /needs loss "hinge"/,
  );
  assert.throws(() => new SGDRegressor({ verbose: 1 } as never), /left out here/);
});
