import { type MatrixLike, NDArray } from "../../array/mod.ts";
import { checkArray, checkOptionNames, didYouMean, UnknownNameError } from "../../utils/mod.ts";
import { MetricError } from "../errors.ts";
import {
  cosineDistances,
  euclideanDistances,
  haversineDistances,
  manhattanDistances,
  nanEuclideanDistances,
} from "./distances.ts";
import { checkPair, eachPair, type Pair } from "./inputs.ts";
import { nearestRows } from "./nearest.ts";
import { measureNames, measureOf, type MeasureOptions } from "./measures.ts";

/** A distance of your own: of two rows. */
export type DistanceFunction = (x: NDArray<Float64Array>, y: NDArray<Float64Array>) => number;

/** Names of distances, as scikit-learn and SciPy have them. */
export type DistanceName =
  | "euclidean"
  | "l2"
  | "l1"
  | "manhattan"
  | "cityblock"
  | "cosine"
  | "haversine"
  | "nan_euclidean"
  | "precomputed"
  | "sqeuclidean"
  | "chebyshev"
  | "canberra"
  | "braycurtis"
  | "correlation"
  | "hamming"
  | "jaccard"
  | "dice"
  | "rogerstanimoto"
  | "russellrao"
  | "sokalsneath"
  | "yule"
  | "minkowski"
  | "seuclidean"
  | "mahalanobis";

/** A distance: by name, or a function of two rows. */
export type DistanceMetric = DistanceName | DistanceFunction;

/** Options of {@linkcode pairwiseDistances}. */
export interface PairwiseDistancesOptions extends MeasureOptions {
  /** Which distance; "euclidean" if left out. */
  metric?: DistanceMetric;
}

const named: Record<string, (X: MatrixLike, Y?: MatrixLike | null) => NDArray<Float64Array>> = {
  euclidean: euclideanDistances,
  l2: euclideanDistances,
  l1: manhattanDistances,
  manhattan: manhattanDistances,
  cityblock: manhattanDistances,
  cosine: cosineDistances,
  haversine: haversineDistances,
  nan_euclidean: nanEuclideanDistances,
};

function checkName(metric: string): void {
  const all = [...new Set([...Object.keys(named), ...measureNames, "precomputed"])];
  if (!all.includes(metric)) {
    throw new UnknownNameError(`pairwiseDistances: no metric ${JSON.stringify(metric)}; ${didYouMean(metric, all)}`);
  }
}

function precomputed(X: MatrixLike, Y?: MatrixLike | null): NDArray<Float64Array> {
  const table = checkArray(X);
  const others = Y === undefined || Y === null ? table.shape[0] : checkArray(Y, { inputName: "Y" }).shape[0];
  if (table.shape[1] !== others) {
    throw new MetricError(
      `pairwiseDistances: precomputed distances of shape [${table.shape.join(", ")}] for ${others} others`,
    );
  }
  const bad = table.data.findIndex((v) => v < 0);
  if (bad >= 0) throw new MetricError(`pairwiseDistances: a precomputed distance is negative: ${table.data[bad]}`);
  return table;
}

/** What a function gives of each two rows; where both tables are one, each pair is asked for once. */
function byFunction({ X, Y, same }: Pair, measure: DistanceFunction): NDArray<Float64Array> {
  const [n, m] = [X.shape[0], Y.shape[0]];
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = same ? i : 0; j < m; j++) {
      out[i * m + j] = measure(X.row(i), Y.row(j));
      if (same) out[j * m + i] = out[i * m + j];
    }
  }
  return new NDArray(out, [n, m]);
}

const OPTIONS: readonly (keyof PairwiseDistancesOptions)[] = ["metric", "p", "w", "V", "VI"];
const leftOut = { nJobs: "it is one thread's work", ensureAllFinite: "only nan_euclidean takes NaN" };

/**
 * Distances of the rows of X to those of Y.
 *
 * @param X samples, shape [nX, nFeatures]; with metric "precomputed" the distances, which are given back
 * @param Y others, shape [nY, nFeatures]; X if left out
 * @returns shape [nX, nY]
 * @throws {UnknownNameError} at a metric that there is not, with the nearest that there is
 *
 * @example
 * ```ts
 * import { pairwiseDistances } from "@troupe/troupe";
 * pairwiseDistances([[0, 0], [1, 2]], null, { metric: "chebyshev" }).toArray(); // [[0, 2], [2, 0]]
 * ```
 */
export function pairwiseDistances(
  X: MatrixLike,
  Y?: MatrixLike | null,
  options: PairwiseDistancesOptions = {},
): NDArray<Float64Array> {
  checkOptionNames("pairwiseDistances", options, OPTIONS, leftOut);
  const { metric = "euclidean" } = options;
  if (typeof metric === "function") return byFunction(checkPair(X, Y), metric);
  checkName(metric);
  if (metric === "precomputed") return precomputed(X, Y);
  if (Object.hasOwn(named, metric)) return named[metric](X, Y);
  const pair = checkPair(X, Y);
  const out = eachPair(pair, measureOf(metric, pair.X, pair.same, options));
  // A sample is at no distance from itself, also where the measure is 0/0.
  if (pair.same) { for (let i = 0; i < out.shape[0]; i++) out.data[i * out.shape[0] + i] = 0; }
  return out;
}

/** Options of {@linkcode pairwiseDistancesChunked}. */
export interface ChunkedOptions extends PairwiseDistancesOptions {
  /** How many MiB of distances are made at a time; 64 if left out. */
  workingMemory?: number;
}

