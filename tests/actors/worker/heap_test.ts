import assert from "node:assert/strict";
import { heapArenas, PAGE, sharedArenas } from "../../../actors/worker/arena.ts";
import { type Block, Heap } from "../../../actors/worker/heap.ts";
import { PageRuns } from "../../../actors/worker/page_runs.ts";
import { seededRandom } from "../../../actors/core/mod.ts";

/** Whether a block's ends still bear its mark. */
function intact({ block, mark }: { block: Block; mark: number }): boolean {
  const { bytes } = block;
  return bytes.subarray(0, 64).every((b) => b === mark) && bytes.subarray(-64).every((b) => b === mark);
}

Deno.test("Heap.allocate() and Block.release() keep counts true and blocks apart, whatever the order", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededRandom(seed);
    const below = (n: number): number => Math.floor(random.next() * n);
    const limit = 8 << 20;
    const heap = new Heap({ limit, arenas: heapArenas, arenaBytes: 4 << 20 });
    const live: { block: Block; mark: number }[] = [];
    const where = `seed ${seed}`;
    for (let step = 0; step < 400; step++) {
      if (random.next() < 0.55) {
        const kind = below(3);
        const bytes = kind === 0 ? below(below(2) === 0 ? 40 : 300) : kind === 1 ? below(12_000) : below(600_000);
        const used = heap.used;
        const block = heap.allocate(bytes);
        if (block === undefined) {
          assert.equal(heap.used, used, where);
          continue;
        }
        assert.equal(block.offset % (bytes > 32 ? 64 : 16), 0, where);
        assert(heap.blockAt(heap.placeOf(block)).is(block), where);
        if (bytes > PAGE) assert.equal(block.offset % PAGE, 0, where);
        assert.equal(block.bytes.byteLength, bytes, where);
        const mark = 1 + below(255);
        block.bytes.fill(mark);
        live.push({ block, mark });
      } else if (live.length > 0) {
        const [gone] = live.splice(below(live.length), 1);
        assert(intact(gone), `${where}: a block was overwritten`);
        gone.block.release();
      }
      if (step % 20 === 0) heap.validate();
      assert.equal(heap.used, live.reduce((n, l) => n + l.block.length, 0), where);
      assert(heap.used <= limit, where);
    }
    for (const left of live) {
      assert(intact(left), `${where}: a block was overwritten`);
      left.block.release();
    }
    heap.validate();
    assert.equal(heap.used, 0);
    assert.equal(heap.blocks, 0);
  }
});

Deno.test("Heap.allocate() refuses what would pass the limit", () => {
  const heap = new Heap({ limit: 1_000_000, arenas: heapArenas });
  const block = heap.allocate(999_000)!;
  assert.equal(heap.allocate(1001), undefined);
  const rest = heap.allocate(1000)!;
  assert.equal(heap.used, 1_000_000);
  block.release();
  rest.release();
  assert.equal(heap.used, 0);
  assert.equal(heap.allocate(NaN), undefined);
  assert.equal(heap.allocate(-1), undefined);
});

Deno.test("Heap.allocate() has no more memory than its limit, also where what is free lies in pieces", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed);
    const below = (n: number): number => Math.floor(random.next() * n);
    const limit = 64 << 20;
    let discarded = 0;
    const heap = new Heap({
      limit,
      arenas: (capacity) =>
        Object.assign(heapArenas(capacity), { discard: (_: number, length: number) => discarded += length }),
    });
    const live: Block[] = [];
    for (let step = 0; step < 300; step++) {
      const block = random.next() < 0.6 ? heap.allocate((1 << 20) + below(7 << 20)) : undefined;
      if (block !== undefined) live.push(block);
      else if (live.length > 0) live.splice(below(live.length), 1)[0].release();
      const taken = live.reduce((n, b) => n + PAGE * Math.ceil(b.length / PAGE), 0);
      // Between blocks pieces may stay that are too small to be given back.
      assert(taken + heap.spare <= limit + (live.length + 1) * 2 ** 18, `seed ${seed}: ${taken} and ${heap.spare}`);
      heap.validate();
    }
    assert(discarded > 0, `seed ${seed}: nothing was ever in pieces`);
  }
});

Deno.test("Heap.find() finds the block that bytes lie in, also deep inside a large one and after growth", () => {
  const heap = new Heap({ limit: 256 << 20, arenas: sharedArenas });
  const early = heap.allocate(100)!;
  const earlyBytes = early.bytes;
  const large = heap.allocate(100 << 20)!;
  assert(early.is(heap.find(earlyBytes)));
  assert.equal(heap.find(large.bytes.subarray(50 << 20, (50 << 20) + 8)), large);
  assert.equal(heap.find(large.bytes), large);
  assert.equal(heap.find(new Uint8Array(8)), undefined);
  large.release();
  assert.equal(heap.at(large.arena, large.offset, 8), undefined);
  early.release();
});

Deno.test("Block.release() throws when it is called more often than there are holders", () => {
  const heap = new Heap({ limit: 1000, arenas: heapArenas });
  const block = heap.allocate(10)!;
  block.retain().release();
  block.release();
  assert.throws(() => block.release(), RangeError);
  assert.throws(() => block.retain(), RangeError);
});

Deno.test("Heap.trim() gives free memory back, and what is held keeps its content", () => {
  const heap = new Heap({ limit: 64 << 20, arenas: sharedArenas });
  const kept = heap.allocate(1 << 20)!;
  const freed = heap.allocate(16 << 20)!;
  kept.bytes.fill(7);
  freed.bytes.fill(8);
  freed.release();
  assert.equal(heap.trim(2), 0, "still young");
  assert.equal(heap.trim(2), 0);
  assert(heap.trim(2) >= 16 << 20);
  assert.equal(heap.trim(), 0);
  assert(kept.bytes.every((b) => b === 7));
  const again = heap.allocate(16 << 20)!;
  again.bytes.fill(9);
  assert(kept.bytes.every((b) => b === 7));
  heap.validate();
});

Deno.test("PageRuns coalesces what is given back", () => {
  const runs = new PageRuns(64);
  runs.extend(64);
  const a = runs.take(10), b = runs.take(20), c = runs.take(34);
  assert.equal(runs.free, 0);
  assert.equal(runs.take(1), -1);
  runs.give(a);
  runs.give(c);
  runs.validate();
  assert.equal(runs.take(44), -1);
  runs.give(b);
  runs.validate();
  assert.equal(runs.take(64), 0);
  assert.throws(() => runs.give(5), RangeError);
});

Deno.test("Heap.charge() leaves less room for blocks", () => {
  const heap = new Heap({ limit: 1000, arenas: heapArenas });
  heap.charge(900);
  assert.equal(heap.allocate(200), undefined);
  heap.charge(-100);
  const block = heap.allocate(200)!;
  assert.deepEqual([heap.used, heap.charged], [200, 800]);
  block.release();
});
