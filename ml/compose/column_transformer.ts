import { type ArrayData, type LabelsLike, NDArray, stackColumns, Table, type TableLike } from "../array/mod.ts";
import {
  BaseComposition,
  checkFeatures,
  checkIsFitted,
  clone,
  featureNamesOf,
  type Params,
  rememberFeatures,
  resetFitted,
} from "../base/mod.ts";
import { delayed, Parallel } from "../parallel/mod.ts";
import { fitTransformOne, transformOne } from "../pipeline/mod.ts";
import {
  bool,
  callable,
  checkNothingMore,
  checkParameters,
  didYouMean,
  either,
  InvalidInputError,
  InvalidParameterError,
  joinNames,
  mapping,
  nameParts,
  oneOf,
  type ParameterRule,
  UnknownNameError,
  weighted,
} from "../utils/mod.ts";
import { asColumns, type ColumnSelection, resolveColumns, takeColumns } from "./selection.ts";

/** A part: its name, a transformer ("drop" for none, "passthrough" for columns as they are), and its columns. */
export type ColumnPart = readonly [
  name: string,
  transformer: object | "drop" | "passthrough",
  columns: ColumnSelection,
];

/** Parameters of {@linkcode ColumnTransformer} beyond its transformers. */
export interface ColumnTransformerOptions {
  /** What happens to columns that nobody picked: a transformer, or "drop", if left out, or "passthrough". */
  remainder?: object | "drop" | "passthrough";
  /** How many transformers are fitted at once, on the parallel backend in force; 1 if null or left out. */
  nJobs?: number | null;
  /** Factor for what transformers give, by name. */
  transformerWeights?: Readonly<Record<string, number>> | null;
  /** Whether to say how long each took; false if left out. */
  verbose?: boolean;
  /**
   * Whether names of features begin with that of their transformer; true if left out. Text such as
   * "{transformer_name}:{feature_name}", or a function of both, says how.
   */
  verboseFeatureNamesOut?: boolean | string | ((transformer: string, feature: string) => string);
}

/** Where a transformer's columns stand in what comes out. */
export interface OutputRange {
  /** The first. */
  start: number;
  /** The one after the last. */
  stop: number;
}

const text: ParameterRule = { expected: "text", test: (v) => typeof v === "string" };

/**
 * Transformers for some columns each; what they give stands side by side. Hyperparameters of transformers have their
 * name before them: `numbers__withMean`.
 *
 * @example
 * ```ts
 * import { ColumnTransformer, OneHotEncoder, StandardScaler, Table } from "@troupe/troupe";
 * const X = new Table({ age: [30, 40], city: ["Oslo", "Rome"], id: [1, 2] });
 * const transformer = new ColumnTransformer([
 *   ["numbers", new StandardScaler(), ["age"]],
 *   ["words", new OneHotEncoder(), ["city"]],
 * ]);
 * (await transformer.fitTransform(X)).toArray(); // [[-1, 1, 0], [1, 0, 1]]
 * transformer.getFeatureNamesOut(); // ["numbers__age", "words__city_Oslo", "words__city_Rome"]
 * ```
 */
