import {
  type ArrayData,
  type LabelsLike,
  NDArray,
  stackColumns,
  Table,
  type TableLike,
  toNDArray,
} from "../array/mod.ts";
import { BaseComposition, isFitted, NotFittedError, type Params } from "../base/mod.ts";
import { delayed, Parallel } from "../parallel/mod.ts";
import {
  bool,
  checkNothingMore,
  checkParameters,
  didYouMean,
  either,
  joinNames,
  mapping,
  nameParts,
  oneOf,
  UnknownNameError,
  weighted,
} from "../utils/mod.ts";
import { PipelineError } from "./errors.ts";
import { fitTransformOne, transformOne } from "./fit_transform_one.ts";

/** A part of a union: its name, and a transformer; "drop" for none, "passthrough" for the features as they are. */
export type UnionPart = readonly [name: string, transformer: object | "drop" | "passthrough"];

/** Parameters of {@linkcode FeatureUnion} beyond its transformers. */
export interface FeatureUnionOptions {
  /** How many transformers are fitted at once, on the parallel backend in force; 1 if null or left out. */
  nJobs?: number | null;
  /** Factor for the features of transformers, by name. */
  transformerWeights?: Readonly<Record<string, number>> | null;
  /** Whether to say how long each took; false if left out. */
  verbose?: boolean;
  /** Whether names of features begin with that of their transformer; true if left out. */
  verboseFeatureNamesOut?: boolean;
}

/** The transformer that lets everything pass, and those that do something. */
interface Working {
  readonly name: string;
  readonly transformer: object | "passthrough";
}

/**
 * Transformers that all see the same samples; what they give stands side by side. Hyperparameters of transformers have
 * their name before them: `pca__nComponents`.
 *
 * @example
 * ```ts
 * import { FeatureUnion, loadWine, MinMaxScaler, PolynomialFeatures } from "@troupe/troupe";
 * const union = new FeatureUnion([["scaled", new MinMaxScaler()], ["products", new PolynomialFeatures()]]);
 * (await union.fitTransform(loadWine().X)).shape; // [178, 118]
 * ```
 */
