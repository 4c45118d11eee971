/**
 * Which outcomes are right. A value must be the oracle's; an error must be one that the drawn troubles justify.
 *
 * | error             | admissible only when                                                                              |
 * | ----------------- | ------------------------------------------------------------------------------------------------- |
 * | DrawnError        | the task it names is in the closure, and throws more often than it may be tried again, or memory is short |
 * | TaskTimeoutError  | a task in the closure has a timeout that it can exceed, or is stuck                               |
 * | KilledWorkerError | it names three deaths, and each named worker was lost at least as often as it is named            |
 * | LostDataError     | scattered data in the closure; a worker was lost; and its client was gone or away, or no longer had the value |
 * | CancelledError    | this client cancelled something in the closure or let go of the key, or anybody cancelled for all, or restarted the cluster |
 * | ActorGoneError    | the same, or a worker was lost or cut off                                                         |
 * | ScatterError      | scattered data in the closure, and something befell workers, or their memory is short              |
 * | MemoryError       | some worker's memory is short                                                                     |
 *
 * The closure of a task: itself, its dependencies and nested tasks, and theirs.
 *
 * @module
 */

import { ALWAYS, type TaskPlan } from "./language.ts";
import type { Oracle } from "./oracle.ts";
import { AMPLE, type Plan, type WorkerPlan } from "./plan.ts";

/** What came of a future. */
export type Outcome =
  | { readonly state: "pending" }
  | { readonly state: "done"; readonly digest: number }
  | { readonly state: "failed"; readonly error: Error };

/** What truly happened, as the world saw it. */
export interface Facts {
  readonly plan: Plan;
  readonly oracle: Oracle;
  /** Keys that this client cancelled, or anybody for everybody. */
  cancelled(key: string): boolean;
  /** Keys and slots that this client let go of. */
  released(key: string): boolean;
  /** Whether a client had the cluster restarted. */
  readonly restarted: boolean;
  /** How often a worker died or was out of the scheduler's reach. */
  losses(worker: string): number;
  /** Whether a slot's client was gone or out of reach at some time, had let go of it, or does not keep values. */
  mayBeUnsupplied(slot: string): boolean;
  /** How many times the task was submitted. */
  submissions(key: string): number;
  /** Workers that are there at rest. */
  readonly workers: readonly WorkerPlan[];
}

/** The slowest worker's factor. */
function slowest(plan: Plan): number {
  return Math.max(...plan.workers.map((w) => w.slowness));
}

/** Whether nothing that is there can ever perform the task. */
export function cannotRun(task: TaskPlan, workers: readonly WorkerPlan[]): boolean {
  const { workers: only = [], allowOthers = false, resources = {} } = task.options;
  return !workers.some((w) =>
    (only.length === 0 || allowOthers || only.includes(w.name)) &&
    Object.entries(resources).every(([name, n]) => (w.resources[name] ?? 0) >= n)
  );
}

/** What is wrong with an outcome; `undefined` when it is right. */
export function judge(key: string, outcome: Outcome, facts: Facts): string | undefined {
  const { oracle } = facts;
  const closure = [...oracle.closure(key)];
  const tasks = closure.map((k) => oracle.tasks.get(k)).filter((t) => t !== undefined);
  switch (outcome.state) {
    case "pending":
      return tasks.some((t) => cannotRun(t, facts.workers)) ? undefined : `${key} is still pending at rest`;
    case "done": {
      if (outcome.digest !== oracle.ofTask(key)) return `${key} has a wrong value`;
      if (!oracle.canSucceed(key)) return `${key} has a value, but something in it always fails`;
      if (!calm(facts)) return;
      const failing = tasks.find((t) => t.spec.fails > (t.options.retries ?? 0) && facts.submissions(t.key) === 1);
      return failing === undefined ? undefined : `${key} has a value, but ${failing.key} must have failed`;
    }
    case "failed":
      return unjustified(outcome.error, closure, tasks, facts);
  }
}

function calm(facts: Facts): boolean {
  return facts.plan.profile === "calm";
}

function unjustified(error: Error, closure: string[], tasks: TaskPlan[], facts: Facts): string | undefined {
  const key = closure[0];
  const what = `${key} failed with ${error.name}: ${error.message.split("\n")[0]}`;
  const lost = facts.plan.workers.some((w) => facts.losses(w.name) > 0);
  switch (error.name) {
    case "DrawnError": {
      const named = (error as Error & { key?: string }).key;
      const task = tasks.find((t) => t.key === named);
      if (task === undefined) return `${what}, which is none of what it depends on`;
      // What found no room was tried again, too.
      return task.spec.fails > (task.options.retries ?? 0) || shortOfMemory(facts.plan)
        ? undefined
        : `${what}, but it had retries left`;
    }
    case "TaskTimeoutError": {
      const slow = slowest(facts.plan);
      const may = tasks.some((t) =>
        t.options.timeout !== undefined &&
        (t.spec.stuck > 0 || t.spec.ms * slow >= t.options.timeout * 0.99 || t.spec.op === "nest" ||
          anyFreeze(facts.plan))
      );
      return may ? undefined : `${what}, but nothing in it takes so long`;
    }
    case "KilledWorkerError": {
      const workers = (error as Error & { workers?: readonly string[] }).workers ?? [];
      if (workers.length < 3) return `${what}, after ${workers.length} deaths only`;
      const over = workers.find((w) => workers.filter((x) => x === w).length > facts.losses(w));
      return over === undefined ? undefined : `${what}, but ${over} was lost ${facts.losses(over)} times only`;
    }
    case "LostDataError": {
      const slots = closure.filter((k) => !facts.oracle.tasks.has(k));
      if (!slots.some((s) => facts.mayBeUnsupplied(s))) return `${what}, but its data could have been supplied`;
      // A client that is away for longer than it is waited for is as good as gone, and its data with it.
      return lost || slots.some((s) => facts.released(s)) ||
          facts.plan.faults.some((f) =>
            (f.fault === "cut" || f.fault === "hold" || f.fault === "freeze") && f.ms > 4500
          )
        ? undefined
        : `${what}, but no worker was lost`;
    }
    case "CancelledError":
      return facts.restarted || facts.released(key) || closure.some((k) => facts.cancelled(k))
        ? undefined
        : `${what}, but nobody cancelled it`;
    case "ActorGoneError":
      return lost || facts.plan.faults.some((f) => f.fault === "cut" || f.fault === "hold") || facts.restarted ||
          facts.released(key) ||
          closure.some((k) => facts.cancelled(k))
        ? undefined
        : `${what}, but nothing befell it`;
    case "MemoryError":
      return shortOfMemory(facts.plan) ? undefined : `${what}, but there is memory for it`;
    case "ScatterError":
      return lost || facts.plan.faults.length > 0 || shortOfMemory(facts.plan)
        ? undefined
        : `${what}, but nothing befell its workers`;
    default:
      return `${what}: no such error was expected`;
  }
}

/** Whether some worker may run out of memory. */
export function shortOfMemory(plan: Plan): boolean {
  return plan.workers.some((w) => w.memoryLimit < AMPLE);
}

function anyFreeze(plan: Plan): boolean {
  return plan.faults.some((f) => f.fault === "freeze");
}

/** Whether the task can come to nothing but an error. */
export function mustFail(task: TaskPlan): boolean {
  return task.spec.fails >= ALWAYS || task.spec.stuck >= ALWAYS;
}
