/**
 * How a client comes to its cluster.
 *
 * @module
 */

import {
  type Endpoint,
  holdForMessages,
  type Keys,
  loadKeys,
  openEndpoint,
  parseAddress,
  randomToken,
  realClock,
} from "../../transport/mod.ts";
import { prepareToDescribe } from "../code/mod.ts";
import type { LocalClusterOptions } from "../cluster/mod.ts";
import { checkNames, type Ids, idsFrom } from "../core/mod.ts";
import { type Client, clientOver, coreOf } from "./client.ts";
import { becomeDefault } from "./current.ts";
import { roomForValues } from "./receiving.ts";

/** How a client reaches its cluster. */
export interface ConnectOptions {
  /** Keys of the cluster, or the directory that holds them; needed where the scheduler has keys. */
  readonly keys?: Keys | string;
  /** The client's name. Default: drawn. */
  readonly name?: string;
  /** Milliseconds to wait for the scheduler's first answer. Default 5,000. */
  readonly timeout?: number;
  /** Milliseconds without the scheduler after which everything that is awaited fails. Default 60,000. */
  readonly giveUpAfter?: number;
}

/** How {@link Client.local} makes its cluster; see {@link LocalClusterOptions}. */
export interface LocalOptions extends LocalClusterOptions {
  /**
   * Whether scheduler and workers are processes. Default true. Otherwise they live in this process, and only tasks have threads of their own:
   * that starts faster, and a task that runs out of memory, or has to be killed, takes the program with it.
   */
  readonly processes?: boolean;
  /** The client's name. Default: drawn. */
  readonly name?: string;
}

const CONNECT: readonly (keyof ConnectOptions)[] = ["keys", "name", "timeout", "giveUpAfter"];
const LOCAL: readonly (keyof LocalOptions)[] = [
  "workers",
  "threadsPerWorker",
  "memoryLimit",
  "memory",
  "spillDirectory",
  "resources",
  "allowNet",
  "allowRead",
  "log",
  "processes",
  "name",
];

/** See {@link Client.connect}. */
export async function connect(
  address: string,
  options: ConnectOptions = {},
  closed?: () => Promise<void>,
  started?: Promise<void>,
  workers?: readonly string[],
): Promise<Client> {
  parseAddress(address);
  checkNames("Client.connect()", options, CONNECT);
  const ids = idsFrom(randomToken());
  const name = options.name ?? ids.next("c");
  const keys = typeof options.keys === "string" ? await loadKeys(options.keys) : options.keys;
  const self = { role: "client", name, incarnation: ids.next("i") } as const;
  const endpoint = await openEndpoint({ self, keys, reserve: roomForValues });
  return await begin(endpoint, address, ids, { ...options, hold: holdForMessages }, closed, started, workers);
}

async function begin(
  endpoint: Endpoint,
  scheduler: string,
  ids: Ids,
  options: ConnectOptions & { hold?: (ms: number) => void },
  closed: (() => Promise<void>) | undefined,
  started?: Promise<void>,
  workers: readonly string[] = [],
): Promise<Client> {
  const { giveUpAfter, hold, timeout = 5000 } = options;
  const client = clientOver({ endpoint, scheduler, clock: realClock, ids, giveUpAfter, hold, closed });
  // All at once: to get ready takes some milliseconds, and so does the scheduler.
  const core = coreOf(client);
  // A program that computes from here on lets nobody dial for a while: what it sends is to go out all the same.
  for (const address of workers) core.links.dial(address);
  const idle = core.awaited.busy();
  try {
    await Promise.all([core.welcomed(timeout), prepareToDescribe(), started]);
  } catch (e) {
    await client.close();
    throw e;
  } finally {
    idle();
  }
  becomeDefault(client);
  return client;
}

/** See {@link Client.local}. */
export async function local(options: LocalOptions = {}): Promise<Client> {
  checkNames("Client.local()", options, LOCAL);
  const { name, processes = true, ...rest } = options;
  if (!processes) return await localThreads(name, rest);
  const { beginLocalCluster } = await import("../cluster/mod.ts");
  const cluster = await beginLocalCluster(rest);
  // The client gets ready while the processes start, and dials until they are there.
  try {
    const client = await connect(
      cluster.schedulerAddress,
      { name, timeout: 60_000 },
      () => cluster.close(),
      cluster.started,
      cluster.workerAddresses,
    );
    void cluster.over.then((error) => error === undefined || coreOf(client).over(error.message));
    return client;
  } catch (e) {
    await cluster.close();
    throw e;
  }
}

async function localThreads(name: string | undefined, options: LocalClusterOptions): Promise<Client> {
  const { startThreadCluster } = await import("./thread_cluster.ts");
  const cluster = await startThreadCluster(options);
  try {
    const ids = idsFrom(randomToken());
    const endpoint = cluster.endpoint(name ?? ids.next("c"));
    return await begin(endpoint, cluster.schedulerAddress, ids, {}, () => cluster.close());
  } catch (e) {
    await cluster.close();
    throw e;
  }
}
