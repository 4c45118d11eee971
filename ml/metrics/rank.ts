import { type LabelsLike, type MatrixLike, type NDArray, toNDArray, type VectorLike } from "../array/mod.ts";
import {
  checkArray,
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkSampleWeight,
  checkVector,
  encodeLabels,
} from "../utils/mod.ts";
import type { WeightOptions } from "./classification.ts";
import { MetricError } from "./errors.ts";
import type { ProbaOptions } from "./probability.ts";
import { checkIndicator } from "./targets.ts";
import { warnOnce } from "./warn.ts";

/** Options of {@linkcode topKAccuracyScore}. */
export interface TopKOptions extends ProbaOptions {
  /** Among how many of the best-scored classes the true one must be; 2 if left out. */
  k?: number;
  /** Give the part, not the weight, of what is right; true if left out. */
  normalize?: boolean;
}

/**
 * Part of the samples whose true class is among the `k` with the highest scores.
 *
 * @param yScore for two classes scores of the larger label, shape [nSamples]; otherwise of each, shape [nSamples,
 * nClasses]. Of equal scores the later class counts as higher
 * @throws {MetricError} when columns and classes do not fit together
 *
 * @example
 * ```ts
 * import { topKAccuracyScore } from "@troupe/troupe";
 * topKAccuracyScore([0, 1, 2], [[0.5, 0.2, 0.3], [0.3, 0.4, 0.3], [0.6, 0.3, 0.1]], { k: 2 }); // 0.6666…
 * ```
 */
export function topKAccuracyScore(
  yTrue: LabelsLike,
  yScore: VectorLike | MatrixLike,
  options: TopKOptions = {},
): number {
  checkOptionNames("topKAccuracyScore", options, ["k", "labels", "normalize", "sampleWeight"]);
  const { k = 2, normalize = true } = options;
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new MetricError(`topKAccuracyScore: k must be a whole number from 1 up, got ${k}`);
  }
  checkConsistentLength({ yTrue, yScore, sampleWeight: options.sampleWeight });
  const { codes, classes } = encodeLabels(checkLabels(yTrue, "yTrue"));
  const given = options.labels ? checkLabels(options.labels, "labels") : classes;
  if (encodeLabels(given).classes.data.join() !== given.data.join()) {
    throw new MetricError("topKAccuracyScore: labels must be sorted, each once");
  }
  const scores = toNDArray(yScore, "yScore");
  const columns = scores.ndim === 2 ? scores.shape[1] : 1;
  const many = classes.size > 2 || given.size > 2;
  if (given.size !== (many ? columns : 2) || (!many && columns !== 1)) {
    throw new MetricError(
      `topKAccuracyScore: ${columns} column(s) of scores for ${given.size} classes; say by labels which there are`,
    );
  }
  const places = Array.from(classes.data as ArrayLike<unknown>, (v) => [...given.data as Iterable<unknown>].indexOf(v));
  if (places.includes(-1)) throw new MetricError("topKAccuracyScore: yTrue has labels that are not in labels");
  if (k >= given.size) warnOnce(`topKAccuracyScore: k=${k} of ${given.size} classes is always right`);
  const hit = many
    ? hitsOfMany(codes.map((c) => places[c]), checkArray(scores, { inputName: "yScore" }), k)
    : hitsOfTwo(codes.map((c) => places[c]), checkVector(scores, "yScore").data, k);
  const weight = checkSampleWeight(options.sampleWeight, codes.length);
  let sum = 0, mass = 0;
  for (let i = 0; i < hit.length; i++) {
    if (hit[i] === 1) sum += weight[i];
    mass += weight[i];
  }
  return normalize ? sum / mass : sum;
}

function hitsOfTwo(truth: Int32Array, scores: Float64Array, k: number): Uint8Array {
  // Scores within 0 and 1 are taken for probabilities.
  const threshold = scores.every((s) => s >= 0 && s <= 1) ? 0.5 : 0;
  return Uint8Array.from(truth, (t, i) => k > 1 || (scores[i] > threshold ? 1 : 0) === t ? 1 : 0);
}

function hitsOfMany(truth: Int32Array, { data, shape: [, m] }: NDArray<Float64Array>, k: number): Uint8Array {
  return Uint8Array.from(truth, (t, i) => {
    const own = data[i * m + t];
    let above = 0;
    for (let c = 0; c < m; c++) if (data[i * m + c] > own || (data[i * m + c] === own && c > t)) above++;
    return above < k ? 1 : 0;
  });
}

/** Options of {@linkcode ndcgScore}. */
export interface NdcgOptions extends WeightOptions {
  /** Only the first so many places count; all if left out. */
  k?: number | null;
  /** Do not share places among equal scores, but let the last stand first; false if left out. */
  ignoreTies?: boolean;
}

