import { checkNoOptions, checkOptionNames, type NoOptions } from "../utils/mod.ts";
import { type LabelsLike, NDArray } from "../array/mod.ts";
import { MetricError } from "./errors.ts";
import { expectedMutualInfo } from "./expected_mutual_info.ts";
import { entropyOf, type Overlap, overlapOf } from "./partition.ts";

/**
 * How often each label of one partition meets each of another.
 *
 * @returns counts, shape [nClasses, nClusters]
 * @throws {InvalidInputError} when there are not as many labels of the one as of the other
 *
 * @example
 * ```ts
 * import { contingencyMatrix } from "@troupe/troupe";
 * contingencyMatrix([0, 0, 1, 1], [0, 1, 1, 1]).toArray(); // [[1, 1], [0, 2]]
 * ```
 */
export function contingencyMatrix(
  labelsTrue: LabelsLike,
  labelsPred: LabelsLike,
  options: NoOptions = {},
): NDArray<Float64Array> {
  checkNoOptions("contingencyMatrix", options);
  const { rows, columns, cells } = overlapOf(labelsTrue, labelsPred);
  const out = new Float64Array(rows.length * columns.length);
  for (const { row, column, count } of cells) out[row * columns.length + column] = count;
  return new NDArray(out, [rows.length, columns.length]);
}

const squares = (v: Float64Array): number => v.reduce((s, x) => s + x * x, 0);

/** Ordered pairs of samples: apart in both, together in one, in the other, in both. */
function pairCounts({ n, rows, columns, cells }: Overlap): [number, number, number, number] {
  const both = cells.reduce((s, { count }) => s + count * count, 0);
  const inRows = squares(rows);
  const inColumns = squares(columns);
  return [n * n - inRows - inColumns + both, inColumns - both, inRows - both, both - n];
}

/**
 * Ordered pairs of samples by whether each partition puts them together: [[apart in both, together in labelsPred only],
 * [in labelsTrue only, in both]].
 *
 * @throws {InvalidInputError} when there are not as many labels of the one as of the other
 *
 * @example
 * ```ts
 * import { pairConfusionMatrix } from "@troupe/troupe";
 * pairConfusionMatrix([0, 0, 1, 1], [0, 0, 1, 2]).toArray(); // [[8, 0], [2, 2]]
 * ```
 */
export function pairConfusionMatrix(
  labelsTrue: LabelsLike,
  labelsPred: LabelsLike,
  options: NoOptions = {},
): NDArray<Float64Array> {
  checkNoOptions("pairConfusionMatrix", options);
  return new NDArray(Float64Array.from(pairCounts(overlapOf(labelsTrue, labelsPred))), [2, 2]);
}

/**
 * Part of the pairs of samples on which two partitions agree: together in both, or apart in both.
 *
 * Source: W. M. Rand, "Objective criteria for the evaluation of clustering methods", JASA 66 (1971).
 *
 * @throws {InvalidInputError} when there are not as many labels of the one as of the other
 *
 * @example
 * ```ts
 * import { randScore } from "@troupe/troupe";
 * randScore([0, 0, 1, 1], [0, 0, 1, 2]); // 0.8333…
 * ```
 */
export function randScore(labelsTrue: LabelsLike, labelsPred: LabelsLike, options: NoOptions = {}): number {
  checkNoOptions("randScore", options);
  const [apart, a, b, together] = pairCounts(overlapOf(labelsTrue, labelsPred));
  const all = apart + a + b + together;
  return a + b === 0 || all === 0 ? 1 : (apart + together) / all;
}

/**
 * Rand's index less what chance would give: 1 for the same partition, about 0 for unrelated ones.
 *
 * Source: L. Hubert, P. Arabie, "Comparing partitions", Journal of Classification 2 (1985).
 *
 * @throws {InvalidInputError} when there are not as many labels of the one as of the other
 *
 * @example
 * ```ts
 * import { adjustedRandScore } from "@troupe/troupe";
 * adjustedRandScore([0, 0, 1, 1], [1, 1, 0, 0]); // 1
 * ```
 */
export function adjustedRandScore(labelsTrue: LabelsLike, labelsPred: LabelsLike, options: NoOptions = {}): number {
  checkNoOptions("adjustedRandScore", options);
  const [tn, fp, fn, tp] = pairCounts(overlapOf(labelsTrue, labelsPred));
  if (fn === 0 && fp === 0) return 1;
  return 2 * (tp * tn - fn * fp) / ((tp + fn) * (fn + tn) + (tp + fp) * (fp + tn));
}

/**
 * Geometric mean of the parts of the pairs together in one partition that are together in the other.
 *
 * Source: E. B. Fowlkes, C. L. Mallows, "A method for comparing two hierarchical clusterings", JASA 78 (1983).
 *
 * @throws {InvalidInputError} when there are not as many labels of the one as of the other
 *
 * @example
 * ```ts
 * import { fowlkesMallowsScore } from "@troupe/troupe";
 * fowlkesMallowsScore([0, 0, 1, 1], [0, 0, 1, 2]); // 0.7071…
 * ```
 */
