import type { Params } from "../base/mod.ts";
import { InvalidParameterError } from "../utils/mod.ts";
import { compareText } from "../utils/mod.ts";
import type { ParamTable } from "./param_names.ts";

/** The values to try for each parameter, or several such tables, which are gone through one after the other. */
export type ParamGrid = Readonly<Record<string, readonly unknown[] | ArrayLike<unknown> | undefined>>;

/** The same for an estimator of a known class: only names that it has. */
export type ParamGridOf<E> = ParamTable<E, readonly unknown[] | ArrayLike<unknown> | undefined>;

/** `classWeight` to `class_weight`: candidates stand in the order of these names, which is scikit-learn's. */
function snakeCase(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, (_, a: string, b: string) => `${a}_${b.toLowerCase()}`);
}

/** Names in the order in which scikit-learn goes through them. */
export function sortedNames(names: readonly string[]): string[] {
  return [...names].sort((a, b) => compareText(snakeCase(a), snakeCase(b)));
}

function checkValues(name: string, values: unknown): readonly unknown[] {
  const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && "length" in values) ||
    (typeof values === "object" && values !== null && "data" in values && "shape" in values);
  if (!isList) {
    throw new InvalidParameterError(
      `grid: ${name} needs a list of values, got ${typeof values} ${JSON.stringify(values)}; ` +
        `write ${name}: [${JSON.stringify(values)}] for a single one`,
    );
  }
  const source = values as ArrayLike<unknown> & { data?: ArrayLike<unknown> };
  const list = Array.from(Array.isArray(values) ? values : source.data ?? source);
  if (list.length === 0) throw new InvalidParameterError(`grid: ${name} has no values; give at least one`);
  return list;
}

/**
 * All combinations of some values of parameters, in scikit-learn's order: names sorted, the last one varies fastest.
 *
 * @example
 * ```ts
 * import { ParameterGrid } from "@troupe/troupe";
 * [...new ParameterGrid({ C: [1, 10], kernel: ["rbf"] })]; // [{ C: 1, kernel: "rbf" }, { C: 10, kernel: "rbf" }]
 * ```
 */
export class ParameterGrid implements Iterable<Params> {
  /** The tables of values. */
  readonly paramGrid: readonly Readonly<Record<string, readonly unknown[]>>[];

  /**
   * Checks and keeps the tables.
   *
   * @throws {InvalidParameterError} when a parameter has no list of values, or an empty one, or there is no table
   */
  constructor(paramGrid: ParamGrid | readonly ParamGrid[]) {
    const tables = Array.isArray(paramGrid) ? paramGrid : [paramGrid];
    if (tables.length === 0) throw new InvalidParameterError("grid: the list of grids is empty");
    this.paramGrid = tables.map((table) => {
      if (typeof table !== "object" || table === null) {
        throw new InvalidParameterError(`grid: expected an object of lists, got ${typeof table}`);
      }
      // In a list of tables TypeScript gives each the names of the others, undefined.
      const names = Object.keys(table).filter((name) => table[name] !== undefined);
      return Object.fromEntries(sortedNames(names).map((name) => [name, checkValues(name, table[name])]));
    });
  }

  /** How many combinations there are. */
  get length(): number {
    return this.paramGrid.reduce((sum, table) => sum + combinations(table), 0);
  }

  /**
   * The combination at a place.
   *
   * @throws {RangeError} when there are not so many
   *
   * @example
   * ```ts
   * import { ParameterGrid } from "@troupe/troupe";
   * new ParameterGrid({ C: [1, 10], kernel: ["rbf", "linear"] }).at(2); // { C: 10, kernel: "rbf" }
   * ```
   */
  at(index: number): Params {
    let left = index;
    for (const table of this.paramGrid) {
      const count = combinations(table);
      if (left >= count) {
        left -= count;
        continue;
      }
      const picked: Params = {};
      const names = Object.keys(table);
      const digits = names.map(() => 0);
      for (let k = names.length - 1; k >= 0; k--) {
        digits[k] = left % table[names[k]].length;
        left = Math.floor(left / table[names[k]].length);
      }
      names.forEach((name, k) => picked[name] = table[name][digits[k]]);
      return picked;
    }
    throw new RangeError(`ParameterGrid.at(): ${index} is out of bounds for ${this.length} combinations`);
  }

  /** All combinations. */
  *[Symbol.iterator](): IterableIterator<Params> {
    const n = this.length;
    for (let i = 0; i < n; i++) yield this.at(i);
  }
}

function combinations(table: Readonly<Record<string, readonly unknown[]>>): number {
  return Object.values(table).reduce((product, values) => product * values.length, 1);
}
