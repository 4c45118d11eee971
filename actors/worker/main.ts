/**
 * Where a worker process begins. Its nanny writes the config ({@link WorkerConfig}) to its stdin.
 *
 * @module
 */

import { hostname } from "node:os";
import process from "node:process";
import { loadKeys, openEndpoint, realClock } from "../../transport/mod.ts";
import { openLifeline, RENEW_EXIT_CODE, systemIds } from "../core/mod.ts";
import { VALUES_PART, type WorkerConfig } from "./config.ts";
import { Rooms } from "./rooms.ts";
import { Store } from "./store.ts";
import { ThreadExecutor } from "./thread_executor.ts";
import { type Usage, Worker } from "./worker.ts";

let worker: Worker | undefined;

const lifeline = openLifeline<WorkerConfig>(realClock, async () => {
  worker?.leave("it was asked to leave", config.leaveWithin ?? 10_000);
  await worker?.ended;
  await worker?.close();
});
const { config } = lifeline;

function usageSince(): () => Usage {
  let at = performance.now(), before = process.cpuUsage();
  return () => {
    const now = performance.now(), after = process.cpuUsage();
    const used = (after.user + after.system - before.user - before.system) / 1000;
    const cpu = used / Math.max(1, now - at);
    at = now;
    before = after;
    return { cpu, rss: Deno.memoryUsage().rss };
  };
}

/** Ends the process, also when a thread is stuck: that one only a kill ends. */
function exit(code: number, stuck: boolean): void {
  if (stuck) Deno.kill(Deno.pid, "SIGKILL");
  Deno.exit(code);
}

async function main(): Promise<void> {
  const ids = systemIds();
  const { name, scheduler } = config;
  const store = new Store({ memoryLimit: Math.floor((config.memoryLimit ?? 4 * 2 ** 30) * VALUES_PART) });
  const rooms = new Rooms(store);
  const keys = config.keys == null ? undefined : await loadKeys(config.keys);
  const shared = { keys, insecure: config.insecure };
  // Threads begin first, for they take longest; they get ready while this one connects.
  const executor = new ThreadExecutor({
    threads: config.threads ?? navigator.hardwareConcurrency,
    heap: store.heap,
    clock: realClock,
    worker: name,
    scheduler,
    sandbox: config.sandbox,
    natives: config.natives,
    nice: config.nice,
    entry: config.threadEntry?.url,
    openEndpoint: () => {
      const self = { role: "client", name: ids.next(`client-in-${name}`), incarnation: ids.next("i") } as const;
      return openEndpoint({ ...shared, self });
    },
  });
  const self = { role: "worker", name, incarnation: ids.next("i") } as const;
  const endpoint = await openEndpoint({ ...shared, self, reserve: rooms.reserve });
  const address = await endpoint.bind(config.address);
  worker = new Worker({
    name,
    scheduler,
    endpoint,
    address,
    clock: realClock,
    executor,
    store,
    rooms,
    resources: config.resources,
    host: hostname(),
    pid: Deno.pid,
    usage: usageSince(),
    log: (line) => console.error(line),
    giveUpAfter: config.giveUpAfter,
  });
  lifeline.ready({ address, name });
  const end = await worker.ended;
  const stuck = executor.stuck > 0;
  await worker.close();
  console.error(`worker ${name} ends: ${end.reason}`);
  if (end.error !== undefined) lifeline.refuse(end.error.message);
  exit(end.renew ? RENEW_EXIT_CODE : 0, stuck);
}

main().catch((error) => {
  console.error(error);
  lifeline.refuse(error instanceof Error ? error.message : String(error));
});
