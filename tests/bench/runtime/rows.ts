/** The runtime's measures: each takes a client and gives named figures. */

import { Client } from "../../../mod.ts";
import { descendants, shared, usage } from "./processes.ts";

/** Figures by row. */
export type Figures = Record<string, number>;

const jobs = (client: Client) => client.module<typeof import("./jobs.ts")>(import.meta.resolve("./jobs.ts"));

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The middle one. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** The highest but `1 - q` of them. */
export function quantile(values: readonly number[], q: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
}

function check(ok: boolean, what: string): void {
  if (!ok) throw new Error(`wrong result: ${what}`);
}

async function seconds(body: () => unknown): Promise<number> {
  const start = performance.now();
  await body();
  return (performance.now() - start) / 1000;
}

/** Rounds after which V8 has compiled what many tasks go through. */
const WARM_ROUNDS = 4;

/** Tasks a second by map and gather: the first time, and the median of `rounds` warm ones. */
export async function tinyTasks(client: Client, n: number, rounds: number): Promise<Figures> {
  const { inc } = jobs(client);
  const xs = Array.from({ length: n }, (_, i) => i);
  const rates: number[] = [];
  for (let r = 0; r < WARM_ROUNDS + rounds; r++) {
    let sum = 0;
    rates.push(
      n / await seconds(async () => {
        for (const v of await client.gather(client.map(inc, xs))) sum += v;
      }),
    );
    check(sum === n * (n + 1) / 2, "the sum of the tasks' results");
    await sleep(20);
  }
  return { tinyTasksFirst: rates[0], tinyTasks: median(rates.slice(WARM_ROUNDS)) };
}

async function oneAtATime(client: Client, n: number): Promise<number[]> {
  const { inc } = jobs(client);
  const times: number[] = [];
  for (let i = 0; i < n; i++) {
    const start = performance.now();
    check(await inc(i) === i + 1, "inc");
    times.push(performance.now() - start);
  }
  return times;
}

/** Calls after which V8 has compiled what a lone call goes through. */
const WARM = 2_500;

/** Milliseconds from submit to result, one at a time: of the first `n`, and of `n` later. */
export async function submit(client: Client, n: number): Promise<Figures> {
  await oneAtATime(client, 50);
  const first = await oneAtATime(client, n);
  await oneAtATime(client, WARM);
  const times = await oneAtATime(client, n);
  return { submit: median(times), submitP99: quantile(times, 0.99), submitFirst: median(first) };
}

/** The same while all threads have 1 ms tasks to do, and more of them wait. */
export async function submitBusy(client: Client, n: number): Promise<Figures> {
  const { spin } = jobs(client);
  const backlog = client.map(spin, new Array(8_000).fill(1));
  await backlog[100];
  const times = await oneAtATime(client, n);
  check(backlog.at(-1)!.status === "pending", "the backlog outlasts the measurement");
  client.cancel(backlog);
  for (const future of backlog) future.catch(() => {});
  await sleep(100);
  return { submitBusy: median(times), submitBusyP99: quantile(times, 0.99) };
}

/** Seconds to sum 1,024 numbers as a tree, two by two: the first time, and the median of `rounds` warm ones. */
export async function treeSum(client: Client, rounds: number): Promise<Figures> {
  const { inc, add } = jobs(client);
  const times: number[] = [];
  for (let r = 0; r < WARM_ROUNDS + rounds; r++) {
    times.push(
      await seconds(async () => {
        let level = Array.from({ length: 1024 }, (_, i) => inc(i));
        while (level.length > 1) {
          level = Array.from({ length: level.length / 2 }, (_, i) => add(level[2 * i], level[2 * i + 1]));
        }
        check(await level[0] === 1024 * 1025 / 2, "the tree's sum");
      }),
    );
    await sleep(20);
  }
  return { treeSumFirst: times[0], treeSum: median(times.slice(WARM_ROUNDS)) };
}

const MEGABYTES_128 = 16 * 1024 * 1024;