export class ColumnTransformer extends BaseComposition {
  /** Which hyperparameter is the list of the parts. */
  static override readonly parts: string = "transformers";
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    transformers: null,
    remainder: "drop",
    nJobs: null,
    transformerWeights: null,
    verbose: false,
    verboseFeatureNamesOut: true,
  };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    sparseThreshold: "there are no sparse arrays; the output is always dense",
  };

  /** Names, transformers and columns. */
  declare transformers: readonly ColumnPart[];
  /** What happens to the other columns. */
  declare remainder: object | "drop" | "passthrough";
  /** How many transformers are fitted at once. */
  declare nJobs: number | null;
  /** Factor for what transformers give, by name. */
  declare transformerWeights: Readonly<Record<string, number>> | null;
  /** Whether it says how long each took. */
  declare verbose: boolean;
  /** How names of features are made. */
  declare verboseFeatureNamesOut: boolean | string | ((transformer: string, feature: string) => string);

  /** Names, fitted transformers, and the numbers of their columns; the remainder last, where there is one. */
  declare transformers_: [name: string, transformer: object | "drop" | "passthrough", columns: number[]][];
  /** Where each transformer's columns stand in what comes out; the remainder's, too, 0 to 0 where there is none. */
  declare outputIndices_: Record<string, OutputRange>;
  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /**
   * Transformers for columns.
   *
   * @param transformers names, transformers and columns
   * @param options the rest
   * @throws {UnknownNameError} at an option that there is not, with the nearest that there is
   */
  constructor(transformers: readonly ColumnPart[], options?: ColumnTransformerOptions);
  /**
   * Everything in one object.
   *
   * @param options everything by name
   */
  constructor(options: ColumnTransformerOptions & { transformers: readonly ColumnPart[] });
  constructor(first: readonly ColumnPart[] | object, options: ColumnTransformerOptions = {}) {
    super(Array.isArray(first) ? { ...options, transformers: first } : first);
  }

  /** What kind of estimator it is. */
  get estimatorType(): "transformer" {
    return "transformer";
  }

  /**
   * The fitted transformers by name.
   *
   * @throws {NotFittedError} before `fit`
   */
  get namedTransformers_(): Readonly<Record<string, object | "drop" | "passthrough">> {
    checkIsFitted(this, "namedTransformers_");
    return Object.fromEntries(this.transformers_.map(([name, t]) => [name, t]));
  }

  /** Checks the list, and the names of the weights. */
  private check(): void {
    this.checkNames();
    checkParameters("ColumnTransformer", this.getParams(false), {
      transformerWeights: either(oneOf(null), mapping),
      verbose: bool,
      verboseFeatureNamesOut: either(bool, text, callable),
    });
    for (const [name, transformer] of [...this.transformers, ["remainder", this.remainder] as const]) {
      if (transformer === "drop" || transformer === "passthrough") continue;
      const t = transformer as { fit?: unknown; transform?: unknown } | null;
      if (typeof t?.fit !== "function" || typeof t.transform !== "function") {
        throw new InvalidParameterError(
          `ColumnTransformer: ${name} must have fit() and transform(), or be "drop" or "passthrough"`,
        );
      }
    }
    const names = [...this.transformers.map(([name]) => name), "remainder"];
    for (const name of Object.keys(this.transformerWeights ?? {})) {
      if (!names.includes(name)) {
        throw new UnknownNameError(
          `ColumnTransformer: transformerWeights: no transformer ${JSON.stringify(name)}; ${didYouMean(name, names)}`,
        );
      }
    }
  }

  /**
   * Fits each transformer to its columns. The transformers given stay as they are; clones are fitted.
   *
   * @param X samples, shape [nSamples, nFeatures]; a {@linkcode Table} where columns are picked by name
   * @param y targets
   * @throws {InvalidInputError} when a column is not there
   */
  async fit(X: TableLike, y?: LabelsLike | null, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    await this.fitTransform(X, y);
    return this;
  }

  /**
   * Fits each transformer to its columns, and gives what they make of the same samples, side by side.
   *
   * @throws {InvalidInputError} when X has no rows, or not the columns that are asked for
   * @throws {UnknownNameError} when columns are asked for by a name that there is not
   * @throws {InvalidParameterError} when columns are not told in a way that there is, or a part is no transformer
   */
  async fitTransform(X: TableLike, y?: LabelsLike | null): Promise<NDArray<ArrayData>> {
    this.check();
    resetFitted(this);
    const table = asColumns(X, "ColumnTransformer.fit");
    const [, m] = table.shape;
    const parts = this.transformers.map(([name, transformer, columns]) =>
      [name, transformer, resolveColumns(columns, table, `ColumnTransformer: ${name}`)] as const
    );
    const picked = new Set(parts.flatMap(([, , columns]) => columns));
    const others = Array.from({ length: m }, (_, j) => j).filter((j) => !picked.has(j));
    const all = others.length > 0 ? [...parts, ["remainder", this.remainder, others] as const] : parts;
    const busy = all.filter(([, t, columns]) => typeof t === "object" && columns.length > 0);
    const calls = busy.map(([, t, columns]) =>
      delayed(fitTransformOne)(clone(t) as object, takeColumns(table, columns), y, true)
    );
    const results = await new Parallel({ nJobs: this.nJobs }).run(calls);
    const byName = new Map(busy.map(([name], k) => [name, results[k]]));
    if (this.verbose) {
      busy.forEach(([name], k) => {
        const left = "[ColumnTransformer] ";
        const seconds = results[k].seconds.toFixed(1).padStart(5);
        const right = `(${k + 1} of ${busy.length}) Processing ${name}, total= ${seconds}s`;
        console.log(`${left}${".".repeat(Math.max(0, 70 - left.length - right.length))} ${right}`);
      });
    }
    this.transformers_ = all.map(([name, t, columns]) => [name, byName.get(name)?.transformer ?? t, [...columns]]);
    const outputs = all.map(([name, t, columns]) =>
      t === "passthrough" ? takeColumns(table, columns) : byName.get(name)?.output
    );
    const { out, ranges } = this.stack(outputs, table.shape[0]);
    this.outputIndices_ = { ...ranges, remainder: ranges.remainder ?? { start: 0, stop: 0 } };
    rememberFeatures(this, X, m);
    return out;
  }

  /** Outputs side by side, and where each stands. */
  private stack(
    outputs: readonly (NDArray<ArrayData> | Table | undefined)[],
    rows: number,
  ): { out: NDArray<ArrayData>; ranges: Record<string, OutputRange> } {
    const ranges: Record<string, OutputRange> = {};
    const parts: (NDArray<ArrayData> | Table)[] = [];
    let at = 0;
    for (const [k, [name]] of this.transformers_.entries()) {
      const output = outputs[k];
      const width = output === undefined || output.shape[1] === 0 ? 0 : output.shape[1];
      ranges[name] = width === 0 ? { start: 0, stop: 0 } : { start: at, stop: at += width };
      if (width > 0) parts.push(weighted(output as NDArray<ArrayData>, this.transformerWeights?.[name]));
    }
    const out = parts.length === 0
      ? new NDArray(new Float64Array(0), [rows, 0])
      : stackColumns(parts) as NDArray<ArrayData>;
    return { out, ranges };
  }

  /**
   * What the transformers make of their columns, side by side. Where X has names, columns are found by them; there may be
   * others, and in another order, than in `fit`.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} when a column is not there
   */
  async transform(X: TableLike): Promise<NDArray<ArrayData>> {
    checkIsFitted(this, "transform");
    let table = asColumns(X, "ColumnTransformer.transform");
    const seen = this.featureNamesIn_;
    if (seen !== undefined && table instanceof Table && table.named) table = this.inOrder(table, seen);
    else checkFeatures(this, X, table.shape[1], "transform");
    const busy = this.transformers_.filter(([, t, columns]) => typeof t === "object" && columns.length > 0);
    const calls = busy.map(([, t, columns]) => delayed(transformOne)(t as object, takeColumns(table, columns)));
    const results = await new Parallel({ nJobs: this.nJobs }).run(calls);
    const byName = new Map(busy.map(([name], k) => [name, results[k]]));
    const outputs = this.transformers_.map(([name, t, columns]) =>
      t === "passthrough" ? takeColumns(table, columns) : byName.get(name)
    );
    return this.stack(outputs, table.shape[0]).out;
  }

  /** A table with the columns that `fit` saw; those that nobody uses may be missing. */
  private inOrder(table: Table, seen: readonly string[]): Table {
    const used = new Set(this.transformers_.flatMap(([, t, columns]) => t === "drop" ? [] : columns));
    const missing = seen.filter((name, j) => used.has(j) && !table.names.includes(name));
    if (missing.length > 0) {
      throw new InvalidInputError(`ColumnTransformer.transform: columns are missing: ${missing.join(", ")}`);
    }
    const filler = new Float64Array(table.length).fill(NaN);
    return new Table(seen.map((name) => [name, table.names.includes(name) ? table.column(name) : filler] as const));
  }

  /**
   * The names of the columns that `transform` gives: `transformer__feature`.
   *
   * @param inputFeatures names of the features; those seen in `fit`, or x0, x1, …, if left out
   * @throws {InvalidParameterError} when a transformer does not know its names, or two are the same
   */
  getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[] {
    const names = featureNamesOf(this, inputFeatures);
    const parts = this.transformers_.map(([name, t, columns]): [string, string[]] => {
      const own = columns.map((j) => names[j]);
      if (t === "drop" || columns.length === 0) return [name, []];
      if (t === "passthrough") return [name, own];
      const { getFeatureNamesOut } = t as { getFeatureNamesOut?(names: string[]): string[] };
      if (typeof getFeatureNamesOut !== "function") {
        throw new InvalidParameterError(
          `ColumnTransformer.getFeatureNamesOut: ${name}: ${
            (t as object).constructor.name
          } has no getFeatureNamesOut()`,
        );
      }
      return [name, getFeatureNamesOut.call(t, own)];
    });
    return joinNames(parts, this.verboseFeatureNamesOut, "ColumnTransformer");
  }
}

/**
 * A column transformer whose parts are named after their classes, in small letters.
 *
 * @param parts pairs of a transformer and its columns
 * @param options the rest
 * @throws {InvalidParameterError} when parts are no list of pairs
 *
 * @example
 * ```ts
 * import { makeColumnTransformer, MinMaxScaler, OneHotEncoder } from "@troupe/troupe";
 * makeColumnTransformer([[new MinMaxScaler(), [0, 1]], [new OneHotEncoder(), [2]]], { remainder: "passthrough" });
 * ```
 */
export function makeColumnTransformer(
  parts: readonly (readonly [transformer: object | "drop" | "passthrough", columns: ColumnSelection])[],
  options: ColumnTransformerOptions = {},
): ColumnTransformer {
  if (!Array.isArray(parts) || !parts.every((part) => Array.isArray(part) && part.length === 2)) {
    throw new InvalidParameterError("makeColumnTransformer: parts must be a list of pairs [transformer, columns]");
  }
  const named = nameParts(parts.map(([transformer]) => transformer));
  return new ColumnTransformer(named.map(([name, t], k) => [name, t, parts[k][1]]), options);
}
