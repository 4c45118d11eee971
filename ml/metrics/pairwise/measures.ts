import type { NDArray } from "../../array/mod.ts";
import { checkVector } from "../../utils/mod.ts";
import { MetricError } from "../errors.ts";
import { blockDistance, squaredDistance } from "./distances.ts";

/** Distance of two rows of `d` numbers that start at `a` and `b`. */
export type Measure = (x: Float64Array, a: number, y: Float64Array, b: number, d: number) => number;

/** What some distances take. */
export interface MeasureOptions {
  /** Power of "minkowski"; 2 if left out. */
  p?: number;
  /** Weights of the features, for "minkowski". */
  w?: ArrayLike<number> | null;
  /** Variances of the features, for "seuclidean"; those of X if left out. */
  V?: ArrayLike<number> | null;
  /** Inverse of the covariance, for "mahalanobis", shape [nFeatures, nFeatures]; that of X if left out. */
  VI?: NDArray | readonly ArrayLike<number>[] | null;
}

const chebyshev: Measure = (x, a, y, b, d) => {
  let most = 0;
  for (let k = 0; k < d; k++) most = Math.max(most, Math.abs(x[a + k] - y[b + k]));
  return most;
};

const canberra: Measure = (x, a, y, b, d) => {
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const over = Math.abs(x[a + k] - y[b + k]);
    if (over > 0) sum += over / (Math.abs(x[a + k]) + Math.abs(y[b + k]));
  }
  return sum;
};

const braycurtis: Measure = (x, a, y, b, d) => {
  let over = 0, under = 0;
  for (let k = 0; k < d; k++) {
    over += Math.abs(x[a + k] - y[b + k]);
    under += Math.abs(x[a + k] + y[b + k]);
  }
  return over / under;
};

const correlation: Measure = (x, a, y, b, d) => {
  let meanX = 0, meanY = 0;
  for (let k = 0; k < d; k++) {
    meanX += x[a + k] / d;
    meanY += y[b + k] / d;
  }
  let xy = 0, xx = 0, yy = 0;
  for (let k = 0; k < d; k++) {
    const s = x[a + k] - meanX, t = y[b + k] - meanY;
    xy += s * t;
    xx += s * s;
    yy += t * t;
  }
  return 1 - xy / Math.sqrt(xx * yy);
};

const hamming: Measure = (x, a, y, b, d) => {
  let different = 0;
  for (let k = 0; k < d; k++) if (x[a + k] !== y[b + k]) different++;
  return different / d;
};

/** Makes a measure of how many features are true in both rows, in the first, in the second, in neither. */
function ofBooleans(measure: (tt: number, tf: number, ft: number, ff: number) => number): Measure {
  return (x, a, y, b, d) => {
    let tt = 0, tf = 0, ft = 0;
    for (let k = 0; k < d; k++) {
      const s = x[a + k] !== 0, t = y[b + k] !== 0;
      if (s && t) tt++;
      else if (s) tf++;
      else if (t) ft++;
    }
    return measure(tt, tf, ft, d - tt - tf - ft);
  };
}

const measures: Record<string, Measure> = {
  sqeuclidean: squaredDistance,
  cityblock: blockDistance,
  chebyshev,
  canberra,
  braycurtis,
  correlation,
  hamming,
  jaccard: ofBooleans((tt, tf, ft) => tt + tf + ft === 0 ? 0 : (tf + ft) / (tt + tf + ft)),
  dice: ofBooleans((tt, tf, ft) => (tf + ft) / (2 * tt + tf + ft)),
  rogerstanimoto: ofBooleans((tt, tf, ft, ff) => 2 * (tf + ft) / (tt + ff + 2 * (tf + ft))),
  russellrao: ofBooleans((tt, tf, ft, ff) => (tf + ft + ff) / (tt + tf + ft + ff)),
  sokalsneath: ofBooleans((tt, tf, ft) => 2 * (tf + ft) / (tt + 2 * (tf + ft))),
  yule: ofBooleans((tt, tf, ft, ff) => tf * ft === 0 ? 0 : 2 * tf * ft / (tt * ff + tf * ft)),
};

/** Names of distances that are worked out pair by pair. */
export const measureNames: readonly string[] = [...Object.keys(measures), "minkowski", "seuclidean", "mahalanobis"];

