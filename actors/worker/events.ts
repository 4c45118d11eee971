/**
 * What the worker's machine is told, and what it has done: plain data both ways.
 *
 * @module
 */

import type { TaskSpec } from "./states.ts";

/** Holders of a value: worker addresses, and its size in bytes. */
export interface HoldersOf {
  readonly key: string;
  readonly holders: readonly string[];
  readonly nbytes: number;
}

/** What the scheduler said of scattered data that is to be copied here; as in the protocol. */
export interface Card {
  readonly id: string;
  readonly nbytes: number;
  readonly about: unknown;
  readonly workers: readonly string[];
  readonly copies: number;
}

/** A task of which a run is spoken of, by number. */
export interface Attempt {
  readonly key: string;
  readonly attempt: number;
}

/** What the machine is told. */
export type WorkerEvent =
  & { readonly now: number }
  & (
    /** A session with the scheduler begins. */
    | { readonly type: "connected" }
    | { readonly type: "disconnected" }
    /** The scheduler's answer to `join`. */
    | { readonly type: "welcome"; readonly drop: readonly string[]; readonly cancel: readonly string[] }
    | { readonly type: "run"; readonly tasks: readonly TaskSpec[]; readonly holders: readonly HoldersOf[] }
    /** A client asks for these to be begun; they depend on nothing. */
    | { readonly type: "start"; readonly tasks: readonly TaskSpec[] }
    | { readonly type: "drop"; readonly keys: readonly string[] }
    | { readonly type: "cancel" | "steal"; readonly tasks: readonly Attempt[] }
    | { readonly type: "fetch"; readonly values: readonly (HoldersOf & { readonly about: Card | null })[] }
    | { readonly type: "holders"; readonly values: readonly HoldersOf[] }
    | { readonly type: "stopActor"; readonly key: string }
    | { readonly type: "retire" | "restart" }
    | { readonly type: "closing"; readonly reason: string; readonly final: boolean }
    /** A value arrived from `from` and is in the store. */
    | { readonly type: "received"; readonly key: string; readonly from: string; readonly nbytes: number }
    /** `from` cannot give it, or cannot be reached. */
    | { readonly type: "unavailable"; readonly key: string; readonly from: string; readonly reason: string }
    /** It arrived and there is no room for it; `error` is the blob of the packed error. */
    | { readonly type: "noRoom"; readonly key: string; readonly from: string; readonly error: Uint8Array }
    /** A client scattered a value to here; it is in the store. */
    | { readonly type: "pinned"; readonly card: Card }
    /** A run returned; its value is in the store. */
    | { readonly type: "finished"; readonly ticket: number; readonly nbytes: number; readonly spent: number }
    /** Runs returned; their values are in the store. */
    | {
      readonly type: "returned";
      readonly tickets: readonly number[];
      readonly nbytes: readonly number[];
      readonly spent: readonly number[];
    }
    /** A run threw, or its value found no room. */
    | { readonly type: "threw"; readonly ticket: number; readonly error: Uint8Array; readonly spent: number }
    | { readonly type: "suspended" | "resumed"; readonly ticket: number }
    /** So many threads have or are to have calls that are no tasks. */
    | { readonly type: "occupied"; readonly places: number }
    /** A cancelled run is over. */
    | { readonly type: "ended"; readonly ticket: number }
    /** The answer to a `recall`. */
    | { readonly type: "recalled"; readonly tickets: readonly number[] }
    | { readonly type: "actorDown"; readonly key: string; readonly reason: string; readonly error?: Uint8Array }
    /** Bytes in the store now; and, when it was looked at, those that the process takes beyond what it should, and whether it is short. */
    | { readonly type: "memory"; readonly managed: number; readonly excess?: number; readonly short?: boolean }
    /** A copy of the value is on disk; or could not be made. */
    | { readonly type: "spilled" | "spillFailed"; readonly key: string }
    /** The batch of small values is on disk; or could not be written. */
    | { readonly type: "batchSpilled" | "batchFailed"; readonly batch: number }
    /** The value is back in memory. */
    | { readonly type: "loaded"; readonly key: string }
    /** The value could not be brought back: for want of `room`, or because reading failed. */
    | { readonly type: "loadFailed"; readonly key: string; readonly room: boolean; readonly error: Uint8Array }
    /** Somebody waits for so many bytes of room, `tasks` executing tasks among them; 0 bytes for nobody any more. */
    | { readonly type: "need"; readonly bytes: number; readonly tasks: number }
    /** The worker is to leave in good order: it was asked to, or a thread of it is stuck. */
    | { readonly type: "leave"; readonly reason: string; readonly within: number; readonly renew: boolean }
    /** It is time (see the `wakeAt` instruction). */
    | { readonly type: "wake" }
  );

