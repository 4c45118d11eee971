import assert from "node:assert/strict";
import { KernelError, KernelFrame, memoryOf, privateMemory, WasmKernels } from "../../../ml/kernels/mod.ts";
import * as dense from "../../../ml/kernels/wasm/dense.ts";
import { RandomState } from "../../../ml/random/mod.ts";
import { checkKernels, type Make, ordinary } from "./reference.ts";

const kernels = new WasmKernels();

Deno.test("WasmKernels computes as plain loops do, on ordinary arrays", () => checkKernels(kernels, ordinary));

Deno.test("WasmKernels computes in place where arrays lie in the thread's own memory", () => {
  const home = privateMemory();
  // Far from full: views stay valid while the memory need not grow.
  home.allocate(64 << 20)!.free();
  const rooms: { free(): void }[] = [];
  const make: Make = (double, length) => {
    const room = home.allocate(length * 8)!;
    rooms.push(room);
    const { buffer } = home.memory;
    const view = double
      ? new Float64Array(buffer, room.pointer, length)
      : new Float32Array(buffer, room.pointer, length);
    assert.equal(memoryOf(view), home);
    return view.fill(0);
  };
  try {
    checkKernels(kernels, make);
  } finally {
    for (const r of rooms) r.free();
  }
});

Deno.test("WasmKernels.gemm() does not read C where beta is zero", () => {
  for (const n of [3, 4, 17]) {
    const A = new Float64Array(n * n).fill(1), C = new Float64Array(n * n).fill(NaN);
    kernels.gemm(false, false, n, n, n, 1, A, n, A, n, 0, C, n);
    assert.ok(C.every((v) => v === n));
    C.fill(NaN);
    kernels.syrk(false, n, n, 1, A, n, 0, C, n);
    assert.ok(C.every((v) => v === n));
  }
});

Deno.test("WasmKernels.gemm() of depth zero scales C, and empty ones do nothing", () => {
  const C = new Float64Array([1, 2, 3, 4]), none = new Float64Array(0);
  kernels.gemm(false, false, 2, 2, 0, 1, none, 0, none, 2, 0.5, C, 2);
  assert.deepEqual([...C], [0.5, 1, 1.5, 2]);
  kernels.gemm(false, false, 0, 2, 2, 1, none, 2, C, 2, 1, none, 2);
  kernels.gemv(false, 2, 0, 1, none, 0, none, 0, C.subarray(0, 2));
  assert.deepEqual([...C], [0, 0, 1.5, 2]);
});

Deno.test("Kernels refuse arrays that are too short or of two kinds", () => {
  const a = new Float64Array(6), b = new Float32Array(6);
  assert.throws(() => kernels.gemm(false, false, 2, 2, 4, 1, a, 4, a, 2, 0, a, 2), KernelError);
  assert.throws(() => kernels.gemm(false, false, 2, 2, 2, 1, a, 1, a, 2, 0, a, 2), /A of \[2, 2\] with 1 a row/);
  assert.throws(() => kernels.dot<Float64Array | Float32Array>(a, b), /of one kind/);
  assert.throws(() => kernels.axpy(1, a, new Float64Array(5)), /y has 5 elements, expected 6/);
});

Deno.test("KernelFrame brings arrays, and brings results back", () => {
  const x = new Float64Array([1, 2, 3]), y = new Float64Array([10, 20, 30]);
  {
    using frame = new KernelFrame(dense, [x, y]);
    frame.exports.axpy_f64(2, frame.in(x), frame.inout(y), 3);
    assert.deepEqual([...y], [10, 20, 30], "not before the end");
  }
  assert.deepEqual([...y], [12, 24, 36]);
  assert.deepEqual([...x], [1, 2, 3]);
});

Deno.test("privateMemory() gives pieces that do not touch, and takes them back", () => {
  const home = privateMemory();
  const rooms = [1, 100, 5000, 70_000, 3].map((n) => home.allocate(n)!);
  const sorted = [...rooms].sort((a, b) => a.pointer - b.pointer);
  for (let i = 1; i < sorted.length; i++) assert.ok(sorted[i - 1].pointer + sorted[i - 1].bytes <= sorted[i].pointer);
  assert.ok(rooms.every((r) => r.pointer % 64 === 0));
  for (const r of rooms) r.free();
  const again = home.allocate(70_000)!;
  assert.ok(again.pointer <= sorted[4].pointer);
  again.free();
  again.free();
});

Deno.test("A room that rests keeps its content until somebody wants the place", () => {
  const home = privateMemory();
  let lost = 0;
  const rest = (r: { rest?(lost: () => void): void }) => r.rest!(() => lost++);
  const room = home.allocate(1 << 20)!;
  new Float64Array(home.memory.buffer, room.pointer, 4).set([1, 2, 3, 4]);
  rest(room);
  assert.equal(room.wake!(), true);
  assert.equal(room.wake!(), false);
  assert.deepEqual([...new Float64Array(home.memory.buffer, room.pointer, 4)], [1, 2, 3, 4]);
  rest(room);
  // Another that rests takes its turn.
  const other = home.allocate(1 << 20)!;
  rest(other);
  assert.equal(lost, 1);
  assert.equal(room.wake!(), false);
  room.free();
  // What has no place elsewhere takes its place, and the memory does not grow for it.
  const { byteLength } = home.memory.buffer;
  const rooms = [];
  while (lost === 1) rooms.push(home.allocate(1 << 19)!);
  assert.equal(home.memory.buffer.byteLength, byteLength);
  assert.ok(rooms.at(-1)!.pointer <= other.pointer);
  assert.equal(other.wake!(), false);
  for (const r of rooms) r.free();
  const last = home.allocate(64)!;
  rest(last);
  last.free();
  assert.equal(lost, 3);
});

Deno.test("WasmKernels gives the same bits wherever arrays lie", () => {
  const rng = new RandomState(0), home = privateMemory();
  const there = <T extends Float64Array | Float32Array>(x: T): T => {
    const room = home.allocate(x.byteLength)!;
    const kind = x.constructor as new (buffer: ArrayBufferLike, at: number, length: number) => T;
    const copy = new kind(home.memory.buffer, room.pointer, x.length);
    copy.set(x);
    return copy;
  };
  home.allocate(8 << 20)!.free();
  for (const double of [true, false]) {
    const make = (n: number) => {
      const values = rng.standardNormal(n).data;
      return double ? values : Float32Array.from(values);
    };
    for (const n of [1, 7, 8, 9, 63, 64, 100, 1001]) {
      const x = make(n), y = make(n), A = make(n * 30);
      const x2 = there(x), y2 = there(y), A2 = there(A);
      assert.equal(kernels.dot(x, y), kernels.dot(x2, y2), `dot of ${n}`);
      kernels.axpy(0.3, x, y);
      kernels.axpy(0.3, x2, y2);
      assert.deepEqual([...y], [...y2], `axpy of ${n}`);
      const C = make(900), C2 = there(C), z = make(30), z2 = there(z);
      kernels.gemm(false, true, 30, 30, n, 0.7, A, n, A, n, 1, C, 30);
      kernels.gemm(false, true, 30, 30, n, 0.7, A2, n, A2, n, 1, C2, 30);
      assert.deepEqual([...C], [...C2], `gemm of ${n}`);
      kernels.gemv(false, 30, n, 0.7, A, n, x, 1, z);
      kernels.gemv(false, 30, n, 0.7, A2, n, x2, 1, z2);
      assert.deepEqual([...z], [...z2], `gemv of ${n}`);
    }
  }
});
