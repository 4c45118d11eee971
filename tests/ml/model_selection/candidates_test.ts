import assert from "node:assert/strict";
import {
  InvalidParameterError,
  logspace,
  ParameterGrid,
  ParameterSampler,
  RandomState,
  stats,
} from "../../../ml/mod.ts";
import { camelCase, captured, golden } from "../golden.ts";

const values = golden("ml_model_selection");
const grids = [{ C: [1, 10], kernel: ["rbf", "linear"], gamma: [0.1] }, { kernel: ["poly"], degree: [2, 3] }];

/** Candidates equal to golden ones; numbers to rounding, for powers of ten differ in the last place. */
function assertCandidates(actual: Iterable<Record<string, unknown>>, expected: Record<string, unknown>[]): void {
  const list = [...actual];
  assert.equal(list.length, expected.length);
  for (const [i, params] of expected.map(camelCase).entries()) {
    assert.deepEqual(Object.keys(list[i]).sort(), Object.keys(params).sort(), `candidate ${i}`);
    for (const [name, value] of Object.entries(params)) {
      const mine = list[i][name];
      if (typeof value === "number") {
        assert.ok(Math.abs(mine as number / value - 1) < 1e-14, `${i}: ${name} ${mine} ${value}`);
      } else assert.equal(mine, value, `candidate ${i}: ${name}`);
    }
  }
}

Deno.test("ParameterGrid goes through scikit-learn's combinations in its order", () => {
  assertCandidates(new ParameterGrid(grids), values.grid);
  assert.equal(new ParameterGrid(grids).length, 6);
  assert.deepEqual(new ParameterGrid(grids).at(5), { degree: 3, kernel: "poly" });
  assert.deepEqual([...new ParameterGrid({})], [{}]);
  assert.throws(() => new ParameterGrid(grids).at(6), RangeError);
});

Deno.test("ParameterGrid orders names as scikit-learn's spelling would be ordered", () => {
  const [first, second] = [...new ParameterGrid({ maxLeaf: [1, 2], max: [1, 2] })];
  assert.deepEqual([first, second], [{ max: 1, maxLeaf: 1 }, { max: 1, maxLeaf: 2 }]);
});

Deno.test("ParameterGrid refuses what is no list of values", () => {
  assert.throws(() => new ParameterGrid({ C: [] }), /C has no values/);
  assert.throws(() => new ParameterGrid({ C: 1 as unknown as number[] }), /C needs a list of values.*C: \[1\]/);
  assert.throws(() => new ParameterGrid({ kernel: "rbf" as unknown as string[] }), InvalidParameterError);
  assert.throws(() => new ParameterGrid([]), InvalidParameterError);
  assert.throws(() => new ParameterGrid(5 as unknown as []), InvalidParameterError);
  assert.deepEqual([...new ParameterGrid({ C: Float64Array.of(1, 2) })], [{ C: 1 }, { C: 2 }]);
});

const space = {
  C: logspace(-6, 6, 13),
  gamma: logspace(-8, 8, 17),
  tol: logspace(-4, -1, 4),
  classWeight: [null, "balanced"],
};
const mixed = {
  C: stats.loguniform(1e-2, 1e3),
  gamma: stats.uniform(1, 4),
  degree: stats.randint(2, 9),
  kernel: ["a", "b", "c"],
};

Deno.test("ParameterSampler draws scikit-learn's candidates from lists", () => {
  assertCandidates(new ParameterSampler(space, 50, { randomState: 0 }), values.sampled);
  assertCandidates(new ParameterSampler(grids, 4, { randomState: 2 }), values.sampled_grid);
});

Deno.test("ParameterSampler draws scikit-learn's candidates from distributions", () => {
  assertCandidates(new ParameterSampler(mixed, 6, { randomState: 1 }), values.sampled_mixed);
  assertCandidates(new ParameterSampler([mixed, { C: [1, 2, 3] }], 6, { randomState: 4 }), values.sampled_tables);
});

Deno.test("ParameterSampler draws the same again from a seed, and goes on with a generator", () => {
  const seeded = new ParameterSampler(mixed, 3, { randomState: 5 });
  assert.deepEqual([...seeded], [...seeded]);
  const drawn = new ParameterSampler(mixed, 3, { randomState: new RandomState(5) });
  assert.notDeepEqual([...drawn], [...drawn]);
});

Deno.test("ParameterSampler warns when there are fewer combinations than asked for", async () => {
  const { warn } = await captured(() => assert.equal([...new ParameterSampler({ C: [1, 2] }, 5)].length, 2));
  assert.match(warn[0], /only 2 combinations, fewer than nIter=5/);
  assert.throws(() => new ParameterSampler({ C: [1] }, 0), InvalidParameterError);
  assert.throws(() => new ParameterSampler({ C: [] }, 1), InvalidParameterError);
  assert.throws(() => stats.loguniform(0, 1), InvalidParameterError);
  assert.throws(() => stats.randint(3, 3), InvalidParameterError);
});
