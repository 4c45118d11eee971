import { NDArray } from "../array/mod.ts";
import { choleskyInPlace, eigenRows, svd, triangleOf } from "../linalg/mod.ts";
import { solveCholesky } from "./factor.ts";
import type { RegressionData } from "./linear_regressor.ts";
import { addMoments, dot, GRAM_LIMIT, noMoments, type NormalEquations, normalEquations, shiftOf } from "./moments.ts";

/** Ratio of eigenvalues of the products below which digits are lost that a triangle keeps. */
const SAFE = 1e-7;
/** Ratio from which on nothing is gained by a second step. */
export const EASY = 1e-3;

/** What least squares come to. */
export interface LeastSquaresResult {
  /** Weights, shape [t, m]. */
  readonly coef: Float64Array;
  /** Number of singular values that count. */
  readonly rank: number;
  /** Singular values of the centred features, largest first. */
  readonly singular: Float64Array;
}

/** Means of features and targets, for the constants. */
export type Means = Pick<NormalEquations, "m" | "t" | "xMean" | "yMean">;

/** The normal equations of some samples. */
export function equationsOf({ X, Y, weight, look }: RegressionData, fitIntercept: boolean): NormalEquations {
  const width = X.shape[1] + Y.shape[1];
  const moments = noMoments(width, fitIntercept ? shiftOf(X, Y) : new Float64Array(width));
  addMoments(moments, X, Y, weight);
  // Weights of zero hide nothing: zero times NaN is NaN.
  if (look !== undefined && !moments.products.every(Number.isFinite)) look();
  return normalEquations(moments, X.shape[1], fitIntercept);
}

/** Weighted means of the columns, or zeros where there is no constant. */
export function meansOf({ X, Y, weight }: RegressionData, fitIntercept: boolean): Means {
  const mean = (table: NDArray<Float64Array>): Float64Array => {
    const { data, shape: [n, k] } = table;
    const out = new Float64Array(k);
    if (!fitIntercept) return out;
    let total = 0;
    // From the first row, so that the mean of a constant is that constant.
    for (let i = 0; i < n; i++) {
      const w = weight === undefined ? 1 : weight[i];
      total += w;
      for (let j = 0; j < k; j++) out[j] += w * (data[i * k + j] - data[j]);
    }
    return out.map((v, j) => data[j] + v / total);
  };
  return { m: X.shape[1], t: Y.shape[1], xMean: mean(X), yMean: mean(Y) };
}

/** Rows about the means, features and then targets, times the roots of their weights, from one number to another. */
export function centredRows(
  { X, Y, weight }: RegressionData,
  { m, t, xMean, yMean }: Means,
  from: number,
  to: number,
  out: Float64Array,
): void {
  for (let i = from, at = 0; i < to; i++) {
    const f = weight === undefined ? 1 : Math.sqrt(weight[i]);
    for (let j = 0; j < m; j++) out[at++] = f * (X.data[i * m + j] - xMean[j]);
    for (let j = 0; j < t; j++) out[at++] = f * (Y.data[i * t + j] - yMean[j]);
  }
}

/** A small problem with the same solutions: triangle (or all) of the features, shape [k, m], and of targets, shape [k, t]. */
export function reduced(data: RegressionData, means: Means): { A: NDArray<Float64Array>; B: Float64Array } {
  const n = data.X.length;
  const { m, t } = means;
  const width = m + t;
  let rows: Float64Array;
  let k: number;
  if (n > width) {
    rows = triangleOf(n, width, (from, to, block) => centredRows(data, means, from, to, block));
    k = m;
  } else {
    rows = new Float64Array(n * width);
    centredRows(data, means, 0, n, rows);
    k = n;
  }
  const A = new Float64Array(k * m), B = new Float64Array(k * t);
  for (let i = 0; i < k; i++) {
    A.set(rows.subarray(i * width, i * width + m), i * m);
    B.set(rows.subarray(i * width + m, (i + 1) * width), i * t);
  }
  return { A: new NDArray(A, [k, m]), B };
}

