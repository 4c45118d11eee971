import assert from "node:assert/strict";
import {
  type ChildSpec,
  seededRandom,
  type Strategy,
  Supervisor,
  type SupervisorEvent,
  type SupervisorSpec,
} from "../../../actors/core/mod.ts";

/** Feeds events, and writes instructions short: "start a", "kill a", "wake 100", "up", "over". */
function driver(spec: SupervisorSpec) {
  const machine = new Supervisor(spec);
  // `now` is given apart from the rest, so the union has to be put together again.
  const on = (now: number, event: Record<string, unknown>): string[] => {
    const out = machine.handle({ ...event, now } as SupervisorEvent).map((i) => {
      switch (i.do) {
        case "wakeAt":
          return `wake ${i.at}`;
        case "up":
          return "up";
        case "over":
          return i.failure === undefined ? "over" : `over ${i.failure.kind} ${i.failure.id}: ${i.failure.reason}`;
        default:
          return `${i.do} ${i.id}`;
      }
    });
    machine.validate();
    return out;
  };
  return { machine, on };
}

const abc: ChildSpec[] = ["a", "b", "c"].map((id) => ({ id, readyWithin: 1000, shutdown: 500 }));

/** A group of a, b, c that is up at time 3. */
function running(spec: Partial<SupervisorSpec>) {
  const d = driver({ children: abc, ...spec });
  d.on(0, { type: "start" });
  for (const id of ["a", "b", "c"]) d.on(3, { type: "ready", id });
  return d;
}

const ended = (id: string, clean = false, reason = "exit 1") => ({
  type: "ended",
  id,
  how: clean ? "clean" : "failed",
  reason,
});

Deno.test("Supervisor.handle() starts children one after the other, and stops them in the opposite order", () => {
  const { on } = driver({ children: abc });
  assert.deepEqual(on(0, { type: "start" }), ["start a", "wake 1000"]);
  assert.deepEqual(on(1, { type: "ready", id: "a" }), ["start b", "wake 1001"]);
  assert.deepEqual(on(2, { type: "ready", id: "b" }), ["start c", "wake 1002"]);
  assert.deepEqual(on(3, { type: "ready", id: "c" }), ["up", "wake Infinity"]);
  assert.deepEqual(on(4, { type: "stop" }), ["ask c", "wake 504"]);
  assert.deepEqual(on(5, ended("c", true)), ["ask b", "wake 505"]);
  assert.deepEqual(on(6, ended("b", true)), ["ask a", "wake 506"]);
  assert.deepEqual(on(7, ended("a", true)), ["wake Infinity", "over"]);
});

Deno.test("Supervisor.handle() starts and stops all at once where it is told to", () => {
  const { on } = driver({ children: abc, together: true });
  assert.deepEqual(on(0, { type: "start" }), ["start a", "start b", "start c", "wake 1000"]);
  for (const id of ["c", "a"]) assert.deepEqual(on(1, { type: "ready", id }), []);
  assert.deepEqual(on(1, { type: "ready", id: "b" }), ["up", "wake Infinity"]);
  assert.deepEqual(on(2, { type: "stop" }), ["ask c", "ask b", "ask a", "wake 502"]);
});

Deno.test("Supervisor.handle() kills a child that does not leave in time", () => {
  const { on } = running({});
  on(10, { type: "stop" });
  assert.deepEqual(on(509, { type: "tick" }), ["wake 510"], "granted early: it wishes again");
  assert.deepEqual(on(510, { type: "tick" }), ["kill c"]);
  assert.deepEqual(on(511, ended("c")), ["ask b", "wake 1011"]);
});

Deno.test("Supervisor.handle() kills without asking where shutdown is 0", () => {
  const { on } = driver({ children: [{ id: "a", shutdown: 0 }] });
  on(0, { type: "start" });
  on(0, { type: "ready", id: "a" });
  assert.deepEqual(on(1, { type: "stop" }), ["kill a"]);
  assert.deepEqual(on(2, ended("a")), ["over"]);
});

