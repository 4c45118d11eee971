import assert from "node:assert/strict";
import { Bench, columns } from "./harness.ts";

Deno.test("SchedulerState.handle() has what comes new go before what merely waits on a worker", () => {
  const b = new Bench(), c = b.client(), d = b.client("c2"), w = b.worker("w1", { threads: 2 });
  const tags = new Map<string, number>();
  const look = () => {
    for (const m of w.take("run")) m.keys.forEach((key, i) => tags.set(key, m.tags[i]));
  };
  c.submit(...Array.from({ length: 200 }, (_, i) => ({ key: `big${i}` })));
  // Tasks of 1 ms: the worker is given about 20, of which it runs two.
  for (let i = 0; i < 6; i++) w.finish([`big${i}`], 8, 1);
  look();
  const waiting = [...w.tasks.keys()];
  assert.ok(waiting.length >= 10, `${waiting.length} tasks on the worker`);
  d.submit({ key: "small" });
  for (let i = 6; !w.tasks.has("small"); i++) w.finish([`big${i}`], 8, 1);
  look();
  const before = [...w.tasks.keys()].filter((key) => tags.get(key)! < tags.get("small")!);
  assert.ok(before.length <= 2, `${before} go before it`);
});

Deno.test("SchedulerState.handle() has the tasks of one turn in their order, in however many messages they come", () => {
  const b = new Bench(), c = b.client(), d = b.client("c2");
  const rows = (from: number, n: number) => columns(Array.from({ length: n }, (_, i) => ({ key: `big${from + i}` })));
  c.say({ type: "submit", ...rows(0, 20) });
  c.say({ type: "more", ...rows(20, 20) });
  c.say({ type: "more", ...rows(40, 20) });
  d.submit(...Array.from({ length: 10 }, (_, i) => ({ key: `small${i}` })));
  const w = b.worker("w1");
  const order: string[] = [];
  for (let key = [...w.tasks.keys()][0]; key !== undefined; key = [...w.tasks.keys()][0]) {
    order.push(key);
    w.finish([key], 8, 100);
  }
  assert.deepEqual(order.filter((k) => k.startsWith("big")), Array.from({ length: 60 }, (_, i) => `big${i}`));
  // One of the one and one of the other: the big batch has no more than its share.
  assert.ok(order.indexOf("small9") <= 20, order.join(" "));
});
