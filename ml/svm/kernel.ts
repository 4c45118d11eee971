import type { NDArray } from "../array/mod.ts";

/** Names of the kernels that are built in. */
export type KernelName = "linear" | "poly" | "rbf" | "sigmoid" | "precomputed";

/** A kernel of one's own: the matrix of its values between the rows of A and those of B, shape [A rows, B rows]. */
export type KernelFunction = (
  A: NDArray<Float64Array>,
  B: NDArray<Float64Array>,
) => NDArray<Float64Array> | Promise<NDArray<Float64Array>>;

/** A kernel and its numbers. */
export interface KernelSpec {
  /** Which one. */
  readonly name: KernelName;
  /** Factor of rbf, poly and sigmoid. */
  readonly gamma: number;
  /** Constant of poly and sigmoid. */
  readonly coef0: number;
  /** Exponent of poly. */
  readonly degree: number;
}

/** A block of samples, row after row, with the squares of their norms. */
export interface SampleBlock {
  /** Features, row after row. */
  readonly data: Float64Array;
  /** Number of features. */
  readonly width: number;
  /** Squared norm of each row; only rbf looks at it. */
  readonly norms: Float64Array;
}

/** Makes a block of a table. */
export function sampleBlock(X: NDArray<Float64Array>): SampleBlock {
  const [n, width] = X.shape;
  const norms = new Float64Array(n);
  for (let i = 0; i < n; i++) norms[i] = dot(X.data, i * width, X.data, i * width, width);
  return { data: X.data, width, norms };
}

function dot(a: Float64Array, at: number, b: Float64Array, bt: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += a[at + k] * b[bt + k];
  return sum;
}

/** Products of one row of `a` with the rows `from` to `to` of `b`: four rows a turn, to read the one once for four. */
function dots(
  a: Float64Array,
  at: number,
  b: Float64Array,
  width: number,
  from: number,
  to: number,
  out: Float64Array,
): void {
  let j = from;
  for (; j + 3 < to; j += 4) {
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    let r0 = j * width, r1 = r0 + width, r2 = r1 + width, r3 = r2 + width;
    for (let k = at; k < at + width; k++) {
      const v = a[k];
      s0 += v * b[r0++];
      s1 += v * b[r1++];
      s2 += v * b[r2++];
      s3 += v * b[r3++];
    }
    out[j] = s0;
    out[j + 1] = s1;
    out[j + 2] = s2;
    out[j + 3] = s3;
  }
  for (; j < to; j++) out[j] = dot(a, at, b, j * width, width);
}

/** x to a whole power, by squaring. */
function power(x: number, n: number): number {
  let result = 1;
  for (let base = x, left = n; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= base;
    base *= base;
  }
  return result;
}

/**
 * Kernel values between row `i` of `a` and the rows `from` to `to` of `b`, written to the same places of `out`.
 * For "precomputed", the rows of `a` hold the values themselves, and `columns` says which one belongs to each row of `b`.
 */
export function kernelRow(
  spec: KernelSpec,
  a: SampleBlock,
  i: number,
  b: SampleBlock,
  from: number,
  to: number,
  out: Float64Array,
  columns?: Int32Array,
): void {
  if (spec.name === "precomputed") {
    for (let j = from; j < to; j++) out[j] = a.data[i * a.width + (columns === undefined ? j : columns[j])];
    return;
  }
  dots(a.data, i * a.width, b.data, a.width, from, to, out);
  const { gamma, coef0, degree } = spec;
  switch (spec.name) {
    case "rbf": {
      const own = a.norms[i];
      const norms = b.norms;
      for (let j = from; j < to; j++) out[j] = Math.exp(-gamma * (own + norms[j] - 2 * out[j]));
      return;
    }
    case "poly":
      for (let j = from; j < to; j++) out[j] = power(gamma * out[j] + coef0, degree);
      return;
    case "sigmoid":
      for (let j = from; j < to; j++) out[j] = Math.tanh(gamma * out[j] + coef0);
      return;
  }
}
