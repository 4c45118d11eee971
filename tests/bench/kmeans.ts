/**
 * KMeans on chunked arrays, and what stands around it, against Dask and Dask-ML.
 *
 *     deno task bench kmeans --peer PYTHON [--blocks 10] [--rows 200000] [--memory BYTES] [--std 1]
 */

import { commandLine } from "../../actors/cli/mod.ts";
import { Client, concatenate, fromDelayed, KMeans, makeBlobs, NDArray } from "../../mod.ts";
import { PeakMemory } from "./memory/peak.ts";

const positive = (text: string): void => {
  if (!(Number(text) > 0)) throw new RangeError(`expected a number above 0, got ${JSON.stringify(text)}`);
};
const COUNT = [1, 1e9] as const;
const options = commandLine({
  name: "kmeans",
  start: "deno task bench kmeans",
  about: "KMeans on chunked arrays, against Dask and Dask-ML in the same run.",
  positionals: [],
  options: {
    peer: { value: "PYTHON", help: "A Python that has dask, distributed and dask-ml. Default: only ours." },
    blocks: { value: "N", integer: COUNT, help: "Blocks; the full size is 500. Default: 5." },
    rows: {
      value: "N",
      integer: COUNT,
      help: "Rows of a block, of 20 float64 each. Default: 200000, which are 32 MB.",
    },
    std: { value: "X", check: positive, help: "Standard deviation of the 12 blobs; with 6 they overlap. Default: 1." },
    memory: {
      value: "BYTES",
      check: positive,
      help: "Of all workers together, 8e9 for the full size. Default: the machine's.",
    },
    workers: { value: "N", integer: COUNT, help: "Our worker processes. Default: 1." },
    threads: { value: "N", integer: COUNT, help: "Threads of each. Default: 2." },
    rounds: { value: "N", integer: COUNT, help: "Fits; the median counts. Default: 3." },
    what: {
      value: "LIST",
      multiple: true,
      choices: ["fit", "iterations", "statistics"],
      help: "Of fit, iterations, statistics. Default: fit,statistics.",
    },
    most: { value: "N", integer: COUNT, help: "Iterations at most, where they start from given centres. Default: 50." },
  },
});
const DEFAULTS = { blocks: 5, rows: 200_000, std: 1, memory: 0, workers: 1, threads: 2, rounds: 3, most: 50 };
const number = (name: keyof typeof DEFAULTS): number => options.number(name) ?? DEFAULTS[name];
const what = options.list("what").length > 0 ? options.list("what") : ["fit", "statistics"];
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
const python = options.text("peer");
const theirs = python === undefined ? [] : await peer(python, init);
const each = (list: readonly Measured[], row: string, per: (m: Measured) => number): number | undefined => {
  const some = list.filter((m) => m.row === row);
  return some.length === 0 ? undefined : median(some.map(per));
};
console.log(
  `${number("blocks")} blocks of ${number("rows")} × ${FEATURES} float64, ${
    number("blocks") * number("rows") * FEATURES * 8 / 1e9
  } GB; standard deviation ${number("std")}\n`,
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
