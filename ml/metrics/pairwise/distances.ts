import { checkOptionNames } from "../../utils/mod.ts";
import { type MatrixLike, NDArray } from "../../array/mod.ts";
import { MetricError } from "../errors.ts";
import { checkPair, checkPaired, eachPair, isSmall, type Pair, products, rowSquares, unitRows } from "./inputs.ts";

/** Squared distance of two rows. */
export function squaredDistance(x: Float64Array, a: number, y: Float64Array, b: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const t = x[a + k] - y[b + k];
    sum += t * t;
  }
  return sum;
}

/** Squared distances: by differences, or where there is much to do by one product of matrices. */
export function squaredDistances(pair: Pair): NDArray<Float64Array> {
  const { X, Y, same } = pair;
  // Differences are as fast as the product while there are few features, and lose no digits.
  if (isSmall(pair) || X.shape[1] <= 4) return eachPair(pair, squaredDistance);
  const out = products(pair);
  const m = Y.shape[0];
  const ofX = rowSquares(X);
  const ofY = same ? ofX : rowSquares(Y);
  const { data } = out;
  for (let i = 0; i < ofX.length; i++) {
    for (let j = 0, at = i * m; j < m; j++, at++) {
      const v = ofX[i] + ofY[j] - 2 * data[at];
      data[at] = v > 0 ? v : 0;
    }
    if (same) data[i * m + i] = 0;
  }
  return out;
}

function roots(array: NDArray<Float64Array>): NDArray<Float64Array> {
  for (let i = 0; i < array.data.length; i++) array.data[i] = Math.sqrt(array.data[i]);
  return array;
}

/**
 * Euclidean distances of the rows of X to those of Y, or with `squared` their squares.
 *
 * @param X samples, shape [nX, nFeatures]
 * @param Y others, shape [nY, nFeatures]; X if left out
 * @returns shape [nX, nY]
 * @throws {InvalidInputError} when X and Y differ in their number of features
 *
 * @example
 * ```ts
 * import { euclideanDistances } from "@troupe/troupe";
 * euclideanDistances([[0, 0], [3, 4]]).toArray(); // [[0, 5], [5, 0]]
 * ```
 */
export function euclideanDistances(
  X: MatrixLike,
  Y?: MatrixLike | null,
  options: { squared?: boolean } = {},
): NDArray<Float64Array> {
  checkOptionNames("euclideanDistances", options, ["squared"]);
  const squares = squaredDistances(checkPair(X, Y));
  return options.squared === true ? squares : roots(squares);
}

/** Sum of the absolute differences of two rows. */
export function blockDistance(x: Float64Array, a: number, y: Float64Array, b: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) sum += Math.abs(x[a + k] - y[b + k]);
  return sum;
}

/**
 * Sums of absolute differences of the rows of X and Y, shape [nX, nY]; Y is X if left out.
 *
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { manhattanDistances } from "@troupe/troupe";
 * manhattanDistances([[0, 0], [1, 2]]).toArray(); // [[0, 3], [3, 0]]
 * ```
 */
export function manhattanDistances(X: MatrixLike, Y?: MatrixLike | null): NDArray<Float64Array> {
  return eachPair(checkPair(X, Y), blockDistance);
}

/**
 * Cosines of the angles between the rows of X and Y, shape [nX, nY]; Y is X if left out.
 *
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { cosineSimilarity } from "@troupe/troupe";
 * cosineSimilarity([[1, 0], [0, 1]], [[2, 0]]).toArray(); // [[1], [0]]
 * ```
 */
export function cosineSimilarity(X: MatrixLike, Y?: MatrixLike | null): NDArray<Float64Array> {
  const pair = checkPair(X, Y);
  const ofX = unitRows(pair.X);
  return products({ X: ofX, Y: pair.same ? ofX : unitRows(pair.Y), same: pair.same });
}

/**
 * 1 less the cosines of the angles between the rows of X and Y, shape [nX, nY]; Y is X if left out.
 *
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 *
 * @example
 * ```ts
 * import { cosineDistances } from "@troupe/troupe";
 * cosineDistances([[1, 0], [0, 1]]).toArray(); // [[0, 1], [1, 0]]
 * ```
 */
export function cosineDistances(X: MatrixLike, Y?: MatrixLike | null): NDArray<Float64Array> {
  const { same } = checkPair(X, Y);
  const out = cosineSimilarity(X, Y);
  const m = out.shape[1];
  for (let at = 0; at < out.size; at++) out.data[at] = Math.min(2, Math.max(0, 1 - out.data[at]));
  if (same) { for (let i = 0; i < m; i++) out.data[i * m + i] = 0; }
  return out;
}

