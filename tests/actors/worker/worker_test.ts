import assert from "node:assert/strict";
import type { FromWorker } from "../../../actors/protocol/mod.ts";
import { contentHash, fingerprint, fromBlob, pack, reference, toBlob, unpack } from "../../../actors/values/mod.ts";
import { SchedulerLostError, type WorkerEnd } from "../../../actors/worker/mod.ts";

import { Caller, card, World } from "./worker_world.ts";

Deno.test("Worker joins, performs what it is given, and reports small results inline", async () => {
  await using w = await new World().begin("w1");
  const [join] = w.take("join");
  assert.equal(join.address, "memory://w1");
  assert.equal(join.threads, 1);
  w.run("w1", { key: "a", fn: "inc", args: [4], attempt: 9 }, { key: "b", fn: "zeros", args: [5000] });
  w.clock.advance(20);
  const done = w.take("finished");
  const [a, b] = done;
  assert.deepEqual([a.keys, [...a.attempts], [...a.spent]], [["a"], [9], [5]]);
  assert.equal(unpack(fromBlob(a.frames[0])), 5);
  assert.deepEqual(b.keys, ["b"]);
  assert.equal(b.inline[0], 0, "too large to ride along");
  assert(b.nbytes[0] > 40_000);
  w.send("w1", { type: "drop", keys: ["a", "b"], frames: [] });
  w.clock.advance(5);
  assert.equal(w.workers.get("w1")!.store.managed, 0);
});

Deno.test("Worker reports a task's error, packed", async () => {
  await using w = await new World().begin("w1");
  w.run("w1", { key: "a", fn: "fail", attempt: 3 });
  w.clock.advance(20);
  const [failed] = w.take("failed");
  assert.deepEqual([failed.keys, [...failed.attempts]], [["a"], [3]]);
  const error = unpack(fromBlob(failed.frames[0])) as Error;
  assert(error instanceof RangeError);
  assert.equal(error.message, "as asked");
});

Deno.test("Worker fails a task at its timeout with TaskTimeoutError, and stops its run", async () => {
  await using w = await new World().begin("w1");
  w.run("w1", { key: "a", fn: "slow", timeout: 50 }, { key: "b", fn: "inc", args: [1] });
  w.clock.advance(49);
  assert.equal(w.take("failed").length, 0);
  w.clock.advance(2);
  const [failed] = w.take("failed");
  assert.match((unpack(fromBlob(failed.frames[0])) as Error).message, /a ran longer than its timeout of 50 ms/);
  w.clock.advance(20);
  assert.deepEqual(w.take("finished")[0].keys, ["b"]);
});

Deno.test("Worker tells small values with the news of them, but for those that nobody wants", async () => {
  await using w = await new World().begin("w1");
  w.run("w1", { key: "a", fn: "inc", args: [1] }, { key: "b", fn: "inc", args: [2], quiet: true });
  w.clock.advance(20);
  const told = w.take("finished").flatMap((m) => m.keys.map((key, i) => [key, m.inline[i] > 0]));
  assert.deepEqual(told.sort(), [["a", true], ["b", false]]);
  assert(w.workers.get("w1")!.store.has("b"));
});

Deno.test("Worker fetches dependencies from another worker, and says that it has them", async () => {
  await using w = await new World().begin("w1", "w2");
  w.run("w1", { key: "x", fn: "zeros", args: [20_000] });
  w.clock.advance(20);
  const args = [{ [reference]: "x" }];
  w.run("w2", { key: "s", fn: "sum", args, holders: { x: ["memory://w1"] } });
  w.clock.advance(100);
  const [has] = w.take("has");
  assert.deepEqual(has.keys, ["x"]);
  assert.deepEqual(w.take("finished").map((m) => m.keys[0]), ["x", "s"]);
  assert.equal(w.workers.get("w2")!.store.get("x")!.value.nbytes, w.workers.get("w1")!.store.get("x")!.value.nbytes);
  for (const name of ["w1", "w2"]) w.send(name, { type: "drop", keys: ["x", "s"], frames: [] });
  w.clock.advance(100);
  assert.deepEqual([...w.workers.values()].map(({ store }) => store.managed), [0, 0]);
});

