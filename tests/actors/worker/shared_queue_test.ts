import assert from "node:assert/strict";
import { seededRandom } from "../../../actors/core/mod.ts";
import { heapArenas, Store } from "../../../actors/worker/mod.ts";
import { ByteRing, QUEUE_SLOTS, RING_BYTES, SharedQueue, SLOT_BYTES } from "../../../actors/worker/shared_queue.ts";
import { readText, taskRecordSize, writeTask, writeText } from "../../../actors/worker/thread_records.ts";
import { formatLine } from "../../../actors/worker/thread_console.ts";

Deno.test("SharedQueue gives each task to one claimer, in order, and says when it is full", () => {
  const q = SharedQueue.create();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < QUEUE_SLOTS; i++) {
      const at = q.room();
      assert(at >= 0);
      q.slots[at] = i & 255;
      q.publish();
    }
    assert.equal(q.room(), -1);
    for (let i = 0; i < QUEUE_SLOTS; i++) {
      const at = q.claim();
      assert.equal(at % SLOT_BYTES, 0);
      assert.equal(q.slots[at], i & 255);
      q.free(at);
    }
    assert.equal(q.claim(), -1);
    assert(q.empty);
  }
});

Deno.test("ByteRing carries records of any size in order, around its end, and says when there is no room", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const below = (n: number): number => Math.floor(random.next() * n);
    const words = new Int32Array(new SharedArrayBuffer(8));
    // Positions are 32-bit, and wrap.
    words[0] = words[1] = seed % 2 === 0 ? 0 : 0x7fffff00;
    const ring = new ByteRing(new Uint8Array(new SharedArrayBuffer(4096)), words, 0, 1);
    const sent: number[][] = [];
    let n = 0;
    for (let step = 0; step < 2000; step++) {
      if (random.next() < 0.6) {
        const length = below(ring.largest);
        const at = ring.begin(length);
        if (at < 0) continue;
        assert.equal(at % 8, 0);
        const mark = n++ & 255;
        ring.bytes.fill(mark, at, at + length);
        ring.commit(mark, length);
        sent.push([mark, length]);
      } else {
        ring.drain(1 + below(4), (type, at, length) => {
          assert.deepEqual([type, length], sent.shift(), `seed ${seed}`);
          assert(ring.bytes.subarray(at, at + length).every((b) => b === type), `seed ${seed}`);
        });
      }
    }
    ring.drain(Infinity, () => sent.shift());
    assert.equal(sent.length, 0);
    assert(ring.empty);
  }
  assert.equal(RING_BYTES & (RING_BYTES - 1), 0);
});

Deno.test("writeTask() takes no more than taskRecordSize() says, and texts come back", () => {
  const store = new Store({ memoryLimit: 1 << 20, arenas: heapArenas });
  store.putBlob("plain", new Uint8Array(9), 0, 9);
  const task = {
    ticket: 5,
    key: "ключ-✓",
    attempt: 1,
    kind: "task",
    fn: "lib:f",
    args: new Uint8Array(13).fill(7),
    deps: [
      { key: "plain", value: store.get("plain")!.value },
      { key: "döp", value: store.put("döp", { head: new Uint8Array(3), frames: [new Uint8Array(8)] }).value },
    ],
  } as const;
  const bytes = new Uint8Array(1024);
  const took = writeTask(bytes, new Int32Array(bytes.buffer), 8, { kind: 0, run: 3, fn: 1, actor: 0, task });
  assert(took <= taskRecordSize(task));
  assert.equal(new Int32Array(bytes.buffer, 8, 8)[7], took);
  for (const s of ["", "a", "a much longer text of plain letters", "größer ✓ 😀"]) {
    const n = writeText(bytes, 100, s);
    assert.equal(readText(bytes, 100, n), s);
  }
});

Deno.test("formatLine() formats as consoles do", () => {
  assert.equal(formatLine([]), "");
  assert.equal(formatLine([undefined]), "undefined");
  assert.equal(
    formatLine(["%s is %d, %i, %f, %j %% %o", "x", "5", 5.7, 1.5, { a: 1 }, [1], "rest", 2]),
    'x is 5, 5, 1.5, {"a":1} % [ 1 ] rest 2',
  );
  assert.equal(formatLine(["100%", 1]), "100% 1");
  assert.equal(formatLine([{ a: 1 }, "b"]), "{ a: 1 } b");
});
