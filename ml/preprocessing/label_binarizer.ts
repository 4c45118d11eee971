import {
  type ArrayData,
  type Labels,
  type LabelsLike,
  type MatrixLike,
  NDArray,
  toNDArray,
  type VectorLike,
} from "../array/mod.ts";
import { BaseEstimator, checkIsFitted, type Params, resetFitted } from "../base/mod.ts";
import {
  checkArray,
  checkClassificationTargets,
  checkLabels,
  checkParameters,
  decodeLabels,
  encodeLabels,
  integer,
  InvalidInputError,
  InvalidParameterError,
} from "../utils/mod.ts";
import { labelCodes } from "./label_encoder.ts";

/** Hyperparameters of {@linkcode LabelBinarizer}. */
export interface LabelBinarizerOptions {
  /** What stands for "not this class"; 0 if left out. */
  negLabel?: number;
  /** What stands for "this class"; 1 if left out. */
  posLabel?: number;
}

/** Labels, or a table with a column of zeros and ones for each class. */
export type BinarizerTargets = LabelsLike | MatrixLike;

/**
 * A column for each class of labels that says whether a sample is of it; one column for two classes.
 *
 * @example
 * ```ts
 * import { LabelBinarizer } from "@troupe/troupe";
 * (await new LabelBinarizer().fitTransform([1, 2, 6])).toArray(); // [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
 * (await new LabelBinarizer().fitTransform(["no", "yes"])).toArray(); // [[0], [1]]
 * ```
 */
export class LabelBinarizer extends BaseEstimator {
  /** Hyperparameters and their defaults. */
  static override readonly defaults: Readonly<Params> = { negLabel: 0, posLabel: 1 };
  /** What is left out. */
  static override readonly leftOut: Readonly<Record<string, string>> = {
    sparseOutput: "there are no sparse arrays; the output is always dense",
  };

  /** What stands for "not this class". */
  declare negLabel: number;
  /** What stands for "this class". */
  declare posLabel: number;

  /** The classes, in order, shape [nClasses]; the numbers of the columns where y was a table. */
  declare classes_: Labels;
  /** What kind of targets `fit` saw. */
  declare yType_: "binary" | "multiclass" | "multilabel-indicator";

  /**
   * Keeps its hyperparameters.
   *
   * @param options hyperparameters by name
   * @throws {UnknownNameError} at a name that is no hyperparameter, with the nearest that is
   */
  constructor(options: LabelBinarizerOptions = {}) {
    super(options);
  }

  /** What kind of estimator it is. */
  get estimatorType(): "transformer" {
    return "transformer";
  }

  /**
   * Finds the classes.
   *
   * @param y labels, shape [nSamples], or zeros and ones, shape [nSamples, nClasses]
   * @throws {InvalidInputError} when y holds fractions
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(y: BinarizerTargets): Promise<this> {
    checkParameters("LabelBinarizer", this.getParams(), { negLabel: integer(), posLabel: integer() });
    if (this.negLabel >= this.posLabel) {
      throw new InvalidParameterError(
        `LabelBinarizer: negLabel (${this.negLabel}) must be smaller than posLabel (${this.posLabel})`,
      );
    }
    const target = targetOf(y, "LabelBinarizer.fit");
    resetFitted(this);
    if (target.indicator !== undefined) {
      this.yType_ = "multilabel-indicator";
      this.classes_ = new NDArray(Int32Array.from({ length: target.indicator.shape[1] }, (_, k) => k));
      return this;
    }
    this.classes_ = encodeLabels(target.labels).classes;
    this.yType_ = this.classes_.size > 2 ? "multiclass" : "binary";
    return this;
  }

  /**
   * Finds the classes, and transforms the same labels.
   *
   * @throws as {@linkcode LabelBinarizer.fit}
   */
  async fitTransform(y: BinarizerTargets): Promise<NDArray<Int32Array>> {
    await this.fit(y);
    return await this.transform(y);
  }