Deno.test("Supervisor.handle() fails at its start when a child refuses, ends or is late", () => {
  const one = { children: abc.slice(0, 1) };
  const refuses = driver(one);
  refuses.on(0, { type: "start" });
  refuses.on(1, { type: "refused", id: "a", reason: "port 8786 is taken" });
  assert.deepEqual(refuses.on(2, ended("a")), ["wake Infinity", "over start a: port 8786 is taken"]);

  const ends = driver(one);
  ends.on(0, { type: "start" });
  assert.deepEqual(ends.on(2, ended("a")), ["wake Infinity", "over start a: exit 1"]);

  const late = driver(one);
  late.on(0, { type: "start" });
  assert.deepEqual(late.on(1000, { type: "tick" }), ["kill a"]);
  const last = late.machine.handle({ ...ended("a"), now: 1001 } as SupervisorEvent);
  assert.deepEqual(last, [{
    do: "over",
    failure: { kind: "start", id: "a", how: "timeout", reason: "not ready within 1000 ms" },
  }]);
});

Deno.test("Supervisor.handle() stops those that had started when a later one fails at its start", () => {
  const { on } = driver({ children: abc });
  on(0, { type: "start" });
  on(1, { type: "ready", id: "a" });
  assert.deepEqual(on(2, ended("b", false, "no memory")), ["ask a", "wake 502"]);
  assert.deepEqual(on(3, ended("a", true)), ["wake Infinity", "over start b: no memory"]);
});

Deno.test("Supervisor.handle() restarts by strategy", () => {
  const again = (strategy: Strategy): string[] => {
    const { on } = running({ strategy });
    const out = on(10, ended("b"));
    for (let i = 0; i < 8; i++) {
      const last = out.findLast((s) => !s.startsWith("wake"))!;
      const [what, id] = last.split(" ");
      const next = what === "ask" ? on(11, ended(id, true)) : on(12, { type: "ready", id });
      if (next.every((s) => s.startsWith("wake"))) break;
      out.push(...next);
    }
    return out.filter((s) => !s.startsWith("wake"));
  };
  assert.deepEqual(again("one-for-one"), ["start b"]);
  assert.deepEqual(again("all-for-one"), ["ask c", "ask a", "start a", "start b", "start c"]);
  assert.deepEqual(again("rest-for-one"), ["ask c", "start b", "start c"]);
});

Deno.test("Supervisor.handle() restarts permanent always, transient after a failure, temporary never", () => {
  const out = (restart: ChildSpec["restart"], clean: boolean) => {
    const { on } = driver({ children: [{ id: "a", restart, readyWithin: 1000 }] });
    on(0, { type: "start" });
    on(0, { type: "ready", id: "a" });
    return on(1, ended("a", clean))[0];
  };
  assert.equal(out("permanent", true), "start a");
  assert.equal(out("permanent", false), "start a");
  assert.equal(out("transient", true), "over");
  assert.equal(out("transient", false), "start a");
  assert.equal(out("temporary", true), "over");
  assert.equal(out("temporary", false), "over");
});

Deno.test("Supervisor.handle() waits longer before each restart, and gives up past its intensity", () => {
  const { on, machine } = driver({
    children: [{ id: "a", readyWithin: 1000 }],
    intensity: 3,
    period: 10_000,
    pause: 100,
    longestPause: 150,
  });
  on(0, { type: "start" });
  on(0, { type: "ready", id: "a" });
  assert.deepEqual(on(1000, ended("a")), ["start a", "wake 2000"]);
  on(1001, { type: "ready", id: "a" });
  assert.deepEqual(on(2000, ended("a")), ["wake 2100"]);
  assert.deepEqual(on(2100, { type: "tick" }), ["start a", "wake 3100"]);
  assert.deepEqual(on(2200, ended("a")), ["wake 2350"], "a failure at a restart counts like any other");
  assert.deepEqual(on(2350, { type: "tick" }), ["start a", "wake 3350"]);
  on(2400, { type: "ready", id: "a" });
  assert.equal(machine.recentRestarts(2400), 3);
  assert.deepEqual(on(11_500, ended("a")), ["wake 11650"], "the first is out of the period: 3 remain");
  assert.deepEqual(on(11_650, { type: "tick" }), ["start a", "wake 12650"]);
  on(11_660, { type: "ready", id: "a" });
  assert.deepEqual(
    on(11_700, ended("a", false, "exit 133")),
    ["over restarts a: exit 133"],
  );
});

