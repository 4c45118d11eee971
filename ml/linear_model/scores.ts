import { NDArray } from "../array/mod.ts";

/** Weights and constants of linear functions. */
export interface LinearFunctions {
  /** Weights, a row for each function, shape [nOutputs, nFeatures]. */
  readonly coef: Float64Array;
  /** A constant for each function, shape [nOutputs]. */
  readonly intercept: Float64Array;
}

/** The values of some linear functions at each sample, shape [nSamples, nOutputs]. */
export function linearScores(X: NDArray<Float64Array>, { coef, intercept }: LinearFunctions): NDArray<Float64Array> {
  const [n, m] = X.shape;
  const k = intercept.length;
  const x = X.data;
  const out = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < k; c++) {
      // Four sums, for one alone waits for each addition to end before the next.
      let a = 0, b = 0, d = 0, e = 0;
      const row = i * m;
      const w = c * m;
      let j = 0;
      for (; j + 3 < m; j += 4) {
        a += x[row + j] * coef[w + j];
        b += x[row + j + 1] * coef[w + j + 1];
        d += x[row + j + 2] * coef[w + j + 2];
        e += x[row + j + 3] * coef[w + j + 3];
      }
      for (; j < m; j++) a += x[row + j] * coef[w + j];
      out[i * k + c] = a + b + (d + e) + intercept[c];
    }
  }
  return new NDArray(out, [n, k]);
}
