import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { coreOf } from "../../../actors/client/client.ts";
import { Client } from "../../../actors/client/mod.ts";

Deno.test("Client.close() leaves what was fired and forgotten to be done, also what waits for its arguments", async () => {
  await using cluster = await Client.local({ workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" });
  const leaving = await Client.connect(cluster.scheduler);
  // Large enough to be scattered first.
  const large = new Float64Array(500_000).fill(1);
  void leaving.with({ forget: true, key: "fired" }).submit((x: Float64Array) => x.length, large);
  await leaving.close();
  const done = async (): Promise<string[]> =>
    (await cluster.events({ limit: 10_000 })).filter((e) => e.what === "fired").map((e) => `${e.from} ${e.to}`);
  while ((await done()).at(-1) !== "memory forgotten") await new Promise((r) => setTimeout(r, 10));
  deepStrictEqual((await done()).slice(-2), ["processing memory", "memory forgotten"]);
});

Deno.test("Client.close() leaves nothing that fails when the scheduler still asks for scattered data", async () => {
  const client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" });
  const { key } = await client.scatter([1, 2, 3]);
  await client.close();
  // Whatever it throws later would end the program.
  coreOf(client).onResupply([key, "unknown"]);
  await new Promise((resolve) => setTimeout(resolve, 1));
  strictEqual(coreOf(client).machine.ended, "the client was closed");
});

Deno.test("Client.gather() after close() fails with ClientClosedError for what only workers hold", async () => {
  const client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" });
  const ref = await client.scatter(new Float64Array(100_000));
  await client.close();
  await rejects(client.gather([ref]), { name: "ClientClosedError" });
});
