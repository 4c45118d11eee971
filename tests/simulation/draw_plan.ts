/**
 * From a seed to a plan.
 *
 * @module
 */

import { Draw } from "./draw.ts";
import { drawActor, drawGraph, drawSeries, drawSpec, type Materials } from "./draw_graphs.ts";
import type { Input, TaskPlan } from "./language.ts";
import { AMPLE, type ClientPlan, type Fault, type Plan, type Step, type WorkerPlan } from "./plan.ts";

/** Kinds of lives. In a "calm" one nothing befalls, and so nothing but what was asked for may come out. */
export const PROFILES = ["calm", "network", "deaths", "scheduler", "clients", "storm", "storm"] as const;

/** How large a life is. */
interface Scale {
  readonly workers: number;
  readonly clients: number;
  readonly batches: number;
  readonly tasks: number;
}

/** Draws a plan. Same seed, same plan. */
export function drawPlan(seed: number): Plan {
  const draw = new Draw(seed);
  const profile = draw.pick(PROFILES);
  const big = draw.chance(0.05);
  const scale: Scale = big
    ? { workers: 10, clients: 5, batches: 6, tasks: 80 }
    : { workers: 4, clients: 3, batches: 3, tasks: 24 };
  const resources = draw.chance(0.3) ? ["GPU"] : [];
  const workers = drawWorkers(draw.split("workers"), scale, profile, resources);
  const clients = drawClients(draw.split("clients"), scale, profile, workers, resources);
  const near = draw.ms(0.02, 2);
  return {
    seed,
    profile,
    latency: [near, near * draw.pick([1, 2, 10])],
    schedulerRestartAfter: draw.ms(5, 2_000),
    workers,
    clients,
    faults: drawFaults(draw.split("faults"), profile, workers, clients),
  };
}

function drawWorkers(draw: Draw, scale: Scale, profile: string, resources: readonly string[]): WorkerPlan[] {
  const workers: WorkerPlan[] = [];
  const short = draw.chance(0.15);
  for (let n = draw.int(1, scale.workers), i = 0; i < n; i++) {
    workers.push({
      name: `w${i}`,
      start: draw.chance(0.7) ? draw.int(0, 5) : draw.int(5, 300),
      threads: draw.int(1, 3),
      memoryLimit: short && draw.chance(0.7) ? draw.int(180_000, 900_000) : AMPLE,
      disk: short && draw.chance(0.5),
      // The first has them all, so that no task waits for what never comes.
      resources: Object.fromEntries(
        resources.filter(() => i === 0 || draw.chance(0.5)).map((r) => [r, draw.int(2, 3)]),
      ),
      slowness: profile !== "calm" && draw.chance(0.15) ? draw.int(2, 30) : 1,
      // The first always comes back, for the same reason.
      restartAfter: i === 0 || draw.chance(0.7) ? draw.ms(10, 1_500) : null,
    });
  }
  return workers;
}

