/** Thrown when a system of equations has no single solution. */
export class SingularMatrixError extends RangeError {
  /** The class's name. */
  override readonly name: string = "SingularMatrixError";
}

/** Thrown when a table is not positive definite, where it has to be. */
export class NotPositiveDefiniteError extends RangeError {
  /** The class's name. */
  override readonly name: string = "NotPositiveDefiniteError";
}

/** Thrown when an iteration for eigenvalues or singular values does not come to its end. */
export class NotConvergedError extends Error {
  /** The class's name. */
  override readonly name: string = "NotConvergedError";
}
