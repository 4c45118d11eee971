import assert from "node:assert/strict";
import {
  type HoldersOf,
  type TaskSpec,
  type WorkerEvent,
  type WorkerInstruction,
  WorkerMachine,
} from "../../../actors/worker/mod.ts";
import { HEAD_START } from "../../../actors/protocol/mod.ts";
import { WorkerStateError } from "../../../actors/worker/mod.ts";

const ARGS = new Uint8Array(0);
const ERROR = Uint8Array.of(1);

type Plain = WorkerEvent extends infer E ? E extends WorkerEvent ? Omit<E, "now"> : never : never;

/** A machine that is validated after each event, and what it last said. */
class Bench {
  now = 0;
  readonly machine: WorkerMachine;

  constructor(threads = 1, memoryLimit = 1e9) {
    this.machine = new WorkerMachine({ name: "w", threads, memoryLimit });
    this.tell({ type: "connected" });
  }

  tell(event: Plain): WorkerInstruction[] {
    const out = this.machine.handle({ now: this.now, ...event } as WorkerEvent);
    this.machine.validate();
    return out;
  }

  run(task: Partial<TaskSpec> & { key: string }, holders: HoldersOf[] = []): WorkerInstruction[] {
    return this.tell({ type: "run", tasks: [spec(task)], holders });
  }
}

function spec(task: Partial<TaskSpec> & { key: string }): TaskSpec {
  return {
    attempt: 1,
    fn: "lib:f",
    kind: "task",
    args: ARGS,
    deps: [],
    priority: 0,
    tag: 0,
    duration: 5,
    timeout: null,
    ...task,
  };
}

function dos(out: readonly WorkerInstruction[]): string[] {
  return out.map((i) => "key" in i ? `${i.do} ${i.key}` : i.do);
}

function tickets(out: readonly WorkerInstruction[]): number[] {
  return out.flatMap((i) => i.do === "start" ? [i.ticket] : []);
}

function find<D extends WorkerInstruction["do"]>(
  out: readonly WorkerInstruction[],
  what: D,
): Extract<WorkerInstruction, { do: D }> {
  const found = out.find((i) => i.do === what);
  assert(found, `no ${what} in ${JSON.stringify(out)}`);
  return found as Extract<WorkerInstruction, { do: D }>;
}

Deno.test("WorkerMachine starts a task without dependencies at once, and reports its result", () => {
  const b = new Bench();
  const [ticket] = tickets(b.run({ key: "a", attempt: 7 }));
  const out = b.tell({ type: "finished", ticket, nbytes: 10, spent: 3 });
  assert.deepEqual(out, [{ do: "finished", key: "a", attempt: 7, nbytes: 10, spent: 3 }]);
  assert.equal(b.machine.tasks.size, 0);
  assert.deepEqual(dos(b.tell({ type: "drop", keys: ["a"] })), ["forget a"]);
  assert.equal(b.machine.value("a"), undefined);
});

Deno.test("WorkerMachine begins ready tasks by priority, then tag, then arrival", () => {
  const b = new Bench();
  let [ticket] = tickets(b.run({ key: "first" }));
  b.run({ key: "late", tag: 9 });
  b.run({ key: "early", tag: 1 });
  b.run({ key: "early2", tag: 1 });
  b.run({ key: "urgent", tag: 10, priority: 1 });
  const order: string[] = [];
  for (let i = 0; i < 4; i++) {
    const out = b.tell({ type: "finished", ticket, nbytes: 1, spent: 5 });
    const start = find(out, "start");
    order.push(start.key);
    ticket = start.ticket;
  }
  assert.deepEqual(order, ["urgent", "early", "early2", "late"]);
});

