import assert from "node:assert/strict";
import { Bench, columns } from "./harness.ts";

Deno.test("SchedulerState.handle() runs a chain of tasks and forgets it when its client lets go", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a" }, { key: "b", deps: ["a"] });
  assert.deepEqual([...w.tasks.keys()], ["a"]);
  w.finish(["a"]);
  assert.deepEqual(w.tasks.get("b")!.deps, { a: ["tcp://w1"] });
  w.finish(["b"]);
  assert.deepEqual(c.done(), ["a", "b"]);
  c.release("a");
  assert.deepEqual(w.dropped(), ["a"]);
  assert.deepEqual(b.tasks(), { a: "released", b: "memory" });
  c.release("b");
  assert.deepEqual(w.dropped(), ["b"]);
  assert.equal(b.state.books.tasks.size, 0);
});

Deno.test("SchedulerState.handle() keeps a value as long as one of several clients wants it", () => {
  const b = new Bench(), c = b.client(), d = b.client("c2"), w = b.worker("w1");
  c.submit({ key: "a" });
  d.submit({ key: "a" });
  assert.equal(w.tasks.size, 1);
  w.finish(["a"]);
  assert.deepEqual([c.done(), d.done()], [["a"], ["a"]]);
  c.release("a");
  assert.deepEqual(w.dropped(), []);
  d.release("a");
  assert.deepEqual(w.dropped(), ["a"]);
});

Deno.test("SchedulerState.handle() passes small results on, each with its own bytes", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1", { threads: 4 });
  c.submit({ key: "a" }, { key: "b" });
  w.finish(["a", "b"], 3, 1, true);
  const [done] = c.take("done");
  assert.deepEqual([...done.inline], [4, 4]);
  assert.deepEqual([...done.frames[0]], [0, 1, 2, 3, 4, 5]);
  assert.deepEqual([done.workers, [...done.where]], [["w1"], [0, 0]]);
});

Deno.test("SchedulerState.handle() hands each task its own arguments, whatever the order in which tasks go out", () => {
  const b = new Bench(), c = b.client();
  c.submit(
    { key: "a", args: Uint8Array.of(1, 1) },
    { key: "b", args: Uint8Array.of(2), priority: 5 },
    { key: "c", args: Uint8Array.of(3, 3, 3) },
  );
  const w = b.worker("w1", { threads: 4 });
  assert.deepEqual([...w.tasks.keys()], ["b", "a", "c"]);
  assert.deepEqual([...w.tasks.values()].map((t) => [...t.args]), [[2], [1, 1], [3, 3, 3]]);
});

Deno.test("SchedulerState.handle() tells workers which tasks' values no client wants", () => {
  const b = new Bench(), c = b.client();
  c.submit({ key: "a" }, { key: "b" }, { key: "c", deps: ["a"] });
  c.release("a");
  const w = b.worker("w1", { threads: 4 });
  const quiet = w.take("run").flatMap((m) => [...m.quiet].map((i) => m.keys[i]));
  assert.deepEqual(quiet, ["a"]);
});

Deno.test("SchedulerState.handle() sends each piece of code once to each worker, with the first tasks after it came", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2", { codes: ["h1"] });
  const code = new Map([["h1", Uint8Array.of(9)]]);
  c.say({ type: "submit", ...columns([{ key: "a" }, { key: "b" }], code) });
  const [ra] = w.take("run"), [rb] = x.take("run");
  assert.deepEqual([ra.codes, ra.frames[1]], [["h1"], Uint8Array.of(9)]);
  assert.deepEqual([rb.codes, rb.frames.length], [[], 1]);
  w.finish(["a"]);
  c.submit({ key: "c" }, { key: "d" }, { key: "e" });
  assert.deepEqual(w.take("run").map((r) => r.codes), [[]]);
});

Deno.test("SchedulerState.handle() runs a forgotten task though nobody wants it, and then drops its value", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a", forget: true });
  c.say({ type: "bye", frames: [] });
  w.finish(["a"]);
  assert.deepEqual(w.dropped(), ["a"]);
  assert.equal(b.state.books.tasks.size, 0);
});

