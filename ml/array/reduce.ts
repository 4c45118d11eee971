import type { NumericData } from "./dtype.ts";

const BLOCK = 128;

/**
 * Sum of `n` values from `offset`, by pairwise summation in NumPy's order (eight accumulators, blocks of 128), so
 * that sums of contiguous data come out with the same rounding as `numpy.sum`.
 *
 * Source: N. J. Higham, "The accuracy of floating point summation", SIAM J. Sci. Comput. 14 (1993).
 *
 * @example
 * ```ts
 * import { pairwiseSum } from "@troupe/troupe";
 * const tenths = new Float64Array(1000).fill(0.1);
 * pairwiseSum(tenths); // 100.00000000000001
 * tenths.reduce((a, b) => a + b); // 99.9999999999986
 * ```
 */
export function pairwiseSum(data: NumericData | Float64Array, offset = 0, n: number = data.length - offset): number {
  if (n < 8) {
    // -0 is the neutral element that keeps the sign of a sum of negative zeros.
    let sum = n === 0 ? 0 : -0;
    for (let i = 0; i < n; i++) sum += data[offset + i];
    return sum;
  }
  if (n <= BLOCK) {
    let a = data[offset], b = data[offset + 1], c = data[offset + 2], d = data[offset + 3];
    let e = data[offset + 4], f = data[offset + 5], g = data[offset + 6], h = data[offset + 7];
    let i = 8;
    for (; i < n - (n % 8); i += 8) {
      const at = offset + i;
      a += data[at];
      b += data[at + 1];
      c += data[at + 2];
      d += data[at + 3];
      e += data[at + 4];
      f += data[at + 5];
      g += data[at + 6];
      h += data[at + 7];
    }
    let sum = ((a + b) + (c + d)) + ((e + f) + (g + h));
    for (; i < n; i++) sum += data[offset + i];
    return sum;
  }
  let half = n >>> 1;
  half -= half % 8;
  return pairwiseSum(data, offset, half) + pairwiseSum(data, offset + half, n - half);
}

/**
 * Mean squared distance of `n` values from their mean, the divisor being `n − ddof`; NumPy's two passes.
 *
 * @example
 * ```ts
 * import { variance } from "@troupe/troupe";
 * const values = Float64Array.of(1, 2, 3, 4);
 * variance(values, 0, 4, 0); // 1.25
 * variance(values, 0, 4, 1); // 1.6666…
 * ```
 */
export function variance(data: NumericData, offset: number, n: number, ddof: number, scratch?: Float64Array): number {
  const mean = pairwiseSum(data, offset, n) / n;
  const squares = scratch ?? new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const d = data[offset + i] - mean;
    squares[i] = d * d;
  }
  return pairwiseSum(squares, 0, n) / (n - ddof);
}

/** Where the extreme value stands among `n` values from `offset`; the first of equals, and the first NaN if any. */
export function argExtreme(data: NumericData, offset: number, n: number, sign: 1 | -1): number {
  let at = 0;
  let best = data[offset] * sign;
  if (best !== best) return 0;
  for (let i = 1; i < n; i++) {
    const v = data[offset + i] * sign;
    if (v > best) {
      best = v;
      at = i;
    } else if (v !== v) return i;
  }
  return at;
}

/** Makes a number of `n` values from `offset`; the place it is told of is the first value's. */
export type LineReduction = (data: NumericData, offset: number, n: number) => number;

/** Reduces every line of `n` values, neighbours of which stand `inner` apart. */
export function reduceLines(data: NumericData, n: number, inner: number, reduce: LineReduction): Float64Array {
  const outer = n === 0 ? 0 : data.length / (n * inner);
  const out = new Float64Array(outer * inner);
  const line = inner === 1 ? undefined : new Float64Array(n);
  for (let o = 0; o < outer; o++) {
    for (let k = 0; k < inner; k++) {
      if (line === undefined) out[o] = reduce(data, o * n, n);
      else {
        for (let i = 0; i < n; i++) line[i] = data[(o * n + i) * inner + k];
        out[o * inner + k] = reduce(line, 0, n);
      }
    }
  }
  return out;
}

/** Sums of the columns of a table, row by row: the order in memory, and the order in which NumPy adds. */
export function columnSums(data: NumericData, width: number): Float64Array {
  const out = new Float64Array(width);
  for (let at = 0; at < data.length;) for (let j = 0; j < width; j++, at++) out[j] += data[at];
  return out;
}