Deno.test("Supervisor.handle() recycles a child: kills it, and starts it again with the reason told", () => {
  const { on } = driver({ children: [{ id: "a", readyWithin: 1000 }], intensity: 0 });
  on(0, { type: "start" });
  on(0, { type: "ready", id: "a" });
  assert.deepEqual(on(1, { type: "recycle", id: "a", reason: "hangs" }), ["kill a"]);
  assert.deepEqual(on(2, ended("a", false, "signal 9")), ["over restarts a: hangs"]);
});

Deno.test("Supervisor.handle() starts a child that was told to come back anew at once, and does not count it", () => {
  const { on, machine } = driver({ children: [{ id: "a", readyWithin: 1000 }], intensity: 0 });
  on(0, { type: "start" });
  on(0, { type: "ready", id: "a" });
  assert.deepEqual(on(1, { type: "ended", id: "a", how: "renew", reason: "exit 75" }), ["start a", "wake 1001"]);
  assert.equal(machine.recentRestarts(1), 0);
});

Deno.test("Supervisor.handle() ends when a running child gives up for good", () => {
  const { on } = running({});
  assert.deepEqual(on(5, { type: "refused", id: "b", reason: "no scheduler for 60 s" }), []);
  assert.deepEqual(on(6, ended("b")), ["ask c", "wake 506"]);
  on(7, ended("c", true));
  assert.deepEqual(on(8, ended("a", true)), ["wake Infinity", "over gaveUp b: no scheduler for 60 s"]);
});

Deno.test("Supervisor.handle() throws for a child it does not know, and for two of one name", () => {
  const { on } = driver({ children: abc });
  assert.throws(() => on(0, { type: "ready", id: "z" }), /no child is called z; there are a, b, c/);
  assert.throws(() => new Supervisor({ children: [{ id: "a" }, { id: "a" }] }), /two children are called a/);
});

Deno.test("Supervisor.handle() ends with no child left and its invariants whole, whatever happens", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const pick = <T>(of: readonly T[]): T => of[Math.floor(random.next() * of.length)];
    const { machine } = driver({
      children: abc.map((c) => ({ ...c, restart: pick(["permanent", "transient", "temporary"] as const) })),
      strategy: pick(["one-for-one", "all-for-one", "rest-for-one"] as const),
      together: random.next() < 0.5,
      intensity: 4,
    });
    const alive = new Set<string>();
    let now = 0;
    let over = false;
    let wakeAt = Infinity;
    const feed = (event: Record<string, unknown>): void => {
      for (const i of machine.handle({ ...event, now } as SupervisorEvent)) {
        assert.equal(over, false, `seed ${seed}: an instruction after the end`);
        if (i.do === "start") {
          assert.equal(alive.has(i.id), false, `seed ${seed}: ${i.id} started twice`);
          alive.add(i.id);
        } else if (i.do === "ask" || i.do === "kill") {
          assert.ok(alive.has(i.id), `seed ${seed}: ${i.do} of ${i.id}, which is not there`);
        } else if (i.do === "wakeAt") wakeAt = i.at;
        else if (i.do === "over") over = true;
      }
      machine.validate();
    };
    const end = (id: string): void => {
      alive.delete(id);
      feed({ type: "ended", id, how: pick(["clean", "failed", "renew"]), reason: "test" });
    };
    feed({ type: "start" });
    for (let step = 0; step < 200 && !over; step++) {
      now += Math.floor(random.next() * 400);
      if (wakeAt <= now) feed({ type: "tick" });
      else if (step === 150) feed({ type: "stop" });
      else if (alive.size > 0) {
        const id = pick([...alive]);
        const what = random.next();
        if (what < 0.6) feed({ type: "ready", id });
        else if (what < 0.7) feed({ type: "recycle", id, reason: "test" });
        else end(id);
      } else now = Math.max(now, Math.min(wakeAt, now + 1000));
    }
    if (!over) feed({ type: "stop" });
    for (let i = 0; !over && i < 10; i++) {
      if (alive.size > 0) end(pick([...alive]));
      else feed({ type: "tick" });
    }
    assert.ok(over, `seed ${seed}: it never ends`);
    assert.equal(alive.size, 0, `seed ${seed}: children left`);
  }
});