Deno.test("SchedulerState.handle() tells the first error, and whose it is, to all dependents", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a" }, { key: "b", deps: ["a"] }, { key: "c", deps: ["b"] }, { key: "d", deps: ["c"] });
  w.fail("a", "boom");
  assert.deepEqual(c.failed(), { a: "a: boom", b: "a: boom", c: "a: boom", d: "a: boom" });
  c.submit({ key: "e", deps: ["d"] });
  assert.deepEqual(c.failed(), { e: "a: boom" });
  c.release("a", "b", "c", "d", "e");
  assert.equal(b.state.books.tasks.size, 0);
});

Deno.test("SchedulerState.handle() tries a task that threw as often as its retries say", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a", retries: 2 });
  w.fail("a");
  w.fail("a");
  assert.deepEqual(c.failed(), {});
  w.fail("a", "third");
  assert.deepEqual(c.failed(), { a: "a: third" });
});

Deno.test("SchedulerState.handle() refuses a cycle by its name, and what depends on it", () => {
  const b = new Bench(), c = b.client();
  b.worker("w1");
  c.submit(
    { key: "a", deps: ["c"] },
    { key: "b", deps: ["a"] },
    { key: "c", deps: ["b"] },
    { key: "d", deps: ["c"] },
    { key: "self", deps: ["self"] },
  );
  const failed = c.failed();
  assert.match(failed.a, /CycleError: these tasks wait for each other: a -> c -> b -> a/);
  assert.equal(failed.b, failed.a);
  assert.equal(failed.d, failed.a);
  assert.match(failed.self, /self -> self/);
  c.release("a", "b", "c", "d", "self");
  assert.equal(b.state.books.tasks.size, 0);
});

Deno.test("SchedulerState.handle() refuses a cycle that two submissions make", () => {
  const b = new Bench(), c = b.client();
  c.submit({ key: "a", deps: ["b"] });
  c.submit({ key: "b", deps: ["a"] });
  assert.match(c.failed().a, /b -> a -> b|a -> b -> a/);
  c.release("a", "b");
  assert.equal(b.state.books.tasks.size, 0);
});

Deno.test("SchedulerState.handle() waits a moment for a key that nobody knows, then says that it is lost", () => {
  const b = new Bench({ recoveryGrace: 0 }), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a", deps: ["x"] });
  c.want("y");
  assert.deepEqual(b.tasks(), { x: "absent", a: "waiting", y: "absent" });
  c.submit({ key: "y" });
  w.finish(["y"]);
  assert.deepEqual(c.done(), ["y"]);
  b.pass(999);
  assert.deepEqual(c.failed(), {});
  c.want("z");
  b.pass(1);
  assert.match(c.failed().a, /x: LostDataError: x is lost/);
  b.pass(1000);
  assert.deepEqual(c.gone(), { z: "lost" });
  c.release("a", "y", "z");
  assert.equal(b.state.books.tasks.size, 0);
});

Deno.test("SchedulerState.handle() cancels what nobody else wants, and what depends on it", () => {
  const b = new Bench(), c = b.client(), d = b.client("c2"), w = b.worker("w1");
  c.submit({ key: "a" }, { key: "b", deps: ["a"] }, { key: "c" });
  d.want("c");
  c.cancel(["a", "c"]);
  assert.deepEqual(w.cancelled(), ["a"]);
  assert.deepEqual(c.gone(), { b: "cancelled" }, "of what it cancelled itself it knows");
  assert.deepEqual(d.gone(), {});
  assert.deepEqual(Object.keys(b.tasks()), ["c"]);
  d.cancel(["c"]);
  assert.deepEqual(Object.keys(b.tasks()), []);
});

Deno.test("SchedulerState.handle() cancels for everybody when forced", () => {
  const b = new Bench(), c = b.client(), d = b.client("c2");
  b.worker("w1");
  c.submit({ key: "a" }, { key: "b", deps: ["a"] });
  d.want("b");
  c.cancel(["a"], true);
  assert.deepEqual(d.gone(), { b: "cancelled" });
  assert.equal(b.state.books.tasks.size, 0);
});

