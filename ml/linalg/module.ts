import { type KernelArray, KernelFrame } from "../kernels/mod.ts";
import * as built from "../kernels/wasm/linalg.ts";

/** What assembly/linalg.as exports. */
export type LinalgExports = {
  qr(a: number, ld: number, m: number, n: number, tau: number, w: number): void;
  formQ(a: number, ld: number, m: number, count: number, tau: number, q: number, k: number, w: number): void;
  applyQt(a: number, ld: number, m: number, count: number, tau: number, b: number, n: number, w: number): void;
  cholesky(a: number, ld: number, n: number): number;
  solveRows(l: number, ldl: number, n: number, x: number, ldx: number, m: number): void;
  solveLower(l: number, ld: number, n: number, b: number, m: number, unit: number): void;
  solveUpper(u: number, ld: number, n: number, b: number, m: number): void;
  solveLowerT(l: number, ld: number, n: number, b: number, m: number): void;
  lu(a: number, ld: number, n: number, pivots: number): number;
  tridiagonalize(a: number, n: number, d: number, e: number, tau: number, w: number): void;
  backTransform(a: number, n: number, tau: number, z: number, count: number): void;
  tridiagonalQL(d: number, e: number, n: number, z: number): number;
  jacobi(g: number, n: number, m: number, v: number, norms: number): number;
};

/** A frame of the factorizations, over these arrays. */
export function linalgFrame(...arrays: KernelArray[]): KernelFrame<LinalgExports> {
  return new KernelFrame<LinalgExports>(built, arrays);
}

/** A transposed copy of a table of n rows of m. */
export function transposed(data: Float64Array, n: number, m: number): Float64Array {
  const out = new Float64Array(n * m);
  // In tiles, so that neither side misses the cache at each step.
  for (let i0 = 0; i0 < n; i0 += 32) {
    const i1 = Math.min(n, i0 + 32);
    for (let j0 = 0; j0 < m; j0 += 32) {
      const j1 = Math.min(m, j0 + 32);
      for (let i = i0; i < i1; i++) for (let j = j0; j < j1; j++) out[j * n + i] = data[i * m + j];
    }
  }
  return out;
}