Deno.test("WorkerMachine fetches what is lacking, tries the other holders, then says what is missing", () => {
  const b = new Bench();
  const holders = [{ key: "x", holders: ["w1", "w2"], nbytes: 100 }];
  assert.deepEqual(b.run({ key: "a", deps: ["x"] }, holders), [{ do: "get", key: "x", from: "w1" }]);
  assert.equal(b.machine.tasks.get("a")!.state, "fetching");
  assert.deepEqual(b.tell({ type: "unavailable", key: "x", from: "w1", reason: "gone" }), [
    { do: "get", key: "x", from: "w2" },
  ]);
  const out = b.tell({ type: "unavailable", key: "x", from: "w2", reason: "gone" });
  assert.deepEqual(out, [{ do: "missing", key: "a", attempt: 1, deps: ["x", "x"], tried: ["w1", "w2"] }]);
  assert.equal(b.machine.tasks.get("a")!.state, "waiting");
  assert.deepEqual(b.tell({ type: "holders", values: [{ key: "x", holders: ["w3"], nbytes: 100 }] }), [
    { do: "get", key: "x", from: "w3" },
  ]);
  const got = b.tell({ type: "received", key: "x", from: "w3", nbytes: 100 });
  assert.deepEqual(dos(got), ["has x", "start a"]);
  const done = b.tell({ type: "finished", ticket: tickets(got)[0], nbytes: 1, spent: 1 });
  assert.deepEqual(dos(done), ["finished a"]);
  assert.equal(b.machine.value("x")!.keep, true, "until the scheduler says drop");
});

Deno.test("WorkerMachine says that nobody was named as a holder", () => {
  const b = new Bench();
  const out = b.run({ key: "a", deps: ["x"] }, [{ key: "x", holders: [], nbytes: 0 }]);
  assert.deepEqual(out, [{ do: "missing", key: "a", attempt: 1, deps: ["x"], tried: [""] }]);
});

Deno.test("WorkerMachine keeps a dropped value while a task still reads it", () => {
  const b = new Bench();
  const [t] = tickets(b.run({ key: "x" }));
  b.tell({ type: "finished", ticket: t, nbytes: 8, spent: 1 });
  const [ticket] = tickets(b.run({ key: "a", deps: ["x"] }));
  b.run({ key: "waits", deps: ["x", "y"] }, [{ key: "y", holders: ["w1"], nbytes: 1 }]);
  assert.deepEqual(b.tell({ type: "drop", keys: ["x"] }), []);
  assert.deepEqual(dos(b.tell({ type: "finished", ticket, nbytes: 1, spent: 1 })), ["finished a"]);
  assert.deepEqual(dos(b.tell({ type: "cancel", tasks: [{ key: "waits", attempt: 1 }] })), ["forget x"]);
});

Deno.test("WorkerMachine gives back what has not begun, and recalls what waits in the executor's queue", () => {
  const b = new Bench();
  const first = tickets(b.run({ key: "warm", duration: 0.01 }))[0];
  b.tell({ type: "finished", ticket: first, nbytes: 1, spent: 0.01 });
  const started: number[] = [];
  for (const key of ["a", "b", "c"]) started.push(...tickets(b.run({ key, duration: 0.01 })));
  assert.equal(started.length, 3, "short tasks go ahead of what runs");
  const wanted = ["a", "b", "c"].map((key) => ({ key, attempt: 1 }));
  assert.deepEqual(dos(b.tell({ type: "steal", tasks: wanted })), ["recall"]);
  const out = b.tell({ type: "recalled", tickets: started.slice(1) });
  assert.deepEqual(find(out, "given").tasks, wanted.slice(1));
  assert.deepEqual([...b.machine.tasks.keys()], ["a"]);
  assert.deepEqual(find(b.tell({ type: "steal", tasks: wanted }), "given").tasks, []);
});

Deno.test("WorkerMachine puts no task behind a long one, and takes back what turned out to stand behind one", () => {
  const b = new Bench();
  const first = tickets(b.run({ key: "long", fn: "lib:long", duration: 100 }))[0];
  assert.deepEqual(tickets(b.run({ key: "short", duration: 0.01 })), []);
  const [second] = tickets(b.tell({ type: "finished", ticket: first, nbytes: 1, spent: 100 }));
  const [third] = tickets(b.run({ key: "behind", duration: 0.01 }));
  assert.equal(third, second + 1, "behind a short one");
  b.now += 10;
  assert.deepEqual(dos(b.tell({ type: "wake" })), ["recall", "wakeAt"]);
  b.tell({ type: "recalled", tickets: [third] });
  assert.equal(b.machine.tasks.get("behind")!.state, "ready");
  const out = b.tell({ type: "finished", ticket: second, nbytes: 1, spent: 10 });
  assert.equal(find(out, "start").key, "behind");
});

