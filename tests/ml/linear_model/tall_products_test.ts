import assert from "node:assert/strict";
import { endTeams, Team } from "../../../ml/kernels/mod.ts";
import { addMoments, noMoments, shiftOf } from "../../../ml/linear_model/moments.ts";
import { isTall, productsByParts } from "../../../ml/linear_model/tall_products.ts";
import { LinearRegression, NDArray, RandomState } from "../../../ml/mod.ts";

function table(n: number, m: number, seed: number): NDArray<Float64Array> {
  const X = new NDArray(new RandomState(seed).normal(0, 1, n * m).data as Float64Array, [n, m]);
  // Columns of other scales, and far from zero.
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) X.data[i * m + j] = X.data[i * m + j] * (1 + j) + 100 * (j % 3);
  }
  return X;
}

for (const [n, m, t, weighted] of [[70_001, 37, 1, false], [60_000, 39, 2, true], [900_003, 9, 1, false]] as const) {
  Deno.test(`addMoments() of ${n} x ${m} is, by parts, what it is by blocks${weighted ? ", weighted" : ""}`, () => {
    const X = table(n, m, 1), Y = table(n, t, 2);
    const weight = weighted ? new RandomState(3).uniform(0, 2, n).data as Float64Array : undefined;
    assert.ok(isTall(n, m + t));
    const shift = shiftOf(X, Y);
    const parts = noMoments(m + t, shift), blocks = noMoments(m + t, shift);
    try {
      addMoments(parts, X, Y, weight);
    } finally {
      endTeams();
    }
    // Rows by their numbers are not taken by parts.
    addMoments(blocks, X, Y, weight, Int32Array.from({ length: n }, (_, i) => i));
    const near = (a: number, b: number, scale: number) =>
      assert.ok(Math.abs(a - b) <= 1e-11 * scale, `${a}, expected ${b}`);
    near(parts.weight, blocks.weight, blocks.weight);
    const w = m + t;
    for (let a = 0; a < w; a++) {
      const length = Math.sqrt(blocks.products[a * w + a]);
      near(parts.sums[a], blocks.sums[a], length * Math.sqrt(n));
      for (let b = 0; b < w; b++) {
        near(parts.products[a * w + b], blocks.products[a * w + b], length * Math.sqrt(blocks.products[b * w + b]));
        assert.equal(parts.products[a * w + b], parts.products[b * w + a]);
      }
    }
  });
}

Deno.test("productsByParts() comes to the same bits with threads and without", () => {
  const X = table(70_001, 37, 1), Y = table(70_001, 1, 2), shift = shiftOf(X, Y);
  const open = Team.open;
  const products = (milliseconds: number) => {
    Team.open = (built) => open.call(Team, built, milliseconds) as never;
    try {
      return productsByParts(shift, X, Y, undefined).all;
    } finally {
      Team.open = open;
      endTeams();
    }
  };
  assert.deepEqual(products(0), products(1e6));
});

Deno.test("LinearRegression.fit() says where a NaN is in many rows", async () => {
  const X = table(70_001, 37, 1), y = new NDArray(new Float64Array(70_001));
  X.data[37 * 50_000 + 3] = NaN;
  try {
    await assert.rejects(() => new LinearRegression().fit(X, y), /NaN/);
  } finally {
    endTeams();
  }
});
