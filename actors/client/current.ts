/**
 * The client of the code that asks.
 *
 * @module
 */

import { type Endpoint, randomToken, realClock } from "../../transport/mod.ts";
import { loadParser } from "../code/mod.ts";
import { idsFrom } from "../core/ids.ts";
import { setHostFinder } from "./actor_handle.ts";
import { actorHostOf, type Client, clientOver } from "./client.ts";
import { closedListeners } from "./closing.ts";
import { currentTask } from "./task_context.ts";

const open: Client[] = [];
const inThreads = new WeakMap<Endpoint, Client>();

/** Makes a client the one that {@link getClient} gives, until it is closed. */
export function becomeDefault(client: Client): void {
  open.push(client);
  closedListeners.set(client, () => {
    const at = open.indexOf(client);
    if (at >= 0) open.splice(at, 1);
  });
}

/**
 * Inside of a task: a client of the cluster that the task runs on. While the task awaits its futures, its thread does other work, so nesting
 * never deadlocks. Outside: the client that was opened last and is still open.
 *
 * @throws {ReferenceError} when there is none.
 * @example
 * ```ts
 * import { Client, getClient } from "@troupe/troupe";
 *
 * await using client = await Client.local();
 * const total = client.submit(async (n: number) => {
 *   const inner = getClient();
 *   const parts = await inner.gather(inner.map((x: number) => x * x, Array.from({ length: n }, (_, i) => i)));
 *   return parts.reduce((a, b) => a + b);
 * }, 4);
 * console.log(await total); // 14
 * ```
 */
export function getClient(): Client {
  const task = currentTask();
  if (task === undefined) {
    const client = open.at(-1);
    if (client === undefined) {
      throw new ReferenceError("there is no client: open one by Client.local() or Client.connect(address) first");
    }
    return client;
  }
  const endpoint = task.openEndpoint();
  let client = inThreads.get(endpoint);
  if (client === undefined) {
    client = clientOver({ endpoint, scheduler: task.scheduler, clock: realClock, ids: idsFrom(randomToken()) });
    inThreads.set(endpoint, client);
    // For closures that are submitted from here; until it is there, they are sent as they are.
    loadParser().catch(() => {});
  }
  return client;
}

setHostFinder(() => currentTask() === undefined && open.length === 0 ? undefined : actorHostOf(getClient()));
