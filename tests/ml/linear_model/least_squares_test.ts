import assert from "node:assert/strict";
import { LinearRegression, makeRegression, NDArray, r2Score, Ridge } from "../../../ml/mod.ts";
import { assertClose, assertDigest, assertExactDigest, camelCase, golden } from "../golden.ts";
import { regression, weights } from "./data.ts";

const values = golden("ml_linear");
/** Cases that rounding decides, with 50 digits. */
const exact = golden("ml_exact");

/** Constants; scikit-learn has one zero for all targets where there is none. */
function assertIntercept(actual: number | NDArray<Float64Array>, expected: number | number[], tol: number): void {
  if (actual instanceof NDArray && expected === 0) assertClose(actual, new Array(actual.size).fill(0), 0, "intercept_");
  else assertClose(actual, expected, tol, "intercept_");
}

for (const c of values.linear) {
  const how = `${c.data}, ${JSON.stringify(c.params)}${c.weighted ? ", weighted" : ""}`;
  Deno.test(`LinearRegression learns what scikit-learn learns: ${how}`, async () => {
    const { X, y, T } = regression(c.data);
    const tol = 1e-9;
    const model = await new LinearRegression(camelCase(c.params)).fit(X, y, c.weighted ? weights(X.length) : undefined);
    assertDigest(await model.predict(T), c.predict, tol, "predict");
    assertDigest(model.coef_, c.coef, tol, "coef_");
    assertIntercept(model.intercept_, c.intercept, tol);
    if (c.rank === undefined) return;
    assert.equal(model.rank_, c.rank);
    assertClose(model.singular_!.slice(0, c.rank), c.singular, tol, "singular_");
  });
}

for (const c of values.ridge) {
  const how = `${c.data}, ${JSON.stringify(c.params)}${c.weighted ? ", weighted" : ""}`;
  Deno.test(`Ridge learns what scikit-learn learns: ${how}`, async () => {
    const { X, y, T } = regression(c.data);
    const tol = 1e-9;
    const model = await new Ridge(camelCase(c.params)).fit(X, y, c.weighted ? weights(X.length) : undefined);
    // Means of 1000 without a constant: scikit-learn's Cholesky loses digits itself.
    const known = exact.ridge.find((e: typeof c) =>
      e.data === c.data && e.weighted === c.weighted && JSON.stringify(e.params) === JSON.stringify(c.params)
    );
    if (known !== undefined) {
      assertExactDigest(await model.predict(T), known.predict, c.predict, tol, "predict");
      assertExactDigest(model.coef_, known.coef, c.coef, tol, "coef_");
    } else {
      assertDigest(await model.predict(T), c.predict, tol, "predict");
      assertDigest(model.coef_, c.coef, tol, "coef_");
    }
    assertIntercept(model.intercept_, c.intercept, tol);
  });
}

Deno.test("Ridge keeps weights positive", async () => {
  const { X, y } = regression("diabetes");
  const model = await new Ridge({ alpha: 0.01, positive: true }).fit(X, y);
  assertExactDigest(model.coef_, exact.ridge_positive.coef, values.ridge_positive.coef, 1e-9, "coef_");
  assert.ok(model.coef_.min() >= 0);
});

Deno.test("LinearRegression.fit() finds the shortest solution where features repeat", async () => {
  const { X, y } = makeRegression({ nSamples: 40, nFeatures: 2, randomState: 0 });
  const twice = new NDArray(Float64Array.from({ length: 160 }, (_, i) => X.data[(i >> 2) * 2 + i % 2]), [40, 4]);
  const once = await new LinearRegression().fit(X, y);
  const model = await new LinearRegression().fit(twice, y);
  assert.equal(model.rank_, 2);
  assertClose(model.coef_, [...once.coef_.data, ...once.coef_.data].map((v) => v / 2), 1e-10);
});

Deno.test("LinearRegression.fit() keeps digits where features are nearly dependent", async () => {
  const n = 500;
  const X = new NDArray(new Float64Array(2 * n), [n, 2]);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const a = Math.sin(i), b = Math.cos(3 * i);
    X.set(a, i, 0);
    X.set(a + 1e-5 * b, i, 1);
    y[i] = 2 * a + 3 * (a + 1e-5 * b) + 1;
  }
  const model = await new LinearRegression().fit(X, y);
  assertClose(model.coef_, [2, 3], 1e-8);
  assert.equal(r2Score(y, await model.predict(X)).toFixed(12), "1.000000000000");
});

Deno.test("LinearRegression gives lists for a list of targets, and tables for a table", async () => {
  const flat = await new LinearRegression().fit([[0], [1], [2]], [1, 3, 5]);
  assert.deepEqual([flat.coef_.shape, typeof flat.intercept_, (await flat.predict([[3]])).shape], [[1], "number", [1]]);
  const table = await new LinearRegression().fit([[0], [1], [2]], [[1, 0], [3, 1], [5, 2]] as never);
  assert.deepEqual(table.coef_.shape, [2, 1]);
  assertClose((await table.predict([[3]])).toArray()[0], [7, 3], 1e-12);
});
