/**
 * The lower triangle L of A = L·Lᵀ, in place of A's; what stands above the diagonal is not read.
 *
 * Source: Cholesky's method, as in G. H. Golub, C. F. Van Loan, "Matrix Computations", 4.2.
 *
 * @param a symmetric matrix, shape [n, n], overwritten
 * @returns false where the matrix is not positive definite to rounding; then `a` is of no use
 */
export function choleskyInPlace(a: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    const rowJ = j * n;
    for (let i = j; i < n; i++) {
      const rowI = i * n;
      let s0 = 0, s1 = 0;
      let k = 0;
      for (; k + 1 < j; k += 2) {
        s0 += a[rowI + k] * a[rowJ + k];
        s1 += a[rowI + k + 1] * a[rowJ + k + 1];
      }
      if (k < j) s0 += a[rowI + k] * a[rowJ + k];
      const rest = a[rowI + j] - s0 - s1;
      if (i > j) a[rowI + j] = rest / a[rowJ + j];
      else if (rest > 0 && rest > 1e-15 * a[rowI + j]) a[rowI + j] = Math.sqrt(rest);
      else return false;
    }
  }
  return true;
}

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
  if (!(mean > 0)) mean = 1;
  for (let extra = 0;; extra = extra === 0 ? 1e-10 : extra * 100) {
    const l = a.slice();
    for (let j = 0; j < n; j++) l[j * n + j] += extra * mean;
    if (choleskyInPlace(l, n)) return l;
  }
}
