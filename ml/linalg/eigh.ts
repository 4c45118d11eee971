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
 */
export function eigh(A: MatrixLike): Eigen {
  const { data, shape: [n] } = square(A, "eigh(): A");
  const { values, rows } = eigenRows(data, n);
  return { values: new NDArray(values), vectors: new NDArray(transposed(rows, n, n), [n, n]) };
}

/** The same as plain data, with the vectors as rows. */
export function eigenRows(A: Float64Array, n: number): { values: Float64Array; rows: Float64Array } {
  const full = A.slice();
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) full[j * n + i] = full[i * n + j];
  const native = n > 0 ? lapack() : undefined;
  if (native !== undefined) {
    const values = new Float64Array(n);
    if (native.syevd(full, n, values) !== 0) throw notSettled(n);
    return { values, rows: full };
  }
  const d = new Float64Array(n), e = new Float64Array(n), Z = new Float64Array(n * n);
  for (let i = 0; i < n; i++) Z[i * n + i] = 1;
  if (n > 0) {
    using frame = linalgFrame(full, Z);
    const a = frame.in(full), z = frame.inout(Z), pd = frame.out(d), pe = frame.out(e), tau = frame.temp(8 * n);
    frame.exports.tridiagonalize(a, n, pd, pe, tau, frame.temp(8 * n));
    if (!frame.exports.tridiagonalQL(pd, pe, n, z)) {
      throw notSettled(n);
    }
    frame.exports.backTransform(a, n, tau, z, n);
  }
  const order = Array.from(d.keys()).sort((i, j) => d[i] - d[j]);
  const values = new Float64Array(n), rows = new Float64Array(n * n);
  order.forEach((from, to) => {
    values[to] = d[from];
    rows.set(Z.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values, rows };
}

function notSettled(n: number): NotConvergedError {
  return new NotConvergedError(`eigh(): an eigenvalue of the [${n}, ${n}] table did not settle`);
}
