import assert from "node:assert/strict";
import { VirtualClock } from "../../../transport/mod.ts";
import { AskAbandonedError, Asks, AskTimeoutError } from "../../../actors/core/mod.ts";

Deno.test("Asks.ask() brings each answer to its question", async () => {
  const asks = new Asks<string>(new VirtualClock());
  const sent: number[] = [];
  const a = asks.ask("a", (n) => sent.push(n));
  const b = asks.ask("b", (n) => sent.push(n));
  assert.equal(asks.size, 2);
  assert.equal(asks.answer(sent[1], "B"), true);
  assert.equal(asks.answer(sent[1], "B again"), false);
  assert.equal(asks.refuse(sent[0], new RangeError("no")), true);
  assert.equal(await b, "B");
  await assert.rejects(a, RangeError);
  assert.equal(asks.size, 0);
});

Deno.test("Asks.ask() fails with what was asked when there is no answer in time, and leaves the others be", async () => {
  const clock = new VirtualClock();
  const asks = new Asks<number>(clock);
  const numbers: number[] = [];
  const slow = asks.ask("whoHas", (n) => numbers.push(n), 300);
  const quick = asks.ask("info", (n) => numbers.push(n), 100);
  const patient = asks.ask("events", (n) => numbers.push(n));
  const failures: string[] = [];
  for (const p of [slow, quick]) {
    p.catch((e: Error) => {
      assert.ok(e instanceof AskTimeoutError);
      failures.push(`${clock.now()}: ${e.message}`);
    });
  }
  clock.advance(100);
  await Promise.resolve();
  assert.equal(asks.size, 2);
  clock.advance(200);
  await Promise.resolve();
  assert.deepEqual(failures, ["100: no answer to info within 100 ms", "300: no answer to whoHas within 300 ms"]);
  assert.equal(clock.pending, 0, "no timer is left");
  asks.answer(numbers[2], 7);
  assert.equal(await patient, 7);
});

Deno.test("Asks.ask() fails at once when the question cannot be sent", async () => {
  const asks = new Asks<number>(new VirtualClock());
  await assert.rejects(
    asks.ask("x", () => {
      throw new TypeError("closed");
    }, 10),
    /closed/,
  );
  assert.equal(asks.size, 0);
});

Deno.test("Asks.abandon() fails all that wait", async () => {
  const clock = new VirtualClock();
  const asks = new Asks<number>(clock);
  const all = ["a", "b"].map((what) => asks.ask(what, () => {}, 50));
  asks.abandon((what) => new AskAbandonedError(`the scheduler is gone; ${what} was not answered`));
  for (const p of all) await assert.rejects(p, AskAbandonedError);
  assert.equal(clock.pending, 0);
});
