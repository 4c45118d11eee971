import assert from "node:assert/strict";
import { HEAD_START } from "../../../actors/protocol/mod.ts";
import { Bench, columns, type FakeClient, type FakeWorker, type Row } from "./harness.ts";

/** The client says that it has had the worker begin these; the worker has. */
function begin(c: FakeClient, w: FakeWorker, ...rows: Row[]): void {
  for (const { key } of rows) {
    w.tasks.set(key, { key, attempt: HEAD_START, tag: 0, fn: "lib:f", args: new Uint8Array(0), deps: {} });
  }
  c.say({ type: "begun", ...columns(rows), worker: w.name, incarnation: w.life });
}

function unsure(c: FakeClient, key: string, declined: boolean): void {
  c.say({ type: "unsure", keys: [key], declined, frames: [] });
}

Deno.test("SchedulerState.handle() counts a task that its client has begun as given out there, and tells of its end", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2");
  begin(c, w, { key: "a" }, { key: "b" });
  assert.deepEqual(b.tasks(), { a: "processing", b: "processing" });
  assert.deepEqual([w.take("run"), x.take("run")], [[], []]);
  w.finish(["b"]);
  w.finish(["a"]);
  assert.deepEqual(c.done(), ["b", "a"]);
  c.release("a", "b");
  assert.deepEqual(w.dropped().sort(), ["a", "b"]);
  assert.equal(b.state.books.tasks.size, 0);
});

Deno.test("SchedulerState.handle() places what was begun at a worker that is not there any more, or in another life", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  c.say({ type: "begun", ...columns([{ key: "a" }]), worker: "w9", incarnation: "w9-1" });
  c.say({ type: "begun", ...columns([{ key: "b" }]), worker: "w1", incarnation: "another" });
  assert.deepEqual([...w.tasks.values()].map((t) => t.attempt !== HEAD_START), [true, true]);
  w.finish(["a", "b"]);
  assert.deepEqual(c.done(), ["a", "b"]);
});

Deno.test("SchedulerState.handle() has a task begun again elsewhere when it was declined, or its worker died", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2");
  begin(c, w, { key: "a" });
  w.tasks.clear();
  unsure(c, "a", true);
  const [at] = [w, x].filter((y) => y.tasks.has("a"));
  at.finish(["a"]);
  assert.deepEqual(c.done(), ["a"]);
  begin(c, w, { key: "b" });
  w.die();
  b.pass(10_000);
  x.finish(["b"]);
  assert.deepEqual(c.done(), ["b"]);
});

Deno.test("SchedulerState.handle() gives a task once more to its worker when nobody knows whether it was begun, under another number", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  begin(c, w, { key: "a" });
  w.tasks.clear();
  unsure(c, "a", false);
  assert.notEqual(w.tasks.get("a")!.attempt, HEAD_START);
  unsure(c, "a", false);
  assert.equal(w.take("run").length, 1, "it is known now");
  // The head start has ended after all: a finish for it counts as the value it is.
  w.say({
    type: "finished",
    keys: ["a"],
    attempts: Float64Array.of(HEAD_START),
    nbytes: Float64Array.of(8),
    spent: Float64Array.of(1),
    inline: Uint32Array.of(0),
    frames: [new Uint8Array(0)],
  });
  assert.deepEqual(c.done(), ["a"]);
  assert.deepEqual(b.tasks(), { a: "memory" });
});

Deno.test("SchedulerState.handle() takes ends of what was begun before it is told of the tasks: a value, an error, a wait for the cluster", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1", { threads: 4 });
  const given = (key: string) => ({ key, attempt: HEAD_START, tag: 0, fn: "lib:f", args: new Uint8Array(0), deps: {} });
  for (const key of ["value", "error", "again", "waits", "given"]) w.tasks.set(key, given(key));
  w.finish(["value"]);
  w.fail("error");
  w.fail("again");
  w.suspend("waits");
  w.give(["given"]);
  c.say({
    type: "begun",
    ...columns([{ key: "value" }, { key: "error" }, { key: "again", retries: 1 }, { key: "waits" }, { key: "given" }]),
    worker: "w1",
    incarnation: w.life,
  });
  assert.deepEqual(c.done(), ["value"]);
  assert.deepEqual(c.failed(), { error: "error: boom" });
  // Those that are to be performed once more are.
  assert.deepEqual([...w.tasks.keys()].sort(), ["again", "given", "waits"]);
  assert.equal(w.tasks.get("waits")!.attempt, HEAD_START);
  w.finish(["again", "given"]);
  w.suspend("waits", true);
  w.finish(["waits"]);
  assert.deepEqual(c.done().sort(), ["again", "given", "waits"]);
});

