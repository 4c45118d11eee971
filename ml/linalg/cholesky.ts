import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { kernels, lapack } from "../kernels/mod.ts";
import { NotPositiveDefiniteError } from "./errors.ts";
import { sides, square } from "./input.ts";
import { linalgFrame } from "./module.ts";

/** Columns that are factored at a time; the rest is a product of tables. */
const PANEL = 64;
/** Order up to which calling LAPACK is not worth it. */
const SMALL = 8;

/**
 * The lower triangle L with L Lᵀ = A of a positive definite table.
 *
 * Source: G. Golub, C. Van Loan, "Matrix Computations", 4.2.
 *
 * @param A symmetric, shape [n, n]; only its lower triangle is read
 * @returns L, shape [n, n], zeros above its diagonal
 * @throws {NotPositiveDefiniteError} saying at which row it was found out
 *
 * @example
 * ```ts
 * import { cholesky } from "@troupe/troupe";
 * cholesky([[4, 2], [2, 5]]).toArray(); // [[2, 0], [1, 2]]
 * ```
 */
export function cholesky(A: MatrixLike): NDArray<Float64Array> {
  const { data, shape: [n] } = square(A, "cholesky(): A");
  const L = data.slice();
  const bad = choleskyInPlace(L, n);
  if (bad > 0) {
    throw new NotPositiveDefiniteError(
      `cholesky(): A is not positive definite: its leading [${bad}, ${bad}] part is not`,
    );
  }
  for (let i = 0; i < n; i++) L.fill(0, i * n + i + 1, (i + 1) * n);
  return new NDArray(L, [n, n]);
}

/**
 * The same in place of the lower triangle; what is above the diagonal is anything afterwards.
 *
 * @returns 0, or the order of the first leading part that is not positive definite
 */
export function choleskyInPlace(A: Float64Array, n: number): number {
  const native = n > SMALL ? lapack() : undefined;
  if (native !== undefined) return native.potrf(A, n);
  for (let j = 0; j < n; j += PANEL) {
    const w = Math.min(PANEL, n - j);
    const below = n - j;
    // What the columns to the left take from this panel.
    if (j > 0) {
      const left = A.subarray(j * n);
      kernels().gemm(false, true, below, w, j, -1, left, n, left, n, 1, A.subarray(j * n + j), n);
    }
    // The panel, gathered: one call for all of it.
    const panel = new Float64Array(below * w);
    for (let i = 0; i < below; i++) panel.set(A.subarray((j + i) * n + j, (j + i) * n + j + w), i * w);
    let bad: number;
    {
      using frame = linalgFrame(panel);
      const p = frame.inout(panel);
      bad = frame.exports.cholesky(p, w, w);
      if (bad === 0) frame.exports.solveRows(p, w, w, p + w * w * 8, w, below - w);
    }
    if (bad > 0) return j + bad;
    for (let i = 0; i < below; i++) A.set(panel.subarray(i * w, (i + 1) * w), (j + i) * n + j);
  }
  return 0;
}

/**
 * Solves A X = B, given the lower triangle L of A that {@linkcode cholesky} gave.
 *
 * Source: G. Golub, C. Van Loan, "Matrix Computations", 3.1.
 *
 * @param L shape [n, n]
 * @param B right-hand sides, shape [n] or [n, k]
 * @returns X, of B's shape
 * @throws {ShapeError} when L is not square, or B has not as many rows
 *
 * @example
 * ```ts
 * import { cholesky, choleskySolve } from "@troupe/troupe";
 * choleskySolve(cholesky([[4, 2], [2, 5]]), [8, 8]).toArray(); // [1.5, 1]
 * ```
 */
export function choleskySolve(L: MatrixLike, B: MatrixLike | VectorLike): NDArray<Float64Array> {
  const { data, shape: [n] } = square(L, "choleskySolve(): L");
  const { data: b, shape, count } = sides(B, n, "choleskySolve(): B");
  const x = b.slice();
  using frame = linalgFrame(data, x);
  const l = frame.in(data), p = frame.inout(x);
  frame.exports.solveLower(l, n, n, p, count, 0);
  frame.exports.solveLowerT(l, n, n, p, count);
  return new NDArray(x, shape);
}
