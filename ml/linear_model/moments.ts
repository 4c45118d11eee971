import type { NDArray } from "../array/mod.ts";
import { kernels } from "../kernels/mod.ts";
import { Workspace } from "./linear_kernels.ts";
import { BLOCK_ROWS, eachBlock, takeInto } from "./row_blocks.ts";
import { isTall, productsByParts } from "./tall_products.ts";

/**
 * Sums and products of the columns of some samples: all that least squares need to know of them. Products are taken
 * after a shift, so that columns far from zero lose nothing. Moments of parts with the same shift can be added, and
 * those of a part taken off the whole.
 */
export interface Moments {
  /** Number of columns: features first, then targets. */
  readonly width: number;
  /** What was taken off each column. */
  readonly shift: Float64Array;
  /** Sum of the weights. */
  weight: number;
  /** Weighted sums of the shifted columns. */
  readonly sums: Float64Array;
  /** Weighted products of each pair of shifted columns, shape [width, width], symmetric. */
  readonly products: Float64Array;
}

/** Most features for which products of all pairs are used. */
export const GRAM_LIMIT = 2000;

/** Moments of nothing. */
export function noMoments(width: number, shift: Float64Array): Moments {
  return { width, shift, weight: 0, sums: new Float64Array(width), products: new Float64Array(width * width) };
}

/**
 * Means of some of the rows, spread over all: a shift that is near the mean of each column. They are taken from the first
 * row, so that the shift of a constant column is its value, and nothing is left of it.
 */
export function shiftOf(X: NDArray<Float64Array>, Y: NDArray<Float64Array>): Float64Array {
  const n = X.length;
  const [m, t] = [X.shape[1], Y.shape[1]];
  const shift = new Float64Array(m + t);
  const count = Math.min(n, 512);
  for (let k = 0; k < count; k++) {
    const i = Math.floor(k * n / count);
    for (let j = 0; j < m; j++) shift[j] += X.data[i * m + j] - X.data[j];
    for (let j = 0; j < t; j++) shift[m + j] += Y.data[i * t + j] - Y.data[j];
  }
  for (let j = 0; j < m + t; j++) {
    shift[j] = (j < m ? X.data[j] : Y.data[j - m]) + shift[j] / count;
    if (!Number.isFinite(shift[j])) shift[j] = 0;
  }
  return shift;
}

/**
 * Adds the moments of some rows.
 *
 * @param rows numbers of the rows; all if left out
 */
export function addMoments(
  into: Moments,
  X: NDArray<Float64Array>,
  Y: NDArray<Float64Array>,
  weight?: Float64Array,
  rows?: ArrayLike<number>,
): void {
  const { width, sums, products } = into;
  // A column of ones makes sums of products, too.
  const { all, order } = rows === undefined && isTall(X.length, width)
    ? productsByParts(into.shift, X, Y, weight)
    : productsByBlocks(into.shift, X, Y, weight, rows);
  for (let a = 0; a < width; a++) {
    for (let b = 0; b < width; b++) products[a * width + b] += all[a * order + b];
    sums[a] += all[a * order + width];
  }
  into.weight += all[width * order + width];
}

/** Products of all pairs of columns, block by block. */
function productsByBlocks(
  shifts: Float64Array,
  X: NDArray<Float64Array>,
  Y: NDArray<Float64Array>,
  weight: Float64Array | undefined,
  rows: ArrayLike<number> | undefined,
): { all: Float64Array; order: number } {
  const [m, t] = [X.shape[1], Y.shape[1]];
  const order = m + t + 1;
  using work = new Workspace();
  const x = work.f64(BLOCK_ROWS * m), y = work.f64(BLOCK_ROWS * t), packed = work.f64(BLOCK_ROWS * order);
  const shift = work.f64(m + t), roots = work.f64(BLOCK_ROWS), all = work.f64(order * order);
  shift.set(shifts);
  const blas = kernels();
  const { exports } = work;
  eachBlock(X, x, rows, (_, start, count) => {
    if (rows === undefined) y.set(Y.data.subarray(start * t, (start + count) * t));
    else takeInto(Y.data, t, rows, start, count, y);
    if (weight !== undefined) {
      for (let k = 0; k < count; k++) roots[k] = Math.sqrt(weight[rows === undefined ? start + k : rows[start + k]]);
    }
    const factors = weight === undefined ? 0 : roots.byteOffset;
    exports.packRows(x.byteOffset, count, m, y.byteOffset, t, shift.byteOffset, factors, packed.byteOffset);
    blas.syrk(true, order, count, 1, packed, order, 1, all, order);
  }, true);
  return { all: all.slice(), order };
}

