import { InvalidInputError, UnknownNameError } from "./errors.ts";
import { didYouMean } from "./nearest_name.ts";

/**
 * Checks the names of a function's options; those that are undefined were not given.
 *
 * @param leftOut names that scikit-learn has and that are not here, with the reason
 * @throws {UnknownNameError} at a name that there is not, with the nearest one that there is
 * @throws {InvalidInputError} when it is no object
 *
 * @example
 * ```ts
 * import { checkOptionNames } from "@troupe/troupe";
 * function area(options: { width?: number; height?: number }) {
 *   checkOptionNames("area", options, ["width", "height"]);
 *   return (options.width ?? 1) * (options.height ?? 1);
 * }
 * area({ width: 2 }); // 2; with { widht: 2 } it would throw an UnknownNameError: did you mean width?
 * ```
 */
export function checkOptionNames(
  who: string,
  options: object,
  known: readonly string[],
  leftOut: Readonly<Record<string, string>> = {},
): void {
  checkOptions(who, options);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    const why = Object.hasOwn(leftOut, name) ? `is left out: ${leftOut[name]}` : didYouMean(name, known);
    throw new UnknownNameError(`${who}: no option ${JSON.stringify(name)}; ${why}`);
  }
}

/**
 * Checks that options are an object, before one is read.
 *
 * @throws {InvalidInputError} when they are not
 */
export function checkOptions(who: string, options: unknown): void {
  if (typeof options === "object" && options !== null) return;
  const got = typeof options === "function" ? "a function" : JSON.stringify(options) ?? typeof options;
  throw new InvalidInputError(`${who}: options must be an object of options by name, got ${got}`);
}

/** What functions without options take for them: nothing. */
export type NoOptions = Readonly<Record<string, never>>;

/**
 * Refuses options where a function has none, so that none is passed over in silence.
 *
 * @throws {UnknownNameError} when any is given
 */
export function checkNoOptions(who: string, options: unknown): void {
  if (options === undefined || options === null) return;
  const names = Object.entries(options).filter(([, value]) => value !== undefined).map(([name]) => name);
  if (names.length > 0 || typeof options !== "object") {
    const got = Array.isArray(options) || ArrayBuffer.isView(options) ? "a list" : names.join(", ") || typeof options;
    throw new UnknownNameError(`${who}: takes no options, got ${got}`);
  }
}

/**
 * Refuses weights, and whatever else is given to a `fit` that has no place for them.
 *
 * @param more the arguments behind those that it has, gathered by a last parameter `...none`
 * @throws {InvalidInputError} when there are any
 */
export function checkNothingMore(who: string, more: readonly unknown[]): void {
  if (more.some((value) => value !== undefined && value !== null)) {
    throw new InvalidInputError(`${who} takes no weights of samples, nor anything else after y`);
  }
}
