/** Thrown when neighbours cannot be found or weighed: too few samples, a metric that is not there, weights that are all zero. */
export class NeighborsError extends RangeError {
  /** The class's name. */
  override readonly name: string = "NeighborsError";
}
