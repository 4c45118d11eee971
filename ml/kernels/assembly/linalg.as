// Factorizations of row-major float64 tables in linear memory, where LAPACK is not at hand: Householder's QR, the symmetric eigenproblem by
// tridiagonal form and implicit QL, singular values by one-sided Jacobi rotations. Everything that is walked along is a row.

export { qr, formQ, applyQt } from "./linalg/qr";
export { cholesky, solveRows, solveLower, solveUpper, solveLowerT, lu } from "./linalg/triangles";
export { tridiagonalize, backTransform, tridiagonalQL } from "./linalg/eigen";
export { jacobi } from "./linalg/jacobi";
