import type { NDArray } from "../array/mod.ts";

/** Samples that are looked at to tell whether a matrix is positive, at most. */
const LOOKED_AT = 400;

/** How much of the largest value values may differ by that should be equal: the rounding of single precision. */
export const ROUNDING = 1e-6;

/** Columns and rows that are compared together, for the sake of the caches. */
const TILE = 64;

/** Whether a matrix between samples is the same both ways, but for `tolerance` of its largest value. */
export function isSymmetric({ data, shape: [n, width] }: NDArray<Float64Array>, tolerance: number): boolean {
  if (n !== width) return false;
  let most = 0;
  for (let i = 0; i < n; i++) most = Math.max(most, Math.abs(data[i * n + i]));
  const far = tolerance * most;
  for (let a = 0; a < n; a += TILE) {
    const rows = Math.min(a + TILE, n);
    for (let b = 0; b <= a; b += TILE) {
      const columns = Math.min(b + TILE, n);
      for (let i = a; i < rows; i++) {
        for (let j = b; j < columns; j++) if (!(Math.abs(data[i * n + j] - data[j * n + i]) <= far)) return false;
      }
    }
  }
  return true;
}

/**
 * Whether a symmetric matrix may be taken for a positive one, which has one optimum, whatever the way there: that of some
 * samples, evenly taken, has a Cholesky root. Of a kernel that is not positive it has none, as a rule.
 */
export function seemsPositive(matrix: NDArray<Float64Array>): boolean {
  const { data, shape: [n] } = matrix;
  const k = Math.min(n, LOOKED_AT);
  const at = Int32Array.from({ length: k }, (_, t) => Math.floor(t * n / k));
  let largest = 0;
  for (const i of at) largest = Math.max(largest, data[i * n + i]);
  const L = new Float64Array(k * k);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = data[at[i] * n + at[j]] + (i === j ? ROUNDING * largest : 0);
      for (let c = 0, a = i * k, b = j * k; c < j; c++) sum -= L[a++] * L[b++];
      if (i > j) L[i * k + j] = sum / L[j * k + j];
      else if (!(sum > 0)) return false;
      else L[i * k + i] = Math.sqrt(sum);
    }
  }
  return true;
}
