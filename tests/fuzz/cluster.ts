/**
 * Hostile traffic against a running cluster: a scheduler and a worker in processes of their own, over TCP, with a client that goes on working.
 *
 * @module
 */

import { schedulerNanny, workerNanny } from "../../actors/cluster/mod.ts";
import { Client } from "../../actors/mod.ts";
import { clientHeaders, dataHeaders, workerHeaders } from "./headers.ts";
import { fuzz } from "./engine.ts";

/** How a run went. */
export interface ClusterFuzz {
  /** Messages and pieces of garbage sent. */
  readonly sent: number;
  /** Bytes sent. */
  readonly bytes: number;
  /** Processes that ended meanwhile and were started again: must be 0. */
  readonly deaths: number;
  /** What a task gave that was submitted at the end: must be 42. */
  readonly answer: number;
  /** Tasks of a proper client that were answered meanwhile. */
  readonly answered: number;
  /** Megabytes of the scheduler and the worker, before, at each fifth of the run, and at the end. */
  readonly megabytes: readonly (readonly [scheduler: number, worker: number])[];
}

function resident(pid: number | undefined): number {
  if (pid === undefined) return NaN;
  try {
    return Math.round(
      Number(/VmRSS:\s+(\d+) kB/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1] ?? NaN) / 1024,
    );
  } catch {
    return NaN;
  }
}

/** Milliseconds that a task of the proper client may take before the cluster counts as hung. */
const HUNG_MS = 60_000;

async function within<T>(ms: number, what: string, work: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Sends `count` hostile messages, in turn as a client and as a worker to the scheduler and as a client to the worker.
 *
 * @param count Messages, in all.
 * @param seed All draws come from it.
 * @param progress Told after each fifth.
 * @throws {Error} when a proper task is not answered.
 */
export async function fuzzCluster(
  count: number,
  seed: number,
  progress: (line: string) => void = () => {},
): Promise<ClusterFuzz> {
  const lines: string[] = [];
  // Hostile traffic is logged at length: the last lines are enough.
  const log = (line: string): void => void (lines.push(line) > 50 && lines.shift());
  const scheduler = await schedulerNanny({ name: "scheduler", address: "tcp://127.0.0.1:0", leave: "cut", log });
  await scheduler.start();
  const address = String(scheduler.info?.address);
  const worker = await workerNanny({
    name: "w-0",
    scheduler: address,
    address: "tcp://127.0.0.1:0",
    threads: 1,
    memoryLimit: 2 ** 30,
    leave: "cut",
    log,
  });
  try {
    await worker.start();
    await using client = await Client.connect(address);
    await client.submit((x: number) => x + 1, 1);
    const pids = [scheduler.pid, worker.pid];
    const megabytes: [number, number][] = [[resident(pids[0]), resident(pids[1])]];
    const data = dataHeaders();
    const targets = [
      { address, role: "client", headers: clientHeaders() },
      { address: String(worker.info?.address), role: "client", headers: data },
      { address, role: "worker", headers: workerHeaders() },
    ] as const;
    let sent = 0, bytes = 0, answered = 0;
    const rounds = 5;
    for (let round = 0; round < rounds; round++) {
      for (const [i, target] of targets.entries()) {
        const share = Math.round(count / rounds / targets.length);
        const opening = target.headers === data ? undefined : target.headers[0];
        const done = await fuzz({ ...target, opening, count: share, seed: seed + 1000 * round + i });
        sent += done.sent;
        bytes += done.bytes;
        await within(HUNG_MS, `a task in round ${round}, seed ${seed}`, client.submit((x: number) => x + 1, round));
        answered++;
      }
      megabytes.push([resident(scheduler.pid), resident(worker.pid)]);
      progress(`${sent} sent; scheduler ${megabytes.at(-1)![0]} MB, worker ${megabytes.at(-1)![1]} MB`);
    }
    const answer = await within(HUNG_MS, `the last task, seed ${seed}`, client.submit((x: number) => 6 * x, 7));
    const deaths = Number(scheduler.pid !== pids[0]) + Number(worker.pid !== pids[1]);
    if (deaths > 0) { for (const line of lines) progress(line); }
    return { sent, bytes, deaths, answer, answered, megabytes };
  } catch (error) {
    for (const line of lines) progress(line);
    throw error;
  } finally {
    await Promise.all([worker.stop(), scheduler.stop()]);
  }
}
