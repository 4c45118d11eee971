import type { VectorLike } from "../array/mod.ts";
import { checkVector, InvalidParameterError } from "../utils/mod.ts";
import { byFold, type CrossValidator, type Split } from "./splitter.ts";

/**
 * Folds that are given: a number for each sample, −1 for those that are only trained on.
 *
 * @example
 * ```ts
 * import { PredefinedSplit } from "@troupe/troupe";
 * [...new PredefinedSplit([0, 1, -1, 1]).split()].map(([, test]) => Array.from(test)); // [[0], [1, 3]]
 * ```
 */
export class PredefinedSplit implements CrossValidator {
  /** Fold of each sample. */
  readonly testFold: Int32Array;
  /** The folds there are, in order, without −1. */
  readonly uniqueFolds: Int32Array;

  /**
   * Keeps the folds.
   *
   * @param testFold fold of each sample, shape [nSamples]
   * @throws {InvalidParameterError} when they are not whole numbers
   */
  constructor(testFold: VectorLike) {
    const { data } = checkVector(testFold, "testFold");
    const bad = data.find((f) => !Number.isInteger(f));
    if (bad !== undefined) throw new InvalidParameterError(`PredefinedSplit: folds must be whole numbers, got ${bad}`);
    this.testFold = Int32Array.from(data);
    this.uniqueFolds = Int32Array.from(new Set(this.testFold)).filter((f) => f !== -1).sort();
  }

  /** How many folds there are. */
  getNSplits(): number {
    return this.uniqueFolds.length;
  }

  /** The folds, each as the test set once. */
  *split(): IterableIterator<Split> {
    for (const fold of this.uniqueFolds) yield byFold(this.testFold, fold);
  }
}
