import { type MatrixLike, NDArray } from "../array/mod.ts";
import { lapack } from "../kernels/mod.ts";
import { NotConvergedError } from "./errors.ts";
import { square } from "./input.ts";
import { linalgFrame, transposed } from "./module.ts";

/** Eigenvalues and eigenvectors. */
export interface Eigen {
  /** In ascending order, shape [n]. */
  values: NDArray<Float64Array>;
  /** Column j belongs to value j; of length 1. Shape [n, n]. */
  vectors: NDArray<Float64Array>;
}

/**
 * Eigenvalues and eigenvectors of a symmetric table, by LAPACK, or by tridiagonal form and implicit QL. The sign of each vector is anything.
 *
 * Source: G. Golub, C. Van Loan, "Matrix Computations", 8.3.
 *
 * @param A symmetric, shape [n, n]; only its lower triangle is read
 * @throws {NotConvergedError} when an eigenvalue does not settle
 *
 * @example
 * ```ts
 * import { eigh } from "@troupe/troupe";
 * eigh([[2, 1], [1, 2]]).values.toArray(); // [1, 3]
 * ```
 */
export function eigh(A: MatrixLike): Eigen {
  const { data, shape: [n] } = square(A, "eigh(): A");
  const { values, rows } = eigenRows(data, n);
  return { values: new NDArray(values), vectors: new NDArray(transposed(rows, n, n), [n, n]) };
}

/**
 * The same as plain data, with the vectors as rows. Variances that are powers of ten apart keep their digits where the table is ordered by its
 * diagonal, so that the reduction meets the large ones first and the shifts the small ones.
 */
export function eigenRows(A: Float64Array, n: number): { values: Float64Array; rows: Float64Array } {
  const native = n > 0 ? lapack() : undefined;
  // LAPACK's reduction begins at the lower end.
  const sign = native === undefined ? -1 : 1;
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => sign * (A[i * n + i] - A[j * n + j]));
  const full = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const p = order[i], q = order[j];
      full[i * n + j] = full[j * n + i] = p > q ? A[p * n + q] : A[q * n + p];
    }
  }
  let found = full, values = new Float64Array(n), by: ArrayLike<number>;
  if (native !== undefined) {
    if (native.syevd(full, n, values) !== 0) throw notSettled(n);
    by = order.map((_, i) => i);
  } else {
    ({ values, rows: found } = byTridiagonal(full, n));
    const d = values;
    by = Array.from(d.keys()).sort((i, j) => d[i] - d[j]);
    values = d.slice().sort();
  }
  const rows = new Float64Array(n * n);
  for (let r = 0; r < n; r++) for (let j = 0; j < n; j++) rows[r * n + order[j]] = found[by[r] * n + j];
  return { values, rows };
}

/** In no order. The table is used up. */
function byTridiagonal(
  full: Float64Array<ArrayBuffer>,
  n: number,
): { values: Float64Array<ArrayBuffer>; rows: Float64Array<ArrayBuffer> } {
  const d = new Float64Array(n), e = new Float64Array(n), Z = new Float64Array(n * n);
  // From the other end: there the values are small.
  for (let i = 0; i < n; i++) Z[i * n + n - 1 - i] = 1;
  if (n > 0) {
    using frame = linalgFrame(full, Z);
    const a = frame.in(full), z = frame.inout(Z), pd = frame.out(d), pe = frame.out(e), tau = frame.temp(8 * n);
    frame.exports.tridiagonalize(a, n, pd, pe, tau, frame.temp(8 * n));
    frame.f64(pd, n).reverse();
    frame.f64(pe, n - 1).reverse();
    if (!frame.exports.tridiagonalQL(pd, pe, n, z)) throw notSettled(n);
    frame.exports.backTransform(a, n, tau, z, n);
  }
  return { values: d, rows: Z };
}

function notSettled(n: number): NotConvergedError {
  return new NotConvergedError(`eigh(): an eigenvalue of the [${n}, ${n}] table did not settle`);
}
