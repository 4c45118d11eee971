/** Thrown when a data set cannot be made from the parameters given. */
export class DatasetError extends RangeError {
  /** The class's name. */
  override readonly name: string = "DatasetError";
}