function gains(
  truth: NDArray<Float64Array>,
  scores: NDArray<Float64Array>,
  options: NdcgOptions,
  logBase: number,
): Float64Array {
  const [n, m] = truth.shape;
  const k = options.k ?? m;
  const discount = Float64Array.from({ length: m }, (_, r) => r < k ? 1 / (Math.log(r + 2) / Math.log(logBase)) : 0);
  const out = new Float64Array(n);
  const order = new Uint32Array(m);
  for (let i = 0; i < n; i++) {
    const s = scores.data.subarray(i * m, (i + 1) * m);
    const t = truth.data.subarray(i * m, (i + 1) * m);
    for (let j = 0; j < m; j++) order[j] = j;
    order.sort((a, b) => s[b] - s[a] || b - a);
    for (let start = 0; start < m;) {
      let end = start + 1;
      if (options.ignoreTies !== true) { while (end < m && s[order[end]] === s[order[start]]) end++; }
      let gain = 0, place = 0;
      for (let r = start; r < end; r++) {
        gain += t[order[r]];
        place += discount[r];
      }
      out[i] += gain / (end - start) * place;
      start = end;
    }
  }
  return out;
}

function relevanceAndScores(
  who: string,
  yTrue: MatrixLike,
  yScore: MatrixLike,
  { k = null, sampleWeight }: NdcgOptions,
): { truth: NDArray<Float64Array>; scores: NDArray<Float64Array>; weight: Float64Array } {
  checkConsistentLength({ yTrue, yScore, sampleWeight });
  const truth = checkArray(yTrue, { inputName: "yTrue" });
  const scores = checkArray(yScore, { inputName: "yScore" });
  if (truth.shape[1] !== scores.shape[1]) {
    throw new MetricError(`${who}: yTrue has ${truth.shape[1]} columns, yScore ${scores.shape[1]}`);
  }
  if (truth.shape[1] < 2) throw new MetricError(`${who}: a ranking needs at least two columns, got ${truth.shape[1]}`);
  if (k !== null && !(Number.isInteger(k) && k >= 1)) {
    throw new MetricError(`${who}: k must be a whole number from 1 up, got ${k}`);
  }
  return { truth, scores, weight: checkSampleWeight(sampleWeight, truth.shape[0]) };
}

function weightedMean(values: Float64Array, weight: Float64Array): number {
  let sum = 0, mass = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i] * weight[i];
    mass += weight[i];
  }
  return sum / mass;
}

/**
 * Discounted cumulative gain: the true relevances, each divided by the logarithm of the place that its score gives it.
 *
 * Sources: K. Järvelin, J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20 (2002); ties as
 * F. McSherry, M. Najork, "Computing information retrieval performance measures efficiently in the presence of tied
 * scores", ECIR (2008).
 *
 * @param yTrue relevances, shape [nSamples, nDocuments]
 * @param yScore scores, of the same shape
 * @param options `logBase`: base of the logarithm; 2 if left out
 * @throws {MetricError} when shapes differ, or there is one column only
 *
 * @example
 * ```ts
 * import { dcgScore } from "@troupe/troupe";
 * dcgScore([[3, 2, 0]], [[0.9, 0.2, 0.5]]); // 4
 * ```
 */
export function dcgScore(
  yTrue: MatrixLike,
  yScore: MatrixLike,
  options: NdcgOptions & { logBase?: number } = {},
): number {
  checkOptionNames("dcgScore", options, ["ignoreTies", "k", "logBase", "sampleWeight"]);
  const { truth, scores, weight } = relevanceAndScores("dcgScore", yTrue, yScore, options);
  return weightedMean(gains(truth, scores, options, options.logBase ?? 2), weight);
}

/**
 * Discounted cumulative gain as part of the best that is possible: from 0 to 1.
 *
 * Source: as {@linkcode dcgScore}.
 *
 * @param yTrue relevances from 0 up, shape [nSamples, nDocuments]
 * @param yScore scores, of the same shape
 * @throws {MetricError} when shapes differ, a relevance is negative, or there is one column only
 *
 * @example
 * ```ts
 * import { ndcgScore } from "@troupe/troupe";
 * ndcgScore([[3, 2, 0]], [[0.9, 0.2, 0.5]]); // 0.9385…
 * ```
 */
export function ndcgScore(yTrue: MatrixLike, yScore: MatrixLike, options: NdcgOptions = {}): number {
  checkOptionNames("ndcgScore", options, ["ignoreTies", "k", "sampleWeight"]);
  const { truth, scores, weight } = relevanceAndScores("ndcgScore", yTrue, yScore, options);
  if (truth.data.some((v) => v < 0)) throw new MetricError("ndcgScore: yTrue must not be negative");
  const got = gains(truth, scores, options, 2);
  const best = gains(truth, truth, { k: options.k, ignoreTies: true }, 2);
  return weightedMean(got.map((g, i) => best[i] === 0 ? 0 : g / best[i]), weight);
}