/**
 * Distances in blocks of rows of X, so that they need not all be there at once.
 *
 * @returns blocks of rows, one after the other, each with the number of its first row
 * @throws {MetricError} when an option does not fit the metric
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 * @throws {UnknownNameError} at a metric that there is not, with the nearest that there is
 *
 * @example
 * ```ts
 * import { pairwiseDistancesChunked } from "@troupe/troupe";
 * for (const { start, distances } of pairwiseDistancesChunked([[0], [3]])) {
 *   console.log(start, distances.toArray()); // 0 [ [ 0, 3 ], [ 3, 0 ] ]
 * }
 * ```
 */
export function* pairwiseDistancesChunked(
  X: MatrixLike,
  Y?: MatrixLike | null,
  options: ChunkedOptions = {},
): IterableIterator<{ start: number; distances: NDArray<Float64Array> }> {
  checkOptionNames("pairwiseDistancesChunked", options, [...OPTIONS, "workingMemory"], leftOut);
  const { workingMemory = 64, ...rest } = options;
  const { metric = "euclidean" } = rest;
  if (metric === "precomputed") {
    yield { start: 0, distances: pairwiseDistances(X, Y, rest) };
    return;
  }
  const { X: a, Y: b, same } = checkPair(X, Y, metric === "nan_euclidean");
  const rows = Math.max(1, Math.floor(workingMemory * 2 ** 20 / (8 * b.shape[0])));
  const measure = typeof metric === "string" && measureNames.includes(metric) && !Object.hasOwn(named, metric)
    ? measureOf(metric, a, same, rest)
    : undefined;
  for (let start = 0; start < a.shape[0]; start += rows) {
    const part = a.slice(start, start + rows);
    const distances = measure === undefined
      ? pairwiseDistances(part, b, rest)
      : eachPair({ X: part, Y: b, same: false }, measure);
    // Of a row to itself, whatever rounding made of it.
    if (same && typeof metric === "string" && metric !== "nan_euclidean") {
      for (let i = 0; i < part.shape[0]; i++) distances.data[i * b.shape[0] + start + i] = 0;
    }
    yield { start, distances };
  }
}

/** Options of {@linkcode pairwiseDistancesArgmin}. */
export interface ArgminOptions extends PairwiseDistancesOptions {
  /** 1 for the nearest row of Y to each of X, 0 for the nearest row of X to each of Y; 1 if left out. */
  axis?: 0 | 1;
}

/**
 * The nearest row of Y to each of X, and how far it is.
 *
 * @returns `indices` and `distances`, shape [nX]
 * @throws {MetricError} when `axis` is neither 0 nor 1, or an option does not fit the metric
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 * @throws {UnknownNameError} at a metric that there is not, with the nearest that there is
 *
 * @example
 * ```ts
 * import { pairwiseDistancesArgminMin } from "@troupe/troupe";
 * pairwiseDistancesArgminMin([[0], [9]], [[10], [1]]).distances.toArray(); // [1, 1]
 * ```
 */
export function pairwiseDistancesArgminMin(
  X: MatrixLike,
  Y: MatrixLike,
  options: ArgminOptions = {},
): { indices: NDArray<Int32Array>; distances: NDArray<Float64Array> } {
  checkOptionNames("pairwiseDistancesArgminMin", options, [...OPTIONS, "axis"], leftOut);
  const { axis = 1, metric = "euclidean", ...rest } = options;
  if (axis !== 0 && axis !== 1) throw new MetricError(`pairwiseDistancesArgminMin: axis must be 0 or 1, got ${axis}`);
  const [a, b] = axis === 1 ? [X, Y] : [Y, X];
  const euclidean = metric === "euclidean" || metric === "l2";
  if (euclidean || metric === "sqeuclidean") {
    const { indices, squares } = nearestRows(checkPair(a, b));
    return {
      indices: new NDArray(indices),
      distances: new NDArray(euclidean ? squares.map(Math.sqrt) : squares),
    };
  }
  const indices: number[] = [];
  const nearest: number[] = [];
  const blocks = pairwiseDistancesChunked(a, b, { ...rest, metric });
  for (const { distances } of blocks) {
    const [n, m] = distances.shape;
    for (let i = 0; i < n; i++) {
      let at = i * m;
      for (let j = i * m + 1; j < (i + 1) * m; j++) if (distances.data[j] < distances.data[at]) at = j;
      indices.push(at - i * m);
      nearest.push(distances.data[at]);
    }
  }
  return { indices: new NDArray(Int32Array.from(indices)), distances: new NDArray(Float64Array.from(nearest)) };
}

/**
 * The number of the nearest row of Y to each row of X, shape [nX].
 *
 * @throws {MetricError} when `axis` is neither 0 nor 1, or an option does not fit the metric
 * @throws {InvalidInputError} when X and Y differ in their number of features, or there are NaN or infinite values
 * @throws {UnknownNameError} at a metric that there is not, with the nearest that there is
 *
 * @example
 * ```ts
 * import { pairwiseDistancesArgmin } from "@troupe/troupe";
 * pairwiseDistancesArgmin([[0], [9]], [[10], [1]]).toArray(); // [1, 0]
 * ```
 */
export function pairwiseDistancesArgmin(
  X: MatrixLike,
  Y: MatrixLike,
  options: ArgminOptions = {},
): NDArray<Int32Array> {
  checkOptionNames("pairwiseDistancesArgmin", options, [...OPTIONS, "axis"], leftOut);
  return pairwiseDistancesArgminMin(X, Y, options).indices;
}
