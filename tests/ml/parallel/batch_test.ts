import assert from "node:assert/strict";
import { type CallPair, performCalls } from "../../../ml/parallel/batch.ts";
import { FailedCallError } from "../../../ml/parallel/mod.ts";
import { fromBlob, pack, toBlob, unpack } from "../../../actors/values/mod.ts";

Deno.test("performCalls() performs calls in order and says which one threw", async () => {
  const later = (x: number) => Promise.resolve(x + 1);
  const bad = () => {
    throw new RangeError("bad");
  };
  const { values, ms } = await performCalls([[Math.sqrt, [9]], [later, [1]]]);
  assert.deepEqual(values, [3, 2]);
  assert(ms >= 0);
  const calls: CallPair[] = [[Math.sqrt, [9]], [bad, []], [later, [1]]];
  await assert.rejects(performCalls(calls), (e: FailedCallError) => {
    assert(e instanceof FailedCallError);
    assert.equal(e.callIndex, 1);
    assert(e.cause instanceof RangeError);
    return true;
  });
});

Deno.test("FailedCallError is itself again, with its cause, after it has travelled", () => {
  const error = new FailedCallError(7, new RangeError("bad"));
  const back = unpack(fromBlob(toBlob(pack(error)))) as FailedCallError;
  assert(back instanceof FailedCallError);
  assert.deepEqual([back.name, back.message, back.callIndex], ["FailedCallError", "call 7 failed: bad", 7]);
  assert(back.cause instanceof RangeError);
});