function labelTable(who: string, yTrue: MatrixLike, yScore: MatrixLike, sampleWeight?: VectorLike | null): {
  n: number;
  k: number;
  truth: Uint8Array;
  scores: Float64Array;
  weight: Float64Array;
} {
  checkConsistentLength({ yTrue, yScore, sampleWeight });
  const { n, k, data } = checkIndicator(yTrue, "yTrue");
  const scores = checkArray(yScore, { inputName: "yScore" });
  if (scores.shape[1] !== k) throw new MetricError(`${who}: yTrue has ${k} columns, yScore ${scores.shape[1]}`);
  return { n, k, truth: data, scores: scores.data, weight: checkSampleWeight(sampleWeight, n) };
}

/**
 * How far down the ranking one must go, on average, to find all true labels.
 *
 * @param yTrue zeros and ones, shape [nSamples, nLabels]
 * @param yScore scores, of the same shape
 * @throws {MetricError} when shapes differ
 *
 * @example
 * ```ts
 * import { coverageError } from "@troupe/troupe";
 * coverageError([[1, 0, 0], [0, 1, 1]], [[0.9, 0.5, 0.1], [0.4, 0.8, 0.3]]); // 2
 * ```
 */
export function coverageError(yTrue: MatrixLike, yScore: MatrixLike, options: WeightOptions = {}): number {
  checkOptionNames("coverageError", options, ["sampleWeight"]);
  const { n, k, truth, scores, weight } = labelTable("coverageError", yTrue, yScore, options.sampleWeight);
  const depth = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let least = Infinity;
    for (let c = 0; c < k; c++) if (truth[i * k + c] === 1) least = Math.min(least, scores[i * k + c]);
    if (least === Infinity) continue;
    for (let c = 0; c < k; c++) if (scores[i * k + c] >= least) depth[i]++;
  }
  return weightedMean(depth, weight);
}

/**
 * For each true label the part of what is ranked as high that is true too, on average.
 *
 * Source: G. Tsoumakas, I. Katakis, I. Vlahavas, "Mining multi-label data", Data Mining and Knowledge Discovery
 * Handbook (2010).
 *
 * @param yTrue zeros and ones, shape [nSamples, nLabels]
 * @param yScore scores, of the same shape
 * @throws {MetricError} when shapes differ
 *
 * @example
 * ```ts
 * import { labelRankingAveragePrecisionScore } from "@troupe/troupe";
 * labelRankingAveragePrecisionScore([[1, 0, 0], [0, 0, 1]], [[0.75, 0.5, 1], [1, 0.2, 0.1]]); // 0.4166…
 * ```
 */
export function labelRankingAveragePrecisionScore(
  yTrue: MatrixLike,
  yScore: MatrixLike,
  options: WeightOptions = {},
): number {
  checkOptionNames("labelRankingAveragePrecisionScore", options, ["sampleWeight"]);
  const who = "labelRankingAveragePrecisionScore";
  const { n, k, truth, scores, weight } = labelTable(who, yTrue, yScore, options.sampleWeight);
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0, relevant = 0;
    for (let c = 0; c < k; c++) {
      if (truth[i * k + c] === 0) continue;
      let all = 0, own = 0;
      for (let d = 0; d < k; d++) {
        if (scores[i * k + d] < scores[i * k + c]) continue;
        all++;
        if (truth[i * k + d] === 1) own++;
      }
      sum += own / all;
      relevant++;
    }
    values[i] = relevant === 0 || relevant === k ? 1 : sum / relevant;
  }
  return weightedMean(values, weight);
}

/**
 * Part of the pairs of a true and another label that are ranked the wrong way, ties too, on average.
 *
 * Source: G. Tsoumakas, I. Katakis, I. Vlahavas, "Mining multi-label data", Data Mining and Knowledge Discovery
 * Handbook (2010).
 *
 * @param yTrue zeros and ones, shape [nSamples, nLabels]
 * @param yScore scores, of the same shape
 * @throws {MetricError} when shapes differ
 *
 * @example
 * ```ts
 * import { labelRankingLoss } from "@troupe/troupe";
 * labelRankingLoss([[1, 0, 0], [0, 0, 1]], [[0.75, 0.5, 1], [1, 0.2, 0.1]]); // 0.75
 * ```
 */
export function labelRankingLoss(yTrue: MatrixLike, yScore: MatrixLike, options: WeightOptions = {}): number {
  checkOptionNames("labelRankingLoss", options, ["sampleWeight"]);
  const { n, k, truth, scores, weight } = labelTable("labelRankingLoss", yTrue, yScore, options.sampleWeight);
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let wrong = 0, relevant = 0;
    for (let c = 0; c < k; c++) {
      if (truth[i * k + c] === 0) continue;
      relevant++;
      for (let d = 0; d < k; d++) if (truth[i * k + d] === 0 && scores[i * k + d] >= scores[i * k + c]) wrong++;
    }
    if (relevant !== 0 && relevant !== k) values[i] = wrong / (relevant * (k - relevant));
  }
  return weightedMean(values, weight);
}