/** Sum of the products of two runs of numbers: in four sums, for one alone waits for each addition to end before the next. */
export function dot(a: Float64Array, at: number, b: Float64Array, bt: number, n: number): number {
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  let k = 0;
  for (; k + 3 < n; k += 4) {
    s0 += a[at + k] * b[bt + k];
    s1 += a[at + k + 1] * b[bt + k + 1];
    s2 += a[at + k + 2] * b[bt + k + 2];
    s3 += a[at + k + 3] * b[bt + k + 3];
  }
  for (; k < n; k++) s0 += a[at + k] * b[bt + k];
  return s0 + s1 + (s2 + s3);
}

/** The moments of a whole without a part of it; both have the same shift. */
export function withoutPart(whole: Moments, part: Moments): Moments {
  return {
    width: whole.width,
    shift: whole.shift,
    weight: whole.weight - part.weight,
    sums: whole.sums.map((v, j) => v - part.sums[j]),
    products: whole.products.map((v, j) => v - part.products[j]),
  };
}

/** The normal equations of least squares. */
export interface NormalEquations {
  /** Number of features. */
  readonly m: number;
  /** Number of targets. */
  readonly t: number;
  /** Products of the features, centred where there is an intercept, shape [m, m]. */
  readonly gram: Float64Array;
  /** Products of targets and features, shape [t, m]. */
  readonly xy: Float64Array;
  /** Product of each target with itself, shape [t]. */
  readonly yy: Float64Array;
  /** Means of the features; zeros without intercept. */
  readonly xMean: Float64Array;
  /** Means of the targets; zeros without intercept. */
  readonly yMean: Float64Array;
  /** Sum of the weights. */
  readonly weight: number;
}

/** What the moments of features and targets say about the least-squares problem. */
export function normalEquations(moments: Moments, m: number, fitIntercept: boolean): NormalEquations {
  const { width, shift, sums, products, weight } = moments;
  const t = width - m;
  const mean = new Float64Array(width);
  // With intercept, about the mean; without, about zero: the shift is undone.
  const entry = (a: number, b: number): number => {
    const p = products[a * width + b];
    return fitIntercept
      ? p - sums[a] * sums[b] / weight
      : p + shift[a] * sums[b] + shift[b] * sums[a] + weight * shift[a] * shift[b];
  };
  if (fitIntercept) { for (let j = 0; j < width; j++) mean[j] = shift[j] + sums[j] / weight; }
  const gram = new Float64Array(m * m);
  const xy = new Float64Array(t * m);
  const yy = new Float64Array(t);
  for (let a = 0; a < m; a++) for (let b = 0; b < m; b++) gram[a * m + b] = entry(a, b);
  for (let c = 0; c < t; c++) {
    for (let a = 0; a < m; a++) xy[c * m + a] = entry(m + c, a);
    yy[c] = entry(m + c, m + c);
  }
  return { m, t, gram, xy, yy, xMean: mean.slice(0, m), yMean: mean.slice(m), weight };
}

/** Constants that go with weights about the mean, shape [t]. */
export function interceptsOf(
  coef: Float64Array,
  { m, t, xMean, yMean }: Pick<NormalEquations, "m" | "t" | "xMean" | "yMean">,
): Float64Array {
  const out = new Float64Array(t);
  for (let c = 0; c < t; c++) out[c] = yMean[c] - dot(coef, c * m, xMean, 0, m);
  return out;
}
