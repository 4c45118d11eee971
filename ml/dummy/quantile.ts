/** Quantile of some numbers, between neighbours by straight lines (Hyndman and Fan's type 7, NumPy's default). */
export function quantile(values: Float64Array, q: number): number {
  const sorted = values.slice().sort();
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  const t = at - low;
  const gap = sorted[high] - sorted[low];
  // From the nearer end, as NumPy does, so that the ends come out as they are.
  return t >= 0.5 ? sorted[high] - gap * (1 - t) : sorted[low] + gap * t;
}

/** The smallest number whose cumulative weight reaches part q of all weight (Hyndman and Fan's type 1, weighted). */
export function weightedQuantile(values: Float64Array, weight: Float64Array, q: number): number {
  const order = Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  const cumulative = new Float64Array(order.length);
  let sum = 0;
  for (let i = 0; i < order.length; i++) cumulative[i] = sum += weight[order[i]];
  if (sum === 0) return NaN;
  // The smallest of all counts only if it has weight.
  const wanted = Math.max(q * sum, Number.MIN_VALUE);
  let at = 0;
  while (at < order.length - 1 && cumulative[at] < wanted) at++;
  return values[order[at]];
}
