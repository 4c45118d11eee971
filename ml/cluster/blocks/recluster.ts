import { NDArray } from "../../array/mod.ts";
import { KernelFrame } from "../../kernels/mod.ts";
import * as module from "../../kernels/wasm/kmeans_blocks.ts";
import type { RandomState } from "../../random/mod.ts";
import { KMeansSession } from "../kmeans_session.ts";
import { choosePlusPlus } from "../plus_plus.ts";
import { rowsOf } from "../rows.ts";
import { runOnce, type RunResult } from "../single_run.ts";
import { distinctBelow, joined } from "./rows_of.ts";
import { type BlockKernels, TILE, tileBytes, Tiles } from "./tiles.ts";

/** Iterations on these rows at most. */
const SAMPLE_ITERATIONS = 20;
/** Beginnings that are tried on these rows. */
const MOST_TRIES = 4;

/** For each row the nearest point. */
export function nearestOf(rows: Float64Array, points: Float64Array, m: number): Uint32Array {
  const count = rows.length / m;
  const k = points.length / m;
  const out = new Uint32Array(count);
  const origin = new Float64Array(m);
  for (let at = 0; at < points.length; at++) origin[at % m] += points[at] / k;
  using frame = new KernelFrame<BlockKernels>(module, [rows], tileBytes(k, m));
  const data = frame.in(rows);
  const tiles = new Tiles(frame, points, origin, k);
  for (let start = 0; start < count; start += TILE) {
    const some = Math.min(TILE, count - start);
    tiles.run(data, m, 0, start, some);
    out.set(frame.i32(tiles.labels, some), start);
  }
  return out;
}

/** Centres from weighed candidates: of several beginnings, and of `more`, the one that is best on the sample, and brought on by it. */
export function recluster(
  candidates: Float64Array<ArrayBuffer>,
  sample: Float64Array<ArrayBuffer>,
  { k, m, n, restarts }: { k: number; m: number; n: number; restarts: number },
  rng: RandomState,
  more: readonly Float64Array[] = [],
): Float64Array {
  const count = sample.length / m;
  let points = candidates;
  if (points.length / m < k) {
    const others = distinctBelow(count, Math.min(count, k - points.length / m), rng);
    points = joined([points, ...others.map((i) => sample.subarray(i * m, i * m + m))]);
  }
  const total = points.length / m;
  const tries: Float64Array[] = [points];
  if (total > k) {
    const weight = new Float64Array(total).fill(1);
    for (const c of nearestOf(sample, points, m)) weight[c] += n / count;
    const rows = rowsOf(new NDArray(points, [total, m]), weight);
    const found: RunResult[] = [];
    for (let run = 0; run < restarts; run++) {
      const result = runOnce(rows, choosePlusPlus(rows, k, rng).centers, k, { maxIter: 300, tol: 0, verbose: false });
      // The same clusters again would come to the same again.
      if (found.every(({ inertia }) => Math.abs(result.inertia / inertia - 1) > 1e-9)) found.push(result);
    }
    tries.splice(0, 1, ...found.sort((a, b) => a.inertia - b.inertia).slice(0, MOST_TRIES).map((r) => r.centers));
  }
  if (count < k) return tries[0];
  return bestOnSample(new NDArray(sample, [count, m]), [...tries, ...more], k, rng);
}

/** The centres that iterations on a sample bring farthest; k-means++ on the sample is a beginning too, `own` times. */
export function bestOnSample(
  sample: NDArray<Float64Array>,
  tries: readonly Float64Array[],
  k: number,
  rng: RandomState,
  own = 1,
): Float64Array {
  const m = sample.shape[1];
  using session = KMeansSession.open(sample, undefined, k, tries.length + own);
  const rows = session?.rows ?? rowsOf(sample);
  const mean = session?.mean ?? new Float64Array(m);
  let best: RunResult | undefined;
  const starts: Float64Array[] = tries.map((centers) => centers.map((v, at) => v - mean[at % m]));
  // Three rounds miss a cluster now and then.
  for (let e = 0; e < own; e++) starts.push(session?.plusPlus(k, rng).centers ?? choosePlusPlus(rows, k, rng).centers);
  for (const start of starts) {
    const result = runOnce(rows, start, k, { maxIter: SAMPLE_ITERATIONS, tol: 0, verbose: false }, session);
    if (best === undefined || result.inertia < best.inertia) best = result;
  }
  return (best as RunResult).centers.map((v, at) => v + mean[at % m]);
}
