import assert from "node:assert/strict";
import { Bench, card } from "./harness.ts";

Deno.test("SchedulerState.handle() rebuilds itself from what workers hold and clients want, and does nothing twice", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2");
  const rows = [{ key: "a" }, { key: "b" }, { key: "c", deps: ["a", "b"] }, { key: "d" }];
  c.submit(...rows);
  const at = [w, x].find((v) => v.tasks.has("a"))!, other = at === w ? x : w;
  const { attempt } = other.tasks.get("b")!;
  at.finish(["a"]);
  at.tasks.clear();
  c.done();
  b.reborn();
  b.pass(10);
  c.resume(["c", "d"], rows, [], ["w1", "w2"]);
  assert.equal(b.state.books.recovering, true);
  at.join({ held: ["a"] });
  assert.equal(at.tasks.size, 0, "b and d may be on the other");
  other.tasks.clear();
  other.join({ tasks: [["b", attempt]] });
  assert.deepEqual([...at.tasks.keys(), ...other.tasks.keys()], ["d"]);
  other.tasks.set("b", { key: "b", attempt, tag: 0, fn: "", args: new Uint8Array(0), deps: {} });
  other.finish(["b"]);
  for (const v of [w, x]) for (const k of ["c", "d"]) if (v.tasks.has(k)) v.finish([k]);
  assert.deepEqual(c.done().sort(), ["c", "d"]);
});

Deno.test("SchedulerState.handle() waits no longer than its grace for workers that do not come back", () => {
  const b = new Bench(), c = b.client();
  b.reborn();
  c.resume(["a"], [{ key: "a" }], [], ["w1", "w2"]);
  const x = b.worker("w2");
  assert.equal(x.tasks.size, 0);
  b.pass(2999);
  assert.equal(x.tasks.size, 0);
  b.pass(1);
  assert.equal(x.tasks.size, 1);
});

Deno.test("SchedulerState.handle() keeps one of two workers that run the same task", () => {
  const b = new Bench(), c = b.client();
  b.reborn();
  c.resume(["a"], [{ key: "a" }], [], ["w1", "w2"]);
  const w = b.worker("w1", { tasks: [["a", 65536 * 7]] });
  const x = b.worker("w2", { tasks: [["a", 65536 * 9]] });
  assert.deepEqual(w.take("welcome")[0].cancel, []);
  assert.deepEqual(x.take("welcome")[0].cancel, ["a"]);
  x.finish([], 8);
  x.say({
    type: "finished",
    keys: ["a"],
    attempts: Float64Array.of(65536 * 9),
    nbytes: Float64Array.of(8),
    spent: Float64Array.of(1),
    inline: Uint32Array.of(0),
    frames: [new Uint8Array(0)],
  });
  // It was done all the same: then the other need not.
  assert.deepEqual(c.done(), ["a"]);
  assert.deepEqual(w.cancelled(), ["a"]);
});

Deno.test("SchedulerState.handle() numbers attempts above those it hears of", () => {
  const b = new Bench(), c = b.client();
  b.reborn();
  c.resume(["a", "b"], [{ key: "a" }, { key: "b" }], [], ["w1"]);
  const w = b.worker("w1", { threads: 2, tasks: [["a", 65536 * 70 + 3]] });
  assert.ok(w.tasks.get("b")!.attempt > 65536 * 70 + 65535);
});

Deno.test("SchedulerState.handle() drops what workers hold and no client speaks of in time", () => {
  const b = new Bench(), w = b.worker("w1", { held: ["a", "b"], tasks: [["t", 65536]], actors: ["A"] });
  assert.deepEqual(b.tasks(), { a: "memory", b: "memory", A: "memory", t: "processing" });
  b.pass(4000);
  const c = b.client();
  c.want("a");
  assert.deepEqual(c.done(), ["a"]);
  b.pass(4000);
  assert.deepEqual(w.dropped(), ["b"]);
  assert.deepEqual(w.take("stopActor").map((m) => m.key), ["A"]);
  assert.deepEqual(w.cancelled(), ["t"]);
  assert.deepEqual(b.tasks(), { a: "memory" });
  // Later it drops unknown things at once.
  w.down();
  w.join({ held: ["a", "z"] });
  assert.deepEqual(w.take("welcome").at(-1)!.drop, ["z"]);
});

Deno.test("SchedulerState.handle() finds actors and scattered data again where they are", () => {
  const b = new Bench(), c = b.client();
  b.reborn();
  c.resume(["A", "t"], [{ key: "A", kind: "actor" }, { key: "t", deps: ["x"] }], [card("x", ["w1"])], ["w1"]);
  const w = b.worker("w1", { pinned: [card("x", ["w1"])], actors: ["A"] });
  assert.deepEqual(c.take("actorAt").map((m) => m.worker), ["w1"]);
  assert.deepEqual(c.take("resupply"), []);
  assert.deepEqual(Object.keys(w.tasks.get("t")!.deps), ["x"]);
  assert.deepEqual(w.take("stopActor"), []);
});

Deno.test("SchedulerState.handle() has data supplied again that no worker reports", () => {
  const b = new Bench(), c = b.client();
  b.reborn();
  c.resume(["t"], [{ key: "t", deps: ["x"] }], [card("x", ["w1"])], ["w1"]);
  const w = b.worker("w1");
  assert.deepEqual(c.take("resupply").map((m) => m.ids), [["x"]]);
  c.scattered(card("x", ["w1"]));
  assert.ok(w.tasks.has("t"));
});

Deno.test("SchedulerState.handle() takes over the wishes of a client's new session, and drops those it no longer has", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1", { threads: 3 });
  c.submit({ key: "a" }, { key: "b" });
  c.down();
  w.finish(["a"]);
  b.pass(100);
  c.resume(["a", "n"], [{ key: "a" }, { key: "n" }]);
  assert.deepEqual(c.done(), ["a"]);
  assert.deepEqual(w.cancelled(), ["b"]);
  assert.ok(w.tasks.has("n"));
});

Deno.test("SchedulerState.handle() lets nobody back whose name another has taken", () => {
  const b = new Bench(), w = b.worker("w1");
  const old = w.life;
  w.die();
  w.join();
  w.life = old;
  w.peer = null;
  w.up();
  assert.match(b.closed.at(-1)!, /another worker has taken the name w1/);
});

Deno.test("SchedulerState.handle() tells workers and clients that it ends", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  b.event({ type: "close", now: 0, reason: "SIGTERM", final: true });
  assert.deepEqual([c.take("closing")[0].final, w.take("closing")[0].reason], [true, "SIGTERM"]);
});

Deno.test("SchedulerState.handle() gives restricted tasks to who got room while it waited for other workers", () => {
  const b = new Bench({ recoveryGrace: 3000, absentGrace: 1000 });
  const c = b.client("c1");
  c.submit({ key: "wanted", resources: { GPU: 1 } });
  // It comes with work that nobody has described yet.
  const w = b.worker("w1", { threads: 1, resources: { GPU: 1 }, tasks: [["a", 70_000], ["b", 140_001]] });
  const other = b.client("c2");
  other.down();
  b.pass(100);
  other.resume([], [], [], ["w1", "w9"]);
  for (const [key, attempt] of [["a", 70_000], ["b", 140_001]] as const) {
    w.say({ type: "missing", key, attempt, deps: ["gone"], tried: [""], frames: [] });
  }
  assert.equal(w.tasks.has("wanted"), false);
  b.pass(3000);
  assert.equal(w.tasks.has("wanted"), true);
});
