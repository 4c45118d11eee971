import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { CODE_PIECES } from "../../../actors/client/code_kept.ts";
import { ClientTask } from "../../../actors/client/client_task.ts";
import { failureOf } from "../../../actors/client/decoding.ts";
import { Options } from "../../../actors/client/options.ts";
import { transition } from "../../../actors/client/transitions.ts";
import { Bench, card, done, error, NO_FRAMES, task } from "./machine_bench.ts";

Deno.test("ClientMachine sends a turn's tasks as one message of columns", () => {
  const b = new Bench();
  b.machine.codes.set("h", Uint8Array.of(1));
  b.do({ type: "up" });
  const sent = b.submit(task("a", [], ["h"]), task("b", ["a"], ["h"]), task("c"));
  strictEqual(sent.length, 1);
  const [m] = sent;
  ok(m.type === "submit");
  deepStrictEqual(m.keys, ["a", "b", "c"]);
  deepStrictEqual(m.fns, ["global:Math.sqrt"]);
  strictEqual(m.options.length, 1);
  deepStrictEqual([...m.depCounts], [0, 1, 0]);
  deepStrictEqual(m.deps, ["a"]);
  deepStrictEqual(m.codes, ["h"]);
  // Code is told once in a session.
  const [again] = b.submit(task("d", [], ["h"]));
  ok(again.type === "submit" && again.codes.length === 0);
});

Deno.test("ClientMachine tells a new session all that is wanted, and what it was made from", () => {
  const b = new Bench();
  b.machine.codes.set("h", Uint8Array.of(1));
  b.do({ type: "up" });
  const [a, c, d, gone] = [task("a", [], ["h"]), task("c", ["a"]), task("d", ["c"]), task("gone")];
  b.submit(a, c, d, gone);
  b.done("a", "gone");
  // a is let go, but c is made from it.
  deepStrictEqual(b.do({ type: "release", tasks: [a, gone] }).map((m) => m.type), ["release"]);
  strictEqual(b.machine.tasks.has("gone"), false);
  b.hear({ type: "failed", keys: ["d"], blamed: ["d"], heard: 99, frames: [error] });
  b.do({ type: "down", reason: "cut" });
  b.submit(task("e", ["c"]));
  const [m] = b.do({ type: "up" });
  ok(m.type === "resume");
  deepStrictEqual(m.keys, ["a", "c", "e"]);
  deepStrictEqual(m.wants, ["c", "e"]);
  deepStrictEqual(m.codes, ["h"]);
});

Deno.test("ClientMachine forgets chains of released tasks with their last dependent", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const chain = Array.from({ length: 20_000 }, (_, i) => task(`t${i}`, i === 0 ? [] : [`t${i - 1}`]));
  b.submit(...chain);
  b.do({ type: "release", tasks: chain.slice(0, -1) });
  strictEqual(b.machine.tasks.size, 20_000);
  b.do({ type: "release", tasks: chain.slice(-1) });
  strictEqual(b.machine.tasks.size, 0);
});

Deno.test("ClientMachine holds back what depends on data that is not on a worker yet", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const x = new ClientTask("x", "data", undefined);
  b.do({ type: "scatter", tasks: [x] });
  const sent = b.submit(task("a", ["x"]), task("b", ["a"]), task("free"));
  deepStrictEqual(sent.map((m) => m.type === "submit" && m.keys), [["free"]]);
  const after = b.do({ type: "stored", task: x, card: card("x") });
  deepStrictEqual(after.map((m) => m.type), ["scattered", "submit"]);
  ok(after[1].type === "submit");
  deepStrictEqual(after[1].keys, ["a", "b"]);
  strictEqual(x.state, "done");
});

Deno.test("ClientMachine fails what depends on data that could not be scattered", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const x = new ClientTask("x", "data", undefined);
  const [a, c] = [task("a", ["x"]), task("c", ["a"])];
  b.do({ type: "scatter", tasks: [x] });
  b.submit(a, c);
  deepStrictEqual(b.do({ type: "notStored", task: x, error }), []);
  deepStrictEqual([a.state, c.state, a.because, c.because], ["failed", "failed", x, a]);
  // What is submitted later fails at once.
  const late = task("late", ["c"]);
  deepStrictEqual(b.submit(late), []);
  strictEqual(late.state, "failed");
});

Deno.test("ClientMachine lets data of itself go with the last task that was made from it", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const x = new ClientTask("x", "data", undefined);
  x.auto = true;
  b.do({ type: "scatter", tasks: [x] });
  const [a, c] = [task("a", ["x"]), task("c", ["x"])];
  b.submit(a, c);
  b.do({ type: "stored", task: x, card: card("x") });
  b.done("a", "c");
  b.do({ type: "release", tasks: [a] });
  strictEqual(x.state, "done");
  const sent = b.do({ type: "release", tasks: [c] });
  deepStrictEqual(sent.map((m) => m.type === "release" && m.keys), [["c"], ["x"]]);
  strictEqual(b.machine.tasks.size, 0);
});

