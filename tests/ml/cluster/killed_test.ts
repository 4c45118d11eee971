import assert from "node:assert/strict";
import { startLocalCluster } from "../../../actors/cluster/mod.ts";
import { type ChunkedArray, Client, concatenate, fromDelayed, KMeans, makeBlobs } from "../../../mod.ts";
import { until } from "../../helpers/processes.ts";

const BLOCKS = 8;
const ROWS = 20_000;

/** Blobs that overlap, made on the workers, and kept there: so fits take some iterations. */
async function made(client: Client): Promise<ChunkedArray> {
  const parts = Array.from({ length: BLOCKS }, (_, b) => {
    const blobs = { nSamples: ROWS, nFeatures: 20, centers: 6, clusterStd: 6, randomState: b % 2 };
    return fromDelayed(client.delayed(makeBlobs)(blobs).get("X"), { shape: [ROWS, 20] });
  });
  return await concatenate(parts).persist();
}

/** A fit that calls back when it logs its first iteration, which is in the middle of it. */
async function fitted(X: ChunkedArray, harm: () => void): Promise<string> {
  const model = new KMeans({ nClusters: 6, initMaxIter: 3, oversamplingFactor: 6, randomState: 1, maxIter: 6, tol: 0 });
  const { log } = console;
  let iterations = 0;
  console.log = (line: unknown): void => {
    if (String(line).startsWith("Iteration ") && ++iterations === 2) harm();
  };
  try {
    await model.setParams({ verbose: 1 }).fit(X);
  } finally {
    console.log = log;
  }
  assert.ok(iterations > 2, `${iterations} iterations`);
  const labels = await model.labels_.compute();
  return `${model.clusterCenters_.data} ${model.inertia_} ${model.nIter_} ${labels.sum()}`;
}

Deno.test("KMeans.fit() on blocks in memory and on disk comes to the same when a worker is killed in the middle", async () => {
  // 25.6 MB of blocks; a worker keeps some 9 MB of them in memory.
  const log: string[] = [];
  await using cluster = await startLocalCluster({
    workers: 2,
    threadsPerWorker: 1,
    memoryLimit: "600MiB",
    memory: { target: 0.015 },
    log: (line) => log.push(line),
  });
  await using client = await Client.connect(cluster.schedulerAddress);
  await client.waitForWorkers(2);
  const X = await made(client);
  await until("blocks on disk", async () => {
    const workers = await client.ask("workers") as unknown as { beat: { spilled: number } | null }[];
    return workers.some(({ beat }) => (beat?.spilled ?? 0) > 0);
  });
  const expected = await fitted(X, () => {});
  for (const worker of [0, 1]) {
    const before = cluster.pids().workers[worker]!;
    const found = await fitted(X, () => Deno.kill(before, "SIGKILL"));
    assert.equal(found, expected, `worker ${worker} killed; log:\n${log.join("\n")}`);
    await until("another worker", () => ![before, undefined].includes(cluster.pids().workers[worker]));
    await client.waitForWorkers(2);
  }
});
