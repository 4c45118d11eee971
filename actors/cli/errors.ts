/**
 * What a command line can be wrong in.
 *
 * @module
 */

/** Thrown for a command line that cannot be understood; the message is for its writer. */
export class UsageError extends TypeError {
  override readonly name = "UsageError";
}
