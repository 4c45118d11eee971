import { type ArrayInput, type LabelsLike, NDArray } from "../array/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
import { checkConsistentLength, checkOptionNames, InvalidInputError, numSamples } from "../utils/mod.ts";
import { splitBlocks } from "./chunked_split.ts";
import { SplitError } from "./errors.ts";
import { ShuffleSplit, type ShuffleSplitOptions, splitSizes, StratifiedShuffleSplit } from "./shuffle_split.ts";
import type { Split } from "./splitter.ts";
import { takeRows } from "./take_rows.ts";

/** Parameters of {@linkcode trainTestSplit}. */
export interface TrainTestSplitOptions {
  /** Part of the samples to test on (below 1), or their number; what `trainSize` leaves, or 0.25, if left out. */
  testSize?: number | null;
  /** Part of the samples to train on (below 1), or their number; what `testSize` leaves if left out. */
  trainSize?: number | null;
  /** Seed. */
  randomState?: RandomStateLike;
  /** Whether to draw the samples; if not, the first are for training. True if left out. */
  shuffle?: boolean;
  /** Labels whose parts are to stay the same in both sets. */
  stratify?: LabelsLike | null;
}

class QuarterSplit extends ShuffleSplit {
  protected override readonly standardTestSize: number = 0.25;
}

class StratifiedQuarterSplit extends StratifiedShuffleSplit {
  protected override readonly standardTestSize: number = 0.25;
}

function isOptions(x: unknown): x is TrainTestSplitOptions {
  return typeof x === "object" && x !== null && !Array.isArray(x) && !ArrayBuffer.isView(x) &&
    !(x instanceof NDArray) && !isChunked(x) &&
    !("data" in x && "shape" in x);
}

/**
 * Divides arrays of the same length into a training and a test part.
 *
 * @returns for each array its training part and its test part: [XTrain, XTest, yTrain, yTest]
 * @throws {SplitError} when the sizes do not fit the number of samples
 *
 * @example
 * ```ts
 * import { loadDigits, trainTestSplit } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * const [XTrain, XTest, yTrain, yTest] = trainTestSplit(X, y, { testSize: 0.2, randomState: 0 });
 * XTest.shape; // [360, 64]
 * ```
 */
export function trainTestSplit<A extends ArrayInput>(X: A, options?: TrainTestSplitOptions): [A, A];
/** Divides an array in blocks, each block by itself: what was drawn stays where it is, and is computed when it is asked for. */
export function trainTestSplit<A extends ChunkedInput>(X: A, options?: TrainTestSplitOptions): [A, A];
/** Divides two arrays in blocks alike. */
export function trainTestSplit<A extends ChunkedInput, B extends ChunkedInput>(
  X: A,
  y: B,
  options?: TrainTestSplitOptions,
): [A, A, B, B];
/** Divides two arrays alike. */
export function trainTestSplit<A extends ArrayInput, B extends ArrayInput>(
  X: A,
  y: B,
  options?: TrainTestSplitOptions,
): [A, A, B, B];
/** Divides three arrays alike. */
export function trainTestSplit<A extends ArrayInput, B extends ArrayInput, C extends ArrayInput>(
  X: A,
  y: B,
  w: C,
  options?: TrainTestSplitOptions,
): [A, A, B, B, C, C];
export function trainTestSplit(...args: unknown[]): unknown[] {
  const last = args[args.length - 1];
  const options: TrainTestSplitOptions = isOptions(last) ? last : {};
  checkOptionNames("trainTestSplit", options, ["testSize", "trainSize", "randomState", "shuffle", "stratify"]);
  const arrays = (isOptions(last) ? args.slice(0, -1) : args).filter((a) => a !== undefined);
  if (arrays.length === 0) throw new SplitError("trainTestSplit: needs at least one array");
  const none = arrays.indexOf(null);
  if (none >= 0) {
    throw new InvalidInputError(`trainTestSplit: array ${none + 1} is null; expected arrays, and options last if any`);
  }
  if (arrays.some(isChunked)) return splitBlocks(arrays, options);
  checkConsistentLength(Object.fromEntries(arrays.map((a, i) => [`array ${i + 1}`, a])));
  const [train, test] = divide(numSamples(arrays[0]), options);
  return arrays.flatMap((a) => [takeRows(a, train), takeRows(a, test)]);
}

function divide(n: number, options: TrainTestSplitOptions): Split {
  const { shuffle = true, stratify = null, testSize, trainSize, randomState } = options;
  if (!shuffle) {
    if (stratify !== null) throw new SplitError("trainTestSplit: stratify needs shuffle: true");
    const { train, test } = splitSizes(n, testSize, trainSize, 0.25);
    const all = Int32Array.from({ length: train + test }, (_, i) => i);
    return [all.slice(0, train), all.slice(train)];
  }
  const settings: ShuffleSplitOptions = { nSplits: 1, testSize, trainSize, randomState };
  const splitter = stratify === null ? new QuarterSplit(settings) : new StratifiedQuarterSplit(settings);
  const [split] = splitter.split({ length: n }, stratify);
  return split;
}