/** An error that the machine itself found; the shell packs it. */
export interface PlainError {
  readonly name: "TaskTimeoutError" | "TaskCancelledError";
  readonly message: string;
}

/** What the machine wants done. */
export type WorkerInstruction =
  | {
    readonly do: "join";
    readonly held: readonly string[];
    readonly heldBytes: readonly number[];
    readonly pinned: readonly Card[];
    readonly tasks: readonly Attempt[];
    readonly actors: readonly string[];
  }
  /** Tell the scheduler: a result is here. */
  | {
    readonly do: "finished";
    readonly key: string;
    readonly attempt: number;
    readonly nbytes: number;
    readonly spent: number;
    /** Set where no client wants it. */
    readonly quiet?: true;
  }
  | { readonly do: "failed"; readonly key: string; readonly attempt: number; readonly error: Uint8Array | PlainError }
  | {
    readonly do: "missing";
    readonly key: string;
    readonly attempt: number;
    readonly deps: readonly string[];
    readonly tried: readonly string[];
  }
  | { readonly do: "given"; readonly tasks: readonly Attempt[] }
  /** Tell the client that asked for it to be begun that it is not. */
  | { readonly do: "decline"; readonly key: string }
  | { readonly do: "has"; readonly key: string; readonly nbytes: number }
  | { readonly do: "fetchFailed"; readonly key: string; readonly reason: string }
  | { readonly do: "suspended"; readonly key: string; readonly attempt: number; readonly resumed: boolean }
  | { readonly do: "actorUp"; readonly key: string; readonly attempt: number }
  | {
    readonly do: "actorDown";
    readonly key: string;
    readonly attempt: number;
    readonly reason: string;
    readonly error?: Uint8Array;
  }
  | { readonly do: "leaving"; readonly reason: string }
  /** Say how the worker is, now: `paused` changed. */
  | { readonly do: "beat" }
  /** Give a task to the executor. */
  | {
    readonly do: "start";
    readonly ticket: number;
    readonly key: string;
    readonly attempt: number;
    readonly kind: "task" | "actor";
    readonly fn: string;
    readonly args: Uint8Array;
    readonly deps: readonly string[];
  }
  /** Take back from the executor what has not begun; answered at once by `recalled`. */
  | { readonly do: "recall" }
  /** Have a run stopped. */
  | { readonly do: "stop"; readonly ticket: number }
  | { readonly do: "stopActor"; readonly key: string }
  /** Ask another worker for a value. */
  | { readonly do: "get"; readonly key: string; readonly from: string }
  /** Write a copy of the value to disk; answered by `spilled` or `spillFailed`. */
  | { readonly do: "spill"; readonly key: string }
  /** Free the value's memory: there is a copy on disk. */
  | { readonly do: "unload"; readonly key: string }
  /** Write small values to disk together; answered by `batchSpilled` or `batchFailed`. */
  | { readonly do: "spillBatch"; readonly batch: number; readonly keys: readonly string[] }
  /** Those of the batch, by their numbers in it, are on disk only from now on; the others stay in memory only. The answer to `batchSpilled`. */
  | { readonly do: "unloadBatch"; readonly batch: number; readonly slots: readonly number[] }
  /** Bring the value back into memory; answered by `loaded` or `loadFailed`. */
  | { readonly do: "load"; readonly key: string }
  /** Whoever waits for room waits in vain. */
  | { readonly do: "noRoom" }
  /** Drop a value from the store, and from disk. */
  | { readonly do: "forget"; readonly key: string }
  /** Send `wake` at that time; replaces an earlier one. */
  | { readonly do: "wakeAt"; readonly at: number }
  /** The worker is done: end the process, and have it started again if `renew`. */
  | { readonly do: "end"; readonly reason: string; readonly renew: boolean };
