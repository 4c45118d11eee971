/**
 * Lives of a cluster that are not drawn but written, each for one promise of the design.
 *
 * @module
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Input, OptionsPlan, Spec, TaskPlan } from "./language.ts";
import type { ClientPlan, Fault, Plan, Step, WorkerPlan } from "./plan.ts";
import { play, type Played } from "./play.ts";

function task(
  key: string,
  inputs: readonly (string | Input)[] = [],
  what: Partial<Spec> = {},
  options: OptionsPlan = {},
): TaskPlan {
  return {
    key,
    spec: { op: "mix", salt: key.length, form: "number", size: 0, ms: 1, fails: 0, stuck: 0, children: [], ...what },
    inputs: inputs.map((i) => typeof i === "string" ? { kind: "task", key: i } : i),
    options,
  };
}

function data(slot: string): Input {
  return { kind: "data", slot };
}

function submit(at: number, ...tasks: TaskPlan[]): Step {
  return { at, do: "submit", tasks, keep: tasks.map((t) => t.key) };
}

function scatter(at: number, slot: string, size: number, broadcast = false): Step {
  return { at, do: "scatter", slot, h: 77, size, broadcast, keepsValue: true };
}

function worker(name: string, what: Partial<WorkerPlan> = {}): WorkerPlan {
  return {
    name,
    start: 0,
    threads: 2,
    memoryLimit: 64 * 2 ** 20,
    disk: false,
    resources: {},
    slowness: 1,
    restartAfter: 50,
    ...what,
  };
}

function client(name: string, ...steps: Step[]): ClientPlan {
  return { name, start: 5, steps };
}

async function live(
  workers: readonly WorkerPlan[],
  clients: readonly ClientPlan[],
  faults: readonly Fault[] = [],
  what: Partial<Plan> = {},
): Promise<Played> {
  const played = await play({
    seed: 1,
    profile: "written",
    latency: [0.1, 0.5],
    schedulerRestartAfter: 100,
    workers,
    clients,
    faults,
    ...what,
  }, { log: true });
  strictEqual(played.failure, undefined, `${played.failure}\n${played.log.join("\n")}`);
  return played;
}

/** How often each key with this prefix was performed. */
function performed(played: Played, prefix: string): Map<string, number> {
  return new Map([...played.world.executions].filter(([key]) => key.startsWith(prefix)));
}

function many(n: number, make: (i: number) => TaskPlan): TaskPlan[] {
  return Array.from({ length: n }, (_, i) => make(i));
}

/** What each of a client's futures came to, from its log lines. */
function lines(played: Played, pattern: RegExp): string[] {
  return played.log.filter((l) => pattern.test(l));
}

Deno.test("A cluster of one worker survives its death in the middle of a search: the scattered data is supplied again", async () => {
  const fits = many(60, (i) => task(`fit${i}`, [data("X")], { ms: 10 }));
  const played = await live(
    [worker("w0")],
    [client("c0", scatter(0, "X", 20_000), submit(1, ...fits, task("best", fits.map((t) => t.key))))],
    [{ at: 150, fault: "kill", who: "w0" }],
  );
  strictEqual(lines(played, /c0 +<- scheduler: resupply/).length, 1);
  ok(played.world.executions.get("best")! >= 1);
});

Deno.test("A scheduler restarted while 500 tasks run has each run once, where no worker died", async () => {
  const tasks = many(
    500,
    (i) => task(`t${i}`, [], { ms: 4, form: i % 3 === 0 ? "array" : "number", size: i % 3 === 0 ? 3000 : 0 }),
  );
  const played = await live(
    [worker("w0"), worker("w1"), worker("w2")],
    [client("c0", submit(0, ...tasks))],
    [{ at: 150, fault: "kill", who: "scheduler" }, { at: 420, fault: "kill", who: "scheduler" }],
  );
  const runs = performed(played, "t");
  strictEqual(runs.size, 500);
  deepStrictEqual([...runs].filter(([, n]) => n !== 1), []);
});

