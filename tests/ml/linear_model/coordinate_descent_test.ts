import assert from "node:assert/strict";
import { ElasticNet, Lasso, makeRegression } from "../../../ml/mod.ts";
import { assertClose, assertDigest, camelCase, captured, golden } from "../golden.ts";
import { observeObjective } from "../../parity/observe.ts";
import { regression, weights } from "./data.ts";

const values = golden("ml_linear");

for (const c of values.descent) {
  const how = `${c.data}, ${JSON.stringify(c.params)}${c.weighted ? ", weighted" : ""}`;
  Deno.test(`${c.estimator} learns what scikit-learn learns: ${how}`, async () => {
    const { X, y, T } = regression(c.data);
    const w = c.weighted ? weights(X.length) : undefined;
    const model = c.estimator === "Lasso" ? new Lasso(camelCase(c.params)) : new ElasticNet(camelCase(c.params));
    await captured(() => model.fit(X, y, w));
    assertDigest(await model.predict(T), c.predict, 1e-6, "predict");
    assertDigest(model.coef_, c.coef, 1e-6, "coef_");
    // Scikit-learn has one zero for all targets where there is no constant.
    if (model.fitIntercept) assertClose(model.intercept_, c.intercept, 1e-6, "intercept_");
    assertClose(model.nIter_, c.n_iter, 0, "nIter_");
    const R = await model.predict(X);
    const t = R.ndim === 1 ? 1 : R.shape[1];
    const l1 = c.estimator === "Lasso" ? 1 : (model as ElasticNet).l1Ratio;
    for (let k = 0; k < t; k++) {
      let loss = 0, total = 0, penalty = 0;
      for (let i = 0; i < X.length; i++) {
        loss += (w?.[i] ?? 1) * (y.data[i * t + k] - R.data[i * t + k]) ** 2;
        total += w?.[i] ?? 1;
      }
      for (const v of model.coef_.data.slice(k * X.shape[1], (k + 1) * X.shape[1])) {
        penalty += model.alpha * (l1 * Math.abs(v) + (1 - l1) / 2 * v * v);
      }
      const objective = loss / (2 * total) + penalty;
      observeObjective(objective, c.objective[k], how);
      assert.ok(objective <= c.objective[k] * (1 + 1e-4) + 1e-12, `objective ${objective}, expected ${c.objective[k]}`);
    }
  });
}

Deno.test("Lasso.fit() says once which parameter to change where it stops early", async () => {
  const { X, y } = regression("two_targets");
  const model = new Lasso({ alpha: 0.001, tol: 1e-12, maxIter: 2 });
  const { warn } = await captured(() => model.fit(X, y));
  assert.equal(warn.length, 1);
  assert.match(warn[0], /Lasso: stopped at maxIter=2.*raise maxIter/);
});

Deno.test("ElasticNet with warmStart goes on from where it was", async () => {
  const { X, y } = makeRegression({ nSamples: 100, nFeatures: 20, noise: 5, randomState: 0 });
  const model = await new ElasticNet({ alpha: 0.01, warmStart: true, tol: 1e-10, maxIter: 10000 }).fit(X, y);
  const before = model.nIter_ as number;
  await model.fit(X, y);
  assert.ok(before > 3 && model.nIter_ === 0, `${before} passes, then ${model.nIter_}`);
});

Deno.test("Lasso learns the same by products of features and by the samples", async () => {
  const { X, y } = makeRegression({ nSamples: 60, nFeatures: 40, noise: 3, randomState: 0 });
  const tall = await new Lasso({ alpha: 0.5, tol: 1e-12, maxIter: 100000 }).fit(X, y);
  const wide = await new Lasso({ alpha: 0.5, tol: 1e-12, maxIter: 100000 }).fit(
    // Features that are always zero make more features than samples of them, and change nothing.
    X.toArray().map((row: number[]) => [...row, ...new Array(30).fill(0)]),
    y,
  );
  assertClose(wide.coef_.slice(0, 40), tall.coef_, 1e-6);
  assertClose(wide.coef_.slice(40), new Array(30).fill(0), 0);
});
