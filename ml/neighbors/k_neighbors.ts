import { type MatrixLike, NDArray } from "../array/mod.ts";
import { checkFeatures, checkIsFitted, type Params, rememberFeatures } from "../base/mod.ts";
import { delayed, Parallel } from "../parallel/mod.ts";
import {
  callable,
  checkArray,
  checkParameters,
  either,
  integer,
  InvalidInputError,
  InvalidParameterError,
  mapping,
  oneOf,
  type ParameterRule,
  real,
} from "../utils/mod.ts";
import { NeighborsError } from "./errors.ts";
import { type MetricFunction, type MetricName, type NeighborMetric, resolveMetric } from "./metric.ts";
import { buildIndex, type Neighbors, type SearchIndex, searchIndex, searchOthers } from "./search_index.ts";

/** Weights of one's own: gets distances, shape [nQueries, nNeighbors], and gives a weight for each. */
export type WeightFunction = (distances: NDArray<Float64Array>) => NDArray<Float64Array>;

/** Hyperparameters of {@linkcode KNeighborsClassifier} and {@linkcode KNeighborsRegressor}. */
export interface KNeighborsOptions {
  /** How many neighbours count; 5 if left out. */
  nNeighbors?: number;
  /** "uniform", "distance" (one over the distance), or a function of your own. "uniform" if left out. */
  weights?: "uniform" | "distance" | WeightFunction | null;
  /**
   * "brute" measures all, "kd_tree" and "ball_tree" search a tree of boxes, "auto", if left out, takes what is faster. Results are
   * the same.
   */
  algorithm?: "auto" | "ball_tree" | "kd_tree" | "brute";
  /** Samples in a leaf of the tree; 30 if left out. */
  leafSize?: number;
  /** Exponent of the minkowski metric; 2 if left out. */
  p?: number | null;
  /** A name, or a function of two samples. For "precomputed" X holds distances. "minkowski" if left out. */
  metric?: MetricName | MetricFunction;
  /** `p` and `w` (a weight for each feature) of the minkowski metric. */
  metricParams?: { p?: number; w?: ArrayLike<number> } | null;
  /** How many parts of the queries are searched at a time; one if null or left out, unless a parallel backend is in force. */
  nJobs?: number | null;
}

/** Hyperparameters and their defaults. */
export const kNeighborsDefaults: Readonly<Params> = {
  nNeighbors: 5,
  weights: "uniform",
  algorithm: "auto",
  leafSize: 30,
  p: 2,
  metric: "minkowski",
  metricParams: null,
  nJobs: null,
};

const rules: Readonly<Record<string, ParameterRule>> = {
  nNeighbors: integer({ min: 1 }),
  weights: either(oneOf("uniform", "distance", null), callable),
  algorithm: oneOf("auto", "ball_tree", "kd_tree", "brute"),
  leafSize: integer({ min: 1 }),
  p: either(real({ above: 0 }), { expected: "Infinity", test: (v) => v === Infinity }, oneOf(null)),
  metric: either({ expected: "the name of a metric", test: (v) => typeof v === "string" }, callable),
  metricParams: either(oneOf(null), mapping),
  nJobs: either(integer(), oneOf(null)),
};

/** What both estimators have: hyperparameters, and what `fit` leaves. */
export interface KNeighborsState {
  /** How many neighbours count. */
  nNeighbors: number;
  /** How much they count. */
  weights: "uniform" | "distance" | WeightFunction | null;
  /** How they are searched. */
  algorithm: "auto" | "ball_tree" | "kd_tree" | "brute";
  /** Samples in a leaf of the tree. */
  leafSize: number;
  /** Exponent of the minkowski metric. */
  p: number | null;
  /** How far samples are from each other. */
  metric: MetricName | MetricFunction;
  /** Parameters of the metric. */
  metricParams: { p?: number; w?: ArrayLike<number> } | null;
  /** How many parts of the queries are searched at a time. */
  nJobs: number | null;
  /** The samples, ready to be searched. */
  index_: SearchIndex;
  /** Samples seen in `fit`. */
  nSamplesFit_: number;
  /** Features seen in `fit`. */
  nFeaturesIn_: number;
  /** Names of the features seen in `fit`, where X had names. */
  featureNamesIn_?: string[];
  /** The metric that is used. */
  effectiveMetric_: string;
  /** All hyperparameters. */
  getParams(deep?: boolean): Params;
}

