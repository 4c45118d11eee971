import { NDArray } from "../array/mod.ts";
import { checkOptionNames, checkSampleWeight } from "../utils/mod.ts";
import { averageOf } from "./counts.ts";
import { type Average, countsFor, divide, type FScoreOptions } from "./fscore.ts";
import type { TargetsLike } from "./targets.ts";

/**
 * Jaccard's index: of the samples that belong to a class or were predicted as it, the part that is both.
 *
 * Source: P. Jaccard, "The distribution of the flora in the alpine zone", New Phytologist 11 (1912).
 *
 * @throws {MetricError} when there are more than two classes and `average` is "binary"
 *
 * @example
 * ```ts
 * import { jaccardScore } from "@troupe/troupe";
 * jaccardScore([0, 1, 1, 1], [0, 1, 1, 0]); // 0.6666…
 * ```
 */
export function jaccardScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions & { average: null },
): NDArray<Float64Array>;
/** The same, averaged to one number. */
export function jaccardScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options?: FScoreOptions & { average?: Exclude<Average, null> },
): number;
export function jaccardScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: FScoreOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("jaccardScore", options, ["average", "labels", "posLabel", "sampleWeight", "zeroDivision"]);
  const { average = "binary", zeroDivision = "warn", sampleWeight } = options;
  const { hits, predicted, actual } = countsFor(yTrue, yPred, options);
  const either = hits.map((h, c) => predicted[c] + actual[c] - h);
  const scores = divide(hits, either, "Jaccard's index", zeroDivision);
  if (average === null) return new NDArray(scores);
  const weights = average === "weighted"
    ? actual
    : average === "samples" && sampleWeight
    ? checkSampleWeight(sampleWeight, hits.length)
    : undefined;
  return averageOf(scores, weights);
}
