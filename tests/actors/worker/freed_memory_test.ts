import assert from "node:assert/strict";

Deno.test("returnFreed() has this thread's garbage collected where the heap has grown", async () => {
  const file = JSON.stringify(import.meta.resolve("../../../actors/worker/freed_memory.ts"));
  const code = `
    const { returnFreed } = await import(${file});
    let kept = Array.from({ length: 2_000_000 }, (_, i) => ({ i, name: String(i) }));
    const heaps = [Deno.memoryUsage().heapTotal];
    kept.length = 1000;
    kept = kept.slice();
    returnFreed();
    heaps.push(Deno.memoryUsage().heapTotal);
    console.log(JSON.stringify({ heaps, kept: kept.length, last: kept[999].name }));
  `;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--expose-gc", code],
    stdin: "null",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const { heaps, kept, last } = JSON.parse(new TextDecoder().decode(stdout));
  assert.deepEqual([kept, last], [1000, "999"]);
  assert(heaps[1] < heaps[0] / 4, `${heaps}`);
});
