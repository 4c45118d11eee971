import type { NeighborMetric } from "./metric.ts";
import { fullDistance, reducedDistance } from "./metric.ts";
import { NearestList } from "./nearest_list.ts";

/**
 * Samples in boxes within boxes. Node n has the children 2n + 1 and 2n + 2; plain data, so that it travels as it is.
 *
 * Source: J. L. Bentley, "Multidimensional binary search trees used for associative searching", CACM 18 (1975).
 */
export interface KDTree {
  /** Number of features. */
  readonly m: number;
  /** Levels below the root. */
  readonly depth: number;
  /** The samples in the order of the leaves. */
  readonly data: Float64Array;
  /** Number of each of those in the order they were given. */
  readonly order: Int32Array;
  /** Where the samples of each node begin; they end where those of the next node of the level begin. */
  readonly start: Int32Array;
  /** Where the samples of each node end. */
  readonly end: Int32Array;
  /** Smallest value of each feature in each node, shape [nodes, m]. */
  readonly low: Float64Array;
  /** Largest value of each feature in each node, shape [nodes, m]. */
  readonly high: Float64Array;
}

/** Builds a tree: each box is halved at the median of its widest side, until leaves hold no more than `leafSize` or so. */
export function buildKDTree(X: Float64Array, m: number, leafSize: number): KDTree {
  const n = X.length / m;
  const depth = Math.max(0, Math.floor(Math.log2(Math.max(1, (n - 1) / leafSize))));
  const nodes = 2 ** (depth + 1) - 1;
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const start = new Int32Array(nodes);
  const end = new Int32Array(nodes);
  const low = new Float64Array(nodes * m).fill(Infinity);
  const high = new Float64Array(nodes * m).fill(-Infinity);
  end[0] = n;
  for (let node = 0; node < nodes; node++) {
    const box = node * m;
    for (let i = start[node]; i < end[node]; i++) {
      for (let j = 0, at = order[i] * m; j < m; j++, at++) {
        if (X[at] < low[box + j]) low[box + j] = X[at];
        if (X[at] > high[box + j]) high[box + j] = X[at];
      }
    }
    if (2 * node + 2 >= nodes) continue;
    let side = 0;
    for (let j = 1; j < m; j++) if (high[box + j] - low[box + j] > high[box + side] - low[box + side]) side = j;
    const middle = start[node] + ((end[node] - start[node]) >>> 1);
    partition(X, m, order, start[node], end[node], middle, side);
    start[2 * node + 1] = start[node];
    end[2 * node + 1] = start[2 * node + 2] = middle;
    end[2 * node + 2] = end[node];
  }
  const data = new Float64Array(X.length);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) data[i * m + j] = X[order[i] * m + j];
  return { m, depth, data, order, start, end, low, high };
}

/** Puts the samples with the smallest values of a feature before `middle`, the others behind (quickselect). */
function partition(
  X: Float64Array,
  m: number,
  order: Int32Array,
  from: number,
  to: number,
  middle: number,
  side: number,
): void {
  let left = from;
  let right = to - 1;
  while (left < right) {
    const pivot = X[order[(left + right) >>> 1] * m + side];
    let i = left;
    let j = right;
    while (i <= j) {
      while (X[order[i] * m + side] < pivot) i++;
      while (X[order[j] * m + side] > pivot) j--;
      if (i > j) break;
      const held = order[i];
      order[i++] = order[j];
      order[j--] = held;
    }
    if (middle <= j) right = j;
    else if (middle >= i) left = i;
    else return;
  }
}

/** Reduced distance from a query to the nearest point of a node's box. */
type BoxDistance = (node: number, Q: Float64Array, at: number) => number;

function boxDistance({ low, high, m }: KDTree, { kind, p }: NeighborMetric): BoxDistance {
  if (kind === "euclidean") {
    return (node, Q, at) => {
      let sum = 0;
      for (let j = 0, b = node * m; j < m; j++, b++) {
        const v = Q[at + j];
        const gap = Math.max(low[b] - v, v - high[b], 0);
        sum += gap * gap;
      }
      return sum;
    };
  }
  const combine: (sum: number, gap: number) => number = kind === "manhattan"
    ? (sum, gap) => sum + gap
    : kind === "chebyshev"
    ? Math.max
    : kind === "minkowski"
    ? (sum, gap) => sum + gap ** p
    : (sum, gap) => sum + gap * gap;
  return (node, Q, at) => {
    let sum = 0;
    for (let j = 0, b = node * m; j < m; j++, b++) {
      const v = Q[at + j];
      const gap = v < low[b] ? low[b] - v : v > high[b] ? v - high[b] : 0;
      if (gap > 0) sum = combine(sum, gap);
    }
    return sum;
  };
}

/**
 * The k nearest samples of each query: the nearer of two boxes first, and no box that is farther than the k-th so far.
 *
 * @param Q queries, row after row
 * @param k how many
 * @param distances gets the distances, shape [nQueries, k]
 * @param indices gets the numbers, shape [nQueries, k]
 */
export function queryKDTree(
  tree: KDTree,
  metric: NeighborMetric,
  Q: Float64Array,
  k: number,
  distances: Float64Array,
  indices: Int32Array,
): void {
  const { m, data, order, start, end } = tree;
  const distance = reducedDistance(metric);
  const toBox = boxDistance(tree, metric);
  const inner = 2 ** tree.depth - 1;
  const nodes = new Int32Array(2 * tree.depth + 4);
  const bounds = new Float64Array(nodes.length);
  const nearest = new NearestList(k);
  for (let q = 0, at = 0; at < Q.length; q++, at += m) {
    nearest.clear();
    let top = 0;
    let worst = Infinity;
    nodes[0] = 0;
    bounds[0] = toBox(0, Q, at);
    while (top >= 0) {
      const node = nodes[top];
      const bound = bounds[top--];
      if (bound > worst) continue;
      if (node >= inner) {
        for (let i = start[node], x = i * m; i < end[node]; i++, x += m) {
          const d = distance(Q, at, data, x, m);
          if (d > worst) continue;
          nearest.add(d, order[i]);
          worst = nearest.worst;
        }
        continue;
      }
      const left = toBox(2 * node + 1, Q, at);
      const right = toBox(2 * node + 2, Q, at);
      const leftFirst = left <= right;
      const farther = leftFirst ? right : left;
      if (farther <= worst) {
        nodes[++top] = leftFirst ? 2 * node + 2 : 2 * node + 1;
        bounds[top] = farther;
      }
      nodes[++top] = leftFirst ? 2 * node + 1 : 2 * node + 2;
      bounds[top] = leftFirst ? left : right;
    }
    for (let i = 0; i < k; i++) {
      distances[q * k + i] = fullDistance(metric, nearest.distances[i]);
      indices[q * k + i] = nearest.indices[i];
    }
  }
}
