import { type Labels, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import {
  checkArray,
  checkClassificationTargets,
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkVector,
  encodeLabels,
  InvalidInputError,
  warn,
} from "../utils/mod.ts";
import { chiSquaredTail, fTail } from "../utils/special.ts";

/** How much each feature says of the targets, and how likely that much is by chance: scores, p-values. */
export type FeatureScores = [scores: NDArray<Float64Array>, pvalues: NDArray<Float64Array>];

interface Classes {
  table: NDArray<Float64Array>;
  codes: Int32Array;
  counts: Int32Array;
}

function checkClasses(X: MatrixLike, y: LabelsLike, caller: string): Classes {
  const table = checkArray(X, { caller });
  const labels: Labels = checkLabels(y, `${caller}: y`);
  checkConsistentLength({ X: table, y: labels });
  checkClassificationTargets(labels, caller);
  const { codes, counts } = encodeLabels(labels);
  return { table, codes, counts };
}

/**
 * Analysis of variance: whether the means of a feature differ between classes more than its spread within them explains.
 *
 * Source: G. W. Heiman, "Understanding research methods and statistics" (2001).
 *
 * @param X samples, shape [nSamples, nFeatures]
 * @param y class of each sample
 * @returns F statistic and p-value of each feature
 * @throws {InvalidInputError} when there is only one class
 *
 * @example
 * ```ts
 * import { fClassif, loadIris } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * const [scores] = fClassif(X, y);
 * scores.argmax(); // 2, the length of the petals
 * ```
 */
export function fClassif(X: MatrixLike, y: LabelsLike): FeatureScores {
  const { table, codes, counts } = checkClasses(X, y, "fClassif");
  const [n, m] = table.shape;
  const k = counts.length;
  if (k < 2) throw new InvalidInputError("fClassif: y has 1 class; at least two are needed");
  const sums = new Float64Array(k * m);
  const squares = new Float64Array(k * m);
  for (let i = 0, at = 0; i < n; i++) {
    const row = codes[i] * m;
    for (let j = 0; j < m; j++, at++) {
      const v = table.data[at];
      sums[row + j] += v;
      squares[row + j] += v * v;
    }
  }
  const scores = new Float64Array(m);
  const constant: number[] = [];
  for (let j = 0; j < m; j++) {
    let all = 0;
    let sum = 0;
    let between = 0;
    for (let c = 0; c < k; c++) {
      all += squares[c * m + j];
      sum += sums[c * m + j];
      between += sums[c * m + j] ** 2 / counts[c];
    }
    const square = sum * sum;
    between -= square / n;
    const within = all - square / n - between;
    if (within === 0) constant.push(j);
    scores[j] = between / (k - 1) / (within / (n - k));
  }
  if (constant.length > 0) warn(`fClassif: features [${constant.join(", ")}] are constant within each class`);
  return [new NDArray(scores), new NDArray(scores.map((f) => fTail(f, k - 1, n - k)))];
}

/** How {@linkcode fRegression} computes. */
export interface FRegressionOptions {
  /** Whether the means are taken off first; true if left out. */
  center?: boolean;
  /** Whether features or targets that are constant score 0, and perfect ones a large number; true if left out. */
  forceFinite?: boolean;
}

/**
 * Correlation of each feature with the target.
 *
 * Source: Pearson's coefficient of correlation.
 *
 * @param X samples, shape [nSamples, nFeatures]
 * @param y target of each sample
 * @param options how
 * @returns from −1 to 1, shape [nFeatures]
 * @throws {InvalidInputError} when X or y holds NaN or infinities, or y does not fit X
 *
 * @example
 * ```ts
 * import { rRegression } from "@troupe/troupe";
 * rRegression([[1, 3], [2, 1], [3, 2]], [1, 2, 4]).toArray(); // [0.9819…, -0.3273…]
 * ```
 */
export function rRegression(X: MatrixLike, y: VectorLike, options: FRegressionOptions = {}): NDArray<Float64Array> {
  checkOptionNames("rRegression", options, ["center", "forceFinite"]);
  const { center = true, forceFinite = true } = options;
  const table = checkArray(X, { caller: "rRegression" });
  const target = checkVector(y, "rRegression: y");
  checkConsistentLength({ X: table, y: target });
  const [n, m] = table.shape;
  const mean = center ? target.mean() : 0;
  const t = target.data.map((v) => v - mean);
  const sums = new Float64Array(m);
  const squares = new Float64Array(m);
  const products = new Float64Array(m);
  let norm = 0;
  for (let i = 0, at = 0; i < n; i++) {
    norm += t[i] * t[i];
    for (let j = 0; j < m; j++, at++) {
      const v = table.data[at];
      sums[j] += v;
      squares[j] += v * v;
      products[j] += t[i] * v;
    }
  }
  return new NDArray(products.map((p, j) => {
    const spread = Math.sqrt(squares[j] - (center ? n * (sums[j] / n) ** 2 : 0));
    const r = p / spread / Math.sqrt(norm);
    return forceFinite && r !== r ? 0 : r;
  }));
}

/**
 * Whether a feature's correlation with the target can be chance.
 *
 * @param X samples, shape [nSamples, nFeatures]
 * @param y target of each sample
 * @param options how
 * @returns F statistic and p-value of each feature
 * @throws {InvalidInputError} when X or y holds NaN or infinities, or y does not fit X
 *
 * @example
 * ```ts
 * import { fRegression } from "@troupe/troupe";
 * const [scores, pvalues] = fRegression([[1, 3], [2, 1], [3, 2]], [1, 2, 4]);
 * scores.argmax(); // 0
 * pvalues.argmin(); // 0
 * ```
 */
export function fRegression(X: MatrixLike, y: VectorLike, options: FRegressionOptions = {}): FeatureScores {
  checkOptionNames("fRegression", options, ["center", "forceFinite"]);
  const { center = true, forceFinite = true } = options;
  const correlation = rRegression(X, y, options);
  const target = checkVector(y, "fRegression: y");
  const degrees = target.size - (center ? 2 : 1);
  const scores = new Float64Array(correlation.size);
  const pvalues = new Float64Array(correlation.size);
  for (let j = 0; j < scores.length; j++) {
    const r2 = correlation.data[j] ** 2;
    scores[j] = r2 / (1 - r2) * degrees;
    pvalues[j] = fTail(scores[j], 1, degrees);
    if (!forceFinite) continue;
    if (scores[j] === Infinity) scores[j] = Number.MAX_VALUE;
    else if (scores[j] !== scores[j]) [scores[j], pvalues[j]] = [0, 1];
  }
  return [new NDArray(scores), new NDArray(pvalues)];
}

/**
 * Chi-squared test of counts or frequencies: whether a feature and the class depend on each other.
 *
 * Source: K. Pearson, "On the criterion that a given system of deviations from the probable … can be reasonably supposed to
 * have arisen from random sampling", Philosophical Magazine 50 (1900).
 *
 * @param X samples, shape [nSamples, nFeatures]; not negative
 * @param y class of each sample
 * @returns chi-squared statistic and p-value of each feature
 * @throws {InvalidInputError} when X has negative values
 *
 * @example
 * ```ts
 * import { chi2 } from "@troupe/troupe";
 * const [scores] = chi2([[1, 0], [2, 1], [0, 5], [1, 4]], [0, 0, 1, 1]);
 * scores.toArray(); // [1, 6.4]
 * ```
 */
export function chi2(X: MatrixLike, y: LabelsLike): FeatureScores {
  const { table, codes, counts } = checkClasses(X, y, "chi2");
  const [n, m] = table.shape;
  const negative = table.data.findIndex((v) => v < 0);
  if (negative >= 0) throw new InvalidInputError("chi2: X must not be negative");
  const k = Math.max(2, counts.length);
  const observed = new Float64Array(k * m);
  const total = new Float64Array(m);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      observed[codes[i] * m + j] += table.data[at];
      total[j] += table.data[at];
    }
  }
  const scores = new Float64Array(m);
  for (let j = 0; j < m; j++) {
    for (let c = 0; c < k; c++) {
      const expected = (counts[c] ?? 0) / n * total[j];
      scores[j] += (observed[c * m + j] - expected) ** 2 / expected;
    }
  }
  return [new NDArray(scores), new NDArray(scores.map((v) => chiSquaredTail(v, k - 1)))];
}
