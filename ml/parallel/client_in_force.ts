import { type Client, getClient } from "../../actors/mod.ts";
import { ClusterBackend } from "./cluster.ts";
import { currentScope } from "./scope.ts";

/**
 * The client that distributed data is made with where none is given: that of the `parallelBackend("cluster", { client }, …)` in force, else, inside a
 * task, that of the task's cluster, else the one that was opened last and is still open.
 *
 * @throws {ReferenceError} when there is none
 *
 * @example
 * ```ts
 * import { Client, clientInForce } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * clientInForce() === client; // true
 * ```
 */
export function clientInForce(): Client {
  const backend = currentScope()?.backend;
  return backend instanceof ClusterBackend && backend.givenClient !== undefined ? backend.givenClient : getClient();
}
