import { NDArray } from "../array/mod.ts";
import { dot } from "./moments.ts";

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
    for (let c = 0; c < k; c++) out[i * k + c] = dot(x, i * m, coef, c * m, m) + intercept[c];
  }
  return new NDArray(out, [n, k]);
}
