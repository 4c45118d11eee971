/**
 * Which errors are made again as what they were.
 *
 * @module
 */

const classes = new Map<string, { readonly prototype: Error }>();

/**
 * Makes an error class known by its name: its errors are instances of it again on the other side. The constructor is not run; own fields
 * are set as they were.
 *
 * @example
 * ```ts
 * import { registerErrorClass } from "@troupe/troupe";
 *
 * export class TooColdError extends Error {
 *   override readonly name = "TooColdError";
 * }
 * registerErrorClass(TooColdError); // in a module that the workers load too
 * ```
 */
export function registerErrorClass(...errors: readonly { readonly name: string; readonly prototype: Error }[]): void {
  for (const cls of errors) classes.set(cls.name, cls);
}

registerErrorClass(
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError as unknown as { name: string; prototype: Error },
);

/** An error of the class that is known by `name`, else an `Error` that bears the name. */
export function makeError(name: string, message: string, stack: string): Error {
  const cls = classes.get(name);
  const e = new Error(message);
  if (cls !== undefined && cls.prototype !== Error.prototype) Object.setPrototypeOf(e, cls.prototype);
  if (e.name !== name) set(e, "name", name);
  set(e, "stack", stack === "" ? `${name}: ${message}` : stack);
  return e;
}

function set(e: Error, field: string, value: string): void {
  Object.defineProperty(e, field, { value, writable: true, enumerable: false, configurable: true });
}
