import type { LabelsLike } from "../array/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
import {
  checkLabels,
  checkOptionNames,
  InvalidParameterError,
  isArrayLike,
  numSamples,
  typeOfTarget,
} from "../utils/mod.ts";
import { SplitError } from "./errors.ts";
import { KFold, StratifiedKFold } from "./k_fold.ts";

/** Numbers of the samples to train on and of those to test on. */
export type Split = readonly [train: Int32Array, test: Int32Array];

/** What divides samples into training and test sets. One of your own needs only these two methods. */
export interface CrossValidator {
  /**
   * The divisions, one after the other.
   *
   * @param X samples; only their number matters to most
   * @param y targets, for those that balance classes
   * @param groups group of each sample, for those that keep groups together
   */
  split(X: unknown, y?: LabelsLike | null, groups?: LabelsLike | null): Iterable<Split>;
  /** How many divisions there are. */
  getNSplits(X?: unknown, y?: LabelsLike | null, groups?: LabelsLike | null): number;
}

/** What a `cv` parameter takes: a number of folds, a splitter, a list of splits, or null for five folds. */
export type CrossValidation =
  | number
  | CrossValidator
  | readonly (readonly [ArrayLike<number>, ArrayLike<number>])[]
  | null;

/** Splits that were given as they are. */
class GivenSplits implements CrossValidator {
  constructor(readonly splits: readonly Split[]) {}

  split(): Iterable<Split> {
    return this.splits;
  }
  getNSplits(): number {
    return this.splits.length;
  }
}

/**
 * The splitter that a `cv` parameter means: for a number, stratified folds where a classifier learns classes, and plain
 * ones otherwise; with `shuffle`, in random order.
 *
 * @throws {SplitError} when it is none of what `cv` may be
 *
 * @example
 * ```ts
 * import { checkCv, KFold, StratifiedKFold } from "@troupe/troupe";
 * checkCv(3, ["a", "b", "a"], { classifier: true }) instanceof StratifiedKFold; // true
 * checkCv(3) instanceof KFold; // true
 * ```
 */
export function checkCv(
  cv: CrossValidation | undefined = 5,
  y?: LabelsLike | null,
  options: { classifier?: boolean; shuffle?: boolean; randomState?: RandomStateLike } = {},
): CrossValidator {
  const value = cv ?? 5;
  checkOptionNames("checkCv", options, ["classifier", "shuffle", "randomState"]);
  const { classifier = false, shuffle = false, randomState = null } = options;
  if (typeof value === "number") {
    if (!(Number.isSafeInteger(value) && value >= 2)) {
      throw new InvalidParameterError(
        `cv must be a whole number of folds, at least 2, a splitter or a list, got ${value}`,
      );
    }
    const folds = { nSplits: value, shuffle, randomState };
    // A table of targets has no classes to keep the parts of.
    if (!classifier || y === undefined || y === null || hasColumns(y)) return new KFold(folds);
    const labels = checkLabels(y);
    if (typeOfTarget(labels) === "continuous") return new KFold(folds);
    return new StratifiedKFold(folds);
  }
  if (typeof value === "object" && "split" in value) return value;
  if (Array.isArray(value) && value.length === 0) {
    throw new SplitError("cv is an empty list; it needs a split at least");
  }
  if (Array.isArray(value) && value.every((s) => Array.isArray(s) && s.length === 2 && s.every(isArrayLike))) {
    return new GivenSplits(value.map(([train, test]) => [Int32Array.from(train), Int32Array.from(test)]));
  }
  throw new SplitError("cv must be a number of folds, a splitter with split(), or a list of [train, test]");
}

function hasColumns(y: LabelsLike): boolean {
  if (typeof y !== "object") return false;
  if ("shape" in y && Array.isArray(y.shape)) return y.shape.length === 2 && y.shape[1] > 1;
  const first: unknown = (y as ArrayLike<unknown>)[0];
  return isArrayLike(first) && (first as ArrayLike<unknown>).length > 1;
}

/** The numbers below `n` that are marked as `fold`, and the others. */
export function byFold(folds: Int32Array, fold: number): Split {
  let size = 0;
  for (let i = 0; i < folds.length; i++) if (folds[i] === fold) size++;
  const train = new Int32Array(folds.length - size);
  const test = new Int32Array(size);
  for (let i = 0, a = 0, b = 0; i < folds.length; i++) {
    if (folds[i] === fold) test[b++] = i;
    else train[a++] = i;
  }
  return [train, test];
}

/** How many samples there are, or what is wrong with X. */
export function countSamples(X: unknown, who: string): number {
  if (X === undefined || X === null) {
    throw new SplitError(`${who}.split(): needs X, to know how many samples there are`);
  }
  return numSamples(X);
}