export class FeatureUnion extends BaseComposition {
  /** Which hyperparameter is the list of the parts. */
  static override readonly parts: string = "transformerList";
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    transformerList: null,
    nJobs: null,
    transformerWeights: null,
    verbose: false,
    verboseFeatureNamesOut: true,
  };

  /** Names and transformers. */
  declare transformerList: readonly UnionPart[];
  /** How many transformers are fitted at once. */
  declare nJobs: number | null;
  /** Factor for the features of transformers, by name. */
  declare transformerWeights: Readonly<Record<string, number>> | null;
  /** Whether it says how long each took. */
  declare verbose: boolean;
  /** Whether names of features begin with that of their transformer. */
  declare verboseFeatureNamesOut: boolean;

  /** How many features pass as they are; null where none do. */
  declare nPassed_: number | null;
  /** Names of those, where X had names. */
  declare passedNames_: string[] | undefined;

  /**
   * A union of transformers.
   *
   * @param transformerList names and transformers
   * @param options the rest
   * @throws {UnknownNameError} at an option that there is not, with the nearest that there is
   */
  constructor(transformerList: readonly UnionPart[], options?: FeatureUnionOptions);
  /**
   * A union with everything in one object.
   *
   * @param options everything by name
   */
  constructor(options: FeatureUnionOptions & { transformerList: readonly UnionPart[] });
  constructor(first: readonly UnionPart[] | object, options: FeatureUnionOptions = {}) {
    super(Array.isArray(first) ? { ...options, transformerList: first } : first);
  }

  /** What kind of estimator it is. */
  get estimatorType(): "transformer" {
    return "transformer";
  }

  /** The transformers by name. */
  get namedTransformers(): Readonly<Record<string, object | "drop" | "passthrough">> {
    return Object.fromEntries(this.transformerList);
  }

  /** Number of features seen in `fit`, as the first transformer says it. */
  get nFeaturesIn_(): number {
    const first = this.working().find(({ transformer }) => typeof transformer === "object");
    return ((first?.transformer as { nFeaturesIn_?: number } | undefined)?.nFeaturesIn_ ?? this.nPassed_) as number;
  }

  /** The transformers that are not dropped. */
  private working(): Working[] {
    const list = this.transformerList ?? [];
    return list.filter(([, t]) => t !== "drop").map(([name, transformer]) => ({ name, transformer })) as Working[];
  }

  /** Checks the list, and the names of the weights. */
  private check(): void {
    this.checkNames();
    checkParameters("FeatureUnion", this.getParams(false), {
      transformerWeights: either(oneOf(null), mapping),
      verbose: bool,
      verboseFeatureNamesOut: bool,
    });
    for (const { name, transformer } of this.working()) {
      const t = transformer as { fit?: unknown; transform?: unknown };
      if (transformer !== "passthrough" && (typeof t?.fit !== "function" || typeof t.transform !== "function")) {
        throw new PipelineError(`FeatureUnion: ${name} must have fit() and transform(), or be "drop" or "passthrough"`);
      }
    }
    const names = this.transformerList.map(([name]) => name);
    for (const name of Object.keys(this.transformerWeights ?? {})) {
      if (!names.includes(name)) {
        throw new UnknownNameError(
          `FeatureUnion: transformerWeights: no transformer ${JSON.stringify(name)}; ${didYouMean(name, names)}`,
        );
      }
    }
  }

  /**
   * Fits all transformers to the same samples.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param y targets
   * @throws {InvalidParameterError} when a name is not fit
   */
  async fit(X: TableLike, y?: LabelsLike | null, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    await this.fitAll(X, y, false);
    return this;
  }

  /**
   * Fits all transformers, and gives what they make of the same samples, side by side.
   *
   * @throws {PipelineError} when a part is no transformer
   * @throws {UnknownNameError} when `transformerWeights` names a part that there is not
   * @throws {ShapeError} when the parts give different numbers of rows
   */
  async fitTransform(X: TableLike, y?: LabelsLike | null): Promise<NDArray<ArrayData>> {
    return this.stack(await this.fitAll(X, y, true), X);
  }

  /** Fits all, and gives their outputs. */
  private async fitAll(
    X: TableLike,
    y: LabelsLike | null | undefined,
    transform: boolean,
  ): Promise<(NDArray<ArrayData> | Table)[]> {
    this.check();
    const working = this.working();
    const busy = working.filter(({ transformer }) => transformer !== "passthrough");
    const calls = busy.map(({ transformer }) => delayed(fitTransformOne)(transformer as object, X, y, transform));
    const results = await new Parallel({ nJobs: this.nJobs }).run(calls);
    const fitted = new Map(busy.map(({ name }, k) => [name, results[k].transformer]));
    // Where they ran elsewhere, what comes back is a copy, and takes the place of what was given.
    this.transformerList = this.transformerList.map(([name, t]) => [name, fitted.get(name) ?? t]);
    const passed = busy.length < working.length ? asArray(X) : null;
    this.nPassed_ = passed === null ? null : passed.shape[1];
    this.passedNames_ = passed instanceof Table && passed.named ? [...passed.names] : undefined;
    if (this.verbose) {
      busy.forEach(({ name }, k) => {
        const left = "[FeatureUnion] ";
        const seconds = results[k].seconds.toFixed(1).padStart(5);
        const right = `(step ${k + 1} of ${busy.length}) Processing ${name}, total= ${seconds}s`;
        console.log(`${left}${".".repeat(Math.max(0, 70 - left.length - right.length))} ${right}`);
      });
    }
    if (!transform) return [];
    const outputs = new Map(busy.map(({ name }, k) => [name, results[k].output]));
    return working.map(({ name, transformer }) => {
      const output = transformer === "passthrough" ? asArray(X) : outputs.get(name) as NDArray<ArrayData>;
      return weighted(output, this.transformerWeights?.[name]);
    });
  }

  /**
   * What all transformers make of samples, side by side.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {NotFittedError} before `fit`
   */
  async transform(X: TableLike): Promise<NDArray<ArrayData>> {
    const working = this.working();
    const busy = working.filter(({ transformer }) => transformer !== "passthrough");
    const calls = busy.map(({ transformer }) => delayed(transformOne)(transformer as object, X));
    const results = await new Parallel({ nJobs: this.nJobs }).run(calls);
    const outputs = new Map(busy.map(({ name }, k) => [name, results[k]]));
    return this.stack(
      working.map(({ name, transformer }) => {
        const output = transformer === "passthrough" ? asArray(X) : outputs.get(name) as NDArray<ArrayData>;
        return weighted(output, this.transformerWeights?.[name]);
      }),
      X,
    );
  }

  /** Outputs side by side; of none, as many empty rows as X has. */
  private stack(outputs: (NDArray<ArrayData> | Table)[], X: TableLike): NDArray<ArrayData> {
    if (outputs.length === 0) return new NDArray(new Float64Array(0), [asArray(X).shape[0], 0]);
    return stackColumns(outputs) as NDArray<ArrayData>;
  }

  /**
   * The names of the columns that `transform` gives: `transformer__feature`.
   *
   * @param inputFeatures names of the features; those seen in `fit`, or x0, x1, …, if left out
   * @throws {InvalidParameterError} when names are not told apart without those of the transformers
   */
  getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[] {
    const names = this.working().map(({ name, transformer }): [string, string[]] => {
      if (transformer === "passthrough") return [name, this.inputNames(inputFeatures)];
      if (!isFitted(transformer as object) && !("nFeaturesIn_" in (transformer as object))) {
        throw new NotFittedError("this FeatureUnion is not fitted yet: call fit() before getFeatureNamesOut()");
      }
      const { getFeatureNamesOut } = transformer as { getFeatureNamesOut?(names?: unknown): string[] };
      if (typeof getFeatureNamesOut !== "function") {
        throw new PipelineError(
          `FeatureUnion.getFeatureNamesOut: ${name}: ${
            (transformer as object).constructor.name
          } has no getFeatureNamesOut()`,
        );
      }
      return [name, getFeatureNamesOut.call(transformer, inputFeatures)];
    });
    return joinNames(names, this.verboseFeatureNamesOut, "FeatureUnion");
  }

  /** The names of the features that pass as they are. */
  private inputNames(given?: readonly string[] | null): string[] {
    if (given !== undefined && given !== null) return [...given];
    if (this.passedNames_ !== undefined) return [...this.passedNames_];
    const seen = this.working().map(({ transformer }) =>
      (transformer as { featureNamesIn_?: string[] }).featureNamesIn_
    )
      .find((names) => names !== undefined);
    return seen?.slice() ?? Array.from({ length: this.nFeaturesIn_ ?? 0 }, (_, j) => `x${j}`);
  }
}

function asArray(X: TableLike): NDArray<ArrayData> | Table {
  return typeof X === "object" && "toNDArray" in X ? X : toNDArray(X as never);
}

/**
 * A union whose parts are named after their classes, in small letters.
 *
 * @example
 * ```ts
 * import { makeUnion, MinMaxScaler, StandardScaler } from "@troupe/troupe";
 * makeUnion(new MinMaxScaler(), new StandardScaler()).transformerList.map(([name]) => name); // ["minmaxscaler", "standardscaler"]
 * ```
 */
export function makeUnion(...transformers: (object | "drop" | "passthrough")[]): FeatureUnion {
  return new FeatureUnion(nameParts(transformers));
}
