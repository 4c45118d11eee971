import assert from "node:assert/strict";
import { type ChunkedArray, Client, concatenate, fromDelayed, KMeans } from "../../../mod.ts";
import { startLocalCluster } from "../../../actors/cluster/mod.ts";
import { until } from "../../helpers/processes.ts";

const BLOCKS = 56, ROWS = 125_000, FEATURES = 10;

/** A block of 10 MB around eight centres, and a word to the worker's log. */
const makeBlock = (seed: number, rows: number, features: number): Float64Array => {
  console.log(`made ${seed} in ${Deno.pid}`);
  const data = new Float64Array(rows * features);
  let state = seed + 1;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    data[i] = (state >>> 8) / 2 ** 24 + 5 * ((Math.floor(i / features) + i % features) % 8);
  }
  return data;
};

interface Beat {
  readonly spilled: number;
}

/** Calls `harm` when `fit`, which is to be verbose, has its first centres: passes over all blocks follow. */
async function whenBegun<T>(fit: () => Promise<T>, harm: () => void): Promise<T> {
  const { log } = console;
  let harmed = false;
  console.log = (line: unknown): void => {
    if (line !== "Initialization complete") return;
    harmed = true;
    harm();
  };
  try {
    const fitted = await fit();
    assert(harmed, "the fit says when it has its first centres");
    return fitted;
  } finally {
    console.log = log;
  }
}

Deno.test("KMeans.fit() finds the same centres when a worker with blocks in memory and on disk is killed in the middle of it", async () => {
  const directory = await Deno.makeTempDir();
  const log: string[] = [];
  /** Which processes made a block, in order. */
  const makers = (block: number): string[] =>
    log.flatMap((line) => line.match(new RegExp(`made ${block} in (\\d+)`))?.[1] ?? []);
  try {
    await using cluster = await startLocalCluster({
      workers: 2,
      threadsPerWorker: 1,
      memoryLimit: "512MiB",
      spillDirectory: directory,
      log: (line) => log.push(line),
    });
    await using client = await Client.connect(cluster.schedulerAddress);
    await client.waitForWorkers(2);
    const make = client.delayed(makeBlock);
    const X = await concatenate(
      Array.from(
        { length: BLOCKS },
        (_, seed) => fromDelayed(make(seed, ROWS, FEATURES), { shape: [ROWS * FEATURES] }).reshape(ROWS, FEATURES),
      ),
    ).persist();
    const model = (): KMeans => new KMeans({ nClusters: 8, initMaxIter: 3, oversamplingFactor: 10, randomState: 5 });
    const undisturbed = await model().fit(X);
    const labels = await (undisturbed.labels_ as unknown as ChunkedArray).compute();
    await until("blocks of both workers are on disk", async () => {
      const workers = await client.ask("workers") as unknown as { beat: Beat | null }[];
      return workers.length === 2 && workers.every(({ beat }) => beat !== null && beat.spilled > 0);
    });
    assert.deepEqual(log.filter((line) => /killed/.test(line)), [], "nothing is killed for want of memory");
    for (let b = 0; b < BLOCKS; b++) assert.equal(makers(b).length, 1, `block ${b} is made once`);

    // The one that has more of the blocks.
    const has = (process: number | undefined): number =>
      Array.from({ length: BLOCKS }, (_, b) => makers(b).at(-1)).filter((maker) => maker === `${process}`).length;
    const processes = cluster.pids().workers;
    const [pid] = [...processes].sort((a, b) => has(b) - has(a));
    const disturbed = await whenBegun(
      () => model().setParams({ verbose: 1 }).fit(X),
      () => Deno.kill(pid!, "SIGKILL"),
    );
    assert.deepEqual(disturbed.clusterCenters_, undisturbed.clusterCenters_);
    assert.equal(disturbed.inertia_, undisturbed.inertia_);
    assert.equal(disturbed.nIter_, undisturbed.nIter_);
    assert.deepEqual(await (disturbed.labels_ as unknown as ChunkedArray).compute(), labels);
    // Whoever wants X gets it again: each block that was lost. What a worker logs is heard a little later. On a busy machine the other one has
    // taken over tasks, and keeps copies of their blocks: those are not lost.
    const survivor = `w-${processes[0] === pid ? 1 : 0}`;
    const keys = Array.from(
      { length: BLOCKS },
      (_, b) => log.join("\n").match(new RegExp(`\\[(\\S+)\\] made ${b} in`))![1],
    );
    await until("what was lost is made again", async () => {
      const holders = await client.whoHas();
      return keys.every((key, b) =>
        makers(b)[0] !== `${pid}` || makers(b).length > 1 || holders[key]?.includes(survivor)
      );
    });
    const alive = cluster.pids().workers.map(String);
    for (let b = 0; b < BLOCKS; b++) {
      for (const maker of makers(b).slice(0, -1)) {
        assert(!alive.includes(maker), `block ${b} is made again, and process ${maker} has it`);
      }
    }
    assert.deepEqual([...Deno.readDirSync(directory)], [], "nothing is left of what was on disk");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
