import assert from "node:assert/strict";
import { Client } from "../../../actors/client/mod.ts";

Deno.test("A worker counts all that small results take, says when there is no more room, and has it again when they go", async () => {
  const memoryLimit = 1 << 20;
  await using client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit });
  const xs = Array.from({ length: 10_000 }, (_, i) => i);
  const add = (x: number): number => x + 1;
  const futures = client.map(add, xs);
  const values = await client.gather(futures, { errors: "return" });
  const errors = values.filter((v): v is Error => v instanceof Error);
  // A number takes a few bytes, and what is known of it more than a hundred.
  const held = values.length - errors.length;
  assert(held > 3000 && held < 9000, `${held} results in ${memoryLimit} bytes`);
  assert(values.every((v, i) => v instanceof Error || v === i + 1));
  for (const e of errors) assert.equal(e.name, "MemoryError", e.message);
  assert.match(errors[0].message, /the worker has room for 1048576 bytes of values/);
  for (const f of futures) f.release();
  const again = client.map(add, xs.slice(0, 1000));
  assert.deepEqual(await client.gather(again), xs.slice(1, 1001));
  assert.equal(await client.submit((parts: number[]) => parts.reduce((a, b) => a + b), again), 500_500);
});
