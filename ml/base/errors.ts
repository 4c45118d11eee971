/** Thrown when an estimator is asked for something that it learns in `fit`, before `fit`. */
export class NotFittedError extends Error {
  /** The class's name. */
  override readonly name: string = "NotFittedError";
}
