import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { checkOptionNames } from "../utils/mod.ts";
import { sides, table } from "./input.ts";
import { triangleOf } from "./qr.ts";
import { type SVD, svd } from "./svd.ts";

/** How {@linkcode lstsq} solves. */
export interface LstsqOptions {
  /** Singular values below this part of the largest count as zero; 2.2e-16 times the longer side if left out. */
  rcond?: number;
}

/** What {@linkcode lstsq} gives. */
export interface LeastSquares {
  /** The solution of least length, shape [m] or [m, k]. */
  x: NDArray<Float64Array>;
  /** Sums of squared residuals, one a right-hand side; empty where the rank is less than m, or n ≤ m. */
  residuals: NDArray<Float64Array>;
  /** How many singular values count. */
  rank: number;
  /** In descending order, shape [min(n, m)]. */
  singularValues: NDArray<Float64Array>;
}

/**
 * Solves A X = B as well as can be: least squares, and of all such solutions the shortest. Many rows are first reduced to a triangle, block by
 * block (see {@linkcode triangleOf}); then singular values decide the rank.
 *
 * Source: G. Golub, C. Van Loan, "Matrix Computations", 5.5.
 *
 * @param A shape [n, m]
 * @param B right-hand sides, shape [n] or [n, k]
 * @throws {ShapeError} when A has not two axes, or B has not as many rows
 * @throws {NotConvergedError} when the singular values do not converge
 *
 * @example
 * ```ts
 * import { lstsq } from "@troupe/troupe";
 * lstsq([[0, 1], [1, 1], [2, 1]], [1, 3, 5]).x.toArray(); // [2, 1]
 * ```
 */
export function lstsq(A: MatrixLike, B: MatrixLike | VectorLike, options: LstsqOptions = {}): LeastSquares {
  checkOptionNames("lstsq()", options, ["rcond"]);
  const { data, shape: [n, m] } = table(A, "lstsq(): A");
  const { data: b, shape, count } = sides(B, n, "lstsq(): B");
  const rcond = options.rcond ?? Number.EPSILON * Math.max(n, m);
  const width = m + count;
  const outShape = shape.length === 1 ? [m] : [m, count];
  if (n <= m) {
    const { x, rank, s } = fromSVD(svd(new NDArray(data, [n, m])), b, count, rcond);
    return { x: new NDArray(x, outShape), residuals: new NDArray(new Float64Array(0)), rank, singularValues: s };
  }
  const T = triangleOf(n, width, (from, to, block) => {
    for (let i = from; i < to; i++) {
      const at = (i - from) * width;
      for (let j = 0; j < m; j++) block[at + j] = data[i * m + j];
      for (let j = 0; j < count; j++) block[at + m + j] = b[i * count + j];
    }
  });
  const R = new Float64Array(m * m), c = new Float64Array(m * count);
  for (let i = 0; i < m; i++) {
    R.set(T.subarray(i * width, i * width + m), i * m);
    c.set(T.subarray(i * width + m, (i + 1) * width), i * count);
  }
  const { x, rank, s } = fromSVD(svd(new NDArray(R, [m, m])), c, count, rcond);
  // What is left of the right-hand sides below the triangle of A.
  const left = new Float64Array(rank === m ? count : 0);
  for (let i = m; i < Math.min(n, width); i++) {
    for (let j = 0; j < left.length; j++) left[j] += T[i * width + m + j] ** 2;
  }
  return { x: new NDArray(x, outShape), residuals: new NDArray(left), rank, singularValues: s };
}

/** Solves with the parts of a singular value decomposition. */
function fromSVD(
  { U, s, Vt }: SVD,
  b: Float64Array,
  count: number,
  rcond: number,
): { x: Float64Array; rank: number; s: NDArray<Float64Array> } {
  const [n, k] = U.shape, m = Vt.shape[1];
  const limit = rcond * (k > 0 ? s.data[0] : 0);
  let rank = 0;
  while (rank < k && s.data[rank] > limit) rank++;
  const x = new Float64Array(m * count);
  for (let r = 0; r < rank; r++) {
    for (let j = 0; j < count; j++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += U.data[i * k + r] * b[i * count + j];
      sum /= s.data[r];
      for (let i = 0; i < m; i++) x[i * count + j] += sum * Vt.data[r * m + i];
    }
  }
  return { x, rank, s };
}
