/**
 * A plan: all that will be done and all that will befall, as plain data, so that it can be printed, replayed and made smaller.
 *
 * @module
 */

import type { Spec, TaskPlan } from "./language.ts";

/** What a client does, `at` ms after the start of its process. */
export type Step =
  /** Submits tasks in one turn; of those in `keep` it holds futures, of the others it lets go at the end of the turn. */
  | {
    readonly at: number;
    readonly do: "submit";
    readonly tasks: readonly TaskPlan[];
    readonly keep: readonly string[];
  }
  /** Submits tasks one by one, each when the one before has come to an end and `pause` ms have passed; with `letGo`, its future goes then. */
  | {
    readonly at: number;
    readonly do: "series";
    readonly tasks: readonly TaskPlan[];
    readonly letGo: boolean;
    readonly pause: number;
  }
  /** Scatters a value: a number when `size` is 0, else an array. */
  | {
    readonly at: number;
    readonly do: "scatter";
    readonly slot: string;
    readonly h: number;
    readonly size: number;
    readonly broadcast: boolean;
    /** Whether it keeps the value, to supply it again. */
    readonly keepsValue: boolean;
  }
  | { readonly at: number; readonly do: "replicate"; readonly slot: string; readonly copies: number }
  /** Lets go of a task's future, or of a scattered value's reference. */
  | { readonly at: number; readonly do: "release"; readonly key: string }
  | { readonly at: number; readonly do: "cancel"; readonly key: string; readonly force: boolean }
  /** Fetches results as they come. */
  | { readonly at: number; readonly do: "gather"; readonly keys: readonly string[] }
  | { readonly at: number; readonly do: "call"; readonly key: string; readonly n: number }
  /** Performs a call on every worker that is there. */
  | { readonly at: number; readonly do: "run"; readonly spec: Spec }
  | { readonly at: number; readonly do: "restart" }
  /** Says goodbye. */
  | { readonly at: number; readonly do: "leave" }
  /** Dies. */
  | { readonly at: number; readonly do: "die" };

/** Bytes of a worker's values that no life comes to. */
export const AMPLE = 64 * 2 ** 20;

/** A client and its program. */
export interface ClientPlan {
  readonly name: string;
  readonly start: number;
  readonly steps: readonly Step[];
}

/** A worker process and its nanny. */
export interface WorkerPlan {
  readonly name: string;
  readonly start: number;
  readonly threads: number;
  readonly memoryLimit: number;
  /** Whether values may go to its disk. */
  readonly disk: boolean;
  readonly resources: Readonly<Record<string, number>>;
  /** Its executions take so many times as long. */
  readonly slowness: number;
  /** After how many ms its nanny has it back after a death; `null`: never. */
  readonly restartAfter: number | null;
}

/** What befalls, `at` ms. Names are of processes: "scheduler", a worker's, a client's. */
export type Fault =
  | { readonly at: number; readonly fault: "kill"; readonly who: string }
  /** No bytes between the two for `ms`; sessions end. */
  | { readonly at: number; readonly fault: "cut"; readonly a: string; readonly b: string; readonly ms: number }
  /** Nothing gets from `a` to `b` for `ms`; what `b` says arrives. After 8 s their heartbeats end the session. */
  | { readonly at: number; readonly fault: "hold"; readonly a: string; readonly b: string; readonly ms: number }
  /** The process stands still for `ms`; its sessions stay. */
  | { readonly at: number; readonly fault: "freeze"; readonly who: string; readonly ms: number }
  /** The worker is asked to leave (SIGTERM). */
  | { readonly at: number; readonly fault: "retire"; readonly who: string };

/** One simulated life of a cluster. */
export interface Plan {
  readonly seed: number;
  /** What kind of life it is, for statistics. */
  readonly profile: string;
  /** Ms a message takes, from and to; drawn for each. */
  readonly latency: readonly [number, number];
  /** After how many ms the scheduler is started again after a death. */
  readonly schedulerRestartAfter: number;
  readonly workers: readonly WorkerPlan[];
  readonly clients: readonly ClientPlan[];
  readonly faults: readonly Fault[];
}

/** Every task of a plan by its key, nested ones too. */
export function tasksOf(plan: Plan): Map<string, TaskPlan> {
  const tasks = new Map<string, TaskPlan>();
  const learn = (t: TaskPlan): void => {
    tasks.set(t.key, t);
    t.spec.children.forEach(learn);
  };
  for (const { steps } of plan.clients) for (const s of steps) if ("tasks" in s) s.tasks.forEach(learn);
  return tasks;
}

/** Ms of virtual time that one thread of the slowest worker needs for every task of a plan, each once. */
export function workOf(plan: Plan): number {
  let ms = 0;
  for (const { spec } of tasksOf(plan).values()) ms += spec.ms;
  return ms * Math.max(...plan.workers.map((w) => w.slowness));
}

/** How many parts of a plan could be left out. */
export function sizeOf(plan: Plan): number {
  let n = plan.faults.length + plan.workers.length + plan.clients.length;
  for (const c of plan.clients) for (const s of c.steps) n += "tasks" in s ? s.tasks.length : 1;
  return n;
}
