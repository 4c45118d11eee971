import { registerInternals } from "../../actors/code/mod.ts";
import { type Labels, type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { clone, isClassifier } from "../base/mod.ts";
import { delayed, Parallel } from "../parallel/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  encodeLabels,
  InvalidParameterError,
} from "../utils/mod.ts";
import { checkEstimatorGiven } from "./check_estimator_given.ts";
import { type CurveOptions, curveOptions } from "./curve_options.ts";
import { evaluateFits } from "./evaluate.ts";
import { type Fittable, partOf } from "./fit_and_score.ts";
import { readScoring, scoreWith, SINGLE, type SingleScoring } from "./scoring.ts";
import { checkCv, type Split } from "./splitter.ts";
import { takeRows } from "./take_rows.ts";

/** Parameters of {@linkcode learningCurve}. */
export interface LearningCurveOptions extends CurveOptions {
  /** Parts of the training sets (up to 1, not all whole numbers), or numbers of samples; a tenth to all in 5 steps if left out. */
  trainSizes?: ArrayLike<number>;
  /** Whether to train one estimator further and further, by `partialFit`; false if left out. */
  exploitIncrementalLearning?: boolean;
  /** Whether to put training samples in random order first; false if left out. */
  shuffle?: boolean;
  /** Seed of that. */
  randomState?: RandomStateLike;
}

/** Scores of training and test samples, a row for each size of the training set, a column for each split. */
export interface LearningCurve {
  /** Numbers of samples trained on, shape [nSizes]. */
  trainSizes: NDArray<Int32Array>;
  /** Scores of the samples trained on, shape [nSizes, nSplits]. */
  trainScores: NDArray<Float64Array>;
  /** Scores of the others, shape [nSizes, nSplits]. */
  testScores: NDArray<Float64Array>;
  /** Seconds of the fits, shape [nSizes, nSplits]. */
  fitTimes: NDArray<Float64Array>;
  /** Seconds of the scoring, shape [nSizes, nSplits]. */
  scoreTimes: NDArray<Float64Array>;
}

/** What one fit of a curve came to. */
interface Point {
  train: number;
  test: number;
  fitTime: number;
  scoreTime: number;
}

/**
 * Scores for training sets of several sizes.
 *
 * @param estimator is cloned, and stays as it is
 * @param X samples, shape [nSamples, nFeatures]
 * @param y targets
 * @throws {InvalidParameterError} when sizes are out of bounds, or the estimator has no `partialFit` where that is needed
 * @throws {FitFailedError} when all fits fail
 *
 * @example
 * ```ts
 * import { learningCurve, loadDigits, SVC } from "@troupe/troupe";
 * const { X, y } = loadDigits();
 * const { trainSizes, testScores } = await learningCurve(new SVC(), X, y, { cv: 3 });
 * trainSizes.toArray(); // [119, 389, 658, 928, 1198]
 * testScores.mean(1).toArray();
 * ```
 */
export async function learningCurve(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null | undefined,
  options: LearningCurveOptions = {},
): Promise<LearningCurve> {
  const own = ["trainSizes", "exploitIncrementalLearning", "shuffle", "randomState"];
  checkEstimatorGiven("learningCurve", estimator);
  checkOptionNames("learningCurve", options, [...curveOptions, ...own], {
    params: "give sampleWeight",
    returnTimes: "the times are always given",
  });
  const { sampleWeight, groups, exploitIncrementalLearning = false } = options;
  checkConsistentLength({ X, y, sampleWeight, groups });
  if (exploitIncrementalLearning && !("partialFit" in estimator)) {
    throw new InvalidParameterError(
      `learningCurve: ${estimator.constructor.name} has no partialFit(), which exploitIncrementalLearning needs`,
    );
  }
  let splits = [...checkCv(options.cv, y, { classifier: isClassifier(estimator) }).split(X, y, groups)];
  if (splits.length === 0) throw new InvalidParameterError("learningCurve: the splitter gave no splits");
  const sizes = readSizes(options.trainSizes ?? [0.1, 0.325, 0.55, 0.775, 1], splits[0][0].length);
  if ((options.verbose ?? 0) > 0) console.log(`[learning_curve] Training set sizes: [${sizes.join(" ")}]`);
  if (options.shuffle === true) {
    const rng = checkRandomState(options.randomState);
    splits = splits.map(([train, test]) => [rng.permutation(new NDArray(train)).data, test]);
  }
  const points = exploitIncrementalLearning
    ? await incremental(estimator, X, y, splits, sizes, options)
    : await fromScratch(estimator, X, y, splits, sizes, options);
  // Points stand split by split; the tables have a row for each size.
  const table = (value: (p: Point) => number): NDArray<Float64Array> =>
    new NDArray(Float64Array.from(points, value), [splits.length, sizes.length]).transpose();
  return {
    trainSizes: new NDArray(sizes),
    trainScores: table((p) => p.train),
    testScores: table((p) => p.test),
    fitTimes: table((p) => p.fitTime),
    scoreTimes: table((p) => p.scoreTime),
  };
}

