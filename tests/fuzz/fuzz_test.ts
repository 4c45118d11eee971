import assert from "node:assert/strict";
import { fuzzCluster } from "./cluster.ts";

Deno.test("a scheduler and a worker survive hostile traffic, and work on", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const lines: string[] = [];
  try {
    const result = await fuzzCluster(12_000, seed, (line) => lines.push(line));
    assert.deepEqual([result.deaths, result.answer, result.answered], [0, 42, 15], `seed ${seed}`);
  } catch (error) {
    throw new Error(`seed ${seed}\n${lines.join("\n")}`, { cause: error });
  }
});
