import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import {
  asCompleted,
  CancelledError,
  Client,
  ClientClosedError,
  ClosureError,
  ConnectionError,
  type Future,
  getClient,
  NotSendableError,
  wait,
} from "../../../mod.ts";
import { coreOf } from "../../../actors/client/client.ts";
import { taskOfFuture } from "../../../actors/client/future.ts";
import * as here from "./modules/jobs.ts";

const url = import.meta.resolve("./modules/jobs.ts");

/** Runs a test with a cluster of threads in this process: the real scheduler, workers and threads. */
function onCluster(name: string, run: (client: Client) => Promise<void>, threads = 2): void {
  Deno.test(name, async () => {
    await using client = await Client.local({
      processes: false,
      workers: 2,
      threadsPerWorker: threads,
      memoryLimit: "256MiB",
    });
    await client.waitForWorkers(2, { timeout: 30_000 });
    await run(client);
  });
}

onCluster("Client.submit() runs functions of every kind, with futures anywhere in their arguments", async (client) => {
  const jobs = client.module<typeof here>(url);
  strictEqual(await client.submit((x: number) => x ** 2, 7), 49);
  strictEqual(await client.submit(Math.max, 1, client.submit(Math.sqrt, 16)), 4);
  strictEqual(await jobs.add(jobs.inc(1), jobs.inc(2)), 5);
  strictEqual(await client.submit(jobs.add, 1, 2), 3);
  const one = jobs.inc(0);
  const deep = client.submit((o: { list: number[]; m: Map<string, number> }) => o.list[1] + o.m.get("a")!, {
    list: [5, one],
    m: new Map([["a", 10]]),
  });
  strictEqual(await deep, 11);
  strictEqual(one.status, "done");
  ok(/^inc-/.test(one.key));
  strictEqual(await client.submit(async (x: number) => await Promise.resolve(x), 3), 3);
  strictEqual(await client.submit(() => undefined), undefined);
});

onCluster("Client.map() sends the first of many tasks while it makes the others", async (client) => {
  const core = coreOf(client);
  const { endpoint } = core;
  const before = endpoint.stats.messagesSent;
  const futures = client.map((x: number) => x + 1, Array.from({ length: 5000 }, (_, i) => i));
  strictEqual(endpoint.stats.messagesSent - before, 2);
  await Promise.resolve();
  strictEqual(endpoint.stats.messagesSent - before, 3);
  deepStrictEqual(await client.gather(futures), Array.from({ length: 5000 }, (_, i) => i + 1));
});

onCluster("Client gives classes of modules back as the program's own", async (client) => {
  const jobs = client.module<typeof here>(url);
  const t = await jobs.tally(["a", "b", "a"]);
  ok(t instanceof here.Tally);
  strictEqual(t.total, 3);
  strictEqual(await jobs.total([t, new here.Tally(new Map([["c", 4]])), jobs.tally(["d"])]), 8);
});

onCluster("Client rejects with the remote error and its stack on the user's own line", async (client) => {
  const jobs = client.module<typeof here>(url);
  const failed = jobs.fail("for a reason");
  const after = jobs.add(failed as unknown as Future<number>, 1);
  await rejects(failed, (e: unknown) => {
    ok(e instanceof RangeError);
    strictEqual(e.message, "for a reason");
    ok(e.stack!.includes(`${url}:30:`), e.stack);
    // The user's function, and then which task it was; nothing of the runtime's own.
    strictEqual(e.stack!.split("\n").length, 3, e.stack);
    ok(e.stack!.endsWith(`in task ${failed.key}`), e.stack);
    return true;
  });
  // The first error, not a cascade.
  await rejects(after, /for a reason/);
  strictEqual(after.status, "failed");
  await rejects(
    client.submit((): number => {
      throw new URIError("inline");
    }),
    (e: unknown) => {
      ok(e instanceof URIError);
      ok(e.stack!.includes("client_test.ts"), e.stack);
      return true;
    },
  );
  await rejects(
    client.submit((): never => {
      throw { code: 7 };
    }),
    (e: unknown) => {
      deepStrictEqual((e as Error).cause, { code: 7 });
      return true;
    },
  );
});

onCluster("Client refuses what cannot be sent, at submit, by name and path", (client) => {
  const n = 1;
  throws(
    () => client.submit((x: number) => x + n, 1),
    (e: unknown) => e instanceof ClosureError && e.variables[0] === "n",
  );
  throws(() => client.submit((x: unknown) => x, [{ a: new WeakMap() }]), (e: unknown) => {
    return e instanceof NotSendableError && e.path === "args[0][0].a";
  });
  throws(() => client.submit(null as unknown as () => void), /expected a function/);
  throws(() => client.with({ prio: 1 } as never), /unknown option "prio"/);
  throws(() => client.with({ retries: -1 }), /retries/);
  throws(() => client.map(Math.max, [1, 2], [1]), /list 1 has 1 elements/);
  throws(() => client.module(import.meta.resolve("./modules/nothing.ts")), /cannot bundle/);
  return Promise.resolve();
});