Deno.test("A broadcast to 8 workers is a tree: no holder gives it to all others", async () => {
  const names = Array.from({ length: 8 }, (_, i) => `w${i}`);
  const played = await live(names.map((n) => worker(n)), [client("c0", scatter(10, "X", 20_000, true))]);
  const copies = lines(played, /<- w\d: data/);
  strictEqual(copies.length, 7, "each of the seven others gets it once, from a worker");
  const given = new Map<string, number>();
  for (const l of copies) {
    const from = /<- (w\d): data/.exec(l)![1];
    given.set(from, (given.get(from) ?? 0) + 1);
  }
  ok(given.size >= 2, "new holders are sources for the next");
  ok(Math.max(...given.values()) < 7);
});

Deno.test("A client that dies takes the work that only it wanted with it", async () => {
  const mine = many(200, (i) => task(`mine${i}`, [], { ms: 200 }));
  const played = await live(
    [worker("w0")],
    [client("c0", submit(0, ...mine), { at: 300, do: "die" }), client("c1", submit(1, task("other", [], { ms: 20 })))],
  );
  // It is waited for 5 s: about 50 tasks on two threads, of 200.
  ok(performed(played, "mine").size < 70, `${performed(played, "mine").size} were performed`);
  strictEqual(played.world.executions.get("other"), 1);
});

Deno.test("What was cancelled with its input is not begun again for what was yet to be sent", async () => {
  const tasks = [
    task("given up", [], { ms: 100 }),
    task("beside", [], { ms: 100 }),
    task("between", ["given up", "beside"], {}, { forget: true }),
    task("of data", [data("X")]),
    task("late", ["between", "of data"]),
    task("last", ["late"]),
  ];
  const keep = ["given up", "last"];
  const played = await live([worker("w0")], [
    client(
      "c0",
      scatter(0, "X", 60_000),
      { at: 0, do: "submit", tasks, keep },
      { at: 3, do: "cancel", key: "given up", force: true },
    ),
  ]);
  deepStrictEqual(Object.fromEntries(played.world.executions), { "given up": 1, beside: 1 });
});

Deno.test("A rejoin after a short cut does not repeat finished work, nor what runs", async () => {
  const tasks = many(40, (i) => task(`t${i}`, [], { ms: 30 }));
  const played = await live(
    [worker("w0"), worker("w1")],
    [client("c0", submit(0, ...tasks, task("sum", tasks.map((t) => t.key))))],
    [{ at: 200, fault: "cut", a: "scheduler", b: "w0", ms: 300 }],
  );
  deepStrictEqual([...performed(played, "t")].filter(([, n]) => n !== 1), []);
});

