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

/** The same for four rows of `a` at once, two of `b` a turn: the results of each row stand `stride` apart. */
function dotsOfFour(
  a: Float64Array,
  at: number,
  b: Float64Array,
  width: number,
  count: number,
  out: Float64Array,
  stride: number,
): void {
  const a1 = at + width, a2 = a1 + width, a3 = a2 + width;
  const o1 = stride, o2 = o1 + stride, o3 = o2 + stride;
  let j = 0;
  for (; j + 1 < count; j += 2) {
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0, t0 = 0, t1 = 0, t2 = 0, t3 = 0;
    const r0 = j * width, r1 = r0 + width;
    for (let k = 0; k < width; k++) {
      const u = b[r0 + k], v = b[r1 + k];
      const w0 = a[at + k], w1 = a[a1 + k], w2 = a[a2 + k], w3 = a[a3 + k];
      s0 += w0 * u;
      t0 += w0 * v;
      s1 += w1 * u;
      t1 += w1 * v;
      s2 += w2 * u;
      t2 += w2 * v;
      s3 += w3 * u;
      t3 += w3 * v;
    }
    out[j] = s0;
    out[j + 1] = t0;
    out[o1 + j] = s1;
    out[o1 + j + 1] = t1;
    out[o2 + j] = s2;
    out[o2 + j + 1] = t2;
    out[o3 + j] = s3;
    out[o3 + j + 1] = t3;
  }
  for (; j < count; j++) {
    for (let r = 0; r < 4; r++) out[r * stride + j] = dot(a, at + r * width, b, j * width, width);
  }
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

/** Exponents below which e**x is a denormal number, and zero. */
const DENORMAL = -708;
const VANISHING = -745.14;
const SHIFT = 600;

/** What shifted values are to be multiplied by. */
const SHIFTED = Math.exp(-SHIFT);

/** Turns products into kernel values: those of a row of squared norm `own`, `offset` before their place in `norms`. */
function fromProducts(
  { name, gamma, coef0, degree }: KernelSpec,
  own: number,
  norms: Float64Array,
  from: number,
  to: number,
  out: Float64Array,
  offset: number,
  lowest: number = VANISHING,
): void {
  switch (name) {
    case "rbf":
      for (let j = from; j < to; j++) {
        const exponent = -gamma * (own + norms[j] - 2 * out[offset + j]);
        out[offset + j] = exponent < lowest ? 0 : Math.exp(exponent);
      }
      return;
    case "poly":
      for (let j = from; j < to; j++) out[offset + j] = power(gamma * out[offset + j] + coef0, degree);
      return;
    case "sigmoid":
      for (let j = from; j < to; j++) out[offset + j] = Math.tanh(gamma * out[offset + j] + coef0);
      return;
  }
}

/**
 * Kernel values between row `i` of `a` and the rows `from` to `to` of `b`, written to the same places of `out`.
 * For "precomputed", the rows of `a` hold the values themselves, and `columns` says which one belongs to each row of `b`.
 * Values of the gaussian kernel below e**`lowest` are not wanted.
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
  lowest?: number,
): void {
  if (spec.name === "precomputed") {
    for (let j = from; j < to; j++) out[j] = a.data[i * a.width + (columns === undefined ? j : columns[j])];
    return;
  }
  dots(a.data, i * a.width, b.data, a.width, from, to, out);
  fromProducts(spec, a.norms[i], b.norms, from, to, out, 0, lowest);
}

/**
 * Gaussian kernel values from products, e**600 times too large where some would be denormal: a processor takes a hundred
 * times as long with those, but a vote may hang on them where nothing else speaks.
 *
 * @returns what the values are to be multiplied by: 1 or {@linkcode SHIFTED}
 */
function gaussian(
  gamma: number,
  own: number,
  norms: Float64Array,
  count: number,
  out: Float64Array,
  at: number,
): number {
  let shift = 0;
  for (let j = 0; j < count; j++) {
    const exponent = -gamma * (own + norms[j] - 2 * out[at + j]);
    out[at + j] = exponent;
    if (exponent < DENORMAL && exponent > VANISHING) shift = SHIFT;
  }
  for (let j = 0; j < count; j++) {
    const exponent = out[at + j];
    out[at + j] = exponent < VANISHING ? 0 : Math.exp(exponent + shift);
  }
  return shift === 0 ? 1 : SHIFTED;
}

/**
 * Kernel values between the rows `i` to `i + 3` of `a` and the first `count` of `b`; those of each row `count` apart.
 *
 * @param scales gets what the values of each row are to be multiplied by
 */
export function kernelRowsOfFour(
  spec: KernelSpec,
  a: SampleBlock,
  i: number,
  b: SampleBlock,
  count: number,
  out: Float64Array,
  scales: Float64Array,
): void {
  dotsOfFour(a.data, i * a.width, b.data, a.width, count, out, count);
  for (let r = 0; r < 4; r++) {
    scales[r] = 1;
    if (spec.name === "rbf") scales[r] = gaussian(spec.gamma, a.norms[i + r], b.norms, count, out, r * count);
    else fromProducts(spec, a.norms[i + r], b.norms, 0, count, out, r * count);
  }
}
