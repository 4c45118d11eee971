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

/** A block as long that cannot be compressed: a slow disk takes many of the others. */
const noise = (i: number, n: number): Uint32Array => {
  const words = new Uint32Array(2 * n);
  for (let w = 0, state = i + 1; w < words.length; w++) {
    state ^= state << 13;
    state ^= state >>> 17;
    words[w] = state ^= state << 5;
  }
  return words;
};
const checksum = (words: Uint32Array): number => words.reduce((a, b) => a ^ b, 0);

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

Deno.test("A worker holds more small results than its memory takes, reads them from disk, and gives them to the client", async () => {
  const words = 1024, count = 30_000;
  await using cluster = await startLocalCluster({
    workers: 1,
    threadsPerWorker: 2,
    memoryLimit: "600MiB",
    log: () => {},
  });
  await using client = await Client.connect(cluster.schedulerAddress);
  // 246 MB, of which about 180 may be in memory.
  const numbers = Array.from({ length: count }, (_, i) => i);
  const small = client.map(block, numbers, numbers.map(() => words));
  const sums = await client.gather(client.map(sum, small, numbers.map(() => 0)));
  assert(sums.every((s, i) => s === i * words));
  while ((await beats(client)).every((beat) => beat.spilled < 20e6)) await new Promise((r) => setTimeout(r, 100));
  const some = numbers.filter((i) => i % 1000 === 7);
  const values = await client.gather(some.map((i) => small[i]));
  assert(values.every((v, k) => v.length === words && v.every((x) => x === some[k])));
});

Deno.test("Client.local() says that values cannot move to a directory that is none", async () => {
  await assert.rejects(
    startLocalCluster({ workers: 1, threadsPerWorker: 1, spillDirectory: "/nowhere/at/all", log: () => {} }),
    /\/nowhere\/at\/all: no file can be made in this directory/,
  );
});

/** A directory on a disk of 48 MB; undefined where no such disk can be had. */
async function smallDisk(): Promise<{ path: string } & AsyncDisposable | undefined> {
  const path = await Deno.makeTempDir();
  const run = async (command: string, args: string[]): Promise<boolean> => {
    try {
      return (await new Deno.Command(command, { args, stdout: "null", stderr: "null" }).output()).success;
    } catch {
      return false;
    }
  };
  const mounted = Deno.build.os === "linux" &&
    await run("mount", ["-t", "tmpfs", "-o", "size=48m", "troupe-test", path]);
  if (!mounted) {
    await Deno.remove(path);
    return undefined;
  }
  return {
    path,
    async [Symbol.asyncDispose]() {
      assert(await run("umount", [path]), `${path} is still in use`);
      await Deno.remove(path);
    },
  };
}

Deno.test("A full disk fails tasks that need the room, spoils nothing, and the cluster goes on", async (t) => {
  await using disk = await smallDisk();
  if (disk === undefined) {
    await t.step({ name: "no small disk can be mounted here", ignore: true, fn: () => {} });
    return;
  }
  const log: string[] = [];
  await using cluster = await startLocalCluster({
    workers: 1,
    threadsPerWorker: 1,
    memoryLimit: "512MiB",
    spillDirectory: disk.path,
    log: (line) => log.push(line),
  });
  await using client = await Client.connect(cluster.schedulerAddress);
  // 480 MB, where memory and disk take about 250 together.
  const numbers = Array.from({ length: 60 }, (_, i) => i);
  const blocks = client.map(noise, numbers, numbers.map(() => LENGTH));
  const made = await Promise.allSettled(blocks.map((future) => client.submit(checksum, future)));
  assert.deepEqual(log.filter((line) => /killed/.test(line)), [], "nothing is killed for want of memory");
  const failed = made.filter((m) => m.status === "rejected");
  assert(failed.length > 0, "there was no room for all of them");
  for (const { reason } of failed) assert.match(String(reason), /MemoryError: no room for/);
  made.forEach((m, i) => m.status === "rejected" || assert.equal(m.value, checksum(noise(i, LENGTH))));
  for (const future of blocks) future.release();
  const again = client.map(block, [1, 2, 3], [LENGTH, LENGTH, LENGTH]);
  assert.deepEqual(await client.gather(client.map(sum, again, [0, 0, 0])), [LENGTH, 2 * LENGTH, 3 * LENGTH]);
});

Deno.test("A result that is larger than all of a worker's memory fails its task, and the cluster goes on", async () => {
  await using cluster = await startLocalCluster({
    workers: 1,
    threadsPerWorker: 1,
    memoryLimit: "300MiB",
    log: () => {},
  });
  await using client = await Client.connect(cluster.schedulerAddress);
  await assert.rejects(
    async () => await client.submit(block, 1, 12_000_000),
    /MemoryError: no room for the result: 960000\d\d bytes wanted, \d+ held, the worker has room for \d+ bytes of values/,
  );
  assert.equal(await client.submit(sum, client.submit(block, 2, 1000), 1), 2001);
});

Deno.test("Client.workers() tells at how many bytes a worker acts, as Dask's fractions or one's own have it", async () => {
  const limitsOf = async (memory?: { readonly target: number }): Promise<unknown> => {
    await using cluster = await startLocalCluster({ workers: 1, memoryLimit: 10e9, memory, log: () => {} });
    await using client = await Client.connect(cluster.schedulerAddress);
    return (await client.waitForWorkers(1))[0].process;
  };
  assert.deepEqual(await limitsOf(), { limit: 10e9, target: 6e9, spill: 7e9, pause: 8e9, terminate: 9.5e9 });
  assert.deepEqual(await limitsOf({ target: 0.5 }), {
    limit: 10e9,
    target: 5e9,
    spill: 7e9,
    pause: 8e9,
    terminate: 9.5e9,
  });
});
