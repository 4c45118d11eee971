import {
  allocate,
  type ArrayData,
  type Cell,
  type Column,
  type DType,
  fromColumns,
  type MatrixLike,
  NDArray,
  type NumericData,
  type Table,
  type TableLike,
  toColumn,
} from "../array/mod.ts";
import { checkIsFitted, featureNamesOf, type Params, resetFitted } from "../base/mod.ts";
import {
  callable,
  checkArray,
  checkNothingMore,
  checkParameters,
  either,
  integer,
  InvalidInputError,
  InvalidParameterError,
  oneOf,
  real,
  warn,
} from "../utils/mod.ts";
import { BaseEncoder, INFREQUENT } from "./base_encoder.ts";
import { type Category, isMissing } from "./categories.ts";

/** Hyperparameters of {@linkcode OneHotEncoder}. */
export interface OneHotEncoderOptions {
  /** The categories of each column, numbers going up, a missing value last; found in `fit` if "auto" or left out. */
  categories?: "auto" | readonly ArrayLike<Category>[];
  /** Which category of each column gets no column: the first, the first of two, or these; none if null or left out. */
  drop?: "first" | "if_binary" | ArrayLike<Category> | null;
  /** Kind of the output; "float64" if left out. */
  dtype?: DType;
  /** What happens to values that `fit` did not see; "error" if left out. */
  handleUnknown?: "error" | "ignore" | "infrequent_if_exist" | "warn";
  /** Categories rarer than this share one column: a number of samples, or, below 1, a share. Null if left out. */
  minFrequency?: number | null;
  /** Most columns for one feature, the infrequent counting as one; null for no limit, if left out. */
  maxCategories?: number | null;
  /** Makes a column's name of a feature's name and a category; "concat", `feature_category`, if left out. */
  featureNameCombiner?: "concat" | ((feature: string, category: Category) => string);
}

/**
 * A column of zeros and ones for each category of each feature. Features may be numbers, text or booleans; a missing
 * value (null, NaN) is a category of its own.
 *
 * @example
 * ```ts
 * import { OneHotEncoder } from "@troupe/troupe";
 * const encoder = await new OneHotEncoder({ handleUnknown: "ignore" }).fit([["red", 1], ["blue", 3]]);
 * (await encoder.transform([["red", 3], ["green", 1]])).toArray(); // [[0, 1, 0, 1], [0, 0, 1, 0]]
 * encoder.getFeatureNamesOut(["colour", "size"]); // ["colour_blue", "colour_red", "size_1", "size_3"]
 * ```
 */