Deno.test("SchedulerState.handle() does not wait for what was begun, told as ended, and let go of by another before its client told of it", () => {
  const b = new Bench(), c = b.client(), d = b.client("d"), w = b.worker("w1");
  w.tasks.set("a", { key: "a", attempt: HEAD_START, tag: 0, fn: "lib:f", args: new Uint8Array(0), deps: {} });
  w.finish(["a"]);
  // The same key is the same task.
  d.submit({ key: "a" });
  assert.deepEqual(d.done(), ["a"]);
  d.release("a");
  assert.deepEqual(w.dropped(), ["a"]);
  c.say({ type: "begun", ...columns([{ key: "a" }]), worker: "w1", incarnation: w.life });
  assert.notEqual(w.tasks.get("a")?.attempt, undefined, "it is performed once more");
  w.finish(["a"]);
  assert.deepEqual(c.done(), ["a"]);
  c.release("a");
  assert.equal(b.state.books.tasks.size, 0);
  assert.equal(b.state.books.endedEarly.size, 0);
});

Deno.test("SchedulerState.handle() forgets after a while what was begun by a client that never told of it", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  w.tasks.set("a", { key: "a", attempt: HEAD_START, tag: 0, fn: "lib:f", args: new Uint8Array(0), deps: {} });
  w.finish(["a"]);
  c.say({ type: "bye", frames: [] });
  for (let i = 0; i < 15; i++) {
    b.pass(4000);
    w.beat(false);
  }
  assert.deepEqual(w.dropped(), ["a"]);
  assert.equal(b.state.books.tasks.size, 0);
  // One that tells of it after that, over a network that stood still for long, has it computed again: it is not under way any more.
  const late = b.client();
  late.say({ type: "begun", ...columns([{ key: "a" }]), worker: "w1", incarnation: w.life });
  assert.notEqual(w.tasks.get("a")!.attempt, HEAD_START);
  w.finish(["a"]);
  assert.deepEqual(late.done(), ["a"]);
});

Deno.test("SchedulerState.handle() takes over from a worker what was begun there, after its own death", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1");
  begin(c, w, { key: "a" });
  b.reborn();
  c.resume(["a"], [{ key: "a" }], [], ["w1"]);
  w.join({ tasks: [["a", HEAD_START]] });
  assert.deepEqual(b.tasks(), { a: "processing" });
  assert.deepEqual(w.take("run"), []);
  w.finish(["a"]);
  assert.deepEqual(c.done(), ["a"]);
});

Deno.test("SchedulerState.handle() counts the death of a worker that a task was begun at, also when it is told of the task after that", () => {
  for (const known of ["away", "gone"]) {
    const b = new Bench(), c = b.client(), w = b.worker("w1");
    const { life } = w;
    w.die();
    if (known === "gone") w.join();
    c.say({ type: "begun", ...columns([{ key: "a" }]), worker: "w1", incarnation: life });
    if (known === "away") w.join();
    let tries = 1;
    for (; w.tasks.has("a"); tries++) {
      assert(tries < 5);
      w.die();
      w.join();
    }
    assert.equal(tries, 3, known);
    assert.match(c.failed()["a"], /KilledWorkerError/);
  }
});

Deno.test("SchedulerState.handle() leaves a task with the worker it was begun at, when that was only cut off", () => {
  const b = new Bench(), c = b.client(), w = b.worker("w1"), x = b.worker("w2");
  w.down();
  c.say({ type: "begun", ...columns([{ key: "a" }, { key: "b" }]), worker: "w1", incarnation: w.life });
  assert.deepEqual(x.take("run"), []);
  w.join({ tasks: [["a", HEAD_START]] });
  assert.equal(b.state.books.tasks.get("a")!.worker!.name, "w1");
  // The other had not arrived there.
  const at = [w, x].find((y) => y.tasks.has("b"))!;
  assert.notEqual(at.tasks.get("b")!.attempt, HEAD_START);
});
