import assert from "node:assert/strict";
import { seededRandom } from "../../../actors/core/mod.ts";
import { Bench } from "./harness.ts";
import { type Few, fewAdd, fewDelete, fewHas, fewList, fewSize } from "../../../actors/scheduler/few.ts";
import { LazyBag } from "../../../actors/scheduler/lazy_bag.ts";
import { SchedulerLog } from "../../../actors/scheduler/log.ts";
import { TaskQueue } from "../../../actors/scheduler/queue.ts";
import { type SchedulerTask, SchedulerTask as Task } from "../../../actors/scheduler/tasks.ts";
import { Timers } from "../../../actors/scheduler/timers.ts";
import { moveTask, STATE_NAMES, TASK_TRANSITIONS } from "../../../actors/scheduler/transitions.ts";
import { IllegalTransition } from "../../../actors/scheduler/mod.ts";

function task(key: string, priority: number, tag: number): SchedulerTask {
  const t = new Task(key);
  t.options = { priority } as never;
  t.tag = tag;
  return t;
}

Deno.test("TaskQueue.pop() gives tasks by priority, tag and arrival, whatever left in between", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const queue = new TaskQueue();
    let model: { t: SchedulerTask; n: number }[] = [];
    let n = 0, tag = 0;
    for (let i = 0; i < 3000; i++) {
      const r = random.next();
      if (r < 0.5) {
        if (random.next() < 0.05) tag = Math.floor(random.next() * 50);
        const t = task(`k${n}`, Math.floor(random.next() * 2), tag++);
        queue.push(t);
        model.push({ t, n: n++ });
      } else if (r < 0.6 && model.length > 0) {
        const [{ t }] = model.splice(Math.floor(random.next() * model.length), 1);
        queue.remove(t);
        // Some come back, as a task does whose worker died.
        if (random.next() < 0.5) {
          queue.push(t);
          model.push({ t, n: n++ });
        }
      } else {
        model.sort((a, b) => b.t.options!.priority - a.t.options!.priority || a.t.tag - b.t.tag || a.n - b.n);
        const first = model[0];
        const popped = queue.pop();
        if (first === undefined) assert.equal(popped, null, `seed ${seed}`);
        else {
          // Equal ones may change places only where one of them came back.
          assert.deepEqual(
            [popped!.options!.priority, popped!.tag],
            [first.t.options!.priority, first.t.tag],
            `seed ${seed}`,
          );
          model = model.filter((m) => m.t !== popped);
        }
      }
      assert.equal(queue.size, model.length, `seed ${seed}`);
    }
  }
});

Deno.test("fewAdd() and fewDelete() keep a set, small or large", () => {
  const random = seededRandom(7);
  const items = Array.from({ length: 40 }, (_, i) => ({ i }));
  let few: Few<{ i: number }> = null;
  const set = new Set<{ i: number }>();
  for (let i = 0; i < 5000; i++) {
    const item = items[Math.floor(random.next() * (i % 1000 < 500 ? 40 : 3))];
    if (random.next() < (i % 400 < 200 ? 0.7 : 0.3)) {
      few = fewAdd(few, item);
      set.add(item);
    } else {
      few = fewDelete(few, item);
      set.delete(item);
    }
    assert.equal(fewSize(few), set.size);
    for (const x of items) assert.equal(fewHas(few, x), set.has(x));
    assert.deepEqual(new Set(fewList(few)), set);
  }
});

Deno.test("LazyBag.list() gives what is in it once, also what left and came again", () => {
  const inside = new Set<{ i: number }>();
  const bag = new LazyBag<{ i: number }>((x) => inside.has(x));
  const items = Array.from({ length: 200 }, (_, i) => ({ i }));
  const random = seededRandom(3);
  for (let i = 0; i < 4000; i++) {
    const x = items[Math.floor(random.next() * items.length)];
    if (inside.has(x)) {
      inside.delete(x);
      bag.left();
    } else {
      inside.add(x);
      bag.add(x);
    }
    assert.equal(bag.size, inside.size);
  }
  assert.equal(bag.list().length, inside.size);
  assert.deepEqual(new Set(bag.list()), inside);
});

Deno.test("Timers.take() gives what is due, in order of time", () => {
  const timers = new Timers();
  for (const at of [5, 1, 9, 3, 3]) timers.add(at, "absent", String(at));
  assert.equal(timers.next, 1);
  const due: string[] = [];
  for (let t = timers.take(5); t !== null; t = timers.take(5)) due.push(t.what);
  assert.deepEqual(due, ["1", "3", "3", "5"]);
  assert.equal(timers.next, 9);
});

Deno.test("SchedulerLog.read() gives the last entries, oldest first", () => {
  const log = new SchedulerLog(4);
  for (let i = 0; i < 6; i++) log.add(i, "who", `k${i % 2}`, "a", "b", "why");
  assert.deepEqual(log.read().map((e) => e.n), [2, 3, 4, 5]);
  assert.deepEqual(log.read(4).map((e) => e.at), [4, 5]);
  assert.deepEqual(log.read(0, 1).map((e) => e.n), [5]);
  assert.deepEqual(log.read(0, 9, "k1").map((e) => e.n), [3, 5]);
  assert.throws(() => new SchedulerLog(3), /expected a power of two, got 3/);
});

