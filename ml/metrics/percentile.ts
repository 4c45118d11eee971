/**
 * The percentile of weighted values; where it falls between two of them, their mean.
 *
 * Source: R. J. Hyndman, Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50 (1996), with
 * weights in the place of counts.
 *
 * @param values are not changed
 * @param rank 0 to 100
 */
export function weightedPercentile(values: Float64Array, weight: Float64Array, rank: number): number {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b]);
  const n = order.length;
  const sums = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) sums[i] = total += weight[order[i]];
  if (total === 0) return NaN;
  // At rank 0 the first value that weighs anything is meant.
  const target = rank / 100 * total || Number.MIN_VALUE;
  let at = 0;
  while (at < n - 1 && sums[at] < target) at++;
  const value = values[order[at]];
  if (sums[at] - target > Number.EPSILON) return value;
  let next = Math.min(at + 1, n - 1);
  while (next < n - 1 && sums[next] <= sums[at]) next++;
  if (weight[order[next]] === 0) next = at;
  return (value + values[order[next]]) / 2;
}