Deno.test("WorkerMachine has one task of some milliseconds wait for each thread, and takes it back for one that goes before it", () => {
  const b = new Bench(2);
  const warm = tickets(b.run({ key: "warm", duration: 1 }))[0];
  b.tell({ type: "finished", ticket: warm, nbytes: 1, spent: 1 });
  const started: number[] = [];
  for (const [i, key] of ["a", "b", "c", "d", "e"].entries()) started.push(...tickets(b.run({ key, tag: 10 + i })));
  assert.equal(started.length, 4, "two that run, two that wait for them");
  assert.deepEqual(dos(b.run({ key: "late", tag: 20 })), []);
  assert.deepEqual(dos(b.run({ key: "urgent", tag: 1 })), ["recall"]);
  const out = b.tell({ type: "recalled", tickets: started.slice(2) });
  assert.deepEqual(dos(out).slice(0, 2), ["start urgent", "start c"]);
  assert.equal(b.machine.ready, 3);
});

Deno.test("WorkerMachine begins for a client what would run soon, declines what would not, and what was cancelled before it came", () => {
  const b = new Bench();
  const start = (key: string) => b.tell({ type: "start", tasks: [spec({ key, attempt: HEAD_START })] });
  const a = start("a");
  assert.deepEqual(dos(a), ["start a"]);
  assert.deepEqual(dos(start("b")), ["decline b"], "nobody knows how long a takes");
  assert.equal(find(b.tell({ type: "finished", ticket: tickets(a)[0], nbytes: 1, spent: 1 }), "finished").attempt, 0);
  assert.deepEqual(dos(start("c")), ["start c"]);
  assert.deepEqual(dos(start("d")).slice(0, 1), ["start d"], "c takes a millisecond");
  b.tell({ type: "cancel", tasks: [{ key: "e", attempt: HEAD_START }, { key: "f", attempt: 77 }] });
  assert.deepEqual(dos(start("e")), ["decline e"]);
  assert.deepEqual(b.tell({ type: "start", tasks: [spec({ key: "c", attempt: HEAD_START })] }), [], "it is here");
  // The scheduler's number is the one that counts.
  b.run({ key: "c", attempt: 9 });
  assert.equal(b.machine.tasks.get("c")!.attempt, 9);
  b.tell({ type: "start", tasks: [spec({ key: "c", attempt: HEAD_START })] });
  assert.equal(b.machine.tasks.get("c")!.attempt, 9);
  const alone = new Bench();
  alone.tell({ type: "disconnected" });
  assert.deepEqual(dos(alone.tell({ type: "start", tasks: [spec({ key: "g", attempt: HEAD_START })] })), ["decline g"]);
});

Deno.test("WorkerMachine fails a task at its timeout, not counting what it waits for the cluster", () => {
  const b = new Bench();
  const out = b.run({ key: "a", timeout: 100 });
  const { ticket } = find(out, "start");
  assert.equal(find(out, "wakeAt").at, 100);
  b.now = 60;
  assert.deepEqual(dos(b.tell({ type: "suspended", ticket })), ["suspended a"]);
  b.now = 1000;
  assert.deepEqual(b.tell({ type: "wake" }), []);
  assert.equal(find(b.tell({ type: "resumed", ticket }), "wakeAt").at, 1040);
  b.now = 1040;
  const late = b.tell({ type: "wake" });
  const failed = find(late, "failed");
  assert.equal((failed.error as { name: string }).name, "TaskTimeoutError");
  assert.deepEqual(find(late, "stop"), { do: "stop", ticket });
  assert.equal(b.machine.executing, 1, "its place is free when the run is over");
  b.tell({ type: "ended", ticket });
  assert.equal(b.machine.executing, 0);
});

Deno.test("WorkerMachine gives the place of a suspended task to others", () => {
  const b = new Bench();
  const [ticket] = tickets(b.run({ key: "outer" }));
  assert.deepEqual(tickets(b.run({ key: "inner" })), []);
  const out = b.tell({ type: "suspended", ticket });
  assert.equal(find(out, "start").key, "inner");
  b.tell({ type: "resumed", ticket });
  assert.equal(b.machine.executing, 2);
});

