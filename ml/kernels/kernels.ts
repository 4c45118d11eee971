import { KernelError } from "./errors.ts";

/** Floating-point arrays of one kind. */
export type Floats = Float64Array | Float32Array;

/**
 * Dense linear algebra over row-major arrays of one kind, float64 or float32. `ld…` is the distance between rows, in elements. Arrays
 * that lie in a worker's shared memory are computed on in place; ordinary ones go through a region of the thread's own in blocks, or
 * to BLAS as they are. To compute on a part of an array, give a `subarray`.
 */
export interface Kernels {
  /** Which tier it is. */
  readonly tier: "wasm" | "blas";
  /** What it is, for people. */
  readonly description: string;

  /**
   * C = alpha op(A) op(B) + beta C, where op transposes if its flag says so.
   *
   * @param transA whether A is stored as [k, m] and not as [m, k]
   * @param transB whether B is stored as [n, k] and not as [k, n]
   * @param beta where it is 0, C is not read
   * @throws {KernelError} when an array is too short, or kinds differ
   */
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
  ): void;

  /**
   * C = alpha A Aᵀ + beta C for A of [n, k]; with `trans` C = alpha Aᵀ A + beta C for A of [k, n]. C is [n, n]; both of its triangles are written.
   *
   * @throws {KernelError} when an array is too short, or kinds differ
   */
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
  ): void;

  /**
   * y = alpha A x + beta y for A of [m, n]; with `trans` y = alpha Aᵀ x + beta y.
   *
   * @throws {KernelError} when an array is too short, or kinds differ
   */
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
  ): void;

  /** The sum of x[i] y[i]. */
  dot<T extends Floats>(x: T, y: T): number;

  /** y += alpha x. */
  axpy<T extends Floats>(alpha: number, x: T, y: T): void;
}

/** Whether it is float64; an error where the arrays differ in kind, or are of none that kernels know. */
export function isDouble(what: string, ...arrays: Floats[]): boolean {
  const double = arrays[0] instanceof Float64Array;
  for (const a of arrays) {
    if (double ? !(a instanceof Float64Array) : !(a instanceof Float32Array)) {
      const kinds = arrays.map((x) => x?.constructor?.name ?? String(x)).join(", ");
      throw new KernelError(`${what}: expected arrays of one kind, Float64Array or Float32Array, got ${kinds}`);
    }
  }
  return double;
}

/** Checks that a table of `rows` rows of `cols` at distance `ld` lies within an array. */
export function checkTable(what: string, name: string, a: Floats, rows: number, cols: number, ld: number): void {
  if (!(rows >= 0 && cols >= 0 && Number.isInteger(rows) && Number.isInteger(cols))) {
    throw new KernelError(`${what}: ${name} cannot be [${rows}, ${cols}]`);
  }
  if (rows === 0 || cols === 0) return;
  if (!(ld >= cols) || (rows - 1) * ld + cols > a.length) {
    throw new KernelError(
      `${what}: ${name} of [${rows}, ${cols}] with ${ld} a row does not fit in ${a.length} elements`,
    );
  }
}

/** Checks that a vector is of the length that is expected. */
export function checkVector(what: string, name: string, x: Floats, n: number): void {
  if (x.length < n) throw new KernelError(`${what}: ${name} has ${x.length} elements, expected ${n}`);
}