Deno.test("Worker asks the next holder when one is cut off, and says what is missing when there is none left", async () => {
  await using w = await new World().begin("w1", "w2", "w3");
  w.run("w1", { key: "x", fn: "inc", args: [1] });
  w.clock.advance(20);
  const args = [{ [reference]: "x" }];
  w.network.cut("w3", "w2");
  // w2 cannot be reached; nobody is at the third address; w1 has it.
  const holders = { x: ["memory://w2", "memory://nobody", "memory://w1"] };
  w.run("w3", { key: "s", fn: "inc", args, holders });
  w.clock.advance(10_000);
  assert.deepEqual(w.take("finished").map((m) => m.keys[0]), ["x", "s"]);
  w.run("w3", {
    key: "t",
    fn: "inc",
    args: [{ [reference]: "y" }],
    holders: { y: ["memory://w2", "memory://w1"] },
    attempt: 4,
  });
  w.clock.advance(10_000);
  const [missing] = w.take("missing");
  assert.deepEqual([missing.key, missing.attempt], ["t", 4]);
  assert.deepEqual(missing.deps, ["y", "y"]);
  assert.deepEqual([...missing.tried].sort(), ["memory://w1", "memory://w2"]);
});

Deno.test("Worker gives values to whoever asks, and holds them until they are sent", async () => {
  await using w = await new World().begin("w1");
  w.run("w1", { key: "x", fn: "zeros", args: [10_000] });
  w.clock.advance(20);
  const c = new Caller(w, "c", "memory://w1");
  c.say({ type: "get", n: 1, keys: ["x", "nope"], frames: [] });
  w.send("w1", { type: "drop", keys: ["x"], frames: [] });
  w.clock.advance(200);
  const [x, nope] = c.heard.sort((a, b) => b.frames.length - a.frames.length) as Extract<
    FromWorker,
    { type: "data" }
  >[];
  assert.equal(x.status, "ok");
  assert.equal((unpack({ head: x.frames[0], frames: x.frames.slice(1) }) as Float64Array).length, 10_000);
  assert.deepEqual([nope.key, nope.status], ["nope", "missing"]);
  assert.equal(w.workers.get("w1")!.store.managed, 0);
  await c.end();
});

Deno.test("Worker keeps scattered values, takes equal content once, and refuses what it has no room for", async () => {
  await using w = await new World().begin("w1");
  const { store } = w.workers.get("w1")!;
  const c = new Caller(w, "c", "memory://w1");
  const value = pack(new Float64Array(30_000).map((_, i) => i));
  const sizes = Float64Array.from([value.head, ...value.frames], (f) => f.byteLength);
  const print = fingerprint(value);
  const offer = (id: string) => ({ type: "offer", n: 1, id, sizes, fingerprint: print, frames: [] }) as const;
  const [send] = await c.ask(offer("d1"));
  assert.deepEqual([send.type, (send as { answer: string }).answer], ["offered", "send"]);
  const frames = [value.head, ...value.frames];
  const [stored] = await c.ask({ type: "put", n: 2, card: card("d1", value.nbytes), frames });
  assert.deepEqual([stored.type, (stored as { ok: boolean }).ok], ["stored", true]);
  assert.equal(store.heap.used, value.nbytes, "received in place, counted once");
  const [prove] = await c.ask(offer("d2"));
  assert.equal((prove as { answer: string }).answer, "prove");
  const [wrong] = await c.ask({ type: "prove", n: 3, id: "d2", hash: new Uint8Array(16), frames: [] });
  assert.equal((wrong as { answer: string }).answer, "send");
  await c.ask(offer("d2"));
  const [have] = await c.ask({ type: "prove", n: 3, id: "d2", hash: contentHash(value), frames: [] });
  assert.equal((have as { answer: string }).answer, "have");
  assert.equal(store.heap.used, value.nbytes);
  assert((await c.ask(offer("d2")))[0].type === "offered");
  const huge = { ...offer("d3"), sizes: Float64Array.of(10, 2 ** 30), fingerprint: Uint8Array.of(1) };
  const [full] = await c.ask(huge) as { answer: string; reason: string }[];
  assert.equal(full.answer, "full");
  assert.match(full.reason, /no room for 1073741834 bytes: it holds \d+ of at most 16777216/);
  w.send("w1", { type: "drop", keys: ["d1"], frames: [] });
  w.clock.advance(5);
  assert.equal(store.heap.used, value.nbytes, "the other name still holds it");
  w.send("w1", { type: "drop", keys: ["d2"], frames: [] });
  w.clock.advance(5);
  assert.equal(store.managed, 0);
  await c.end();
});

