import { NDArray } from "../array/mod.ts";
import { SingularMatrixError } from "../linalg/mod.ts";

/** What the model of gaussians around a plane is made of. */
export interface GenerativeModel {
  /** Directions, shape [k, m]. */
  readonly components_: NDArray<Float64Array>;
  /** Variance in each. */
  readonly explainedVariance_: NDArray<Float64Array>;
  /** Variance in all others. */
  readonly noiseVariance_: number;
  /** Mean of each feature. */
  readonly mean_: NDArray<Float64Array>;
  /** Whether the directions are scaled. */
  readonly whiten: boolean;
}

/** The directions, scaled where the model whitens. */
function directions({ components_, explainedVariance_, whiten }: GenerativeModel): NDArray<Float64Array> {
  if (!whiten) return components_;
  const m = components_.shape[1];
  return components_.map((v, at) => v * Math.sqrt(explainedVariance_.data[Math.floor(at / m)]));
}

/** Variance of each direction beyond the noise. */
function excess({ explainedVariance_, noiseVariance_ }: GenerativeModel): Float64Array {
  return explainedVariance_.data.map((v) => Math.max(0, v - noiseVariance_));
}

/** Covariance of the features: Wᵀ diag(excess) W + noise I. */
export function generativeCovariance(model: GenerativeModel): NDArray<Float64Array> {
  const W = directions(model);
  const [k, m] = W.shape;
  const over = excess(model);
  const out = new Float64Array(m * m);
  for (let c = 0; c < k; c++) {
    const row = W.data.subarray(c * m, (c + 1) * m);
    for (let i = 0; i < m; i++) {
      const factor = row[i] * over[c];
      for (let j = 0; j < m; j++) out[i * m + j] += factor * row[j];
    }
  }
  for (let i = 0; i < m; i++) out[i * m + i] += model.noiseVariance_;
  return new NDArray(out, [m, m]);
}

function identity(n: number, value = 1): NDArray<Float64Array> {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = value;
  return new NDArray(out, [n, n]);
}

/** Variance of the model in each direction of its components. */
function variances(model: GenerativeModel): Float64Array {
  const { explainedVariance_: { data: variance }, noiseVariance_: noise, whiten } = model;
  // What scikit-learn's model comes to when its components are scaled.
  return excess(model).map((v, c) => v * (whiten ? variance[c] : 1) + noise);
}

/** Whether there is variance in all directions. */
function isInvertible({ components_, noiseVariance_ }: GenerativeModel, along: Float64Array): boolean {
  const [k, m] = components_.shape;
  return along.every((v) => v > 0) && (k === m || noiseVariance_ > 0);
}

/** Inverse of the covariance: its directions are orthonormal, so that only their variances are inverted. */
export function generativePrecision(model: GenerativeModel): NDArray<Float64Array> {
  const { noiseVariance_: noise, components_: V } = model;
  const [k, m] = V.shape;
  const along = variances(model);
  if (!isInvertible(model, along)) {
    throw new SingularMatrixError("PCA: the covariance has no inverse, for the samples do not vary in all directions");
  }
  const rest = k === m ? 0 : 1 / noise;
  const out = identity(m, rest);
  for (let c = 0; c < k; c++) {
    const row = V.data.subarray(c * m, (c + 1) * m), gain = 1 / along[c] - rest;
    for (let i = 0; i < m; i++) {
      const factor = gain * row[i];
      for (let j = 0; j < m; j++) out.data[i * m + j] += factor * row[j];
    }
  }
  return out;
}

/** Part of a sample's distance from the mean below which what lies in a direction without variance is rounding. */
const FLAT = 1e-10;

/**
 * Logarithm of the likelihood of each sample: along each direction by its variance, and what lies outside of them by the noise. Squares of it times a
 * precision would cancel where the noise is small. Where there is no variance, all likelihood is on a plane: infinite there, and none elsewhere.
 */
export function logLikelihoods(model: GenerativeModel, X: NDArray<Float64Array>): Float64Array {
  const { noiseVariance_: noise, components_: V, mean_: mean } = model;
  const [n, m] = X.shape, k = V.length;
  const along = variances(model);
  const flat = !isInvertible(model, along);
  let constant = m * Math.log(2 * Math.PI);
  for (let c = 0; c < k; c++) constant += Math.log(along[c]);
  if (k < m) constant += (m - k) * Math.log(noise);
  const d = new Float64Array(m);
  const out = new Float64Array(n);
  const square = (): number => d.reduce((sum, v) => sum + v * v, 0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) d[j] = X.data[i * m + j] - mean.data[j];
    const all = flat ? square() : 0;
    let form = 0, beside = 0;
    for (let c = 0; c < k; c++) {
      const row = V.data.subarray(c * m, (c + 1) * m);
      let z = 0;
      for (let j = 0; j < m; j++) z += row[j] * d[j];
      for (let j = 0; j < m; j++) d[j] -= z * row[j];
      if (along[c] > 0) form += z * z / along[c];
      else beside += z * z;
    }
    if (k < m) {
      if (noise > 0) form += square() / noise;
      else beside += square();
    }
    if (flat) out[i] = beside > FLAT * FLAT * all ? -Infinity : Infinity;
    else out[i] = -0.5 * (form + constant);
  }
  return out;
}
