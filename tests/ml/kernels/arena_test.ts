import assert from "node:assert/strict";
import { pack } from "../../../actors/values/mod.ts";
import { dep, ThreadBench } from "../../actors/worker/thread_bench.ts";

type KernelsModule = typeof import("../../../ml/kernels/mod.ts");
const url = import.meta.resolve("../../../ml/kernels/mod.ts");

Deno.test("Kernels compute in place on what lies in a worker's arena, from a sandboxed thread", async () => {
  await using b = new ThreadBench();
  const n = 300, x = Float64Array.from({ length: n * n }, (_, i) => i % 17 - 8);
  b.store.put("x", pack(x));
  const used = b.store.managed;
  const [inPlace, corner, most] = await b.run(
    async (url: string, x: Float64Array, n: number) => {
      const { WasmKernels, memoryOf, homeOf } = await import(url) as KernelsModule;
      const task = (globalThis as unknown as Record<symbol, () => { allocate(n: number): Uint8Array }>)
        [Symbol.for("troupe.task")]();
      const room = task.allocate(n * n * 8);
      const C = new Float64Array(room.buffer, room.byteOffset, n * n);
      const home = homeOf([x, C]);
      const kernels = new WasmKernels();
      for (let r = 0; r < 5; r++) kernels.gemm(true, false, n, n, n, 1, x, n, x, n, 0, C, n);
      // An ordinary array beside them is brought there.
      const y = new Float64Array(n), ones = new Float64Array(n).fill(1);
      kernels.gemv(false, n, n, 1, C, n, ones, 0, y);
      return [memoryOf(x) === home && memoryOf(C) === home && !home.isPrivate, y, C];
    },
    url,
    dep("x"),
    n,
  ) as [boolean, Float64Array, Float64Array];
  assert.equal(inPlace, true);
  for (const [i, j] of [[0, 0], [17, 250], [299, 3]]) {
    let sum = 0;
    for (let p = 0; p < n; p++) sum += x[p * n + i] * x[p * n + j];
    assert.equal(most[i * n + j], sum);
    assert.equal(corner[i], most.subarray(i * n, (i + 1) * n).reduce((s, v) => s + v, 0));
  }
  // What it took to compute in is the worker's again; the result stays.
  assert.ok(b.store.managed - used < n * n * 8 + n * 8 + 4096, `${b.store.managed - used} bytes more`);
  b.store.validate();
});

Deno.test("KernelFrame goes to the thread's own memory where the worker has no room for what it needs", async () => {
  await using b = new ThreadBench({ memoryLimit: 4 << 20 });
  b.store.put("x", pack(new Float64Array(200_000).fill(2)));
  const [fits, inArena, full, sum] = await b.run(
    async (url: string, wasm: string, x: Float64Array) => {
      const { KernelFrame } = await import(url) as KernelsModule;
      const dense = await import(wasm);
      const y = new Float64Array(1000).fill(3);
      const isPrivate = (temporary: number): boolean => {
        using frame = new KernelFrame(dense, [x, y], temporary);
        frame.temp(temporary);
        frame.in(y);
        return frame.home.isPrivate;
      };
      using frame = new KernelFrame(dense, [x, y]);
      const sum = frame.exports.dot_f64(frame.in(x), frame.in(y), 1000);
      return [isPrivate(1000), frame.home.isPrivate, isPrivate(3 << 20), sum];
    },
    url,
    import.meta.resolve("../../../ml/kernels/wasm/dense.ts"),
    dep("x"),
  ) as [boolean, boolean, boolean, number];
  assert.deepEqual([fits, inArena, full, sum], [false, false, true, 6000]);
});
