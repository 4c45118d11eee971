import {
  type ArrayData,
  type Cell,
  type Column,
  fromColumns,
  kindOf,
  NDArray,
  type NumericData,
  type Table,
  type TableLike,
  toColumn,
  toTable,
} from "../array/mod.ts";
import {
  BaseTransformer,
  checkFeatures,
  checkIsFitted,
  featureNamesOf,
  type Params,
  rememberFeatures,
  resetFitted,
} from "../base/mod.ts";
import {
  bool,
  callable,
  checkNothingMore,
  checkParameters,
  compareText,
  either,
  InvalidInputError,
  InvalidParameterError,
  oneOf,
  type ParameterRule,
  warn,
} from "../utils/mod.ts";
import { plainFill, plainMeans } from "./plain.ts";

/** A strategy of your own: gets the values of a column that are there, and gives what stands in for the others. */
export type ImputeFunction = (column: Float64Array) => number;

/** Hyperparameters of {@linkcode SimpleImputer}. */
export interface SimpleImputerOptions {
  /** What stands for a missing value; NaN, with which null counts too, if left out. */
  missingValues?: Cell;
  /** What takes its place; "mean" if left out. The first two need numbers. */
  strategy?: "mean" | "median" | "most_frequent" | "constant" | ImputeFunction;
  /** What takes its place with "constant"; 0, or "missing_value" in text, if null or left out. */
  fillValue?: Cell;
  /** Whether columns follow that say where values were missing; false if left out. */
  addIndicator?: boolean;
  /** Whether a column without any value in `fit` is kept, filled with 0 (or the constant); false if left out. */
  keepEmptyFeatures?: boolean;
}

const cell: ParameterRule = {
  expected: "a number, text, true, false or null",
  test: (v) => v === null || ["number", "string", "boolean"].includes(typeof v),
};

/**
 * Puts something in the place of missing values, column by column.
 *
 * @example
 * ```ts
 * import { SimpleImputer } from "@troupe/troupe";
 * (await new SimpleImputer().fitTransform([[1, 2], [NaN, 4], [5, NaN]])).toArray(); // [[1, 2], [3, 4], [5, 3]]
 * await new SimpleImputer({ strategy: "most_frequent" }).fitTransform([["a"], [null], ["a"]]);
 * ```
 */
