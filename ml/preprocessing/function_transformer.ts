import {
  type ArrayData,
  type MatrixLike,
  type NDArray,
  Table,
  type TableLike,
  toNDArray,
  toTable,
} from "../array/mod.ts";
import {
  BaseTransformer,
  checkFeatures,
  featureNamesOf,
  namesOf,
  type Params,
  rememberFeatures,
  resetFitted,
} from "../base/mod.ts";
import {
  bool,
  callable,
  checkArray,
  checkNothingMore,
  checkParameters,
  either,
  InvalidParameterError,
  mapping,
  oneOf,
  warn,
} from "../utils/mod.ts";

/** What a {@linkcode FunctionTransformer} performs: gets X and options of its own. */
export type TransformFunction = (
  // deno-lint-ignore no-explicit-any -- an array or a table: the function's own concern
  X: any,
  // deno-lint-ignore no-explicit-any -- options of the user's own
  options?: any,
) => NDArray<ArrayData> | Table | MatrixLike | Promise<NDArray<ArrayData> | Table | MatrixLike>;

/** Hyperparameters of {@linkcode FunctionTransformer}. */
export interface FunctionTransformerOptions {
  /** What is done to X; nothing if null or left out. */
  func?: TransformFunction | null;
  /** What takes it back; nothing if null or left out. */
  inverseFunc?: TransformFunction | null;
  /** Whether X must be a table of finite numbers; false if left out. */
  validate?: boolean;
  /** Whether `fit` warns when `inverseFunc` does not take `func` back; true if left out. */
  checkInverse?: boolean;
  /** Names of the columns that `func` gives: those of its input, or a function of the transformer and those; unknown if null or left out. */
  featureNamesOut?: "one-to-one" | ((transformer: FunctionTransformer, names: string[]) => string[]) | null;
  /** Second argument of `func`. */
  kwArgs?: Readonly<Record<string, unknown>> | null;
  /** Second argument of `inverseFunc`. */
  invKwArgs?: Readonly<Record<string, unknown>> | null;
}

/**
 * A function of yours as a transformer. It learns nothing. To travel to other machines or be written to a file, the
 * function must be one that can: closed, or exported from a module.
 *
 * @example
 * ```ts
 * import { FunctionTransformer, type NDArray } from "@troupe/troupe";
 * const log = new FunctionTransformer({ func: (X: NDArray) => X.map((v) => Math.log1p(v)) });
 * (await log.fitTransform([[0, Math.E - 1]])).toArray(); // [[0, 1]]
 * ```
 */