onCluster("Client.map() and gather() keep the order, and large results come from the workers", async (client) => {
  const numbers = Array.from({ length: 1000 }, (_, i) => i);
  const futures = client.map((x: number, y: number) => x * y, numbers, numbers.map(() => 2));
  deepStrictEqual(await client.gather(futures), numbers.map((x) => 2 * x));
  const arrays = client.map((i: number) => new Float64Array(50_000).fill(i), [1, 2, 3, 4]);
  const values = await client.gather(arrays);
  deepStrictEqual(values.map((a) => [a.length, a[0], a[49_999]]), [1, 2, 3, 4].map((i) => [50_000, i, i]));
  const bad = client.map((i: number) => {
    if (i === 1) throw new Error("one");
    return i;
  }, [0, 1, 2]);
  await rejects(client.gather(bad), /one/);
  const [a, b, c] = await client.gather(bad, { errors: "return" });
  ok(a === 0 && b instanceof Error && c === 2);
});

onCluster("Client.scatter() puts values on workers, whose references stand for them", async (client) => {
  const x = Float64Array.from({ length: 100_000 }, (_, i) => i);
  using ref = await client.scatter(x);
  strictEqual((await client.whoHas([ref]))[ref.key].length, 1);
  strictEqual(await client.submit((a: Float64Array) => a.length + a[10], ref), 100_010);
  await client.replicate(ref);
  deepStrictEqual((await client.whoHas([ref]))[ref.key].sort(), ["w-0", "w-1"]);
  deepStrictEqual(await ref.result(), x);
  using all = await client.scatter({ x, name: "x" }, { broadcast: true });
  strictEqual((await client.whoHas([all]))[all.key].length, 2);
  strictEqual(all.nbytes > 800_000, true);
  // Equal content is not sent twice, and is a value of its own all the same.
  const again = await client.scatter(x.slice());
  deepStrictEqual(await again.result(), x);
  again.release();
  strictEqual(again.status, "released");
  throws(() => client.submit((a: Float64Array) => a.length, again), /was released/);
});

onCluster("Client.submit() scatters large arguments of itself, once for the same content", async (client) => {
  const x = new Float64Array(20_000).fill(1);
  const sum = (a: Float64Array, b: number) => a.reduce((p, q) => p + q, 0) + b;
  const first = client.submit(sum, x, 1), second = client.submit(sum, x, 2);
  deepStrictEqual(await client.gather([first, second]), [20_001, 20_002]);
  const data = [...coreOf(client).machine.tasks.values()].filter((t) => t.kind === "data");
  strictEqual(data.length, 1);
  strictEqual(taskOfFuture(first).deps[0], data[0].key);
  x[0] = 11;
  strictEqual(await client.submit(sum, x, 0), 20_010);
  first.release();
  second.release();
  await coreOf(client).clock.soon(() => {});
  coreOf(client).flush();
  strictEqual(data[0].state, "released");
});

onCluster("Client.spawn() makes actors that do one call at a time, in order", async (client) => {
  const jobs = client.module<typeof here>(url);
  const counter = await client.spawn(jobs.Counter, 10);
  strictEqual(await counter.increment(), 11);
  const all = await Promise.all(Array.from({ length: 100 }, () => counter.increment()));
  deepStrictEqual(all, Array.from({ length: 100 }, (_, i) => 12 + i));
  deepStrictEqual(await Promise.all([counter.slowly(1), counter.slowly(1), counter.increment(1)]), [112, 113, 114]);
  strictEqual(await counter.increment(client.submit(Math.sqrt, 16)), 118);
  strictEqual(await counter.apply((n) => 2 * n), 236);
  await rejects(counter.break(), /broken/);
  // Handles travel; a task calls straight.
  strictEqual(await jobs.incrementFrom(counter, 3), 239);
  const same = client.actor<here.Counter>(client.keyOf(counter));
  strictEqual(await same.increment(), 240);
  await rejects(client.spawn(jobs.Counter, 0.5), /expected an integer/);
  await rejects((counter as unknown as { none(): Promise<void> }).none(), /none/);
  client.stop(counter);
  await rejects(counter.increment(), { name: "ActorGoneError" });
});

onCluster("getClient() inside of tasks submits and awaits without deadlock on one thread", async (client) => {
  const jobs = client.module<typeof here>(url);
  strictEqual(await client.with({ workers: "w-0" }).submit(jobs.nested, 4), 16);
  strictEqual(
    await client.submit(async (n: number) => {
      const inner = getClient();
      const parts = await inner.gather(inner.map((x: number) => x * x, Array.from({ length: n }, (_, i) => i)));
      return parts.reduce((a: number, b: number) => a + b, 0);
    }, 4),
    14,
  );
}, 1);

