/**
 * KMeans on chunked arrays, and what stands around it, against Dask and Dask-ML.
 *
 *     deno task bench kmeans --peer PYTHON [--blocks 10] [--rows 200000] [--memory BYTES] [--std 1]
 */

import { parseArgs } from "node:util";
import { Client, concatenate, fromDelayed, KMeans, makeBlobs, NDArray } from "../../mod.ts";
import { PeakMemory } from "./memory/peak.ts";

const HELP = `KMeans on chunked arrays, against Dask and Dask-ML in the same run.

Usage: deno task bench kmeans [options]

  --peer PYTHON   a Python that has dask, distributed and dask-ml; none: only ours
  --blocks N      blocks (default 5); the full size is 500
  --rows N        rows of a block, of 20 float64 each (default 200000: 32 MB)
  --std X         standard deviation of the 12 blobs (default 1); 6 for blobs that overlap
  --memory BYTES  of all workers together (default: what the machine has); 8e9 for the full size
  --workers N     our worker processes (default 1)
  --threads N     threads of each (default 2)
  --rounds N      fits (default 3), the median counts
  --what LIST     of fit, iterations, statistics (default fit,statistics)
  --most N        iterations at most, where they start from given centres (default 50)
`;

const { values: options } = parseArgs({
  options: {
    peer: { type: "string" },
    blocks: { type: "string", default: "5" },
    rows: { type: "string", default: "200000" },
    std: { type: "string", default: "1" },
    memory: { type: "string", default: "0" },
    workers: { type: "string", default: "1" },
    threads: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
    what: { type: "string", default: "fit,statistics" },
    most: { type: "string", default: "50" },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(HELP);
  Deno.exit(0);
}
const number = (name: "blocks" | "rows" | "std" | "memory" | "workers" | "threads" | "rounds" | "most"): number =>
  Number(options[name]);
const what = options.what.split(",");
const BLOBS = 12;
const FEATURES = 20;

/** One measurement. */
interface Measured {
  readonly row: string;
  readonly seconds?: number;
  readonly iterations?: number;
  readonly inertia?: number;
  readonly check?: number;
  readonly peak?: number;
}

/** The centres of the blobs: means of those of a small data set, as in the notebook. */
function centersOf(): NDArray<Float64Array> {
  const { X, y } = makeBlobs({ nSamples: 1000, centers: BLOBS, nFeatures: FEATURES, randomState: 0 });
  const labels = [...y.data];
  const means = Array.from({ length: BLOBS }, (_, c) => X.take(labels.flatMap((l, i) => l === c ? [i] : [])).mean(0));
  return new NDArray(Float64Array.from(means.flatMap((mean) => [...mean.data])), [BLOBS, FEATURES]);
}

/** Centres that iterations begin with: one row of each blob, moved half way to the next blob's centre. */
function farCenters(centers: NDArray<Float64Array>): NDArray<Float64Array> {
  const next = centers.take(Array.from({ length: BLOBS }, (_, c) => (c + 1) % BLOBS));
  return new NDArray(centers.data.map((v, at) => 0.6 * v + 0.4 * next.data[at]), [BLOBS, FEATURES]);
}

async function timed<R>(body: () => Promise<R>): Promise<[number, R]> {
  const start = performance.now();
  const result = await body();
  return [(performance.now() - start) / 1000, result];
}

async function ours(centers: NDArray<Float64Array>, init: NDArray<Float64Array>): Promise<Measured[]> {
  const out: Measured[] = [];
  await using memory = new PeakMemory();
  const workers = number("workers");
  const limit = number("memory") > 0 ? { memoryLimit: number("memory") / workers } : {};
  await using client = await Client.local({ workers, threadsPerWorker: number("threads"), ...limit });
  const shape = [number("rows"), FEATURES];
  const [seconds, X] = await timed(async () => {
    const make = client.delayed(makeBlobs);
    const parts = Array.from({ length: number("blocks") }, (_, randomState) => {
      const blob = { nSamples: shape[0], centers, nFeatures: FEATURES, clusterStd: number("std"), randomState };
      return fromDelayed(make(blob).get("X"), { shape });
    });
    return await concatenate(parts).persist();
  });
  out.push({ row: "make", seconds });
  for (let round = 0; round < number("rounds"); round++) {
    if (what.includes("fit")) {
      const model = new KMeans({ nClusters: BLOBS, initMaxIter: 3, oversamplingFactor: 10, randomState: round });
      const [seconds] = await timed(() => model.fit(X));
      out.push({ row: "fit", seconds, iterations: model.nIter_, inertia: model.inertia_ });
    }
    if (what.includes("iterations")) {
      const model = new KMeans({ nClusters: BLOBS, init, maxIter: number("most") });
      const [seconds] = await timed(() => model.fit(X));
      out.push({ row: "iterations", seconds, iterations: model.nIter_ });
    }
    if (what.includes("statistics")) {
      const [seconds, check] = await timed(async () => {
        const [mean, std, gram] = await Promise.all([X.mean(0).compute(), X.std(0).compute(), X.T.dot(X).compute()]);
        return [mean, std, gram].reduce((sum, a) => sum + Number((a as NDArray).sum()), 0);
      });
      out.push({ row: "statistics", seconds, check });
    }
  }
  out.push({ row: "memory", peak: memory.peak });
  return out;
}

async function peer(python: string, init: NDArray<Float64Array>): Promise<Measured[]> {
  const given = {
    ...Object.fromEntries((["blocks", "rows", "std", "memory", "rounds", "most"] as const).map((n) => [n, number(n)])),
    what,
    init: init.toArray(),
  };
  const script = new URL("./peers/dask_kmeans.py", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(python, { args: [script, JSON.stringify(given)], stderr: "inherit" })
    .output();
  if (code !== 0) throw new Error(`the peer ended with ${code}`);
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1];

const centers = centersOf();
const init = farCenters(centers);
const own = await ours(centers, init);
const theirs = options.peer === undefined ? [] : await peer(options.peer, init);
const each = (list: readonly Measured[], row: string, per: (m: Measured) => number): number | undefined => {
  const some = list.filter((m) => m.row === row);
  return some.length === 0 ? undefined : median(some.map(per));
};
console.log(
  `${options.blocks} blocks of ${options.rows} × ${FEATURES} float64, ${
    number("blocks") * number("rows") * FEATURES * 8 / 1e9
  } GB; standard deviation ${options.std}\n`,
);
const show = (v: number | undefined): string => v === undefined ? "" : v.toFixed(3);
const rows: [string, string, (m: Measured) => number][] = [
  ["making and persisting, s", "make", (m) => m.seconds!],
  ["fit, s", "fit", (m) => m.seconds!],
  ["fit: iterations", "fit", (m) => m.iterations!],
  ["an iteration from given centres, s", "iterations", (m) => m.seconds! / m.iterations!],
  ["iterations from given centres", "iterations", (m) => m.iterations!],
  ["mean, std and X.T.dot(X), s", "statistics", (m) => m.seconds!],
  ["peak memory, GB", "memory", (m) => m.peak! / 1e9],
];
console.log("".padEnd(38), "ours".padStart(10), "Dask".padStart(10), "ratio".padStart(10));
for (const [label, row, per] of rows) {
  const a = each(own, row, per), b = each(theirs, row, per);
  if (a === undefined) continue;
  const ratio = b === undefined ? "" : (b / a).toFixed(2);
  console.log(label.padEnd(38), show(a).padStart(10), show(b).padStart(10), ratio.padStart(10));
}
for (const [who, list] of [["ours", own], ["Dask-ML", theirs]] as const) {
  const inertias = list.filter((m) => m.inertia !== undefined).map((m) => m.inertia!.toPrecision(9));
  if (inertias.length > 0) console.log(`inertia, ${who}: ${inertias.join(", ")}`);
}