const nameOf = (estimator: object): string => estimator.constructor.name;

/** Checks hyperparameters and samples, and makes the samples ready; what was learned before stays until it succeeded. */
export function prepareIndex(estimator: KNeighborsState, X: MatrixLike): SearchIndex {
  const who = nameOf(estimator);
  checkParameters(who, estimator.getParams(false), rules);
  const table = checkArray(X, { caller: `${who}.fit` });
  const metric = resolveMetric(who, estimator.metric, estimator.p, estimator.metricParams);
  const [n, m] = table.shape;
  if (metric.kind === "precomputed") {
    if (n !== m) {
      throw new InvalidInputError(`${who}.fit: precomputed distances must be square, got shape [${n}, ${m}]`);
    }
    checkNotNegative(table, `${who}.fit`);
  }
  if (metric.w !== undefined && metric.w.length !== m) {
    throw new InvalidParameterError(`${who}: w has ${metric.w.length} values for ${m} features`);
  }
  return buildIndex(table, metric, usesTree(estimator, metric, n, m), estimator.leafSize);
}

/** Whether a tree is built. */
function usesTree(
  { algorithm, nNeighbors, constructor }: KNeighborsState,
  metric: NeighborMetric,
  n: number,
  m: number,
): boolean {
  const bounded = ["euclidean", "manhattan", "chebyshev", "minkowski"].includes(metric.kind);
  const convex = metric.p >= 1;
  if (algorithm === "brute") return false;
  if (algorithm === "auto") {
    // Trees lose in many dimensions, earlier against the products of matrices that euclidean distances come from.
    const most = metric.kind === "euclidean" ? 8 : 15;
    return bounded && convex && metric.w === undefined && m <= most && nNeighbors < n / 2;
  }
  if (metric.kind === "minkowski" && !convex) {
    throw new InvalidParameterError(
      `${constructor.name}: algorithm ${JSON.stringify(algorithm)} needs p >= 1; use p >= 1 or algorithm "brute"`,
    );
  }
  if (algorithm === "kd_tree" && (!bounded || metric.w !== undefined)) {
    throw new InvalidParameterError(
      `${constructor.name}: algorithm "kd_tree" does not know ${
        metric.w === undefined ? `metric ${metric.kind}` : "weights w"
      }; use "auto" or "brute"`,
    );
  }
  return bounded && metric.w === undefined;
}

function checkNotNegative(table: NDArray<Float64Array>, where: string): void {
  const at = table.data.findIndex((v) => v < 0);
  if (at < 0) return;
  const m = table.shape[1];
  throw new InvalidInputError(
    `${where}: precomputed distances are negative, first at [${Math.floor(at / m)}, ${at % m}]`,
  );
}

/** Keeps what `prepareIndex` made. */
export function keepIndex(estimator: KNeighborsState, X: MatrixLike, index: SearchIndex): void {
  estimator.index_ = index;
  estimator.nSamplesFit_ = index.X.length;
  const { metric } = estimator;
  estimator.effectiveMetric_ = typeof metric === "string" && metric !== "minkowski" ? metric : index.metric.kind;
  rememberFeatures(estimator, X, index.X.shape[1]);
}

