import assert from "node:assert/strict";
import { Bench, card } from "./harness.ts";

Deno.test("SchedulerState.handle() runs the tasks of a dead worker elsewhere, and computes again what only it had", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2");
  c.submit({ key: "a" });
  w.finish(["a"]);
  x.beat(true);
  c.submit({ key: "b", deps: ["a"] });
  assert.deepEqual([...w.tasks.keys()], ["b"]);
  x.beat(false);
  assert.deepEqual(c.done(), ["a"]);
  w.die();
  assert.equal(x.tasks.size, 0);
  b.pass(999);
  assert.equal(x.tasks.size, 0);
  b.pass(1);
  assert.deepEqual(c.take("undone").map((m) => m.keys), [["a"]]);
  x.finish(["a"]);
  x.finish(["b"]);
  assert.deepEqual(c.done(), ["a", "b"]);
});

Deno.test("SchedulerState.handle() takes a new incarnation for proof of the old one's death", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a" });
  const old = w.tasks.get("a")!.attempt;
  w.die();
  w.join();
  assert.notEqual(w.tasks.get("a")!.attempt, old);
  w.finish(["a"]);
  assert.deepEqual(c.done(), ["a"]);
});

Deno.test("SchedulerState.handle() leaves the tasks of a worker that comes back in time with it", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a" }, { key: "b" });
  const { attempt } = w.tasks.get("a")!;
  w.down();
  b.pass(500);
  // It finished b meanwhile, and still runs a.
  w.tasks.delete("b");
  w.join({ tasks: [["a", attempt]], held: ["b"] });
  assert.deepEqual(w.take("welcome").at(-1)!.cancel, []);
  assert.deepEqual(c.done(), ["b"]);
  w.finish(["a"]);
  assert.deepEqual(c.done(), ["a"]);
});

Deno.test("SchedulerState.handle() gives a task again whose message was lost with the session", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a" });
  w.down();
  w.tasks.clear();
  w.join();
  assert.deepEqual([...w.tasks.keys()], ["a"]);
});

Deno.test("SchedulerState.handle() fails a task whose worker died three times, and names the workers", () => {
  const b = new Bench({ workerGrace: 0 }), c = b.client(), w = b.worker("w1");
  c.submit({ key: "bad" }, { key: "good" });
  for (let i = 0; i < 2; i++) {
    w.die();
    w.join();
    assert.ok(w.tasks.has("bad"));
  }
  // Suspected twice, both: so one after the other, alone.
  assert.deepEqual([...w.tasks.keys()], ["bad"]);
  w.die();
  w.join();
  assert.match(
    c.failed().bad,
    /KilledWorkerError: task bad was running on 3 workers when they died: w1, w1, w1; the last one: a new incarnation of it came/,
  );
  assert.deepEqual([...w.tasks.keys()], ["good"]);
  w.finish(["good"]);
  assert.deepEqual(c.done(), ["good"]);
});

Deno.test("SchedulerState.handle() lets what a lone suspect waits for run beside it", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "p" });
  for (let i = 0; i < 2; i++) {
    w.die();
    w.join();
  }
  c.submit({ key: "child" });
  assert.deepEqual([...w.tasks.keys()], ["p"]);
  w.suspend("p");
  assert.deepEqual([...w.tasks.keys()], ["p", "child"]);
});

Deno.test("SchedulerState.handle() strikes out a holder that does not give, and answers who else has it", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2"), y = b.worker("w3");
  c.submit({ key: "a", workers: ["w1"] });
  w.finish(["a"]);
  x.has(["a"]);
  c.submit({ key: "b", deps: ["a"], workers: ["w3"] });
  assert.deepEqual(y.tasks.get("b")!.deps, { a: ["tcp://w1", "tcp://w2"] });
  y.missing("b", ["a"], ["tcp://w1"]);
  assert.deepEqual(w.dropped(), ["a"]);
  const [h] = y.take("holders");
  assert.deepEqual([h.keys, h.workers], [["a"], ["tcp://w2"]]);
  for (let i = 0; i < 3; i++) y.missing("b", ["a"], ["tcp://w2"]);
  // Nobody has it now: it is computed again, and b waits.
  assert.deepEqual(y.cancelled(), ["b"]);
  assert.deepEqual(b.tasks(), { a: "processing", b: "waiting" });
  w.finish(["a"]);
  assert.deepEqual(y.tasks.get("b")!.deps, { a: ["tcp://w1"] });
});

