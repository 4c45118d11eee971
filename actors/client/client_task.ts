/**
 * A task, or a piece of scattered data, as the client sees it.
 *
 * @module
 */

import type { dataCard, Of, taskOptions } from "../protocol/mod.ts";
import type { PackedValue } from "../values/mod.ts";

/** See `taskOptions` in the protocol. */
export type TaskOptions = Of<typeof taskOptions>;
/** See `dataCard` in the protocol. */
export type DataCard = Of<typeof dataCard>;

/**
 * - `pending`: not known to be finished.
 * - `done`: its value exists, here or on a worker.
 * - `failed`: it threw, or what it depends on did.
 * - `cancelled`: given up on request.
 * - `lost`: its value is nowhere any more, and cannot be had again.
 * - `released`: nobody here wants its value; remembered only while what others were made from it.
 */
export type ClientTaskState = "pending" | "done" | "failed" | "cancelled" | "lost" | "released";

/** All that is needed to have a task performed, also once more. */
export interface TaskSpec {
  /** The function's code reference. */
  readonly fn: string;
  readonly options: TaskOptions;
  /** Packed arguments. */
  readonly args: PackedValue;
  /** Keys of the dependencies. */
  readonly deps: readonly string[];
  /** Hashes of the code that it needs. */
  readonly codes: readonly string[];
}

/** Told when a task is no longer pending. */
export type Watcher = (task: ClientTask) => void;

const NONE: readonly ClientTask[] = [];

/** One row of the client's table. Only the machine changes it, but for `handles` and `watchers`, which are the shell's. */
export class ClientTask {
  state: ClientTaskState = "pending";
  /** Whether it stands in the table. */
  entered = false;
  /** Whether the scheduler has been told of it, or will be by the next `resume`. */
  sent = false;
  /** Dependencies that the scheduler has not been told of yet. */
  blockedBy = 0;
  /** Tasks that wait for this one to be sent. */
  blocks: ClientTask[] | undefined;
  /** Those of its dependencies that this client remembers. */
  inputs: readonly ClientTask[] = NONE;
  /** Remembered tasks that were made from this one. */
  dependents = 0;
  /** Those of them that the scheduler has not been told of, and that count on its keeping this one until it has. */
  unsent = 0;
  /** Whether this one counts in `unsent` of its inputs. */
  counts = false;
  /** Let go of here, but not told so: the scheduler is to keep it for the `unsent`. */
  owed = false;
  /** Size of its value in bytes. */
  nbytes = 0;
  /** A worker that holds the value. */
  worker: string | undefined;
  /** The value itself as a blob, if it is small. */
  inline: Uint8Array | undefined;
  /** The packed error, once it failed. */
  error: Uint8Array | undefined;
  /** Which task threw, once it failed. */
  blamed = "";
  /** The dependency because of which it failed before it was ever sent. */
  because: ClientTask | undefined;
  /** Why it was cancelled or lost. */
  reason = "";
  /** Scattered data: how the scheduler knows it. */
  card: DataCard | undefined;
  /** Futures and references to it in this process. */
  handles = 0;
  /** Told once, when it is no longer pending. */
  watchers: Watcher | Watcher[] | undefined;
  /** Data that was scattered of itself, as a large argument: let go with the last task that was made from it. */
  auto = false;
  /** What must stay alive while it is pending. */
  keep: unknown;
  /** The error made of `error` or `reason`, so that it is the same for all. */
  failure: unknown;

  /** A task that is to be performed; without a spec a value that is not this client's to make: scattered, or another's. */
  constructor(readonly key: string, readonly kind: "task" | "data" | "foreign", readonly spec: TaskSpec | undefined) {}
}
