import { type MatrixLike, NDArray } from "../array/mod.ts";
import { kernels, lapack } from "../kernels/mod.ts";
import { NotConvergedError } from "./errors.ts";
import { table } from "./input.ts";
import { linalgFrame, transposed } from "./module.ts";
import { qr } from "./qr.ts";

/** The parts of a singular value decomposition A = U diag(s) Vt, k = min(n, m). */
export interface SVD {
  /** Columns are orthonormal, shape [n, k]. */
  U: NDArray<Float64Array>;
  /** Singular values in descending order, shape [k]. */
  s: NDArray<Float64Array>;
  /** Rows are orthonormal, shape [k, m]. */
  Vt: NDArray<Float64Array>;
}

/**
 * Singular values and vectors, by LAPACK, or by one-sided Jacobi rotations on the triangle of a QR. The signs of a pair of vectors are anything.
 *
 * Source: M. R. Hestenes, "Inversion of matrices by biorthogonalization and related results", J. SIAM 6 (1958).
 *
 * @param A shape [n, m]
 * @throws {NotConvergedError} when they do not converge
 *
 * @example
 * ```ts
 * import { svd } from "@troupe/troupe";
 * svd([[3, 0], [0, 4]]).s.toArray(); // [4, 3]
 * ```
 */
export function svd(A: MatrixLike): SVD {
  const { data, shape: [n, m] } = table(A, "svd(): A");
  if (n < m) {
    const { U, s, Vt } = svd(new NDArray(transposed(data, n, m), [m, n]));
    return { U: Vt.transpose(), s, Vt: U.transpose() };
  }
  const native = m > 0 ? lapack() : undefined;
  // Few columns are better reduced to their triangle first, in blocks.
  if (native !== undefined && n <= 4 * m) {
    const U = new Float64Array(n * m), s = new Float64Array(m), Vt = new Float64Array(m * m);
    if (native.gesdd(data.slice(), n, m, U, s, Vt) !== 0) {
      throw new NotConvergedError(`svd(): the singular values of the [${n}, ${m}] table did not converge`);
    }
    return { U: new NDArray(U, [n, m]), s: new NDArray(s), Vt: new NDArray(Vt, [m, m]) };
  }
  if (n > m) {
    const { Q, R } = qr(new NDArray(data, [n, m]));
    const { U, s, Vt } = svd(R);
    return { U: product(Q, U), s, Vt };
  }
  const { left, values, right } = jacobiRows(transposed(data, n, n), n);
  return {
    U: new NDArray(transposed(left, n, n), [n, n]),
    s: new NDArray(values),
    Vt: new NDArray(right, [n, n]),
  };
}

function product(A: NDArray<Float64Array>, B: NDArray<Float64Array>): NDArray<Float64Array> {
  const [n, k] = A.shape, m = B.shape[1];
  const C = new Float64Array(n * m);
  kernels().gemm(false, false, n, m, k, 1, A.data, k, B.data, m, 0, C, m);
  return new NDArray(C, [n, m]);
}

/** Of a square table whose columns are the rows of `G` (used up): left vectors as rows, singular values, right vectors as rows. */
function jacobiRows(G: Float64Array, n: number): { left: Float64Array; values: Float64Array; right: Float64Array } {
  const most = G.reduce((a, v) => Math.max(a, Math.abs(v)), 0);
  // Squares shall neither overflow nor vanish.
  const unit = most > 0 ? 2 ** Math.round(Math.log2(most)) : 1;
  for (let i = 0; i < G.length; i++) G[i] /= unit;
  const V = new Float64Array(n * n);
  for (let i = 0; i < n; i++) V[i * n + i] = 1;
  if (n > 0) {
    using frame = linalgFrame(G, V);
    if (frame.exports.jacobi(frame.inout(G), n, n, frame.inout(V), frame.temp(8 * n)) < 0) {
      throw new NotConvergedError(`svd(): rotations of the [${n}, ${n}] triangle did not end within 60 sweeps`);
    }
  }
  const lengths = Array.from({ length: n }, (_, i) => lengthOf(G.subarray(i * n, (i + 1) * n)));
  const order = lengths.map((_, i) => i).sort((i, j) => lengths[j] - lengths[i]);
  const left = new Float64Array(n * n), right = new Float64Array(n * n), values = new Float64Array(n);
  order.forEach((from, to) => {
    values[to] = lengths[from] * unit;
    right.set(V.subarray(from * n, (from + 1) * n), to * n);
    if (lengths[from] > 0) { for (let j = 0; j < n; j++) left[to * n + j] = G[from * n + j] / lengths[from]; }
    else complete(left, to, n);
  });
  return { left, values, right };
}

function lengthOf(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * x[i];
  return Math.sqrt(sum);
}

/** Makes row `at` a unit vector that is orthogonal to all rows before it. */
function complete(rows: Float64Array, at: number, n: number): void {
  const x = rows.subarray(at * n, (at + 1) * n);
  for (let axis = 0; axis < n; axis++) {
    x.fill(0);
    x[axis] = 1;
    // Twice is enough.
    for (let time = 0; time < 2; time++) {
      for (let i = 0; i < at; i++) {
        const r = rows.subarray(i * n, (i + 1) * n);
        kernels().axpy(-kernels().dot(r, x), r, x);
      }
    }
    const length = lengthOf(x);
    if (length < 0.5 / Math.sqrt(n)) continue;
    for (let j = 0; j < n; j++) x[j] /= length;
    return;
  }
}
