/**
 * A cluster inside of this process: scheduler and workers on its event loop, tasks on threads. It starts faster than processes do and shares their
 * fate: a task that runs out of memory takes the program with it.
 *
 * @module
 */

import { type Endpoint, MemoryNetwork, randomToken, realClock, realRandom } from "../../transport/mod.ts";
import {
  bundled,
  libraryBundle,
  type LocalClusterOptions,
  machineMemory,
  makeLibraryBundle,
  parseBytes,
} from "../cluster/mod.ts";
import { idsFrom, libraryFile } from "../core/mod.ts";
import { Scheduler } from "../scheduler/mod.ts";
import { nativeLibraries, Rooms, Store, ThreadExecutor, Worker } from "../worker/mod.ts";

/** A cluster of threads. */
export interface ThreadCluster {
  /** What its clients dial, by endpoints of its network. */
  readonly schedulerAddress: string;
  /** An endpoint for a client. */
  endpoint(name: string): Endpoint;
  /** Ends all threads. */
  close(): Promise<void>;
}

/** Starts a cluster of threads. */
export async function startThreadCluster(options: LocalClusterOptions = {}): Promise<ThreadCluster> {
  const count = options.workers ?? 1;
  const threads = options.threadsPerWorker ?? Math.max(1, Math.floor(navigator.hardwareConcurrency / count));
  for (const [name, n] of [["workers", count], ["threadsPerWorker", threads]] as const) {
    if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`${name}: expected a positive integer, got ${n}`);
  }
  const memoryLimit = options.memoryLimit === undefined ? machineMemory() / count / 2 : parseBytes(options.memoryLimit);
  const ids = idsFrom(randomToken());
  const network = new MemoryNetwork();
  const endpoint = (role: "scheduler" | "worker" | "client", name: string, reserve?: Rooms["reserve"]): Endpoint => {
    const made = network.endpoint({ self: { role, name, incarnation: ids.next("i") }, reserve });
    // Only who awaits something keeps the program alive, and that is the client.
    made.unref();
    return made;
  };
  const entry = await threadBundle();
  let made = Promise.resolve();
  const library = granted() ? libraryBundle(() => made = makeLibraryBundle()) : undefined;
  const home = endpoint("scheduler", "scheduler");
  const scheduler = new Scheduler({ endpoint: home, clock: realClock, random: realRandom });
  // Of its own, as every cluster's: so it says which cluster is meant.
  const schedulerAddress = await home.bind(`memory://${ids.next("scheduler")}`);
  const workers = await Promise.all(Array.from({ length: count }, async (_, i) => {
    const name = `w-${i}`;
    const store = new Store({ memoryLimit });
    const rooms = new Rooms(store);
    const executor = new ThreadExecutor({
      threads,
      entry,
      library,
      heap: store.heap,
      clock: realClock,
      worker: name,
      scheduler: schedulerAddress,
      sandbox: { net: options.allowNet, read: options.allowRead },
      natives: nativeLibraries(),
      openEndpoint: () => Promise.resolve(endpoint("client", ids.next(`client-in-${name}`))),
    });
    const own = endpoint("worker", name, rooms.reserve);
    const address = await own.bind(`memory://${name}`);
    return new Worker({
      name,
      scheduler: schedulerAddress,
      endpoint: own,
      address,
      clock: realClock,
      executor,
      store,
      rooms,
      resources: options.resources,
      log: options.log ?? ((line) => console.error(line)),
    });
  }));
  return {
    schedulerAddress,
    endpoint: (name) => endpoint("client", name),
    async close() {
      scheduler.close("the cluster is closed", true);
      await Promise.all(workers.map((w) => w.close()));
      await home.end();
      await made;
    },
  };
}

/** The threads' program as one file, which saves each thread the looking up of packages, where it can be had without asking anybody. */
async function threadBundle(): Promise<string | undefined> {
  const path = granted() ? await bundled(libraryFile("actors/worker/thread_main.ts").href) : undefined;
  return path && `file://${encodeURI(path)}`;
}

/** Whether bundles can be found and made without asking anybody. */
function granted(): boolean {
  return (["read", "write", "env", "run"] as const).every((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
}
