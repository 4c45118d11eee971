import type { NDArray } from "../array/mod.ts";
import { clone, type FitFamily, type HasParams } from "../base/mod.ts";

/** The estimator with a candidate's parameters, not fitted. */
export function configured<T>(family: FitFamily, candidate: number): T {
  const estimator = clone(family.estimator) as HasParams;
  const params = family.candidates[candidate];
  if (params !== null) estimator.setParams(clone(params, { safe: false }));
  return estimator as T;
}

/** Values of linear functions at some rows of a table, shape [rows, functions], without gathering the rows. */
export function scoresAt(
  X: NDArray<Float64Array>,
  rows: Int32Array,
  coef: Float64Array,
  intercept: Float64Array,
): Float64Array {
  const m = X.shape[1];
  const k = intercept.length;
  const x = X.data;
  const out = new Float64Array(rows.length * k);
  for (let r = 0, to = 0; r < rows.length; r++) {
    const row = rows[r] * m;
    for (let c = 0, w = 0; c < k; c++, to++) {
      let a = intercept[c], b = 0;
      let j = 0;
      for (; j + 1 < m; j += 2, w += 2) {
        a += x[row + j] * coef[w];
        b += x[row + j + 1] * coef[w + 1];
      }
      if (j < m) a += x[row + j] * coef[w++];
      out[to] = a + b;
    }
  }
  return out;
}

/** 1 for each of some rows, as often as they are named. */
export function countsOf(rows: Int32Array, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let r = 0; r < rows.length; r++) out[rows[r]]++;
  return out;
}
