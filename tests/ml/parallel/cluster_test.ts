import assert from "node:assert/strict";
import { BackendError, Client, delayed, NDArray, Parallel, parallelBackend } from "../../../mod.ts";
import { HandClock } from "./helpers.ts";
import { squares, tree } from "./nested.ts";

/** A client of a cluster of threads, for a test. */
async function withThreads(threads: number, body: (client: Client) => Promise<void>): Promise<void> {
  await using client = await Client.local({ processes: false, threadsPerWorker: threads });
  await body(client);
}

/** Everything that the cluster holds, by key. */
async function held(client: Client): Promise<string[]> {
  return Object.entries(await client.whoHas()).filter(([, workers]) => workers.length > 0).map(([key]) => key);
}

/** Waits until something is so: what is let go is told at the end of a turn. */
async function until(what: () => Promise<boolean>): Promise<void> {
  while (!await what()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const total = (X: { data: ArrayLike<number> }, k: number): number => {
  let sum = 0;
  for (let i = 0; i < X.data.length; i++) sum += X.data[i];
  return sum * k;
};

class Gauge {
  now = 0;
  most = 0;
  enter(): void {
    this.most = Math.max(this.most, ++this.now);
  }
  leave(): void {
    this.now--;
  }
  highest(): number {
    return this.most;
  }
}

Deno.test("Parallel on a cluster runs calls, single and in batches, in order", () =>
  withThreads(2, (client) =>
    parallelBackend("cluster", { client }, async () => {
      const calls = Array.from({ length: 500 }, (_, i) => delayed((x: number) => x * x)(i));
      const expected = calls.map((_, i) => i * i);
      for (const batchSize of ["auto", 1, 7] as const) {
        assert.deepEqual(await new Parallel({ batchSize }).run(calls), expected);
      }
      assert.deepEqual(await new Parallel().run([delayed(Math.sqrt)(9), delayed(Math.max)(1, 5, 2)]), [3, 5]);
      const seen: number[] = [];
      for await (const x of new Parallel().stream(calls, { ordered: false })) seen.push(x);
      assert.deepEqual(seen.sort((a, b) => a - b), expected);
    })));

Deno.test("Parallel on a cluster throws what a call threw, with its index, also from a batch", () =>
  withThreads(2, (client) =>
    parallelBackend("cluster", { client }, async () => {
      const picky = (x: number): number => {
        if (x === 17) throw new RangeError(`not ${x}`);
        return x;
      };
      const calls = Array.from({ length: 40 }, (_, i) => delayed(picky)(i));
      for (const batchSize of [1, 10]) {
        await assert.rejects(new Parallel({ batchSize }).run(calls), (e: RangeError & { callIndex: number }) => {
          assert(e instanceof RangeError, String(e));
          assert.deepEqual([e.message, e.callIndex], ["not 17", 17]);
          return true;
        });
      }
      // And the cluster is as it was.
      assert.deepEqual(await new Parallel().run([delayed(picky)(1)]), [1]);
    })));

Deno.test("parallelBackend() scatters to every worker, sends references in their place, and lets go at its end", async () => {
  await using client = await Client.local({ workers: 2, threadsPerWorker: 1 });
  await client.waitForWorkers(2);
  const X = new NDArray(new Float64Array(100_000).fill(1), [1000, 100]);
  const y = [1, 2, 3];
  await parallelBackend("cluster", { client, scatter: [X, y] }, async () => {
    const inside = (o: { X: typeof X; y: number[] }): number => o.X.data.length + o.y.length;
    const calls = [1, 2, 3, 4].map((k) => delayed(total)(X, k));
    assert.deepEqual(await new Parallel().run(calls), [100_000, 200_000, 300_000, 400_000]);
    assert.deepEqual(await new Parallel().run([delayed(inside)({ X, y })]), [100_003]);
    const where = await client.whoHas();
    const everywhere = Object.values(where).filter((workers) => workers.length === 2);
    assert.equal(everywhere.length, 2, JSON.stringify(where));
  });
  await until(async () => (await held(client)).length === 0);
});

Deno.test("Parallel scatters a large argument once of itself, and lets go of it at the run's end", () =>
  withThreads(2, (client) =>
    parallelBackend("cluster", { client }, async () => {
      const X = new NDArray(new Float64Array(100_000).fill(1), [100_000]);
      let scattered: string[] = [];
      const calls = async function* () {
        for (const k of [1, 2, 3, 4, 5, 6]) yield delayed(total)(X, k);
        scattered = (await held(client)).filter((key) => key.startsWith("data-"));
        yield delayed(total)(new NDArray(new Float64Array(100_000).fill(2), [100_000]), 1);
      };
      const results = await new Parallel({ batchSize: 1, preDispatch: 2 }).run(calls());
      assert.deepEqual(results, [100_000, 200_000, 300_000, 400_000, 500_000, 600_000, 200_000]);
      assert.equal(scattered.length, 1);
      await until(async () => (await held(client)).length === 0);
    })));

Deno.test("Parallel inside of a task uses the task's own cluster, and never deadlocks on a single thread", () =>
  withThreads(1, (client) =>
    parallelBackend("cluster", { client }, async () => {
      const parallel = new Parallel();
      const expected = [0, 1, 4, 9, 16];
      for (const nJobs of [-1, 2, null]) {
        assert.deepEqual(await parallel.run([delayed(squares)(5, nJobs), delayed(squares)(3, nJobs)]), [
          expected,
          expected.slice(0, 3),
        ]);
      }
      assert.deepEqual(await parallel.run([delayed(tree)(3, "cluster"), delayed(tree)(3, "threads")]), [8, 8]);
    })));

Deno.test("Parallel runs no more calls at a time than nJobs", () =>
  withThreads(3, async (client) => {
    const gauge = await client.spawn(Gauge);
    // deno-lint-ignore no-explicit-any
    const busy = async (gauge: any): Promise<void> => {
      await gauge.enter();
      await new Promise((resolve) => setTimeout(resolve, 10));
      await gauge.leave();
    };
    const calls = Array.from({ length: 12 }, () => delayed(busy)(gauge));
    await parallelBackend("cluster", { client }, () =>
      new Parallel({ nJobs: 2, batchSize: 1, preDispatch: "all" }).run(calls));
    const highest = await gauge.highest();
    assert(highest >= 1 && highest <= 2, `${highest} at a time`);
  }));

Deno.test("Parallel reports the cluster it uses", () =>
  withThreads(2, async (client) => {
    const lines: string[] = [];
    const parallel = new Parallel({ verbose: 1, write: (line) => lines.push(line) });
    await parallelBackend("cluster", { client }, () => parallel.run([delayed(Math.sqrt)(1)]));
    assert.equal(lines[0], "[Parallel(n_jobs=-1)]: Using backend ClusterBackend with 2 concurrent workers.\n");
  }));

Deno.test("Parallel gives up on a call that is stuck, and the cluster goes on", () =>
  withThreads(2, async (client) => {
    await parallelBackend("cluster", { client }, async () => {
      const slow = (ms: number) => new Promise<number>((resolve) => setTimeout(resolve, ms, ms));
      const calls = [delayed(slow)(1_000_000), delayed(slow)(1)];
      await assert.rejects(
        new Parallel({ timeout: 100 }).run(calls),
        /CallTimeoutError: call 0 did not finish within 100 ms/,
      );
      assert.deepEqual(await new Parallel().run([delayed(slow)(1)]), [1]);
    });
  }));

Deno.test("parallelBackend() says what is wrong with its options", async () => {
  const body = () => new Parallel().run([delayed(Math.sqrt)(1)]);
  await assert.rejects(
    parallelBackend("cluster", {}, body),
    (e) => e instanceof BackendError && /needs a client/.test(e.message),
  );
  await assert.rejects(
    // @ts-expect-error misspelt
    parallelBackend("cluster", { clientt: null }, body),
    /unknown option "clientt"; did you mean "client"/,
  );
  const noList = { scatter: 3 } as unknown as { scatter: object[] };
  await assert.rejects(parallelBackend("cluster", noList, body), /scatter: expected a list of values, got number/);
});

Deno.test("the threads backend runs calls, and lets the program end by itself", async () => {
  const script = `
    import { delayed, NDArray, Parallel, parallelBackend } from ${
    JSON.stringify(import.meta.resolve("../../../mod.ts"))
  };
    const calls = [1, 2, 3].map((x) => delayed((x) => x * 2)(x));
    console.log(JSON.stringify(await new Parallel({ nJobs: 2 }).run(calls)));
    console.log(JSON.stringify(await new Parallel({ nJobs: -1 }).run(calls)));
    const X = new NDArray(new Float64Array([1, 2, 3]));
    const sum = (X, k) => X.data.reduce((a, b) => a + b) * k;
    console.log(JSON.stringify(await parallelBackend("threads", { scatter: [X] }, async () => {
      const once = await new Parallel().run([delayed(sum)(X, 1)]);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return [...once, ...await new Parallel().run([delayed(sum)(X, 2)])];
    })));
  `;
  const root = new URL("../../../", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", "--quiet", "--config", `${root}deno.json`, "-"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  const text = new TextDecoder();
  assert.deepEqual([code, text.decode(stderr)], [0, ""]);
  assert.deepEqual(text.decode(stdout).trim().split("\n"), ["[2,4,6]", "[2,4,6]", "[6,12]"]);
});

Deno.test("Parallel on a cluster ends with ClientClosedError when its client is closed meanwhile", () =>
  withThreads(2, (client) =>
    parallelBackend("cluster", { client }, async () => {
      const never = () => new Promise<void>(() => {});
      const run = new Parallel({ batchSize: 1 }).run(Array.from({ length: 20 }, () => delayed(never)()));
      const ended = assert.rejects(run, { name: "ClientClosedError" });
      await until(async () => JSON.stringify(await client.ask("tasks")).includes("processing"));
      await client.close();
      await ended;
    })));

Deno.test("Parallel on a cluster says from verbose 10 on that it makes batches larger, where their size is its own matter", () =>
  withThreads(2, (client) =>
    parallelBackend("cluster", { client }, async () => {
      const calls = Array.from({ length: 40 }, (_, i) => delayed(Math.sqrt)(i));
      for (const [verbose, batchSize] of [[9, "auto"], [10, 1], [10, "auto"], [11, "auto"]] as const) {
        const written: string[] = [];
        // By a clock that stands still every single call is short.
        const parallel = new Parallel({
          verbose,
          batchSize,
          clock: new HandClock(),
          write: (line) => written.push(line),
        });
        await parallel.run(calls);
        const said = written.filter((line) => line.includes("Batch computation"));
        if (verbose < 10 || batchSize !== "auto") assert.deepEqual(said, []);
        else assert.equal(said[0], "[Parallel(n_jobs=-1)]: Batch computation too fast (0s.) Setting batch_size=2.\n");
      }
    })));