Deno.test("Worker lets go of the room of a value whose sender is cut off in the middle", async () => {
  await using w = await new World(2).begin("w1");
  w.clock.advance(50);
  const { store } = w.workers.get("w1")!;
  const c = new Caller(w, "c", "memory://w1");
  w.clock.advance(50);
  const value = pack(new Float64Array(100_000));
  c.say({ type: "put", n: 1, card: card("d", value.nbytes), frames: [value.head, ...value.frames] });
  w.clock.advance(20);
  assert.equal(store.heap.used, value.nbytes, "the room is set aside");
  assert(!store.has("d"), "and not yet full");
  w.network.cut("c", "w1");
  w.clock.advance(100);
  assert.equal(store.managed, 0);
  store.validate();
  await c.end();
});

Deno.test("Worker executes for a client directly", async () => {
  await using w = await new World().begin("w1");
  const c = new Caller(w, "c", "memory://w1");
  const [ok] = await c.ask({ type: "execute", n: 5, fn: "lib:inc", codes: [], frames: [toBlob(pack([1]))] });
  assert.deepEqual([ok.type, (ok as { n: number }).n, (ok as { ok: boolean }).ok], ["executed", 5, true]);
  assert.equal(unpack({ head: ok.frames[0], frames: ok.frames.slice(1) }), 2);
  const [bad] = await c.ask({ type: "execute", n: 6, fn: "lib:fail", codes: [], frames: [toBlob(pack([]))] });
  assert.equal((bad as { ok: boolean }).ok, false);
  assert.match(String(unpack({ head: bad.frames[0], frames: bad.frames.slice(1) })), /as asked/);
  await c.end();
});

Deno.test("Worker executes for a client also what its executor had to give back", async () => {
  await using w = await new World().begin("w1");
  let calls = 0;
  const { executor } = w.workers.get("w1")!;
  Object.assign(executor.functions, { quick: { ms: 0.1, run: () => 0 }, fickle: { ms: 0.1, run: () => calls++ } });
  w.run("w1", { key: "q0", fn: "quick" }, { key: "f0", fn: "fickle" });
  w.clock.advance(5);
  Object.assign(executor.functions, { fickle: { ms: 1000, run: () => calls++ } });
  // Both are thought to be quick: one is sent ahead, and taken back when the other is not.
  w.run("w1", { key: "f1", fn: "fickle" }, { key: "q1", fn: "quick" });
  const c = new Caller(w, "c", "memory://w1");
  c.say({ type: "execute", n: 5, fn: "lib:inc", codes: [], frames: [toBlob(pack([1]))] });
  w.clock.advance(2000);
  const [ok] = c.heard;
  assert.deepEqual([ok.type, (ok as { ok: boolean }).ok], ["executed", true]);
  assert.equal(executor.started.filter((t) => t.fn === "lib:inc").length, 2);
  await c.end();
});