export class FunctionTransformer extends BaseTransformer {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = {
    func: null,
    inverseFunc: null,
    validate: false,
    checkInverse: true,
    featureNamesOut: null,
    kwArgs: null,
    invKwArgs: null,
  };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    acceptSparse: "there are no sparse arrays",
  };

  /** What is done to X. */
  declare func: TransformFunction | null;
  /** What takes it back. */
  declare inverseFunc: TransformFunction | null;
  /** Whether X must be a table of finite numbers. */
  declare validate: boolean;
  /** Whether `fit` warns when `inverseFunc` does not take `func` back. */
  declare checkInverse: boolean;
  /** Names of the columns that `func` gives. */
  declare featureNamesOut: "one-to-one" | ((transformer: FunctionTransformer, names: string[]) => string[]) | null;
  /** Second argument of `func`. */
  declare kwArgs: Readonly<Record<string, unknown>> | null;
  /** Second argument of `inverseFunc`. */
  declare invKwArgs: Readonly<Record<string, unknown>> | null;

  /** Number of features seen in `fit`. */
  declare nFeaturesIn_: number;
  /** Names of the features, where X had names. */
  declare featureNamesIn_: string[] | undefined;

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   */
  constructor(options: FunctionTransformerOptions = {}) {
    super(options);
  }

  /**
   * Checks its hyperparameters, and that one function takes the other back.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @param _y not used
   * @throws {InvalidParameterError} when a hyperparameter has a value it cannot have
   * @throws {InvalidInputError} with `validate`, when X is no table of finite numbers
   */
  async fit(X: TableLike, _y?: unknown, ...none: never[]): Promise<this> {
    checkNothingMore(`${this.constructor.name}.fit`, none);
    const fn = either(oneOf(null), callable);
    checkParameters("FunctionTransformer", this.getParams(), {
      func: fn,
      inverseFunc: fn,
      validate: bool,
      checkInverse: bool,
      featureNamesOut: either(oneOf(null, "one-to-one"), callable),
      kwArgs: either(oneOf(null), mapping),
      invKwArgs: either(oneOf(null), mapping),
    });
    resetFitted(this);
    const input = this.input(X, "fit");
    rememberFeatures(this, X, input.shape[1]);
    if (this.checkInverse && this.func !== null && this.inverseFunc !== null) await this.tryInverse(input);
    return this;
  }

  /** Fits, then transforms the same samples. */
  override async fitTransform(X: TableLike, _y?: unknown): Promise<NDArray<ArrayData>> {
    await this.fit(X);
    return await this.transform(X);
  }

  /** X as the function gets it. */
  private input(X: TableLike, method: string): NDArray<ArrayData> | Table {
    const caller = `FunctionTransformer.${method}`;
    if (this.validate) return checkArray(X as MatrixLike, { caller });
    if (X instanceof Table) return X;
    const mixed = Array.isArray(X) &&
      X.some((row) => Array.isArray(row) && row.some((v: unknown) => typeof v !== "number"));
    const input = mixed ? toTable(X, `${caller}: X`) : toNDArray(X as MatrixLike, `${caller}: X`);
    if (input.shape.length !== 2) {
      throw new InvalidParameterError(`${caller}: expected a 2D array for X, got shape [${input.shape.join(", ")}]`);
    }
    return input;
  }

  /** Warns when some samples do not come back. */
  private async tryInverse(input: NDArray<ArrayData> | Table): Promise<void> {
    const step = Math.max(1, Math.floor(input.shape[0] / 100));
    const rows = Int32Array.from({ length: Math.ceil(input.shape[0] / step) }, (_, k) => k * step);
    const some = input.take(rows);
    const back = await this.call(this.inverseFunc, await this.call(this.func, some, this.kwArgs), this.invKwArgs);
    const a = toNDArray(some as MatrixLike).data as ArrayLike<number | string>;
    const b = toNDArray(back as MatrixLike).data as ArrayLike<number | string>;
    const same = a.length === b.length && Array.from(a).every((v, i) => {
      const w = b[i];
      if (typeof v !== "number" || typeof w !== "number") return v === w;
      return Object.is(v, w) || Math.abs(v - w) <= 1e-7 * Math.abs(w) + 1e-9;
    });
    if (!same) {
      warn(
        "FunctionTransformer: inverseFunc does not take func back; if that is meant, set checkInverse to false",
      );
    }
  }

  /** What a function makes of X. */
  private async call(
    fn: TransformFunction | null,
    X: NDArray<ArrayData> | Table,
    options: Readonly<Record<string, unknown>> | null,
  ): Promise<NDArray<ArrayData>> {
    if (fn === null) return X as NDArray<ArrayData>;
    const out = options === null ? await fn(X) : await fn(X, options);
    // A table is handed on as it is: whoever comes next takes tables too.
    return (out instanceof Table ? out : toNDArray(out as MatrixLike, "what func gave")) as NDArray<ArrayData>;
  }

  /**
   * What the function makes of samples.
   *
   * @param X samples, shape [nSamples, nFeatures]
   * @throws {InvalidParameterError} when X has not two axes
   * @throws {InvalidInputError} when X has other names of columns than in `fit`
   */
  async transform(X: TableLike): Promise<NDArray<ArrayData>> {
    const input = this.input(X, "transform");
    if (this.nFeaturesIn_ !== undefined && namesOf(X) !== undefined) {
      checkFeatures(this, X, input.shape[1], "transform");
    }
    return await this.call(this.func, input, this.kwArgs);
  }

  /**
   * What the inverse function makes of samples.
   *
   * @param X transformed samples
   * @throws {InvalidParameterError} when X has not two axes
   */
  async inverseTransform(X: TableLike): Promise<NDArray<ArrayData>> {
    return await this.call(this.inverseFunc, this.input(X, "inverseTransform"), this.invKwArgs);
  }

  /**
   * The names of the columns that the function gives.
   *
   * @param inputFeatures names of the features; those seen in `fit`, or x0, x1, …, if left out
   * @throws {InvalidParameterError} when `featureNamesOut` was not set
   */
  getFeatureNamesOut(inputFeatures?: readonly string[] | null): string[] {
    const names = featureNamesOf(this, inputFeatures);
    const { featureNamesOut } = this;
    if (featureNamesOut === null) {
      throw new InvalidParameterError("FunctionTransformer.getFeatureNamesOut: needs featureNamesOut to be set");
    }
    return featureNamesOut === "one-to-one" ? names : featureNamesOut(this, names);
  }
}
