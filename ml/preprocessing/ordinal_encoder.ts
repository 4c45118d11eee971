import {
  allocate,
  type ArrayData,
  type Cell,
  type DType,
  fromColumns,
  isIntegral,
  type MatrixLike,
  NDArray,
  type NumericData,
  type Table,
  type TableLike,
  toColumn,
} from "../array/mod.ts";
import { checkIsFitted, featureNamesOf, type Params, resetFitted } from "../base/mod.ts";
import {
  checkArray,
  checkNothingMore,
  checkParameters,
  either,
  integer,
  InvalidInputError,
  InvalidParameterError,
  oneOf,
  type ParameterRule,
} from "../utils/mod.ts";
import { BaseEncoder, INFREQUENT } from "./base_encoder.ts";
import { type Category, isMissing } from "./categories.ts";
import { frequencyRule } from "./one_hot_encoder.ts";

/** Hyperparameters of {@linkcode OrdinalEncoder}. */
export interface OrdinalEncoderOptions {
  /** The categories of each column, numbers going up, a missing value last; found in `fit` if "auto" or left out. */
  categories?: "auto" | readonly ArrayLike<Category>[];
  /** Kind of the output; "float64" if left out. */
  dtype?: DType;
  /** What happens to values that `fit` did not see; "error" if left out. */
  handleUnknown?: "error" | "use_encoded_value";
  /** What they become with "use_encoded_value": a whole number that no category has, or NaN. */
  unknownValue?: number | null;
  /** What missing values become; NaN if left out. */
  encodedMissingValue?: number;
  /** Categories rarer than this share one number: a number of samples, or, below 1, a share. Null if left out. */
  minFrequency?: number | null;
  /** Most numbers for one feature, the infrequent counting as one; null for no limit, if left out. */
  maxCategories?: number | null;
}

const wholeOrNaN: ParameterRule = {
  expected: "a whole number or NaN",
  test: (v) => Number.isInteger(v) || (typeof v === "number" && v !== v),
};

/**
 * The number of its category for each value of each feature. Features may be numbers, text or booleans.
 *
 * @example
 * ```ts
 * import { OrdinalEncoder } from "@troupe/troupe";
 * (await new OrdinalEncoder().fitTransform([["red", 1], ["blue", 3]])).toArray(); // [[1, 0], [0, 1]]
 * ```
 */
