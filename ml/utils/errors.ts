/** Thrown when data given to an estimator or a function cannot be used: wrong shape, NaN, too few samples, … */
export class InvalidInputError extends RangeError {
  /** The class's name. */
  override readonly name: string = "InvalidInputError";
}

/** Thrown when a hyperparameter has a value outside of what it may be. */
export class InvalidParameterError extends RangeError {
  /** The class's name. */
  override readonly name: string = "InvalidParameterError";
}

/** Thrown when a name is not known where it is used; the message has the nearest one that is. */
export class UnknownNameError extends TypeError {
  /** The class's name. */
  override readonly name: string = "UnknownNameError";
}
