/**
 * What the client's machine is told, and what it answers.
 *
 * @module
 */

import type { ClientToScheduler, FromWorker, Of, SchedulerToClient, ToWorker, workerCard } from "../protocol/mod.ts";
import type { Header } from "../../transport/mod.ts";
import type { ClientTask, DataCard } from "./client_task.ts";

/** See `workerCard` in the protocol. */
export type WorkerCard = Of<typeof workerCard>;

/** What the machine is told. `now` is in milliseconds and never goes back. */
export type ClientEvent =
  /** A session with the scheduler began. */
  | { readonly type: "up"; readonly now: number }
  /** It ended. */
  | { readonly type: "down"; readonly now: number; readonly reason: string }
  /** The cluster is over, and will not come back. */
  | { readonly type: "over"; readonly now: number; readonly reason: string }
  /** The shell is about to say something to the scheduler itself: what was put off is said before. */
  | { readonly type: "speak"; readonly now: number }
  /** Time has passed. */
  | { readonly type: "tick"; readonly now: number }
  | { readonly type: "message"; readonly now: number; readonly message: SchedulerToClient }
  /** New tasks, in the order in which they were submitted. */
  | {
    readonly type: "submit";
    readonly now: number;
    readonly tasks: readonly ClientTask[];
    /** They are of the same turn as those before. */
    readonly more?: boolean;
  }
  /** Values that this client did not make, and now wants. */
  | { readonly type: "want"; readonly now: number; readonly tasks: readonly ClientTask[] }
  /** The last handles to these are gone. */
  | { readonly type: "release"; readonly now: number; readonly tasks: readonly ClientTask[] }
  | { readonly type: "cancel"; readonly now: number; readonly tasks: readonly ClientTask[]; readonly force: boolean }
  /** Data that is to be put on a worker: what depends on it has to wait. */
  | { readonly type: "scatter"; readonly now: number; readonly tasks: readonly ClientTask[] }
  /** It is there. */
  | { readonly type: "stored"; readonly now: number; readonly task: ClientTask; readonly card: DataCard }
  /** It is not, and will not be. */
  | { readonly type: "notStored"; readonly now: number; readonly task: ClientTask; readonly error: Uint8Array }
  /** What was asked for by `resupply` is no longer there. */
  | { readonly type: "cannotSupply"; readonly now: number; readonly ids: readonly string[] }
  /** A session with a worker began, or ended. */
  | {
    readonly type: "linkUp";
    readonly now: number;
    readonly address: string;
    readonly name: string;
    readonly incarnation: string;
  }
  | { readonly type: "linkDown"; readonly now: number; readonly address: string }
  /** A worker tells of what was begun there. */
  | {
    readonly type: "fromWorker";
    readonly now: number;
    readonly address: string;
    readonly message: Extract<FromWorker, { type: "result" | "declined" | "threw" }>;
  }
  /** The client leaves. */
  /** Its program is done with it. The scheduler is told, unless it ends too. */
  | { readonly type: "close"; readonly now: number; readonly tell: boolean };

/** What the machine wants done. */
export type ClientInstruction =
  | { readonly type: "send"; readonly message: ClientToScheduler }
  /** Have a session with this worker. */
  | { readonly type: "dial"; readonly address: string }
  /** Have this worker, with which there is a session, begin a task. */
  | { readonly type: "start"; readonly address: string; readonly message: ToWorker }
  /** These have changed, and whoever watches them is to be told. */
  | { readonly type: "settled"; readonly tasks: readonly ClientTask[] }
  /** Put these on a worker again. */
  | { readonly type: "resupply"; readonly ids: readonly string[] }
  | { readonly type: "actorAt"; readonly key: string; readonly worker: string | null; readonly reason: string }
  /** Workers came, changed or went; those that went as they were. */
  | { readonly type: "workers"; readonly gone: readonly WorkerCard[] }
  | { readonly type: "answer"; readonly n: number; readonly ok: boolean; readonly value: Header }
  /** The scheduler knows us again: ask again what was not answered. */
  | { readonly type: "welcome" }
  /** Nothing more will come. */
  | { readonly type: "ended"; readonly reason: string }
  | { readonly type: "wakeAt"; readonly at: number };
