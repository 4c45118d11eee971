import { choleskyInPlace } from "../linalg/mod.ts";

/** Solves L·Lᵀ·x = b in place, b standing at `at` in `x`. */
export function solveCholesky(l: Float64Array, n: number, x: Float64Array, at = 0): void {
  for (let i = 0; i < n; i++) {
    let s = x[at + i];
    for (let k = 0, row = i * n; k < i; k++) s -= l[row + k] * x[at + k];
    x[at + i] = s / l[i * n + i];
  }
  // Backwards by rows of L, that is columns of its transpose: contiguous, as before.
  for (let i = n - 1; i >= 0; i--) {
    const value = x[at + i] / l[i * n + i];
    x[at + i] = value;
    for (let k = 0, row = i * n; k < i; k++) x[at + k] -= l[row + k] * value;
  }
}

/** L of a symmetric matrix that may be singular: where it is, so little is added to its diagonal that it can be had. */
export function choleskyOfNearlyAny(a: Float64Array, n: number): Float64Array {
  let mean = 0;
  for (let j = 0; j < n; j++) mean += a[j * n + j] / n;
  // What holds NaN has no factor: nothing is better than the identity then.
  if (!a.every(Number.isFinite)) return Float64Array.from(a, (_, i) => i % (n + 1) === 0 ? 1 : 0);
  if (!(mean > 0)) mean = 1;
  for (let extra = 0;; extra = extra === 0 ? 1e-10 : extra * 100) {
    const l = a.slice();
    for (let j = 0; j < n; j++) l[j * n + j] += extra * mean;
    if (choleskyInPlace(l, n) === 0 && wellAbove(l, a, n)) return l;
  }
}

/** Whether no pivot is rounding only. */
function wellAbove(l: Float64Array, a: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) if (!(l[j * n + j] ** 2 > 1e-14 * a[j * n + j])) return false;
  return true;
}
