/**
 * The usual case of imputation, a plain array of float64, in one pass row by row.
 *
 * @module
 */

import { NDArray, type TableLike } from "../array/mod.ts";

/** X, where it is the usual case. */
function plain(X: TableLike): NDArray<Float64Array> | undefined {
  const usual = X instanceof NDArray && X.dtype === "float64" && X.ndim === 2 && X.size > 0;
  return usual ? X as NDArray<Float64Array> : undefined;
}

/**
 * Means of the columns without what is missing; undefined where X is another, a column is empty, or holds what it must
 * not.
 *
 * @param mark what stands for a missing value
 */
export function plainMeans(X: TableLike, mark: number): Float64Array | undefined {
  const table = plain(X);
  if (table === undefined) return undefined;
  const { data, shape: [n, m] } = table;
  const sums = new Float64Array(m);
  const counts = new Float64Array(m);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      const v = data[at];
      // What is missing differs from itself, or is the mark; a NaN beside another mark spoils its sum.
      if (v === mark || (v !== v && mark !== mark)) continue;
      sums[j] += v;
      counts[j]++;
    }
  }
  const means = sums.map((sum, j) => sum / counts[j]);
  return means.every(Number.isFinite) ? means : undefined;
}

/** X with `fill` in the place of what is missing; undefined where X is another, or holds what it must not. */
export function plainFill(X: TableLike, mark: number, fill: Float64Array): NDArray<Float64Array> | undefined {
  const table = plain(X);
  if (table === undefined || table.shape[1] !== fill.length || fill.some(Number.isNaN)) return undefined;
  const { data, shape: [n, m] } = table;
  const out = new Float64Array(n * m);
  // Zero times anything finite is zero.
  let probe = 0;
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      const v = data[at];
      const w = v === mark || (v !== v && mark !== mark) ? fill[j] : v;
      probe += w * 0;
      out[at] = w;
    }
  }
  return probe === 0 ? new NDArray(out, [n, m]) : undefined;
}
