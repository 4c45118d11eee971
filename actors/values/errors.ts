/**
 * What goes wrong between a value and its bytes.
 *
 * @module
 */

/** Thrown by `pack` for a value that cannot travel: a socket, an instance of an unknown class, a symbol, a cycle. */
export class NotSendableError extends TypeError {
  /** Always `"NotSendableError"`. */
  override readonly name = "NotSendableError";
  /** Where the value stands, such as `args[1].model.socket`. */
  readonly path: string;

  /** Says that `what`, found at `path`, cannot be sent, and why or what to do about it. */
  constructor(path: string, what: string, why: string, options?: ErrorOptions) {
    super(`cannot send ${path}: it is ${what}${why === "" ? "" : `; ${why}`}`, options);
    this.path = path;
  }
}

/** Thrown by `unpack` for bytes that are no packed value, or break a limit. */
export class MalformedValueError extends TypeError {
  /** Always `"MalformedValueError"`. */
  override readonly name = "MalformedValueError";
}
