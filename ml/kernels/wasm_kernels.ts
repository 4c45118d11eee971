import { homeOf, KernelFrame } from "./frame.ts";
import { checkTable, checkVector, type Floats, isDouble, type Kernels } from "./kernels.ts";
import { type KernelMemory, memoryOf, privateMemory, type Room } from "./memory.ts";
import { hasRelaxedSIMD, instantiate, type KernelExports } from "./module.ts";
import * as dense from "./wasm/dense.ts";

/** Blocks of a product: rows of C, columns of C, and depth. Packed pieces of A stay in the second cache, of B in the third. */
const MC = 128, NC = 512, KC = 256;
/** Elements that ordinary arrays are brought in by, for the vector kernels. */
const BLOCK = 32_768;

/** A table whose blocks are wanted in a memory. */
class Table {
  /** Set where it lies there. */
  readonly #at: number | undefined;

  constructor(readonly data: Floats, readonly ld: number, home: KernelMemory, readonly size: number) {
    this.#at = memoryOf(data) === home ? data.byteOffset : undefined;
  }

  /** Whether blocks of it are used in place. */
  get isThere(): boolean {
    return this.#at !== undefined;
  }

  /** Where the block that begins at (row, col) lies, and its row stride; copied to `room` if it must be. */
  block(row: number, col: number, rows: number, cols: number, room: Floats | undefined): [number, number] {
    if (this.#at !== undefined) return [this.#at + (row * this.ld + col) * this.size, this.ld];
    copyTable(this.data, row * this.ld + col, this.ld, room!, 0, cols, rows, cols);
    return [room!.byteOffset, cols];
  }

  /** Brings a block back from where {@link Table.block} put it. */
  back(row: number, col: number, rows: number, cols: number, room: Floats | undefined): void {
    if (this.#at === undefined) copyTable(room!, 0, cols, this.data, row * this.ld + col, this.ld, rows, cols);
  }
}

function copyTable(
  from: Floats,
  at: number,
  ld: number,
  to: Floats,
  toAt: number,
  toLd: number,
  rows: number,
  cols: number,
): void {
  if (ld === cols && toLd === cols) return to.set(from.subarray(at, at + rows * cols), toAt);
  for (let i = 0; i < rows; i++) {
    const p = at + i * ld, q = toAt + i * toLd;
    if (cols >= 48) to.set(from.subarray(p, p + cols), q);
    else for (let j = 0; j < cols; j++) to[q + j] = from[p + j];
  }
}

function view(double: boolean, home: KernelMemory, pointer: number, length: number): Floats {
  const { buffer } = home.memory;
  return double ? new Float64Array(buffer, pointer, length) : new Float32Array(buffer, pointer, length);
}

/** The tier that is always there: WebAssembly with SIMD. */
export class WasmKernels implements Kernels {
  readonly tier = "wasm";

  get description(): string {
    return `WebAssembly SIMD${hasRelaxedSIMD() ? " with relaxed multiply-add" : ""}`;
  }

  gemm<T extends Floats>(
    transA: boolean,
    transB: boolean,
    m: number,
    n: number,
    k: number,
    alpha: number,
    A: T,
    lda: number,
    B: T,
    ldb: number,
    beta: number,
    C: T,
    ldc: number,
  ): void {
    const double = isDouble("gemm", A, B, C);
    checkTable("gemm", "A", A, transA ? k : m, transA ? m : k, lda);
    checkTable("gemm", "B", B, transB ? n : k, transB ? k : n, ldb);
    checkTable("gemm", "C", C, m, n, ldc);
    this.#product(double, transA, transB, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc, false);
  }

  syrk<T extends Floats>(
    trans: boolean,
    n: number,
    k: number,
    alpha: number,
    A: T,
    lda: number,
    beta: number,
    C: T,
    ldc: number,
  ): void {
    const double = isDouble("syrk", A, C);
    checkTable("syrk", "A", A, trans ? k : n, trans ? n : k, lda);
    checkTable("syrk", "C", C, n, n, ldc);
    this.#product(double, trans, !trans, n, n, k, alpha, A, lda, A, lda, beta, C, ldc, true);
    mirror(C, n, ldc);
  }

  #product(
    double: boolean,
    transA: boolean,
    transB: boolean,
    m: number,
    n: number,
    k: number,
    alpha: number,
    A: Floats,
    lda: number,
    B: Floats,
    ldb: number,
    beta: number,
    C: Floats,
    ldc: number,
    half: boolean,
  ): void {
    if (m === 0 || n === 0) return;
    if (k === 0 || alpha === 0) return scale(C, m, n, ldc, beta);
    const size = double ? 8 : 4, nr = double ? 4 : 8;
    const mc = Math.min(MC, m), nc = Math.min(NC, n), kc = Math.min(KC, k);
    const up = (x: number, to: number): number => Math.ceil(x / to) * to;
    const lengths = { a: up(mc, 4) * kc, b: up(nc, nr) * kc, rawA: mc * kc, rawB: nc * kc, c: mc * nc, spare: 16 };
    const total = Object.values(lengths).reduce((s, x) => s + up(x, 16), 0) * size;
    let home = homeOf([A, B, C], total);
    let room: Room | undefined = home.allocate(total);
    if (room === undefined) room = (home = privateMemory()).allocate(total)!;
    const exports = instantiate(dense, home.memory);
    const pack = double ? [exports.packA_f64, exports.packB_f64] : [exports.packA_f32, exports.packB_f32];
    const product = double ? exports.product_f64 : exports.product_f32;
    let at = room.pointer;
    const take = (length: number): number => (at += up(length, 16) * size) - up(length, 16) * size;
    try {
      const packedA = take(lengths.a), packedB = take(lengths.b), spare = take(lengths.spare);
      const tableA = new Table(A, lda, home, size), tableB = new Table(B, ldb, home, size);
      const tableC = new Table(C, ldc, home, size);
      const rawA = tableA.isThere ? undefined : view(double, home, take(lengths.rawA), lengths.rawA);
      const rawB = tableB.isThere ? undefined : view(double, home, take(lengths.rawB), lengths.rawB);
      const rawC = tableC.isThere ? undefined : view(double, home, take(lengths.c), lengths.c);
      for (let j = 0; j < n; j += nc) {
        const nj = Math.min(nc, n - j);
        for (let p = 0; p < k; p += kc) {
          const kp = Math.min(kc, k - p);
          const [b, strideB] = transB ? tableB.block(j, p, nj, kp, rawB) : tableB.block(p, j, kp, nj, rawB);
          pack[1](b, strideB, kp, nj, transB ? 0 : 1, packedB);
          const factor = p === 0 ? beta : 1;
          for (let i = 0; i < m; i += mc) {
            const mi = Math.min(mc, m - i);
            // Below the diagonal only; what is above is its mirror image.
            if (half && j > i + mi - 1) continue;
            const [a, strideA] = transA ? tableA.block(p, i, kp, mi, rawA) : tableA.block(i, p, mi, kp, rawA);
            pack[0](a, strideA, kp, mi, transA ? 1 : 0, packedA);
            const read = factor !== 0 || half;
            const [c, strideC] = tableC.isThere || read
              ? tableC.block(i, j, mi, nj, rawC)
              : [rawC!.byteOffset, nj] as const;
            product(packedA, packedB, c, strideC, mi, nj, kp, alpha, factor, half ? 1 : 0, i - j, spare);
            tableC.back(i, j, mi, nj, rawC);
          }
        }
      }
    } finally {
      room.free();
    }
  }

  gemv<T extends Floats>(
    trans: boolean,
    m: number,
    n: number,
    alpha: number,
    A: T,
    lda: number,
    x: T,
    beta: number,
    y: T,
  ): void {
    const double = isDouble("gemv", A, x, y);
    checkTable("gemv", "A", A, m, n, lda);
    checkVector("gemv", "x", x, trans ? m : n);
    checkVector("gemv", "y", y, trans ? n : m);
    const xs = x.subarray(0, trans ? m : n), ys = y.subarray(0, trans ? n : m);
    if (trans || m === 0 || n === 0) scale(ys, 1, ys.length, ys.length, beta);
    if (m === 0 || n === 0) return;
    const size = double ? 8 : 4;
    const rows = Math.max(1, Math.min(m, Math.floor(BLOCK / n)));
    let home = homeOf([A, x, y]);
    let at = home.allocate((xs.length + ys.length + rows * n + 48) * size);
    if (at === undefined) at = (home = privateMemory()).allocate((xs.length + ys.length + rows * n + 48) * size)!;
    const exports: KernelExports = instantiate(dense, home.memory);
    try {
      const px = bring(double, home, xs, at.pointer);
      const afterX = at.pointer + Math.ceil(xs.length / 16) * 16 * size;
      const py = bring(double, home, ys, afterX);
      const table = new Table(A, lda, home, size);
      const room = table.isThere
        ? undefined
        : view(double, home, afterX + Math.ceil(ys.length / 16) * 16 * size, rows * n);
      const each = table.isThere ? m : rows;
      for (let i = 0; i < m; i += each) {
        const mi = Math.min(each, m - i);
        const [a, stride] = table.block(i, 0, mi, n, room);
        if (trans) {
          (double ? exports.gemvAcross_f64 : exports.gemvAcross_f32)(a, stride, mi, n, alpha, px + i * size, py);
        } else (double ? exports.gemv_f64 : exports.gemv_f32)(a, stride, mi, n, alpha, px, beta, py + i * size);
      }
      if (py === afterX) ys.set(view(double, home, py, ys.length));
    } finally {
      at.free();
    }
  }

  dot<T extends Floats>(x: T, y: T): number {
    const double = isDouble("dot", x, y);
    checkVector("dot", "y", y, x.length);
    const home = memoryOf(x);
    if (home !== undefined && home === memoryOf(y)) {
      const exports = instantiate(dense, home.memory);
      return (double ? exports.dot_f64 : exports.dot_f32)(x.byteOffset, y.byteOffset, x.length);
    }
    // Bringing an ordinary array would cost more than the sum.
    if (double) return plainDot(x as Float64Array, y as Float64Array);
    using frame = new KernelFrame(dense, [x, y]);
    return frame.exports.dot_f32(frame.in(x), frame.in(y), x.length);
  }

  axpy<T extends Floats>(alpha: number, x: T, y: T): void {
    const double = isDouble("axpy", x, y);
    checkVector("axpy", "y", y, x.length);
    const home = memoryOf(x);
    if (home !== undefined && home === memoryOf(y)) {
      const exports = instantiate(dense, home.memory);
      (double ? exports.axpy_f64 : exports.axpy_f32)(alpha, x.byteOffset, y.byteOffset, x.length);
    } else if (double) { for (let i = 0; i < x.length; i++) y[i] += alpha * x[i]; }
    else {
      const a = Math.fround(alpha);
      for (let i = 0; i < x.length; i++) y[i] += Math.fround(a * x[i]);
    }
  }
}

function bring(double: boolean, home: KernelMemory, array: Floats, to: number): number {
  if (memoryOf(array) === home) return array.byteOffset;
  view(double, home, to, array.length).set(array);
  return to;
}

/** In the order of the module's, so that it does not matter where arrays lie. */
function plainDot(x: Float64Array, y: Float64Array): number {
  const n = x.length, whole = n - n % 8;
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
  for (let i = 0; i < whole; i += 8) {
    s0 += x[i] * y[i];
    s1 += x[i + 1] * y[i + 1];
    s2 += x[i + 2] * y[i + 2];
    s3 += x[i + 3] * y[i + 3];
    s4 += x[i + 4] * y[i + 4];
    s5 += x[i + 5] * y[i + 5];
    s6 += x[i + 6] * y[i + 6];
    s7 += x[i + 7] * y[i + 7];
  }
  let s = (s0 + s2 + (s4 + s6)) + (s1 + s3 + (s5 + s7));
  for (let i = whole; i < n; i++) s += x[i] * y[i];
  return s;
}

/** C times a factor; zero forgets what was there. */
export function scale(C: Floats, m: number, n: number, ldc: number, factor: number): void {
  if (factor === 1) return;
  for (let i = 0; i < m; i++) {
    const row = C.subarray(i * ldc, i * ldc + n);
    if (factor === 0) row.fill(0);
    else for (let j = 0; j < n; j++) row[j] *= factor;
  }
}

/** Copies the lower triangle to the upper one. */
export function mirror(C: Floats, n: number, ldc: number): void {
  // In tiles, so that neither side misses the cache at each step.
  for (let i0 = 0; i0 < n; i0 += 32) {
    const i1 = Math.min(n, i0 + 32);
    for (let j0 = 0; j0 <= i0; j0 += 32) {
      for (let i = i0; i < i1; i++) {
        const j1 = Math.min(i, j0 + 32);
        for (let j = j0; j < j1; j++) C[j * ldc + i] = C[i * ldc + j];
      }
    }
  }
}