export class OneHotEncoder extends BaseEncoder {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    categories: "auto",
    drop: null,
    dtype: "float64",
    handleUnknown: "error",
    minFrequency: null,
    maxCategories: null,
    featureNameCombiner: "concat",
  };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    sparseOutput: "there are no sparse arrays; the output is always dense",
  };

  /** Which category gets no column. */
  declare drop: "first" | "if_binary" | ArrayLike<Category> | null;
  /** Kind of the output. */
  declare dtype: DType;
  /** What happens to values that `fit` did not see. */
  declare handleUnknown: "error" | "ignore" | "infrequent_if_exist" | "warn";
  /** How names of columns are made. */
  declare featureNameCombiner: "concat" | ((feature: string, category: Category) => string);

  /** Number of the dropped category in each of `categories_`; null for a column that keeps all, or when all do. */
  declare dropIdx_: (number | null)[] | null;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: OneHotEncoderOptions = {}) {
    super(options);
  }

  /**
   * Finds the categories.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @throws {InvalidInputError} when a column mixes numbers and text, or holds what is not among given categories
   * @throws {InvalidParameterError} when a category to drop was not found
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: TableLike, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    const { drop } = this;
    checkParameters("OneHotEncoder", { ...this.getParams(), drop: typeof drop === "string" ? drop : null }, {
      drop: oneOf("first", "if_binary", null),
      dtype: oneOf("float64", "float32", "int32", "uint32", "int16", "uint16", "int8", "uint8", "bool"),
      handleUnknown: oneOf("error", "ignore", "infrequent_if_exist", "warn"),
      minFrequency: frequencyRule,
      maxCategories: either(oneOf(null), integer({ min: 1 })),
      featureNameCombiner: either(oneOf("concat"), callable),
    });
    resetFitted(this);
    this.learn(X, false);
    try {
      this.dropIdx_ = this.findDropped();
    } catch (error) {
      resetFitted(this);
      throw error;
    }
    return this;
  }

  /** Which category of each column is dropped, by its number in `categories_`. */
  private findDropped(): (number | null)[] | null {
    const { drop, categories_, grouping_ } = this;
    if (drop === null) return null;
    const backFrom = (j: number, k: number): number => grouping_[j] === null ? k : grouping_[j].indexOf(k);
    if (drop === "first") return categories_.map((_, j) => backFrom(j, 0));
    if (drop === "if_binary") return categories_.map((_, j) => this.width(j) === 2 ? backFrom(j, 0) : null);
    const list = Array.from(drop as ArrayLike<Category>);
    if (list.length !== categories_.length) {
      throw new InvalidParameterError(
        `OneHotEncoder: drop must have a category for each of the ${categories_.length} columns, got ${list.length}`,
      );
    }
    return list.map((value, j) => {
      const k = categories_[j].findIndex((c) => c === value || (isMissing(c) && isMissing(value)));
      if (k < 0) {
        throw new InvalidParameterError(
          `OneHotEncoder: drop[${j}], ${value}, is not among the categories of column ${j}`,
        );
      }
      const grouping = grouping_[j];
      if (grouping !== null && grouping[k] === Math.max(...grouping)) {
        throw new InvalidParameterError(
          `OneHotEncoder: drop[${j}], ${value}, is infrequent and cannot be dropped alone`,
        );
      }
      return k;
    });
  }

  /** How many categories column `j` has after grouping. */
  private width(j: number): number {
    const grouping = this.grouping_[j];
    return grouping === null ? this.categories_[j].length : grouping.reduce((a, b) => Math.max(a, b), 0) + 1;
  }

  /** The dropped category of column `j` after grouping; −1 for none. */
  private dropped(j: number): number {
    const k = this.dropIdx_?.[j] ?? null;
    if (k === null) return -1;
    return this.grouping_[j]?.[k] ?? k;
  }

  /** The categories of column `j` after grouping. */
  private shown(j: number): Category[] {
    const grouping = this.grouping_[j];
    if (grouping === null) return this.categories_[j];
    const last = this.width(j) - 1;
    return [...this.categories_[j].filter((_, k) => grouping[k] < last), INFREQUENT];
  }

  /**
   * Zeros and ones for samples.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @returns shape [nSamples, sum of the numbers of categories]
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} at a value that `fit` did not see, with `handleUnknown: "error"`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: TableLike): Promise<NDArray<NumericData>> {
    const { handleUnknown } = this;
    const grouped = handleUnknown === "infrequent_if_exist" || handleUnknown === "warn";
    const { codes, unknown, rows, withUnknown } = this.encode(X, "transform", {
      grouped,
      fail: handleUnknown === "error",
    });
    if (withUnknown.length > 0 && (handleUnknown === "warn" || this.dropIdx_ !== null)) {
      const become = grouped ? "the infrequent category, or zeros where there is none" : "zeros";
      warn(
        `OneHotEncoder.transform: columns [${withUnknown.join(", ")}] hold categories that fit did not see; ` +
          `they become ${become}`,
      );
    }
    const m = codes.length;
    const widths = codes.map((_, j) => this.width(j) - (this.dropped(j) < 0 ? 0 : 1));
    const total = widths.reduce((a, b) => a + b, 0);
    const out = allocate(this.dtype, rows * total) as NumericData;
    let start = 0;
    for (let j = 0; j < m; j++) {
      const gone = this.dropped(j);
      const mask = unknown[j];
      const own = codes[j];
      for (let i = 0; i < rows; i++) {
        const c = own[i];
        if (c < 0 || c === gone || (mask !== null && mask[i] === 1)) continue;
        out[i * total + start + (gone >= 0 && c > gone ? c - 1 : c)] = 1;
      }
      start += widths[j];
    }
    return new NDArray(out, [rows, total], this.dtype);
  }

  /**
   * The categories that zeros and ones stand for. Infrequent ones come back as "infrequent_sklearn", unknown ones (all
   * zeros) as null.
   *
   * @param X encoded samples, as `transform` gives them
   * @returns an array where all columns are of one kind, else a table
   * @throws {InvalidInputError} when X has another number of columns, or a row of zeros that stands for nothing
   */
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(X: MatrixLike): Promise<NDArray<ArrayData> | Table> {
    checkIsFitted(this, "inverseTransform");
    const { data, shape: [n, width] } = checkArray(X, { caller: "OneHotEncoder.inverseTransform" });
    const m = this.categories_.length;
    const total = this.categories_.reduce((sum, _, j) => sum + this.width(j) - (this.dropped(j) < 0 ? 0 : 1), 0);
    if (width !== total) {
      throw new InvalidInputError(`OneHotEncoder.inverseTransform: X has ${width} columns, expected ${total}`);
    }
    const columns: Column[] = [];
    for (let j = 0, start = 0; j < m; j++) {
      const all = this.shown(j);
      const gone = this.dropped(j);
      const kept = all.filter((_, k) => k !== gone);
      const ignored = this.handleUnknown === "ignore" ||
        (this.handleUnknown !== "error" && this.grouping_[j] === null);
      const cells: Cell[] = new Array(n);
      for (let i = 0; i < n; i++) {
        let best = 0;
        let sum = 0;
        for (let k = 0; k < kept.length; k++) {
          const v = data[i * width + start + k];
          sum += v;
          if (v > data[i * width + start + best]) best = k;
        }
        if (sum !== 0) cells[i] = kept[best];
        else if (gone >= 0) cells[i] = all[gone];
        else if (ignored) cells[i] = null;
        else {
          throw new InvalidInputError(
            `OneHotEncoder.inverseTransform: row ${i} has only zeros for feature ${j}, which stands for no category`,
          );
        }
      }
      // An unknown number is null, not NaN, and so its column stays a list.
      const unknown = cells.includes(null) && !all.some(isMissing);
      columns.push(unknown ? cells : toColumn(cells));
      start += kept.length;
    }
    return fromColumns(columns, this.featureNamesIn_);
  }

  /**
   * The names of the columns: `feature_category`.
   *
   * @param inputFeatures names of the features; those seen in `fit`, or x0, x1, …, if left out
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidParameterError} when `featureNameCombiner` gives no text
   */
  getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[] {
    const { featureNameCombiner: combine } = this;
    return featureNamesOf(this, inputFeatures).flatMap((name, j) => {
      const gone = this.dropped(j);
      return this.shown(j).filter((_, k) => k !== gone).map((category) => {
        if (typeof combine !== "function") return `${name}_${isMissing(category) ? "nan" : category}`;
        const made = combine(name, category);
        if (typeof made !== "string") {
          throw new InvalidParameterError(`OneHotEncoder: featureNameCombiner must give text, got ${typeof made}`);
        }
        return made;
      });
    });
  }
}

/** A whole number of samples, or a share of them. */
export const frequencyRule: ReturnType<typeof either> = either(
  oneOf(null),
  integer({ min: 1 }),
  real({ above: 0, max: 1 }),
);
