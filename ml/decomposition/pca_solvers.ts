import { NDArray } from "../array/mod.ts";
import { eigenRows, svd } from "../linalg/mod.ts";
import type { RandomState } from "../random/mod.ts";
import { assertFinite, InvalidInputError } from "../utils/mod.ts";
import { likeliestDimension } from "./dimension.ts";
import { type Factors, firstColumns, flipSigns } from "./factors.ts";
import { combineGram, finishGram, gramPartial, shiftFor, startGram } from "./gram.ts";
import { type RandomizedOptions, randomizedSVD } from "./randomized_svd.ts";

/** How components are found. */
export type PCASolver = "full" | "covariance_eigh" | "arpack" | "randomized";

/** What a solver found. */
export interface FittedComponents {
  /** How many components are kept. */
  readonly count: number;
  /** Mean of each feature. */
  readonly mean: Float64Array;
  /** Right vectors as rows, the kept ones first. */
  readonly right: Float64Array;
  /** Left vectors as columns, where the solver has them. */
  readonly left?: Float64Array;
  /** Singular values. */
  readonly values: Float64Array;
  /** Variance of each component. */
  readonly variance: Float64Array;
  /** Variance of all features together. */
  readonly totalVariance: number;
  /** Mean variance of what is left out. */
  readonly noise: number;
}

/** The solver that "auto" means: by the shape, and by how many components are wanted. */
export function solverFor(
  given: "auto" | PCASolver,
  nComponents: number | "mle" | null,
  n: number,
  m: number,
): PCASolver {
  if (given !== "auto") return given;
  if (m <= 1000 && n >= 10 * m) return "covariance_eigh";
  if (Math.max(n, m) <= 500 || nComponents === "mle") return "full";
  const count = nComponents ?? Math.min(n, m);
  return count >= 1 && count < 0.8 * Math.min(n, m) ? "randomized" : "full";
}

/** All components, of which those that are wanted are kept. */
export function fitFull(
  X: NDArray<Float64Array>,
  solver: "full" | "covariance_eigh",
  wanted: number | "mle" | null,
): FittedComponents {
  const [n, m] = X.shape;
  return keepWanted(solver === "full" ? bySVD(X) : byCovariance(X), wanted, n, m);
}

/** All components of samples, of which those that are wanted are kept. */
export function keepWanted(found: Spectrum, wanted: number | "mle" | null, n: number, m: number): FittedComponents {
  const least = Math.min(n, m);
  const { mean, right, left, values, variance } = found;
  const totalVariance = variance.reduce((a, v) => a + v, 0);
  const count = countFor(wanted, variance, totalVariance, n, least);
  let noise = 0;
  if (count < least) {
    for (let c = count; c < variance.length; c++) noise += variance[c];
    noise /= variance.length - count;
  }
  return { count, mean, right, left, values, variance, totalVariance, noise };
}

/** How many components a wish comes to. */
function countFor(
  wanted: number | "mle" | null,
  variance: Float64Array,
  total: number,
  n: number,
  least: number,
): number {
  if (wanted === "mle") return likeliestDimension(variance, n);
  if (wanted === null) return least;
  if (wanted >= 1 || wanted === 0) return wanted;
  let sum = 0;
  let count = 0;
  while (count < variance.length && (sum += variance[count] / total) <= wanted) count++;
  return Math.min(count + 1, variance.length);
}

/** What is found before some components are kept. */
export type Spectrum = Pick<FittedComponents, "mean" | "right" | "left" | "values" | "variance">;

function bySVD(X: NDArray<Float64Array>): Spectrum {
  const n = X.length;
  const { centered, mean } = center(X);
  const { U, s, Vt } = svd(centered);
  flipSigns(Vt.data, s.size, U.data);
  return { mean, right: Vt.data, left: U.data, values: s.data, variance: s.data.map((v) => v * v / (n - 1)) };
}

function byCovariance(X: NDArray<Float64Array>): Spectrum {
  const [n, m] = X.shape;
  const shift = shiftFor(X.data, m);
  const { mean, covariance } = finishGram(combineGram(startGram(shift), gramPartial(X.data, shift)));
  if (!covariance.every(Number.isFinite)) {
    assertFinite(X, "PCA.fit: X");
    throw new InvalidInputError("PCA.fit: X holds values whose squares are too large; scale the features");
  }
  const { values, rows } = eigenRows(covariance, m);
  const right = new Float64Array(m * m);
  const variance = new Float64Array(m);
  for (let c = 0; c < m; c++) {
    right.set(rows.subarray((m - 1 - c) * m, (m - c) * m), c * m);
    // Rounding can make what should be zero a little less.
    variance[c] = Math.max(0, values[m - 1 - c]);
  }
  flipSigns(right, m);
  return { mean, right, values: variance.map((v) => Math.sqrt(v * (n - 1))), variance };
}

/** The first components only, by random subspaces, or exactly. */
export function fitTruncated(
  X: NDArray<Float64Array>,
  solver: "arpack" | "randomized",
  wanted: number | null,
  rng: RandomState,
  options: RandomizedOptions,
): FittedComponents {
  const [n, m] = X.shape;
  const least = Math.min(n, m);
  const count = wanted ?? (solver === "arpack" ? least - 1 : least);
  const { centered, mean } = center(X);
  const found = solver === "randomized"
    ? randomizedSVD(centered.data, n, m, count, rng, options)
    : exactSVD(centered, count, rng);
  flipSigns(found.Vt, found.k, found.U);
  const variance = found.s.map((v) => v * v / (n - 1));
  let totalVariance = 0;
  for (const v of centered.data) totalVariance += v * v;
  totalVariance /= n - 1;
  const explained = variance.reduce((a, v) => a + v, 0);
  const noise = count < least ? (totalVariance - explained) / (least - count) : 0;
  return { count, mean, right: found.Vt, left: found.U, values: found.s, variance, totalVariance, noise };
}

/** The first singular values and vectors, exactly; draws the vector that ARPACK would begin with. */
export function exactSVD(X: NDArray<Float64Array>, k: number, rng: RandomState): Factors {
  const [n, m] = X.shape;
  rng.uniform(-1, 1, Math.min(n, m));
  const { U, s, Vt } = svd(X);
  return { n, m, k, U: firstColumns(U.data, s.size, k), s: s.data.slice(0, k), Vt: Vt.data.slice(0, k * m) };
}

function center(X: NDArray<Float64Array>): { centered: NDArray<Float64Array>; mean: Float64Array } {
  const [n, m] = X.shape;
  const mean = X.mean(0).data;
  const out = new Float64Array(n * m);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m; j++, at++) out[at] = X.data[at] - mean[j];
  return { centered: new NDArray(out, [n, m]), mean };
}
