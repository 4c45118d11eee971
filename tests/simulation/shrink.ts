/**
 * Makes a plan that fails smaller while it still fails in the same way.
 *
 * @module
 */

import type { TaskPlan } from "./language.ts";
import type { ClientPlan, Plan, Step } from "./plan.ts";
import { play } from "./play.ts";

/** The part of a failure that two plans may share: without numbers, and without stacks. */
export function kindOf(failure: string): string {
  return failure.split("\n")[0].replace(/\d+(\.\d+)?/g, "#").slice(0, 120);
}

/** Tries to leave out one part after another, `most` replays at most. Gives the smallest plan that still fails alike. */
export async function shrink(plan: Plan, failure: string, most = 400): Promise<Plan> {
  const kind = kindOf(failure);
  let left = most;
  for (let again = true; again && left > 0;) {
    again = false;
    for (let i = 0; left > 0; i++) {
      const smaller = without(plan, i);
      if (smaller === undefined) break;
      left--;
      const { failure } = await play(smaller);
      if (failure === undefined || kindOf(failure) !== kind) continue;
      plan = smaller;
      again = true;
      i--;
    }
  }
  return plan;
}

/** The plan without its `i`-th part: clients first, then faults, steps, tasks, workers. `undefined` after the last. */
function without(plan: Plan, i: number): Plan | undefined {
  if (i < plan.clients.length) {
    return { ...plan, clients: drop(plan.clients, i) };
  }
  i -= plan.clients.length;
  if (i < plan.faults.length) return { ...plan, faults: drop(plan.faults, i) };
  i -= plan.faults.length;
  for (let c = 0; c < plan.clients.length; c++) {
    const client = plan.clients[c];
    if (i < client.steps.length) return withClient(plan, c, drop(client.steps, i));
    i -= client.steps.length;
  }
  for (let c = 0; c < plan.clients.length; c++) {
    const { steps } = plan.clients[c];
    for (const step of steps) {
      if (!("tasks" in step)) continue;
      if (i < step.tasks.length) return withClient(plan, c, steps.map((s) => withoutTask(s, step.tasks[i].key)));
      i -= step.tasks.length;
    }
  }
  // The first worker stays.
  if (i + 1 < plan.workers.length) return { ...plan, workers: drop(plan.workers, i + 1) };
  return undefined;
}

function drop<T>(list: readonly T[], i: number): T[] {
  return list.filter((_, j) => j !== i);
}

function withClient(plan: Plan, c: number, steps: readonly Step[]): Plan {
  return { ...plan, clients: plan.clients.map((x, i): ClientPlan => i === c ? { ...x, steps } : x) };
}

/** Without a task, and without it among the inputs of others. */
function withoutTask(step: Step, key: string): Step {
  if (!("tasks" in step)) return step;
  const tasks = step.tasks.filter((t) => t.key !== key).map((t): TaskPlan => ({
    ...t,
    inputs: t.inputs.filter((i) => i.kind !== "task" || i.key !== key),
  }));
  return step.do === "submit" ? { ...step, tasks, keep: step.keep.filter((k) => k !== key) } : { ...step, tasks };
}
