import type { LabelsLike } from "../array/mod.ts";
import { checkRandomState, type RandomState, type RandomStateLike } from "../random/mod.ts";
import { checkLabels, checkOptionNames, checkParameters, encodeLabels, integer, randomSource } from "../utils/mod.ts";
import { SplitError } from "./errors.ts";
import { countSamples, type CrossValidator, type Split } from "./splitter.ts";

/** Parameters of {@linkcode ShuffleSplit} and {@linkcode StratifiedShuffleSplit}. */
export interface ShuffleSplitOptions {
  /** How many divisions; 10 if left out. */
  nSplits?: number;
  /** Part of the samples to test on (below 1), or their number; what `trainSize` leaves, or 0.1, if left out. */
  testSize?: number | null;
  /** Part of the samples to train on (below 1), or their number; what `testSize` leaves if left out. */
  trainSize?: number | null;
  /** Seed. */
  randomState?: RandomStateLike;
}

function checkSize(name: string, size: number | null | undefined, n: number): void {
  if (size === null || size === undefined) return;
  const isPart = !Number.isInteger(size) && size > 0 && size < 1;
  const isCount = Number.isInteger(size) && size > 0 && size < n;
  if (!isPart && !isCount) {
    throw new SplitError(
      `${name}=${size} must be a part between 0 and 1, or a number from 1 to ${n - 1} of ${n} samples`,
    );
  }
}

/**
 * How many samples to train on and to test on.
 *
 * @throws {SplitError} when the sizes do not fit the number of samples
 */
export function splitSizes(
  n: number,
  testSize: number | null | undefined,
  trainSize: number | null | undefined,
  standardTestSize: number,
): { train: number; test: number } {
  const given = (testSize ?? null) === null && (trainSize ?? null) === null ? standardTestSize : testSize;
  checkSize("testSize", given, n);
  checkSize("trainSize", trainSize, n);
  const count = (size: number | null | undefined, round: (x: number) => number): number | undefined =>
    size === null || size === undefined ? undefined : size < 1 ? round(size * n) : size;
  const testCount = count(given, Math.ceil);
  const trainCount = count(trainSize, Math.floor);
  const train = trainCount ?? n - (testCount as number);
  const test = testCount ?? n - train;
  if (train + test > n) throw new SplitError(`trainSize and testSize come to ${train + test}, more than ${n} samples`);
  if (train <= 0) throw new SplitError(`with ${n} samples and testSize=${given}, no sample is left to train on`);
  return { train, test };
}

/**
 * Divisions into random training and test sets, each on its own: sets of different divisions may overlap.
 *
 * @example
 * ```ts
 * import { ShuffleSplit } from "@troupe/troupe";
 * const [[train, test]] = new ShuffleSplit({ nSplits: 1, testSize: 0.25, randomState: 0 }).split([[1], [2], [3], [4]]);
 * [train.length, test.length]; // [3, 1]
 * ```
 */
export class ShuffleSplit implements CrossValidator {
  /** How many divisions. */
  readonly nSplits: number;
  /** Size of the test sets. */
  readonly testSize: number | null;
  /** Size of the training sets. */
  readonly trainSize: number | null;
  /** Seed. */
  readonly randomState: RandomStateLike;
  /** Test size where no size is given. */
  protected readonly standardTestSize: number = 0.1;

  /**
   * Keeps its parameters.
   *
   * @param options sizes, number of divisions, seed
   * @throws {InvalidParameterError} when `nSplits` is no whole number from 1 up
   */
  constructor(options: ShuffleSplitOptions = {}) {
    checkOptionNames(new.target.name, options, ["nSplits", "testSize", "trainSize", "randomState"]);
    this.nSplits = options.nSplits ?? 10;
    this.testSize = options.testSize ?? null;
    this.trainSize = options.trainSize ?? null;
    this.randomState = options.randomState ?? null;
    checkParameters(new.target.name, { nSplits: this.nSplits, randomState: this.randomState }, {
      nSplits: integer({ min: 1 }),
      randomState: randomSource,
    });
  }

