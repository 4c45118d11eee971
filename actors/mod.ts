/**
 * The runtime: a scheduler, workers and clients as actors.
 *
 * What is heavy (starting processes, the roles' own machines) is loaded when it is used: this module is also loaded in every executor thread.
 *
 * @module
 */

export type { Header, KeyPair, Keys, TransportStats } from "../transport/mod.ts";
export * from "./client/mod.ts";
export type { LocalClusterOptions } from "./cluster/mod.ts";
export type { MemoryFractions } from "./worker/config.ts";
export { ClosureError, ModuleLoadError, registerInternals, registerLibrary, UnknownCodeError } from "./code/mod.ts";
export { ActorGoneError, CycleError, KilledWorkerError, LostDataError } from "./scheduler/errors.ts";
export { fromWire, MalformedValueError, NotSendableError, registerErrorClass, toWire } from "./values/mod.ts";
export {
  MailboxFullError,
  MemoryError,
  TaskCancelledError,
  TaskTimeoutError,
  ThreadLostError,
} from "./worker/errors.ts";
export {
  native,
  type NativeFunctions,
  type NativeKind,
  type NativeLibrary,
  type OpenedNative,
  openNative,
  registerNative,
} from "./worker/natives.ts";
export { inTask, type TaskContext } from "./worker/thread_api.ts";
