/** Thrown when a file cannot be read as what it is taken for; the message says which, and where in it. */
export class FileFormatError extends TypeError {
  /** The class's name. */
  override readonly name: string = "FileFormatError";
}