  /** How many divisions there are. */
  getNSplits(): number {
    return this.nSplits;
  }

  /**
   * The divisions.
   *
   * @throws {SplitError} when the sizes do not fit the number of samples
   */
  *split(X: unknown, y?: LabelsLike | null): IterableIterator<Split> {
    const n = countSamples(X ?? y, this.constructor.name);
    const sizes = splitSizes(n, this.testSize, this.trainSize, this.standardTestSize);
    const rng = checkRandomState(this.randomState);
    for (let i = 0; i < this.nSplits; i++) yield this.draw(rng, n, sizes, y);
  }

  /** One division. */
  protected draw(
    rng: RandomState,
    n: number,
    { train, test }: { train: number; test: number },
    _y?: LabelsLike | null,
  ): Split {
    const order = rng.permutation(n).data;
    return [order.slice(test, test + train), order.slice(0, test)];
  }
}

/**
 * Random divisions in which the classes have the parts that they have in the whole.
 *
 * @example
 * ```ts
 * import { StratifiedShuffleSplit } from "@troupe/troupe";
 * const X = [[1], [2], [3], [4]];
 * const [[, test]] = new StratifiedShuffleSplit({ nSplits: 1, testSize: 0.5, randomState: 0 }).split(X, [0, 0, 1, 1]);
 * Array.from(test); // [3, 0]
 * ```
 */
export class StratifiedShuffleSplit extends ShuffleSplit {
  /**
   * One division.
   *
   * @throws {SplitError} when a class has one sample only, or a set has less room than there are classes
   */
  protected override draw(
    rng: RandomState,
    _n: number,
    sizes: { train: number; test: number },
    y?: LabelsLike | null,
  ): Split {
    if (y === undefined || y === null) throw new SplitError("StratifiedShuffleSplit.split(): needs y");
    const { codes, counts, classes } = encodeLabels(checkLabels(y));
    const lone = counts.findIndex((c) => c < 2);
    if (lone >= 0) {
      throw new SplitError(`a class needs at least 2 samples to be divided; ${classes.data[lone]} has ${counts[lone]}`);
    }
    for (const [name, size] of Object.entries(sizes)) {
      if (size < counts.length) {
        throw new SplitError(`the ${name} set of ${size} has no room for ${counts.length} classes`);
      }
    }
    const members: number[][] = Array.from(counts, () => []);
    for (let i = 0; i < codes.length; i++) members[codes[i]].push(i);
    const trainCounts = drawCounts(counts, sizes.train, rng);
    const testCounts = drawCounts(counts.map((c, k) => c - trainCounts[k]), sizes.test, rng);
    const train: number[] = [];
    const test: number[] = [];
    for (let c = 0; c < counts.length; c++) {
      const order = rng.permutation(counts[c]).data;
      for (let i = 0; i < trainCounts[c]; i++) train.push(members[c][order[i]]);
      for (let i = 0; i < testCounts[c]; i++) test.push(members[c][order[trainCounts[c] + i]]);
    }
    rng.shuffle(train);
    rng.shuffle(test);
    return [Int32Array.from(train), Int32Array.from(test)];
  }
}

/** How many of each class to take so that the parts stay: rounded down, then one more where the rest is largest. */
function drawCounts(counts: Int32Array, draws: number, rng: RandomState): Int32Array {
  const total = counts.reduce((a, b) => a + b, 0);
  const exact = Array.from(counts, (c) => c / total * draws);
  const out = Int32Array.from(exact, Math.floor);
  let left = draws - out.reduce((a, b) => a + b, 0);
  const rest = exact.map((e, c) => e - out[c]);
  for (const value of [...new Set(rest)].sort((a, b) => b - a)) {
    if (left === 0) break;
    const tied = [...rest.keys()].filter((c) => rest[c] === value);
    const order = rng.permutation(tied.length).data;
    const now = Math.min(tied.length, left);
    for (let i = 0; i < now; i++) out[tied[order[i]]]++;
    left -= now;
  }
  return out;
}