Deno.test("moveTask() throws for every pair that is not in the table, with the task's history", () => {
  for (const [i, from] of STATE_NAMES.entries()) {
    for (const [j, to] of STATE_NAMES.entries()) {
      const log = new SchedulerLog(16);
      const t = new Task("k");
      log.add(1, "w1", "k", "x", "y", "before");
      t.state = i as never;
      if (TASK_TRANSITIONS[from].includes(to)) {
        moveTask(log, 2, "w1", t, j as never, "test");
        assert.equal(t.state, j);
      } else {
        assert.throws(() => moveTask(log, 2, "w1", t, j as never, "test"), (e) => {
          assert.ok(e instanceof IllegalTransition);
          assert.match(e.message, new RegExp(`task k cannot go from ${from} to ${to} \\(test\\)`));
          assert.equal(e.history.length, 1);
          return true;
        });
      }
    }
  }
});

Deno.test("SchedulerState.handle() sends a task where its data is, unless that worker is much busier", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2");
  c.submit({ key: "a", workers: ["w1"] }, { key: "small", workers: ["w1"] });
  w.finish(["a"], 50_000_000);
  w.finish(["small"], 10);
  // 100 ms to move it: it goes to the holder, though that has work for 30 ms.
  c.submit(...["l1", "l2", "l3"].map((key) => ({ key, fn: "lib:l", workers: ["w1"] })));
  c.submit({ key: "near", deps: ["a"] });
  assert.ok(w.tasks.has("near"));
  c.submit({ key: "far", deps: ["small"] });
  assert.ok(x.tasks.has("far"));
});

Deno.test("SchedulerState.handle() has an idle worker take what is queued on a busy one, never what is restricted to it", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "s" });
  w.finish(["s"], 8, 2);
  const keys = Array.from({ length: 5 }, (_, i) => `k${i}`);
  c.submit(...keys.map((key) => ({ key })), { key: "mine", workers: ["w1"], priority: 1 });
  assert.equal(w.tasks.size, 5);
  const x = b.worker("w2");
  // First what is still held back, then what the other has.
  x.finish([...x.tasks.keys()], 8, 2);
  const [steal] = w.take("steal");
  assert.ok(!steal.keys.includes("mine"));
  assert.ok(steal.keys.length >= 1 && steal.keys.length <= 3, String(steal.keys));
  w.give([...steal.keys]);
  assert.deepEqual([...x.tasks.keys()].sort(), [...steal.keys].sort());
  for (let i = 0; i < 20; i++) {
    for (const v of [w, x]) if (v.tasks.size > 0) v.finish([v.tasks.keys().next().value!], 8, 2);
  }
  assert.equal(c.done().length, 7);
});

Deno.test("SchedulerState.handle() lets a small batch go before the rest of a big one", () => {
  const b = new Bench(), c = b.client(), d = b.client("c2"), w = b.worker("w1");
  c.submit(...Array.from({ length: 100 }, (_, i) => ({ key: `big${i}` })));
  w.finish(["big0"], 8, 20);
  d.submit({ key: "small0" }, { key: "small1" });
  const order: string[] = [];
  for (let i = 0; i < 12; i++) {
    const key = w.tasks.keys().next().value!;
    order.push(key);
    w.finish([key], 8, 20);
  }
  assert.ok(order.indexOf("small1") >= 0 && order.indexOf("small1") < 8, String(order));
});

Deno.test("SchedulerState.handle() holds root tasks back, and gives out more of those that are short", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1", { threads: 2 });
  c.submit(...Array.from({ length: 5000 }, (_, i) => ({ key: `k${i}` })));
  assert.equal(w.tasks.size, 4, "20 ms of tasks that are thought to take 5");
  w.finish(["k0"], 8, 0.5);
  assert.ok(w.tasks.size > 10 && w.tasks.size <= 2048, `${w.tasks.size} of 0.5 ms`);
});

Deno.test("SchedulerState.handle() does not let a stream of single tasks starve a big batch", () => {
  const b = new Bench(), c = b.client(), d = b.client("c2"), w = b.worker("w1");
  c.submit(...Array.from({ length: 50 }, (_, i) => ({ key: `big${i}` })));
  let big = 0;
  for (let i = 0; i < 40; i++) {
    d.submit({ key: `one${i}` });
    // As a worker does: the lowest tag first.
    const { key } = [...w.tasks.values()].sort((s, t) => s.tag - t.tag || s.attempt - t.attempt)[0];
    if (key.startsWith("big")) big++;
    w.finish([key], 8, 100);
  }
  assert.ok(big >= 5 && big <= 30, `${big} of 40`);
});
