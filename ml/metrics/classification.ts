import { type LabelsLike, NDArray, type VectorLike } from "../array/mod.ts";
import { MetricError } from "./errors.ts";
import { classTargets } from "./targets.ts";

/** Options that every classification metric takes. */
export interface WeightOptions {
  /** A weight for each sample; all the same if left out. */
  sampleWeight?: VectorLike | null;
}

/**
 * Part of the samples whose predicted label is the true one; their weight or number with `normalize: false`.
 *
 * @example
 * ```ts
 * import { accuracyScore } from "@troupe/troupe";
 * accuracyScore([0, 1, 2, 3], [0, 2, 1, 3]); // 0.5
 * ```
 */
export function accuracyScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: WeightOptions & { normalize?: boolean } = {},
): number {
  const { truth, predicted, weight } = classTargets(yTrue, yPred, options.sampleWeight);
  let hit = 0;
  let total = 0;
  for (let i = 0; i < truth.length; i++) {
    total += weight[i];
    if (truth[i] === predicted[i]) hit += weight[i];
  }
  return options.normalize === false ? hit : hit / total;
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
 */
export function confusionMatrix(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: ConfusionOptions = {},
): NDArray<Float64Array> {
  const { asked: k, truth, predicted, weight } = classTargets(yTrue, yPred, options.sampleWeight, options.labels);
  const out = new Float64Array(k * k);
  let seen = false;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] >= k) continue;
    seen = true;
    if (predicted[i] < k) out[truth[i] * k + predicted[i]] += weight[i];
  }
  if (!seen) throw new MetricError("confusionMatrix: none of the labels asked for occurs in yTrue");
  const { normalize } = options;
  if (normalize !== undefined && normalize !== null) normalizeCounts(out, k, normalize);
  return new NDArray(out, [k, k]);
}

function normalizeCounts(counts: Float64Array, k: number, by: "true" | "pred" | "all"): void {
  const group = (at: number): number => by === "true" ? Math.floor(at / k) : by === "pred" ? at % k : 0;
  const sums = new Float64Array(k);
  for (let at = 0; at < counts.length; at++) sums[group(at)] += counts[at];
  for (let at = 0; at < counts.length; at++) counts[at] = sums[group(at)] === 0 ? 0 : counts[at] / sums[group(at)];
}

/** Mean over the classes of the part of each that was found. With `adjusted`, chance scores 0. */
export function balancedAccuracyScore(
  yTrue: LabelsLike,
  yPred: LabelsLike,
  options: WeightOptions & { adjusted?: boolean } = {},
): number {
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
  const score = sum / present;
  if (options.adjusted !== true) return score;
  return (score - 1 / present) / (1 - 1 / present);
}
