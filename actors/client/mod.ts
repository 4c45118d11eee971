/**
 * The client: asks a cluster to perform tasks, to keep values, and to be a home for actors.
 *
 * @module
 */

export { Client } from "./client.ts";
export type { ScatterOptions, WorkerInfo } from "./client_options.ts";
export type { SchedulerLogEntry as ClusterEvent } from "../scheduler/mod.ts";
export type { ClientTaskState } from "./client_task.ts";
export type { ConnectOptions, LocalOptions } from "./connect.ts";
export { getClient } from "./current.ts";
export {
  CancelledError,
  ClientClosedError,
  ConnectionError,
  ScatterError,
  SchedulerRefusalError,
  WaitTimeoutError,
  WorkerGoneError,
} from "./errors.ts";
export { Future } from "./future.ts";
export {
  compute,
  type Computed,
  Delayed,
  type DelayedArg,
  type DelayedArgs,
  type DelayedFunction,
  persist,
  visualize,
} from "./graph/delayed.ts";
export { computeInTurn } from "./graph/in_turn.ts";
export type { CallOptions } from "./options.ts";
export { Ref } from "./ref.ts";
export type {
  AnyClass,
  AnyFunction,
  Arg,
  Args,
  Columns,
  Plain,
  Promised,
  Remote,
  RemoteFunction,
  RemoteModule,
  ValueOf,
} from "./types.ts";
export { asCompleted, wait, type Waited, type WaitFor } from "./waiting.ts";
