import type { LabelsLike } from "../array/mod.ts";
import { checkOptionNames, checkParameters, either, integer, oneOf } from "../utils/mod.ts";
import { SplitError } from "./errors.ts";
import { countSamples, type CrossValidator, type Split } from "./splitter.ts";

/** Parameters of {@linkcode TimeSeriesSplit}. */
export interface TimeSeriesSplitOptions {
  /** How many divisions; 5 if left out. */
  nSplits?: number;
  /** Most samples to train on, the latest; all that come before if left out. */
  maxTrainSize?: number | null;
  /** Samples to test on; nSamples / (nSplits + 1) if left out. */
  testSize?: number | null;
  /** Samples left out between training and test set; 0 if left out. */
  gap?: number;
}

/**
 * Divisions of samples in the order of time: what is tested comes after what is trained on, and later divisions train on
 * more.
 *
 * @example
 * ```ts
 * import { TimeSeriesSplit } from "@troupe/troupe";
 * const [[train, test]] = new TimeSeriesSplit({ nSplits: 2 }).split([[1], [2], [3], [4], [5], [6]]);
 * console.log(train, test); // [0, 1] [2, 3]
 * ```
 */
export class TimeSeriesSplit implements CrossValidator {
  /** How many divisions. */
  readonly nSplits: number;
  /** Most samples to train on. */
  readonly maxTrainSize: number | null;
  /** Samples to test on. */
  readonly testSize: number | null;
  /** Samples left out between them. */
  readonly gap: number;

  /**
   * Keeps its parameters.
   *
   * @throws {InvalidParameterError} when there are fewer than two divisions, or a size is not above 0
   */
  constructor(options: TimeSeriesSplitOptions = {}) {
    checkOptionNames("TimeSeriesSplit", options, ["nSplits", "maxTrainSize", "testSize", "gap"]);
    const { nSplits = 5, maxTrainSize = null, testSize = null, gap = 0 } = options;
    const size = either(integer({ min: 1 }), oneOf(null));
    checkParameters("TimeSeriesSplit", { nSplits, maxTrainSize, testSize, gap }, {
      nSplits: integer({ min: 2 }),
      maxTrainSize: size,
      testSize: size,
      gap: integer({ min: 0 }),
    });
    this.nSplits = nSplits;
    this.maxTrainSize = maxTrainSize;
    this.testSize = testSize;
    this.gap = gap;
  }

  /** How many divisions there are. */
  getNSplits(): number {
    return this.nSplits;
  }

  /**
   * The divisions, the earliest first.
   *
   * @throws {SplitError} when there are too few samples
   */
  *split(X: unknown, y?: LabelsLike | null): IterableIterator<Split> {
    const n = countSamples(X ?? y, "TimeSeriesSplit");
    const { nSplits: k, gap } = this;
    if (k + 1 > n) throw new SplitError(`TimeSeriesSplit: ${k} divisions need at least ${k + 1} samples, got ${n}`);
    const size = this.testSize ?? Math.floor(n / (k + 1));
    if (n - gap - size * k <= 0) {
      throw new SplitError(
        `TimeSeriesSplit: ${n} samples are too few for ${k} divisions that test ${size}, with a gap of ${gap}`,
      );
    }
    const range = (from: number, to: number): Int32Array => Int32Array.from({ length: to - from }, (_, i) => from + i);
    for (let start = n - k * size; start < n; start += size) {
      const end = start - gap;
      yield [range(Math.max(0, end - (this.maxTrainSize ?? end)), end), range(start, start + size)];
    }
  }
}
