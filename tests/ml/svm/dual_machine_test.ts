import assert from "node:assert/strict";
import { RandomState } from "../../../ml/mod.ts";
import { DualMachine } from "../../../ml/svm/dual_machine.ts";

const ROWS = 1800, WIDTH = 14, FOLDS = 3;

/** Three classes of 600, each fold of each class together; the third class takes no part. */
function problem(seed: number): { X: Float64Array; signs: Int8Array; groups: Uint8Array } {
  const X = new RandomState(seed).normal(0, 1, ROWS * WIDTH).data as Float64Array;
  const signs = Int8Array.from({ length: ROWS }, (_, i) => i < 600 ? 1 : i < 1200 ? 0 : -1);
  for (let i = 0; i < ROWS; i++) X[i * WIDTH] += signs[i];
  const groups = Uint8Array.from({ length: ROWS }, (_, i) => Math.floor((i % 600) / 200));
  return { X, signs, groups };
}

for (const name of ["rbf", "poly"] as const) {
  for (const tol of [1e-3, 1e-7]) {
    Deno.test(`DualMachine.solve() comes to the optimum where nearly all samples are free: ${name}, tol ${tol}`, () => {
      const seed = 5;
      const { X, signs, groups } = problem(seed);
      const gamma = name === "rbf" ? 0.1 : 0.2;
      const kernel = { name, gamma, coef0: 0, degree: 3 };
      const value = (i: number, j: number): number => {
        let product = 0, square = 0;
        for (let k = 0; k < WIDTH; k++) {
          const x = X[i * WIDTH + k], z = X[j * WIDTH + k];
          product += x * z;
          square += (x - z) ** 2;
        }
        return name === "rbf" ? Math.exp(-gamma * square) : (gamma * product) ** 3;
      };
      const options = { kernel, X, rows: ROWS, width: WIDTH, bound: 50, tol, cacheSize: 100, isShared: true };
      using machine = new DualMachine({ ...options, groups, nGroups: FOLDS });
      const { beta, F, lo, hi, parts, padded } = machine;
      // All samples of two classes first, from zero; then without those of a fold, from nothing again.
      for (const left of [-1, 1]) {
        for (let i = 0; i < ROWS; i++) {
          const takesPart = groups[i] !== left;
          hi[i] = takesPart && signs[i] > 0 ? 50 : 0;
          lo[i] = takesPart && signs[i] < 0 ? -50 : 0;
          F[i] = -signs[i];
        }
        beta.fill(0);
        parts.fill(0);
        assert.ok(machine.solve(tol, -1), `seed ${seed}`);
        let up = Infinity, down = -Infinity, free = 0, sum = 0;
        for (let i = 0; i < ROWS; i++) {
          sum += beta[i];
          assert.ok(beta[i] >= lo[i] && beta[i] <= hi[i]);
          let own = -signs[i];
          for (let j = 0; j < ROWS; j++) if (beta[j] !== 0) own += beta[j] * value(i, j);
          // Kept kernel values are floats.
          assert.ok(Math.abs(own - F[i]) < 5e-5, `seed ${seed}: F[${i}] is ${F[i]}, not ${own}`);
          let apart = -signs[i];
          for (let g = 0; g < FOLDS; g++) apart += parts[g * padded + i];
          assert.ok(Math.abs(apart - F[i]) < 1e-9, `seed ${seed}: parts of F[${i}] come to ${apart}, not ${F[i]}`);
          if (beta[i] < hi[i]) up = Math.min(up, F[i]);
          if (beta[i] > lo[i]) down = Math.max(down, F[i]);
          if (beta[i] < hi[i] && beta[i] > lo[i]) free++;
        }
        assert.ok(Math.abs(sum) < 1e-9, `seed ${seed}: Σβ is ${sum}`);
        assert.ok(down - up < tol, `seed ${seed}: the gap is ${down - up}`);
        assert.ok(free > 310, `seed ${seed}: ${free} free samples, too few to be a test`);
      }
    });
  }
}