Deno.test("SchedulerState.handle() ends what only a client wanted that goes away", () => {
  const b = new Bench(), c = b.client(), d = b.client("c2"), w = b.worker("w1", { threads: 2 });
  c.submit({ key: "a" }, { key: "b" });
  d.want("b");
  c.down();
  b.pass(4999);
  assert.equal(w.tasks.size, 2);
  b.pass(1);
  assert.deepEqual(w.cancelled(), ["a"]);
  assert.deepEqual([...w.tasks.keys()], ["b"]);
});

Deno.test("SchedulerState.handle() keeps to restrictions, and lets others do only where that is allowed", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a", workers: ["w2"] }, { key: "b", workers: ["w2"], allowOthers: true });
  assert.deepEqual([...w.tasks.keys()], ["b"]);
  assert.equal(b.tasks().a, "queued");
  const x = b.worker("w2");
  assert.deepEqual([...x.tasks.keys()], ["a"]);
});

Deno.test("SchedulerState.handle() gives out no more than a worker has of a resource", () => {
  const b = new Bench(), c = b.client();
  b.worker("w1", { threads: 4 });
  const g = b.worker("gpu", { threads: 4, resources: { GPU: 2 } });
  c.submit(...["a", "b", "c"].map((key) => ({ key, resources: { GPU: 1 } })), { key: "d", resources: { GPU: 3 } });
  assert.deepEqual([...g.tasks.keys()], ["a", "b"]);
  g.finish(["b"]);
  assert.deepEqual([...g.tasks.keys()], ["a", "c"]);
  g.finish(["a", "c"]);
  assert.equal(b.tasks().d, "queued");
});

Deno.test("SchedulerState.handle() frees the place of a suspended task", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "parent", fn: "lib:slow" });
  // Known to be long: one at a time.
  w.finish(["parent"], 8, 5000);
  c.submit({ key: "p2", fn: "lib:slow" }, { key: "child", fn: "lib:slow" });
  assert.deepEqual([...w.tasks.keys()], ["p2"]);
  w.suspend("p2");
  assert.deepEqual([...w.tasks.keys()], ["p2", "child"]);
  w.suspend("p2", true);
  w.finish(["child"], 8, 5000);
  w.finish(["p2"]);
  assert.deepEqual(c.done().sort(), ["child", "p2", "parent"]);
});

Deno.test("SchedulerState.handle() gives nothing new to a paused worker while another can take it", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), other = b.worker("w2");
  w.beat(true);
  assert.equal(c.take("workers").at(-1)!.changed[0].status, "paused");
  c.submit({ key: "a" }, { key: "b" }, { key: "c", workers: ["w1"] });
  assert.deepEqual([...other.tasks.keys()], ["a", "b"]);
  assert.deepEqual([...w.tasks.keys()], ["c"]);
  w.beat(false);
  c.submit({ key: "d" });
  assert.deepEqual([...w.tasks.keys()], ["c", "d"]);
});

Deno.test("SchedulerState.handle() gives one task at a time to a worker where all are paused", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1", { threads: 4 });
  w.beat(true);
  c.submit({ key: "a" }, { key: "b" }, { key: "c", deps: ["a", "b"] });
  assert.deepEqual([...w.tasks.keys()], ["a"]);
  w.finish(["a"]);
  assert.deepEqual([...w.tasks.keys()], ["b"]);
  w.suspend("b");
  assert.deepEqual([...w.tasks.keys()], ["b"]);
  c.submit({ key: "child" });
  assert.deepEqual([...w.tasks.keys()], ["b", "child"]);
  w.finish(["child"]);
  w.finish(["b"]);
  assert.deepEqual([...w.tasks.keys()], ["c"]);
});

Deno.test("SchedulerState.flush() says in one message what many events brought about", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1", { threads: 8 });
  b.eager = false;
  for (let i = 0; i < 8; i++) c.submit({ key: `k${i}` });
  b.flush();
  assert.deepEqual(w.take("run").map((m) => m.keys.length), [8]);
  for (let i = 0; i < 8; i++) w.finish([`k${i}`]);
  b.flush();
  assert.deepEqual(c.take("done").map((m) => m.keys.length), [8]);
  for (let i = 0; i < 8; i++) c.release(`k${i}`);
  b.flush();
  assert.deepEqual(w.take("drop").map((m) => m.keys.length), [8]);
});

