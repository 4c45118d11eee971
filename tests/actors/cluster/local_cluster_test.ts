import assert from "node:assert/strict";
import { Client } from "../../../actors/client/mod.ts";
import { startLocalCluster } from "../../../actors/cluster/mod.ts";
import { descendants } from "../../helpers/processes.ts";

Deno.test("startLocalCluster() starts a scheduler and one worker process with a thread for each core", async () => {
  const before = await descendants();
  await using cluster = await startLocalCluster();
  const { scheduler, workers } = cluster.pids();
  const started = (await descendants()).filter((pid) => !before.includes(pid));
  for (const pid of [scheduler!, workers[0]!]) assert.ok(started.includes(pid));
  await using client = await Client.connect(cluster.schedulerAddress);
  const [worker] = await client.waitForWorkers(1);
  assert.equal(worker.threads, navigator.hardwareConcurrency);
});

Deno.test("startLocalCluster() makes a private folder for its sockets, which goes with it", async () => {
  const cluster = await startLocalCluster({ workers: 1, threadsPerWorker: 1 });
  const folder = cluster.schedulerAddress.slice("ipc://".length).replace(/\/[^/]*$/, "");
  assert.equal(Deno.statSync(folder).mode! & 0o777, 0o700);
  await cluster.close();
  await cluster.close();
  assert.throws(() => Deno.statSync(folder), Deno.errors.NotFound);
});

Deno.test("startLocalCluster() refuses what makes no sense, and leaves nothing", async () => {
  const before = await descendants();
  await assert.rejects(startLocalCluster({ workers: 0 }), /workers: expected a positive integer, got 0/);
  await assert.rejects(
    startLocalCluster({ threadsPerWorker: 1.5 }),
    /threadsPerWorker: expected a positive integer, got 1.5/,
  );
  await assert.rejects(startLocalCluster({ memoryLimit: "lots" }), /expected an amount of memory such as "4GiB"/);
  await assert.rejects(
    startLocalCluster({ memoryLimit: "1MB" }),
    /memoryLimit: a worker's process itself takes 128 MiB, and it was given/,
  );
  assert.deepEqual((await descendants()).filter((pid) => !before.includes(pid)), []);
});