export class OrdinalEncoder extends BaseEncoder {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    categories: "auto",
    dtype: "float64",
    handleUnknown: "error",
    unknownValue: null,
    encodedMissingValue: NaN,
    minFrequency: null,
    maxCategories: null,
  };

  /** Kind of the output. */
  declare dtype: DType;
  /** What happens to values that `fit` did not see. */
  declare handleUnknown: "error" | "use_encoded_value";
  /** What they become. */
  declare unknownValue: number | null;
  /** What missing values become. */
  declare encodedMissingValue: number;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: OrdinalEncoderOptions = {}) {
    super(options);
  }

  /**
   * Finds the categories.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @throws {InvalidInputError} when a column mixes numbers and text, or holds what is not among given categories
   * @throws {InvalidParameterError} when `unknownValue` or `encodedMissingValue` is the number of a category
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: TableLike, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    checkParameters("OrdinalEncoder", this.getParams(), {
      dtype: oneOf("float64", "float32", "int32", "uint32", "int16", "uint16", "int8", "uint8"),
      handleUnknown: oneOf("error", "use_encoded_value"),
      unknownValue: either(oneOf(null), wholeOrNaN),
      encodedMissingValue: wholeOrNaN,
      minFrequency: frequencyRule,
      maxCategories: either(oneOf(null), integer({ min: 1 })),
    });
    const { unknownValue, handleUnknown, dtype, encodedMissingValue } = this;
    const whole = isIntegral(dtype);
    if (handleUnknown === "use_encoded_value") {
      if (unknownValue === null) {
        throw new InvalidParameterError(`OrdinalEncoder: handleUnknown "use_encoded_value" needs an unknownValue`);
      }
      if (unknownValue !== unknownValue && whole) {
        throw new InvalidParameterError(`OrdinalEncoder: unknownValue NaN needs a dtype of fractions, not ${dtype}`);
      }
    } else if (unknownValue !== null) {
      throw new InvalidParameterError(`OrdinalEncoder: unknownValue needs handleUnknown "use_encoded_value"`);
    }
    resetFitted(this);
    this.learn(X, true);
    try {
      for (let j = 0; j < this.categories_.length; j++) {
        const missing = this.missing(j) >= 0;
        const known = this.width(j) - (missing && this.grouping_[j] === null ? 1 : 0);
        if (unknownValue !== null && unknownValue >= 0 && unknownValue < known) {
          throw new InvalidParameterError(
            `OrdinalEncoder: unknownValue ${unknownValue} is already the number of a category of column ${j}`,
          );
        }
        if (!missing) continue;
        if (encodedMissingValue !== encodedMissingValue && whole) {
          throw new InvalidParameterError(
            `OrdinalEncoder: column ${j} misses values, which ${dtype} cannot say; set encodedMissingValue, or dtype`,
          );
        }
        if (encodedMissingValue >= 0 && encodedMissingValue < known) {
          throw new InvalidParameterError(
            `OrdinalEncoder: encodedMissingValue ${encodedMissingValue} is already the number of a category of column ${j}`,
          );
        }
      }
    } catch (error) {
      resetFitted(this);
      throw error;
    }
    return this;
  }

  /** The number of the missing value in `categories_[j]`; −1 for none. */
  private missing(j: number): number {
    const last = this.categories_[j].length - 1;
    return last >= 0 && isMissing(this.categories_[j][last]) ? last : -1;
  }

  /** How many numbers column `j` has, the missing value's only counting where nothing is grouped. */
  private width(j: number): number {
    const grouping = this.grouping_[j];
    return grouping === null ? this.categories_[j].length : grouping.reduce((a, b) => Math.max(a, b), 0) + 1;
  }

  /**
   * The numbers of samples' categories.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} at a value that `fit` did not see, with `handleUnknown: "error"`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: TableLike): Promise<NDArray<NumericData>> {
    checkIsFitted(this, "transform");
    const missing = this.categories_.map((_, j) => this.missing(j));
    const { codes, unknown, rows } = this.encode(X, "transform", {
      grouped: false,
      fail: this.handleUnknown === "error",
      missing,
    });
    const m = codes.length;
    const out = allocate(this.dtype, rows * m) as NumericData;
    for (let j = 0; j < m; j++) {
      const mask = unknown[j];
      for (let i = 0, at = j; i < rows; i++, at += m) {
        const c = codes[j][i];
        if (mask !== null && mask[i] === 1) out[at] = this.unknownValue as number;
        else out[at] = c === missing[j] ? this.encodedMissingValue : c;
      }
    }
    return new NDArray(out, [rows, m], this.dtype);
  }

  /**
   * The categories that numbers stand for. Infrequent ones come back as "infrequent_sklearn", unknown ones as null.
   *
   * @param X encoded samples, as `transform` gives them
   * @returns an array where all columns are of one kind, else a table
   * @throws {InvalidInputError} when X has another number of columns, or a number that stands for nothing
   */
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(X: MatrixLike): Promise<NDArray<ArrayData> | Table> {
    checkIsFitted(this, "inverseTransform");
    const who = "OrdinalEncoder.inverseTransform";
    const { data, shape: [n, m] } = checkArray(X, { caller: who, forceAllFinite: "allow-nan" });
    if (m !== this.categories_.length) {
      throw new InvalidInputError(`${who}: X has ${m} columns, expected ${this.categories_.length}`);
    }
    const columns = this.categories_.map((categories, j) => {
      const grouping = this.grouping_[j];
      const last = this.width(j) - 1;
      const kept = grouping === null ? categories : [...categories.filter((_, k) => grouping[k] < last), INFREQUENT];
      const missing = this.missing(j);
      const missed = missing < 0 ? undefined : categories[missing];
      let gaps = false;
      const cells: Cell[] = Array.from({ length: n }, (_, i) => {
        const v = data[i * m + j];
        if (missed !== undefined && Object.is(v, this.encodedMissingValue)) return missed;
        if (this.unknownValue !== null && Object.is(v, this.unknownValue)) {
          gaps = true;
          return null;
        }
        if (!(v >= 0 && v < kept.length)) {
          throw new InvalidInputError(`${who}: ${v} at [${i}, ${j}] is the number of no category`);
        }
        return kept[Math.trunc(v)];
      });
      return gaps ? cells : toColumn(cells);
    });
    return fromColumns(columns, this.featureNamesIn_);
  }

  /**
   * The names of the columns: those of the input.
   *
   * @param inputFeatures names of the features; those seen in `fit`, or x0, x1, …, if left out
   * @throws {NotFittedError} before `fit`
   */
  getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[] {
    return featureNamesOf(this, inputFeatures);
  }
}
