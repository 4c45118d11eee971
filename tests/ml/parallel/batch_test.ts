import assert from "node:assert/strict";
import { BatchTuner, type CallPair, performCalls } from "../../../ml/parallel/batch.ts";
import { FailedCallError } from "../../../ml/parallel/mod.ts";
import { fromBlob, pack, toBlob, unpack } from "../../../actors/values/mod.ts";

/** Runs batches that each take `latency` plus `each` ms a call, and gives the sizes. */
function sizes(each: number, latency: number, batches: number): number[] {
  const tuner = new BatchTuner();
  return Array.from({ length: batches }, () => {
    const { size } = tuner;
    tuner.landed(size, latency + size * each);
    return size;
  });
}

Deno.test("BatchTuner grows batches of small calls and leaves large ones alone", () => {
  assert.deepEqual(sizes(0.01, 0.2, 12), [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 512]);
  assert.deepEqual(sizes(1, 0.2, 6), [1, 2, 4, 8, 8, 8]);
  assert.deepEqual(sizes(10, 0.2, 4), [1, 1, 1, 1]);
  assert.equal(sizes(0, 0, 50).at(-1), 4096);
});

Deno.test("BatchTuner shrinks batches that have become slow, and does not heed what was sent before", () => {
  const tuner = new BatchTuner();
  for (let i = 0; i < 6; i++) tuner.landed(tuner.size, 1);
  assert.equal(tuner.size, 64);
  tuner.landed(32, 1);
  tuner.landed(1, 1000);
  assert.equal(tuner.size, 64);
  tuner.landed(64, 160);
  assert.equal(tuner.size, 2);
  tuner.landed(2, 1000);
  tuner.landed(1, 1000);
  assert.equal(tuner.size, 1);
});

Deno.test("performCalls() performs calls in order and says which one threw", async () => {
  const later = (x: number) => Promise.resolve(x + 1);
  const bad = () => {
    throw new RangeError("bad");
  };
  assert.deepEqual(await performCalls([[Math.sqrt, [9]], [later, [1]]]), [3, 2]);
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
