import { type MatrixLike, NDArray } from "../array/mod.ts";
import { lapack } from "../kernels/mod.ts";
import { table } from "./input.ts";
import { linalgFrame } from "./module.ts";

/** Values of a block of rows that is reduced at a time: it stays in the second cache. */
const BLOCK = 65_536;

/**
 * A = Q R with the columns of Q orthonormal and R upper triangular, by Householder's reflections; signs are LAPACK's.
 *
 * Source: A. S. Householder, "Unitary triangularization of a nonsymmetric matrix", J. ACM 5 (1958).
 *
 * @param A shape [n, m]
 * @returns Q, shape [n, min(n, m)], and R, shape [min(n, m), m]
 * @throws {ShapeError} when A has not two axes
 *
 * @example
 * ```ts
 * import { qr } from "@troupe/troupe";
 * const { Q, R } = qr([[3, 0], [4, 5]]);
 * Q.shape; // [2, 2]
 * R.get(1, 0); // 0
 * ```
 */
export function qr(A: MatrixLike): { Q: NDArray<Float64Array>; R: NDArray<Float64Array> } {
  const { data, shape: [n, m] } = table(A, "qr(): A");
  const k = Math.min(n, m);
  const V = data.slice(), Q = new Float64Array(n * k), R = new Float64Array(k * m);
  factor(V, n, m, Q, k);
  for (let i = 0; i < k; i++) R.set(V.subarray(i * m + i, (i + 1) * m), i * m + i);
  return { Q: new NDArray(Q, [n, k]), R: new NDArray(R, [k, m]) };
}

/**
 * The orthonormal factor of a table of n rows and k ≤ n columns.
 *
 * @param A row after row; overwritten with the reflections
 * @returns Q, shape [n, k], row after row
 */
export function orthonormalFactor(A: Float64Array, n: number, k: number): Float64Array {
  const Q = new Float64Array(n * k);
  factor(A, n, k, Q, k);
  return Q;
}

/** Columns from which LAPACK's blocked reflections pay. */
const WIDE = 24;

function factor(A: Float64Array, n: number, m: number, Q: Float64Array, k: number): void {
  if (A.length === 0) return;
  const native = n >= m && m >= WIDE ? lapack() : undefined;
  if (native !== undefined) {
    const tau = new Float64Array(m);
    native.geqrf(A, n, m, tau);
    Q.set(A);
    return native.orgqr(Q, n, m, tau);
  }
  using frame = linalgFrame(A, Q);
  const a = frame.inout(A), q = frame.out(Q), tau = frame.temp(8 * m), w = frame.temp(8 * m);
  frame.exports.qr(a, m, n, m, tau, w);
  frame.exports.formQ(a, m, n, Math.min(n, m), tau, q, k, w);
}

/**
 * R of the QR of a tall table with further columns beside it, block of rows by block: what least squares needs, without ever
 * holding Q. Rows are given by a callback, so that they may be centred or weighted as they are read.
 *
 * Source: J. Demmel, L. Grigori, M. Hoemmen, J. Langou, "Communication-optimal parallel and sequential QR and LU
 * factorizations", SIAM J. Sci. Comput. 34 (2012).
 *
 * @param n rows
 * @param m columns
 * @param rows writes rows `from` to `to` (not included) into `block`, each of m values
 * @returns the upper triangle, shape [min(n, m), m] row after row, zeros below the diagonal
 */
export function triangleOf(
  n: number,
  m: number,
  rows: (from: number, to: number, block: Float64Array) => void,
): Float64Array {
  const each = Math.max(2 * m, Math.ceil(BLOCK / m));
  const top = Math.min(n, m);
  const work = new Float64Array(Math.min(n, m + each) * m);
  const native = m >= WIDE ? lapack() : undefined, tau = new Float64Array(m);
  let have = 0;
  for (let from = 0; from < n;) {
    const to = Math.min(n, from + Math.floor(work.length / m) - have);
    rows(from, to, work.subarray(have * m, (have + to - from) * m));
    const count = have + to - from;
    if (native !== undefined) native.geqrf(work, count, m, tau);
    else {
      using frame = linalgFrame(work);
      const a = frame.inout(work);
      frame.exports.qr(a, m, count, m, frame.temp(8 * m), frame.temp(8 * m));
    }
    have = Math.min(count, m);
    for (let i = 1; i < have; i++) work.fill(0, i * m, i * m + i);
    from = to;
  }
  return work.slice(0, top * m);
}
