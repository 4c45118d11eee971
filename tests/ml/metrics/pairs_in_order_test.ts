import assert from "node:assert/strict";
import { RandomState } from "../../../mod.ts";
import { pairsInOrder } from "../../../ml/metrics/pairs_in_order.ts";

/** The same from all samples in order. */
function slowly(scores: Float64Array, marks: Uint8Array): number {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let twice = 0, below = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    let zeros = 0, ones = 0;
    for (; end < order.length && scores[order[end]] === scores[order[start]]; end++) {
      if (marks[order[end]] === 1) ones++;
      else zeros++;
    }
    twice += ones * (2 * below + zeros);
    below += zeros;
  }
  return twice;
}

Deno.test("pairsInOrder() counts as a sort does, however the scores lie", () => {
  const rng = new RandomState(0);
  const kinds: Record<string, (u: number, g: number) => number> = {
    uniform: (u) => u,
    gaussian: (_, g) => g,
    "heavy tails": (_, g) => Math.tan(1.5 * Math.tanh(g)),
    "very heavy tails": (_, g) => Math.exp(40 * g),
    "many ties": (u) => Math.floor(50 * u),
    crowded: (u) => u < 0.9 ? 1e-9 * u : u,
    "few in a crowd": (u) => u < 0.01 ? 0.5 + 1e-12 * u : u,
    equal: () => 3,
    "zeros of both signs": (u) => u < 0.3 ? -0 : u < 0.6 ? 0 : u,
    denormal: (u) => 5e-324 * Math.floor(1000 * u),
    huge: (u) => 1.7e308 * (2 * u - 1),
    infinite: (u) => u < 0.1 ? -Infinity : u > 0.9 ? Infinity : u,
  };
  for (const n of [2, 100, 5000, 30_000]) {
    for (const [kind, make] of Object.entries(kinds)) {
      for (const share of [0.5, 0.001, 0, 1]) {
        const u = rng.randomSample(n), g = rng.standardNormal(n);
        const scores = Float64Array.from(u.data, (v, i) => make(v, g.data[i]));
        const marks = Uint8Array.from(rng.randomSample(n).data, (v) => v < share ? 1 : 0);
        const ones = marks.reduce((a, b) => a + b, 0);
        assert.deepEqual(
          pairsInOrder(scores, marks),
          { ones, zeros: n - ones, twice: slowly(scores, marks) },
          `${kind}, ${n} samples, ${ones} of class 1`,
        );
      }
    }
  }
});
