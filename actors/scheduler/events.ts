/**
 * What the machine is told, and what it answers: plain data both ways.
 *
 * @module
 */

import type { ClientToScheduler, SchedulerToClient, SchedulerToWorker, WorkerToScheduler } from "../protocol/mod.ts";

/** What the machine is told. `now` is in milliseconds and never goes back; `peer` names a session. */
export type SchedulerEvent =
  | {
    readonly type: "clientUp" | "workerUp";
    readonly now: number;
    readonly peer: string;
    readonly name: string;
    readonly incarnation: string;
  }
  | { readonly type: "clientMessage"; readonly now: number; readonly peer: string; readonly message: ClientToScheduler }
  | { readonly type: "workerMessage"; readonly now: number; readonly peer: string; readonly message: WorkerToScheduler }
  | { readonly type: "clientDown" | "workerDown"; readonly now: number; readonly peer: string; readonly reason: string }
  /** Time has passed. */
  | { readonly type: "tick"; readonly now: number }
  /** The scheduler ends; `final` when it will not be back. */
  | { readonly type: "close"; readonly now: number; readonly reason: string; readonly final: boolean };

/** What the machine wants done. */
export type SchedulerInstruction =
  | { readonly type: "toClient"; readonly peer: string; readonly message: SchedulerToClient }
  | { readonly type: "toWorker"; readonly peer: string; readonly message: SchedulerToWorker }
  /** End this session, and say why. */
  | { readonly type: "closePeer"; readonly peer: string; readonly reason: string }
  /** Send a tick at that time, or soon after; a later instruction replaces an earlier one. */
  | { readonly type: "wakeAt"; readonly at: number };
