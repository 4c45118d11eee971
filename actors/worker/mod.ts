/**
 * The worker: performs tasks on threads, keeps values in shared memory, serves other workers and clients, and houses the user's actors.
 *
 * @module
 */

export { heapArenas, sharedArenas } from "./arena.ts";
export type { Arena, ArenaFactory } from "./arena.ts";
export * from "./config.ts";
export type { Disk, DiskCopy } from "./disk.ts";
export * from "./errors.ts";
export type { Attempt, Card, HoldersOf, PlainError, WorkerEvent, WorkerInstruction } from "./events.ts";
export type { ActorCalls, Executor, ExecutorEvent, ExecutorTask } from "./executor.ts";
export type { Sandbox } from "./executor_thread.ts";
export { Block, Heap, type HeapOptions, type Region } from "./heap.ts";
export {
  native,
  type NativeFunctions,
  type NativeKind,
  nativeKinds,
  nativeLibraries,
  type NativeLibrary,
  type OpenedNative,
  openNative,
  registerNative,
} from "./natives.ts";
export { Rooms } from "./rooms.ts";
export type { WorkerMachineOptions } from "./books.ts";
export { WorkerMachine } from "./state.ts";
export type { WorkerData } from "./worker_data.ts";
export type { Pace, TaskSpec, WorkerLogEvent, WorkerTask, WorkerTaskState } from "./states.ts";
export { SpillFile } from "./spill_file.ts";
export { type Reservation, Store, StoredValue, type StoreEntry, type StoreOptions } from "./store.ts";
export { inTask, type TaskContext } from "./thread_api.ts";
export { ThreadExecutor } from "./thread_executor.ts";
export type { ThreadExecutorOptions } from "./thread_pool.ts";
export { Worker } from "./worker.ts";
export type { Usage, WorkerEnd, WorkerOptions } from "./worker_options.ts";
