/** Thrown when a seed, a size or a probability cannot be used to draw from. */
export class RandomStateError extends RangeError {
  /** The class's name. */
  override readonly name: string = "RandomStateError";
}
