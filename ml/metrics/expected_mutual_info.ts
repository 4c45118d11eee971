/** Logarithms of the factorials of 0 to n. */
function logFactorials(n: number): Float64Array {
  const out = new Float64Array(n + 1);
  // Compensated, so that the last of many is as right as the first.
  let sum = 0, lost = 0;
  for (let i = 2; i <= n; i++) {
    const term = Math.log(i) - lost;
    const next = sum + term;
    lost = (next - sum) - term;
    out[i] = sum = next;
  }
  return out;
}

/**
 * Mutual information, in nats, of two partitions into parts of these sizes when samples fall into them by chance.
 *
 * Source: N. X. Vinh, J. Epps, J. Bailey, "Information theoretic measures for clusterings comparison", JMLR 11 (2010), equation 24a.
 */
export function expectedMutualInfo(rows: Float64Array, columns: Float64Array, n: number): number {
  if (rows.length <= 1 || columns.length <= 1) return 0;
  const log = logFactorials(n);
  const logN = Math.log(n);
  let sum = 0;
  for (const a of rows) {
    for (const b of columns) {
      const logAB = Math.log(a) + Math.log(b);
      const outer = log[a] + log[b] + log[n - a] + log[n - b] - log[n];
      const end = Math.min(a, b);
      for (let c = Math.max(1, a - n + b); c <= end; c++) {
        const chance = outer - log[c] - log[a - c] - log[b - c] - log[n - a - b + c];
        sum += c / n * (logN + Math.log(c) - logAB) * Math.exp(chance);
      }
    }
  }
  return sum;
}
