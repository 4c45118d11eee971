/**
 * Graphs of 100,000 calls: building, optimising and submitting them, and what goes over the wire for it.
 *
 *     deno task bench graph [--rounds 3] [--leaves 50000]
 */

import process from "node:process";
import { commandLine } from "../../actors/cli/mod.ts";
import { chunked, Client, type Delayed } from "../../mod.ts";

const options = commandLine({
  name: "graph",
  start: "deno task bench graph",
  about: "Graphs of calls: building, optimising and submitting them, and what goes over the wire for it.",
  positionals: [],
  options: {
    rounds: { value: "N", integer: [1, 1000], help: "Rounds. Default: 3." },
    leaves: { value: "N", integer: [2, 1e8], help: "Calls at the lowest level. Default: 50000." },
  },
});
const LEAVES = options.number("leaves") ?? 50_000;

await using client = await Client.local({ workers: 1, threadsPerWorker: 2 });
const inc = client.delayed((x: number) => x + 1);
const add = client.delayed((a: number, b: number) => a + b);
const sum = client.delayed((parts: number[]) => parts.reduce((a, b) => a + b));

/** Two by two, to one: as many calls as leaves, and one less. */
function tree(salt: number): { calls: number; last: Delayed<number>; expected: number } {
  let layer: Delayed<number>[] = Array.from({ length: LEAVES }, (_, i) => inc(i + salt));
  let calls = LEAVES;
  while (layer.length > 1) {
    const pairs = Array.from({ length: layer.length >> 1 }, (_, i) => add(layer[2 * i], layer[2 * i + 1]));
    calls += pairs.length;
    layer = layer.length % 2 === 0 ? pairs : [...pairs, layer[layer.length - 1]];
  }
  return { calls, last: layer[0], expected: LEAVES * (LEAVES - 1) / 2 + LEAVES * (salt + 1) };
}

/** Chains of four, and sums of a hundred of them. */
function chains(salt: number): { calls: number; last: Delayed<number>; expected: number } {
  const n = Math.round(LEAVES / 2);
  const ends = Array.from({ length: n }, (_, i) => inc(inc(inc(inc(i + salt)))));
  const sums = Array.from({ length: Math.ceil(n / 100) }, (_, g) => sum(ends.slice(100 * g, 100 * g + 100)));
  return { calls: 4 * n + sums.length + 1, last: sum(sums), expected: n * (n - 1) / 2 + n * (salt + 4) };
}

/** A chunked array's: a table of single numbers, scaled and summed. */
function blocks(salt: number): { calls: number; last: Delayed<number>; expected: number } {
  const n = Math.round(LEAVES / 2);
  const x = chunked.arange(n, undefined, 1, { chunks: 1, client }).add(salt).sum();
  const [last] = x.delayed() as unknown as Delayed<{ data: Float64Array }>[];
  const value = client.delayed((block: { data: Float64Array }) => block.data[0])(last);
  return { calls: 2 * n + Math.ceil(n / 7), last: value, expected: n * (n - 1) / 2 + n * salt };
}

const cpu = (): number => (process.cpuUsage().user + process.cpuUsage().system) / 1e6;

for (const [name, make] of Object.entries({ tree, chains, blocks })) {
  for (let round = 0; round < (options.number("rounds") ?? 3); round++) {
    const before = { ...client.transportStats };
    const times = [performance.now()], used = [cpu()];
    const lap = (): void => {
      times.push(performance.now());
      used.push(cpu());
    };
    const { calls, last, expected } = make(1_000_000 * round);
    lap();
    const future = last.persist();
    lap();
    // Answered once the scheduler has taken in what came before.
    await client.ask("workers");
    lap();
    const sent = { ...client.transportStats };
    const value = await future;
    lap();
    const after = { ...client.transportStats };
    if (value !== expected) throw new Error(`${name}: ${value}, not ${expected}`);
    const part = (list: readonly number[], i: number, digits = 2): string => (list[i + 1] - list[i]).toFixed(digits);
    const ms = times.map((t) => t / 1000);
    console.log(
      `${name}, ${calls} calls: built ${part(ms, 0)} s, submitted ${part(ms, 1)} s, with the scheduler ${
        part(ms, 2)
      } s, result ${part(ms, 3)} s; CPU here until it was with the scheduler ${(used[3] - used[0]).toFixed(2)} s; ${
        ((sent.bytesSent - before.bytesSent) / calls).toFixed(1)
      } bytes a call sent, ${after.bytesReceived - sent.bytesReceived} bytes received afterwards`,
    );
    last.release();
  }
}
