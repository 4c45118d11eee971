import assert from "node:assert/strict";
import { RandomState } from "../../../ml/random/mod.ts";
import { logarithm } from "../../../ml/random/log_table.ts";

/** Sizes around the block's and the words' edges, from even and odd places. */
const SIZES = [128, 129, 311, 624, 8191, 8192, 8193, 20_001];

function twins(seed: number, used: number): [RandomState, RandomState] {
  const a = new RandomState(seed);
  for (let i = 0; i < used; i++) a.nextUint32();
  return [a, a.copy()];
}

function assertSame(a: RandomState, b: RandomState, what: string): void {
  assert.equal(a.nextUint32(), b.nextUint32(), `${what}: the next word`);
  assert.equal(a.hasGauss, b.hasGauss, what);
  assert.equal(a.cachedGauss, b.cachedGauss, what);
}

for (const [i, n] of SIZES.entries()) {
  Deno.test(`RandomState draws ${n} in a block as it draws them one by one`, () => {
    for (const used of [0, 1, 623, 624]) {
      const what = `seed ${i}, ${used} words used`;
      const [a, b] = twins(i, used);
      assert.deepEqual(a.randomSample(n).data, Float64Array.from({ length: n }, () => b.nextDouble()), what);
      assertSame(a, b, what);
      assert.deepEqual(a.standardNormal(n).data, Float64Array.from({ length: n }, () => b.nextGauss()), what);
      assertSame(a, b, what);
      // One may be waiting now.
      assert.deepEqual(a.standardNormal(n + 1).data, Float64Array.from({ length: n + 1 }, () => b.nextGauss()), what);
      assertSame(a, b, what);
      for (const [low, high] of [[0, 2], [-5, 1000], [0, 2 ** 31], [-(2 ** 31), 2 ** 31], [3, 4]]) {
        const one = (): number => low + b.nextInterval(high - 1 - low);
        assert.deepEqual(
          a.randint(low, high, n).data,
          Int32Array.from({ length: n }, one),
          `${what}: ${low} to ${high}`,
        );
        assertSame(a, b, what);
      }
    }
  });
}

Deno.test("RandomState.fillNormal() gives what normal() gives, row by row", () => {
  for (const m of [1, 2, 3, 20, 9001]) {
    for (const n of [0, 1, 7, 41, 911]) {
      if (n * m > 50_000) continue;
      const [a, b] = twins(n, m % 5);
      const center = Float64Array.from({ length: m }, (_, j) => Math.sqrt(j + 1));
      // From an even and from an odd place.
      for (let round = 0; round < 2; round++) {
        const rows = new Float64Array(n * m);
        a.fillNormal(rows, center, 2.5);
        const expected = Float64Array.from(rows, (_, i) => center[i % m] + 2.5 * b.nextGauss());
        assert.deepEqual(rows, expected, `${n} rows of ${m}`);
        assertSame(a, b, `${n} rows of ${m}`);
        a.nextGauss();
        b.nextGauss();
      }
    }
  }
  const rng = new RandomState(0);
  assert.throws(() => rng.fillNormal(new Float64Array(5), new Float64Array(2)), /5 values are no rows of 2/);
  assert.throws(() => rng.fillNormal(new Float64Array(4), new Float64Array(2), -1), /must not be negative, got -1/);
});

Deno.test("RandomState.permutation() is drawn in blocks as one by one", () => {
  for (const n of [130, 256, 257, 1025, 8193, 8194, 40_000]) {
    const [a, b] = twins(n, n % 5);
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = b.nextInterval(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    assert.deepEqual(a.permutation(n).data, order, `${n}`);
    assertSame(a, b, `${n}`);
  }
});

Deno.test("logarithm() is within a unit in the last place of Math.log, from the smallest numbers to the largest", () => {
  const rng = new RandomState(1);
  const some = [
    1,
    1 - 2 ** -53,
    1 + 2 ** -52,
    0.6875,
    1.375,
    1 - 1 / 512,
    1 + 1 / 256,
    2 ** -1022,
    Number.MAX_VALUE,
    0.5,
  ];
  for (let i = 0; i < 20_000; i++) {
    const x = i < some.length ? some[i] : rng.uniform(0.5, 2) * 2 ** rng.randint(-1000, 1000);
    const expected = Math.log(x);
    assert.ok(Math.abs(logarithm(x) - expected) <= 2 ** -52 * Math.abs(expected), `${x}: ${logarithm(x)}, ${expected}`);
  }
});
