/**
 * Clusters in data that may be larger than memory: its blocks are made on the workers, stay there or on their disks, and never visit this process.
 *
 *     deno run -A examples/larger_than_memory.ts [--blocks 20] [--rows 200000] [--memory 8GB]
 *
 * With `--blocks 500` it is 16 GB.
 */

import { commandLine } from "../actors/cli/mod.ts";
import { parseBytes } from "../actors/cluster/mod.ts";
import { Client, concatenate, fromDelayed, KMeans, makeBlobs, RandomState } from "../mod.ts";

const options = commandLine({
  name: "larger_than_memory",
  start: "deno run -A examples/larger_than_memory.ts",
  about: "Clusters in data that may be larger than memory: its blocks are made on the workers.",
  positionals: [],
  options: {
    blocks: { value: "N", integer: [1, 100_000], help: "Blocks; 500 are 16 GB. Default: 20." },
    rows: { value: "N", integer: [12, 100_000_000], help: "Rows of a block. Default: 200000." },
    memory: { value: "AMOUNT", check: parseBytes, help: "Memory of the worker. Default: the machine's." },
  },
});
const blocks = options.number("blocks") ?? 20, rows = options.number("rows") ?? 200_000;

await using client = await Client.local({ memoryLimit: options.text("memory") });

const centers = new RandomState(0).uniform(-10, 10, [12, 20]);
const parts = Array.from(
  { length: blocks },
  (_, i) => client.delayed(makeBlobs)({ nSamples: rows, centers, nFeatures: 20, randomState: i }),
);
const X = concatenate(parts.map((p) => fromDelayed(p.get("X"), { shape: [rows, 20], dtype: "float64" })));
console.log("GB:", X.nbytes / 1e9);

const started = performance.now();
await X.persist();
const made = performance.now();
console.log(X);

const km = new KMeans({ nClusters: 12, initMaxIter: 3, oversamplingFactor: 10 });
await km.fit(X);
const fitted = performance.now();

console.log("centres:", km.clusterCenters_.shape);
console.log("inertia:", km.inertia_);
console.log("labels:", (await km.labels_.slice(0, 10).compute()).toArray().join(" "));
console.log(`made in ${((made - started) / 1000).toFixed(2)} s, fitted in ${((fitted - made) / 1000).toFixed(2)} s`);
