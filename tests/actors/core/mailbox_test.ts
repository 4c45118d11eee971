import assert from "node:assert/strict";
import { type Lane, Mailbox, Ring, seededRandom } from "../../../actors/core/mod.ts";

Deno.test("Ring.shift() gives back what was pushed, in order, across growth and wrapping", () => {
  const ring = new Ring<number>();
  const random = seededRandom(7);
  const model: number[] = [];
  for (let i = 0; i < 5000; i++) {
    if (random.next() < 0.55) {
      ring.push(i);
      model.push(i);
    } else {
      assert.equal(ring.shift(), model.shift(), "seed 7");
    }
    assert.equal(ring.length, model.length);
  }
  ring.clear();
  assert.equal(ring.shift(), undefined);
});

Deno.test("Mailbox.take() gives control before data, and each lane in order", () => {
  const box = new Mailbox<string>();
  box.post("d1");
  box.post("d2");
  box.post("c1", "control");
  box.post("c2", "control");
  assert.equal(box.take(), "c1");
  box.post("c3", "control");
  assert.deepEqual([box.take(), box.take(), box.take(), box.take(), box.take()], ["c2", "c3", "d1", "d2", undefined]);
});

Deno.test("Mailbox.post() refuses when full, lane by lane", () => {
  const box = new Mailbox<number>({ data: { capacity: 2 }, control: { capacity: 1 } });
  assert.deepEqual([box.post(1), box.post(2), box.post(3)], [true, true, false]);
  assert.deepEqual([box.post(4, "control"), box.post(5, "control")], [true, false]);
  assert.equal(box.length, 3);
  assert.equal(box.waiting("control"), 1);
});

Deno.test("Mailbox.post() drops the oldest where that is the policy, and tells", () => {
  const dropped: [number, Lane][] = [];
  const box = new Mailbox<number>({
    data: { capacity: 2, whenFull: "drop-oldest" },
    dropped: (m, lane) => dropped.push([m, lane]),
  });
  for (const m of [1, 2, 3, 4]) assert.equal(box.post(m), true);
  assert.deepEqual(dropped, [[1, "data"], [2, "data"]]);
  assert.deepEqual([box.take(), box.take(), box.take()], [3, 4, undefined]);
});

Deno.test("Mailbox.post() asks sources to pause under backpressure, and to go on when half is done", () => {
  const asked: boolean[] = [];
  const box = new Mailbox<number>({
    data: { capacity: 4, whenFull: "backpressure" },
    pressure: (pause) => asked.push(pause),
  });
  const taken = Array.from({ length: 9 }, (_, i) => box.post(i));
  assert.deepEqual(taken, [true, true, true, true, true, true, true, true, false]);
  assert.deepEqual(asked, [true], "asked once");
  for (let i = 0; i < 5; i++) box.take();
  assert.deepEqual(asked, [true]);
  box.take();
  assert.deepEqual(asked, [true, false]);
  for (let i = 0; i < 4; i++) box.post(i);
  assert.deepEqual(asked, [true, false, true]);
  box.clear();
  assert.deepEqual(asked, [true, false, true, false]);
  assert.equal(box.length, 0);
});

Deno.test("new Mailbox() refuses a capacity that is none", () => {
  assert.throws(
    () => new Mailbox({ data: { capacity: 0 } }),
    /capacity of the data lane: expected a positive integer, got 0/,
  );
});