Deno.test("ClientMachine tells the scheduler to drop data whose reference was let go before it was stored", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const x = new ClientTask("x", "data", undefined);
  b.do({ type: "scatter", tasks: [x] });
  b.do({ type: "release", tasks: [x] });
  deepStrictEqual(b.do({ type: "stored", task: x, card: card("x") }).map((m) => m.type), ["scattered", "release"]);
});

Deno.test("ClientMachine goes back to pending when a value is undone, unless it has the value", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const [far, near] = [task("far"), task("near")];
  b.submit(far, near);
  b.hear(done(["far"], false));
  b.done("near");
  b.hear({ type: "undone", keys: ["far", "near"], frames: NO_FRAMES });
  deepStrictEqual([far.state, near.state], ["pending", "done"]);
  b.hear(done(["far"], false));
  strictEqual(far.state, "done");
  b.hear({ type: "gone", keys: ["far", "near"], cause: "lost", reason: "fire", heard: 99, frames: NO_FRAMES });
  deepStrictEqual([far.state, near.state, far.reason], ["lost", "done", "fire"]);
});

Deno.test("ClientMachine cancels at once, and may submit the same key again", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const a = task("a");
  b.submit(a);
  deepStrictEqual(b.do({ type: "cancel", tasks: [a], force: false }).map((m) => m.type), ["cancel"]);
  strictEqual(a.state, "cancelled");
  b.done("a");
  strictEqual(a.state, "cancelled");
  deepStrictEqual(b.submit(a).map((m) => m.type), ["submit"]);
  strictEqual(a.state, "pending");
});

Deno.test("ClientMachine wants what was fired and forgotten until it is done", () => {
  const b = new Bench();
  const forget = new Options({ forget: true }).task;
  const a = task("a", [], [], forget);
  // Also before there is a session, and in the next one.
  deepStrictEqual(b.submit(a), []);
  deepStrictEqual(b.do({ type: "release", tasks: [a] }), []);
  const [resume] = b.do({ type: "up" });
  ok(resume.type === "resume");
  deepStrictEqual([resume.keys, resume.wants], [["a"], ["a"]]);
  b.done("a");
  strictEqual(b.machine.tasks.size, 0);
});

Deno.test("ClientMachine keeps the code that its tasks need, and of other code only so much", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const code = (hash: string): void => void b.machine.codes.set(hash, new Uint8Array(3));
  code("needed");
  const kept = task("kept", [], ["needed"]);
  b.submit(kept);
  let forgotten = new Set<string>();
  for (let i = 0; i < 3 * CODE_PIECES; i++) {
    code(`h${i}`);
    const t = task(`t${i}`, [], [`h${i}`, "needed"]);
    for (const m of b.submit(t)) {
      if (m.type === "submit") { for (const hash of m.codes) ok(!forgotten.delete(hash)); }
      if (m.type === "forgetCodes") forgotten = forgotten.union(new Set(m.hashes));
    }
    b.done(t.key);
    b.do({ type: "release", tasks: [t] });
  }
  ok(b.machine.codes.size <= CODE_PIECES + 1, `${b.machine.codes.size} pieces`);
  ok(b.machine.codes.has("needed"));
  ok(forgotten.has("h0") && forgotten.size + b.machine.codes.size === 3 * CODE_PIECES + 1);
  // Needed once more, it is sent once more.
  code("h0");
  const [again] = b.submit(task("again", [], ["h0"]));
  ok(again.type === "submit");
  deepStrictEqual(again.codes, ["h0"]);
});

Deno.test("ClientMachine gives up after its time without a session, and not before", () => {
  const b = new Bench();
  b.do({ type: "up" });
  b.submit(task("a"));
  const [wake] = b.all({ type: "down", reason: "cut" });
  ok(wake.type === "wakeAt");
  strictEqual(wake.at, b.now + 60_000);
  b.now = wake.at - 2;
  deepStrictEqual(b.all({ type: "tick" }), []);
  b.now = wake.at;
  deepStrictEqual(b.all({ type: "tick" }).map((i) => i.type), ["ended"]);
  ok(/could not be reached for 60 s/.test(b.machine.ended!));
});

Deno.test("transition() refuses what the table does not allow, with the task's history", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const a = task("a");
  b.submit(a);
  b.do({ type: "cancel", tasks: [a], force: false });
  throws(
    () => transition(a, "done", "no reason", 1, b.machine.log),
    /cannot go from cancelled to done.*\n.*pending -> cancelled/,
  );
});