onCluster("Future.cancel() gives a task up for all who await it", async (client) => {
  const never = client.submit(() => new Promise<void>(() => {}));
  const then = client.submit((x: unknown) => x, never);
  const both = Promise.allSettled([never, then]);
  never.cancel();
  const [a, b] = await both;
  ok(a.status === "rejected" && a.reason instanceof CancelledError, String(a));
  ok(b.status === "rejected");
  strictEqual(never.status, "cancelled");
});

onCluster("wait() and asCompleted() tell futures as they are settled", async (client) => {
  const slow = client.submit(() => new Promise<number>((resolve) => setTimeout(() => resolve(0), 500)));
  const fast = client.submit(() => 1);
  const { done, pending } = await wait([slow, fast], { until: "first" });
  ok(done.includes(fast) && pending.includes(slow));
  await rejects(wait([client.submit(() => new Promise(() => {}))], { timeout: 20 }), /1 of 1 futures/);
  const order: number[] = [];
  for await (const [future, index] of asCompleted([slow, fast])) order.push(index, await future);
  deepStrictEqual(order, [1, 1, 0, 0]);
});

onCluster("Client.with() takes priority, retries, keys and pure functions into account", async (client) => {
  const flaky = client.with({ retries: 3 }).submit(() => {
    const g = globalThis as { tries?: number };
    g.tries = (g.tries ?? 0) + 1;
    if (g.tries < 2) throw new Error("not yet");
    return g.tries;
  });
  ok(await flaky >= 2);
  const named = client.with({ key: "mine" });
  const a = named.submit(() => Math.random()), b = named.submit(() => Math.random());
  strictEqual(await a, await b);
  strictEqual(a.key, "mine");
  const pure = client.with({ pure: true });
  const [p, q, r] = [1, 1, 2].map((x) => pure.submit((x: number) => x + Math.random(), x));
  strictEqual(p.key, q.key);
  ok(p.key !== r.key);
  strictEqual(await p, await q);
  await rejects(client.with({ timeout: 30 }).submit(() => new Promise(() => {})), { name: "TaskTimeoutError" });
});

onCluster("Client.run() performs a call on every worker", async (client) => {
  deepStrictEqual(await client.run((a: number, b: number) => a + b, 1, 2), { "w-0": 3, "w-1": 3 });
  await rejects(
    client.run(() => {
      throw new RangeError("here too");
    }),
    RangeError,
  );
});

onCluster("Client tells of workers, events and tasks", async (client) => {
  const f = client.submit(Math.sqrt, 4);
  await f;
  deepStrictEqual(client.workers().map((w) => w.name).sort(), ["w-0", "w-1"]);
  const events = await client.events({ what: f.key });
  ok(events.length > 0 && events.every((e) => e.what === f.key));
  const info = await client.ask("info") as Record<string, unknown>;
  strictEqual(info.workers, 2);
  await rejects(client.ask("nonsense"), /unknown question/);
});

onCluster("Future.release() drops the value on the cluster", async (client) => {
  const f = client.submit((n: number) => new Float64Array(n), 10_000);
  await wait([f]);
  deepStrictEqual((await client.whoHas([f]))[f.key].length, 1);
  const { key } = f;
  f.release();
  strictEqual(f.status, "released");
  deepStrictEqual((await client.ask("whoHas", { keys: [key] }) as Record<string, unknown>)[key], []);
  strictEqual(coreOf(client).machine.tasks.has(key), false);
});

Deno.test("Client.close() fails what is awaited, clearly, and what comes later", async () => {
  const client = await Client.local({ processes: false, workers: 1, threadsPerWorker: 1, memoryLimit: "64MiB" });
  strictEqual(getClient(), client);
  const never = client.submit(() => new Promise(() => {}));
  const rejected = rejects(never, (e: unknown) => e instanceof ClientClosedError && /was closed/.test(e.message));
  await client.close();
  await rejected;
  throws(() => client.submit(Math.sqrt, 1), ClientClosedError);
  await client.close();
  throws(() => getClient(), /there is no client/);
});

Deno.test("Client.connect() says what is wrong with an address", async () => {
  await rejects(Client.connect("nonsense"), { name: "AddressError" });
  await rejects(Client.connect("tcp://127.0.0.1:1", { timeout: 50 }), (e: unknown) => {
    ok(e instanceof ConnectionError);
    ok(/tcp:\/\/127\.0\.0\.1:1.*is a scheduler running there/.test(e.message), e.message);
    return true;
  });
});