function drawClients(
  draw: Draw,
  scale: Scale,
  profile: string,
  workers: readonly WorkerPlan[],
  resources: readonly string[],
): ClientPlan[] {
  const clients: ClientPlan[] = [];
  const shared: TaskPlan[][] = [];
  const names = workers.map((w) => w.name);
  for (let n = draw.int(1, scale.clients), c = 0; c < n; c++) {
    const name = `c${c}`;
    const steps: Step[] = [];
    const inputs: Input[] = [];
    const kept: string[] = [];
    let at = 0;
    const later = (): number => at += draw.chance(0.4) ? 0 : draw.ms(0.1, 150);
    for (let batches = draw.int(1, scale.batches), b = 0; b < batches; b++) {
      if (draw.chance(0.4)) {
        const slot = `${name}.s${b}`;
        const like = steps.find((s) => s.do === "scatter");
        const again = like?.do === "scatter" && draw.chance(0.3);
        steps.push({
          at: later(),
          do: "scatter",
          slot,
          h: again ? like.h : draw.int(0, 1 << 30),
          size: again ? like.size : draw.pick([0, 100, 3_000, 20_000]),
          broadcast: draw.chance(0.25),
          keepsValue: draw.chance(0.7),
        });
        inputs.push({ kind: "data", slot });
        if (draw.chance(0.3)) steps.push({ at: later(), do: "replicate", slot, copies: draw.int(0, 3) });
        if (draw.chance(0.15)) steps.push({ at: at + draw.ms(1, 400), do: "release", key: slot });
      }
      const materials: Materials = {
        draw,
        prefix: `${name}.g${b}`,
        most: scale.tasks,
        inputs,
        workers: names,
        resources,
        trouble: profile !== "calm" || draw.chance(0.3),
      };
      const again = shared.length > 0 && draw.chance(0.3);
      const graph = again ? draw.pick(shared) : drawGraph(materials);
      // Others may only ask for what does not stand on this client's own data.
      if (!again && graph.every((t) => t.inputs.every((i) => i.kind !== "data" && !foreign(i, materials.prefix)))) {
        shared.push(graph);
      }
      const keep = graph.length < 4 || draw.chance(0.5)
        ? graph.map((t) => t.key)
        : graph.filter((_, i) => i === graph.length - 1 || draw.chance(0.2)).map((t) => t.key);
      steps.push({ at: later(), do: "submit", tasks: graph, keep });
      if (draw.chance(0.5)) steps.push({ at: later(), do: "gather", keys: keep });
      for (const key of keep) {
        if (draw.chance(0.1)) steps.push({ at: at + draw.ms(1, 500), do: "release", key });
        else if (draw.chance(0.05)) {
          steps.push({ at: at + draw.ms(0.1, 200), do: "cancel", key, force: draw.chance(0.3) });
        } else if (!again) kept.push(key);
      }
      for (const key of kept.slice(-3)) inputs.push({ kind: "task", key });
      if (draw.chance(0.1)) steps.push({ at: later(), do: "run", spec: drawSpec(draw, draw.ms(0.1, 50)) });
      if (draw.chance(0.2)) {
        const actor = drawActor({ ...materials, prefix: `${name}.a${b}` });
        steps.push({ at: later(), do: "submit", tasks: [actor], keep: [actor.key] });
        for (let calls = draw.int(1, 6); calls > 0; calls--) {
          steps.push({ at: at + draw.ms(0.1, 300), do: "call", key: actor.key, n: draw.int(1, 5) });
        }
        if (draw.chance(0.3)) steps.push({ at: at + draw.ms(1, 400), do: "release", key: actor.key });
      }
    }
    // From streams of its own: what was drawn before there were series stays what it was.
    for (let n = 0; n < 2; n++) {
      const own = draw.split(`series ${c} ${n}`);
      if (!own.chance(0.3)) continue;
      const prefix = `${name}.l${n}`;
      const trouble = profile !== "calm" || own.chance(0.3);
      steps.push({
        at: own.ms(1, 400),
        do: "series",
        tasks: drawSeries({ draw: own, prefix, most: 0, inputs: [], workers: names, resources, trouble }),
        letGo: own.chance(0.6),
        pause: own.pick([0, 0, 0.3, 5]),
      });
    }
    if (profile === "clients" || profile === "storm") {
      if (draw.chance(0.03)) steps.push({ at: at * draw.unit(), do: "restart" });
      if (draw.chance(0.4)) steps.push({ at: at * (0.3 + draw.unit()), do: draw.pick(["leave", "die"]) });
    }
    steps.sort((x, y) => x.at - y.at);
    clients.push({ name, start: draw.chance(0.6) ? 0 : draw.ms(1, 300), steps: upToTheEnd(steps) });
  }
  return clients;
}

function foreign(i: Input, prefix: string): boolean {
  return i.kind === "task" && !i.key.startsWith(`${prefix}-`);
}

/** Nothing comes after leaving or dying. */
function upToTheEnd(steps: Step[]): Step[] {
  const end = steps.findIndex((s) => s.do === "leave" || s.do === "die");
  return end < 0 ? steps : steps.slice(0, end + 1);
}

function drawFaults(
  draw: Draw,
  profile: string,
  workers: readonly WorkerPlan[],
  clients: readonly ClientPlan[],
): Fault[] {
  const faults: Fault[] = [];
  const storm = profile === "storm";
  const names = workers.map((w) => w.name);
  const someone = (): string => draw.pick(["scheduler", ...names, ...clients.map((c) => c.name)]);
  const when = (): number => draw.ms(1, 2_000);
  if (storm || profile === "network") {
    for (let n = draw.int(0, 4); n > 0; n--) {
      const a = draw.chance(0.6) ? "scheduler" : someone(), b = someone();
      if (a !== b) {
        faults.push({ at: when(), fault: "cut", a, b, ms: draw.chance(0.7) ? draw.ms(1, 900) : draw.ms(900, 8_000) });
      }
    }
    for (let n = draw.int(0, 2); n > 0; n--) {
      const a = someone(), b = draw.chance(0.6) ? "scheduler" : someone();
      const ms = draw.chance(0.7) ? draw.ms(1, 3_000) : draw.ms(3_000, 15_000);
      if (a !== b) faults.push({ at: when(), fault: "hold", ...(draw.chance(0.5) ? { a, b } : { a: b, b: a }), ms });
    }
    for (let n = draw.int(0, 2); n > 0; n--) {
      faults.push({
        at: when(),
        fault: "freeze",
        who: someone(),
        ms: draw.chance(0.8) ? draw.ms(5, 3_000) : draw.ms(3_000, 45_000),
      });
    }
  }
  if (storm || profile === "deaths") {
    for (let n = draw.int(storm ? 0 : 1, 4); n > 0; n--) {
      faults.push({ at: when(), fault: "kill", who: draw.pick(names) });
    }
    if (draw.chance(0.3)) faults.push({ at: when(), fault: "retire", who: draw.pick(names) });
  }
  if (profile === "scheduler" || (storm && draw.chance(0.5))) {
    for (let n = draw.int(1, 2); n > 0; n--) faults.push({ at: when(), fault: "kill", who: "scheduler" });
  }
  return faults.sort((x, y) => x.at - y.at);
}
