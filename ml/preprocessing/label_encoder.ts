import { type Labels, type LabelsLike, NDArray, type VectorLike } from "../array/mod.ts";
import { BaseEstimator, checkIsFitted, resetFitted } from "../base/mod.ts";
import { checkLabels, checkVector, decodeLabels, encodeLabels, InvalidInputError } from "../utils/mod.ts";

/** The number of each label in `classes`; −1 where it is none. */
export function labelCodes(y: Labels, classes: Labels): Int32Array {
  const numbers = new Map<number | string, number>();
  classes.data.forEach((c: number | string, k: number) => numbers.set(c, k));
  return Int32Array.from({ length: y.size }, (_, i) => numbers.get(y.data[i]) ?? -1);
}

/**
 * Numbers the classes of labels from 0. For targets: features are numbered by {@linkcode OrdinalEncoder}.
 *
 * @example
 * ```ts
 * import { LabelEncoder } from "@troupe/troupe";
 * const encoder = await new LabelEncoder().fit(["paris", "rome", "paris"]);
 * (await encoder.transform(["rome", "paris"])).toArray(); // [1, 0]
 * ```
 */
export class LabelEncoder extends BaseEstimator {
  /** The classes, in order, shape [nClasses]. */
  declare classes_: Labels;

  /** What kind of estimator it is. */
  get estimatorType(): "transformer" {
    return "transformer";
  }

  /**
   * Finds the classes.
   *
   * @param y labels, shape [nSamples]
   * @throws {InvalidInputError} when they are of several kinds, or missing
   */
  // deno-lint-ignore require-await -- promises are the contract
  async fit(y: LabelsLike): Promise<this> {
    const { classes } = encodeLabels(checkLabels(y, "LabelEncoder.fit: y"));
    resetFitted(this);
    this.classes_ = classes;
    return this;
  }

  /**
   * Finds the classes, and numbers the same labels.
   *
   * @throws {InvalidInputError} when y has not one axis, or holds NaN
   */
  async fitTransform(y: LabelsLike): Promise<NDArray<Int32Array>> {
    await this.fit(y);
    return await this.transform(y);
  }

  /**
   * Numbers labels.
   *
   * @param y labels, shape [nSamples]
   * @throws {InvalidInputError} at a label that `fit` did not see
   */
  // deno-lint-ignore require-await -- promises are the contract
  async transform(y: LabelsLike): Promise<NDArray<Int32Array>> {
    checkIsFitted(this, "transform");
    const labels = checkLabels(y, "LabelEncoder.transform: y");
    const codes = labelCodes(labels, this.classes_);
    const at = codes.indexOf(-1);
    if (at >= 0) {
      throw new InvalidInputError(
        `LabelEncoder.transform: y[${at}], ${JSON.stringify(labels.data[at])}, is a label that fit did not see`,
      );
    }
    return new NDArray(codes);
  }

  /**
   * The labels that numbers stand for.
   *
   * @param y numbers of classes, shape [nSamples]
   * @throws {InvalidInputError} at a number that no class has
   */
  // deno-lint-ignore require-await -- promises are the contract
  async inverseTransform(y: VectorLike): Promise<Labels> {
    checkIsFitted(this, "inverseTransform");
    const { data } = checkVector(y, "LabelEncoder.inverseTransform: y");
    const n = this.classes_.size;
    const at = data.findIndex((v) => !(Number.isInteger(v) && v >= 0 && v < n));
    if (at >= 0) {
      throw new InvalidInputError(`LabelEncoder.inverseTransform: y[${at}], ${data[at]}, is not one of 0 to ${n - 1}`);
    }
    return decodeLabels(this.classes_, data);
  }
}
