/** Thrown when something cannot be written to a file as data; the message says where in the estimator it stands. */
export class NotDumpableError extends TypeError {
  /** The class's name. */
  override readonly name: string = "NotDumpableError";
}

/** Thrown when a file is not one of ours, is damaged, or holds what this version does not know. */
export class MalformedFileError extends RangeError {
  /** The class's name. */
  override readonly name: string = "MalformedFileError";
}
