/**
 * What goes wrong between a function and its reference.
 *
 * @module
 */

/** Thrown at submit for a function that cannot travel, because it needs something that stays behind. */
export class ClosureError extends TypeError {
  /** Always `"ClosureError"`. */
  override readonly name = "ClosureError";
  /** The function's name. */
  readonly function: string;
  /** Names of the variables it closes over. */
  readonly variables: readonly string[];

  /** Says which function, what it needs, and what to do. */
  constructor(message: string, fn: string, variables: readonly string[] = []) {
    super(message);
    this.function = fn;
    this.variables = variables;
  }
}

/** Thrown for a module that cannot be bundled or loaded; the message is the loader's own, and `cause` what it threw. */
export class ModuleLoadError extends Error {
  /** Always `"ModuleLoadError"`. */
  override readonly name = "ModuleLoadError";
}

/** Thrown for a code reference that names nothing: an export that is not there, code that was not sent. */
export class UnknownCodeError extends ReferenceError {
  /** Always `"UnknownCodeError"`. */
  override readonly name = "UnknownCodeError";
}
