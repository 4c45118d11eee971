import { NDArray } from "../array/mod.ts";
import { cholesky, NotPositiveDefiniteError, solve } from "../linalg/mod.ts";

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

/** Inverse of the covariance; with noise by the matrix inversion lemma, so that only k × k is inverted. */
export function generativePrecision(model: GenerativeModel): NDArray<Float64Array> {
  const { noiseVariance_: noise } = model;
  const W = directions(model);
  const [k, m] = W.shape;
  if (k === 0) return identity(m, 1 / noise);
  if (noise === 0) return solve(generativeCovariance(model), identity(m));
  const over = excess(model);
  const inner = new Float64Array(k * k);
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < k; b++) {
      let dot = 0;
      for (let j = 0; j < m; j++) dot += W.data[a * m + j] * W.data[b * m + j];
      inner[a * k + b] = dot / noise + (a === b ? 1 / over[a] : 0);
    }
  }
  const right = solve(new NDArray(inner, [k, k]), W);
  const out = identity(m, 1 / noise);
  for (let c = 0; c < k; c++) {
    for (let i = 0; i < m; i++) {
      const factor = W.data[c * m + i] / (noise * noise);
      for (let j = 0; j < m; j++) out.data[i * m + j] -= factor * right.data[c * m + j];
    }
  }
  return out;
}

/** Logarithm of the determinant of a precision; minus infinity where it is not positive definite. */
function logDeterminant(P: NDArray<Float64Array>): number {
  try {
    const L = cholesky(P);
    let sum = 0;
    for (let i = 0; i < L.length; i++) sum += 2 * Math.log(L.get(i, i));
    return sum;
  } catch (error) {
    if (error instanceof NotPositiveDefiniteError) return -Infinity;
    throw error;
  }
}

/** Logarithm of the likelihood of each sample. */
export function logLikelihoods(model: GenerativeModel, X: NDArray<Float64Array>): Float64Array {
  const [n, m] = X.shape;
  const P = generativePrecision(model);
  const constant = m * Math.log(2 * Math.PI) - logDeterminant(P);
  const d = new Float64Array(m);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) d[j] = X.data[i * m + j] - model.mean_.data[j];
    let form = 0;
    for (let a = 0; a < m; a++) {
      let dot = 0;
      for (let b = 0; b < m; b++) dot += P.data[a * m + b] * d[b];
      form += d[a] * dot;
    }
    out[i] = -0.5 * (form + constant);
  }
  return out;
}
