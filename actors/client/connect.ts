/**
 * How a client comes to its cluster.
 *
 * @module
 */

import { type Keys, loadKeys, openEndpoint, parseAddress, realClock } from "../../transport/mod.ts";
import { loadParser } from "../code/mod.ts";
import type { LocalClusterOptions } from "../cluster/mod.ts";
import { systemIds } from "../core/ids.ts";
import { Client } from "./client.ts";
import { becomeDefault } from "./current.ts";

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
  /** The client's name. Default: drawn. */
  readonly name?: string;
}

/** See {@link Client.connect}. */
export async function connect(
  address: string,
  options: ConnectOptions = {},
  closed?: () => Promise<void>,
): Promise<Client> {
  parseAddress(address);
  const ids = systemIds();
  const name = options.name ?? ids.next("c");
  const keys = typeof options.keys === "string" ? await loadKeys(options.keys) : options.keys;
  const endpoint = await openEndpoint({ self: { role: "client", name, incarnation: ids.next("i") }, keys });
  const timeout = options.timeout ?? 5000;
  const client = Client.over({
    endpoint,
    scheduler: address,
    clock: realClock,
    ids,
    giveUpAfter: options.giveUpAfter,
    closed,
  });
  // Both at once: the parser takes some milliseconds, and so does the scheduler.
  await Promise.all([client.welcomed(timeout), loadParser()]);
  becomeDefault(client);
  return client;
}

/** See {@link Client.local}. */
export async function local(options: LocalOptions = {}): Promise<Client> {
  const { startLocalCluster } = await import("../cluster/mod.ts");
  const { name, ...cluster } = options;
  const running = await startLocalCluster(cluster);
  try {
    return await connect(running.schedulerAddress, { name, timeout: 10_000 }, () => running.close());
  } catch (e) {
    await running.close();
    throw e;
  }
}
