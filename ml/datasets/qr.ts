/**
 * The orthonormal factor of a table of n rows and k ≤ n columns, by Householder's reflections, its signs as LAPACK's.
 *
 * Source: A. S. Householder, "Unitary triangularization of a nonsymmetric matrix", J. ACM 5 (1958).
 *
 * @param A row after row; overwritten with the reflections
 * @returns Q, shape [n, k], row after row
 */
export function orthonormalFactor(A: Float64Array, n: number, k: number): Float64Array {
  const tau = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    let below = 0;
    for (let i = c + 1; i < n; i++) below += A[i * k + c] * A[i * k + c];
    const head = A[c * k + c];
    if (below === 0) continue;
    const beta = -Math.sign(head || 1) * Math.sqrt(head * head + below);
    tau[c] = (beta - head) / beta;
    for (let i = c + 1; i < n; i++) A[i * k + c] /= head - beta;
    A[c * k + c] = beta;
    for (let j = c + 1; j < k; j++) reflect(A, A, n, k, c, j, tau[c]);
  }
  const Q = new Float64Array(n * k);
  for (let c = 0; c < k; c++) Q[c * k + c] = 1;
  for (let c = k - 1; c >= 0; c--) for (let j = c; j < k; j++) reflect(A, Q, n, k, c, j, tau[c]);
  return Q;
}

/** Applies reflection `c`, kept in `V` below its diagonal, to column `j` of `T`. */
function reflect(V: Float64Array, T: Float64Array, n: number, k: number, c: number, j: number, tau: number): void {
  let sum = T[c * k + j];
  for (let i = c + 1; i < n; i++) sum += V[i * k + c] * T[i * k + j];
  sum *= tau;
  T[c * k + j] -= sum;
  for (let i = c + 1; i < n; i++) T[i * k + j] -= sum * V[i * k + c];
}
