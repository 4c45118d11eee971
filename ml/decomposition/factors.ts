/** Left vectors, singular values and right vectors, one after the other. */
export interface Factors {
  /** Number of rows. */
  readonly n: number;
  /** Number of columns. */
  readonly m: number;
  /** Number of singular values. */
  readonly k: number;
  /** Left vectors as columns, shape [n, k]. */
  readonly U: Float64Array;
  /** Singular values, the largest first. */
  readonly s: Float64Array;
  /** Right vectors as rows, shape [k, m]. */
  readonly Vt: Float64Array;
}

/** Turns vectors so that the largest entry of each right one is positive: signs that do not depend on the solver. */
export function flipSigns(Vt: Float64Array, k: number, U?: Float64Array): void {
  const m = Vt.length / k;
  for (let c = 0; c < k; c++) {
    const row = Vt.subarray(c * m, (c + 1) * m);
    let at = 0;
    for (let j = 1; j < m; j++) if (Math.abs(row[j]) > Math.abs(row[at])) at = j;
    if (!(row[at] < 0)) continue;
    for (let j = 0; j < m; j++) row[j] = -row[j];
    if (U !== undefined) { for (let i = c; i < U.length; i += k) U[i] = -U[i]; }
  }
}

/** The first columns of a table. */
export function firstColumns(data: Float64Array, columns: number, count: number): Float64Array {
  const n = data.length / columns;
  const out = new Float64Array(n * count);
  for (let i = 0; i < n; i++) for (let j = 0; j < count; j++) out[i * count + j] = data[i * columns + j];
  return out;
}

/** Rows and columns exchanged. */
export function exchanged(data: Float64Array, n: number, m: number): Float64Array {
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j * n + i] = data[i * m + j];
  return out;
}
