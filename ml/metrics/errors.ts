/** Thrown when a metric cannot be worked out from what it is given. */
export class MetricError extends RangeError {
  /** The class's name. */
  override readonly name: string = "MetricError";
}
