import { registerInternals } from "../../actors/code/mod.ts";
import { type LabelsLike, type MatrixLike, NDArray, type VectorLike } from "../array/mod.ts";
import { clone, isClassifier } from "../base/mod.ts";
import { delayed, Parallel } from "../parallel/mod.ts";
import { checkRandomState, type RandomState, type RandomStateLike } from "../random/mod.ts";
import {
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkParameters,
  encodeLabels,
  integer,
  InvalidInputError,
  numSamples,
} from "../utils/mod.ts";
import { checkEstimatorGiven } from "./check_estimator_given.ts";
import { type Fittable, partOf } from "./fit_and_score.ts";
import { readScoring, scoreWith, SINGLE, type SingleScoring } from "./scoring.ts";
import { decodeSplits, encodeSplits, type SplitCode } from "./split_code.ts";
import { checkCv, type CrossValidation } from "./splitter.ts";
import { takeRows } from "./take_rows.ts";

/** Parameters of {@linkcode permutationTestScore}. */
export interface PermutationTestOptions {
  /** Group of each sample: targets change places within groups only. For the splitter, too. */
  groups?: LabelsLike | null;
  /** How samples are divided; 5 folds if left out. */
  cv?: CrossValidation;
  /** How often targets change places; 100 if left out. */
  nPermutations?: number;
  /** How many at a time; what the backend in force says if left out. */
  nJobs?: number | null;
  /** Seed of the permutations; 0 if left out. */
  randomState?: RandomStateLike;
  /** 1 and more show progress; 0 if left out. */
  verbose?: number;
  /** How fits are scored; the estimator's own `score` if left out. */
  scoring?: SingleScoring | null;
  /** Weight of each sample, for `fit`. */
  sampleWeight?: VectorLike | null;
}

/** What a permutation test found. */
export interface PermutationTest {
  /** Mean score with the targets as they are. */
  score: number;
  /** Mean score of each permutation, shape [nPermutations]. */
  permutationScores: NDArray<Float64Array>;
  /** How likely a score as good is by chance: (those as good + 1) / (nPermutations + 1). */
  pvalue: number;
}

/** Mean score over the splits, the targets standing in some order. */
export async function scoreInOrder(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike,
  sampleWeight: VectorLike | null,
  order: Int32Array | null,
  splits: SplitCode,
  scoring: SingleScoring | null,
): Promise<number> {
  const targets = (rows: Int32Array): LabelsLike =>
    takeRows(y, order === null ? rows : rows.map((i) => order[i])) as LabelsLike;
  const scores: number[] = [];
  for (const [train, test] of decodeSplits(splits)) {
    const own = clone(estimator) as Fittable;
    const XTrain = partOf(own, X, train, train);
    if (sampleWeight === null) await own.fit(XTrain, targets(train));
    else await own.fit(XTrain, targets(train), takeRows(sampleWeight, train) as VectorLike);
    scores.push(await scoreWith(scoring, own, partOf(own, X, test, train), targets(test)));
  }
  return new NDArray(Float64Array.from(scores)).mean();
}

registerInternals({ scoreInOrder });

/**
 * Whether a score says more than chance: it is compared with those of targets that have changed places.
 *
 * Source: M. Ojala, G. C. Garriga, "Permutation tests for studying classifier performance", JMLR 11 (2010).
 *
 * @param estimator is cloned, and stays as it is
 * @param X samples, shape [nSamples, nFeatures]
 * @param y targets
 * @throws {InvalidParameterError} when `nPermutations` is no whole number from 1 up
 *
 * @example
 * ```ts
 * import { loadIris, permutationTestScore, SVC } from "@troupe/troupe";
 * const { X, y } = loadIris();
 * (await permutationTestScore(new SVC(), X, y, { nPermutations: 20, randomState: 0 })).pvalue; // 0.0476…
 * ```
 */
export async function permutationTestScore(
  estimator: object,
  X: MatrixLike,
  y: LabelsLike,
  options: PermutationTestOptions = {},
): Promise<PermutationTest> {
  const known = ["groups", "cv", "nPermutations", "nJobs", "randomState", "verbose", "scoring", "sampleWeight"];
  checkEstimatorGiven("permutationTestScore", estimator);
  checkOptionNames("permutationTestScore", options, known, { params: "give sampleWeight" });
  const { nPermutations = 100, groups = null, sampleWeight = null, randomState = 0 } = options;
  checkParameters("permutationTestScore", { nPermutations }, { nPermutations: integer({ min: 1 }) });
  checkConsistentLength({ X, y, groups, sampleWeight });
  if (y === undefined || y === null) {
    throw new InvalidInputError(`permutationTestScore: y must be the targets to be permuted, got ${y}`);
  }
  const scoring = readScoring(options.scoring, estimator).byName[SINGLE];
  const splitter = checkCv(options.cv, y, { classifier: isClassifier(estimator) });
  const n = numSamples(X);
  const rng = checkRandomState(randomState);
  const orders = Array.from({ length: nPermutations }, () => orderWithin(n, groups, rng));
  const calls = [null, ...orders].map((order) => {
    const moved = order === null ? y : takeRows(y, order) as LabelsLike;
    const splits = encodeSplits([...splitter.split(X, moved, groups)], n);
    return delayed(scoreInOrder)(estimator, X, y, sampleWeight, order, splits, scoring);
  });
  const parallel = new Parallel({ nJobs: options.nJobs ?? null, verbose: options.verbose ?? 0 });
  const [score, ...rest] = await parallel.run(calls);
  const asGood = rest.reduce((count, s) => count + (s >= score ? 1 : 0), 0);
  return {
    score,
    permutationScores: new NDArray(Float64Array.from(rest)),
    pvalue: (asGood + 1) / (nPermutations + 1),
  };
}

/** Places in random order; with groups, each in a place of its own group. */
function orderWithin(n: number, groups: LabelsLike | null, rng: RandomState): Int32Array {
  if (groups === null) return rng.permutation(n).data;
  const { codes, counts } = encodeLabels(checkLabels(groups, "groups"));
  const order = new Int32Array(n);
  for (let g = 0; g < counts.length; g++) {
    const own = Int32Array.from(codes.keys()).filter((i) => codes[i] === g);
    const drawn = rng.permutation(new NDArray(own)).data;
    own.forEach((place, i) => order[place] = drawn[i]);
  }
  return order;
}
