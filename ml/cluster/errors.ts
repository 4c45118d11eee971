/** Thrown when centres to start from do not fit the data or the number of clusters. */
export class ClusterInitError extends RangeError {
  /** The class's name. */
  override readonly name: string = "ClusterInitError";
}