/** One step of a random client and a random scheduler. */
Deno.test("ClientMachine does not take the end of a task for that of the same task submitted again", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const t = task("t");
  const ends = (heard: number): void =>
    void b.hear({ type: "gone", keys: ["t"], cause: "cancelled", reason: "by somebody", heard, frames: NO_FRAMES });
  b.do({ type: "submit", tasks: [t] });
  ends(1);
  strictEqual(t.state, "cancelled");
  b.do({ type: "submit", tasks: [t] });
  strictEqual(t.state, "pending");
  // The scheduler had heard the first submit only when it said so.
  ends(1);
  strictEqual(t.state, "pending");
  ends(2);
  strictEqual(t.state, "cancelled");
});

Deno.test("ClientMachine cancels what was on its way when an input that it had let go of was cancelled for all", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const x = new ClientTask("x", "data", undefined);
  const a = task("a"), between = task("between", ["a", "x"]), last = task("last", ["between"]);
  b.submit(a);
  b.do({ type: "scatter", tasks: [x] });
  b.submit(between, last);
  b.do({ type: "release", tasks: [a, between] });
  b.done("a");
  deepStrictEqual(b.do({ type: "stored", task: x, card: card("x") }).map((m) => m.type), [
    "scattered",
    "submit",
    "release",
  ]);
  // This was said before the scheduler heard of what is made from it.
  b.hear({ type: "gone", keys: ["a"], cause: "cancelled", reason: "by somebody", heard: 1, frames: NO_FRAMES });
  deepStrictEqual([last.state, last.reason], ["cancelled", "its dependency a was cancelled: by somebody"]);
});

Deno.test("ClientMachine does not send what waits for data once something else that it needs was cancelled", () => {
  const forget = new Options({ forget: true }).task;
  // `between` was let go of at once, after its input was cancelled, or is fired and forgotten.
  for (const how of ["before", "after", "forgotten"] as const) {
    for (const held of [true, false]) {
      const b = new Bench();
      b.do({ type: "up" });
      const x = new ClientTask("x", "data", undefined);
      const a = task("a"), between = task("between", ["a", "x"], [], how === "forgotten" ? forget : undefined);
      const last = task("last", ["between"]);
      b.do({ type: "scatter", tasks: [x] });
      b.submit(a, between, last);
      if (how !== "after") b.do({ type: "release", tasks: [between] });
      // The scheduler is not told so: it is to keep it until it hears of what is made from it.
      if (!held) deepStrictEqual(b.do({ type: "release", tasks: [a] }), []);
      b.hear({ type: "gone", keys: ["a"], cause: "cancelled", reason: "by somebody", heard: 1, frames: NO_FRAMES });
      if (held) b.do({ type: "release", tasks: [a] });
      if (how === "after") b.do({ type: "release", tasks: [between] });
      strictEqual(last.state, "failed", `${how}, ${held}`);
      strictEqual((failureOf(last) as Error).name, "CancelledError");
      ok((failureOf(last) as Error).message.includes("by somebody"), (failureOf(last) as Error).message);
      const sent = b.do({ type: "stored", task: x, card: card("x") });
      deepStrictEqual(sent.map((m) => m.type), ["scattered"], `${how}, ${held}`);
      b.do({ type: "release", tasks: [last, x] });
      strictEqual(b.machine.tasks.size, 0);
    }
  }
});

Deno.test("ClientMachine remembers what had become of an input when it was let go of", () => {
  for (const cause of ["lost", "cancelled"] as const) {
    const b = new Bench();
    b.do({ type: "up" });
    const x = new ClientTask("x", "data", undefined);
    b.do({ type: "scatter", tasks: [x] });
    b.do({ type: "stored", task: x, card: card("x") });
    b.submit(task("t", ["x"]));
    b.hear({ type: "gone", keys: ["x"], cause, reason: "nobody has it", heard: 2, frames: NO_FRAMES });
    b.do({ type: "release", tasks: [x] });
    strictEqual(x.state, "released");
    const { name, message } = failureOf(x) as Error;
    strictEqual(name, cause === "lost" ? "LostDataError" : "CancelledError");
    ok(message.includes("nobody has it"), message);
  }
});

Deno.test("ClientMachine ends when its cluster is over, with the reason", () => {
  const b = new Bench();
  b.do({ type: "up" });
  const t = task("t");
  b.submit(t);
  const out = b.all({ type: "over", reason: "no worker could be kept alive" });
  ok(out.some((i) => i.type === "ended" && i.reason === "no worker could be kept alive"));
  strictEqual(b.machine.ended, "no worker could be kept alive");
});

Deno.test("ClientMachine says bye when it is closed, but not to a cluster that ends with it", () => {
  for (const tell of [true, false]) {
    const b = new Bench();
    b.do({ type: "up" });
    b.submit(task("a"));
    deepStrictEqual(b.do({ type: "close", tell }).map((m) => m.type), tell ? ["bye"] : []);
    strictEqual(b.machine.ended, "the client was closed");
  }
});
