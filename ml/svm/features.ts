import type { KernelSpec } from "./kernel.ts";

/** Samples as the solver takes them: where the kernel is a product of features, those features. */
export interface Features {
  /** Values, row after row. */
  readonly data: Float64Array;
  /** How many a row has. */
  readonly width: number;
  /** Whether the kernel is their product. */
  readonly linear: boolean;
  /**
   * Where samples were moved to their mean c and products are the kernel: (x − c)·c of each. So much, times its β, the
   * threshold is short of that for samples where they were.
   */
  readonly shift?: Float64Array;
}

/** Most monomials that a polynomial is written out in. */
const MOST_MONOMIALS = 160;

/** Number of monomials of a degree, in some variables. */
function monomialCount(variables: number, degree: number): number {
  let count = 1;
  for (let k = 1; k <= degree; k++) count = count * (variables + k - 1) / k;
  return count;
}

/** How many features a kernel comes to when written out; Infinity when it is not. */
export function explicitWidth(spec: KernelSpec, width: number): number {
  if (spec.name === "linear") return width;
  if (spec.name !== "poly" || spec.coef0 < 0 || !(spec.degree >= 1)) return Infinity;
  const count = monomialCount(width + (spec.coef0 > 0 ? 1 : 0), spec.degree);
  return count <= MOST_MONOMIALS ? count : Infinity;
}

/** Exponents of all monomials of a degree. */
function exponents(variables: number, degree: number): number[][] {
  if (variables === 1) return [[degree]];
  const out: number[][] = [];
  for (let e = degree; e >= 0; e--) {
    for (const rest of exponents(variables - 1, degree - e)) out.push([e, ...rest]);
  }
  return out;
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** (γ x·z + c)^p as a product of monomials of x and of z, each with the root of its coefficient. */
function monomials({ gamma, coef0, degree }: KernelSpec, data: Float64Array, rows: number, width: number): Features {
  const variables = width + (coef0 > 0 ? 1 : 0);
  const all = exponents(variables, degree);
  const factors = all.map((e) => {
    const multinomial = factorial(degree) / e.reduce((p, v) => p * factorial(v), 1);
    const own = coef0 > 0 ? e[variables - 1] : 0;
    return Math.sqrt(multinomial * gamma ** (degree - own) * coef0 ** own);
  });
  const m = all.length;
  const out = new Float64Array(rows * m);
  writeOut(data, rows, width, degree, factors, all, out);
  return { data: out, width: m, linear: true };
}

/** Each row's monomials with these exponents and factors. */
function writeOut(
  data: Float64Array,
  rows: number,
  width: number,
  degree: number,
  factors: readonly number[],
  all: readonly (readonly number[])[],
  out: Float64Array,
): void {
  const m = all.length;
  const powers = new Float64Array(width * (degree + 1));
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < width; k++) {
      powers[k * (degree + 1)] = 1;
      for (let e = 1; e <= degree; e++) {
        powers[k * (degree + 1) + e] = powers[k * (degree + 1) + e - 1] * data[i * width + k];
      }
    }
    for (let j = 0; j < m; j++) {
      let value = factors[j];
      const e = all[j];
      for (let k = 0; k < width; k++) if (e[k] > 0) value *= powers[k * (degree + 1) + e[k]];
      out[i * m + j] = value;
    }
  }
}

/**
 * Prepares samples. Where only differences of samples count (a gaussian kernel; a linear one where Σβ is zero), they are
 * moved to their mean, for the sake of rounding.
 *
 * @param balanced whether Σβ is zero
 */
export function prepareFeatures(
  spec: KernelSpec,
  X: Float64Array,
  rows: number,
  width: number,
  balanced: boolean,
): Features {
  if (spec.name === "poly" && explicitWidth(spec, width) < Infinity) return monomials(spec, X, rows, width);
  const linear = spec.name === "linear";
  if (spec.name !== "rbf" && !(linear && balanced)) return { data: X, width, linear };
  const { data, shift } = centred(X, rows, width);
  return { data, width, linear, shift: linear ? shift : undefined };
}

/** Samples moved to their mean c, and (x − c)·c of each. */
function centred(X: Float64Array, rows: number, width: number): { data: Float64Array; shift: Float64Array } {
  const mean = new Float64Array(width);
  for (let i = 0; i < rows; i++) for (let k = 0; k < width; k++) mean[k] += X[i * width + k];
  for (let k = 0; k < width; k++) mean[k] /= rows;
  const data = new Float64Array(rows * width);
  const shift = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < width; k++) {
      const v = X[i * width + k] - mean[k];
      data[i * width + k] = v;
      shift[i] += v * mean[k];
    }
  }
  return { data, shift };
}
