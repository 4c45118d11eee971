import assert from "node:assert/strict";
import { Bench, type FakeWorker } from "./harness.ts";

const MB = 1e6;

/** Workers with 100 MB each, of which so much is taken. */
function workers(b: Bench, ...managed: number[]): FakeWorker[] {
  return managed.map((bytes, i) => {
    const w = b.worker(`w${i + 1}`, { memoryLimit: 100 * MB });
    w.beat(false, bytes);
    return w;
  });
}

Deno.test("choosePlace() moves a task to where there is memory for its dependencies, though others hold more of them", () => {
  const b = new Bench(), c = b.client(), [w, x] = workers(b, 0, 0);
  c.submit({ key: "big", workers: ["w1"] }, { key: "small", workers: ["w2"] });
  w.finish(["big"], 40 * MB);
  x.finish(["small"], 30 * MB);
  // By the bytes alone it would go to the first; which has more in memory than the scheduler knows of.
  w.beat(false, 85 * MB);
  c.submit({ key: "both", deps: ["big", "small"], fn: "lib:both" });
  assert.deepEqual([...w.tasks.keys(), ...x.tasks.keys()], ["both"]);
  assert.deepEqual([...x.tasks.keys()], ["both"]);
});

Deno.test("choosePlace() goes by the bytes where there is memory everywhere", () => {
  const b = new Bench(), c = b.client(), [w, x] = workers(b, 0, 0);
  c.submit({ key: "big", workers: ["w1"] }, { key: "small", workers: ["w2"] });
  w.finish(["big"], 40 * MB);
  x.finish(["small"], 30 * MB);
  c.submit({ key: "both", deps: ["big", "small"], fn: "lib:both" });
  assert.deepEqual([...w.tasks.keys()], ["both"]);
});

Deno.test("SchedulerState.handle() gives root tasks with large results to who has memory for them", () => {
  const b = new Bench(), c = b.client(), [w, x] = workers(b, 0, 0);
  c.submit({ key: "first", fn: "lib:large", workers: ["w1"] });
  w.finish(["first"], 30 * MB);
  w.beat(false, 80 * MB);
  c.submit({ key: "a", fn: "lib:large" }, { key: "b", fn: "lib:large" });
  assert.deepEqual([...x.tasks.keys()], ["a", "b"]);
  // Where nobody has, they are done all the same.
  x.beat(false, 90 * MB);
  c.submit({ key: "c", fn: "lib:large" });
  assert.deepEqual([...w.tasks.keys()], ["c"]);
});

Deno.test("SchedulerState.handle() gives nothing to a worker of which nothing is heard, until it is heard again", () => {
  const b = new Bench({ silentAfter: 5000, silentGrace: 30_000 }), c = b.client();
  const w = b.worker("w1"), x = b.worker("w2");
  for (let i = 0; i < 6; i++) {
    b.pass(1000);
    x.beat(false);
  }
  assert.equal(c.take("workers").at(-1)!.changed[0].status, "away");
  c.submit({ key: "a" }, { key: "b" });
  assert.deepEqual([[...w.tasks.keys()], [...x.tasks.keys()]], [[], ["a", "b"]]);
  w.beat(false);
  assert.equal(c.take("workers").at(-1)!.changed[0].status, "running");
  c.submit({ key: "c" });
  assert.deepEqual([...w.tasks.keys()], ["c"]);
});

Deno.test("SchedulerState.handle() takes a worker for lost of which nothing is heard for long", () => {
  const b = new Bench({ silentAfter: 5000, silentGrace: 30_000, workerGrace: 1000 }), c = b.client();
  const w = b.worker("w1"), x = b.worker("w2");
  c.submit({ key: "a", workers: ["w1"], allowOthers: true });
  assert.deepEqual([...w.tasks.keys()], ["a"]);
  for (let i = 0; i < 37; i++) {
    b.pass(1000);
    x.beat(false);
  }
  assert.match(b.closed.join(), /nothing was heard of it for 35 s/);
  assert.deepEqual([...x.tasks.keys()], ["a"]);
});

Deno.test("SchedulerState.handle() does not take workers for lost because it stood still itself", () => {
  const b = new Bench({ silentAfter: 5000, silentGrace: 30_000 }), w = b.worker("w1");
  // The clock jumps; what the worker said meanwhile is read only after the tick.
  b.now += 100_000;
  b.event({ type: "tick", now: b.now });
  w.beat(false);
  b.pass(1000);
  assert.deepEqual(b.closed, []);
});

Deno.test("SchedulerState.handle() sends a leaving worker away when all its tasks wait for what nobody is left to do", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1", { threads: 1 });
  c.submit({ key: "parent" });
  w.suspend("parent");
  w.say({ type: "leaving", reason: "a thread is stuck", frames: [] });
  c.submit({ key: "child" });
  assert.equal(w.take("retire").length, 1);
  w.die();
  w.join();
  assert.deepEqual([...w.tasks.keys()].sort(), ["child", "parent"]);
});

Deno.test("SchedulerState.handle() lets a leaving worker's tasks wait while another may do what they wait for", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1", { threads: 1 });
  c.submit({ key: "parent" });
  w.suspend("parent");
  const x = b.worker("w2");
  w.say({ type: "leaving", reason: "it was asked to", frames: [] });
  c.submit({ key: "child" });
  assert.deepEqual([...x.tasks.keys()], ["child"]);
  assert.equal(w.take("retire").length, 0);
  x.finish(["child"]);
  w.suspend("parent", true);
  w.finish(["parent"]);
  assert.equal(w.take("fetch").length + x.take("fetch").length, 1);
});

Deno.test("SchedulerState.handle() tells clients how much a worker's values take whenever it has said something else than before", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.take("workers");
  const told = (): number[] => c.take("workers").flatMap((m) => m.changed.map((card) => card.memory));
  w.beat(false, 5000);
  assert.deepEqual(told(), [5000]);
  w.beat(false, 5000);
  assert.deepEqual(told(), []);
  w.beat(true, 7000);
  assert.deepEqual(told(), [7000]);
  w.beat(false, 100);
  assert.deepEqual(told(), [100]);
  assert.equal(b.client("c2").take("welcome")[0].workers[0].memory, 100);
});
