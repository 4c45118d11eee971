import type { NativeFunctions } from "../../actors/mod.ts";
import { checkTable, checkVector, type Floats, isDouble, type Kernels } from "./kernels.ts";
import { mirror, scale, WasmKernels } from "./wasm_kernels.ts";

const ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112, LOWER = 122;

/** Columns up to which a product of blocks is faster than the symmetric one. */
const NARROW = 32;
/** Rows of such blocks. */
const ROWS = 1024;

/** The tier of the system's BLAS, by FFI. Arrays are used where they are, shared or not. */
export class BlasKernels implements Kernels {
  readonly tier = "blas";
  /** Memory is the limit there, and a call by FFI costs more than a short sum. */
  private readonly vectors = new WasmKernels();

  /** Over a library's functions; `path` is said in `description`. */
  constructor(private readonly functions: NativeFunctions, readonly path: string) {}

  get description(): string {
    return `BLAS ${this.path}`;
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
    if (m === 0 || n === 0) return;
    if (k === 0 || alpha === 0) return scale(C, m, n, ldc, beta);
    const gemm = double ? this.functions.cblas_dgemm : this.functions.cblas_sgemm;
    gemm(
      ROW_MAJOR,
      transA ? TRANSPOSED : PLAIN,
      transB ? TRANSPOSED : PLAIN,
      m,
      n,
      k,
      alpha,
      A,
      lda,
      B,
      ldb,
      beta,
      C,
      ldc,
    );
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
    if (n === 0) return;
    if (k === 0 || alpha === 0) scale(C, n, n, ldc, beta);
    else if (trans && n <= NARROW && k > ROWS) {
      for (let i = 0; i < k; i += ROWS) {
        const rows = A.subarray(i * lda) as T;
        this.gemm(true, false, n, n, Math.min(ROWS, k - i), alpha, rows, lda, rows, lda, i === 0 ? beta : 1, C, ldc);
      }
    } else {
      const syrk = double ? this.functions.cblas_dsyrk : this.functions.cblas_ssyrk;
      syrk(ROW_MAJOR, LOWER, trans ? TRANSPOSED : PLAIN, n, k, alpha, A, lda, beta, C, ldc);
    }
    mirror(C, n, ldc);
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
    if (m === 0 || n === 0) return scale(y, 1, trans ? n : m, y.length, beta);
    const gemv = double ? this.functions.cblas_dgemv : this.functions.cblas_sgemv;
    gemv(ROW_MAJOR, trans ? TRANSPOSED : PLAIN, m, n, alpha, A, lda, x, 1, beta, y, 1);
  }

  dot<T extends Floats>(x: T, y: T): number {
    return this.vectors.dot(x, y);
  }

  axpy<T extends Floats>(alpha: number, x: T, y: T): void {
    this.vectors.axpy(alpha, x, y);
  }
}
