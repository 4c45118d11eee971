import { match, ok, rejects, strictEqual, throws } from "node:assert/strict";
import { Client } from "../../../actors/client/mod.ts";
import { RunningCommand } from "../../helpers/command_line.ts";

const small = { processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "256MiB" } as const;

class Counter {
  n = 0;
  readonly given: unknown;
  constructor(given?: unknown) {
    this.given = given;
  }
  increment(by: unknown = 1): number {
    return this.n += Number(by);
  }
}

Deno.test("Client refuses futures, references and actors of another cluster, and says where in the arguments they stand", async () => {
  await using client = await Client.local(small);
  await using other = await Client.local(small);
  const future = other.submit((x: number) => x + 1, 1);
  const ref = await other.scatter(new Float64Array([1, 2, 3]));
  const counter = await other.spawn(Counter);
  const take = (x: unknown): unknown => x;
  const refused = (path: string, what: string) => (e: Error) => {
    strictEqual(e.name, "NotSendableError");
    ok(e.message.startsWith(`cannot send ${path}: it is ${what} of another cluster; it is known at `), e.message);
    match(e.stack!, /ownership_test\.ts:\d+:\d+/);
    return true;
  };
  throws(() => client.submit(take, future), refused("args[0]", "a future"));
  throws(() => client.submit(take, { model: [1, ref] }), refused("args[0].model[1]", "a reference"));
  throws(() => client.submit(take, new Map([["c", counter]])), refused('args[0].get("c")', "an actor's handle"));
  throws(() => client.map(take, [1, future]), refused("args[0]", "a future"));
  await rejects(client.scatter({ x: [counter] }), refused("value.x[0]", "an actor's handle"));
  await rejects(client.spawn(Counter, counter), refused("args[0]", "an actor's handle"));
  const own = await client.spawn(Counter);
  await rejects(async () => await own.increment(ref), /it is a reference of another cluster/);

  const mine = client.submit((x: number) => x, 5);
  const stray = (method: string) =>
    new RegExp(`^TypeError: ${method}: \\[1\\] is a (future|reference) of another cluster`);
  throws(() => client.gather([mine, future]), stray("gather"));
  throws(() => client.cancel([mine, future]), stray("cancel"));
  await rejects(client.replicate([mine, ref]), stray("replicate"));
  await rejects(client.whoHas([mine, ref]), stray("whoHas"));
  throws(() => client.stop(counter), /^TypeError: stop: the handle is an actor's handle of another cluster/);

  // Nothing of it did any harm.
  strictEqual(await mine, 5);
  strictEqual(await future, 2);
  strictEqual(await counter.increment(), 1);
});

Deno.test("Client takes futures of another client of its cluster, also where that came by another address", async () => {
  await using scheduler = new RunningCommand("scheduler", "--port", "0");
  const address = await scheduler.address();
  await using worker = new RunningCommand("worker", address, "--threads", "1");
  await worker.address();
  await using first = await Client.connect(address);
  await using second = await Client.connect(address.replace("127.0.0.1", "localhost"));
  const half = first.submit((x: number) => x / 2, 10);
  await half;
  strictEqual(await second.submit((x: number) => x + 1, half), 6);
});
