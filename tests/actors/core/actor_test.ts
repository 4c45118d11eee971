import assert from "node:assert/strict";
import { VirtualClock } from "../../../transport/mod.ts";
import { Actor, type Behaviour, MailboxFullError } from "../../../actors/core/mod.ts";

Deno.test("Actor.tell() handles what came in one turn at its end, control first, one at a time", () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  let inside = false;
  const actor: Actor<string> = new Actor<string>({
    name: "a",
    clock,
    behaviour(m) {
      assert.equal(inside, false, "a message was handled within another");
      inside = true;
      seen.push(m);
      if (m === "d1") actor.tell("stop", "control");
      inside = false;
    },
  });
  actor.tell("d1");
  actor.tell("d2");
  actor.tell("c1", "control");
  assert.deepEqual(seen, []);
  clock.settle();
  assert.deepEqual(seen, ["c1", "d1", "stop", "d2"]);
});

Deno.test("Actor.tell() goes on with the behaviour that the last message left", () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const asleep: Behaviour<string> = (m) => m === "wake" ? awake : undefined;
  const awake: Behaviour<string> = (m) => m === "sleep" ? asleep : void seen.push(m);
  const actor = new Actor<string>({ name: "a", clock, behaviour: asleep });
  for (const m of ["a", "wake", "b", "c", "sleep", "d"]) actor.tell(m);
  clock.settle();
  assert.deepEqual(seen, ["b", "c"]);
});

Deno.test("Actor.tell() lets others have a turn after a burst, and then handles control first", () => {
  const clock = new VirtualClock();
  const seen: (number | string)[] = [];
  const actor = new Actor<number | string>({ name: "a", clock, burst: 3, behaviour: (m) => void seen.push(m) });
  for (let i = 0; i < 5; i++) actor.tell(i);
  clock.settle();
  assert.deepEqual(seen, [0, 1, 2]);
  actor.tell("urgent", "control");
  clock.advance(0);
  assert.deepEqual(seen, [0, 1, 2, "urgent", 3, 4]);
});

Deno.test("Actor.tell() stops at an error unless told to continue", () => {
  const clock = new VirtualClock();
  const make = (thrown?: () => "stop" | "continue") => {
    const seen: number[] = [];
    const behaviour = (m: number): void => {
      if (m === 1) throw new Error("one");
      seen.push(m);
    };
    const actor = new Actor<number>({ name: "a", clock, behaviour, thrown });
    for (const m of [0, 1, 2]) actor.tell(m);
    return { actor, seen };
  };
  const goes = make(() => "continue");
  clock.settle();
  assert.deepEqual(goes.seen, [0, 2]);
  const stops = make(() => "stop");
  clock.settle();
  assert.deepEqual([stops.seen, stops.actor.stopped, stops.actor.tell(3)], [[0], true, false]);
  const throws = make();
  assert.throws(() => clock.settle(), /one/);
  assert.equal(throws.actor.stopped, true);
});

Deno.test("Actor.mustTell() throws when the mailbox refuses", () => {
  const clock = new VirtualClock();
  const actor = new Actor<number>({ name: "w-1", clock, data: { capacity: 1 }, behaviour: () => {} });
  actor.mustTell(1);
  assert.throws(
    () => actor.mustTell(2),
    (e: Error) =>
      e instanceof MailboxFullError && e.message === "the mailbox of w-1 is full: 1 messages wait in its data lane",
  );
});
