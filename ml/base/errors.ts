/** Thrown when an estimator is asked for something that it learns in `fit`, before `fit`. */
export class NotFittedError extends Error {
  override readonly name: string = "NotFittedError";
}