Deno.test("SchedulerState.handle() asks for lost data the client that scattered it", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.scattered(card("x", ["w1"]));
  assert.deepEqual(c.done(), ["x"]);
  c.submit({ key: "a", deps: ["x"] });
  assert.deepEqual(w.tasks.get("a")!.deps, { x: ["tcp://w1"] });
  w.die();
  b.pass(1000);
  assert.deepEqual(c.take("resupply"), [], "there is no worker to put it on");
  w.join();
  assert.deepEqual(c.take("resupply").map((m) => m.ids), [["x"]]);
  assert.deepEqual(b.tasks(), { x: "absent", a: "waiting" });
  c.scattered(card("x", ["w1"]));
  w.finish(["a"]);
  assert.deepEqual(c.done(), ["x", "a"]);
});

Deno.test("SchedulerState.handle() asks for lost data also where the only worker left is short of memory", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2");
  c.scattered(card("x", ["w1"]));
  c.submit({ key: "a", deps: ["x"], workers: ["w2"] });
  x.beat(true);
  w.die();
  b.pass(1000);
  assert.deepEqual(c.take("resupply").map((m) => m.ids), [["x"]]);
});

Deno.test("SchedulerState.handle() says that data is lost which nobody can supply, to all who want or need it", () => {
  const b = new Bench(), c = b.client(), d = b.client("c2"), w = b.worker("w1");
  c.scattered(card("x", ["w1"]));
  d.want("x");
  d.submit({ key: "a", deps: ["x"] });
  w.die();
  w.join();
  c.say({ type: "cannotSupply", ids: ["x"], frames: [] });
  assert.deepEqual([c.gone(), d.gone()], [{ x: "lost" }, { x: "lost" }]);
  assert.match(d.failed().a, /x: LostDataError: x is lost: the client that scattered it no longer has it/);
  d.submit({ key: "a2", deps: ["x"] });
  assert.match(d.failed().a2, /LostDataError/);
});

Deno.test("SchedulerState.handle() waits for the client that scattered lost data as long as it keeps its wishes", () => {
  const b = new Bench(), c = b.client(), d = b.client("c2"), w = b.worker("w1");
  c.scattered(card("x", ["w1"]));
  d.submit({ key: "a", deps: ["x"] });
  c.down();
  w.die();
  w.join();
  b.pass(4000);
  assert.deepEqual(d.failed(), {});
  c.resume(["x"], [], [card("x", ["w1"])]);
  assert.deepEqual(c.take("resupply").map((m) => m.ids), [["x"]]);
  c.down();
  b.pass(5000);
  assert.match(d.failed().a, /LostDataError/);
});

Deno.test("SchedulerState.handle() drops scattered data with its last wish", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.scattered(card("x", ["w1"]));
  c.submit({ key: "a", deps: ["x"] });
  c.release("x");
  assert.deepEqual(w.dropped(), []);
  w.finish(["a"]);
  assert.deepEqual(w.dropped(), ["x"]);
});

Deno.test("SchedulerState.handle() spreads a broadcast as a tree, each holder serving two at most", () => {
  const b = new Bench(), c = b.client();
  const ws = Array.from({ length: 16 }, (_, i) => b.worker(`w${i}`));
  c.scattered(card("x", ["w0"], 0));
  const holders = new Set(["tcp://w0"]);
  let rounds = 0;
  for (; holders.size < 16; rounds++) {
    const served = new Map<string, number>();
    const got = ws.filter((w) => {
      const orders = w.take("fetch");
      for (const m of orders) {
        const from = m.workers[m.holders[0]];
        assert.ok(holders.has(from), `${w.name} is to fetch from ${from}, which does not have it`);
        served.set(from, (served.get(from) ?? 0) + 1);
      }
      return orders.length > 0;
    });
    for (const n of served.values()) assert.ok(n <= 2);
    for (const w of got) w.has(["x"], 1000);
    for (const w of got) holders.add(`tcp://${w.name}`);
  }
  assert.ok(rounds <= 4, `${rounds} rounds`);
  // Who comes later gets it too.
  const late = b.worker("late");
  assert.equal(late.take("fetch").length, 1);
});

Deno.test("SchedulerState.handle() restores the copies that data shall have", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2");
  c.scattered(card("x", ["w1"], 2));
  assert.equal(x.take("fetch").length, 1);
  x.has(["x"], 1000);
  const y = b.worker("w3");
  assert.equal(y.take("fetch").length, 0);
  w.die();
  b.pass(1000);
  assert.equal(y.take("fetch")[0].workers[0], "tcp://w2");
  y.has(["x"], 1000);
  assert.deepEqual(c.take("resupply"), []);
  assert.deepEqual((c.ask("whoHas", ["x"] as never) as Record<string, string[]>).x, ["w2", "w3"]);
});