function randomArray(seed: number): Float64Array {
  const x = new Float64Array(MEGABYTES_128);
  for (let i = 0, a = seed; i < x.length; i++) x[i] = (a = (a * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  return x;
}

/** GB/s of a scatter and a gather of 128 MB. */
export async function scatterGather(client: Client, rounds: number): Promise<Figures> {
  const scatters: number[] = [], gathers: number[] = [];
  for (let r = 0; r < rounds; r++) {
    // Another content each time: equal content is not sent twice.
    const x = randomArray(r + 1);
    const ref = await (async () => {
      const start = performance.now();
      const ref = await client.scatter(x);
      scatters.push(x.byteLength / 1e6 / (performance.now() - start));
      return ref;
    })();
    const start = performance.now();
    const back = await ref.result();
    gathers.push(x.byteLength / 1e6 / (performance.now() - start));
    check(back.length === x.length && back.at(-1) === x.at(-1) && back[12345] === x[12345], "what came back");
    ref.release();
    await sleep(100);
  }
  // Memory that the machine has not handed out before is slow at first; the second half is what a program at work sees.
  const warm = (all: number[]): number => median(all.slice(all.length >> 1));
  return {
    scatterFirst: scatters[0],
    scatter: warm(scatters),
    gatherFirst: gathers[0],
    gather: warm(gathers),
  };
}

/** Seconds to scatter 128 MB to all of a cluster's worker processes. */
export async function broadcast(client: Client, rounds: number): Promise<Figures> {
  const times: number[] = [];
  for (let r = 0; r < rounds; r++) {
    const x = randomArray(100 + r);
    const start = performance.now();
    const ref = await client.scatter(x, { broadcast: true });
    times.push((performance.now() - start) / 1000);
    const holders = (await client.whoHas([ref]))[ref.key];
    check(holders.length === client.workers().length, "everybody has it");
    ref.release();
    await sleep(100);
  }
  return { broadcast: median(times) };
}

/** Milliseconds of a call to an actor, and calls a second when they are not awaited one by one. */
export async function actors(client: Client, n: number): Promise<Figures> {
  const counter = await client.spawn(jobs(client).Counter, 0);
  const oneAtATime = async (calls: number): Promise<number[]> => {
    const times: number[] = [];
    for (let i = 0; i < calls; i++) {
      const start = performance.now();
      await counter.increment();
      times.push(performance.now() - start);
    }
    return times;
  };
  await oneAtATime(50);
  const first = await oneAtATime(n);
  await oneAtATime(WARM);
  const times = await oneAtATime(n);
  const rates: number[] = [];
  for (let r = 0; r < 5; r++) {
    const many = 20_000;
    rates.push(
      many / await seconds(async () => {
        const last = await Promise.all(Array.from({ length: many }, () => counter.increment()));
        check(last.at(-1) === 50 + WARM + 2 * n + (r + 1) * many, "the counter");
      }),
    );
  }
  return {
    actorCall: median(times),
    actorCallP99: quantile(times, 0.99),
    actorCallFirst: median(first),
    actorPipelined: median(rates),
  };
}

/** CPU (share of one core) and MB of all the cluster's processes, at rest. */
export async function idle(): Promise<Figures> {
  const pids = descendants(Deno.pid);
  await sleep(1_000);
  const before = usage(pids);
  await sleep(3_000);
  const after = usage(pids);
  return { idleCpu: (after.cpu - before.cpu) / 3, idleMemory: after.rss / 1e6, idleShared: shared(pids) / 1e6 };
}

/** MB that the processes have grown by over a million tasks, after as many as it takes to be warm. */
export async function released(client: Client, n: number): Promise<Figures> {
  const { inc } = jobs(client);
  const xs = Array.from({ length: 10_000 }, (_, i) => i);
  const pids = descendants(Deno.pid);
  const some = async (tasks: number) => {
    for (let done = 0; done < tasks; done += xs.length) await client.gather(client.map(inc, xs));
    await sleep(500);
    return usage(pids).rss / 1e6;
  };
  const own = () => Deno.memoryUsage().rss / 1e6;
  const before = await some(n / 4);
  const clientBefore = own();
  const after = await some(n);
  return { releasedGrowth: after - before, releasedClientGrowth: own() - clientBefore, releasedMemory: after };
}

/** Seconds from nothing to a first result. */
export async function start(
  options: Parameters<typeof Client.local>[0] = {},
): Promise<{ client: Client; figures: Figures }> {
  const began = performance.now();
  const client = await Client.local(options);
  check(await client.submit((x: number) => x + 1, 1) === 2, "the first result");
  return { client, figures: { start: (performance.now() - began) / 1000 } };
}
