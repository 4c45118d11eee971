import { NDArray } from "../array/mod.ts";
import { queryBrute } from "./brute.ts";
import { queryBruteEuclidean } from "./brute_euclidean.ts";
import { buildKDTree, type KDTree, queryKDTree } from "./kd_tree.ts";
import type { NeighborMetric } from "./metric.ts";

/** Below this many products of a query and a sample, bringing them to the kernels does not pay. */
const WORTH_KERNELS = 1 << 16;
/** Neighbours up to which the lists of the kernels pay. */
const MOST_LISTED = 512;

/** Samples that are ready to be searched: plain data, so that it travels as it is. */
export interface SearchIndex {
  /** How far samples are from each other. */
  readonly metric: NeighborMetric;
  /** The samples, shape [nSamples, nFeatures]; for "precomputed" the matrix of their distances. */
  readonly X: NDArray<Float64Array>;
  /** Their tree, where there is one. */
  readonly tree?: KDTree;
}

/** Neighbours of some queries. */
export interface Neighbors {
  /** Distances, ascending in each row, shape [nQueries, k]. */
  readonly distances: NDArray<Float64Array>;
  /** Numbers of the samples, shape [nQueries, k]. */
  readonly indices: NDArray<Int32Array>;
}

/** Makes samples ready to be searched. */
export function buildIndex(
  X: NDArray<Float64Array>,
  metric: NeighborMetric,
  tree: boolean,
  leafSize: number,
): SearchIndex {
  return tree ? { metric, X, tree: buildKDTree(X.data, X.shape[1], leafSize) } : { metric, X };
}

/**
 * The k nearest samples of each query.
 *
 * @param index the samples
 * @param Q queries, shape [nQueries, nFeatures]; for "precomputed", their distances to the samples
 * @param k how many, no more than there are samples
 */
export function searchIndex({ metric, X, tree }: SearchIndex, Q: NDArray<Float64Array>, k: number): Neighbors {
  const [queries, m] = Q.shape;
  const distances = new Float64Array(queries * k);
  const indices = new Int32Array(queries * k);
  if (tree !== undefined) queryKDTree(tree, metric, Q.data, k, distances, indices);
  else {
    const euclidean = metric.kind === "euclidean" || metric.kind === "sqeuclidean";
    if (euclidean && queries * X.length >= WORTH_KERNELS && k <= MOST_LISTED) {
      queryBruteEuclidean(X.data, Q.data, m, k, metric.kind === "sqeuclidean", distances, indices);
    } else queryBrute(X.data, metric, Q.data, m, k, distances, indices);
  }
  return { distances: new NDArray(distances, [queries, k]), indices: new NDArray(indices, [queries, k]) };
}

/**
 * The k nearest others of each sample itself. Of samples that lie on the same place, some may be left out that stand before it.
 */
export function searchOthers(index: SearchIndex, k: number): Neighbors {
  const n = index.X.length;
  const all = searchIndex(index, index.X, k + 1);
  const distances = new Float64Array(n * k);
  const indices = new Int32Array(n * k);
  for (let i = 0; i < n; i++) {
    const row = i * (k + 1);
    let skip = all.indices.data.subarray(row, row + k + 1).indexOf(i);
    // With more duplicates than neighbours, the sample itself need not be among them: one duplicate stands for it.
    if (skip < 0) skip = 0;
    for (let e = 0, to = i * k; e <= k; e++) {
      if (e === skip) continue;
      distances[to] = all.distances.data[row + e];
      indices[to++] = all.indices.data[row + e];
    }
  }
  return { distances: new NDArray(distances, [n, k]), indices: new NDArray(indices, [n, k]) };
}
