/**
 * Options that somebody misspelt.
 *
 * @module
 */

import { nearest } from "./nearest.ts";

/**
 * Checks that options have no names but these.
 *
 * @param where Whose options they are, such as `Client.local()`.
 * @param given The options.
 * @param names The names that there are.
 * @throws {TypeError} for the first other name, with what may have been meant.
 */
export function checkNames(where: string, given: object, names: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
    throw new TypeError(`${where}: unknown option ${JSON.stringify(name)}, expected one of ${names.join(", ")}${hint}`);
  }
}
