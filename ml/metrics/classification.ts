import { checkOptionNames, checkSampleWeight } from "../utils/mod.ts";
import { type LabelsLike, NDArray, type VectorLike } from "../array/mod.ts";
import { type ChunkedInput, isChunked } from "../by_block/mod.ts";
import { chunkedAccuracy } from "./chunked.ts";
import { countLabels } from "./counts.ts";
import { MetricError } from "./errors.ts";
import { classTargets, equalLabels, indicatorTargets, isTable, type TargetsLike } from "./targets.ts";
import { warnOnce } from "./warn.ts";

/** Options that every classification metric takes. */
export interface WeightOptions {
  /** A weight for each sample; all the same if left out. */
  sampleWeight?: VectorLike | null;
}

/**
 * Part of the samples whose predicted label is the true one; their weight or number with `normalize: false`. Of samples
 * with several labels, all of them must be right.
 *
 * @param yTrue true labels, shape [nSamples], or a table of zeros and ones, shape [nSamples, nLabels]
 * @param yPred predicted labels, of the same shape
 * @throws {InvalidInputError} when shapes or kinds of labels differ
 *
 * @example
 * ```ts
 * import { accuracyScore } from "@troupe/troupe";
 * accuracyScore([0, 1, 2, 3], [0, 2, 1, 3]); // 0.5
 * ```
 */
export function accuracyScore(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options?: WeightOptions & { normalize?: boolean },
): number;
/** The same of labels in blocks. */
export function accuracyScore(
  yTrue: ChunkedInput,
  yPred: ChunkedInput,
  options?: { normalize?: boolean; sampleWeight?: ChunkedInput | null },
): Promise<number>;
export function accuracyScore(
  yTrue: TargetsLike | ChunkedInput,
  yPred: TargetsLike | ChunkedInput,
  options: { normalize?: boolean; sampleWeight?: VectorLike | ChunkedInput | null } = {},
): number | Promise<number> {
  checkOptionNames("accuracyScore", options, ["normalize", "sampleWeight"]);
  if (isChunked(yTrue)) return chunkedAccuracy(yTrue, yPred, options);
  const sampleWeight = options.sampleWeight as VectorLike | null | undefined;
  const right = rightOnes(yTrue, yPred as TargetsLike, sampleWeight);
  let hit = 0, total = right.length;
  if (sampleWeight === undefined || sampleWeight === null) {
    for (let i = 0; i < right.length; i++) hit += right[i];
  } else {
    const weight = checkSampleWeight(sampleWeight, right.length);
    total = 0;
    for (let i = 0; i < right.length; i++) {
      total += weight[i];
      if (right[i] === 1) hit += weight[i];
    }
  }
  return options.normalize === false ? hit : hit / total;
}

function rightOnes(yTrue: TargetsLike, yPred: TargetsLike, sampleWeight?: VectorLike | null): Uint8Array {
  if (!isTable(yTrue) && !isTable(yPred)) return equalLabels(yTrue, yPred, sampleWeight);
  const { n, k, truth, predicted } = indicatorTargets(yTrue, yPred, sampleWeight);
  const right = new Uint8Array(n).fill(1);
  for (let at = 0; at < n * k; at++) if (truth[at] !== predicted[at]) right[Math.floor(at / k)] = 0;
  return right;
}

/** Options of {@linkcode confusionMatrix}. */
export interface ConfusionOptions extends WeightOptions {
  /** Which labels, in which order; all that occur, sorted, if left out. */
  labels?: LabelsLike | null;
  /** Divide by the sums of rows ("true"), of columns ("pred") or by the whole ("all"). */
  normalize?: "true" | "pred" | "all" | null;
}

/**
 * How often each label was taken for each: entry [i, j] counts the samples of class i predicted as class j.
 *
 * @throws {MetricError} when none of the labels asked for occurs in yTrue
 *
 * @example
 * ```ts
 * import { confusionMatrix } from "@troupe/troupe";
 * confusionMatrix([2, 0, 2, 2, 0, 1], [0, 0, 2, 2, 0, 2]).toArray(); // [[2, 0, 0], [0, 0, 1], [1, 0, 2]]
 * ```
 */