/** Finds neighbours of queries, or, without queries, of each sample among the others; parts of them at a time. */
export async function findNeighbors(
  estimator: KNeighborsState,
  X: MatrixLike | null | undefined,
  nNeighbors: number | null | undefined,
  method: string,
): Promise<Neighbors> {
  checkIsFitted(estimator, method);
  const where = `${nameOf(estimator)}.${method}`;
  const index = estimator.index_;
  const k = nNeighbors ?? estimator.nNeighbors;
  if (!Number.isInteger(k) || k < 1) {
    throw new InvalidParameterError(`${where}: nNeighbors must be a whole number from 1, got ${k}`);
  }
  const own = X === null || X === undefined;
  const most = own ? estimator.nSamplesFit_ - 1 : estimator.nSamplesFit_;
  if (k > most) {
    throw new NeighborsError(
      `${where}: nNeighbors is ${k}, but of ${estimator.nSamplesFit_} samples there are at most ${most}; lower nNeighbors`,
    );
  }
  if (own) return searchOthers(index, k);
  const queries = checkArray(X, { caller: where });
  checkFeatures(estimator, X, queries.shape[1], method);
  if (index.metric.kind === "precomputed") checkNotNegative(queries, where);
  if (estimator.nJobs === null || estimator.nJobs === 1 || index.metric.kind === "own") {
    return searchIndex(index, queries, k);
  }
  return await searchParts(index, queries, k, estimator.nJobs);
}

/** Searches parts of the queries side by side. */
async function searchParts(
  index: SearchIndex,
  queries: NDArray<Float64Array>,
  k: number,
  nJobs: number,
): Promise<Neighbors> {
  const n = queries.length;
  const parts = Math.max(1, Math.min(nJobs > 0 ? nJobs : navigator.hardwareConcurrency, n));
  const calls = Array.from({ length: parts }, (_, i) => {
    const part = queries.slice(Math.floor(i * n / parts), Math.floor((i + 1) * n / parts));
    return delayed(searchIndex)(index, part, k);
  });
  const found = await new Parallel({ nJobs }).run(calls);
  const distances = new Float64Array(n * k);
  const indices = new Int32Array(n * k);
  for (let i = 0, at = 0; i < parts; i++) {
    distances.set(found[i].distances.data, at);
    indices.set(found[i].indices.data, at);
    at += found[i].indices.size;
  }
  return { distances: new NDArray(distances, [n, k]), indices: new NDArray(indices, [n, k]) };
}

/**
 * Weight of each neighbour; undefined where all weigh the same.
 *
 * @throws {NeighborsError} when a function of one's own gives other than a weight for each
 */
export function neighborWeights(
  weights: KNeighborsState["weights"],
  distances: NDArray<Float64Array>,
): Float64Array | undefined {
  if (weights === "uniform" || weights === null) return undefined;
  const [n, k] = distances.shape;
  if (typeof weights === "function") {
    const own = weights(distances);
    if (own.size !== n * k) {
      throw new NeighborsError(`weights() must give shape [${n}, ${k}], as it got, not [${own.shape.join(", ")}]`);
    }
    return own.data;
  }
  const out = distances.data.map((d) => 1 / d);
  // Where a sample lies on the query itself, only such samples count.
  for (let i = 0; i < n; i++) {
    const row = out.subarray(i * k, (i + 1) * k);
    if (row.includes(Infinity)) row.forEach((w, e) => row[e] = w === Infinity ? 1 : 0);
  }
  return out;
}

/** A table of which only what is not zero is kept, row by row. */
export interface SparseRows {
  /** The values, row after row. */
  readonly data: Float64Array;
  /** Column of each value. */
  readonly indices: Int32Array;
  /** Where each row begins in these, and where the last ends. */
  readonly indptr: Int32Array;
  /** Number of rows and columns. */
  readonly shape: readonly [number, number];
}

/** The graph of neighbours: for each row its neighbours, with 1 or the distance. */
export function neighborsGraph(
  { distances, indices }: Neighbors,
  columns: number,
  mode: "connectivity" | "distance",
): SparseRows {
  const [n, k] = indices.shape;
  if (mode !== "connectivity" && mode !== "distance") {
    throw new InvalidParameterError(
      `kneighborsGraph: mode must be "connectivity" or "distance", got ${JSON.stringify(mode)}`,
    );
  }
  return {
    data: mode === "distance" ? distances.data : new Float64Array(n * k).fill(1),
    indices: indices.data,
    indptr: Int32Array.from({ length: n + 1 }, (_, i) => i * k),
    shape: [n, columns],
  };
}
