import assert from "node:assert/strict";
import { Client } from "../../../actors/client/mod.ts";
import { type LocalCluster, startLocalCluster } from "../../../actors/cluster/mod.ts";
import { RunningCommand } from "../../helpers/command_line.ts";
import { lives, until } from "../../helpers/processes.ts";

/** Some work with a result that says whether it was this work. */
const square = (x: number, ms: number): number => {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return x * x;
};
const add = (a: number, b: number): number => a + b;
const total = (values: Float64Array, factor: number): number => {
  const end = performance.now() + 15;
  while (performance.now() < end);
  let sum = 0;
  for (const v of values) sum += v;
  return sum * factor;
};

/** Starts 120 tasks of 15 ms, does `harm` when the first are done, and checks all results, and a sum over them all. */
async function workThrough(client: Client, harm: () => void | Promise<void>): Promise<void> {
  const xs = Array.from({ length: 120 }, (_, i) => i);
  const squares = client.map(square, xs, xs.map(() => 15));
  let level = squares;
  while (level.length > 1) {
    level = Array.from(
      { length: Math.ceil(level.length / 2) },
      (_, i) => 2 * i + 1 < level.length ? client.submit(add, level[2 * i], level[2 * i + 1]) : level[2 * i],
    );
  }
  await squares[3];
  await harm();
  assert.deepEqual(await client.gather(squares), xs.map((x) => x * x));
  assert.equal(await level[0], xs.reduce((s, x) => s + x * x, 0));
}