export function confusionMatrix(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: ConfusionOptions = {},
): NDArray<Float64Array> {
  checkOptionNames("confusionMatrix", options, ["labels", "normalize", "sampleWeight"]);
  const { asked: k, truth, predicted, weight } = classTargets(yTrue, yPred, options.sampleWeight, options.labels);
  const { normalize = null } = options;
  if (![null, "true", "pred", "all"].includes(normalize)) {
    throw new MetricError(`confusionMatrix: normalize must be "true", "pred", "all" or null, got ${normalize}`);
  }
  const out = new Float64Array(k * k);
  let seen = false;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] >= k) continue;
    seen = true;
    if (predicted[i] < k) out[truth[i] * k + predicted[i]] += weight[i];
  }
  if (!seen) throw new MetricError("confusionMatrix: none of the labels asked for occurs in yTrue");
  if (normalize !== null) normalizeCounts(out, k, normalize);
  return new NDArray(out, [k, k]);
}

function normalizeCounts(counts: Float64Array, k: number, by: "true" | "pred" | "all"): void {
  const group = (at: number): number => by === "true" ? Math.floor(at / k) : by === "pred" ? at % k : 0;
  const sums = new Float64Array(k);
  for (let at = 0; at < counts.length; at++) sums[group(at)] += counts[at];
  for (let at = 0; at < counts.length; at++) counts[at] = sums[group(at)] === 0 ? 0 : counts[at] / sums[group(at)];
}

/**
 * For each label, or with `samplewise` for each sample, the table [[rightly not, wrongly], [missed, rightly]].
 *
 * @param yTrue true labels, shape [nSamples], or a table of zeros and ones, shape [nSamples, nLabels]
 * @returns shape [nLabels, 2, 2], or [nSamples, 2, 2]
 * @throws {InvalidInputError} when samples have one label each and `samplewise` is asked for
 *
 * @example
 * ```ts
 * import { multilabelConfusionMatrix } from "@troupe/troupe";
 * multilabelConfusionMatrix([[1, 0], [0, 1]], [[1, 0], [1, 1]]).toArray(); // [[[0, 1], [0, 1]], [[1, 0], [0, 1]]]
 * ```
 */
export function multilabelConfusionMatrix(
  yTrue: TargetsLike,
  yPred: TargetsLike,
  options: WeightOptions & { labels?: LabelsLike | null; samplewise?: boolean } = {},
): NDArray<Float64Array> {
  checkOptionNames("multilabelConfusionMatrix", options, ["labels", "sampleWeight", "samplewise"]);
  const { hits, predicted, actual, total } = countLabels(yTrue, yPred, options);
  const out = new Float64Array(hits.length * 4);
  for (let c = 0; c < hits.length; c++) {
    const wrongly = predicted[c] - hits[c];
    const missed = actual[c] - hits[c];
    out.set([total[c] - hits[c] - wrongly - missed, wrongly, missed, hits[c]], c * 4);
  }
  return new NDArray(out, [hits.length, 2, 2]);
}

/**
 * Mean over the classes of the part of each that was found. With `adjusted`, chance scores 0.
 *
 * Source: K. H. Brodersen et al., "The balanced accuracy and its posterior distribution", ICPR (2010).
 *
 * @throws {InvalidInputError} when lengths or kinds of labels differ, or there are no samples
 *
 * @example
 * ```ts
 * import { balancedAccuracyScore } from "@troupe/troupe";
 * balancedAccuracyScore([0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1]); // 0.625
 * ```
 */
export function balancedAccuracyScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: WeightOptions & { adjusted?: boolean } = {},
): number {
  checkOptionNames("balancedAccuracyScore", options, ["adjusted", "sampleWeight"]);
  const counts = confusionMatrix(yTrue, yPred, { sampleWeight: options.sampleWeight });
  const k = counts.shape[0];
  let sum = 0;
  let present = 0;
  for (let c = 0; c < k; c++) {
    const total = counts.row(c).sum();
    // A class that was only predicted has no part to be found.
    if (total === 0) continue;
    sum += counts.get(c, c) / total;
    present++;
  }
  if (present < k) warnOnce("balancedAccuracyScore: yPred has classes that yTrue has not");
  const score = sum / present;
  if (options.adjusted !== true) return score;
  return (score - 1 / present) / (1 - 1 / present);
}
