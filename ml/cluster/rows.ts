import type { NDArray } from "../array/mod.ts";

/** Samples as the clustering loops take them. */
export interface Rows {
  /** Number of samples. */
  readonly n: number;
  /** Number of features. */
  readonly m: number;
  /** The samples, row after row. */
  readonly data: Float64Array;
  /** Weight of each sample; none if all weigh 1. */
  readonly weight?: Float64Array;
  /** Squared length of each sample. */
  readonly norms: Float64Array;
  /** The largest of these. */
  readonly largestNorm: number;
  /** Their sum. */
  readonly spread: number;
}

/** Lays the loops' view over a table. */
export function rowsOf(X: NDArray<Float64Array>, weight?: Float64Array): Rows {
  const [n, m] = X.shape;
  const { data } = X;
  const norms = new Float64Array(n);
  let largestNorm = 0;
  let spread = 0;
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < m; j++, at++) sum += data[at] * data[at];
    norms[i] = sum;
    spread += sum;
    if (sum > largestNorm) largestNorm = sum;
  }
  return { n, m, data, weight, norms, largestNorm, spread };
}

/** Some of the samples, as a copy. */
export function takeSamples(rows: Rows, indices: ArrayLike<number>): Rows {
  const { m, data, weight, norms, largestNorm } = rows;
  const n = indices.length;
  const out = new Float64Array(n * m);
  const outNorms = new Float64Array(n);
  let spread = 0;
  for (let k = 0; k < n; k++) {
    const i = indices[k];
    for (let j = 0; j < m; j++) out[k * m + j] = data[i * m + j];
    outNorms[k] = norms[i];
    spread += norms[i];
  }
  const weights = weight === undefined ? undefined : Float64Array.from(indices, (i) => weight[i]);
  return { n, m, data: out, weight: weights, norms: outNorms, largestNorm, spread };
}
