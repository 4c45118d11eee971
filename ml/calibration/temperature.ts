import { NDArray } from "../array/mod.ts";

/** Bounds of the logarithm of the inverse temperature. */
const LOG_BOUND = 10;

/**
 * Scores as logits, a column a class: probabilities become their logarithms, one column of scores s becomes −s and s.
 *
 * @param scores shape [nSamples, nClasses] or, for two classes, [nSamples, 1]
 */
export function logitsOf(scores: NDArray<Float64Array>): NDArray<Float64Array> {
  const [n, k] = scores.shape;
  const { data } = scores;
  if (k === 1) {
    const out = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) out[2 * i] = -(out[2 * i + 1] = data[i]);
    return new NDArray(out, [n, 2]);
  }
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let c = 0; c < k; c++) {
      const v = data[i * k + c];
      if (!(v >= 0 && v <= 1)) return scores;
      sum += v;
    }
    if (Math.abs(sum - 1) > 1e-5) return scores;
  }
  return scores.map((p) => Math.log(p + 1e-12));
}

/** Softmax of beta times the logits, row by row. */
export function softmaxRows(logits: NDArray<Float64Array>, beta: number): NDArray<Float64Array> {
  const [n, k] = logits.shape;
  const out = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    let top = -Infinity;
    for (let c = 0; c < k; c++) top = Math.max(top, beta * logits.data[i * k + c]);
    let sum = 0;
    for (let c = 0; c < k; c++) sum += out[i * k + c] = Math.exp(beta * logits.data[i * k + c] - top);
    for (let c = 0; c < k; c++) out[i * k + c] /= sum;
  }
  return new NDArray(out, [n, k]);
}

/**
 * The inverse temperature that makes the classes most likely. The loss is convex in it: its slope is brought to zero by
 * halving an interval.
 *
 * Source: C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural networks", ICML (2017).
 *
 * @param logits shape [nSamples, nClasses]
 * @param codes class of each sample
 * @param weight weight of each sample
 */
export function fitTemperature(logits: NDArray<Float64Array>, codes: Int32Array, weight: Float64Array): number {
  const [n, k] = logits.shape;
  const slope = (beta: number): number => {
    const p = softmaxRows(logits, beta).data;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      let mean = -logits.data[i * k + codes[i]];
      for (let c = 0; c < k; c++) mean += p[i * k + c] * logits.data[i * k + c];
      sum += weight[i] * mean;
    }
    return sum;
  };
  let low = -LOG_BOUND;
  let high = LOG_BOUND;
  while (high - low > 1e-14 * LOG_BOUND) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (slope(Math.exp(middle)) > 0) high = middle;
    else low = middle;
  }
  return Math.exp((low + high) / 2);
}
