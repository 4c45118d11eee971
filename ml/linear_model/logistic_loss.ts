/**
 * Log losses of some samples by one linear function, and their slopes: loss log(1 + exp(z)) − y·z, slope σ(z) − y.
 *
 * @param z values of the function from `at` on; overwritten by the slopes, each times its weight
 * @param shift is added to all values
 * @param y 0 or 1 for each sample, from `from` on
 * @param weight of each sample, from `from` on; undefined for ones
 * @returns sum of weighted losses, and of weighted slopes
 */
export function binaryLoss(
  z: Float64Array,
  at: number,
  count: number,
  shift: number,
  y: Float64Array,
  weight: Float64Array | undefined,
  from: number,
): { loss: number; slope: number } {
  let loss = 0;
  let slope = 0;
  for (let k = 0; k < count; k++) {
    const value = z[at + k] + shift;
    const w = weight === undefined ? 1 : weight[from + k];
    const e = Math.exp(-Math.abs(value));
    const p = value >= 0 ? 1 / (1 + e) : e / (1 + e);
    const r = w * (p - y[from + k]);
    // A sample that does not count does not count with infinite loss either.
    if (w !== 0) loss += w * ((value > 0 ? value : 0) + Math.log1p(e) - y[from + k] * value);
    z[at + k] = r;
    slope += r;
  }
  return { loss, slope };
}

/**
 * The same by k linear functions and the softmax of their values. Values of function c stand from c · stride on.
 *
 * @param shift is added to the values, one for each function
 * @param codes class of each sample, from `from` on
 * @param slopes gets the sums of the weighted slopes, added
 * @returns sum of weighted losses
 */
export function multinomialLoss(
  z: Float64Array,
  stride: number,
  count: number,
  shift: Float64Array,
  codes: Int32Array,
  weight: Float64Array | undefined,
  from: number,
  slopes: Float64Array,
): number {
  const k = shift.length;
  let loss = 0;
  for (let i = 0; i < count; i++) {
    const w = weight === undefined ? 1 : weight[from + i];
    const truth = codes[from + i];
    let top = -Infinity;
    for (let c = 0, at = i; c < k; c++, at += stride) {
      z[at] += shift[c];
      if (z[at] > top) top = z[at];
    }
    const own = z[truth * stride + i] - top;
    let sum = 0;
    for (let c = 0, at = i; c < k; c++, at += stride) {
      const e = Math.exp(z[at] - top);
      z[at] = e;
      sum += e;
    }
    if (w !== 0) loss += w * (Math.log(sum) - own);
    const scale = w / sum;
    for (let c = 0, at = i; c < k; c++, at += stride) {
      const r = z[at] * scale - (c === truth ? w : 0);
      z[at] = r;
      slopes[c] += r;
    }
  }
  return loss;
}
