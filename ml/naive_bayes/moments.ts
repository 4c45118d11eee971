import type { NDArray } from "../array/mod.ts";

/** Weight of each class, and mean and variance of each feature in it: a state that blocks of samples add to. */
export interface ClassMoments {
  /** Weight, or number, of the samples of each class, shape [nClasses]. */
  readonly weight: Float64Array;
  /** Means, class by class, shape [nClasses, nFeatures]. */
  readonly mean: Float64Array;
  /** Variances, divided by the weight, shape [nClasses, nFeatures]. */
  readonly variance: Float64Array;
}

/** The state before any sample. */
export function noClassMoments(k: number, m: number): ClassMoments {
  return { weight: new Float64Array(k), mean: new Float64Array(k * m), variance: new Float64Array(k * m) };
}

/** Moments of one block of samples; two passes, so that values far from zero keep their digits. */
export function momentsByClass(
  X: NDArray<Float64Array>,
  codes: Int32Array,
  k: number,
  weights?: Float64Array,
): ClassMoments {
  const [n, m] = X.shape;
  const { data } = X;
  const { weight, mean, variance } = noClassMoments(k, m);
  for (let i = 0, at = 0; i < n; i++) {
    const c = codes[i];
    const w = weights === undefined ? 1 : weights[i];
    weight[c] += w;
    for (let j = 0; j < m; j++, at++) mean[c * m + j] += w * data[at];
  }
  for (let c = 0; c < k; c++) if (weight[c] > 0) { for (let j = 0; j < m; j++) mean[c * m + j] /= weight[c]; }
  for (let i = 0, at = 0; i < n; i++) {
    const c = codes[i];
    const w = weights === undefined ? 1 : weights[i];
    for (let j = 0; j < m; j++, at++) {
      const d = data[at] - mean[c * m + j];
      variance[c * m + j] += w * d * d;
    }
  }
  for (let c = 0; c < k; c++) if (weight[c] > 0) { for (let j = 0; j < m; j++) variance[c * m + j] /= weight[c]; }
  return { weight, mean, variance };
}

/** Moments of two blocks together. A class that has next to no weight in one is taken from the other. */
export function combineMoments(a: ClassMoments, b: ClassMoments, m: number): ClassMoments {
  const k = a.weight.length;
  const out = noClassMoments(k, m);
  for (let c = 0; c < k; c++) {
    const total = a.weight[c] + b.weight[c];
    out.weight[c] = total;
    for (let at = c * m; at < (c + 1) * m; at++) {
      if (b.weight[c] <= 1e-8) {
        out.mean[at] = a.mean[at];
        out.variance[at] = a.variance[at];
      } else if (a.weight[c] === 0) {
        out.mean[at] = b.mean[at];
        out.variance[at] = b.variance[at];
      } else {
        const gap = a.mean[at] - b.mean[at];
        out.mean[at] = (b.weight[c] * b.mean[at] + a.weight[c] * a.mean[at]) / total;
        const spread = a.weight[c] * a.variance[at] + b.weight[c] * b.variance[at] +
          a.weight[c] * b.weight[c] / total * gap * gap;
        out.variance[at] = spread / total;
      }
    }
  }
  return out;
}

/** Variance of each column. */
export function varianceOfColumns(X: NDArray<Float64Array>): Float64Array {
  return momentsByClass(X, new Int32Array(X.shape[0]), 1).variance;
}