export class SimpleImputer extends BaseTransformer {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    missingValues: NaN,
    strategy: "mean",
    fillValue: null,
    addIndicator: false,
    keepEmptyFeatures: false,
  };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    copy: "the input is never changed, so there is nothing to choose",
  };

  /** What stands for a missing value. */
  declare missingValues: Cell;
  /** What takes its place. */
  declare strategy: "mean" | "median" | "most_frequent" | "constant" | ImputeFunction;
  /** What takes its place with "constant". */
  declare fillValue: Cell;
  /** Whether columns follow that say where values were missing. */
  declare addIndicator: boolean;
  /** Whether a column without any value is kept. */
  declare keepEmptyFeatures: boolean;

  /** What takes the place of missing values, shape [nFeatures]; NaN for a column that is left out, having no value. */
  declare statistics_: NDArray<Float64Array> | Cell[];
  /** Numbers of the columns that missed values in `fit` and get an indicator, shape [nIndicators]; null without `addIndicator`. */
  declare indicatorFeatures_: NDArray<Int32Array> | null;
  /** Whether each column held numbers. */
  declare numeric_: boolean[];
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: SimpleImputerOptions = {}) {
    super(options);
  }

  /** X's columns, checked. */
  private input(X: TableLike, method: string): Table {
    const who = `SimpleImputer.${method}`;
    const table = toTable(X, `${who}: X`);
    const [n, m] = table.shape;
    if (n < 1 || m < 1) {
      throw new InvalidInputError(`${who}: X has shape [${n}, ${m}]; at least one sample and one feature are required`);
    }
    const { missingValues, strategy } = this;
    const nanCounts = typeof missingValues === "number" && missingValues !== missingValues;
    for (const [j, column] of table.columns.entries()) {
      const kind = kindOf(column);
      const name = table.names[j];
      const text = kind === "string" || kind === "mixed" || kind === "boolean";
      const empty = Array.isArray(column) && column.every((v) => v === null || v !== v);
      if (text && !empty && strategy !== "most_frequent" && strategy !== "constant") {
        const shown = typeof strategy === "function" ? strategy.name || "function" : strategy;
        throw new InvalidInputError(
          `${who}: strategy ${shown} needs numbers, but column ${j} (${name}) holds ${
            kind === "boolean" ? "booleans" : "text"
          }; "most_frequent" and "constant" take it`,
        );
      }
      if (nanCounts) continue;
      for (let i = 0; i < n; i++) {
        const v = column[i];
        if (v !== v || (v === null && missingValues !== null)) {
          throw new InvalidInputError(`${who}: X contains ${v === null ? "null" : "NaN"}, first at [${i}, ${j}]`);
        }
      }
    }
    for (const [j, column] of table.columns.entries()) {
      let at = -1;
      for (let i = 0; i < n && at < 0; i++) if (column[i] === Infinity || column[i] === -Infinity) at = i;
      if (at >= 0) throw new InvalidInputError(`${who}: X contains infinity, first at [${at}, ${j}]`);
    }
    return table;
  }

  /** Where values are missing in a column: ones. */
  private maskOf(column: Column): Uint8Array {
    const { missingValues } = this;
    const mask = new Uint8Array(column.length);
    if (missingValues !== missingValues && !Array.isArray(column)) {
      for (let i = 0; i < mask.length; i++) if (column[i] !== column[i]) mask[i] = 1;
    } else if (missingValues !== missingValues) {
      for (let i = 0; i < mask.length; i++) if (column[i] === null || column[i] !== column[i]) mask[i] = 1;
    } else for (let i = 0; i < mask.length; i++) if (column[i] === missingValues) mask[i] = 1;
    return mask;
  }

  /**
   * Learns what takes the place of missing values.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @throws {InvalidInputError} when the strategy needs numbers and there is text, or X holds infinities
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(X: TableLike, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    checkParameters("SimpleImputer", this.getParams(), {
      missingValues: cell,
      strategy: either(oneOf("mean", "median", "most_frequent", "constant"), callable),
      fillValue: cell,
      addIndicator: bool,
      keepEmptyFeatures: bool,
    });
    resetFitted(this);
    const quick = this.quickMeans(X);
    if (quick !== undefined) {
      this.statistics_ = new NDArray(quick);
      this.numeric_ = new Array(quick.length).fill(true);
      this.indicatorFeatures_ = null;
      rememberFeatures(this, X, quick.length);
      return this;
    }
    const table = this.input(X, "fit");
    const statistics: Cell[] = [];
    const numeric: boolean[] = [];
    const missed: number[] = [];
    for (const [j, column] of table.columns.entries()) {
      const mask = this.maskOf(column);
      const there = Array.isArray(column) ? column.filter((_, i) => mask[i] === 0) : presentNumbers(column, mask);
      if (there.length < mask.length) missed.push(j);
      // A column of nothing but null may have been of anything: it is of what takes its place.
      const isNumeric = !Array.isArray(column) || there.length === 0;
      const statistic = this.statisticOf(there, isNumeric, j);
      numeric.push(isNumeric && typeof statistic !== "string");
      statistics.push(statistic);
    }
    this.statistics_ = statistics.every((s) => typeof s === "number")
      ? new NDArray(Float64Array.from(statistics as number[]))
      : statistics;
    this.numeric_ = numeric;
    this.indicatorFeatures_ = this.addIndicator ? new NDArray(Int32Array.from(missed)) : null;
    rememberFeatures(this, X, table.shape[1]);
    return this;
  }

  /** The means of the usual case; undefined where something is out of the ordinary. */
  private quickMeans(X: TableLike): Float64Array | undefined {
    if (this.strategy !== "mean" || this.addIndicator || typeof this.missingValues !== "number") return undefined;
    return plainMeans(X, this.missingValues);
  }

  /** What takes the place of missing values in a column with these others. */
  private statisticOf(there: Float64Array | readonly Cell[], numeric: boolean, j: number): Cell {
    const { strategy, fillValue } = this;
    if (strategy === "constant") {
      if (there.length === 0 && !this.keepEmptyFeatures) return NaN;
      if (fillValue === null) return numeric ? 0 : "missing_value";
      if (there.length > 0 && numeric !== (typeof fillValue === "number")) {
        throw new InvalidParameterError(
          `SimpleImputer: fillValue ${JSON.stringify(fillValue)} does not fit column ${j}, which holds ${
            numeric ? "numbers" : "text"
          }`,
        );
      }
      return fillValue;
    }
    if (there.length === 0) return this.keepEmptyFeatures ? 0 : NaN;
    if (strategy === "most_frequent") return mostFrequent(there);
    const numbers = there instanceof Float64Array ? there : Float64Array.from(there as number[]);
    if (typeof strategy === "function") return Number(strategy(numbers));
    if (strategy === "mean") {
      let sum = 0;
      for (const v of numbers) sum += v;
      return sum / numbers.length;
    }
    numbers.sort();
    const half = numbers.length >> 1;
    return numbers.length % 2 === 1 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
  }

  /** Fits, then fills in the same samples. */
  override async fitTransform(X: TableLike, _y?: unknown): Promise<NDArray<ArrayData>> {
    await this.fit(X);
    return await this.transform(X);
  }

  /**
   * Fills in what is missing.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @returns an array where all columns are of one kind, else a {@linkcode Table} (which all estimators take)
   * @throws {NotFittedError} before `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(X: TableLike): Promise<NDArray<ArrayData>> {
    checkIsFitted(this, "transform");
    const quick = this.quickFill(X);
    if (quick !== undefined) return quick;
    const table = this.input(X, "transform");
    checkFeatures(this, X, table.shape[1], "transform");
    const statistics = this.cells();
    const out: Column[] = [];
    const left: string[] = [];
    for (const [j, column] of table.columns.entries()) {
      const value = statistics[j];
      if (value !== value && !this.keepEmptyFeatures) {
        left.push(table.names[j]);
        continue;
      }
      const mask = this.maskOf(column);
      if (this.numeric_[j]) {
        if (!Array.isArray(column)) {
          const filled = new Float64Array(column);
          for (let i = 0; i < filled.length; i++) if (mask[i] === 1) filled[i] = value as number;
          out.push(filled);
          continue;
        }
        const numbers = Float64Array.from({ length: mask.length }, (_, i) => {
          const v = mask[i] === 1 ? value : column[i];
          if (typeof v === "string") {
            throw new InvalidInputError(
              `SimpleImputer.transform: column ${j} (${table.names[j]}) holds text, but it held numbers in fit`,
            );
          }
          return v === null ? NaN : Number(v);
        });
        out.push(numbers);
      } else out.push(Array.from({ length: mask.length }, (_, i) => mask[i] === 1 ? value : column[i]));
    }
    if (left.length > 0 && this.strategy !== "constant") {
      warn(
        `SimpleImputer: columns without any value in fit are left out: ${
          left.join(", ")
        }; keepEmptyFeatures keeps them`,
      );
    }
    for (const j of this.indicatorFeatures_?.data ?? []) {
      out.push(Float64Array.from(this.maskOf(table.columns[j])));
    }
    if (out.length === 0) return new NDArray(new Float64Array(0), [table.shape[0], 0]);
    return fromColumns(out, this.featureNamesIn_ && this.getFeatureNamesOut()) as NDArray<ArrayData>;
  }

  /** The usual case filled in; undefined where something is out of the ordinary. */
  private quickFill(X: TableLike): NDArray<Float64Array> | undefined {
    const { statistics_, indicatorFeatures_, missingValues } = this;
    const usual = indicatorFeatures_ === null && statistics_ instanceof NDArray && this.numeric_.every(Boolean);
    return usual && typeof missingValues === "number" ? plainFill(X, missingValues, statistics_.data) : undefined;
  }

  /** The statistics as a list. */
  private cells(): Cell[] {
    return this.statistics_ instanceof NDArray ? Array.from(this.statistics_.data) : this.statistics_;
  }

  /**
   * Puts missing values back where the indicators say.
   *
   * @param X as `transform` gives it
   * @throws {InvalidParameterError} without `addIndicator`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(X: TableLike): Promise<NDArray<ArrayData>> {
    checkIsFitted(this, "inverseTransform");
    if (this.indicatorFeatures_ === null) {
      throw new InvalidParameterError("SimpleImputer.inverseTransform: needs addIndicator, to know what was missing");
    }
    const table = toTable(X, "SimpleImputer.inverseTransform: X");
    const statistics = this.cells();
    const kept = statistics.map((s) => s === s || this.keepEmptyFeatures);
    const values = kept.filter(Boolean).length;
    const indicated = Array.from(this.indicatorFeatures_.data);
    if (table.shape[1] !== values + indicated.length) {
      throw new InvalidInputError(
        `SimpleImputer.inverseTransform: X has ${table.shape[1]} features, expected ${values + indicated.length}`,
      );
    }
    let next = 0;
    const columns = statistics.map((_, j): Column => {
      const column = kept[j] ? table.columns[next++] : undefined;
      const at = indicated.indexOf(j);
      const mask = at < 0 ? undefined : table.columns[values + at] as NumericData;
      return toColumn(Array.from({ length: table.shape[0] }, (_, i): Cell => {
        return column === undefined || (mask !== undefined && mask[i] !== 0) ? this.missingValues : column[i];
      }));
    });
    return fromColumns(columns, this.featureNamesIn_) as NDArray<ArrayData>;
  }

  /**
   * The names of the columns that `transform` gives; indicators have "missingindicator_" before theirs.
   *
   * @param inputFeatures names of the features; those seen in `fit`, or x0, x1, …, if left out
   * @throws {NotFittedError} before `fit`
   */
  getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[] {
    const names = featureNamesOf(this, inputFeatures);
    const statistics = this.cells();
    return [
      ...names.filter((_, j) => statistics[j] === statistics[j] || this.keepEmptyFeatures),
      ...Array.from(this.indicatorFeatures_?.data ?? [], (j) => `missingindicator_${names[j]}`),
    ];
  }
}

/** The numbers of a column that are there. */
function presentNumbers(column: NumericData, mask: Uint8Array): Float64Array {
  const out = new Float64Array(column.length);
  let count = 0;
  for (let i = 0; i < column.length; i++) if (mask[i] === 0) out[count++] = column[i];
  return out.subarray(0, count);
}

/** The value that is there most often; of equals the smallest. */
function mostFrequent(values: Float64Array | readonly Cell[]): Cell {
  const counts = new Map<Cell, number>();
  for (const v of values) counts.set(v, (counts.get(v) ?? 0) + 1);
  let best: Cell = null;
  let most = 0;
  for (const [v, count] of counts) {
    if (count > most || (count === most && before(v, best))) {
      best = v;
      most = count;
    }
  }
  return best;
}

function before(a: Cell, b: Cell): boolean {
  return typeof a === "string" && typeof b === "string" ? compareText(a, b) < 0 : Number(a) < Number(b);
}
