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
