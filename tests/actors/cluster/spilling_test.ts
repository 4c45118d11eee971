import assert from "node:assert/strict";
import { Client } from "../../../actors/client/mod.ts";
import { startLocalCluster } from "../../../actors/cluster/mod.ts";

const BLOCKS = 40, LENGTH = 1_000_000;

const block = (i: number, n: number): Float64Array => new Float64Array(n).fill(i);
const sum = (values: Float64Array, more: number): number => {
  let s = more;
  for (const v of values) s += v;
  return s;
};

interface Seen {
  readonly spilled: number;
  readonly managed: number;
}

async function beats(client: Client): Promise<Seen[]> {
  const workers = await client.ask("workers") as unknown as { beat: Seen | null }[];
  return workers.flatMap((w) => w.beat ?? []);
}

Deno.test("A worker computes with more values than its memory takes, also when it is killed in between", async () => {
  const directory = await Deno.makeTempDir();
  const log: string[] = [];
  try {
    await using cluster = await startLocalCluster({
      workers: 1,
      threadsPerWorker: 2,
      memoryLimit: "512MiB",
      spillDirectory: directory,
      log: (line) => log.push(line),
    });
    await using client = await Client.connect(cluster.schedulerAddress);
    // 320 MB, of which about 134 may be in memory.
    const numbers = Array.from({ length: BLOCKS }, (_, i) => i);
    const blocks = client.map(block, numbers, numbers.map(() => LENGTH));
    let most = 0;
    const check = async (more: number): Promise<void> => {
      const sums = await client.gather(client.map(sum, blocks, numbers.map(() => more)));
      assert.deepEqual(sums, numbers.map((i) => i * LENGTH + more));
      for (const beat of await beats(client)) most = Math.max(most, beat.spilled);
    };
    await check(0);
    await check(1);
    assert.deepEqual(log.filter((line) => /killed/.test(line)), [], "nothing is killed for want of memory");
    const [pid] = cluster.pids().workers;
    Deno.kill(pid!, "SIGKILL");
    await check(2);
    // What comes back to the client comes from disk, too.
    for (const i of [0, BLOCKS - 1]) {
      const [value] = await client.gather([blocks[i]]);
      assert.equal(value.length, LENGTH);
      assert(value.every((v) => v === i));
    }
    // A beat is a second old at most, and the work took longer.
    while (most === 0) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (const beat of await beats(client)) most = Math.max(most, beat.spilled);
    }
    assert.deepEqual([...Deno.readDirSync(directory)], []);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("Client.local() says that values cannot move to a directory that is none", async () => {
  await assert.rejects(
    startLocalCluster({ workers: 1, threadsPerWorker: 1, spillDirectory: "/nowhere/at/all", log: () => {} }),
    /\/nowhere\/at\/all: no file can be made in this directory/,
  );
});