/** The measure of a name, with its options; `X` gives what they do not. */
export function measureOf(name: string, X: NDArray<Float64Array>, same: boolean, options: MeasureOptions): Measure {
  if (name === "minkowski") return minkowski(options, X.shape[1]);
  if (name === "seuclidean") return standardized(options, X, same);
  if (name === "mahalanobis") return mahalanobis(options, X, same);
  return measures[name];
}

function minkowski({ p = 2, w }: MeasureOptions, d: number): Measure {
  if (!(p > 0)) throw new MetricError(`pairwiseDistances: p must be above 0, got ${p}`);
  const weights = w === undefined || w === null ? new Float64Array(d).fill(1) : checkVector(w, "w").data;
  if (weights.length !== d) {
    throw new MetricError(`pairwiseDistances: w has ${weights.length} values for ${d} features`);
  }
  if (p === Infinity) return chebyshev;
  return (x, a, y, b, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += weights[k] * Math.abs(x[a + k] - y[b + k]) ** p;
    return p === 1 ? sum : p === 2 ? Math.sqrt(sum) : sum ** (1 / p);
  };
}

function needed(name: string, option: string, same: boolean): void {
  if (!same) throw new MetricError(`pairwiseDistances: ${name} needs ${option} where Y is given`);
}

function standardized({ V }: MeasureOptions, X: NDArray<Float64Array>, same: boolean): Measure {
  if (V === undefined || V === null) needed("seuclidean", "V", same);
  const variance = V === undefined || V === null ? X.var(0, 1).data : checkVector(V, "V").data;
  return (x, a, y, b, n) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += (x[a + k] - y[b + k]) ** 2 / variance[k];
    return Math.sqrt(sum);
  };
}

function mahalanobis({ VI }: MeasureOptions, X: NDArray<Float64Array>, same: boolean): Measure {
  const d = X.shape[1];
  if (VI === undefined || VI === null) needed("mahalanobis", "VI", same);
  const inverse = VI === undefined || VI === null ? invert(covariance(X), d) : Float64Array.from(
    Array.from(VI as Iterable<ArrayLike<number> | NDArray>).flatMap((row) =>
      Array.from("data" in row ? row.data : row)
    ),
  );
  if (inverse.length !== d * d) throw new MetricError(`pairwiseDistances: VI must be of shape [${d}, ${d}]`);
  const t = new Float64Array(d);
  return (x, a, y, b) => {
    for (let k = 0; k < d; k++) t[k] = x[a + k] - y[b + k];
    let sum = 0;
    for (let j = 0; j < d; j++) {
      let row = 0;
      for (let k = 0; k < d; k++) row += inverse[j * d + k] * t[k];
      sum += t[j] * row;
    }
    return Math.sqrt(sum);
  };
}

function covariance(X: NDArray<Float64Array>): Float64Array {
  const [n, d] = X.shape;
  const mean = X.mean(0).data;
  const out = new Float64Array(d * d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) out[j * d + k] += (X.data[i * d + j] - mean[j]) * (X.data[i * d + k] - mean[k]);
    }
  }
  return out.map((v) => v / (n - 1));
}

/** The inverse of a small matrix, by elimination with pivots. */
function invert(matrix: Float64Array, d: number): Float64Array {
  const left = matrix.slice();
  const right = new Float64Array(d * d);
  for (let j = 0; j < d; j++) right[j * d + j] = 1;
  for (let c = 0; c < d; c++) {
    let pivot = c;
    for (let r = c + 1; r < d; r++) if (Math.abs(left[r * d + c]) > Math.abs(left[pivot * d + c])) pivot = r;
    if (left[pivot * d + c] === 0) throw new MetricError("pairwiseDistances: the covariance has no inverse; give VI");
    for (const m of [left, right]) {
      for (let k = 0; k < d; k++) [m[c * d + k], m[pivot * d + k]] = [m[pivot * d + k], m[c * d + k]];
    }
    const scale = left[c * d + c];
    for (const m of [left, right]) for (let k = 0; k < d; k++) m[c * d + k] /= scale;
    for (let r = 0; r < d; r++) {
      const factor = left[r * d + c];
      if (r === c || factor === 0) continue;
      for (const m of [left, right]) for (let k = 0; k < d; k++) m[r * d + k] -= factor * m[c * d + k];
    }
  }
  return right;
}
