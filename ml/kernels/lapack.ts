import type { NativeFunctions } from "../../actors/mod.ts";

/** LAPACK's factorizations, column-major as they are: a row-major table is its own transpose there. All of float64. */
export class Lapack {
  /** Over a library's functions; `wide` says that its integers have 64 bits. */
  constructor(private readonly functions: NativeFunctions, private readonly wide: boolean) {}

  /** Whether a library has all that is called. */
  static isIn(functions: NativeFunctions): boolean {
    return ["dpotrf", "dsyevd", "dgesdd", "dgelqf", "dorglq"].every((name) => functions[name]);
  }

  private room(length: number): Int32Array | BigInt64Array {
    return this.wide ? new BigInt64Array(length) : new Int32Array(length);
  }

  private ints(...values: number[]): Int32Array | BigInt64Array {
    return this.wide ? BigInt64Array.from(values, BigInt) : Int32Array.from(values);
  }

  /**
   * Cholesky: of a row-major symmetric table, the lower triangle becomes L.
   *
   * @returns 0, or the order of the first leading part that is not positive definite
   */
  potrf(A: Float64Array, n: number): number {
    const size = this.ints(n), info = this.ints(0);
    // What is upper there is lower here.
    this.functions.dpotrf(letter("U"), size, A, size, info);
    return Number(info[0]);
  }

  /**
   * Eigenvalues in ascending order, and the vectors as rows in place of the symmetric table.
   *
   * @returns 0, or more when it did not converge
   */
  syevd(A: Float64Array, n: number, values: Float64Array): number {
    const size = this.ints(n), info = this.ints(0), ask = this.ints(-1);
    const wanted = new Float64Array(1), wantedInts = this.ints(0);
    const call = (work: Float64Array, lwork: typeof ask, iwork: typeof ask, liwork: typeof ask): void =>
      this.functions.dsyevd(letter("V"), letter("U"), size, A, size, values, work, lwork, iwork, liwork, info);
    call(wanted, ask, wantedInts, ask);
    const integers = Number(wantedInts[0]);
    call(
      new Float64Array(wanted[0]),
      this.ints(wanted[0]),
      this.room(integers),
      this.ints(integers),
    );
    return Number(info[0]);
  }

  /**
   * Singular values of a row-major [n, m] table (used up): U as [n, k] row after row, and Vt as [k, m], k = min(n, m).
   *
   * @returns 0, or more when it did not converge
   */
  gesdd(A: Float64Array, n: number, m: number, U: Float64Array, s: Float64Array, Vt: Float64Array): number {
    const k = Math.min(n, m);
    // There it is the transposed table, [m, n]: its left vectors are our right ones.
    const rows = this.ints(m), cols = this.ints(n), most = this.ints(k), info = this.ints(0);
    const iwork = this.room(8 * k);
    this.working((work, size) =>
      this.functions.dgesdd(letter("S"), rows, cols, A, rows, s, Vt, rows, U, most, work, size, iwork, info)
    );
    return Number(info[0]);
  }

  /** QR of a row-major [n, m] table in place: R on and above the diagonal; the rest, and `tau`, is for {@linkcode Lapack.orgqr}. */
  geqrf(A: Float64Array, n: number, m: number, tau: Float64Array): void {
    // There it is the transposed table, and its LQ.
    const rows = this.ints(m), cols = this.ints(n), info = this.ints(0);
    this.working((work, size) => this.functions.dgelqf(rows, cols, A, rows, tau, work, size, info));
  }

  /** Q of shape [n, m], n ≥ m, in place of what {@linkcode Lapack.geqrf} left. */
  orgqr(A: Float64Array, n: number, m: number, tau: Float64Array): void {
    const rows = this.ints(m), cols = this.ints(n), info = this.ints(0);
    this.working((work, size) => this.functions.dorglq(rows, cols, rows, A, rows, tau, work, size, info));
  }

  /** Asks how much room a routine wants, then calls it with that. */
  private working(call: (work: Float64Array, size: Int32Array | BigInt64Array) => void): void {
    const wanted = new Float64Array(1);
    call(wanted, this.ints(-1));
    call(new Float64Array(wanted[0]), this.ints(wanted[0]));
  }
}

function letter(text: string): Uint8Array {
  return Uint8Array.of(text.charCodeAt(0), 0);
}
