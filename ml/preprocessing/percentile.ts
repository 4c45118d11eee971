import type { NDArray } from "../array/mod.ts";
import { selectPlace } from "./select.ts";

/** The values of a column that are there, in order. */
export function sortedColumn(X: NDArray<Float64Array>, j: number): Float64Array {
  return valuesOfColumn(X, j).sort();
}

/** The values of a column that are there. */
export function valuesOfColumn(X: NDArray<Float64Array>, j: number): Float64Array {
  const [n, m] = X.shape;
  const out = new Float64Array(n);
  let count = 0;
  for (let i = 0, at = j; i < n; i++, at += m) {
    const v = X.data[at];
    if (v === v) out[count++] = v;
  }
  return out.subarray(0, count);
}

/** The middle of sorted values: the mean of both where there are two; NaN of nothing. */
export function medianOfSorted(sorted: Float64Array): number {
  const n = sorted.length;
  if (n === 0) return NaN;
  const half = n >> 1;
  return n % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/**
 * Puts those of some values in order that quantiles and the median are read from, as far as needed: cheaper than sorting.
 *
 * @param values without NaN; reordered
 * @param shares the quantiles, from 0 to 1
 */
export function orderAt(values: Float64Array, shares: readonly number[]): void {
  const n = values.length;
  if (n === 0) return;
  const places = new Set<number>();
  for (const share of shares) {
    const low = Math.min(n - 1, Math.floor((n - 1) * share));
    places.add(low).add(Math.min(n - 1, low + 1));
  }
  let from = 0;
  for (const k of [...places].sort((a, b) => a - b)) {
    selectPlace(values, k, from);
    from = Math.min(n - 1, k + 1);
  }
}