Deno.test("Worker houses actors: up, called, stopped", async () => {
  await using w = await new World().begin("w1");
  w.run("w1", { key: "c1", fn: "counter", args: [10], kind: "actor", attempt: 2 });
  w.clock.advance(20);
  const [up] = w.take("actorUp");
  assert.deepEqual([up.key, up.attempt], ["c1", 2]);
  const c = new Caller(w, "c", "memory://w1");
  const blobs = [toBlob(pack([1])), toBlob(pack([5]))];
  const call = {
    type: "call",
    key: "c1",
    n: 40,
    methods: ["add"],
    method: Uint32Array.of(0, 0),
    argBytes: Uint32Array.from(blobs, (b) => b.byteLength),
    frames: [Uint8Array.from([...blobs[0], ...blobs[1]])],
  } as const;
  const [reply] = await c.ask(call) as Extract<FromWorker, { type: "reply" }>[];
  assert.equal(reply.n, 40);
  assert.deepEqual([...reply.ok], [1, 1]);
  assert.equal(unpack(fromBlob(reply.frames[0].slice(0, reply.sizes[0]))), 11);
  assert.equal(unpack(fromBlob(reply.frames[0].slice(reply.sizes[0]))), 16);
  w.send("w1", { type: "stopActor", key: "c1", frames: [] });
  w.clock.advance(5);
  const [down] = w.take("actorDown");
  assert.deepEqual([down.key, down.attempt], ["c1", 2]);
  const [gone] = await c.ask(call) as Extract<FromWorker, { type: "reply" }>[];
  assert.deepEqual([...gone.ok], [0, 0]);
  await c.end();
});

Deno.test("Worker says all it has and does when its scheduler is back", async () => {
  await using w = await new World().begin("w1");
  w.run("w1", { key: "a", fn: "inc", args: [1] }, { key: "b", fn: "slow", attempt: 8 });
  w.clock.advance(20);
  w.heard.length = 0;
  w.network.cut("s", "w1");
  w.clock.advance(500);
  w.network.heal("s", "w1");
  w.clock.advance(5000);
  const [join] = w.take("join");
  assert.deepEqual(join.held, ["a"]);
  assert.deepEqual([join.tasks, [...join.attempts]], [["b"], [8]]);
  w.send("w1", { type: "welcome", incarnation: "1", drop: ["a"], cancel: [], frames: [] });
  w.clock.advance(10_000);
  assert.deepEqual(w.take("finished").map((m) => m.keys), [["b"]]);
  assert(!w.workers.get("w1")!.store.has("a"));
});

Deno.test("Worker gives up when there is no scheduler for too long", async () => {
  await using w = new World();
  const worker = await w.add("w1", 1 << 20, { giveUpAfter: 60_000 });
  const ends: WorkerEnd[] = [];
  void worker.ended.then((e) => ends.push(e));
  w.clock.advance(59_000);
  await Promise.resolve();
  assert.equal(ends.length, 0);
  w.clock.advance(1001);
  await Promise.resolve();
  assert(ends[0].error instanceof SchedulerLostError);
  assert.match(ends[0].reason, /no scheduler at memory:\/\/s for 60 s/);
});

Deno.test("Worker does not give up a scheduler that was there before it was", async () => {
  await using w = await new World().begin();
  const worker = await w.add("w1", 1 << 20, { giveUpAfter: 60_000, dialFor: 10 });
  const ends: WorkerEnd[] = [];
  void worker.ended.then((e) => ends.push(e));
  w.clock.advance(120_000);
  await Promise.resolve();
  assert.equal(w.take("join").length, 1);
  assert.deepEqual(ends, []);
  w.run("w1", { key: "a", fn: "inc", args: [1] });
  w.clock.advance(20);
  assert.deepEqual(w.take("finished").map((m) => m.keys), [["a"]]);
});

