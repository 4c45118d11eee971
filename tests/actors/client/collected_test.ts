import { strictEqual } from "node:assert/strict";
import v8 from "node:v8";
import vm from "node:vm";
import { coreOf } from "../../../actors/client/client.ts";
import { Client, type Future } from "../../../actors/client/mod.ts";
import { until } from "../../helpers/processes.ts";

v8.setFlagsFromString("--expose-gc");
const gc = vm.runInNewContext("gc") as () => void;

/** Collects garbage until the client remembers so many tasks. */
function remembers(client: Client, count: number): Promise<void> {
  const { tasks } = coreOf(client).machine;
  return until(`${count} remembered tasks, not ${tasks.size}`, () => {
    gc();
    return tasks.size === count;
  });
}

/** Submits `n` tasks, and gives the futures of `kept` when all are done; releases those of `released`. */
async function some(client: Client, n: number, kept: number[], released: number[]): Promise<Future<number>[]> {
  const futures = client.map((x: number) => x + 1, Array.from({ length: n }, (_, i) => i));
  await client.gather(futures);
  for (const i of released) futures[i].release();
  return kept.map((i) => futures[i]);
}

class Waiter {
  async wait(ms: number): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return "waited";
  }
}

Deno.test("Client.spawn()'s actor lives while a call of it is awaited, and no longer than its last handle", async () => {
  await using client = await Client.local({ workers: 1, threadsPerWorker: 1, processes: false });
  const ticker = setInterval(gc, 5);
  try {
    const calls = await Promise.all([1, 2].map(async () => {
      const handle = await client.spawn(Waiter);
      return [handle.wait(100)];
    }));
    for (const [call] of calls) strictEqual(await call, "waited");
  } finally {
    clearInterval(ticker);
  }
  await remembers(client, 0);
});

Deno.test("Client.map() lets futures go that were collected: of a short list each, of a long one in groups", async () => {
  await using client = await Client.local({ workers: 1, threadsPerWorker: 1, processes: false });
  const few = await some(client, 100, [3, 7], [4]);
  await remembers(client, 2);
  // Of the group of the one that is kept, one was released by hand: once, whatever is collected later.
  const many = await some(client, 1000, [33], [0, 40]);
  await remembers(client, 2 + 31);
  strictEqual(await many[0], 34);
  strictEqual(await few[1], 8);
  few.length = many.length = 0;
  await remembers(client, 0);
});
