/** Plain products to compare kernels with, and random tables. For tests. */

import assert from "node:assert/strict";
import { RandomState } from "../../../ml/random/mod.ts";
import type { Floats, Kernels } from "../../../ml/kernels/mod.ts";

export type Make = (double: boolean, length: number) => Floats;

/** Arrays of the program's own. */
export const ordinary: Make = (double, length) => double ? new Float64Array(length) : new Float32Array(length);

export function random(rng: RandomState, make: Make, double: boolean, length: number): Floats {
  const out = make(double, length);
  out.set(rng.uniform(-1, 1, length).data);
  return out;
}

function near(actual: number, expected: number, size: number, double: boolean, what: string): void {
  const slack = (double ? 1e-14 : 1e-5) * Math.max(1, size);
  assert.ok(Math.abs(actual - expected) <= slack, `${what}: ${actual}, expected ${expected}`);
}

/** One random product, compared with the plain loop; also that nothing beside C is touched. */
export function checkGemm(kernels: Kernels, make: Make, seed: number, size: number): void {
  const rng = new RandomState(seed);
  const pick = (n: number): number => rng.randint(1, n + 1);
  const double = rng.randint(2) === 1;
  const [m, n, k] = [pick(size), pick(size), pick(size)];
  const [transA, transB] = [rng.randint(2) === 1, rng.randint(2) === 1];
  const [rowsA, colsA] = transA ? [k, m] : [m, k];
  const [rowsB, colsB] = transB ? [n, k] : [k, n];
  const [lda, ldb, ldc] = [colsA + rng.randint(4), colsB + rng.randint(4), n + rng.randint(4)];
  const alpha = rng.randint(3) - 1.5, beta = [0, 1, -0.5][rng.randint(3)];
  const A = random(rng, make, double, rowsA * lda), B = random(rng, make, double, rowsB * ldb);
  const C = random(rng, make, double, m * ldc), before = C.slice();
  const what = `seed ${seed}: gemm ${double ? "f64" : "f32"} ${transA} ${transB} ${m} ${n} ${k} ${alpha} ${beta}`;
  kernels.gemm(transA, transB, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < ldc; j++) {
      const at = i * ldc + j;
      if (j >= n) {
        assert.equal(C[at], before[at], `${what}: beside row ${i}`);
        continue;
      }
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum += (transA ? A[p * lda + i] : A[i * lda + p]) * (transB ? B[j * ldb + p] : B[p * ldb + j]);
      }
      near(C[at], alpha * sum + beta * before[at], k, double, `${what}: [${i}, ${j}]`);
    }
  }
}

export function checkSyrk(kernels: Kernels, make: Make, seed: number, size: number): void {
  const rng = new RandomState(seed);
  const double = rng.randint(2) === 1, trans = rng.randint(2) === 1;
  const n = rng.randint(1, size + 1), k = rng.randint(1, size + 1);
  const lda = (trans ? n : k) + rng.randint(3), ldc = n + rng.randint(3);
  const beta = [0, 1, 2][rng.randint(3)];
  const A = random(rng, make, double, (trans ? k : n) * lda), C = make(double, n * ldc);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) C[i * ldc + j] = (i + 1) * (j + 1) / n / n;
  const before = C.slice();
  const what = `seed ${seed}: syrk ${double ? "f64" : "f32"} ${trans} ${n} ${k} ${beta}`;
  kernels.syrk(trans, n, k, 0.5, A, lda, beta, C, ldc);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += trans ? A[p * lda + i] * A[p * lda + j] : A[i * lda + p] * A[j * lda + p];
      near(C[i * ldc + j], 0.5 * sum + beta * before[i * ldc + j], k, double, `${what}: [${i}, ${j}]`);
      assert.equal(C[i * ldc + j], C[j * ldc + i], `${what}: symmetric`);
    }
  }
}

export function checkVectors(kernels: Kernels, make: Make, seed: number, size: number): void {
  const rng = new RandomState(seed);
  const double = rng.randint(2) === 1, trans = rng.randint(2) === 1;
  const m = rng.randint(1, size + 1), n = rng.randint(1, size + 1), lda = n + rng.randint(3);
  const beta = [0, 1, -2][rng.randint(3)];
  const A = random(rng, make, double, m * lda);
  const x = random(rng, make, double, trans ? m : n), y = random(rng, make, double, trans ? n : m), before = y.slice();
  const what = `seed ${seed}: gemv ${double ? "f64" : "f32"} ${trans} ${m} ${n} ${beta}`;
  kernels.gemv(trans, m, n, 1.5, A, lda, x, beta, y);
  for (let i = 0; i < y.length; i++) {
    let sum = 0;
    for (let p = 0; p < x.length; p++) sum += (trans ? A[p * lda + i] : A[i * lda + p]) * x[p];
    near(y[i], 1.5 * sum + beta * before[i], x.length, double, `${what}: [${i}]`);
  }
  const z = random(rng, make, double, y.length), sum = y.slice();
  kernels.axpy(0.75, z, sum as typeof y);
  for (let i = 0; i < z.length; i++) near(sum[i], y[i] + 0.75 * z[i], 1, double, `seed ${seed}: axpy [${i}]`);
  let dot = 0;
  for (let i = 0; i < z.length; i++) dot += z[i] * y[i];
  near(kernels.dot(z, y), dot, z.length * x.length, double, `seed ${seed}: dot`);
}

/** All of them, on random sizes around the blocks' edges. */
export function checkKernels(kernels: Kernels, make: Make): void {
  for (let seed = 0; seed < 40; seed++) {
    checkGemm(kernels, make, seed, seed < 30 ? 24 : 150);
    checkSyrk(kernels, make, seed, seed < 30 ? 24 : 150);
    checkVectors(kernels, make, seed, seed < 30 ? 24 : 300);
  }
  for (let seed = 40; seed < 43; seed++) checkGemm(kernels, make, seed, 600);
  checkSyrk(kernels, make, 43, 600);
}