Deno.test("WorkerMachine takes back a task with a timeout whose thread goes to one that goes on", () => {
  const b = new Bench();
  const [outer] = tickets(b.run({ key: "outer" }));
  b.tell({ type: "suspended", ticket: outer });
  const [inner] = tickets(b.run({ key: "inner", timeout: 10 }));
  assert.deepEqual(dos(b.tell({ type: "resumed", ticket: outer })), ["suspended outer", "recall", "wakeAt"]);
  b.tell({ type: "recalled", tickets: [inner] });
  b.now = 50;
  assert.deepEqual(b.tell({ type: "wake" }), [], "its time has not begun");
  const start = find(b.tell({ type: "finished", ticket: outer, nbytes: 1, spent: 50 }), "start");
  assert.equal(start.key, "inner");
  b.now = 60;
  assert.equal(find(b.tell({ type: "wake" }), "failed").key, "inner");
});

Deno.test("WorkerMachine cancels an attempt, and only that one", () => {
  const b = new Bench();
  const [ticket] = tickets(b.run({ key: "a", attempt: 3 }));
  assert.deepEqual(b.tell({ type: "cancel", tasks: [{ key: "a", attempt: 2 }] }), []);
  assert.deepEqual(b.tell({ type: "cancel", tasks: [{ key: "a", attempt: 3 }] }), [{ do: "stop", ticket }]);
  assert.deepEqual(b.tell({ type: "finished", ticket, nbytes: 1, spent: 1 }), [], "too late");
});

Deno.test("WorkerMachine answers a second run of a key with what it has, or goes on under the new attempt", () => {
  const b = new Bench();
  const [ticket] = tickets(b.run({ key: "a", attempt: 1 }));
  assert.deepEqual(b.run({ key: "a", attempt: 2 }), []);
  assert.equal(find(b.tell({ type: "finished", ticket, nbytes: 4, spent: 1 }), "finished").attempt, 2);
  assert.equal(find(b.run({ key: "a", attempt: 5 }), "finished").attempt, 5);
});

Deno.test("WorkerMachine says all in its join, and what it could not tell while it was alone", () => {
  const b = new Bench(2);
  const [done] = tickets(b.run({ key: "done" }));
  b.tell({ type: "finished", ticket: done, nbytes: 12, spent: 1 });
  const card = { id: "d", nbytes: 99, about: null, workers: [], copies: 1 };
  b.tell({ type: "pinned", card });
  const [bad] = tickets(b.run({ key: "bad", attempt: 4 }));
  const [slow] = tickets(b.run({ key: "slow", attempt: 6 }));
  b.tell({ type: "suspended", ticket: slow });
  b.tell({ type: "disconnected" });
  assert.deepEqual(b.tell({ type: "threw", ticket: bad, error: ERROR, spent: 1 }), []);
  const out = b.tell({ type: "connected" });
  assert.deepEqual(dos(out), ["join", "failed bad", "suspended slow"]);
  const join = find(out, "join");
  assert.deepEqual(join.held, ["done"]);
  assert.deepEqual(join.heldBytes, [12]);
  assert.deepEqual(join.pinned, [card]);
  assert.deepEqual(join.tasks.map((t) => [t.key, t.attempt]), [["slow", 6], ["bad", 4]]);
  const welcome = b.tell({ type: "welcome", drop: ["done"], cancel: ["slow"] });
  assert.deepEqual(dos(welcome), ["stop", "forget done"]);
});

Deno.test("WorkerMachine fetches copies that are ordered, and says when it cannot", () => {
  const b = new Bench();
  const card = { id: "d", nbytes: 99, about: null, workers: [], copies: 2 };
  const value = (key: string, holders: string[]) => ({ key, holders, nbytes: 9, about: key === "d" ? card : null });
  assert.deepEqual(dos(b.tell({ type: "fetch", values: [value("d", ["w1"]), value("r", [])] })), [
    "get d",
    "fetchFailed r",
  ]);
  assert.deepEqual(dos(b.tell({ type: "received", key: "d", from: "w1", nbytes: 99 })), ["has d"]);
  assert.equal(b.machine.value("d")!.card, card);
  assert.equal(b.machine.value("r"), undefined);
});

Deno.test("WorkerMachine fails the tasks whose dependency finds no room", () => {
  const b = new Bench();
  b.run({ key: "a", deps: ["x"] }, [{ key: "x", holders: ["w1"], nbytes: 100 }]);
  const out = b.tell({ type: "noRoom", key: "x", from: "w1", error: ERROR });
  assert.deepEqual(dos(out), ["failed a"]);
  assert.equal(b.machine.value("x"), undefined);
});

