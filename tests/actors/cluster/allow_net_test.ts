import assert from "node:assert/strict";
import { Client } from "../../../actors/client/mod.ts";

Deno.test("startLocalCluster() lets tasks reach the hosts of allowNet, and no other", async () => {
  const serve = (text: string) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response(text));
  await using one = serve("one");
  await using other = serve("other");
  const host = (server: Deno.HttpServer<Deno.NetAddr>): string => `127.0.0.1:${server.addr.port}`;
  const read = async (url: string): Promise<string> => await (await fetch(url)).text();
  {
    await using client = await Client.local({ workers: 1, threadsPerWorker: 1, allowNet: [host(one)] });
    assert.equal(await client.submit(read, `http://${host(one)}/`), "one");
    await assert.rejects(client.submit(read, `http://${host(other)}/`), /net access/);
  }
  await using client = await Client.local({ workers: 1, threadsPerWorker: 1 });
  await assert.rejects(client.submit(read, `http://${host(one)}/`), /net access/);
});
