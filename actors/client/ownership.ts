/**
 * Whose futures, references and actors' handles are: those of another cluster mean nothing to this one.
 *
 * @module
 */

import { type ActorHandle, behindHandle, handleOf } from "./actor_handle.ts";
import type { ClientTask } from "./client_task.ts";
import type { ClientCore } from "./core.ts";
import { Future, hostOfFuture, taskOfFuture } from "./future.ts";
import { hostOfRef, Ref, taskOfRef } from "./ref.ts";
import type { Promised } from "./types.ts";

/** Whether two clients are of one cluster. One scheduler may be reached at two addresses. */
export function sameCluster(a: ClientCore, b: ClientCore): boolean {
  return a === b || a.scheduler === b.scheduler ||
    (a.peer !== undefined && a.peer.incarnation === b.peer?.incarnation);
}

/** Why what stands in arguments for `core` cannot: what it is, and what to do. Undefined where it can, or is no handle at all. */
export function foreign(core: ClientCore, value: object): readonly [what: string, why: string] | undefined {
  if (value instanceof Future) return strange("a future", core, hostOfFuture(value).core);
  if (value instanceof Ref) return strange("a reference", core, hostOfRef(value).core);
  const host = behindHandle(value)?.host;
  if (host !== undefined) return strange("an actor's handle", core, host.core);
}

function strange(what: string, own: ClientCore, its: ClientCore): readonly [string, string] | undefined {
  if (sameCluster(own, its)) return undefined;
  const instead = what === "an actor's handle" ? "spawn the actor there" : "fetch its value first, and send that";
  return [
    `${what} of another cluster`,
    `it is known at ${its.scheduler}, and this client's is ${own.scheduler}: ${instead}`,
  ];
}

function refuse(where: string, own: ClientCore, value: object): void {
  const refused = foreign(own, value);
  if (refused !== undefined) throw new TypeError(`${where} is ${refused[0]}; it is known at that one's clients only`);
}

/**
 * The rows of futures and references that a method of a client was given.
 *
 * @param method Its name, for errors.
 * @throws {TypeError} for what is neither, or is of another cluster.
 */
export function tasksOf(core: ClientCore, handles: Iterable<Promised<unknown>>, method: string): ClientTask[] {
  return Array.from(handles, (handle: unknown, i) => {
    if (!(handle instanceof Future) && !(handle instanceof Ref)) {
      const got = handle === null ? "null" : typeof handle;
      throw new TypeError(`${method}: expected futures and references, got ${got}`);
    }
    refuse(`${method}: [${i}]`, core, handle);
    return handle instanceof Future ? taskOfFuture(handle) : taskOfRef(handle);
  });
}

/**
 * What is behind an actor's handle that a method of a client was given.
 *
 * @throws {TypeError} for what is none, or is of another cluster.
 */
export function ownHandle(core: ClientCore, handle: object, method: string): ActorHandle {
  const found = handleOf(handle);
  refuse(`${method}: the handle`, core, handle);
  return found;
}
