/**
 * What goes wrong in a worker.
 *
 * @module
 */

import { registerErrorClass } from "../values/mod.ts";

/** Thrown when a value does not fit into the worker's memory. The task that made it fails with this error. */
export class MemoryError extends RangeError {
  /** The class's name. */
  override readonly name = "MemoryError";
  /** Bytes that were asked for. */
  readonly bytes: number;
  /** Bytes held when they were asked for. */
  readonly held: number;
  /** Most bytes of values the worker may hold: a part of its memory limit. */
  readonly limit: number;

  /** Says how much was wanted for `what`, how much is held, and how much room there is for values. */
  constructor(what: string, bytes: number, held: number, limit: number) {
    super(`no room for ${what}: ${bytes} bytes wanted, ${held} held, the worker has room for ${limit} bytes of values`);
    this.bytes = bytes;
    this.held = held;
    this.limit = limit;
  }
}

/** Thrown for a task that ran longer than its `timeout`. */
export class TaskTimeoutError extends Error {
  /** The class's name. */
  override readonly name = "TaskTimeoutError";
}

/** Thrown for a task that was cancelled while it ran. */
export class TaskCancelledError extends Error {
  /** The class's name. */
  override readonly name = "TaskCancelledError";
}

/** Thrown for tasks that ran on a thread when the thread ended. */
export class ThreadLostError extends Error {
  /** The class's name. */
  override readonly name = "ThreadLostError";
}

/** Thrown for calls that an actor's mailbox has no room for. */
export class MailboxFullError extends RangeError {
  /** The class's name. */
  override readonly name = "MailboxFullError";
}

/** Thrown when the scheduler could not be reached for longer than the worker waits. */
export class SchedulerLostError extends Error {
  /** The class's name. */
  override readonly name = "SchedulerLostError";
}

/** Thrown by a state machine for a transition that its table does not have, or an invariant that does not hold. */
export class WorkerStateError extends Error {
  /** The class's name. */
  override readonly name = "WorkerStateError";
}

registerErrorClass(
  MemoryError as unknown as { name: string; prototype: Error },
  TaskTimeoutError,
  TaskCancelledError,
  ThreadLostError,
  MailboxFullError as unknown as { name: string; prototype: Error },
  SchedulerLostError,
  WorkerStateError,
);

/** Values cannot be moved to disk, or not be had back from there. */
export class SpillError extends Error {
  override name = "SpillError";
}