  /**
   * Columns for labels. A label that `fit` did not see is of no class.
   *
   * @param y labels, shape [nSamples], or zeros and ones, shape [nSamples, nClasses]
   * @returns shape [nSamples, nClasses], or [nSamples, 1] for at most two classes
   * @throws {InvalidInputError} when y is of another kind than in `fit`
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(y: BinarizerTargets): Promise<NDArray<Int32Array>> {
    checkIsFitted(this, "transform");
    const { negLabel, posLabel } = this;
    const k = this.classes_.size;
    const target = targetOf(y, "LabelBinarizer.transform");
    const multilabel = this.yType_ === "multilabel-indicator";
    if ((target.indicator !== undefined) !== multilabel) {
      throw new InvalidInputError(
        `LabelBinarizer.transform: y is ${multilabel ? "a list" : "a table"}, but it was not in fit`,
      );
    }
    if (target.indicator !== undefined) {
      const { indicator } = target;
      if (indicator.shape[1] !== k) {
        throw new InvalidInputError(`LabelBinarizer.transform: y has ${indicator.shape[1]} columns, not ${k}`);
      }
      return new NDArray(Int32Array.from(indicator.data, (v) => v === 0 ? negLabel : posLabel), indicator.shape);
    }
    const codes = labelCodes(target.labels, this.classes_);
    const n = codes.length;
    if (k <= 2) return new NDArray(codes.map((c) => k === 2 && c === 1 ? posLabel : negLabel), [n, 1]);
    const out = new Int32Array(n * k).fill(negLabel);
    for (let i = 0; i < n; i++) if (codes[i] >= 0) out[i * k + codes[i]] = posLabel;
    return new NDArray(out, [n, k]);
  }

  /**
   * The labels that columns stand for: the class with the largest value of a row, or, with one column, whether it is above
   * the threshold. So decision values and probabilities may come in too.
   *
   * @param Y as `transform` gives it, shape [nSamples, nClasses] or [nSamples, 1]; also [nSamples]
   * @param threshold halfway between both labels if left out
   * @returns labels, shape [nSamples]; zeros and ones, shape [nSamples, nClasses], when fitted with such
   * @throws {NotFittedError} before `fit`
   * @throws {InvalidInputError} when Y has not one column for each class, or holds NaN or infinities
   */
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(Y: MatrixLike | VectorLike, threshold?: number): Promise<Labels> {
    checkIsFitted(this, "inverseTransform");
    const given = toNDArray(Y as MatrixLike, "Y");
    const table = checkArray(given.ndim === 1 ? given.reshape(-1, 1) : given, {
      caller: "LabelBinarizer.inverseTransform",
      inputName: "Y",
    });
    const [n, width] = table.shape;
    const k = this.classes_.size;
    const bound = threshold ?? (this.negLabel + this.posLabel) / 2;
    if (width !== (k <= 2 && this.yType_ !== "multilabel-indicator" ? 1 : k) && !(k === 2 && width === 2)) {
      throw new InvalidInputError(`LabelBinarizer.inverseTransform: Y has ${width} columns for ${k} classes`);
    }
    if (this.yType_ === "multiclass") return decodeLabels(this.classes_, table.argmax(1).data);
    const above = Int32Array.from(table.data, (v) => v > bound ? 1 : 0);
    if (this.yType_ === "multilabel-indicator") return new NDArray(above, [n, width]);
    if (k === 1) return decodeLabels(this.classes_, new Int32Array(n));
    return decodeLabels(this.classes_, width === 2 ? above.filter((_, at) => at % 2 === 1) : above);
  }
}

/** Targets as labels, or as a table of zeros and ones. */
function targetOf(
  y: BinarizerTargets,
  caller: string,
): { labels: Labels; indicator?: undefined } | { indicator: NDArray<Float64Array> } {
  const array: NDArray<ArrayData> = toNDArray(y as MatrixLike, `${caller}: y`);
  if (array.size === 0) throw new InvalidInputError(`${caller}: y is empty`);
  if (array.ndim === 2 && array.shape[1] > 1) {
    const indicator = checkArray(array, { caller, inputName: "y" });
    const at = indicator.data.findIndex((v) => v !== 0 && v !== 1);
    if (at >= 0) {
      throw new InvalidInputError(`${caller}: a table of targets must hold zeros and ones, got ${indicator.data[at]}`);
    }
    return { indicator };
  }
  const labels = checkLabels(array as LabelsLike, `${caller}: y`);
  checkClassificationTargets(labels, caller);
  return { labels };
}