/**
 * Great-circle distances on a sphere of radius 1 between points of latitude and longitude, in radians.
 *
 * Source: R. W. Sinnott, "Virtues of the haversine", Sky and Telescope 68 (1984).
 *
 * @param X points, shape [nX, 2]
 * @returns shape [nX, nY]
 * @throws {MetricError} when there are not two columns
 *
 * @example
 * ```ts
 * import { haversineDistances } from "@troupe/troupe";
 * haversineDistances([[0, 0]], [[0, Math.PI / 2]]).toArray(); // [[1.5707…]]
 * ```
 */
export function haversineDistances(X: MatrixLike, Y?: MatrixLike | null): NDArray<Float64Array> {
  const pair = checkPair(X, Y);
  if (pair.X.shape[1] !== 2) {
    throw new MetricError(`haversineDistances: points are latitude and longitude, got ${pair.X.shape[1]} columns`);
  }
  return eachPair(pair, (x, a, y, b) => {
    const s = Math.sin(0.5 * (x[a] - y[b]));
    const t = Math.sin(0.5 * (x[a + 1] - y[b + 1]));
    return 2 * Math.asin(Math.sqrt(s * s + Math.cos(x[a]) * Math.cos(y[b]) * t * t));
  });
}

/**
 * Euclidean distances over the features that both samples have, scaled up by those that they have not; NaN where they
 * have none in common.
 *
 * Source: J. K. Dixon, "Pattern recognition with partly missing data", IEEE Trans. SMC 9 (1979).
 *
 * @param X samples, NaN standing for what is missing, shape [nX, nFeatures]
 * @returns shape [nX, nY]
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are infinite values
 *
 * @example
 * ```ts
 * import { nanEuclideanDistances } from "@troupe/troupe";
 * nanEuclideanDistances([[3, NaN]], [[0, 1]]).toArray(); // [[4.2426…]]
 * ```
 */
export function nanEuclideanDistances(
  X: MatrixLike,
  Y?: MatrixLike | null,
  options: { squared?: boolean } = {},
): NDArray<Float64Array> {
  checkOptionNames("nanEuclideanDistances", options, ["squared"]);
  const out = eachPair(checkPair(X, Y, true), (x, a, y, b, d) => {
    let sum = 0, present = 0;
    for (let k = 0; k < d; k++) {
      const t = x[a + k] - y[b + k];
      if (t !== t) continue;
      sum += t * t;
      present++;
    }
    return present === 0 ? NaN : sum / present * d;
  });
  return options.squared === true ? out : roots(out);
}

/** Ways to measure the distance of paired rows. */
export type PairedMetric = "euclidean" | "l2" | "l1" | "manhattan" | "cityblock" | "cosine";

/**
 * Distance of each row of X to the same row of Y.
 *
 * @returns shape [nSamples]
 * @throws {InvalidInputError} when X and Y differ in shape
 *
 * @example
 * ```ts
 * import { pairedDistances } from "@troupe/troupe";
 * pairedDistances([[0, 0], [3, 4]], [[0, 1], [0, 0]]).toArray(); // [1, 5]
 * ```
 */
export function pairedDistances(
  X: MatrixLike,
  Y: MatrixLike,
  options: { metric?: PairedMetric } = {},
): NDArray<Float64Array> {
  checkOptionNames("pairedDistances", options, ["metric"]);
  const { metric = "euclidean" } = options;
  const { X: a, Y: b } = checkPaired(X, Y);
  const [n, d] = a.shape;
  const rows = (x: NDArray<Float64Array>, y: NDArray<Float64Array>, f: typeof squaredDistance) =>
    new NDArray(Float64Array.from({ length: n }, (_, i) => f(x.data, i * d, y.data, i * d, d)));
  switch (metric) {
    case "euclidean":
    case "l2":
      return roots(rows(a, b, squaredDistance));
    case "l1":
    case "manhattan":
    case "cityblock":
      return rows(a, b, blockDistance);
    case "cosine":
      return rows(unitRows(a), unitRows(b), (...args) => 0.5 * squaredDistance(...args));
    default:
      throw new MetricError(
        `pairedDistances: metric must be "euclidean", "manhattan" or "cosine", got ${JSON.stringify(metric)}`,
      );
  }
}
