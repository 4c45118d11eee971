import { UnknownNameError } from "./errors.ts";
import { didYouMean } from "./nearest_name.ts";

/**
 * Checks the names of a function's options; those that are undefined were not given.
 *
 * @param leftOut names that scikit-learn has and that are not here, with the reason
 * @throws {UnknownNameError} at a name that there is not, with the nearest one that there is
 */
export function checkOptionNames(
  who: string,
  options: object,
  known: readonly string[],
  leftOut: Readonly<Record<string, string>> = {},
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue;
    const why = Object.hasOwn(leftOut, name) ? `is left out: ${leftOut[name]}` : didYouMean(name, known);
    throw new UnknownNameError(`${who}: no option ${JSON.stringify(name)}; ${why}`);
  }
}
