import { kernels } from "../kernels/mod.ts";

/** Values of a block of rows that is worked on at a time: it stays in the second cache. */
const BLOCK = 32_768;

/** Samples that are looked at before the shift is chosen. */
const SAMPLED = 64;
/** Standard deviations from zero beyond which sums of squares lose too many digits. */
const FAR = 30;

/** Sums over samples that covariances come from: a state that blocks add to. */
export interface GramState {
  /** Number of samples. */
  readonly n: number;
  /** What was taken off every sample before it was added. */
  readonly shift: Float64Array;
  /** Sums of the shifted features. */
  readonly sums: Float64Array;
  /** Sums of products of the shifted features, shape [m, m]. */
  readonly products: Float64Array;
}

/** The state before any sample. A shift near the mean keeps digits that would be lost far from zero. */
export function startGram(shift: Float64Array): GramState {
  const m = shift.length;
  return { n: 0, shift, sums: new Float64Array(m), products: new Float64Array(m * m) };
}

/** What samples add, row after row. */
export function gramPartial(X: Float64Array, shift: Float64Array): GramState {
  const m = shift.length;
  const n = X.length / m;
  const out: GramState = { ...startGram(shift), n };
  const rows = Math.min(n, Math.max(1, Math.floor(BLOCK / m)));
  const dense = kernels();
  const ones = new Float64Array(rows).fill(1);
  const shifted = shift.some((v) => v !== 0) ? new Float64Array(rows * m) : undefined;
  for (let from = 0; from < n; from += rows) {
    const count = Math.min(rows, n - from);
    const block = X.subarray(from * m, (from + count) * m);
    if (shifted !== undefined) {
      for (let i = 0, at = 0; i < count; i++) for (let j = 0; j < m; j++, at++) shifted[at] = block[at] - shift[j];
    }
    const part = shifted ?? block;
    dense.gemv(true, count, m, 1, part, m, ones, 1, out.sums);
    dense.syrk(true, m, count, 1, part, m, 1, out.products, m);
  }
  return out;
}

/** The sums of two parts with the same shift. */
export function combineGram(a: GramState, b: GramState): GramState {
  return {
    n: a.n + b.n,
    shift: a.shift,
    sums: a.sums.map((v, j) => v + b.sums[j]),
    products: a.products.map((v, at) => v + b.products[at]),
  };
}

/** Means, and covariances divided by n − 1. */
export function finishGram({ n, shift, sums, products }: GramState): { mean: Float64Array; covariance: Float64Array } {
  const m = shift.length;
  const covariance = new Float64Array(m * m);
  for (let i = 0, at = 0; i < m; i++) {
    for (let j = 0; j < m; j++, at++) covariance[at] = (products[at] - sums[i] * sums[j] / n) / (n - 1);
  }
  return { mean: sums.map((s, j) => shift[j] + s / n), covariance };
}

/**
 * What to take off samples: nothing where features vary enough about zero, else the mean of some samples.
 */
export function shiftFor(X: Float64Array, m: number): Float64Array {
  const n = X.length / m;
  const step = Math.max(1, Math.floor(n / SAMPLED));
  const mean = new Float64Array(m);
  const squares = new Float64Array(m);
  let count = 0;
  for (let i = 0; i < n; i += step, count++) for (let j = 0; j < m; j++) mean[j] += X[i * m + j];
  for (let j = 0; j < m; j++) mean[j] /= count;
  for (let i = 0; i < n; i += step) for (let j = 0; j < m; j++) squares[j] += (X[i * m + j] - mean[j]) ** 2;
  const near = mean.every((v, j) => v * v <= FAR * FAR * squares[j] / count);
  return near ? new Float64Array(m) : mean;
}