Deno.test("SchedulerState.flush() does not give out what was cancelled in the same turn", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  b.eager = false;
  c.submit({ key: "a" });
  c.cancel(["a"]);
  b.flush();
  assert.deepEqual(w.take("run"), []);
});

Deno.test("SchedulerState.handle() answers questions", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a" }, { key: "b" });
  w.finish(["a"]);
  assert.deepEqual(c.ask("whoHas", ["a", "b"] as never), { a: ["w1"], b: [] });
  assert.deepEqual((c.ask("workers") as { name: string }[]).map((w) => w.name), ["w1"]);
  assert.deepEqual((c.ask("tasks") as { states: unknown }).states, { memory: 1, processing: 1 });
  assert.equal((c.ask("info") as { submitted: number }).submitted, 2);
  const events = c.ask("events", { what: "a" } as never) as { from: string; to: string; who: string }[];
  assert.deepEqual(events.map((e) => `${e.who}: ${e.from}>${e.to}`), [
    "c1: released>queued",
    "c1: queued>processing",
    "w1: processing>memory",
  ]);
  c.say({ type: "ask", n: 1, what: "nonsense", args: null, frames: [] });
  assert.match(String(c.take("answer")[0].value), /unknown question "nonsense", expected one of whoHas/);
});

Deno.test("SchedulerState.handle() restarts everything and answers when the workers are back", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a" });
  c.say({ type: "restart", n: 5, frames: [] });
  assert.deepEqual(c.gone(), { a: "cancelled" });
  assert.equal(w.take("restart").length, 1);
  w.die();
  assert.deepEqual(c.take("answer"), []);
  w.join();
  assert.deepEqual(c.take("answer").map((m) => [m.n, m.ok]), [[5, true]]);
  assert.equal(b.state.books.tasks.size, 0);
});

Deno.test("SchedulerState.handle() ends sessions that do not begin as they must", () => {
  const b = new Bench(), c = b.client();
  c.resume();
  assert.match(b.closed[0], /expected resume only at the beginning/);
});

Deno.test("SchedulerState.handle() runs a chain of 200,000 tasks, fails and forgets one, without running out of stack", () => {
  const b = new Bench(), w = b.worker("w1");
  const c = b.client();
  b.eager = false;
  const validate = b.state.validate.bind(b.state);
  b.state.validate = () => {};
  const rows = Array.from({ length: 200_000 }, (_, i) => ({ key: `k${i}`, deps: i === 0 ? [] : [`k${i - 1}`] }));
  c.say({ type: "submit", ...columns(rows) });
  b.flush();
  w.fail("k0", "deep");
  b.flush();
  assert.equal(Object.keys(c.failed()).length, 200_000);
  c.say({ type: "release", keys: rows.map((r) => r.key), frames: [] });
  b.flush();
  assert.equal(b.state.books.tasks.size, 0);
  validate();
});

Deno.test("SchedulerState.handle() lets go of very many wishes of a client that is gone little by little, and others are heard in between", () => {
  const b = new Bench(), c = b.client(), other = b.client("c2"), w = b.worker("w1");
  const count = 40_000;
  b.eager = false;
  const validate = b.state.validate;
  // Looking at all of them after each event would take long.
  b.state.validate = () => {};
  c.submit(...Array.from({ length: count }, (_, i) => ({ key: `k${i}` })));
  other.want("k0");
  b.flush();
  while (w.tasks.size > 0) {
    w.finish([...w.tasks.keys()]);
    b.flush();
  }
  c.say({ type: "bye", frames: [] });
  b.state.validate = validate;
  b.flush();
  const left = b.state.books.tasks.size;
  assert.ok(left > 0 && left < count, `${left} tasks`);
  assert.deepEqual(Object.keys(b.tasks()).length, left);
  // It may come again meanwhile, as another.
  const again = b.client("c1");
  again.submit({ key: "new" });
  other.submit({ key: "other" });
  b.flush();
  assert.deepEqual([...w.tasks.keys()], ["new", "other"]);
  b.eager = true;
  b.pass(100);
  assert.deepEqual(Object.keys(b.tasks()).sort(), ["k0", "new", "other"]);
  assert.equal(w.dropped().length, count - 1);
});