/** Numbers of training samples, each once, in ascending order. */
function readSizes(given: ArrayLike<number>, most: number): Int32Array {
  const list = Array.from(given);
  if (list.length === 0) throw new InvalidParameterError("learningCurve: trainSizes is empty");
  // 1 is all of them, unless it stands among larger numbers.
  const areParts = list.some((s) => !Number.isInteger(s)) || list.every((s) => s === 1);
  const [low, high] = [Math.min(...list), Math.max(...list)];
  if (!(low > 0 && high <= (areParts ? 1 : most))) {
    throw new InvalidParameterError(
      areParts
        ? `learningCurve: trainSizes as parts must be above 0 and at most 1, got ${low} to ${high}`
        : `learningCurve: trainSizes must be from 1 to ${most}, got ${low} to ${high}`,
    );
  }
  const counts = list.map((s) => areParts ? Math.min(most, Math.max(1, Math.trunc(s * most))) : s);
  const sizes = Int32Array.from(new Set(counts)).sort();
  if (sizes.length < list.length) {
    console.warn(`learningCurve: some of trainSizes are the same number of samples; ${sizes.length} are left`);
  }
  return sizes;
}

async function fromScratch(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null | undefined,
  splits: readonly Split[],
  sizes: Int32Array,
  options: LearningCurveOptions,
): Promise<Point[]> {
  const results = await evaluateFits({
    estimator: clone(estimator),
    X,
    y,
    candidates: [null],
    splits: splits.flatMap(([train, test]) => Array.from(sizes, (size): Split => [train.slice(0, size), test])),
    options: {
      scorers: readScoring(options.scoring, estimator).byName,
      errorScore: options.errorScore ?? NaN,
      returnTrainScore: true,
      verbose: options.verbose,
    },
    sampleWeight: options.sampleWeight,
    nJobs: options.nJobs,
    preDispatch: options.preDispatch ?? "all",
  });
  return results.map((r) => ({
    train: r.trainScores?.[SINGLE] ?? NaN,
    test: r.testScores[SINGLE],
    fitTime: r.fitTime,
    scoreTime: r.scoreTime,
  }));
}

interface Incremental extends Fittable {
  partialFit(X: MatrixLike, y?: LabelsLike, ...rest: unknown[]): Promise<unknown>;
}

/** Trains one estimator on more and more samples of a split, and scores it each time. */
export async function fitFurther(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null,
  classes: Labels | null,
  train: Int32Array,
  test: Int32Array,
  sizes: Int32Array,
  scoring: SingleScoring | null,
  sampleWeight: VectorLike | null,
): Promise<Point[]> {
  const own = clone(estimator) as Incremental;
  const targets = (rows: Int32Array): LabelsLike | undefined =>
    y === null ? undefined : takeRows(y, rows) as LabelsLike;
  const points: Point[] = [];
  let before = 0;
  for (const size of sizes) {
    const more = train.slice(before, size);
    before = size;
    const started = performance.now();
    const weight = sampleWeight === null ? [] : [takeRows(sampleWeight, more)];
    // Classifiers take the classes before the weights.
    const rest = classes === null ? weight : [classes, ...weight];
    await own.partialFit(partOf(own, X, more, train), targets(more), ...rest);
    const fitted = performance.now();
    const testScore = await scoreWith(scoring, own, partOf(own, X, test, train), targets(test));
    const scored = performance.now();
    const used = train.slice(0, size);
    const trainScore = await scoreWith(scoring, own, partOf(own, X, used, train), targets(used));
    points.push({
      train: trainScore,
      test: testScore,
      fitTime: (fitted - started) / 1000,
      scoreTime: (scored - fitted) / 1000,
    });
  }
  return points;
}

registerInternals({ fitFurther });

async function incremental(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike | null | undefined,
  splits: readonly Split[],
  sizes: Int32Array,
  options: LearningCurveOptions,
): Promise<Point[]> {
  const scoring = readScoring(options.scoring, estimator).byName[SINGLE];
  const classes = isClassifier(estimator) && y ? encodeLabels(checkLabels(y)).classes : null;
  const parallel = new Parallel({
    nJobs: options.nJobs ?? null,
    preDispatch: options.preDispatch ?? "all",
    verbose: 0,
  });
  const points = await parallel.run(
    splits.map(([train, test]) =>
      delayed(fitFurther)(estimator, X, y ?? null, classes, train, test, sizes, scoring, options.sampleWeight ?? null)
    ),
  );
  return points.flat();
}
