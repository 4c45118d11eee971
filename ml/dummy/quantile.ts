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
