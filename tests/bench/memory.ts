/**
 * What a scheduler, a worker and a client keep of tasks that were released, or are held: their heaps after a collection, before and after.
 *
 *     deno task bench memory [--tasks 1000000] [--rounds 3] [--kind map|closures|restricted|chains|held]
 */

import { commandLine } from "../../actors/cli/mod.ts";
import { realClock } from "../../transport/mod.ts";
import { Nanny } from "../../actors/cluster/mod.ts";
import { Client } from "../../actors/mod.ts";

const options = commandLine({
  name: "memory",
  start: "deno task bench memory",
  about: "What is kept of tasks that were released: heaps after a collection, before and after.",
  positionals: [],
  options: {
    tasks: { value: "N", integer: [1, 1e9], help: "Tasks of a round. Default: 1000000." },
    rounds: { value: "N", integer: [1, 1000], help: "Rounds. Default: 3." },
    kind: {
      value: "KIND",
      choices: ["map", "closures", "restricted", "chains", "held"],
      help: "map (default): one function, batches of 10,000\nclosures: each task another function\n" +
        "restricted: each task asks for another amount of a resource\n" +
        "chains: each task takes the one before it, in chains of 1,000\n" +
        "held: as map, but nothing is released: what a small result costs where it is",
    },
  },
});

const sleep = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));

/** A process whose heap can be asked for. */
class Measured {
  readonly nanny: Nanny;
  #told: PromiseWithResolvers<string> | undefined;

  constructor(readonly role: "scheduler" | "worker", config: unknown) {
    const entry = new URL("./memory/process.ts", import.meta.url);
    entry.searchParams.set("role", role);
    this.nanny = new Nanny({
      name: role,
      clock: realClock,
      leave: "cut",
      config: () => config,
      log: (line) => {
        const at = line.indexOf("heap ");
        if (at >= 0) this.#told?.resolve(line.slice(at + 5));
        else console.error(line);
      },
      command: () => ({
        entry: entry.href,
        flags: ["-A", "--no-prompt", "--quiet", "--unstable-worker-options", "--v8-flags=--expose-gc"],
      }),
    });
  }

  async heap(): Promise<number> {
    this.#told = Promise.withResolvers();
    Deno.kill(this.nanny.pid!, "SIGUSR2");
    return Number((await this.#told.promise).split(" ")[0]);
  }
}

/** One of the kinds of work: so many tasks, all of them awaited and let go. */
const kinds: Record<string, (client: Client, n: number) => Promise<void>> = {
  async map(client, n) {
    const xs = Array.from({ length: 10_000 }, (_, i) => i);
    for (let done = 0; done < n; done += xs.length) await client.gather(client.map((x: number) => x + 1, xs));
  },
  async held(client, n) {
    for (let done = 0; done < n; done += 10_000) {
      const some = client.map((x: number) => x + 1, Array.from({ length: 10_000 }, (_, i) => i));
      held.push(some);
      await client.gather(some);
    }
  },
  async closures(client, n) {
    for (let done = 0; done < n; done += 100) {
      const some = Array.from({ length: 100 }, (_, i) => {
        const f = new Function("x", `return x + ${made + i};`) as (x: number) => number;
        return client.submit(f, 1);
      });
      made += 100;
      await client.gather(some);
    }
  },
  async restricted(client, n) {
    for (let done = 0; done < n; done += 100) {
      const some = Array.from(
        { length: 100 },
        () => client.with({ resources: { GPU: 1 + made++ % 1_000_000 } }).submit((x: number) => x, 1),
      );
      await client.gather(some);
    }
  },
  async chains(client, n) {
    for (let done = 0; done < n; done += 1000) {
      let last = client.submit((x: number) => x + 1, 0);
      for (let i = 1; i < 1000; i++) last = client.submit((x: number) => x + 1, last);
      await last;
    }
  },
};
let made = 0;
const held: unknown[] = [];

async function main(): Promise<void> {
  const n = options.number("tasks") ?? 1_000_000;
  const kind = options.text("kind") ?? "map";
  const work = kinds[kind];
  const scheduler = new Measured("scheduler", { address: "tcp://127.0.0.1:0" });
  const { address } = await scheduler.nanny.start() as { address: string };
  const resources = { GPU: 1e12 };
  const worker = new Measured("worker", {
    name: "w1",
    scheduler: address,
    address: "tcp://127.0.0.1:0",
    threads: 1,
    resources,
  });
  await worker.nanny.start();
  try {
    await using client = await Client.connect(address);
    await client.waitForWorkers(1);
    const measure = async (): Promise<number[]> => {
      const { gc } = globalThis as unknown as { gc(): void };
      // Futures that were collected are let go by their finalizers, which have turns of their own.
      for (let i = 0; i < 10; i++) {
        gc();
        await sleep(50);
      }
      const thread = await client.run(() => {
        const { gc } = globalThis as unknown as { gc(): void };
        for (let i = 0; i < 3; i++) gc();
        return Deno.memoryUsage().heapUsed;
      });
      await sleep(200);
      gc();
      return [await scheduler.heap(), await worker.heap(), thread.w1, Deno.memoryUsage().heapUsed];
    };
    await work(client, n / 4);
    let before = await measure();
    console.log(`kind "${kind}"; bytes of heap after a collection; in brackets: growth a task`);
    console.log(
      ["tasks".padStart(10), ...["scheduler", "worker", "thread", "client"].map((s) => s.padStart(22))].join(""),
    );
    const show = (tasks: number, now: number[]): void =>
      console.log(
        [
          String(tasks).padStart(10),
          ...now.map((b, i) =>
            `${(b / 1e6).toFixed(2)} MB (${((b - before[i]) / Math.max(1, tasks)).toFixed(2)})`.padStart(22)
          ),
        ].join(""),
      );
    show(0, before);
    for (let round = 0; round < (options.number("rounds") ?? 3); round++) {
      await work(client, n);
      const now = await measure();
      show(n, now);
      before = now;
    }
  } finally {
    await worker.nanny.stop();
    await scheduler.nanny.stop();
  }
}

if ("gc" in globalThis) await main();
else {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-prompt", "--quiet", "--v8-flags=--expose-gc", import.meta.url, ...Deno.args],
  }).spawn().status;
  Deno.exit(code);
}
