/** Thrown when data cannot be split as asked: too few samples, classes that are too small, … */
export class SplitError extends RangeError {
  /** The class's name. */
  override readonly name: string = "SplitError";
}

/** Thrown when every fit of a search or a cross validation failed; `cause` is the first failure. */
export class FitFailedError extends Error {
  /** The class's name. */
  override readonly name: string = "FitFailedError";
}
