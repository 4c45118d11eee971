import assert from "node:assert/strict";
import { BatchTuner } from "../../../ml/parallel/tuner.ts";

/** Sends a batch whose calls take `each` ms, `way` ms there and back, and tells its size. */
function send(tuner: BatchTuner, each: number, way: number): number {
  const { size } = tuner;
  const timed = size > 1 || tuner.probes();
  tuner.landed(size, way + size * each, timed ? size * each : undefined);
  return size;
}

/** The sizes of so many batches, one after the other. */
function sizes(each: number, way: number, batches: number): number[] {
  const tuner = new BatchTuner();
  return Array.from({ length: batches }, () => send(tuner, each, way));
}

Deno.test("BatchTuner grows batches of small calls and leaves large ones alone", () => {
  assert.deepEqual(sizes(0.01, 0.2, 12), [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 512]);
  assert.deepEqual(sizes(1, 0.2, 6), [1, 2, 4, 8, 8, 8]);
  assert.deepEqual(sizes(10, 0.2, 100), new Array(100).fill(1));
  assert.deepEqual(sizes(5_000, 0.2, 100), new Array(100).fill(1));
  assert.equal(sizes(0, 0, 50).at(-1), 4096);
});

Deno.test("BatchTuner grows batches of small calls on a slow way, to twice its length and to 0.2 s at most", () => {
  assert.deepEqual(sizes(1, 20, 9), [1, 1, 2, 4, 8, 16, 32, 64, 64]);
  assert.equal(sizes(1, 500, 50).at(-1), 256);
  assert.equal(sizes(0.001, 500, 50).at(-1), 4096);
  assert.equal(sizes(150, 20, 50).at(-1), 1);
});

Deno.test("BatchTuner judges by the calls' own time where they wait in a queue", () => {
  const tuner = new BatchTuner();
  send(tuner, 0.1, 1);
  assert.equal(tuner.size, 2);
  // Others keep the thread busy for 80 ms: the batch took long, and is as small as before.
  tuner.landed(2, 81.2, 0.2);
  tuner.landed(4, 81.4, 0.4);
  assert.equal(tuner.size, 8);
  // The thread was busy long before: it may be the calls' own weight, and larger batches would be worse.
  tuner.landed(8, 400, 0.8);
  assert.equal(tuner.size, 8);
});

Deno.test("BatchTuner.probes() has a single call timed now and then, where single calls take long", () => {
  const tuner = new BatchTuner();
  assert(!tuner.probes());
  const timed: number[] = [];
  for (let i = 0; i < 70; i++) {
    const own = tuner.probes() ? 30 : undefined;
    if (own !== undefined) timed.push(i);
    assert(!tuner.probes(), "a second one, while the first is away");
    tuner.landed(1, 31, own);
  }
  assert.deepEqual(timed, [1, 35, 69]);
});

Deno.test("BatchTuner shrinks batches that have become slow, and does not heed what was sent before", () => {
  const tuner = new BatchTuner();
  for (let i = 0; i < 6; i++) send(tuner, 0.01, 1);
  assert.equal(tuner.size, 64);
  tuner.landed(32, 1, 0.1);
  tuner.landed(1, 1000);
  assert.equal(tuner.size, 64);
  tuner.landed(64, 161, 160);
  assert.equal(tuner.size, 2);
  tuner.landed(2, 1001, 1000);
  tuner.landed(1, 1000);
  assert.equal(tuner.size, 1);
});

Deno.test("BatchTuner says joblib's line when the size changes, and only then", () => {
  const lines: string[] = [];
  const tuner = new BatchTuner((line) => lines.push(line));
  tuner.landed(1, 1.5);
  tuner.landed(1, 1.5);
  tuner.landed(2, 3, 2);
  tuner.landed(4, 10, 8);
  tuner.landed(4, 401, 400);
  assert.deepEqual(lines, [
    "Batch computation too fast (0.0015s.) Setting batch_size=2.",
    "Batch computation too fast (0.002s.) Setting batch_size=4.",
    "Batch computation too slow (0.4s.) Setting batch_size=1.",
  ]);
});
