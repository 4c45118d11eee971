/**
 * What must come out: the same graph, evaluated in one go.
 *
 * @module
 */

import { ALWAYS, digest, type Input, result, shape, type TaskPlan } from "./language.ts";
import { type Plan, tasksOf } from "./plan.ts";

/** Knows the right value of every task and scattered value of a plan. */
export class Oracle {
  /** Every task by key, nested ones too. */
  readonly tasks: ReadonlyMap<string, TaskPlan>;
  readonly #slots = new Map<string, number>();
  readonly #digests = new Map<string, number>();
  readonly #closures = new Map<string, ReadonlySet<string>>();

  /** @param plan What will be done. */
  constructor(plan: Plan) {
    this.tasks = tasksOf(plan);
    for (const client of plan.clients) {
      for (const step of client.steps) {
        if (step.do === "scatter") {
          this.#slots.set(step.slot, digest(shape(step.h, step.size === 0 ? "number" : "array", step.size)));
        }
      }
    }
  }

  /** The digest of a task's right result. */
  ofTask(key: string): number {
    let d = this.#digests.get(key);
    if (d === undefined) {
      const t = this.#task(key);
      d = digest(result(t.spec, t.inputs.map((i) => this.#input(i)), t.spec.children.map((c) => this.ofTask(c.key))));
      this.#digests.set(key, d);
    }
    return d;
  }

  /** The digest of a scattered value. */
  ofSlot(slot: string): number {
    const d = this.#slots.get(slot);
    if (d === undefined) throw new RangeError(`nothing was scattered as ${slot}`);
    return d;
  }

  /** The task and all that it depends on: keys of tasks (children too), and slots. */
  closure(key: string): ReadonlySet<string> {
    let all = this.#closures.get(key);
    if (all === undefined) {
      const found = new Set([key]);
      const t = this.#task(key);
      for (const i of t.inputs) {
        if (i.kind === "data") found.add(i.slot);
        else if (i.kind === "task") { for (const k of this.closure(i.key)) found.add(k); }
      }
      for (const c of t.spec.children) for (const k of this.closure(c.key)) found.add(k);
      all = found;
      this.#closures.set(key, all);
    }
    return all;
  }

  /** Whether nothing in the task's closure always throws, or is always stuck. */
  canSucceed(key: string): boolean {
    for (const k of this.closure(key)) {
      const t = this.tasks.get(k);
      if (t !== undefined && (t.spec.fails >= ALWAYS || t.spec.stuck >= ALWAYS)) return false;
    }
    return true;
  }

  #task(key: string): TaskPlan {
    const t = this.tasks.get(key);
    if (t === undefined) throw new RangeError(`no task ${key} in the plan`);
    return t;
  }

  #input(i: Input): number {
    return i.kind === "literal" ? digest(i.value) : i.kind === "task" ? this.ofTask(i.key) : this.ofSlot(i.slot);
  }
}
