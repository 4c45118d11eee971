import { type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { checkOptionNames } from "../utils/mod.ts";
import { cholesky, choleskySolve } from "./cholesky.ts";
import { SingularMatrixError } from "./errors.ts";
import { sides, square } from "./input.ts";
import { linalgFrame } from "./module.ts";

/** What is known of the table of {@linkcode solve}. */
export interface SolveOptions {
  /** "positive": symmetric and positive definite, which takes half the time; "general" if left out. */
  assume?: "general" | "positive";
}

/**
 * Solves A X = B, by LU with row exchanges, or by Cholesky.
 *
 * Source: G. Golub, C. Van Loan, "Matrix Computations", 3.4 and 4.2.
 *
 * @param A shape [n, n]
 * @param B right-hand sides, shape [n] or [n, k]
 * @returns X, of B's shape
 * @throws {SingularMatrixError} when A has no inverse
 * @throws {NotPositiveDefiniteError} when A was said to be positive definite, and is not
 *
 * @example
 * ```ts
 * import { solve } from "@troupe/troupe";
 * solve([[2, 1], [1, 3]], [3, 5]).toArray(); // [0.8, 1.4]
 * ```
 */
export function solve(A: MatrixLike, B: MatrixLike | VectorLike, options: SolveOptions = {}): NDArray<Float64Array> {
  checkOptionNames("solve()", options, ["assume"]);
  if (options.assume === "positive") return choleskySolve(cholesky(A), B);
  const { data, shape: [n] } = square(A, "solve(): A");
  const { data: b, shape, count } = sides(B, n, "solve(): B");
  const factors = data.slice(), x = b.slice(), pivots = new Int32Array(n);
  let bad: number;
  {
    using frame = linalgFrame(factors);
    bad = frame.exports.lu(frame.inout(factors), n, n, frame.out(pivots));
  }
  if (bad > 0) throw new SingularMatrixError(`solve(): A is singular: column ${bad - 1} has no pivot`);
  for (let i = 0; i < n; i++) {
    const p = pivots[i];
    if (p === i) continue;
    for (let j = 0; j < count; j++) [x[i * count + j], x[p * count + j]] = [x[p * count + j], x[i * count + j]];
  }
  using frame = linalgFrame(factors, x);
  const f = frame.in(factors), p = frame.inout(x);
  frame.exports.solveLower(f, n, n, p, count, 1);
  frame.exports.solveUpper(f, n, n, p, count);
  return new NDArray(x, shape);
}