Deno.test("A task whose workers die with it three times fails, and says so; others go on", async () => {
  const played = await live(
    [worker("w0")],
    [client("c0", submit(0, task("killer", [], { ms: 1000 }), task("fine", [], { ms: 5 })))],
    [200, 600, 1200, 1800].map((at): Fault => ({ at, fault: "kill", who: "w0" })),
  );
  const outcome = lines(played, /c0 +<- scheduler: failed \[ "killer"/);
  strictEqual(outcome.length, 1);
  ok(played.world.executions.get("killer")! <= 4);
});

Deno.test("Nested tasks do not deadlock a cluster of one thread", async () => {
  const leaf = (k: string): TaskPlan => task(k, [], { ms: 3 });
  const inner = (k: string): TaskPlan => task(k, [], { op: "nest", children: [leaf(`${k}/a`), leaf(`${k}/b`)] });
  const outer = many(4, (i) => task(`n${i}`, [], { op: "nest", children: [inner(`n${i}/x`), inner(`n${i}/y`)] }));
  const played = await live([worker("w0", { threads: 1 })], [client("c0", submit(0, ...outer))]);
  strictEqual(performed(played, "n").size, 4 * 7);
});

Deno.test("A worker that leaves in good order hands over what only it holds, and nothing is done twice", async () => {
  const tasks = many(20, (i) => task(`t${i}`, [], { ms: 5, form: "array", size: 3000 }));
  const played = await live(
    [worker("w0"), worker("w1")],
    [client("c0", scatter(0, "X", 3000), submit(1, ...tasks), submit(900, task("late", ["t0", "t19", data("X")])))],
    [{ at: 400, fault: "retire", who: "w1" }],
  );
  deepStrictEqual([...performed(played, "t")].filter(([, n]) => n !== 1), []);
  strictEqual(lines(played, /resupply/).length, 0);
});

Deno.test("An actor moves with its handles when its worker dies, and starts anew", async () => {
  const actor = task("a", [], { op: "actor" }, { restart: "always", intensity: 3 });
  const call = (at: number): Step => ({ at, do: "call", key: "a", n: 3 });
  const played = await live(
    [worker("w0"), worker("w1")],
    [client("c0", submit(0, actor), call(50), call(1500))],
    [{ at: 300, fault: "kill", who: "w0" }, { at: 300, fault: "kill", who: "w1" }],
  );
  strictEqual(lines(played, /constructed a/).length, 2);
});

Deno.test("A stuck task is given up at its timeout, and its worker is renewed", async () => {
  const played = await live(
    [worker("w0"), worker("w1")],
    [client("c0", submit(0, task("stuck", [], { stuck: 1_000_000 }, { timeout: 100 }), task("fine", [], { ms: 50 })))],
  );
  strictEqual(lines(played, /<- scheduler: failed \[ "stuck"/).length, 1);
  strictEqual(lines(played, /ends, to be renewed/).length, 1);
});

Deno.test("A fit on blocks in memory and on disk goes on when a worker dies in the middle: the same results, and only what was lost is made again", async () => {
  const BLOCKS = 16, STEPS = 4;
  // 96 KB each, 1.5 MB in all, on two workers that keep 300 KB each in memory.
  const blocks = many(BLOCKS, (b) => task(`block${b}`, [], { ms: 10, form: "array", size: 12_000 }));
  const fit: TaskPlan[] = [];
  for (let s = 0; s < STEPS; s++) {
    for (let b = 0; b < BLOCKS; b++) {
      const before = s === 0 ? [] : [`state${s - 1}-${b}`, `sums${s - 1}`];
      fit.push(task(`state${s}-${b}`, [`block${b}`, ...before], { ms: 5, form: "array", size: 500 }));
      fit.push(task(`part${s}-${b}`, [`state${s}-${b}`]));
    }
    fit.push(task(`sums${s}`, many(BLOCKS, (b) => task(`part${s}-${b}`)).map((t) => t.key)));
  }
  const small = { memoryLimit: 600_000, disk: true, threads: 1 };
  const last = STEPS - 1;
  const keep = [`sums${last}`, ...blocks.keys().map((b) => `state${last}-${b}`)];
  const life = (faults: readonly Fault[]): Promise<Played> =>
    live(
      [worker("w0", small), worker("w1", small)],
      [client("c0", submit(0, ...blocks), { at: 400, do: "submit", tasks: fit, keep })],
      faults,
    );
  const undisturbed = await life([]);
  deepStrictEqual(performed(undisturbed, "block"), new Map(blocks.map((t) => [t.key, 1])));
  const played = await life([{ at: 480, fault: "kill", who: "w1" }]);
  const killed = played.log.findIndex((l) => /w1 .*is killed/.test(l));
  ok(lines(played, /<- w\d: beat \[ \d+, \d+, \d+, [1-9]/).length > 0, "some lay on disk");
  const lost = new Set(
    played.log.slice(0, killed).filter((l) => /scheduler +<- w1: finished/.test(l)).flatMap((l) =>
      l.match(/block\d+/g) ?? []
    ),
  );
  for (const { key } of blocks) {
    strictEqual(
      played.world.executions.get(key),
      lost.has(key) ? 2 : 1,
      `${key} was ${lost.has(key) ? "" : "not "}lost`,
    );
  }
});
