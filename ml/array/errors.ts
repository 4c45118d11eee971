/** Thrown when an array has another shape than what is done with it needs. */
export class ShapeError extends RangeError {
  /** The class's name. */
  override readonly name: string = "ShapeError";
}

/** Thrown when values of some kind cannot be kept in, or made into, an array of the wanted type. */
export class DTypeError extends TypeError {
  /** The class's name. */
  override readonly name: string = "DTypeError";
}
