import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { WorkerCard } from "../../../actors/client/events.ts";
import { Options } from "../../../actors/client/options.ts";
import { pack } from "../../../actors/values/mod.ts";
import { Bench, error, NO_FRAMES, task } from "./machine_bench.ts";

const ADDRESS = "tcp://w";
const worker: WorkerCard = {
  name: "w",
  incarnation: "w-1",
  address: ADDRESS,
  threads: 2,
  memoryLimit: 1e9,
  process: null,
  memory: 0,
  status: "running",
};

/** A machine whose program has awaited some tasks one by one; `linked`: there is a session with the worker that performed them. */
function lonely(linked = true): Bench {
  const b = new Bench();
  b.do({ type: "up" });
  b.hear({ type: "welcome", incarnation: "s", workers: [worker], frames: NO_FRAMES });
  for (const key of ["t1", "t2", "t3", "t4"]) {
    const [m] = b.submit(task(key));
    strictEqual(m.type, "submit");
    b.done(key);
  }
  if (linked) b.do({ type: "linkUp", address: ADDRESS, name: "w", incarnation: "w-1" });
  return b;
}

/** What the worker says of a task that it has begun. */
function result(b: Bench, key: string, nbytes?: number): void {
  const value = pack(7).head;
  b.do({
    type: "fromWorker",
    address: ADDRESS,
    message: {
      type: "result",
      keys: [key],
      nbytes: Float64Array.of(nbytes ?? value.length),
      inline: Uint32Array.of(nbytes === undefined ? value.length + 1 : 0),
      frames: [nbytes === undefined ? value : new Uint8Array(0)],
    },
  });
}

Deno.test("ClientMachine dials the worker that performs what its program awaits one by one, then begins the next there itself", () => {
  const b = lonely(false);
  const a = task("a");
  const first = b.all({ type: "submit", tasks: [a] });
  deepStrictEqual(first.map((i) => i.type), ["dial", "send"]);
  b.done("a");
  b.do({ type: "linkUp", address: ADDRESS, name: "w", incarnation: "w-1" });
  const next = b.all({ type: "submit", tasks: [task("b")] });
  deepStrictEqual(next.map((i) => i.type), ["start", "wakeAt"]);
  const [start] = next;
  ok(start.type === "start" && start.message.type === "start");
  deepStrictEqual([start.address, start.message.keys], [ADDRESS, ["b"]]);
  result(b, "b");
  deepStrictEqual(b.settled.at(-1)!.key, "b");
  strictEqual(b.settled.at(-1)!.state, "done");
});

Deno.test("ClientMachine tells the scheduler of what it has begun a little later, of several at once, and before anything else", () => {
  const b = lonely();
  for (const key of ["a", "b"]) {
    deepStrictEqual(b.submit(task(key)), []);
    result(b, key);
  }
  const sent = b.submit(task("c"), task("d", ["a"]));
  deepStrictEqual(sent.map((m) => m.type), ["begun", "submit"]);
  const [begun] = sent;
  ok(begun.type === "begun");
  deepStrictEqual([begun.keys, begun.worker, begun.incarnation], [["a", "b"], "w", "w-1"]);
  const later = lonely();
  later.submit(task("a"));
  deepStrictEqual(later.do({ type: "tick" }).map((m) => m.type), ["begun"]);
  deepStrictEqual(later.do({ type: "tick" }), []);
  // What has come to a small result may wait longer; not without end, and not with one that is under way.
  const small = lonely();
  small.submit(task("a"));
  result(small, "a");
  deepStrictEqual(small.do({ type: "tick" }), []);
  small.submit(task("b"));
  deepStrictEqual(small.do({ type: "tick" }).map((m) => m.type), ["begun"]);
  result(small, "b");
  small.submit(task("c"));
  result(small, "c");
  deepStrictEqual(small.do({ type: "tick" }), []);
  small.now += 20;
  deepStrictEqual(small.do({ type: "tick" }).map((m) => m.type), ["begun"]);
  // A large one takes room until the scheduler knows who wants it.
  small.submit(task("d"));
  result(small, "d", 1_000_000);
  deepStrictEqual(small.do({ type: "tick" }).map((m) => m.type), ["begun"]);
});

