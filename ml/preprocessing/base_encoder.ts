import type { MatrixLike, Table, TableLike } from "../array/mod.ts";
import { BaseTransformer, checkFeatures, checkIsFitted, rememberFeatures } from "../base/mod.ts";
import { InvalidInputError, InvalidParameterError } from "../utils/mod.ts";
import { type Category, checkCategories, checkColumns, codesOf, countsOf, uniqueOf, unknownOf } from "./categories.ts";

/** What stands for all infrequent categories of a column together, by scikit-learn's name for it. */
export const INFREQUENT = "infrequent_sklearn";

/** Codes of X's columns. */
export interface EncodedColumns {
  /** Number of the category of each row, by column; after grouping. */
  readonly codes: Int32Array[];
  /** For each column which rows hold none of its categories, and are not put among the infrequent; null for none. */
  readonly unknown: (Uint8Array | null)[];
  /** Number of rows. */
  readonly rows: number;
}

/**
 * What encoders of columns share: finding categories, grouping infrequent ones, and giving each value its number.
 *
 * @example
 * ```ts
 * import { BaseEncoder, OneHotEncoder, OrdinalEncoder } from "@troupe/troupe";
 * const X = [["Bonn"], ["Oslo"], ["Bonn"]];
 * for (const encoder of [new OneHotEncoder(), new OrdinalEncoder()]) {
 *   const fitted: BaseEncoder = await encoder.fit(X);
 *   console.log(fitted.categories_); // [["Bonn", "Oslo"]]
 * }
 * ```
 */
export abstract class BaseEncoder extends BaseTransformer {
  /** Categories of each column, or "auto". */
  declare categories: "auto" | readonly ArrayLike<Category>[];
  /** Fewer than this many (or this share, below 1) are infrequent. */
  declare minFrequency: number | null;
  /** At most this many categories a column, the infrequent ones counting as one. */
  declare maxCategories: number | null;
  /** What happens to values that are no categories. */
  declare handleUnknown: string;

  /** Categories of each column, in order. */
  declare categories_: Category[][];
  /** For each column the number of every category once infrequent ones share the last; null where none is. */
  declare grouping_: (Int32Array | null)[];
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /** Fits, then encodes the same samples. */
  // deno-lint-ignore no-explicit-any -- classes that extend this say what they give
  override async fitTransform(X: TableLike, _y?: unknown): Promise<any> {
    const self = this as unknown as {
      fit(X: TableLike): Promise<unknown>;
      transform(X: TableLike): Promise<unknown>;
    };
    await self.fit(X);
    return await self.transform(X);
  }

  /**
   * The infrequent categories of each column; null where there are none.
   *
   * @throws {NotFittedError} before `fit`
   */
  get infrequentCategories_(): (Category[] | null)[] {
    checkIsFitted(this, "infrequentCategories_");
    return this.grouping_.map((grouping, j) => {
      if (grouping === null) return null;
      const last = grouping.reduce((a, b) => Math.max(a, b), 0);
      return this.categories_[j].filter((_, k) => grouping[k] === last);
    });
  }

  /** Whether infrequent categories are grouped at all. */
  protected get groups(): boolean {
    return this.minFrequency !== null || this.maxCategories !== null;
  }

  /** Learns the categories; with `apart`, missing values are never infrequent. */
  protected learn(X: TableLike, apart: boolean): void {
    const name = this.constructor.name;
    const table = checkColumns(X, `${name}.fit`);
    const [n, m] = table.shape;
    const given = this.categories;
    if (given !== "auto" && (!Array.isArray(given) || given.length !== m)) {
      throw new InvalidParameterError(
        `${name}.fit: categories must be "auto" or a list for each of the ${m} columns` +
          (Array.isArray(given) ? `, got ${given.length}` : ""),
      );
    }
    const categories: Category[][] = [];
    const grouping: (Int32Array | null)[] = [];
    for (const [j, column] of table.columns.entries()) {
      let counts: number[] | undefined;
      if (given === "auto") {
        const found = uniqueOf(column);
        categories.push(found.categories);
        counts = found.counts;
      } else {
        categories.push(checkCategories(given[j], j, name));
        if (this.handleUnknown === "error") {
          const codes = codesOf(column, categories[j]);
          if (codes.includes(-1)) {
            throw new InvalidInputError(
              `${name}.fit: column ${j} holds ${unknownOf(column, codes)}, which are none of its categories`,
            );
          }
        }
      }
      if (!this.groups) {
        grouping.push(null);
        continue;
      }
      counts ??= countsOf(column, categories[j]);
      const last = categories[j][categories[j].length - 1];
      if (apart && (last === null || last !== last)) counts = counts.slice(0, -1);
      grouping.push(this.group(counts, n));
    }
    this.categories_ = categories;
    this.grouping_ = grouping;
    rememberFeatures(this, X, m);
  }

  /** The number of each category when those that are too rare share one; null when none is. */
  private group(counts: readonly number[], n: number): Int32Array | null {
    const { minFrequency, maxCategories } = this;
    let least = 0;
    if (minFrequency !== null) least = Number.isInteger(minFrequency) ? minFrequency : n * minFrequency;
    const rare = counts.map((c) => c < least);
    const left = counts.length - rare.filter(Boolean).length + 1;
    if (maxCategories !== null && maxCategories < left) {
      // The rarest go, of equals the earlier.
      const order = counts.map((_, k) => k).sort((a, b) => counts[a] - counts[b] || a - b);
      for (const k of order.slice(0, counts.length - (maxCategories - 1))) rare[k] = true;
    }
    if (!rare.includes(true)) return null;
    const last = rare.filter((r) => !r).length;
    let next = 0;
    return Int32Array.from(rare, (r) => r ? last : next++);
  }

  /**
   * The codes of X's columns.
   *
   * @param grouped whether unknown values go to the infrequent ones where there are any
   * @param fail whether they are an error
   * @param missing code of the missing value of each column, which is not grouped; −1 for none
   */
  protected encode(
    X: TableLike,
    method: string,
    { grouped, fail, missing }: { grouped: boolean; fail: boolean; missing?: readonly number[] },
  ): EncodedColumns & { withUnknown: number[] } {
    const name = this.constructor.name;
    checkIsFitted(this, method);
    const table: Table = checkColumns(X, `${name}.${method}`);
    checkFeatures(this, X as MatrixLike, table.shape[1], method);
    const codes: Int32Array[] = [];
    const unknown: (Uint8Array | null)[] = [];
    const withUnknown: number[] = [];
    for (const [j, column] of table.columns.entries()) {
      const found = codesOf(column, this.categories_[j]);
      const grouping = this.grouping_[j];
      let mask: Uint8Array | null = null;
      if (found.includes(-1)) {
        if (fail) {
          throw new InvalidInputError(
            `${name}.${method}: column ${j} holds ${unknownOf(column, found)}, which fit did not see; handleUnknown ` +
              "says what to do with such values",
          );
        }
        withUnknown.push(j);
        if (!(grouped && grouping !== null)) mask = Uint8Array.from(found, (c) => c < 0 ? 1 : 0);
      }
      if (grouping !== null) {
        const last = grouping.reduce((a, b) => Math.max(a, b), 0);
        const apart = missing?.[j] ?? -1;
        for (let i = 0; i < found.length; i++) {
          const c = found[i];
          if (c < 0) found[i] = last;
          else if (c !== apart) found[i] = grouping[c];
        }
      }
      codes.push(found);
      unknown.push(mask);
    }
    return { codes, unknown, rows: table.shape[0], withUnknown };
  }
}
