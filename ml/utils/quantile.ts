/**
 * The value below which a share of sorted values lies, interpolated between neighbours as NumPy's `quantile` does by
 * default; NaN of nothing.
 *
 * Source: R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996),
 * definition 7.
 *
 * @param share from 0 to 1
 */
export function quantileOfSorted(sorted: Float64Array, share: number): number {
  const n = sorted.length;
  if (n === 0) return NaN;
  const place = (n - 1) * share;
  const low = Math.min(n - 1, Math.floor(place));
  const a = sorted[low];
  const b = sorted[Math.min(n - 1, low + 1)];
  const t = place - low;
  const difference = b - a;
  // From the nearer end, as NumPy does, so that the result rises with t and the ends are met exactly.
  return t >= 0.5 ? b - difference * (1 - t) : a + difference * t;
}
