/** Another client's program, for tests: submits long work under keys that begin with its name, says so, and waits for it. */

import { Client } from "../../actors/client/mod.ts";

const client = await Client.connect(Deno.args[0], { name: "other" });
const busy = (ms: number): number => {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
};
const futures = client.map(busy, new Array(100_000).fill(20));
await futures[0];
console.log("working");
await client.gather(futures);
