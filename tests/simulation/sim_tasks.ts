/**
 * From a plan's tasks to a client's.
 *
 * @module
 */

import { ClientTask, type TaskOptions } from "../../actors/client/client_task.ts";
import type { ClientCore } from "../../actors/client/core.ts";
import { pack, reference, toBlob } from "../../actors/values/mod.ts";
import { taskOptions } from "../helpers/task_options.ts";
import type { Input, TaskPlan } from "./language.ts";

const DEFAULTS: TaskOptions = { ...taskOptions, intensity: 3, period: 60_000 };

/** Tables of one client: tasks that share options share the object, as in the real client. */
const shared = new Map<string, TaskOptions>();

function optionsOf(plan: TaskPlan): TaskOptions {
  const options = { ...DEFAULTS, ...plan.options, kind: plan.spec.op === "actor" ? "actor" as const : "task" as const };
  const id = JSON.stringify(options);
  const known = shared.get(id);
  if (known !== undefined) return known;
  if (shared.size > 1000) shared.clear();
  shared.set(id, options);
  return options;
}

/**
 * Submits a task through a client's core, or takes the one of the same key that the client knows already, and holds it.
 *
 * @param slot Gives the key of scattered data; `undefined` when there is none.
 */
export function submitPlan(
  core: ClientCore,
  plan: TaskPlan,
  slot: (name: string) => string | undefined,
): ClientTask | undefined {
  let task = core.known(plan.key);
  if (task === undefined || task.call === undefined) {
    const inputs: unknown[] = [];
    for (const i of plan.inputs) {
      const input = inputOf(core, i, slot);
      // Who has let go of an input, or never had it, cannot submit with it.
      if (input === undefined) return undefined;
      inputs.push(input);
    }
    const packed = pack([plan.spec, ...inputs], { root: "args" });
    const args = toBlob(packed);
    const fn = `sim:${plan.key.split("-")[0]}`;
    task = new ClientTask(
      plan.key,
      "task",
      { fn, options: optionsOf(plan), codes: [] },
      args,
      0,
      args.length,
      packed.refs,
    );
    core.submit(task, true);
  } else if (task.state === "released" || task.state === "cancelled" || task.state === "lost") core.submit(task, true);
  task.handles++;
  return task;
}

function inputOf(core: ClientCore, i: Input, slot: (name: string) => string | undefined): unknown {
  switch (i.kind) {
    case "literal":
      return i.value;
    case "task":
      return (core.known(i.key)?.handles ?? 0) > 0 ? { [reference]: i.key } : undefined;
    case "data": {
      const key = slot(i.slot);
      return key === undefined ? undefined : { [reference]: key };
    }
  }
}
