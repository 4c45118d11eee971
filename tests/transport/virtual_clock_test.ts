import assert from "node:assert/strict";
import fc from "fast-check";
import { VirtualClock } from "../../transport/mod.ts";

Deno.test("VirtualClock.advance() runs timers by time, then by order of making", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { maxLength: 60 }),
      fc.integer({ min: 0, max: 25 }),
      (timers, until) => {
        const clock = new VirtualClock(1000);
        const ran: [number, number][] = [];
        const made = timers.map(([ms], i) => clock.after(ms, () => ran.push([clock.now() - 1000, i])));
        timers.forEach(([, cancel], i) => cancel && (made[i].cancel(), made[i].cancel()));
        const kept = timers.map(([ms, cancel], i) => ({ ms, cancel, i })).filter((it) => !it.cancel);
        assert.equal(clock.pending, kept.length);
        clock.advance(until);
        assert.equal(clock.now(), 1000 + until);
        const due = kept.filter((it) => it.ms <= until).sort((a, b) => a.ms - b.ms || a.i - b.i).map((
          it,
        ) => [it.ms, it.i]);
        assert.deepEqual(ran, due);
        assert.equal(clock.pending, kept.length - due.length);
        assert.equal(clock.runUntilIdle(), kept.length - due.length);
        assert.equal(ran.length, kept.length);
      },
    ),
  );
});

Deno.test("VirtualClock.soon() runs at the end of the turn, before any timer", () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  clock.after(0, () => {
    ran.push("timer 1");
    clock.soon(() => {
      ran.push("soon");
      clock.soon(() => ran.push("soon after"));
    });
    ran.push("timer 1 ends");
  });
  clock.after(0, () => ran.push("timer 2"));
  clock.soon(() => ran.push("first"));
  clock.runUntilIdle();
  assert.deepEqual(ran, ["first", "timer 1", "timer 1 ends", "soon", "soon after", "timer 2"]);
});

Deno.test("VirtualClock.runUntilIdle() gives up on what never ends", () => {
  const clock = new VirtualClock();
  const again = (): void => void clock.after(1, again);
  again();
  assert.throws(() => clock.runUntilIdle(100), /still not idle after 100 timers/);
});