Deno.test("SchedulerState.handle() answers replicate when the copies are there", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2"), y = b.worker("w3");
  c.submit({ key: "a", workers: ["w1"] });
  w.finish(["a"]);
  c.say({ type: "replicate", n: 1, ids: ["a"], copies: 0, workers: ["w2", "w3"], frames: [] });
  assert.equal(x.take("fetch").length + y.take("fetch").length, 2);
  x.has(["a"]);
  assert.deepEqual(c.take("answer"), []);
  for (let i = 0; i < 3; i++) y.say({ type: "fetchFailed", keys: ["a"], reason: "no room", frames: [] });
  const [answer] = c.take("answer");
  assert.equal(answer.ok, false);
  assert.match(String(answer.value), /w3 could not fetch a: no room/);
  c.say({ type: "replicate", n: 2, ids: ["a", "nothing"], copies: 2, workers: [], frames: [] });
  assert.match(String(c.take("answer")[0].value), /nothing is no value that exists/);
  c.say({ type: "replicate", n: 3, ids: ["a"], copies: 2, workers: [], frames: [] });
  assert.equal(c.take("answer")[0].ok, true);
  c.say({ type: "replicate", n: 4, ids: ["a"], copies: 2, workers: ["w9"], frames: [] });
  assert.match(String(c.take("answer")[0].value), /no worker is named w9/);
});

Deno.test("SchedulerState.handle() lets a worker leave when what it alone has is safe and what it runs is done", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.scattered(card("x", ["w1"]));
  c.submit({ key: "a" }, { key: "b" }, { key: "c" });
  w.finish(["a"]);
  const x = b.worker("w2");
  w.take("steal");
  w.say({ type: "leaving", reason: "SIGTERM", frames: [] });
  assert.deepEqual([...w.take("steal")[0].keys].sort(), ["b", "c"]);
  w.give(["c"]);
  assert.ok(x.tasks.has("c"));
  assert.deepEqual(x.take("fetch").flatMap((m) => m.keys).sort(), ["a", "x"]);
  x.has(["a"]);
  w.finish(["b"]);
  assert.equal(w.take("retire").length, 0);
  x.has(["x"], 1000);
  assert.equal(w.take("retire").length, 0);
  assert.deepEqual(x.take("fetch").flatMap((m) => m.keys), ["b"]);
  x.has(["b"]);
  assert.equal(w.take("retire").length, 1);
  w.down();
  assert.deepEqual(c.take("workers").at(-1)!.gone, ["w1"]);
  assert.deepEqual(c.take("undone"), []);
});

Deno.test("SchedulerState.handle() lets the last worker leave though nobody can take what it has", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "a" });
  w.finish(["a"]);
  w.say({ type: "leaving", reason: "SIGTERM", frames: [] });
  assert.equal(w.take("retire").length, 1);
  w.down();
  assert.equal(b.tasks().a, "queued");
});

Deno.test("SchedulerState.handle() constructs an actor anew as its restarts allow, and says where it is", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.submit({ key: "A", kind: "actor", restart: "always", intensity: 1, period: 10_000 });
  w.actorUp("A");
  assert.deepEqual(c.take("actorAt").map((m) => m.worker), ["w1"]);
  w.die();
  const x = b.worker("w2");
  b.pass(1000);
  x.actorUp("A");
  assert.deepEqual(c.take("actorAt").map((m) => m.worker), ["w2"]);
  x.say({ type: "actorDown", key: "A", attempt: 1, reason: "its thread failed", frames: [] });
  assert.deepEqual(c.take("actorAt").map((m) => [m.worker, /constructed again 1 times/.test(m.reason)]), [[
    null,
    true,
  ]]);
  assert.match(c.failed().A, /ActorGoneError: actor A is gone: its thread failed/);
});

Deno.test("SchedulerState.handle() stops an actor that nobody wants any more", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1", { resources: { R: 1 } });
  c.submit({ key: "A", kind: "actor", resources: { R: 1 } }, { key: "B", kind: "actor", resources: { R: 1 } });
  w.actorUp("A");
  assert.deepEqual([...w.tasks.keys()], [], "A keeps what it needs");
  c.release("A");
  assert.deepEqual(w.take("stopActor").map((m) => m.key), ["A"]);
  assert.deepEqual([...w.tasks.keys()], ["B"]);
  w.say({
    type: "actorDown",
    key: "B",
    attempt: w.tasks.get("B")!.attempt,
    reason: "its constructor threw",
    frames: [new TextEncoder().encode("no")],
  });
  assert.deepEqual(c.failed(), { B: "B: no" });
});
