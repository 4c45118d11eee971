import { deepStrictEqual } from "node:assert/strict";
import { coreOf } from "../../../actors/client/client.ts";
import { Client } from "../../../actors/client/mod.ts";

Deno.test("Client.waitForWorkers() gives the workers that it waited for, also where one is gone again in the same turn", async () => {
  await using client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" });
  const [worker] = await client.waitForWorkers(1);
  const workers = coreOf(client).machine.workers as Map<string, typeof worker>;
  const waited = client.waitForWorkers(1);
  // As a message that comes right behind does it.
  workers.delete(worker.name);
  deepStrictEqual((await waited).map((w) => w.name), [worker.name]);
  workers.set(worker.name, worker);
});