export function fowlkesMallowsScore(labelsTrue: LabelsLike, labelsPred: LabelsLike, options: NoOptions = {}): number {
  checkNoOptions("fowlkesMallowsScore", options);
  const [, fp, fn, tp] = pairCounts(overlapOf(labelsTrue, labelsPred));
  return tp === 0 ? 0 : Math.sqrt(tp / (tp + fp)) * Math.sqrt(tp / (tp + fn));
}

function mutualInfo({ n, rows, columns, cells }: Overlap): number {
  if (rows.length <= 1 || columns.length <= 1) return 0;
  const logN = Math.log(n);
  let sum = 0;
  for (const { row, column, count } of cells) {
    const part = count / n;
    const term = part * (Math.log(count) - logN) + part * (-Math.log(rows[row] * columns[column]) + logN + logN);
    if (Math.abs(term) >= Number.EPSILON) sum += term;
  }
  return Math.max(0, sum);
}

/**
 * Mutual information of two partitions, in nats.
 *
 * Source: T. M. Cover, J. A. Thomas, "Elements of Information Theory", 2.3.
 *
 * @throws {InvalidInputError} when there are not as many labels of the one as of the other
 *
 * @example
 * ```ts
 * import { mutualInfoScore } from "@troupe/troupe";
 * mutualInfoScore([0, 0, 1, 1], [0, 0, 1, 1]); // 0.6931…
 * ```
 */
export function mutualInfoScore(labelsTrue: LabelsLike, labelsPred: LabelsLike, options: NoOptions = {}): number {
  checkNoOptions("mutualInfoScore", options);
  return mutualInfo(overlapOf(labelsTrue, labelsPred));
}

/** How two entropies become one divisor. */
export type AverageMethod = "arithmetic" | "geometric" | "min" | "max";

function averaged(a: number, b: number, method: AverageMethod): number {
  if (method === "arithmetic") return (a + b) / 2;
  if (method === "geometric") return Math.sqrt(a * b);
  if (method === "min") return Math.min(a, b);
  if (method === "max") return Math.max(a, b);
  throw new MetricError(
    `averageMethod must be "arithmetic", "geometric", "min" or "max", got ${JSON.stringify(method)}`,
  );
}

/** True where both partitions have one part, or none. */
const trivial = ({ rows, columns }: Overlap): boolean => rows.length === columns.length && rows.length <= 1;

/**
 * Mutual information as part of the entropies' mean: 0 to 1.
 *
 * Source: A. Strehl, J. Ghosh, "Cluster ensembles: a knowledge reuse framework for combining multiple partitions", JMLR
 * 3 (2002).
 *
 * @throws {MetricError} when `averageMethod` is not known
 *
 * @example
 * ```ts
 * import { normalizedMutualInfoScore } from "@troupe/troupe";
 * normalizedMutualInfoScore([0, 0, 1, 1], [1, 1, 0, 0]); // 1
 * ```
 */
export function normalizedMutualInfoScore(
  labelsTrue: LabelsLike,
  labelsPred: LabelsLike,
  options: { averageMethod?: AverageMethod } = {},
): number {
  checkOptionNames("normalizedMutualInfoScore", options, ["averageMethod"]);
  const overlap = overlapOf(labelsTrue, labelsPred);
  const { averageMethod = "arithmetic" } = options;
  const scale = averaged(entropyOf(overlap.rows), entropyOf(overlap.columns), averageMethod);
  if (trivial(overlap)) return 1;
  const information = mutualInfo(overlap);
  return information === 0 ? 0 : information / scale;
}

/**
 * Mutual information less what chance would give, as part of the most that it could be: 1 for the same partition, about
 * 0 for unrelated ones.
 *
 * Source: N. X. Vinh, J. Epps, J. Bailey, "Information theoretic measures for clusterings comparison", JMLR 11 (2010).
 *
 * @throws {MetricError} when `averageMethod` is not known
 *
 * @example
 * ```ts
 * import { adjustedMutualInfoScore } from "@troupe/troupe";
 * adjustedMutualInfoScore([0, 0, 1, 1], [1, 1, 0, 0]); // 1
 * ```
 */
export function adjustedMutualInfoScore(
  labelsTrue: LabelsLike,
  labelsPred: LabelsLike,
  options: { averageMethod?: AverageMethod } = {},
): number {
  checkOptionNames("adjustedMutualInfoScore", options, ["averageMethod"]);
  const overlap = overlapOf(labelsTrue, labelsPred);
  const { averageMethod = "arithmetic" } = options;
  const scale = averaged(entropyOf(overlap.rows), entropyOf(overlap.columns), averageMethod);
  if (trivial(overlap)) return 1;
  if (overlap.rows.length === 1 || overlap.columns.length === 1) return 0;
  const expected = expectedMutualInfo(overlap.rows, overlap.columns, overlap.n);
  const away = (v: number): number => v < 0 ? Math.min(v, -Number.EPSILON) : Math.max(v, Number.EPSILON);
  return away(mutualInfo(overlap) - expected) / away(scale - expected);
}

