import assert from "node:assert/strict";
import { startLocalCluster } from "../../../actors/cluster/mod.ts";
import {
  Client,
  delayed,
  DelayedCall,
  GridSearchCV,
  makeClassification,
  Parallel,
  parallelBackend,
  SVC,
} from "../../../mod.ts";
import { isKept, type KeptResult } from "../../../ml/parallel/mod.ts";

const N = 200_000;
const ramp = (n: number, from: number): Float64Array => Float64Array.from({ length: n }, (_, i) => from + i);
const at = (values: Float64Array, i: number): number => values[i];
const here = (values: Float64Array): number => values.length > 0 ? Deno.pid : -1;

type Ramp = Float64Array | KeptResult<Float64Array>;

/** Two results that stay. */
const ramps = (): Promise<Ramp[]> =>
  new Parallel({ batchSize: 1 }).run<Ramp>([0, 1000].map((from) => new DelayedCall<Ramp>(ramp, [N, from], true)));

/** Waits until nothing is held any more: what is let go is told at the end of a turn. */
async function nothingHeld(client: Client): Promise<void> {
  while (Object.values(await client.whoHas()).some((workers) => workers.length > 0)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("DelayedCall.stays leaves results on the workers, where other calls take them, until they are let go", async () => {
  await using client = await Client.local({ processes: false, threadsPerWorker: 2 });
  await parallelBackend("cluster", { client }, async () => {
    const before = client.transportStats.bytesReceived;
    const kept = (await ramps()).map((r) => isKept(r) ? r : assert.fail("not kept"));
    assert.deepEqual(kept.map(({ call }) => call.args), [[N, 0], [N, 1000]]);
    const calls = kept.flatMap(({ ref }) => [5, N - 1].map((i) => delayed(at)(ref as Float64Array, i)));
    assert.deepEqual(await new Parallel().run(calls), [5, N - 1, 1005, N + 999]);
    assert.deepEqual(await Promise.all(kept.map((k) => k.ask(at, 7))), [7, 1007]);
    assert.ok(client.transportStats.bytesReceived - before < N);
    for (const k of kept) k.release();
  });
  await nothingHeld(client);
});

Deno.test("DelayedCall.stays changes nothing for a backend that keeps nothing, and an error is thrown as ever", async () => {
  const values = await parallelBackend("sequential", {}, ramps);
  assert.deepEqual(values.map((v) => isKept(v) ? -1 : v[3]), [3, 1003]);
  await using client = await Client.local({ processes: false, threadsPerWorker: 2 });
  const bad = new DelayedCall(
    () => {
      throw new RangeError("no ramp");
    },
    [],
    true,
  );
  await parallelBackend("cluster", { client }, () => assert.rejects(new Parallel().run([bad]), /no ramp/));
  await nothingHeld(client);
});

Deno.test("a result that stays is made again when its worker is killed", async () => {
  await using cluster = await startLocalCluster({ workers: 2, threadsPerWorker: 1, log: () => {} });
  await using client = await Client.connect(cluster.schedulerAddress);
  await client.waitForWorkers(2);
  await parallelBackend("cluster", { client }, async () => {
    const kept = (await ramps()).map((r) => isKept(r) ? r : assert.fail("not kept"));
    const pid = await kept[0].ask(here);
    assert.ok(cluster.pids().workers.includes(pid), String(pid));
    Deno.kill(pid, "SIGKILL");
    assert.deepEqual(
      await new Parallel().run(kept.map(({ ref }) => delayed(at)(ref as Float64Array, 9))),
      [9, 1009],
    );
    assert.deepEqual(await Promise.all(kept.map((k) => k.ask(at, 7))), [7, 1007]);
    for (const k of kept) k.release();
  });
});

Deno.test("a search with stages sends the client little, and comes to the same when a worker is killed", async () => {
  const { X, y } = makeClassification({ nSamples: 2400, nFeatures: 4, randomState: 3 });
  const make = (kill?: () => void): GridSearchCV =>
    new GridSearchCV(new SVC({ gamma: "auto" }), { C: [0.1, 1, 3], kernel: ["rbf", "poly"] }, {
      cv: 3,
      onProgress: ({ done }) => done === 1 ? kill?.() : undefined,
    });
  const single = await make().fit(X, y);
  await using cluster = await startLocalCluster({ workers: 2, threadsPerWorker: 1, log: () => {} });
  await using client = await Client.connect(cluster.schedulerAddress);
  await client.waitForWorkers(2);
  const onCluster = async (search: GridSearchCV): Promise<void> => {
    await client.waitForWorkers(2);
    await parallelBackend("cluster", { client, scatter: [X, y] }, () => search.fit(X, y));
    assert.deepEqual(search.cvResults_.meanTestScore.data, single.cvResults_.meanTestScore.data);
    const [ours, other] = [search, single].map((s) => s.bestEstimator_ as SVC);
    assert.deepEqual(ours.dualCoef_.data, other.dualCoef_.data);
  };
  const before = client.transportStats.bytesReceived;
  await onCluster(make());
  // The stage of the gaussian kernel alone: for 3 of C, 2,400 coefficients, and a gradient for each of 3 folds.
  assert.ok(client.transportStats.bytesReceived - before < 3 * 4 * 2400 * 8);
  await onCluster(make(() => Deno.kill(cluster.pids().workers[0] as number, "SIGKILL")));
  await nothingHeld(client);
});
