import { type MatrixLike, NDArray } from "../../array/mod.ts";
import { kernels } from "../../kernels/mod.ts";
import { checkArray, InvalidInputError } from "../../utils/mod.ts";

/** Two tables of samples of the same features; `same` says that they are one. */
export interface Pair {
  X: NDArray<Float64Array>;
  Y: NDArray<Float64Array>;
  same: boolean;
}

/**
 * Checks two tables, the second of which may be left out and is then the first.
 *
 * @throws {InvalidInputError} when they differ in their number of features
 */
export function checkPair(X: MatrixLike, Y?: MatrixLike | null, allowNaN = false): Pair {
  const forceAllFinite = allowNaN ? "allow-nan" : true;
  const a = checkArray(X, { forceAllFinite });
  const same = Y === undefined || Y === null || Y === X;
  const b = same ? a : checkArray(Y, { inputName: "Y", forceAllFinite });
  if (a.shape[1] !== b.shape[1]) {
    throw new InvalidInputError(`X has ${a.shape[1]} features and Y ${b.shape[1]}: they must have the same`);
  }
  return { X: a, Y: b, same };
}

/** A table of the same number of rows, for pairs that are taken row by row. */
export function checkPaired(X: MatrixLike, Y: MatrixLike): Pair {
  const pair = checkPair(X, Y);
  if (pair.X.shape[0] !== pair.Y.shape[0]) {
    throw new InvalidInputError(`X has ${pair.X.shape[0]} samples and Y ${pair.Y.shape[0]}: they must have the same`);
  }
  return pair;
}

/** Fewer multiplications than this are done as they come. */
const FEW = 50_000;

/** True where there is too little to do for a kernel to be worth calling. */
export function isSmall({ X, Y }: Pair): boolean {
  return X.size * Y.shape[0] < FEW;
}

/** X Yᵀ, shape [nX, nY]. */
export function products(pair: Pair): NDArray<Float64Array> {
  const { X, Y } = pair;
  const [n, d] = X.shape;
  const m = Y.shape[0];
  const out = new Float64Array(n * m);
  if (!isSmall(pair)) {
    kernels().gemm(false, true, n, m, d, 1, X.data, d, Y.data, d, 0, out, m);
    return new NDArray(out, [n, m]);
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let k = 0; k < d; k++) sum += X.data[i * d + k] * Y.data[j * d + k];
      out[i * m + j] = sum;
    }
  }
  return new NDArray(out, [n, m]);
}

/** Sums of the squares of each row. */
export function rowSquares({ data, shape: [n, d] }: NDArray<Float64Array>): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += data[i * d + k] ** 2;
    out[i] = sum;
  }
  return out;
}

/** Rows of length one; a row of zeros stays. */
export function unitRows(X: NDArray<Float64Array>): NDArray<Float64Array> {
  const d = X.shape[1];
  const lengths = rowSquares(X).map(Math.sqrt);
  return X.map((v, at) => {
    const length = lengths[Math.floor(at / d)];
    return length === 0 ? v : v / length;
  });
}

/** What `measure` gives of each two rows, shape [nX, nY]. `a` and `b` are where the rows start. */
export function eachPair(
  { X, Y }: Pair,
  measure: (x: Float64Array, a: number, y: Float64Array, b: number, d: number) => number,
): NDArray<Float64Array> {
  const [n, d] = X.shape;
  const m = Y.shape[0];
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) out[i * m + j] = measure(X.data, i * d, Y.data, j * d, d);
  }
  return new NDArray(out, [n, m]);
}
