import assert from "node:assert/strict";
import { pack, toBlob, unpack } from "../../../actors/values/mod.ts";
import { heapArenas, MemoryError, Store } from "../../../actors/worker/mod.ts";

function store(memoryLimit = 1 << 20): Store {
  return new Store({ memoryLimit, arenas: heapArenas });
}

Deno.test("Store.put() copies a value in once, and gives it back in place", () => {
  const s = store();
  const x = new Float64Array(1000).fill(1.5);
  const entry = s.put("x", pack({ x, name: "a" }));
  assert.deepEqual(unpack(entry.value.packed), { x, name: "a" });
  assert.equal(s.heap.used, entry.value.nbytes);
  assert(s.managed > s.heap.used, "what is known of it takes memory, too");
  assert.equal(s.put("x", pack(1)), entry);
  s.validate();
  assert(s.drop("x"));
  assert(!s.drop("x"));
  assert.equal(s.managed, 0);
});

Deno.test("Store.put() aliases parts that lie in the heap already", () => {
  const s = store();
  const x = s.put("x", pack(new Float64Array(1000).map((_, i) => i)));
  const before = s.heap.used;
  const view = unpack(x.value.packed) as Float64Array;
  const half = s.put("half", pack(view.subarray(500)));
  assert(s.heap.used - before < 200, "only a head was added");
  s.drop("x");
  s.validate();
  assert.equal((unpack(half.value.packed) as Float64Array)[0], 500);
  s.drop("half");
  assert.equal(s.managed, 0);
});

Deno.test("Store.putBlob() keeps a blob as one block, counted exactly, and gives its parts where they lie", () => {
  const s = store();
  for (
    const [key, value] of Object.entries({ n: 5, s: "x".repeat(100), a: [new Float64Array(5), new Uint8Array(3)] })
  ) {
    const blob = toBlob(pack(value));
    const around = new Uint8Array(blob.byteLength + 7).fill(9);
    around.set(blob, 3);
    const { blocks, used } = s.heap;
    assert.equal(s.putBlob(key, around, 3, blob.byteLength), blob.byteLength);
    const entry = s.get(key)!;
    around.fill(9);
    assert.equal(s.heap.blocks, blocks + 1);
    assert.equal(s.heap.used - used, blob.byteLength);
    assert.equal(entry.value.nbytes, blob.byteLength);
    assert.deepEqual(unpack(entry.value.packed), value);
    assert.equal(s.putBlob(key, around, 0, 4), blob.byteLength, "it has it already");
  }
  s.validate();
  const whole = s.get("a")!.value;
  const aliased = s.put("b", { head: whole.packed.head, frames: whole.packed.frames });
  s.drop("a");
  s.validate();
  assert.deepEqual(unpack(aliased.value.packed), [new Float64Array(5), new Uint8Array(3)]);
  for (const key of ["n", "s", "b"]) s.drop(key);
  assert.equal(s.managed, 0);
  const small = store(10);
  assert.throws(() => small.putBlob("k", new Uint8Array(20), 0, 20), MemoryError);
  assert.equal(small.managed, 0);
});

Deno.test("Store.put() throws MemoryError with bytes and limit, and holds nothing of it", () => {
  const s = store(10_000);
  s.put("a", pack(new Uint8Array(5000)));
  const before = s.managed;
  assert.throws(() => s.put("b", pack([new Uint8Array(4000), new Uint8Array(4000)])), (e) => {
    assert(e instanceof MemoryError);
    assert.equal(e.limit, 10_000);
    assert.equal(e.held, before);
    assert(e.bytes >= 8000);
    assert.match(e.message, /b: 8\d\d\d bytes wanted, 5\d\d\d held, the worker has room for 10000 bytes of values/);
    return true;
  });
  assert.equal(s.managed, before);
  s.validate();
});

Deno.test("Store.drop() leaves the bytes to those who still hold the value", () => {
  const s = store();
  const value = s.put("x", pack(new Uint8Array(1000).fill(3))).value.retain();
  s.drop("x");
  assert(s.managed > 1000);
  assert.equal((unpack(value.packed) as Uint8Array)[999], 3);
  value.release();
  assert.equal(s.managed, 0);
  assert.throws(() => value.release(), RangeError);
});

Deno.test("Store.adopt() has one value under several keys", () => {
  const s = store();
  const x = s.put("x", pack(new Uint8Array(1000)), { pinned: true, fingerprint: "f" });
  const before = s.heap.used;
  const like = s.like("f", x.value.parts.map((p) => p.length));
  assert.equal(like, x);
  s.adopt("y", x.value.retain(), { pinned: true, fingerprint: "f" });
  assert.equal(s.heap.used, before);
  s.drop("x");
  assert.equal(s.like("f", x.value.parts.map((p) => p.length))?.key, "y");
  assert.equal(s.like("f", [1, 2]), undefined);
  s.drop("y");
  assert.equal(s.like("f", x.value.parts.map((p) => p.length)), undefined);
  assert.equal(s.managed, 0);
});

Deno.test("Store.reserve() gives blocks that put() then takes as they are", () => {
  const s = store();
  const packed = pack(new Uint8Array(5000).fill(1));
  const room = s.reserve([packed.head.byteLength, 5000])!;
  room.blocks[0].bytes.set(packed.head);
  room.blocks[1].bytes.fill(9);
  const before = s.heap.used;
  const entry = s.put("x", { head: room.blocks[0].bytes, frames: [room.blocks[1].bytes] });
  room.release();
  room.release();
  assert.equal(s.heap.used, before);
  assert.equal((unpack(entry.value.packed) as Uint8Array)[4999], 9);
  assert.equal(s.reserve([1 << 20, 1]), undefined);
  s.drop("x");
  assert.equal(s.managed, 0);
  s.validate();
});

Deno.test("Store counts what a million small values take beside their bytes, and holders of one share its count", () => {
  const s = store(1000);
  const blob = toBlob(pack(7));
  let n = 0;
  assert.throws(() => {
    for (;; n++) s.putBlob(`k${n}`, blob, 0, blob.byteLength);
  }, MemoryError);
  assert(n > 2 && n < 10, `${n} values of ${blob.byteLength} bytes in 1000`);
  const first = s.get("k0")!.value.retain(), second = s.get("k0")!.value;
  assert.deepEqual([first.refs, second.refs], [2, 2]);
  assert(s.drop("k0"));
  s.validate();
  assert.equal(unpack(second.packed), 7);
  first.release();
  assert.throws(() => second.release(), RangeError);
  for (const key of [...s.keys()]) s.drop(key);
  assert.equal(s.managed, 0);
});
