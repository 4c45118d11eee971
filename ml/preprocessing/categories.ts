import { type Cell, type Column, kindOf, type NumericData, type Table, type TableLike, toTable } from "../array/mod.ts";
import { compareText, InvalidInputError, InvalidParameterError } from "../utils/mod.ts";

/** A value that a column of categories may have; null, or NaN in a column of numbers, stands for a missing one. */
export type Category = Cell;

/** True for what stands for a missing value. */
export function isMissing(v: unknown): boolean {
  return v === null || v === undefined || v !== v;
}

/** The columns of X, checked as far as columns of categories can be. */
export function checkColumns(X: TableLike, caller: string): Table {
  const table = toTable(X, `${caller}: X`);
  const [n, m] = table.shape;
  if (m < 1) throw new InvalidInputError(`${caller}: X has ${m} feature(s) while a minimum of 1 is required`);
  if (n < 1) throw new InvalidInputError(`${caller}: X has ${n} sample(s) while a minimum of 1 is required`);
  for (const [j, column] of table.columns.entries()) {
    if (kindOf(column) === "mixed") {
      throw new InvalidInputError(
        `${caller}: column ${j} (${table.names[j]}) holds values of several kinds; it must be all numbers, all text ` +
          "or all booleans",
      );
    }
    const at = infinityIn(column);
    if (at >= 0) throw new InvalidInputError(`${caller}: X contains infinity, first at [${at}, ${j}]`);
  }
  return table;
}

/** Where the first infinity of a column stands; −1 for none. */
export function infinityIn(column: Column): number {
  for (let i = 0; i < column.length; i++) if (column[i] === Infinity || column[i] === -Infinity) return i;
  return -1;
}

/** How the missing value of a column is written among its categories. */
function missingOf(column: Column): Category {
  return kindOf(column) === "number" ? NaN : null;
}

function compare(a: Category, b: Category): number {
  return typeof a === "string" ? compareText(a, b as string) : Number(a) - Number(b);
}

/** Most places of a table that whole numbers are looked up in. */
const TABLE = 1 << 16;

/** Whether a column is of whole numbers from 0 to some tens of thousands, which are looked up and not hashed. */
function isSmall(column: Column): column is NumericData {
  if (Array.isArray(column)) return false;
  for (let i = 0; i < column.length; i++) if (!(column[i] >>> 0 === column[i] && column[i] < TABLE)) return false;
  return true;
}

/** The distinct values of a column in order, the missing one last, and how often each is there. */
export function uniqueOf(column: Column): { categories: Category[]; counts: number[] } {
  if (isSmall(column)) {
    const table = new Int32Array(TABLE);
    for (let i = 0; i < column.length; i++) table[column[i]]++;
    const categories = [...table.keys()].filter((v) => table[v] > 0);
    return { categories, counts: categories.map((c) => table[c]) };
  }
  const counts = new Map<Category, number>();
  let missing = 0;
  for (let i = 0; i < column.length; i++) {
    const v = column[i];
    if (v === null || v !== v) missing++;
    else counts.set(v, (counts.get(v) ?? 0) + 1);
  }
  const categories = [...counts.keys()].map((v) => v === 0 ? 0 : v).sort(compare);
  const out = { categories, counts: categories.map((c) => counts.get(c) as number) };
  if (missing > 0) {
    out.categories.push(missingOf(column));
    out.counts.push(missing);
  }
  return out;
}

/** How often each category is in a column. */
export function countsOf(column: Column, categories: readonly Category[]): number[] {
  const counts = new Array<number>(categories.length).fill(0);
  for (const code of codesOf(column, categories)) if (code >= 0) counts[code]++;
  return counts;
}

/** The number of each value of a column among categories; −1 where it is none. */
export function codesOf(column: Column, categories: readonly Category[]): Int32Array {
  if (isSmall(column) && categories.every((c) => typeof c === "number" && (c !== c || (c >>> 0 === c && c < TABLE)))) {
    const table = new Int32Array(TABLE).fill(-1);
    categories.forEach((c, k) => {
      if (c === c) table[c as number] = k;
    });
    const codes = new Int32Array(column.length);
    for (let i = 0; i < codes.length; i++) codes[i] = table[column[i]];
    return codes;
  }
  const numbers = new Map<Category, number>();
  let missing = -1;
  categories.forEach((c, k) => isMissing(c) ? missing = k : numbers.set(c, k));
  const out = new Int32Array(column.length);
  for (let i = 0; i < out.length; i++) {
    const v = column[i];
    out[i] = v === null || v !== v ? missing : numbers.get(v) ?? -1;
  }
  return out;
}

/** The first few distinct values of a column that are no categories, for an error. */
export function unknownOf(column: Column, codes: Int32Array): string {
  const found = new Set<Category>();
  for (let i = 0; i < codes.length; i++) if (codes[i] < 0) found.add(column[i]);
  const list = [...found].slice(0, 5).map((v) => typeof v === "string" ? JSON.stringify(v) : String(v));
  return `[${list.join(", ")}${found.size > 5 ? ", …" : ""}]`;
}

/**
 * Checks the categories that a user gave for a column.
 *
 * @throws {InvalidParameterError} when they have doubles, numbers out of order, or a missing value that is not the last
 */
export function checkCategories(given: ArrayLike<Category>, j: number, caller: string): Category[] {
  const list = Array.from(given, (c) => c === undefined ? null : c);
  const missing = list.findIndex(isMissing);
  if (missing >= 0 && missing < list.length - 1) {
    throw new InvalidParameterError(`${caller}: categories[${j}]: the missing value must be the last`);
  }
  if (new Set(list).size !== list.length) {
    throw new InvalidParameterError(`${caller}: categories[${j}] has the same category twice`);
  }
  const known = missing < 0 ? list : list.slice(0, -1);
  if (new Set(known.map((c) => typeof c)).size > 1) {
    throw new InvalidParameterError(`${caller}: categories[${j}] mixes numbers, text or booleans`);
  }
  if (typeof known[0] === "number" && known.some((c, k) => k > 0 && (known[k - 1] as number) > (c as number))) {
    throw new InvalidParameterError(`${caller}: categories[${j}]: numbers must go up`);
  }
  return list;
}
