/** Thrown when a linear model cannot be fitted, or asked for what it is asked for. */
export class LinearModelError extends Error {
  /** The class's name. */
  override readonly name: string = "LinearModelError";
}