Deno.test("WorkerMachine begins one task at a time while memory is short", () => {
  const b = new Bench(2, 100);
  assert.deepEqual(dos(b.tell({ type: "memory", managed: 95 })), ["beat"]);
  assert(b.machine.paused);
  const [ticket] = tickets(b.run({ key: "a" }));
  assert.deepEqual(b.run({ key: "b" }), []);
  assert.equal(tickets(b.tell({ type: "finished", ticket, nbytes: 1, spent: 1 })).length, 1);
  b.tell({ type: "memory", managed: 85 });
  assert(b.machine.paused, "until there is some room again");
  b.tell({ type: "memory", managed: 70 });
  assert(!b.machine.paused);
});

Deno.test("WorkerMachine keeps what an actor was made with for as long as the actor lives", () => {
  const b = new Bench();
  b.tell({ type: "pinned", card: { id: "x", nbytes: 8, about: null, workers: [], copies: 1 } });
  const [ticket] = tickets(b.run({ key: "counter", kind: "actor", deps: ["x"], attempt: 2 }));
  assert.equal(b.machine.executing, 0, "an actor takes no place");
  const up = b.tell({ type: "finished", ticket, nbytes: 20, spent: 1 });
  assert.deepEqual(dos(up), ["actorUp counter", "forget counter"]);
  b.tell({ type: "drop", keys: ["x"] });
  assert.equal(b.machine.value("x")!.users, 1);
  assert.deepEqual(dos(b.tell({ type: "stopActor", key: "counter" })), ["stopActor counter"]);
  const down = b.tell({ type: "actorDown", key: "counter", reason: "stopped" });
  assert.deepEqual(dos(down), ["forget x", "actorDown counter"]);
});

Deno.test("WorkerMachine leaves when it is let go and its tasks are done, or when its time is up", () => {
  const b = new Bench();
  const [ticket] = tickets(b.run({ key: "a" }));
  b.run({ key: "b" });
  const out = b.tell({ type: "leave", reason: "asked", within: 100, renew: false });
  assert.deepEqual(dos(out), ["leaving", "wakeAt"]);
  assert.deepEqual(dos(b.tell({ type: "retire" })), []);
  const end = b.tell({ type: "finished", ticket, nbytes: 1, spent: 1 });
  assert.deepEqual(dos(end), ["finished a", "end"]);
  const c = new Bench();
  c.run({ key: "a" });
  c.tell({ type: "leave", reason: "stuck", within: 100, renew: true });
  c.now = 100;
  assert.equal(find(c.tell({ type: "wake" }), "end").renew, true);
  assert.deepEqual(c.run({ key: "z" }), [], "it is over");
});

Deno.test("WorkerMachine ends at once for a restart, and when the scheduler ends for good", () => {
  assert.equal(find(new Bench().tell({ type: "restart" }), "end").renew, true);
  const b = new Bench();
  assert.deepEqual(b.tell({ type: "closing", reason: "again soon", final: false }), []);
  assert.equal(find(b.tell({ type: "closing", reason: "enough", final: true }), "end").renew, false);
});

Deno.test("WorkerMachine throws WorkerStateError with the task's history on an illegal transition", async () => {
  const { checkTransition, TransitionLog } = await import("../../../actors/worker/states.ts");
  const log = new TransitionLog("w");
  log.add(1, "a", "new", "waiting", "given by the scheduler");
  const task = { key: "a", state: "waiting" } as never;
  assert.throws(() => checkTransition(task, "memory", log), (e) => {
    assert(e instanceof WorkerStateError);
    assert.match(e.message, /a cannot go from waiting to memory[^]*1 new → waiting: given by the scheduler/);
    return true;
  });
});

Deno.test("WorkerMachine.events() keeps the last transitions of a key", () => {
  const b = new Bench();
  b.now = 5;
  b.run({ key: "a" });
  assert.deepEqual(b.machine.events("a").map((e) => [e.at, e.from, e.to]), [
    [5, "new", "waiting"],
    [5, "waiting", "ready"],
    [5, "ready", "executing"],
  ]);
});