Deno.test("Worker gives up when no scheduler listens where it was told, but a worker", async () => {
  await using w = await new World().begin("w1");
  const worker = await w.add("w2", 1 << 20, { scheduler: "memory://w1" });
  const ends: WorkerEnd[] = [];
  void worker.ended.then((e) => ends.push(e));
  w.clock.advance(10);
  await Promise.resolve();
  assert.match(ends[0].reason, /memory:\/\/w1 is not a scheduler's address: the worker w1 listens there/);
});

Deno.test("Worker gives up when another has taken its name", async () => {
  await using w = await new World().begin("w1");
  const { worker } = w.workers.get("w1")!;
  const ends: WorkerEnd[] = [];
  void worker.ended.then((e) => ends.push(e));
  w.scheduler.close(w.peers.get("w1")!, "another worker has taken the name w1");
  w.clock.advance(10);
  await Promise.resolve();
  assert.deepEqual(ends.map((e) => [e.reason, e.renew]), [["another worker has taken the name w1", false]]);
  assert(ends[0].error instanceof SchedulerLostError);
});

Deno.test("Worker.leave() says so, finishes its work when it is let go, and ends", async () => {
  await using w = await new World().begin("w1");
  w.run("w1", { key: "a", fn: "inc", args: [1] });
  const { worker } = w.workers.get("w1")!;
  const ends: WorkerEnd[] = [];
  void worker.ended.then((e) => ends.push(e));
  w.clock.advance(1);
  worker.leave("asked", 1000);
  w.clock.advance(1);
  assert.equal(w.take("leaving")[0].reason, "asked");
  w.send("w1", { type: "retire", frames: [] });
  w.clock.advance(20);
  await Promise.resolve();
  assert.equal(w.take("finished").length, 1);
  assert.deepEqual(ends[0], { reason: "asked", renew: false });
});

Deno.test("Worker leaves, to be started anew, when a thread stays stuck, and stays when it comes back", async () => {
  await using w = await new World().begin("w1", "w2");
  const one = w.workers.get("w1")!, two = w.workers.get("w2")!;
  const ends: WorkerEnd[] = [];
  void one.worker.ended.then((e) => ends.push(e));
  one.executor.tell({ kind: "writtenOff", key: "k" });
  two.executor.tell({ kind: "writtenOff", key: "k" });
  two.executor.tell({ kind: "cameBack", key: "k" });
  w.clock.advance(6000);
  const leaving = w.heard.filter((m) => m.type === "leaving");
  assert.deepEqual(leaving.map((m) => m.from), ["w1"]);
  w.clock.advance(30_000);
  await Promise.resolve();
  assert.equal(ends[0].renew, true);
});

Deno.test("Worker ends the session with who sends no valid message, and goes on", async () => {
  await using w = await new World().begin("w1");
  const c = new Caller(w, "c", "memory://w1");
  const before = c.peer!;
  c.endpoint.send(before, { header: [9999, "what"], frames: [] });
  w.clock.advance(50);
  assert.notEqual(c.peer!.id, before.id, "dialled again");
  const [ok] = await c.ask({ type: "execute", n: 1, fn: "lib:inc", codes: [], frames: [toBlob(pack([1]))] });
  assert.equal(ok.type, "executed");
  await c.end();
});

Deno.test("Worker ends the actor whose address finds no room", async () => {
  await using w = await new World().begin("w1");
  await w.add("full", 100_000);
  w.clock.advance(5);
  const { store, executor } = w.workers.get("full")!;
  const taken = store.heap.allocate(store.limit, Infinity)!, rest = store.heap.allocate(store.limit / 16, Infinity)!;
  w.run("full", { key: "a", fn: "counter", args: [], kind: "actor" });
  w.clock.advance(20);
  assert.deepEqual(w.take("failed").map((m) => m.keys), [["a"]]);
  assert.deepEqual(executor.actors, []);
  rest.release();
  w.run("full", { key: "b", fn: "counter", args: [], kind: "actor" });
  w.clock.advance(20);
  assert.deepEqual(
    [w.take("failed"), executor.actors],
    [[], ["b"]],
    "a small value may take a little more than there is",
  );
  taken.release();
});

Deno.test("Worker fails the task whose result, or whose dependency, finds no room", async () => {
  await using w = await new World().begin("w1");
  await w.add("small", 100_000);
  w.clock.advance(5);
  w.run("small", { key: "big", fn: "zeros", args: [50_000] });
  w.run("w1", { key: "x", fn: "zeros", args: [50_000] });
  w.clock.advance(20);
  const [own] = w.take("failed");
  assert.match((unpack(fromBlob(own.frames[0])) as Error).message, /no room for big: 400\d\d\d bytes wanted/);
  w.run("small", { key: "s", fn: "sum", args: [{ [reference]: "x" }], holders: { x: ["memory://w1"] } });
  w.clock.advance(200);
  const [fetched] = w.take("failed");
  assert.deepEqual(fetched.keys, ["s"]);
  assert.equal((unpack(fromBlob(fetched.frames[0])) as Error).name, "MemoryError");
  assert.equal(w.workers.get("small")!.store.managed, 0);
});
