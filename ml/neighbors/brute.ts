import { NeighborsError } from "./errors.ts";
import { fullDistance, type NeighborMetric, reducedDistance, unitRows } from "./metric.ts";
import { NearestList } from "./nearest_list.ts";

/** Queries that are taken together, and samples that they meet together: both stay in the cache. */
const QUERIES = 32;
const SAMPLES = 256;

/**
 * The k nearest samples of each query, by measuring all distances.
 *
 * @param X samples, row after row; for "precomputed", not used
 * @param Q queries, row after row; for "precomputed", their distances to the samples
 * @param m numbers in a row of Q
 * @param k how many
 * @param distances gets the distances, shape [nQueries, k]
 * @param indices gets the numbers, shape [nQueries, k]
 */
export function queryBrute(
  X: Float64Array,
  metric: NeighborMetric,
  Q: Float64Array,
  m: number,
  k: number,
  distances: Float64Array,
  indices: Int32Array,
): void {
  const precomputed = metric.kind === "precomputed";
  const cosine = metric.kind === "cosine";
  const samples = cosine ? unitRows(X, m) : X;
  const queries = cosine ? unitRows(Q, m) : Q;
  const count = precomputed ? m : X.length / m;
  const total = Q.length / m;
  const distance = reducedDistance(metric);
  const lists = Array.from({ length: Math.min(QUERIES, total) }, () => new NearestList(k));
  for (let first = 0; first < total; first += QUERIES) {
    const last = Math.min(total, first + QUERIES);
    for (const list of lists) list.clear();
    for (let from = 0; from < count; from += SAMPLES) {
      const to = Math.min(count, from + SAMPLES);
      for (let q = first; q < last; q++) {
        const list = lists[q - first];
        let { worst } = list;
        for (let i = from; i < to; i++) {
          const d = precomputed ? Q[q * m + i] : distance(queries, q * m, samples, i * m, m);
          if (d > worst || d !== d) continue;
          list.add(d, i);
          worst = list.worst;
        }
      }
    }
    for (let q = first; q < last; q++) {
      const list = lists[q - first];
      if (list.size < k) {
        throw new NeighborsError("the metric gave NaN: it must give a distance for every pair of samples");
      }
      for (let i = 0; i < k; i++) {
        distances[q * k + i] = fullDistance(metric, list.distances[i]);
        indices[q * k + i] = list.indices[i];
      }
    }
  }
}
