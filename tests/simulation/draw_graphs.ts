/**
 * Graphs of tasks, drawn.
 *
 * @module
 */

import type { Draw } from "./draw.ts";
import { ALWAYS, type Form, type Input, type OptionsPlan, type Spec, type TaskPlan } from "./language.ts";

/** What graphs may be made of. */
export interface Materials {
  readonly draw: Draw;
  /** Begins every key. */
  readonly prefix: string;
  /** Most tasks. */
  readonly most: number;
  /** Scattered values and tasks that may be inputs. */
  readonly inputs: readonly Input[];
  readonly workers: readonly string[];
  /** Names of abstract resources that some worker has. */
  readonly resources: readonly string[];
  /** Whether tasks may fail, be slow or be stuck. */
  readonly trouble: boolean;
}

const SHAPES = ["wide", "deep", "diamond", "tree", "layers", "random"] as const;

/** A graph; inputs come before those that use them. */
export function drawGraph(m: Materials): TaskPlan[] {
  const { draw } = m;
  const n = draw.chance(0.15) ? m.most : draw.int(1, Math.max(1, m.most >> 1));
  const kind = draw.pick(SHAPES);
  const common = drawOptions(m);
  const slow = draw.chance(0.3) ? draw.ms(1, 120) : draw.ms(0.1, 5);
  const tasks: TaskPlan[] = [];
  const own = (i: number): Input => ({ kind: "task", key: tasks[i].key });
  const outside = (): Input[] => m.inputs.length > 0 && draw.chance(0.35) ? [draw.pick(m.inputs)] : [];
  for (let i = 0; i < n; i++) {
    let inputs: Input[];
    switch (kind) {
      case "wide":
        inputs = outside();
        break;
      case "deep":
        inputs = i === 0 ? outside() : [own(i - 1)];
        break;
      case "diamond":
        inputs = i === 0 ? outside() : i === n - 1 ? tasks.slice(1).map((_, j) => own(j + 1)) : [own(0)];
        break;
      case "tree": {
        const leaves = (n + 1) >> 1;
        const a = 2 * (i - leaves);
        inputs = i < leaves ? outside() : [own(a), ...(a + 1 < i ? [own(a + 1)] : [])];
        break;
      }
      case "layers": {
        const width = Math.max(1, Math.floor(Math.sqrt(n)));
        const layer = Math.floor(i / width);
        inputs = [];
        if (layer === 0) inputs = outside();
        else for (let j = (layer - 1) * width; j < layer * width; j++) if (draw.chance(0.6)) inputs.push(own(j));
        break;
      }
      case "random":
        inputs = outside();
        for (let k = draw.int(0, 3); k > 0 && i > 0; k--) inputs.push(own(draw.int(0, i - 1)));
    }
    if (draw.chance(0.2)) inputs.push({ kind: "literal", value: draw.int(0, 1_000_000) });
    const key = `${m.prefix}-${i}`;
    const options = draw.chance(0.85) ? common : drawOptions(m);
    tasks.push(drawTask(m, key, inputs, options, slow));
  }
  return tasks;
}

/** Tasks that depend on nothing, to be submitted one by one. */
export function drawSeries(m: Materials): TaskPlan[] {
  const { draw } = m;
  // What nobody can perform would keep the others from being submitted.
  const options: OptionsPlan = draw.chance(0.2) ? drawOptions({ ...m, workers: [], resources: [] }) : {};
  const slow = draw.chance(0.2) ? draw.ms(1, 60) : draw.ms(0.1, 3);
  const tasks: TaskPlan[] = [];
  for (let n = draw.int(3, 25), i = 0; i < n; i++) {
    const literal: Input = { kind: "literal", value: draw.int(0, 1_000_000) };
    tasks.push(drawTask(m, `${m.prefix}-${i}`, [literal], options, slow));
  }
  return tasks;
}

/** An actor's constructor. */
export function drawActor(m: Materials): TaskPlan {
  const { draw } = m;
  return {
    key: m.prefix,
    spec: {
      op: "actor",
      salt: draw.int(0, 1 << 30),
      form: "number",
      size: 0,
      ms: draw.ms(0.1, 5),
      fails: 0,
      stuck: 0,
      children: [],
    },
    inputs: m.inputs.length > 0 && draw.chance(0.3) ? [draw.pick(m.inputs)] : [],
    options: { restart: draw.pick(["never", "always"]), intensity: draw.int(1, 5) },
  };
}

function drawOptions(m: Materials): OptionsPlan {
  const { draw } = m;
  const o: { -readonly [K in keyof OptionsPlan]: OptionsPlan[K] } = {};
  if (draw.chance(0.3)) o.priority = draw.int(-2, 3);
  if (draw.chance(0.3)) o.retries = draw.int(1, 3);
  if (draw.chance(0.15)) {
    o.workers = draw.some(m.workers, 0.5);
    if (draw.chance(0.6)) o.allowOthers = true;
  }
  if (draw.chance(0.1)) o.forget = true;
  if (m.resources.length > 0 && draw.chance(0.2)) o.resources = { [draw.pick(m.resources)]: draw.int(1, 2) };
  return o;
}

/** What a call of a task, or on every worker, does. */
export function drawSpec(draw: Draw, slow: number): Spec {
  const form: Form = draw.pick(["number", "number", "text", "array"]);
  return {
    op: "mix",
    salt: draw.int(0, 1 << 30),
    form,
    size: form === "array" ? draw.pick([0, 10, 100, 3_000, 20_000]) : 0,
    ms: Math.round(10 * slow * (0.5 + draw.unit())) / 10,
    fails: 0,
    stuck: 0,
    children: [],
  };
}

function drawTask(m: Materials, key: string, inputs: Input[], options: OptionsPlan, slow: number): TaskPlan {
  const { draw } = m;
  let spec = drawSpec(draw, slow);
  if (m.trouble && draw.chance(0.08)) {
    switch (draw.int(0, 3)) {
      case 0:
        spec = { ...spec, fails: draw.int(1, 3) };
        break;
      case 1:
        spec = { ...spec, fails: ALWAYS };
        break;
      case 2:
        spec = { ...spec, stuck: draw.pick([1, 2, ALWAYS]) };
        options = { ...options, timeout: draw.int(20, 300) };
        break;
      case 3:
        options = { ...options, timeout: draw.int(1, 100) };
    }
  }
  if (draw.chance(0.08)) {
    const children: TaskPlan[] = [];
    for (let i = draw.int(1, 4); i > 0; i--) {
      const k = `${key}/${children.length}`;
      const from: Input[] = children.length > 0 && draw.chance(0.4)
        ? [{ kind: "task", key: draw.pick(children).key }]
        : [{ kind: "literal", value: draw.int(0, 1000) }];
      let child: TaskPlan = { key: k, spec: drawSpec(draw, slow), inputs: from, options: {} };
      if (draw.chance(0.1)) {
        child = { ...child, spec: { ...child.spec, op: "nest", children: [leaf(draw, `${k}/0`, slow)] } };
      }
      children.push(child);
    }
    spec = { ...spec, op: "nest", children };
  }
  return { key, spec, inputs, options };
}

function leaf(draw: Draw, key: string, slow: number): TaskPlan {
  return { key, spec: drawSpec(draw, slow), inputs: [], options: {} };
}
