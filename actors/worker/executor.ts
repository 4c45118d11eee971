/**
 * What performs tasks, as the worker sees it. Real threads are behind it, or a simulation.
 *
 * @module
 */

import type { PackedValue } from "../values/mod.ts";
import type { StoredValue } from "./store.ts";

/** A task as an executor gets it. */
export interface ExecutorTask {
  /** Names this run; unique in the worker's life. */
  readonly ticket: number;
  readonly key: string;
  readonly attempt: number;
  /** "task" runs once; "actor" constructs an instance, which stays under `key`. */
  readonly kind: "task" | "actor";
  /** The code reference's text. */
  readonly fn: string;
  /** The packed argument array, as a blob. */
  readonly args: Uint8Array;
  /** Values of the references inside `args`. The executor takes over one holding of each, and lets go when nothing can read them any more. */
  readonly deps: readonly { readonly key: string; readonly value: StoredValue }[];
}

/** Calls on one actor that arrived together. */
export interface ActorCalls {
  /** Names the batch; unique in the worker's life. */
  readonly batch: number;
  readonly key: string;
  readonly methods: readonly string[];
  readonly method: Uint32Array;
  readonly argBytes: Uint32Array;
  /** The calls' packed arguments, one blob after the other. */
  readonly args: Uint8Array;
}

/** What an executor tells. Bytes are true during the call only; who keeps them copies them. */
export type ExecutorEvent =
  /** A task returned. `value` is its packed value, in place if it is in the heap; `spent` is milliseconds of execution. */
  | { readonly kind: "finished"; readonly ticket: number; readonly value: PackedValue; readonly spent: number }
  /** Tasks returned small values: that of run `tickets[i]` is the blob of `sizes[i]` bytes from `at[i]` on. */
  | {
    readonly kind: "returned";
    readonly tickets: readonly number[];
    readonly spent: readonly number[];
    readonly bytes: Uint8Array;
    readonly at: readonly number[];
    readonly sizes: readonly number[];
  }
  /** A task threw: `error` is the blob of the packed error. */
  | { readonly kind: "failed"; readonly ticket: number; readonly error: Uint8Array; readonly spent: number }
  /** A task begins to wait for the cluster, or goes on. */
  | { readonly kind: "suspended" | "resumed"; readonly ticket: number }
  /** Threads wait for so many bytes of room; `tasks` of them perform tasks. 0 bytes: none does any more. */
  | { readonly kind: "need"; readonly bytes: number; readonly tasks: number }
  /** A cancelled run is over, whatever came of it. */
  | { readonly kind: "ended"; readonly ticket: number }
  /** Results of calls `first`, `first + 1`, … of a batch: packed values of `sizes[i]` bytes, 0 for the same as the one before; `ok[i]` is 0 for an error. */
  | {
    readonly kind: "replies";
    readonly batch: number;
    readonly first: number;
    readonly ok: Uint32Array;
    readonly sizes: Uint32Array;
    readonly values: Uint8Array;
  }
  /** An actor that was up is no more. */
  | { readonly kind: "actorDown"; readonly key: string; readonly reason: string; readonly error?: Uint8Array }
  /** A line that a task or an actor printed. */
  | { readonly kind: "log"; readonly key: string; readonly level: string; readonly text: string }
  /** A thread did not come back from a cancelled task, and another has taken its place; or it came back after all. */
  | { readonly kind: "writtenOff" | "cameBack"; readonly key: string }
  /** It cannot perform anything any more. */
  | { readonly kind: "broken"; readonly reason: string };

/** Performs tasks. It never calls the sink from within a call of its own methods. */
export interface Executor {
  /** How many tasks it performs at a time. */
  readonly threads: number;
  /** Hands every event to `sink`, synchronously, from now on; once only. */
  receive(sink: (event: ExecutorEvent) => void): void;
  /** Performs a task; those of kind "task" begin in the order they are given. */
  start(task: ExecutorTask): void;
  /** Takes back the tasks that have not begun (their values are let go); gives their tickets. */
  recall(): number[];
  /** Has a run stop as soon as it can. Its result, if one still comes, is not told: "ended" is. */
  cancel(ticket: number): void;
  /** The content hash of a value, computed where it is in nobody's way. */
  hash(value: StoredValue): Promise<Uint8Array>;
  /** Code that tasks may need, by hash. */
  code(hash: string, bytes: Uint8Array): void;
  /** Code that no task needs any more; what was made of it may stay. */
  forgetCode(hashes: readonly string[]): void;
  /** Calls on an actor. Each is answered once. */
  call(calls: ActorCalls): void;
  /** Ends an actor, after the call it is at; calls that wait are answered with an error. */
  stopActor(key: string): void;
  /** There may be room now for those that wait for it. */
  roomMade(): void;
  /** There will be none: they are told so. */
  noRoom(): void;
  /** Ends it all; threads that are stuck stay. */
  close(): Promise<void>;
}
