/**
 * Linear algebra: factorizations of tables, and what is solved with them.
 * @module
 */
export { cholesky, choleskyInPlace, choleskySolve } from "./cholesky.ts";
export { type Eigen, eigenRows, eigh } from "./eigh.ts";
export * from "./errors.ts";
export { type LeastSquares, lstsq, type LstsqOptions } from "./lstsq.ts";
export { orthonormalFactor, qr, triangleOf } from "./qr.ts";
export { solve, type SolveOptions } from "./solve.ts";
export { type SVD, svd } from "./svd.ts";
