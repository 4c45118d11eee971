import { NDArray } from "../array/mod.ts";
import { kernels } from "../kernels/mod.ts";
import { orthonormalFactor, svd } from "../linalg/mod.ts";
import type { RandomState } from "../random/mod.ts";
import { exchanged, type Factors, firstColumns } from "./factors.ts";

/** How a subspace is found. */
export interface RandomizedOptions {
  /** Vectors beyond those that are asked for. */
  readonly nOversamples: number;
  /** Power iterations; "auto" is 7 for few components, else 4. */
  readonly nIter: number | "auto";
  /** What keeps the vectors apart between iterations. "LU" is done as "QR": both span the same space. */
  readonly powerIterationNormalizer: "auto" | "QR" | "LU" | "none";
}

/**
 * The largest singular values of a table and their vectors, from a random subspace that a few power iterations have turned to where the
 * table is large. Draws what scikit-learn draws.
 *
 * Source: N. Halko, P. G. Martinsson, J. A. Tropp, "Finding structure with randomness", SIAM Review 53 (2011), algorithms 4.3, 5.1.
 *
 * @param M row after row
 * @param n rows
 * @param m columns
 * @param k how many
 */
export function randomizedSVD(
  M: Float64Array,
  n: number,
  m: number,
  k: number,
  rng: RandomState,
  options: RandomizedOptions,
): Factors {
  if (n < m) {
    // The narrow side is where the random vectors are.
    const turned = tall(exchanged(M, n, m), m, n, k, rng, options);
    return {
      n,
      m,
      k: turned.k,
      U: exchanged(turned.Vt, turned.k, n),
      s: turned.s,
      Vt: exchanged(turned.U, m, turned.k),
    };
  }
  return tall(M, n, m, k, rng, options);
}

function tall(
  M: Float64Array,
  n: number,
  m: number,
  k: number,
  rng: RandomState,
  { nOversamples, nIter, powerIterationNormalizer }: RandomizedOptions,
): Factors {
  const size = k + nOversamples;
  const rounds = nIter === "auto" ? (k < 0.1 * m ? 7 : 4) : nIter;
  const keepsApart = powerIterationNormalizer === "auto" ? rounds > 2 : powerIterationNormalizer !== "none";
  const dense = kernels();
  const times = (Q: Float64Array, columns: number): Float64Array => {
    const out = new Float64Array(n * columns);
    dense.gemm(false, false, n, columns, m, 1, M, m, Q, columns, 0, out, columns);
    return out;
  };
  const timesTransposed = (Q: Float64Array, columns: number): Float64Array => {
    const out = new Float64Array(m * columns);
    dense.gemm(true, false, m, columns, n, 1, M, m, Q, columns, 0, out, columns);
    return out;
  };
  let Q = rng.normal(0, 1, [m, size]).data;
  let columns = size;
  const apart = (A: Float64Array, rows: number): Float64Array => {
    // More columns than rows span no more than the rows do.
    if (columns > rows) {
      const full = new NDArray(A, [rows, columns]);
      const basis = svd(full);
      columns = rows;
      return basis.U.data;
    }
    return orthonormalFactor(A, rows, columns);
  };
  for (let round = 0; round < rounds; round++) {
    Q = times(Q, columns);
    if (keepsApart) Q = apart(Q, n);
    Q = timesTransposed(Q, columns);
    if (keepsApart) Q = apart(Q, m);
  }
  Q = apart(times(Q, columns), n);
  const B = new Float64Array(columns * m);
  dense.gemm(true, false, columns, m, n, 1, Q, columns, M, m, 0, B, m);
  const { U: inner, s, Vt } = svd(new NDArray(B, [columns, m]));
  const rank = s.size;
  const count = Math.min(k, rank);
  const U = new Float64Array(n * count);
  dense.gemm(false, false, n, count, columns, 1, Q, columns, firstColumns(inner.data, rank, count), count, 0, U, count);
  return { n, m, k: count, U, s: s.data.slice(0, count), Vt: Vt.data.slice(0, count * m) };
}
