import { NDArray } from "../array/mod.ts";
import { tallFactor } from "../blockwise/mod.ts";
import { type ChunkedInput, wholeRows } from "../by_block/mod.ts";
import { svd } from "../linalg/mod.ts";
import { InvalidInputError } from "../utils/mod.ts";
import { flipSigns } from "./factors.ts";
import { type FittedComponents, keepWanted } from "./pca_solvers.ts";

/**
 * Principal components of samples in blocks: singular values of the R of the samples less their mean, which one pass gives.
 *
 * @param check is told the shape
 */
export async function componentsOfBlocks(
  X: ChunkedInput,
  wanted: number | "mle" | null,
  check: (n: number, m: number) => void,
): Promise<{ fitted: FittedComponents; n: number; m: number }> {
  const samples = wholeRows(X, "PCA.fit");
  const m = samples.shape[1];
  const { n, mean, Rx, rows } = await tallFactor(samples, null, true, "PCA.fit");
  if (n < 2) throw new InvalidInputError(`PCA.fit: X has ${n} samples, at least 2 are needed`);
  check(n, m);
  const { s, Vt } = svd(new NDArray(Rx, [rows, m]));
  const least = Math.min(n, m);
  // Of few samples R has a row less than there are components: the last one has no variance.
  const values = new Float64Array(least);
  values.set(s.data.subarray(0, least));
  const right = new Float64Array(least * m);
  right.set(Vt.data.subarray(0, least * m));
  flipSigns(right, least);
  const found = { mean, right, values, variance: values.map((v) => v * v / (n - 1)) };
  return { fitted: keepWanted(found, wanted, n, m), n, m };
}

/** The largest singular values of samples in blocks, and their directions; what they explain of the variance. */
export async function singularOfBlocks(
  X: ChunkedInput,
  k: number,
): Promise<{ Vt: Float64Array; s: Float64Array; variance: Float64Array; total: number; m: number }> {
  const samples = wholeRows(X, "TruncatedSVD.fit");
  const m = samples.shape[1];
  if (m < 2) throw new InvalidInputError(`TruncatedSVD.fit: X has ${m} features, at least 2 are needed`);
  // With the mean apart, the variances come from the same pass: R of X is that of the mean's row over R of the rest.
  const { n, mean, Rx, rows } = await tallFactor(samples, null, true, "TruncatedSVD.fit");
  const whole = new Float64Array((rows + 1) * m);
  for (let j = 0; j < m; j++) whole[j] = Math.sqrt(n) * mean[j];
  whole.set(Rx, m);
  if (k > Math.min(n, m)) {
    throw new InvalidInputError(
      `TruncatedSVD.fit: nComponents is ${k}, but X of shape [${n}, ${m}] has ${Math.min(n, m)} at most`,
    );
  }
  const found = svd(new NDArray(whole, [rows + 1, m]));
  const Vt = found.Vt.data.slice(0, k * m);
  flipSigns(Vt, k);
  const variance = new Float64Array(k);
  let total = 0;
  for (const v of Rx) total += v * v / n;
  for (let c = 0; c < k; c++) {
    for (let i = 0; i < rows; i++) {
      let dot = 0;
      for (let j = 0; j < m; j++) dot += Rx[i * m + j] * Vt[c * m + j];
      variance[c] += dot * dot / n;
    }
  }
  return { Vt, s: found.s.data.slice(0, k), variance, total, m };
}
