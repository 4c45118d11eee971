import { NDArray } from "../array/mod.ts";

/** (v − shift) / scale for every value of a table, by column; what is left out does nothing. */
export function subtractDivide(
  X: NDArray<Float64Array>,
  shift?: Float64Array,
  scale?: Float64Array,
): NDArray<Float64Array> {
  const [n, m] = X.shape;
  const { data } = X;
  const out = new Float64Array(n * m);
  const s = shift ?? new Float64Array(m);
  const d = scale ?? new Float64Array(m).fill(1);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m; j++, at++) out[at] = (data[at] - s[j]) / d[j];
  return new NDArray(out, [n, m]);
}

/**
 * (v − shift) / scale for every value of a table, by column, by way of the reciprocal of the scale: to rounding, and
 * faster. Undefined when a value is infinite.
 */
export function standardize(
  X: NDArray<Float64Array>,
  shift?: Float64Array,
  scale?: Float64Array,
): NDArray<Float64Array> | undefined {
  const [n, m] = X.shape;
  const { data } = X;
  const s = shift ?? new Float64Array(m);
  const f = (scale ?? new Float64Array(m).fill(1)).map((v) => 1 / v);
  if (!f.every((v) => Number.isFinite(v))) return undefined;
  const out = new Float64Array(n * m);
  // Zero times anything finite is zero; what is missing is not, and is looked at in its own time.
  let probe = 0;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    let p = i * m, q = p + m, r = q + m, t = r + m;
    for (let j = 0; j < m; j++, p++, q++, r++, t++) {
      const c = s[j];
      const k = f[j];
      const a = data[p], b = data[q], d = data[r], e = data[t];
      probe += ((a + b) + (d + e)) * 0;
      out[p] = (a - c) * k;
      out[q] = (b - c) * k;
      out[r] = (d - c) * k;
      out[t] = (e - c) * k;
    }
  }
  for (let at = i * m; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      probe += data[at] * 0;
      out[at] = (data[at] - s[j]) * f[j];
    }
  }
  return probe === 0 || !data.some((v) => v === Infinity || v === -Infinity) ? new NDArray(out, [n, m]) : undefined;
}

/** v × factor + shift for every value of a table, by column; what is left out does nothing. */
export function multiplyAdd(
  X: NDArray<Float64Array>,
  factor?: Float64Array,
  shift?: Float64Array,
): NDArray<Float64Array> {
  const [n, m] = X.shape;
  const { data } = X;
  const out = new Float64Array(n * m);
  const f = factor ?? new Float64Array(m).fill(1);
  const s = shift ?? new Float64Array(m);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m; j++, at++) out[at] = data[at] * f[j] + s[j];
  return new NDArray(out, [n, m]);
}