/** Weights from singular values: each part of the solution is multiplied by `gain` of its singular value, 0 where it does not count. */
export function fromSingular(
  { A, B }: { A: NDArray<Float64Array>; B: Float64Array },
  t: number,
  gain: (s: number, largest: number, target: number) => number,
): { coef: Float64Array; singular: Float64Array } {
  const [k, m] = A.shape;
  const { U, s, Vt } = svd(A);
  const coef = new Float64Array(t * m);
  for (let c = 0; c < t; c++) {
    for (let r = 0; r < s.size; r++) {
      const g = gain(s.data[r], s.data[0], c);
      if (g === 0) continue;
      let part = 0;
      for (let i = 0; i < k; i++) part += U.data[i * s.size + r] * B[i * t + c];
      for (let j = 0; j < m; j++) coef[c * m + j] += g * part * Vt.data[r * m + j];
    }
  }
  return { coef, singular: s.data };
}

/**
 * Least squares of least length. Where there are more samples than features, and features are not nearly combinations
 * of each other, by the normal equations, with a second step on what the first one left where digits are at stake;
 * else by singular values of a triangle.
 *
 * Sources: second step as in Å. Björck, "Stability analysis of the method of seminormal equations", Linear Algebra Appl.
 * 88 (1987); G. H. Golub, C. F. Van Loan, "Matrix Computations", 5.5.
 *
 * @param cut singular values below this part of the largest do not count
 */
export function leastSquares(
  data: RegressionData,
  fitIntercept: boolean,
  cut: number,
): LeastSquaresResult & { means: Means } {
  const [n, m] = data.X.shape;
  if (n > m && m <= GRAM_LIMIT) {
    const equations = equationsOf(data, fitIntercept);
    const result = byEquations(data, equations, cut);
    if (result !== undefined) return { ...result, means: equations };
  }
  const means = meansOf(data, fitIntercept);
  const { coef, singular } = fromSingular(
    reduced(data, means),
    means.t,
    (s, largest) => s > cut * largest ? 1 / s : 0,
  );
  const rank = singular.reduce((r, s) => r + (s > cut * singular[0] ? 1 : 0), 0);
  return { coef, rank, singular, means };
}

/** The solution of the normal equations; undefined where they are not to be trusted. */
export function byEquations(
  data: RegressionData | undefined,
  equations: NormalEquations,
  cut: number,
): LeastSquaresResult | undefined {
  const { m, t, gram, xy } = equations;
  const { values } = eigenRows(gram, m);
  const ratio = values[0] / values[m - 1];
  if (!(ratio > Math.max(SAFE, 100 * cut * cut))) return undefined;
  // Features on one scale: what is on the diagonal then says nothing about condition.
  const scale = Float64Array.from({ length: m }, (_, j) => 1 / Math.sqrt(gram[j * m + j]));
  const l = new Float64Array(m * m);
  for (let a = 0; a < m; a++) for (let b = 0; b < m; b++) l[a * m + b] = gram[a * m + b] * scale[a] * scale[b];
  if (choleskyInPlace(l, m) !== 0) return undefined;
  const solve = (rhs: Float64Array): Float64Array => {
    const out = rhs.slice();
    for (let c = 0; c < t; c++) {
      for (let j = 0; j < m; j++) out[c * m + j] *= scale[j];
      solveCholesky(l, m, out, c * m);
      for (let j = 0; j < m; j++) out[c * m + j] *= scale[j];
    }
    return out;
  };
  const coef = solve(xy);
  if (ratio < EASY && data !== undefined) {
    const more = solve(correlationsLeft(data, equations, coef));
    for (let i = 0; i < coef.length; i++) coef[i] += more[i];
  }
  return { coef, rank: m, singular: values.map(Math.sqrt).reverse() };
}

/** Products of the features with what weights leave of the targets, shape [t, m]. */
export function correlationsLeft({ X, Y, weight }: RegressionData, means: Means, coef: Float64Array): Float64Array {
  const { m, t, xMean, yMean } = means;
  const out = new Float64Array(t * m);
  const row = new Float64Array(m);
  for (let i = 0; i < X.length; i++) {
    for (let j = 0; j < m; j++) row[j] = X.data[i * m + j] - xMean[j];
    for (let c = 0; c < t; c++) {
      const rest = (Y.data[i * t + c] - yMean[c] - dot(row, 0, coef, c * m, m)) *
        (weight === undefined ? 1 : weight[i]);
      for (let j = 0; j < m; j++) out[c * m + j] += rest * row[j];
    }
  }
  return out;
}
