import type { NDArray } from "../array/mod.ts";

/** Weight, mean and variance of each column, of all samples seen so far; missing values are left out. */
export interface Moments {
  /** Weight, or number, of values seen. */
  readonly count: Float64Array;
  /** Their means. */
  readonly mean: Float64Array;
  /** Their variances, divided by the weight. */
  readonly variance: Float64Array;
}

/** Moments of nothing. */
export function noMoments(columns: number): Moments {
  const zeros = (): Float64Array => new Float64Array(columns);
  return { count: zeros(), mean: zeros(), variance: zeros() };
}

/**
 * Moments of a table without weights in one pass over it; undefined where a value is missing or infinite.
 *
 * Distances are taken from the mean c of the first rows. Where these are a share f of all, the variance is at least
 * f(1 − f) times the square of the distance of c from the mean, so that subtracting the latter costs at most a factor
 * 1/f of the precision: three digits.
 */
export function plainMoments(X: NDArray<Float64Array>): Moments | undefined {
  const [n, m] = X.shape;
  const { data } = X;
  const first = Math.min(n, Math.max(1000, Math.ceil(n / 1000)));
  const center = new Float64Array(m);
  for (let at = 0; at < first * m;) for (let j = 0; j < m; j++) center[j] += data[at++];
  for (let j = 0; j < m; j++) center[j] /= first;
  const drift = new Float64Array(m);
  const squares = new Float64Array(m);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    let p = i * m, q = p + m, r = q + m, s = r + m;
    for (let j = 0; j < m; j++) {
      const c = center[j];
      const a = data[p++] - c, b = data[q++] - c, d = data[r++] - c, e = data[s++] - c;
      drift[j] += (a + b) + (d + e);
      squares[j] += (a * a + b * b) + (d * d + e * e);
    }
  }
  for (; i < n; i++) {
    for (let j = 0; j < m; j++) {
      const d = data[i * m + j] - center[j];
      drift[j] += d;
      squares[j] += d * d;
    }
  }
  const out = noMoments(m);
  for (let j = 0; j < m; j++) {
    const spread = squares[j] - drift[j] * drift[j] / n;
    if (!Number.isFinite(spread)) return undefined;
    out.count[j] = n;
    out.mean[j] = center[j] + drift[j] / n;
    out.variance[j] = Math.max(0, spread) / n;
  }
  return out;
}

/** Moments of two lots together. A column of which one has nothing is the other's. */
export function joinMoments(before: Moments, now: Moments): Moments {
  const out = noMoments(before.count.length);
  for (let j = 0; j < out.count.length; j++) {
    const [a, b] = [before.count[j], now.count[j]];
    const total = out.count[j] = a + b;
    if (a === 0 || b === 0) {
      [out.mean[j], out.variance[j]] = a === 0 ? [now.mean[j], now.variance[j]] : [before.mean[j], before.variance[j]];
      continue;
    }
    const apart = now.mean[j] - before.mean[j];
    out.mean[j] = (before.mean[j] * a + now.mean[j] * b) / total;
    out.variance[j] = (before.variance[j] * a + now.variance[j] * b + apart * apart * a * b / total) / total;
  }
  return out;
}

/**
 * Moments of what was seen before and a table together.
 *
 * Source: T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance", The American
 * Statistician 37 (1983), equations 1.5a and 1.5b.
 */
export function addMoments(before: Moments, X: NDArray<Float64Array>, weight?: Float64Array): Moments {
  if (weight === undefined) {
    const now = plainMoments(X);
    if (now !== undefined) return before.count.every((c) => c === 0) ? now : joinMoments(before, now);
  }
  const [n, m] = X.shape;
  const { data } = X;
  const sum = new Float64Array(m);
  const count = new Float64Array(m);
  for (let i = 0, at = 0; i < n; i++) {
    const w = weight === undefined ? 1 : weight[i];
    for (let j = 0; j < m; j++, at++) {
      const v = data[at];
      if (v !== v) continue;
      sum[j] += w * v;
      count[j] += w;
    }
  }
  const center = sum.map((s, j) => s / count[j]);
  const drift = new Float64Array(m);
  const squares = new Float64Array(m);
  for (let i = 0, at = 0; i < n; i++) {
    const w = weight === undefined ? 1 : weight[i];
    for (let j = 0; j < m; j++, at++) {
      const d = data[at] - center[j];
      if (d !== d) continue;
      drift[j] += w * d;
      squares[j] += w * d * d;
    }
  }
  const out = noMoments(m);
  for (let j = 0; j < m; j++) {
    const total = before.count[j] + count[j];
    out.count[j] = total;
    const sumBefore = before.mean[j] * before.count[j];
    out.mean[j] = (sumBefore + sum[j]) / total;
    // What rounding left of the distances' sum, which ought to be zero, is taken off again.
    let spread = squares[j] - drift[j] * drift[j] / count[j];
    if (before.count[j] > 0) {
      const ratio = before.count[j] / count[j];
      spread += before.variance[j] * before.count[j] + ratio / total * (sumBefore / ratio - sum[j]) ** 2;
    }
    out.variance[j] = spread / total;
  }
  return out;
}

/** Whether a column's variance is no more than rounding makes of a constant one. */
export function isConstant(variance: number, mean: number, count: number): boolean {
  const eps = Number.EPSILON;
  return variance <= count * eps * variance + (count * mean * eps) ** 2;
}
