/** Thrown when data cannot be split as asked: too few samples, classes that are too small, … */
export class SplitError extends RangeError {
  override readonly name: string = "SplitError";
}

/** Thrown when every fit of a search or a cross validation failed; `cause` is the first failure. */
export class FitFailedError extends Error {
  override readonly name: string = "FitFailedError";
}
