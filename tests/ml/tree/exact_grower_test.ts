import assert from "node:assert/strict";
import { RandomState } from "../../../ml/mod.ts";
import { growOnSorted, growsOnSorted } from "../../../ml/tree/exact_grower.ts";
import { growTree, type TreeProblem, type TreeSettings } from "../../../ml/tree/grow.ts";
import { NODE_ARRAYS } from "../../../ml/tree/structure.ts";

const settings: TreeSettings = {
  criterion: "squared_error",
  random: false,
  maxFeatures: 6,
  maxDepth: 0x7fffffff,
  minSamplesSplit: 2,
  minSamplesLeaf: 1,
  minWeightLeaf: 0,
  maxLeafNodes: null,
  minImpurityDecrease: 0,
  monotonic: null,
};

const N = 1500;
const M = 6;

/** What becomes of gaussians. */
const kinds: Record<string, (value: number, feature: number) => number> = {
  "distinct values": (v) => v,
  "shared values": (v) => Math.round(v * 10) / 10,
  "two values, and zeros of both signs": (v, j) => j < 3 ? (v > 0 ? 1 : j === 0 ? -0 : 0) : v,
  "features that do not vary, or hardly": (v, j) => j === 0 ? 3 : j === 1 ? v * 1e-9 : v,
};

function problemOf(kind: string, seed: number): TreeProblem {
  const random = new RandomState(seed);
  const X = Float32Array.from(random.randn(N * M).data, (v, i) => kinds[kind](v, i % M));
  const noise = random.randn(N).data;
  const y = Float64Array.from(noise, (e, i) => X[i * M] + Math.sin(3 * X[i * M + 3]) + 0.3 * e);
  return { X, nFeatures: M, hasMissing: new Uint8Array(M), y, nOutputs: 1, nClasses: null };
}

for (const kind of Object.keys(kinds)) {
  Deno.test(`growOnSorted() grows growTree()'s tree to the last bit: ${kind}`, () => {
    const seed = 11;
    const problem = problemOf(kind, seed);
    const shares = new RandomState(seed + 1).uniform(0, 1, N).data;
    const weights = [null, Float64Array.from(shares, (_, i) => i % 3), Float64Array.from(shares)];
    const changes: Partial<TreeSettings>[] = [
      {},
      { maxFeatures: 2 },
      { minSamplesLeaf: 5, maxDepth: 9 },
      { minWeightLeaf: 30, minImpurityDecrease: 1e-4, minSamplesSplit: 40 },
    ];
    for (const weight of weights) {
      for (const change of changes) {
        const own = { ...settings, ...change };
        const plain = growTree(problem, own, weight, 77, false);
        const sorted = growOnSorted(problem, own, weight, 77);
        assert.ok(plain.nodeCount > 9);
        for (const name of NODE_ARRAYS) assert.deepEqual(sorted[name], plain[name], `${name}, seed ${seed}`);
        assert.equal(sorted.maxDepth, plain.maxDepth);
      }
    }
  });
}

Deno.test("growsOnSorted() is for squared errors of one target, of samples that have all values", () => {
  const problem = problemOf("distinct values", 3);
  assert.equal(growsOnSorted(settings, problem), true);
  const refused: Partial<TreeSettings>[] = [
    { criterion: "poisson" },
    { random: true },
    { maxLeafNodes: 9 },
    { monotonic: new Int8Array(M) },
  ];
  for (const change of refused) assert.equal(growsOnSorted({ ...settings, ...change }, problem), false);
  assert.equal(growsOnSorted({ ...settings, maxFeatures: 1 }, { ...problem, nFeatures: 9 }), false);
  assert.equal(growsOnSorted(settings, { ...problem, hasMissing: Uint8Array.of(0, 0, 1, 0, 0, 0) }), false);
  assert.equal(growsOnSorted(settings, { ...problem, nOutputs: 2 }), false);
});
