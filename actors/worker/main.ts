/**
 * Where a worker process begins. Its nanny writes the config ({@link WorkerConfig}) to its stdin.
 *
 * @module
 */

import {
  BindError,
  DriverError,
  holdForMessages,
  InsecureBindError,
  KeysError,
  loadKeys,
  openEndpoint,
  randomToken,
  realClock,
} from "../../transport/mod.ts";
import { idsFrom, openLifeline, RENEW_EXIT_CODE } from "../core/mod.ts";
import { libraryBundle } from "../cluster/library_bundle.ts";
import { cpuTime } from "./cpu_time.ts";
import { CompressingDisk } from "./compressing_disk.ts";
import { checkFractions, valuesLimit, type WorkerConfig } from "./config.ts";
import type { Disk } from "./disk.ts";
import { returnFreed } from "./freed_memory.ts";
import { Rooms } from "./rooms.ts";
import { SpillFile } from "./spill_file.ts";
import { Store } from "./store.ts";
import { ThreadExecutor } from "./thread_executor.ts";
import { Worker } from "./worker.ts";
import type { Usage } from "./worker_options.ts";

/** How long a wait for the next message or result may hold up timers, in ms. */
const PATIENCE = 1;

/** Milliseconds after the start when most first tasks are done: time for what later ones need. */
const AFTER_START = 150;

/** Milliseconds until others are asked for what only the next start needs. */
const UNHURRIED = 200;

/** Part of what values may take above which they go to disk, whatever is configured: some room is for what comes. */
const TARGET_PART = 0.85;

let worker: Worker | undefined;

const lifeline = openLifeline<WorkerConfig>(realClock, async () => {
  worker?.leave("it was asked to leave", config.leaveWithin ?? 10_000);
  await worker?.ended;
  await worker?.close();
});
const { config } = lifeline;

function usageSince(): () => Usage {
  let at = performance.now(), before: number | undefined;
  return () => {
    const rss = Deno.memoryUsage().rss;
    const now = performance.now(), after = cpuTime();
    const cpu = before === undefined ? 0 : (after - before) / Math.max(1, now - at);
    at = now;
    before = Number.isNaN(after) ? undefined : after;
    return { cpu, rss };
  };
}

/** Where values go: where the config says, or where the system has temporary files, if anything can be written there. */
function openDisk(): Disk | undefined {
  const { spillDirectory } = config;
  if (spillDirectory === null) return undefined;
  const open = (directory: string): Disk =>
    new CompressingDisk(SpillFile.open(directory), { now: () => performance.now() });
  if (spillDirectory !== undefined) return open(spillDirectory);
  try {
    return open(Deno.env.get("TMPDIR") ?? "/tmp");
  } catch (error) {
    console.error(`values stay in memory: ${error instanceof Error ? error.message : error}`);
  }
}

async function main(): Promise<void> {
  const ids = idsFrom(randomToken());
  const { name, scheduler } = config;
  const memoryLimit = config.memoryLimit ?? 4 * 2 ** 30;
  const threads = config.threads ?? navigator.hardwareConcurrency;
  const fractions = checkFractions(config.memory);
  const store = new Store({ memoryLimit: valuesLimit(memoryLimit, threads, fractions.terminate) });
  const rooms = new Rooms(store);
  const keys = config.keys == null ? undefined : await loadKeys(config.keys);
  const shared = { keys, insecure: config.insecure };
  holdForMessages(PATIENCE);
  const self = { role: "worker", name, incarnation: ids.next("i") } as const;
  const endpoint = await openEndpoint({ ...shared, self, reserve: rooms.reserve });
  // The scheduler answers while threads are made, which holds this one up.
  endpoint.dial(scheduler);
  const address = await endpoint.bind(config.address);
  const disk = openDisk();
  const wantLibrary = (): void => lifeline.want("library");
  const library = libraryBundle(wantLibrary, () => realClock.after(UNHURRIED, wantLibrary));
  const executor = new ThreadExecutor({
    threads,
    heap: store.heap,
    clock: realClock,
    worker: name,
    scheduler,
    spills: disk !== undefined,
    sandbox: config.sandbox,
    natives: config.natives,
    nice: config.nice,
    entry: config.threadEntry?.url,
    library,
    openEndpoint: () => {
      const self = { role: "client", name: ids.next(`client-in-${name}`), incarnation: ids.next("i") } as const;
      return openEndpoint({ ...shared, self });
    },
  });
  worker = new Worker({
    name,
    scheduler,
    endpoint,
    address,
    clock: realClock,
    executor,
    store,
    rooms,
    disk,
    spillAt: Math.min(fractions.target * memoryLimit, TARGET_PART * store.limit),
    residentAt: fractions.spill * memoryLimit,
    pauseAt: fractions.pause * memoryLimit,
    process: {
      limit: memoryLimit,
      target: Math.min(fractions.target * memoryLimit, TARGET_PART * store.limit),
      spill: fractions.spill * memoryLimit,
      pause: fractions.pause * memoryLimit,
      terminate: fractions.terminate * memoryLimit,
    },
    resources: config.resources,
    host: Deno.hostname(),
    pid: Deno.pid,
    before: config.before,
    usage: usageSince(),
    returnFreed,
    log: (line) => console.error(line),
    giveUpAfter: config.giveUpAfter,
  });
  lifeline.ready({ address, name });
  realClock.after(AFTER_START, () => library?.lookAhead());
  const end = await worker.ended;
  await worker.close();
  console.error(`worker ${name} ends: ${end.reason}`);
  if (end.error !== undefined) lifeline.refuse(end.error.message);
  // This ends threads that are stuck, too.
  Deno.exit(end.renew ? RENEW_EXIT_CODE : 0);
}

/** Errors that say all there is to say. */
const CLEAR = [BindError, InsecureBindError, DriverError, KeysError];

main().catch((error) => {
  if (!CLEAR.some((cls) => error instanceof cls)) console.error(error);
  lifeline.refuse(error instanceof Error ? error.message : String(error));
});