Deno.test("ClientMachine leaves to the scheduler what is not plain, what comes together, and what is sent with code it has not heard of", () => {
  const b = lonely();
  b.machine.codes.set("h", Uint8Array.of(1));
  const one = (t: ReturnType<typeof task>): string => {
    t.handles = 1;
    const [m] = b.submit(t);
    b.done(t.key);
    return m?.type ?? "start";
  };
  strictEqual(one(task("code", [], ["h"])), "submit");
  strictEqual(one(task("known", [], ["h"])), "start");
  strictEqual(
    one(task("there", [], [], new Options({ workers: ["w"] }).task)),
    "begun",
    "what was begun is told first",
  );
  strictEqual(one(task("GPU", [], [], new Options({ resources: { GPU: 1 } }).task)), "submit");
  strictEqual(one(task("forget", [], [], new Options({ forget: true }).task)), "submit");
  strictEqual(one(task("deps", ["GPU"])), "submit");
  strictEqual(one(task("again")), "start");
  strictEqual(b.submit(task("x"), task("y")).at(-1)!.type, "submit");
  strictEqual(b.submit(task("z")).at(-1)!.type, "submit", "not alone any more");
});

Deno.test("ClientMachine leaves tasks to the scheduler for a while when the worker had other work, and says which it did not begin", () => {
  const b = lonely();
  b.submit(task("a"));
  const message = { type: "declined", keys: ["a"], frames: NO_FRAMES } as const;
  const said = b.do({ type: "fromWorker", address: ADDRESS, message });
  deepStrictEqual(said.map((m) => m.type), ["begun", "unsure"]);
  ok(said[1].type === "unsure" && said[1].declined);
  b.done("a");
  for (let i = 0; i < 31; i++) {
    strictEqual(b.submit(task(`n${i}`))[0].type, "submit");
    b.done(`n${i}`);
  }
  deepStrictEqual(b.submit(task("later")), []);
});

Deno.test("ClientMachine says what it does not know when a session is lost, with the worker or with the scheduler", () => {
  const b = lonely();
  b.submit(task("a"));
  deepStrictEqual(b.do({ type: "linkDown", address: ADDRESS }).map((m) => m.type), ["begun", "unsure"]);
  b.done("a");
  strictEqual(b.submit(task("b"))[0].type, "submit");
  const c = lonely();
  c.submit(task("a"));
  c.do({ type: "down", reason: "cut" });
  const said = c.do({ type: "up" });
  deepStrictEqual(said.map((m) => m.type), ["resume", "unsure"]);
  ok(said[0].type === "resume" && said[0].keys.includes("a"));
});

Deno.test("ClientMachine lets go of what it has begun when the scheduler has heard of its end, and not before", () => {
  const b = lonely();
  const a = task("a");
  b.submit(a);
  result(b, "a");
  deepStrictEqual(b.do({ type: "release", tasks: [a] }), []);
  b.now += 20;
  b.do({ type: "tick" });
  deepStrictEqual(b.done("a").map((m) => m.type), ["release"]);
  strictEqual(b.machine.tasks.has("a"), false);
  // What is let go of while it is under way is cancelled, as ever.
  const c = task("c");
  b.submit(c);
  deepStrictEqual(b.do({ type: "release", tasks: [c] }).map((m) => m.type), ["begun", "release"]);
});

Deno.test("ClientMachine takes an error of what it has begun from the worker, unless it is to be tried again", () => {
  const threw = (b: Bench, key: string) =>
    b.do({ type: "fromWorker", address: ADDRESS, message: { type: "threw", keys: [key], frames: [error] } });
  const failed = (keys: string[]) =>
    ({ type: "failed", heard: 9, keys, blamed: keys, frames: keys.map(() => error) }) as const;
  const b = lonely();
  const a = task("a");
  b.submit(a);
  deepStrictEqual(threw(b, "a"), []);
  deepStrictEqual([b.settled.at(-1)!.key, a.state, a.error], ["a", "failed", error]);
  // Let go of before the scheduler has told of it, it would be taken for cancelled.
  a.handles = 0;
  deepStrictEqual(b.do({ type: "release", tasks: [a] }), []);
  b.now += 20;
  deepStrictEqual(b.do({ type: "tick" }).map((m) => m.type), ["begun"]);
  const after = b.hear(failed(["a"]));
  deepStrictEqual(after.map((m) => m.type), ["release"]);
  strictEqual(a.state, "released");
  const retried = task("r", [], [], new Options({ retries: 1 }).task);
  b.submit(retried);
  deepStrictEqual(threw(b, "r").map((m) => m.type), ["begun"], "the scheduler is told at once");
  strictEqual(retried.state, "pending");
  b.done("r");
  strictEqual(b.settled.at(-1), retried);
});
