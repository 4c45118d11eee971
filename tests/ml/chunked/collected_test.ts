import assert from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import { chunked, Client, KMeans } from "../../../mod.ts";
import { until } from "../../helpers/processes.ts";

v8.setFlagsFromString("--expose-gc");
const gc = vm.runInNewContext("gc") as () => void;

/** Persists, fits and transforms, and drops all of it; gives what was held meanwhile. */
async function use(client: Client): Promise<number> {
  const X = await chunked.random([400, 3], { chunks: [100, 3], randomState: 0, client }).persist();
  const Z = await X.sub(X.mean(0)).persist();
  const model = await new KMeans({ nClusters: 2, randomState: 0 }).fit(Z);
  const held = Object.keys(await client.whoHas()).length;
  assert.equal(model.labels_.length, 400);
  return held;
}

Deno.test("Blocks that persist() keeps go with the last array that is made of them, each at its own client", async () => {
  const options = { processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "128MiB" } as const;
  await using one = await Client.local(options);
  await using two = await Client.local(options);
  using kept = await chunked.ones([6, 2], { chunks: [3, 2], client: two }).persist();
  const [a, b] = await Promise.all([use(one), use(two)]);
  // Two arrays of four blocks, and the labels of one, at least.
  assert.ok(a >= 12 && b >= 14, `${a} and ${b}`);
  const left = async (client: Client): Promise<number> => Object.keys(await client.whoHas()).length;
  await until("nothing but what is kept", async () => {
    gc();
    return await left(one) === 0 && await left(two) === 2;
  }, 60_000);
  assert.equal(await kept.sum().compute(), 12);
});
