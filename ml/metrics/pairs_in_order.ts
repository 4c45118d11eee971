/**
 * How many pairs of a sample of one class and one of the other are in order: what an area under a curve of ranks comes down to.
 *
 * @module
 */

import { sortApart } from "./radix_sort.ts";

/** Fewer samples than this are sorted. */
const FEW = 4096;
/** Samples in a bucket, on average, and most buckets: their counts are to stay in a core's cache. */
const IN_BUCKET = 4, MOST_BUCKETS = 1 << 18;
/** Comparisons above which the two sides of a bucket are sorted first. */
const MANY_PAIRS = 256;

/** The number of samples of each class, and of pairs of both in which the sample marked 1 has the higher score, twice; a tie counts once. */
export interface PairsInOrder {
  readonly ones: number;
  readonly zeros: number;
  /** A whole number, and so exact up to 2**53. */
  readonly twice: number;
}

/**
 * Counts pairs. Scores go to buckets of equal width, in which few are left to be compared; where they crowd together, or are few, both classes
 * are sorted.
 *
 * @param scores without NaN, shape [n]
 * @param marks 1 or 0, shape [n]
 */
export function pairsInOrder(scores: Float64Array, marks: Uint8Array): PairsInOrder {
  const n = scores.length;
  let low = Infinity, high = -Infinity, ones = 0;
  for (let i = 0; i < n; i++) {
    const v = scores[i];
    if (v < low) low = v;
    if (v > high) high = v;
    ones += marks[i];
  }
  const zeros = n - ones;
  let buckets = MOST_BUCKETS;
  while (buckets * IN_BUCKET > n) buckets >>= 1;
  const scale = (buckets - 1) / (high - low);
  // Nothing between them, or more than a number can be.
  if (n < FEW || !(scale > 0 && scale < Infinity)) return bySorting(scores, marks);

  // For each bucket, where its zeros begin, then where its ones do.
  const starts = new Int32Array(2 * buckets + 1);
  for (let i = 0; i < n; i++) starts[marks[i] * buckets + (((scores[i] - low) * scale) | 0)]++;
  let crowd = 0;
  for (let b = 0, at = 0; b < 2 * buckets; b++) {
    const count = starts[b];
    if (count > crowd) crowd = count;
    starts[b] = at;
    at += count;
  }
  if (crowd > n >> 6) return bySorting(scores, marks);
  const apart = new Float64Array(n);
  for (let i = 0; i < n; i++) apart[starts[marks[i] * buckets + (((scores[i] - low) * scale) | 0)]++] = scores[i];

  // What was a bucket's beginning is its end now, and the next one's beginning.
  let twice = 0;
  for (let b = 0, zero = 0, one = zeros; b < buckets; b++) {
    const zeroEnd = starts[b], oneEnd = starts[buckets + b];
    twice += 2 * zero * (oneEnd - one);
    if (oneEnd > one && zeroEnd > zero) {
      if ((zeroEnd - zero) * (oneEnd - one) > MANY_PAIRS) {
        twice += merged(apart.subarray(one, oneEnd).sort(), apart.subarray(zero, zeroEnd).sort());
      } else {
        for (let i = one; i < oneEnd; i++) {
          const v = apart[i];
          for (let j = zero; j < zeroEnd; j++) twice += (apart[j] < v ? 1 : 0) + (apart[j] <= v ? 1 : 0);
        }
      }
    }
    zero = zeroEnd;
    one = oneEnd;
  }
  return { ones, zeros, twice };
}

function bySorting(scores: Float64Array, marks: Uint8Array): PairsInOrder {
  const { ones, zeros } = sortApart(scores, marks);
  return { ones: ones.length, zeros: zeros.length, twice: merged(ones, zeros) };
}

/** Of two ascending lists. */
function merged(ones: Float64Array, zeros: Float64Array): number {
  const m = zeros.length;
  let twice = 0, below = 0, upTo = 0;
  for (let a = 0; a < ones.length; a++) {
    const v = ones[a];
    while (below < m && zeros[below] < v) below++;
    if (upTo < below) upTo = below;
    while (upTo < m && zeros[upTo] === v) upTo++;
    twice += below + upTo;
  }
  return twice;
}