async function local(
  options: Parameters<typeof startLocalCluster>[0],
  run: (c: Client, l: LocalCluster) => Promise<void>,
) {
  const log: string[] = [];
  await using cluster = await startLocalCluster({ ...options, log: (line) => log.push(line) });
  const seen = new Set<number>();
  const watch = setInterval(() => {
    const { scheduler, workers } = cluster.pids();
    for (const pid of [scheduler, ...workers]) if (pid !== undefined) seen.add(pid);
  }, 5);
  try {
    await using client = await Client.connect(cluster.schedulerAddress);
    await client.waitForWorkers(cluster.workers.length);
    await run(client, cluster);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nlog:\n${log.join("\n")}`, { cause: error });
  } finally {
    clearInterval(watch);
    await cluster.close();
    for (const pid of seen) assert.equal(await lives(pid), false, `process ${pid} is left`);
  }
}

Deno.test("kill -9 of one of two worker processes in the middle of work leaves the results right", async () => {
  await local({ workers: 2, threadsPerWorker: 1 }, async (client, cluster) => {
    await workThrough(client, () => Deno.kill(cluster.pids().workers[0]!, "SIGKILL"));
    await client.waitForWorkers(2);
  });
});

Deno.test("kill -9 of the only worker process in the middle of work leaves the results right", async () => {
  await local({ workers: 1, threadsPerWorker: 2 }, async (client, cluster) => {
    await workThrough(client, () => Deno.kill(cluster.pids().workers[0]!, "SIGKILL"));
  });
});

Deno.test("kill -9 of the scheduler in the middle of work leaves the results right", async () => {
  await local({ workers: 2, threadsPerWorker: 1 }, async (client, cluster) => {
    const before = cluster.pids().scheduler!;
    await workThrough(client, () => Deno.kill(before, "SIGKILL"));
    assert.notEqual(cluster.pids().scheduler, before);
    assert.equal(await client.submit(add, 1, 2), 3);
  });
});

Deno.test("kill -9 of the scheduler and a worker at once leaves the results right", async () => {
  await local({ workers: 2, threadsPerWorker: 1 }, async (client, cluster) => {
    await workThrough(client, () => {
      const { scheduler, workers } = cluster.pids();
      Deno.kill(scheduler!, "SIGKILL");
      Deno.kill(workers[1]!, "SIGKILL");
    });
  });
});

Deno.test("kill -9 of the worker, and then of the scheduler, where tasks are awaited one by one leaves the results right", async () => {
  await local({ workers: 1, threadsPerWorker: 2 }, async (client, cluster) => {
    const one = async (i: number): Promise<void> => {
      assert.equal(await client.submit(square, i, 3), i * i);
    };
    for (let i = 0; i < 40; i++) await one(i);
    const begun = (await client.events({ limit: 2000 })).filter((e) => e.why === "its client has had it begun");
    assert(begun.length > 0, "the client has begun some itself");
    for (const [kill, from] of [["worker", 40], ["scheduler", 80]] as const) {
      const last = one(from);
      await new Promise((resolve) => setTimeout(resolve, 1));
      const { scheduler, workers } = cluster.pids();
      Deno.kill(kill === "worker" ? workers[0]! : scheduler!, "SIGKILL");
      await last;
      for (let i = from + 1; i < from + 40; i++) await one(i);
    }
    await assert.rejects(
      client.submit((x: number) => {
        throw new RangeError(`no ${x}`);
      }, 7).result(),
      /no 7/,
    );
  });
});

Deno.test("kill -9 of the worker that holds scattered data: the client that scattered it supplies it again", async () => {
  await local({ workers: 1, threadsPerWorker: 2 }, async (client, cluster) => {
    const values = Float64Array.from({ length: 100_000 }, (_, i) => i);
    const ref = await client.scatter(values, { keep: true });
    const futures = client.map(total, new Array(60).fill(ref), Array.from({ length: 60 }, (_, i) => i));
    await futures[2];
    Deno.kill(cluster.pids().workers[0]!, "SIGKILL");
    const sum = 100_000 * 99_999 / 2;
    assert.deepEqual(await client.gather(futures), Array.from({ length: 60 }, (_, i) => i * sum));
  });
});

Deno.test("a task that takes more memory than its worker may fails in the end, and the others are done", async () => {
  await local({ workers: 1, threadsPerWorker: 1, memoryLimit: "500MiB" }, async (client) => {
    const hoard = client.submit(() => {
      const all: Uint8Array[] = [];
      for (;;) all.push(new Uint8Array(2 ** 24).fill(1));
    });
    const before = client.submit(add, 1, 2);
    await assert.rejects(
      Promise.resolve(hoard),
      (e: Error) =>
        e.name === "KilledWorkerError" &&
        /on 3 workers .*; the last one: it takes \d.* of memory, and its limit is \d/.test(e.message),
    );
    assert.equal(await before, 3);
    assert.equal(await client.submit(add, 3, 4), 7);
  });
});

Deno.test("kill -9 of the scheduler leaves references and actors valid", async () => {
  await local({ workers: 2, threadsPerWorker: 1 }, async (client, cluster) => {
    const jobs = client.module<typeof import("../../helpers/jobs.ts")>(import.meta.resolve("../../helpers/jobs.ts"));
    const ref = await client.scatter(Float64Array.of(1, 2, 3));
    const counter = await client.spawn(jobs.Counter, 10);
    assert.equal(await counter.increment(), 11);
    const before = cluster.pids().scheduler!;
    Deno.kill(before, "SIGKILL");
    await until("another scheduler", () => ![before, undefined].includes(cluster.pids().scheduler));
    assert.equal(await counter.increment(), 12);
    assert.equal(await client.submit(total, ref, 2), 12);
  });
});

Deno.test("kill -9 of a worker's nanny takes its worker along, and the others do the work", async () => {
  await using scheduler = new RunningCommand("scheduler", "--port", "0");
  const address = await scheduler.address();
  await using first = new RunningCommand("worker", address, "--threads", "1", "--name", "first");
  await using second = new RunningCommand("worker", address, "--threads", "1", "--name", "second");
  await Promise.all([first.address(), second.address()]);
  await using client = await Client.connect(address);
  await client.waitForWorkers(2);
  const children = await first.children();
  assert.equal(children.length, 1);
  await workThrough(client, () => first.signal("SIGKILL"));
  await until("the worker of the killed nanny to end", async () => !await lives(children[0]));
  assert.deepEqual(client.workers().map((w) => w.name), ["second"]);
});

Deno.test("kill -9 of `deno task worker` and `deno task scheduler` takes all their processes along", async () => {
  await using scheduler = new RunningCommand("task", "scheduler", "--port", "0");
  const address = await scheduler.address();
  await using worker = new RunningCommand("task", "worker", address, "--threads", "1");
  await worker.address();
  const all = [...await worker.children(), ...await scheduler.children()];
  assert.equal(all.length, 4, "a nanny and its child for each");
  for (const command of [worker, scheduler]) command.signal("SIGKILL");
  for (const pid of all) await until(`process ${pid} to end`, async () => !await lives(pid));
});

Deno.test("kill -9 of another client takes the work that only it wanted along, and leaves ours right", async () => {
  await using scheduler = new RunningCommand("scheduler", "--port", "0");
  const address = await scheduler.address();
  await using worker = new RunningCommand("worker", address, "--threads", "2");
  await worker.address();
  await using client = await Client.connect(address);
  await client.waitForWorkers(1);
  const other = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", import.meta.resolve("../../helpers/other_client.ts"), address],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  try {
    const reader = other.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assert.match((await reader.read()).value!, /working/);
    await workThrough(client, () => other.kill("SIGKILL"));
    await reader.cancel();
    const tasks = async (): Promise<number> => Object.keys((await client.ask("tasks")) as object).length;
    await until("the other's tasks to be released", async () => await tasks() < 500);
  } finally {
    try {
      other.kill("SIGKILL");
    } catch {
      // As it should be.
    }
    await other.status;
  }
});

Deno.test("SIGTERM lets a worker hand over what it holds before it leaves", async () => {
  await using scheduler = new RunningCommand("scheduler", "--port", "0");
  const address = await scheduler.address();
  await using first = new RunningCommand("worker", address, "--threads", "1", "--name", "first");
  await first.address();
  await using client = await Client.connect(address);
  await client.waitForWorkers(1);
  const ref = await client.scatter(Float64Array.of(1, 2, 3));
  await using second = new RunningCommand("worker", address, "--threads", "1", "--name", "second");
  await second.address();
  await client.waitForWorkers(2);
  assert.equal((await first.end()).code, 0, first.log);
  assert.equal(await client.submit(total, ref, 1), 6);
});

Deno.test("SIGTERM of the scheduler ends workers and tells clients", async () => {
  await using scheduler = new RunningCommand("scheduler", "--port", "0");
  const address = await scheduler.address();
  await using worker = new RunningCommand("worker", address, "--threads", "1");
  await worker.address();
  await using client = await Client.connect(address);
  await client.waitForWorkers(1);
  const future = client.submit(square, 3, 60_000);
  assert.equal((await scheduler.end()).code, 0);
  assert.equal((await worker.status).code, 0, worker.log);
  await assert.rejects(Promise.resolve(future), /scheduler/);
});

Deno.test("a cluster with keys lets in who has them, and nobody else", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    for (const name of ["keys", "others"]) {
      assert.equal((await new RunningCommand("keys", `${folder}/${name}`).status).code, 0);
    }
    await using scheduler = new RunningCommand("scheduler", "--port", "0", "--keys", `${folder}/keys`);
    const address = await scheduler.address();
    await using worker = new RunningCommand("worker", address, "--threads", "1", "--keys", `${folder}/keys`);
    await worker.address();
    await using client = await Client.connect(address, { keys: `${folder}/keys` });
    await client.waitForWorkers(1);
    assert.equal(await client.submit(add, 1, 2), 3);
    await assert.rejects(Client.connect(address, { keys: `${folder}/others` }), /key/);
    await assert.rejects(Client.connect(address), /key/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
