import assert from "node:assert/strict";
import { LOOSE_PIECES } from "../../../actors/scheduler/codes.ts";
import { REMEMBERED } from "../../../actors/scheduler/books.ts";
import { Bench, columns, type FakeClient, type Row } from "./harness.ts";

function submitWith(c: FakeClient, codes: readonly string[], ...rows: Row[]): void {
  c.say({ type: "submit", ...columns(rows, new Map(codes.map((h) => [h, Uint8Array.of(1, 2)]))) });
}

Deno.test("SchedulerState keeps code as long as a client holds it, and only so much for nobody", () => {
  const b = new Bench(), c = b.client("c1"), d = b.client("c2"), w = b.worker("w1", { threads: 1 });
  const { books } = b.state;
  const all = Array.from({ length: LOOSE_PIECES + 2 }, (_, i) => `h${i}`);
  submitWith(c, all, { key: "a", fn: `src:${all[1]}` });
  submitWith(d, [all[0]], { key: "b" });
  assert.deepEqual(w.take("run").flatMap((r) => r.codes), all);
  // Those of a client that is there are kept, however many.
  assert.equal(books.codes.size, all.length);
  c.say({ type: "forgetCodes", hashes: all, frames: [] });
  const forgotten = w.take("forgetCodes").flatMap((m) => m.hashes);
  // Not what another client holds, nor what a task needs; of the others the oldest.
  assert.deepEqual(forgotten, all.slice(2, 2 + forgotten.length));
  assert.equal(books.codes.size, LOOSE_PIECES / 2 + 1);
  // What is forgotten comes again before it is needed.
  submitWith(c, [all[2]], { key: "e", fn: `src:${all[2]}` });
  w.finish(["a"]);
  w.finish(["b"]);
  assert.deepEqual(w.take("run").flatMap((r) => r.codes), [all[2]]);
  c.say({ type: "bye", frames: [] });
  d.say({ type: "bye", frames: [] });
  assert.ok(books.codes.size <= LOOSE_PIECES);
});

Deno.test("SchedulerState keeps the code that clients hold over a restart of all workers", () => {
  const b = new Bench(), c = b.client("c1"), w = b.worker("w1");
  submitWith(c, ["h1"], { key: "a", fn: "src:h1" });
  c.say({ type: "restart", n: 1, frames: [] });
  w.die();
  w.join();
  w.take("run");
  c.submit({ key: "b", fn: "src:h1" });
  assert.deepEqual(w.take("run").flatMap((r) => r.codes), ["h1"]);
});

Deno.test("SchedulerState keeps of the arguments of forgotten tasks no more than of those that are there", () => {
  const b = new Bench({ leastWaste: 1000 }), c = b.client("c1");
  const { args } = b.state.books;
  const key = (i: number): string => `t${i}`;
  const rows = (from: number): Row[] =>
    Array.from({ length: 100 }, (_, i) => ({ key: key(from + i), args: new Uint8Array(50).fill(from / 100 + 1) }));
  for (let batch = 0; batch < 10; batch++) c.submit(...rows(100 * batch));
  assert.deepEqual([args.live, args.held], [50_000, 50_000]);
  // Of each batch one task remains.
  for (let i = 0; i < 1000; i++) if (i % 100 !== 37) c.release(key(i));
  assert.equal(args.live, 500);
  assert.ok(args.held <= 1500, `${args.held} bytes are held for 500`);
  const w = b.worker("w1", { threads: 10 });
  assert.equal(w.tasks.size, 10);
  for (const [k, t] of w.tasks) {
    assert.deepEqual(t.args, new Uint8Array(50).fill(Math.floor(Number(k.slice(1)) / 100) + 1));
  }
  for (let batch = 0; batch < 10; batch++) c.release(key(100 * batch + 37));
  assert.deepEqual([args.live, args.held], [0, 0]);
});

Deno.test("SchedulerState forgets restrictions, resources and functions that no task has", () => {
  const b = new Bench(), c = b.client("c1"), w = b.worker("w1", { resources: { GPU: 10_000 } });
  const { books } = b.state;
  c.submit({ key: "kept", workers: ["w9"], fn: "lib:kept" });
  for (let i = 0; i < 3 * REMEMBERED; i++) {
    const key = `t${i}`;
    c.submit({ key, resources: { GPU: i + 1 }, fn: `lib:f${i}` });
    w.finish([key]);
    c.release(key);
  }
  assert.ok(books.options.size <= REMEMBERED + 1, `${books.options.size} options`);
  assert.ok(books.functions.size <= REMEMBERED + 1, `${books.functions.size} functions`);
  assert.ok(books.pools.restricted.size <= REMEMBERED + 1, `${books.pools.restricted.size} pools`);
  const w9 = b.worker("w9");
  assert.deepEqual([...w9.tasks.keys()], ["kept"]);
  assert.deepEqual(w9.take("run").flatMap((r) => r.fns), ["lib:kept"]);
});
