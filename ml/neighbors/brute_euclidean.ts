import { type KernelExports, KernelFrame, kernels } from "../kernels/mod.ts";
import * as module from "../kernels/wasm/neighbors.ts";
import { queryBrute } from "./brute.ts";
import type { NeighborMetric } from "./metric.ts";
import { NearestList } from "./nearest_list.ts";

/** Queries whose lists are kept at a time. */
const QUERIES = 8192;
/** Rows of a table of distances. */
const TABLE_ROWS = 128;
/** Columns of such a table. */
const TABLE_COLS = 2048;
/** Samples that are made float32 at a time. */
const SAMPLES = 65_536;
/** Half a unit in the last place of a float32. */
const ROUNDING = 2 ** -24;

interface NeighborKernels extends KernelExports {
  filter(
    table: number,
    rows: number,
    cols: number,
    ld: number,
    first: number,
    bounds: number,
    slack: number,
    counts: number,
    ids: number,
    values: number,
    room: number,
    k: number,
    scratch: number,
  ): void;
  settle(
    rows: number,
    slack: number,
    counts: number,
    ids: number,
    values: number,
    room: number,
    k: number,
    scratch: number,
  ): void;
}

/**
 * The k nearest samples of each query by euclidean distance. A float32 product of matrices gives approximate distances; what may be
 * among the k nearest by them, given how far they can be off, is measured again in float64: the result is exact.
 *
 * @param X samples, row after row
 * @param Q queries, row after row
 * @param m number of features
 * @param k how many
 * @param squared whether distances are given squared
 * @param distances gets the distances, shape [nQueries, k]
 * @param indices gets the numbers, shape [nQueries, k]
 */
export function queryBruteEuclidean(
  X: Float64Array,
  Q: Float64Array,
  m: number,
  k: number,
  squared: boolean,
  distances: Float64Array,
  indices: Int32Array,
): void {
  const total = Q.length / m;
  const center = columnMeans(X, m);
  const largest = largestNorm(X, m, center);
  for (let first = 0; first < total; first += QUERIES) {
    const last = Math.min(total, first + QUERIES);
    queryGroup(X, Q.subarray(first * m, last * m), center, largest, k, squared, {
      distances: distances.subarray(first * k, last * k),
      indices: indices.subarray(first * k, last * k),
    });
  }
}

interface Results {
  readonly distances: Float64Array;
  readonly indices: Int32Array;
}

function queryGroup(
  X: Float64Array,
  Q: Float64Array,
  center: Float64Array,
  largest: number,
  k: number,
  squared: boolean,
  out: Results,
): void {
  const m = center.length;
  const n = X.length / m;
  const rows = Q.length / m;
  // One more feature carries the samples' squared lengths, so that the product is |x|² − 2 q·x at once.
  const width = m + 1;
  const room = Math.max(64, 3 * k + 32);
  const chunk = Math.min(n, SAMPLES);
  using frame = new KernelFrame<NeighborKernels>(module);
  const at = {
    queries: frame.temp(4 * rows * width),
    samples: frame.temp(4 * chunk * width),
    table: frame.temp(4 * TABLE_ROWS * TABLE_COLS),
    bounds: frame.temp(4 * rows),
    slack: frame.temp(4 * rows),
    counts: frame.temp(4 * rows),
    ids: frame.temp(4 * rows * room),
    values: frame.temp(4 * rows * room),
    scratch: frame.temp(4 * room),
  };
  const queries = frame.f32(at.queries, rows * width);
  const samples = frame.f32(at.samples, chunk * width);
  const table = frame.f32(at.table, TABLE_ROWS * TABLE_COLS);
  const counts = frame.i32(at.counts, rows).fill(0);
  const slack = frame.f32(at.slack, rows);
  frame.f32(at.bounds, rows).fill(Infinity);
  for (let q = 0; q < rows; q++) {
    let norm = 0;
    for (let j = 0; j < m; j++) {
      const v = Q[q * m + j] - center[j];
      queries[q * width + j] = -2 * v;
      norm += v * v;
    }
    queries[q * width + m] = 1;
    slack[q] = 4 * (m + 8) * ROUNDING * (2 * Math.sqrt(norm * largest) + largest);
  }
  const { gemm } = bound();
  for (let from = 0; from < n; from += chunk) {
    const count = Math.min(chunk, n - from);
    narrow(X, from, count, center, samples);
    for (let q = 0; q < rows; q += TABLE_ROWS) {
      const high = Math.min(TABLE_ROWS, rows - q);
      const part = queries.subarray(q * width, (q + high) * width);
      for (let c = 0; c < count; c += TABLE_COLS) {
        const wide = Math.min(TABLE_COLS, count - c);
        const some = samples.subarray(c * width, (c + wide) * width);
        gemm(false, true, high, wide, width, 1, part, width, some, width, 0, table, TABLE_COLS);
        frame.exports.filter(
          at.table,
          high,
          wide,
          TABLE_COLS,
          from + c,
          at.bounds + 4 * q,
          at.slack + 4 * q,
          at.counts + 4 * q,
          at.ids + 4 * q * room,
          at.values + 4 * q * room,
          room,
          k,
          at.scratch,
        );
      }
    }
  }
  frame.exports.settle(rows, at.slack, at.counts, at.ids, at.values, room, k, at.scratch);
  const ids = frame.i32(at.ids, rows * room);
  const exact: NeighborMetric = { kind: squared ? "sqeuclidean" : "euclidean", p: 2 };
  const nearest = new NearestList(k);
  for (let q = 0; q < rows; q++) {
    const query = Q.subarray(q * m, (q + 1) * m);
    const distances = out.distances.subarray(q * k, (q + 1) * k);
    const indices = out.indices.subarray(q * k, (q + 1) * k);
    if (counts[q] < k) {
      queryBrute(X, exact, query, m, k, distances, indices);
      continue;
    }
    nearest.clear();
    for (let i = 0; i < counts[q]; i++) {
      const id = ids[q * room + i];
      let sum = 0;
      for (let j = 0, p = id * m; j < m; j++, p++) sum += (query[j] - X[p]) * (query[j] - X[p]);
      nearest.add(sum, id);
    }
    for (let i = 0; i < k; i++) {
      distances[i] = squared ? nearest.distances[i] : Math.sqrt(nearest.distances[i]);
      indices[i] = nearest.indices[i];
    }
  }
}

function bound(): Pick<ReturnType<typeof kernels>, "gemm"> {
  const dense = kernels();
  return { gemm: dense.gemm.bind(dense) as typeof dense.gemm };
}

/** Samples without the centre, and their squared lengths, in float32. */
function narrow(X: Float64Array, from: number, count: number, center: Float64Array, out: Float32Array): void {
  const m = center.length;
  for (let i = 0, p = from * m, to = 0; i < count; i++, to++) {
    let norm = 0;
    for (let j = 0; j < m; j++, p++, to++) {
      const v = X[p] - center[j];
      out[to] = v;
      norm += v * v;
    }
    out[to] = norm;
  }
}

function columnMeans(X: Float64Array, m: number): Float64Array {
  const out = new Float64Array(m);
  for (let at = 0; at < X.length;) for (let j = 0; j < m; j++, at++) out[j] += X[at];
  return out.map((v) => v / (X.length / m));
}

/** The largest squared distance of a sample to the centre. */
function largestNorm(X: Float64Array, m: number, center: Float64Array): number {
  let most = 0;
  for (let at = 0; at < X.length;) {
    let norm = 0;
    for (let j = 0; j < m; j++, at++) norm += (X[at] - center[j]) * (X[at] - center[j]);
    if (norm > most) most = norm;
  }
  return most;
}
