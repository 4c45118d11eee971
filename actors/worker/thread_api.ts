/**
 * What code that runs inside a task can know of the task: for the client that lives in a thread.
 *
 * @module
 */

/** The task (or the actor's call) that the calling code belongs to. */
export interface TaskContext {
  /** Its key; an actor's key in an actor's call. */
  readonly key: string;
  /** Whether it is an actor's call: memory that it allocates and does not return stays the actor thread's. */
  readonly isActor: boolean;
  /** Name of the worker it runs on. */
  readonly worker: string;
  /** Address of the worker's scheduler. */
  readonly scheduler: string;
  /** The memory that a buffer is over, where shared values lie: kernels compute in it in place. `undefined` for other buffers. */
  memoryOf(buffer: ArrayBufferLike): WebAssembly.Memory | undefined;
  /** True once it was cancelled: code that computes for long may look here and stop. */
  readonly cancelled: boolean;
  /** Aborted when it is cancelled; for code that waits. */
  readonly signal: AbortSignal;
  /** An endpoint (as in transport/port.ts) of role "client" on the worker's own transport. The thread has one; each call gives the same. */
  openEndpoint(): unknown;
  /** Around waiting for the cluster: while any `begin` is without its `end`, the task's place on the thread belongs to others. */
  readonly waiting: { begin(): void; end(): void };
  /**
   * Fresh shared memory, to be filled and returned (or a part of it) as a result without a copy. True while the task runs.
   *
   * @throws {MemoryError} when the worker has no room.
   */
  allocate(bytes: number): Uint8Array;
}

/** Where {@link inTask} stands on `globalThis` in an executor thread: `Symbol.for("troupe.task")`. */
export const taskSymbol: unique symbol = Symbol.for("troupe.task") as never;

/**
 * The task that the caller runs in; `undefined` outside of tasks. Follows the caller through its awaits.
 *
 * @example
 * ```ts
 * import { Client, inTask } from "@troupe/troupe";
 * await using client = await Client.local({ processes: false });
 * inTask(); // undefined
 * await client.submit((n: number) => n + 1, 1); // in there, inTask() is the task, whose `cancelled` long loops look at
 * ```
 */
export function inTask(): TaskContext | undefined {
  return (globalThis as { [taskSymbol]?: () => TaskContext | undefined })[taskSymbol]?.();
}
