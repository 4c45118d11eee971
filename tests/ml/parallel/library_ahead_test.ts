import assert from "node:assert/strict";
import { Client, parallelBackend } from "../../../mod.ts";

/** Whether this thread has the library; busy for a while, so that the other thread takes the next call. */
function hasLibrary(): boolean {
  const until = performance.now() + 20;
  while (performance.now() < until);
  // The symbol's whole name in a function's source has the library loaded for it.
  return Symbol.for(["troupe", "library"].join(".")) in globalThis;
}

/** What two threads say at a time. */
function both(client: Client): Promise<boolean[]> {
  return client.gather([client.submit(hasLibrary), client.submit(hasLibrary)]);
}

Deno.test("parallelBackend() has all threads load the library before any call needs it, once for each client", async () => {
  await using client = await Client.local({ workers: 1, threadsPerWorker: 2 });
  assert.deepEqual(await both(client), [false, false]);
  let runs = 0;
  const run = client.run.bind(client);
  client.run = (fn, ...args) => {
    runs++;
    return run(fn, ...args);
  };
  await parallelBackend("cluster", { client }, () => undefined);
  // Nobody waits for it, so it may take as long as it likes.
  while ((await both(client)).includes(false));
  await parallelBackend("cluster", { client }, () => undefined);
  assert.equal(runs, 1);
});

Deno.test("parallelBackend() begins also where a client has no workers", async () => {
  await using client = await Client.local({ processes: false, threadsPerWorker: 1 });
  await client.close();
  assert.equal(await parallelBackend("cluster", { client }, () => 5), 5);
});
