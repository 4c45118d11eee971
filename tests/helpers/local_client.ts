/** A user's program, for tests: starts a local cluster, computes, and ends in the way its argument says. */

import { Client } from "../../actors/client/mod.ts";

const [way, ...rest] = Deno.args;
const options = JSON.parse(rest[0] ?? "{}");

const client = await Client.local(options);
const value = await client.submit((x: number) => x ** 2, 7);
console.log(JSON.stringify({ value }));
switch (way) {
  case "close":
    await client.close();
    break;
  case "using": {
    await using _ = client;
    break;
  }
  case "throw":
    throw new Error("a mistake in the user's program");
  case "exit":
    Deno.exit(7);
    break;
  case "forget":
    break;
  case "stay":
    // Busy for ever: somebody will kill this program.
    for (;;) await client.submit((x: number) => x + 1, 1);
}
