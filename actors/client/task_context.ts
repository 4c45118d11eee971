/**
 * What a client inside of a task has to know of the task.
 *
 * @module
 */

import type { Endpoint } from "../../transport/mod.ts";

/** As much of a task's context as the client uses; executor threads provide it. */
export interface ClientTaskContext {
  /** Address of the scheduler. */
  readonly scheduler: string;
  /** The thread's endpoint of role "client". */
  openEndpoint(): Endpoint;
  /** Around waiting for the cluster: the thread does other work meanwhile. */
  readonly waiting: { begin(): void; end(): void };
}

const slot: unique symbol = Symbol.for("troupe.task") as never;

/** The task that the caller runs in, if any. */
export function currentTask(): ClientTaskContext | undefined {
  return (globalThis as { [slot]?: () => ClientTaskContext | undefined })[slot]?.();
}

/** Has a promise count as waiting for the cluster: the task's place on its thread belongs to others until it is settled. */
export function whileWaiting<T>(promise: Promise<T>): Promise<T> {
  const waiting = currentTask()?.waiting;
  if (waiting === undefined) return promise;
  waiting.begin();
  return promise.finally(() => waiting.end());
}
