import { registerInternals } from "../../actors/mod.ts";
import type { NDArray } from "../array/mod.ts";
import { triangleOf } from "../linalg/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";
import { type ChunkedInput, combineInTree, partialsOf } from "../by_block/mod.ts";

/** R of some rows, and how many they are. */
export interface Triangle {
  /** Upper triangle, shape [rows, p]. */
  readonly R: Float64Array;
  /** Number of rows. */
  readonly n: number;
}

/** R of a block: of a column of ones, where that is wanted, the columns of X, and those of y. */
export function triangleOfBlock(X: NDArray, y: NDArray | null, ones: boolean): Triangle {
  const [n, m] = X.shape;
  const t = y === null ? 0 : y.size / n;
  const p = m + t + (ones ? 1 : 0);
  const xs = X.data as ArrayLike<number>, ys = y?.data as ArrayLike<number>;
  const R = triangleOf(n, p, (from, to, block) => {
    for (let i = from, at = 0; i < to; i++) {
      if (ones) block[at++] = 1;
      for (let j = 0; j < m; j++) block[at++] = Number(xs[i * m + j]);
      for (let j = 0; j < t; j++) block[at++] = Number(ys[i * t + j]);
    }
  });
  return { R: R.slice(), n };
}

function joined(a: Triangle, b: Triangle, p: number): Triangle {
  const rows = (a.R.length + b.R.length) / p;
  const top = a.R.length / p;
  const R = triangleOf(rows, p, (from, to, block) => {
    for (let i = from; i < to; i++) {
      const source = i < top ? a.R.subarray(i * p, i * p + p) : b.R.subarray((i - top) * p, (i - top) * p + p);
      block.set(source, (i - from) * p);
    }
  });
  return { R: R.slice(), n: a.n + b.n };
}

/** What a triangle says of samples and targets. */
export interface TallFactor {
  /** Number of samples. */
  readonly n: number;
  /** Mean of each column of X, then of y; zeros where no ones were taken along. */
  readonly mean: Float64Array;
  /** R of X less its mean, shape [rows, m]; as many rows as there can be. */
  readonly Rx: Float64Array;
  /** What that leaves of y, shape [rows, t]. */
  readonly Rxy: Float64Array;
  /** Number of its rows. */
  readonly rows: number;
}

/**
 * R of the QR of a tall table in blocks, with targets beside it, in one pass over the blocks and without Q. With a column of ones before X, R of X
 * less its mean comes of itself, and the means do too.
 *
 * Source: J. Demmel, L. Grigori, M. Hoemmen, J. Langou, "Communication-optimal parallel and sequential QR and LU
 * factorizations", SIAM J. Sci. Comput. 34 (2012).
 *
 * @param X shape [n, m]
 * @param y shape [n] or [n, t], cut as X is; null for none
 * @param center whether X and y are taken less their means
 * @throws {InvalidInputError} when there is NaN or an infinity in them
 */
export async function tallFactor(
  X: ChunkedInput,
  y: ChunkedInput | null,
  center: boolean,
  caller: string,
): Promise<TallFactor> {
  const m = X.shape[1];
  const t = y === null ? 0 : y.ndim === 1 ? 1 : y.shape[1];
  const left = center ? 1 : 0;
  const p = left + m + t;
  const parts = y === null
    ? await partialsOf([X], triangleOfBlock, null, center)
    : await partialsOf([X, y], triangleOfBlock, center);
  const bad = parts.findIndex(({ R }) => !R.every(Number.isFinite));
  if (bad >= 0) {
    throw new InvalidInputError(
      `${caller}: ${y === null ? "X" : "X or y"} holds NaN or infinities, first in block ${bad}`,
    );
  }
  const some = parts.filter(({ n }) => n > 0);
  if (some.length === 0) throw new InvalidInputError(`${caller}: X has no samples`);
  const { R, n } = combineInTree(some, (a, b) => joined(a, b, p));
  const mean = new Float64Array(m + t);
  if (center) { for (let j = 0; j < mean.length; j++) mean[j] = R[1 + j] / R[0]; }
  const rows = R.length / p - left;
  const Rx = new Float64Array(rows * m), Rxy = new Float64Array(rows * t);
  for (let i = 0; i < rows; i++) {
    const from = (i + left) * p + left;
    Rx.set(R.subarray(from, from + m), i * m);
    Rxy.set(R.subarray(from + m, from + m + t), i * t);
  }
  return { n, mean, Rx, Rxy, rows };
}

registerInternals({ triangleOfBlock });
