import assert from "node:assert/strict";
import { BLAS, blasLibrary, KernelError, kernels } from "../../../ml/kernels/mod.ts";
import { ThreadBench } from "../../actors/worker/thread_bench.ts";
import { checkKernels, ordinary } from "./reference.ts";
import { blas, testOnTiers } from "./tiers.ts";
import { findBlas } from "../../../ml/kernels/mod.ts";

const { library } = findBlas();

Deno.test({
  name: "BlasKernels computes as plain loops do",
  ignore: library === undefined,
  fn: () => checkKernels(blas()!.kernels, ordinary),
});

Deno.test({
  name: "BlasKernels computes in place on shared memory",
  ignore: library === undefined,
  fn: () =>
    checkKernels(blas()!.kernels, (double, length) => {
      const buffer = new SharedArrayBuffer(length * 8);
      return double ? new Float64Array(buffer, 0, length) : new Float32Array(buffer, 0, length);
    }),
});

testOnTiers("kernels() gives no answer for arrays of wrong size or kind", () => {
  const a = new Float64Array(6), b = new Float32Array(6), k = kernels();
  assert.throws(() => k.gemm(false, false, 2, 2, 4, 1, a, 4, a, 2, 0, a, 2), KernelError);
  assert.throws(() => k.syrk(false, 3, 2, 1, a, 2, 0, a, 3), KernelError);
  assert.throws(() => k.gemv(true, 2, 3, 1, a, 3, a.subarray(0, 1), 0, a), KernelError);
  assert.throws(() => k.dot<Float64Array | Float32Array>(a, b), KernelError);
  assert.equal(k.dot(a.subarray(0, 0), a), 0);
});

testOnTiers("kernels() does not read what beta zero forgets", () => {
  for (const n of [3, 17, 40]) {
    const A = new Float64Array(n * n).fill(1), C = new Float64Array(n * n).fill(NaN), y = new Float64Array(n).fill(NaN);
    kernels().gemm(false, true, n, n, n, 1, A, n, A, n, 0, C, n);
    assert.ok(C.every((v) => v === n));
    for (const trans of [true, false]) {
      kernels().syrk(trans, n, n, 1, A, n, 0, C.fill(NaN), n);
      assert.ok(C.every((v) => v === n));
      kernels().gemv(trans, n, n, 1, A, n, A.subarray(0, n), 0, y.fill(NaN));
      assert.ok(y.every((v) => v === n));
    }
  }
});

Deno.test({
  name: "kernels() is BLAS in a sandboxed thread that was given one, and WebAssembly in one that was not",
  ignore: library === undefined,
  async fn() {
    const url = import.meta.resolve("../../../ml/kernels/mod.ts");
    const compute = async (url: string) => {
      const { kernels } = await import(url) as typeof import("../../../ml/kernels/mod.ts");
      const C = new Float64Array(4), A = new Float64Array([1, 2, 3, 4]);
      kernels().gemm(false, false, 2, 2, 2, 1, A, 2, A, 2, 0, C, 2);
      return [kernels().tier, ...C];
    };
    await using withIt = new ThreadBench({ natives: [library!] });
    assert.deepEqual(await withIt.run(compute, url), ["blas", 7, 10, 15, 22]);
    await using without = new ThreadBench();
    assert.deepEqual(await without.run(compute, url), ["wasm", 7, 10, 15, 22]);
  },
});

Deno.test("blasLibrary() spells symbols as the file's name says", () => {
  const plain = blasLibrary("/usr/lib/libopenblas.so.0"), wheel = blasLibrary("/x/libscipy_openblas64_-32a4.so");
  assert.equal(plain.name, BLAS);
  const name = (l: typeof plain, s: string) => (l.symbols[s] as Deno.ForeignFunction).name;
  assert.equal(name(plain, "cblas_dgemm"), "cblas_dgemm");
  assert.equal(name(plain, "dsyevd"), "dsyevd_");
  assert.equal(name(wheel, "cblas_dgemm"), "scipy_cblas_dgemm64_");
  assert.equal(name(wheel, "dsyevd"), "scipy_dsyevd_64_");
  assert.equal((wheel.symbols.cblas_dgemm as Deno.ForeignFunction).parameters[3], "i64");
});