/** Three measures that belong together. */
export interface VMeasures {
  /** 1 when each cluster holds samples of one class only. */
  homogeneity: number;
  /** 1 when all samples of a class are in one cluster. */
  completeness: number;
  /** Harmonic mean of both. */
  vMeasure: number;
}

/**
 * Homogeneity, completeness and their harmonic mean.
 *
 * Source: A. Rosenberg, J. Hirschberg, "V-measure: a conditional entropy-based external cluster evaluation measure",
 * EMNLP-CoNLL (2007).
 *
 * @param options `beta`: weight of homogeneity against completeness; 1 if left out
 * @throws {MetricError} when `beta` is negative
 * @throws {InvalidInputError} when there are not as many labels of the one as of the other
 *
 * @example
 * ```ts
 * import { homogeneityCompletenessVMeasure } from "@troupe/troupe";
 * homogeneityCompletenessVMeasure([0, 0, 1, 1], [0, 0, 0, 0]); // { homogeneity: 0, completeness: 1, vMeasure: 0 }
 * ```
 */
export function homogeneityCompletenessVMeasure(
  labelsTrue: LabelsLike,
  labelsPred: LabelsLike,
  options: { beta?: number } = {},
): VMeasures {
  checkOptionNames("homogeneityCompletenessVMeasure", options, ["beta"]);
  const { beta = 1 } = options;
  if (!(beta >= 0)) throw new MetricError(`beta must be a number from 0 up, got ${beta}`);
  const overlap = overlapOf(labelsTrue, labelsPred);
  if (overlap.n === 0) return { homogeneity: 1, completeness: 1, vMeasure: 1 };
  const information = mutualInfo(overlap);
  const ofClasses = entropyOf(overlap.rows);
  const ofClusters = entropyOf(overlap.columns);
  const homogeneity = ofClasses === 0 ? 1 : information / ofClasses;
  const completeness = ofClusters === 0 ? 1 : information / ofClusters;
  const vMeasure = homogeneity + completeness === 0
    ? 0
    : (1 + beta) * homogeneity * completeness / (beta * homogeneity + completeness);
  return { homogeneity, completeness, vMeasure };
}

/**
 * 1 when each cluster holds samples of one class only, 0 when clusters say nothing of classes.
 *
 * Source: as {@linkcode homogeneityCompletenessVMeasure}.
 *
 * @throws {InvalidInputError} when there are not as many labels of the one as of the other
 *
 * @example
 * ```ts
 * import { homogeneityScore } from "@troupe/troupe";
 * homogeneityScore([0, 0, 1, 1], [0, 0, 0, 0]); // 0
 * ```
 */
export function homogeneityScore(labelsTrue: LabelsLike, labelsPred: LabelsLike, options: NoOptions = {}): number {
  checkNoOptions("homogeneityScore", options);
  return homogeneityCompletenessVMeasure(labelsTrue, labelsPred).homogeneity;
}

/**
 * 1 when all samples of a class are in one cluster, 0 when classes say nothing of clusters.
 *
 * Source: as {@linkcode homogeneityCompletenessVMeasure}.
 *
 * @throws {InvalidInputError} when there are not as many labels of the one as of the other
 *
 * @example
 * ```ts
 * import { completenessScore } from "@troupe/troupe";
 * completenessScore([0, 0, 1, 1], [0, 0, 0, 0]); // 1
 * ```
 */
export function completenessScore(labelsTrue: LabelsLike, labelsPred: LabelsLike, options: NoOptions = {}): number {
  checkNoOptions("completenessScore", options);
  return homogeneityCompletenessVMeasure(labelsTrue, labelsPred).completeness;
}

/**
 * Harmonic mean of homogeneity and completeness; `beta` is the weight of homogeneity, 1 if left out.
 *
 * Source: as {@linkcode homogeneityCompletenessVMeasure}.
 *
 * @throws {MetricError} when `beta` is negative
 * @throws {InvalidInputError} when there are not as many labels of the one as of the other
 *
 * @example
 * ```ts
 * import { vMeasureScore } from "@troupe/troupe";
 * vMeasureScore([0, 0, 1, 1], [1, 1, 0, 0]); // 1
 * ```
 */
export function vMeasureScore(
  labelsTrue: LabelsLike,
  labelsPred: LabelsLike,
  options: { beta?: number } = {},
): number {
  checkOptionNames("vMeasureScore", options, ["beta"]);
  return homogeneityCompletenessVMeasure(labelsTrue, labelsPred, options).vMeasure;
}
