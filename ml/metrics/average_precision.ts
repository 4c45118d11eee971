import { type LabelsLike, type MatrixLike, type NDArray, toNDArray, type VectorLike } from "../array/mod.ts";
import {
  checkArray,
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkSampleWeight,
  encodeLabels,
} from "../utils/mod.ts";
import { averageBinary, type ScoreAverage } from "./average_binary.ts";
import { countsByLabel, type ScoreOptions, type ThresholdCounts, thresholdCounts } from "./curves.ts";
import { MetricError } from "./errors.ts";
import { keptLabel } from "./pos_label.ts";
import { checkIndicator, isTable, type TargetsLike } from "./targets.ts";
import { warnOnce } from "./warn.ts";

/** Options of {@linkcode averagePrecisionScore}. */
export interface AveragePrecisionOptions extends ScoreOptions {
  /** How the scores of several classes or labels become one; "macro" if left out. */
  average?: ScoreAverage;
}

function averagePrecision({ hits, misses }: ThresholdCounts): number {
  const total = hits[hits.length - 1];
  if (!(total > 0)) {
    warnOnce("averagePrecisionScore: there are no positive samples; the score is 0");
    return 0;
  }
  let sum = 0;
  for (let i = 0; i < hits.length; i++) {
    const found = hits[i] + misses[i];
    if (found > 0) sum += (hits[i] - (i === 0 ? 0 : hits[i - 1])) / total * (hits[i] / found);
  }
  return Math.max(0, sum);
}

/**
 * Mean precision over the thresholds of a score, each weighted by the recall that it adds.
 *
 * @param yTrue labels, shape [nSamples], or a table of zeros and ones, shape [nSamples, nLabels]
 * @param yScore scores of the label looked for, shape [nSamples]; of each class or label otherwise
 * @throws {MetricError} when `posLabel` is none of the labels, or there is not a column for each class
 *
 * @example
 * ```ts
 * import { averagePrecisionScore } from "@troupe/troupe";
 * averagePrecisionScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // 0.8333…
 * ```
 */
export function averagePrecisionScore(
  yTrue: TargetsLike,
  yScore: VectorLike | MatrixLike,
  options: AveragePrecisionOptions & { average: null },
): NDArray<Float64Array>;
/** The same, averaged to one number. */
export function averagePrecisionScore(
  yTrue: TargetsLike,
  yScore: VectorLike | MatrixLike,
  options?: AveragePrecisionOptions & { average?: Exclude<ScoreAverage, null> },
): number;
export function averagePrecisionScore(
  yTrue: TargetsLike,
  yScore: VectorLike | MatrixLike,
  options: AveragePrecisionOptions = {},
): number | NDArray<Float64Array> {
  checkOptionNames("averagePrecisionScore", options, ["average", "posLabel", "sampleWeight"]);
  const { average = "macro", sampleWeight } = options;
  const posLabel = keptLabel(options.posLabel === undefined ? 1 : options.posLabel);
  checkConsistentLength({ yTrue, yScore, sampleWeight });
  const judge = (t: Uint8Array, s: Float64Array, w?: Float64Array): number =>
    averagePrecision(thresholdCounts(t, s, w));
  const table = (n: number, k: number, truth: Uint8Array): number | NDArray<Float64Array> => {
    if (posLabel !== 1) throw new MetricError("averagePrecisionScore: posLabel is for two classes");
    const scores = checkArray(yScore as MatrixLike, { inputName: "yScore" });
    if (scores.shape[1] !== k) {
      throw new MetricError(`averagePrecisionScore: ${scores.shape[1]} columns of scores for ${k} classes or labels`);
    }
    const weight = sampleWeight ? checkSampleWeight(sampleWeight, n) : undefined;
    return averageBinary("averagePrecisionScore", { n, k, truth, scores: scores.data, weight }, average, judge);
  };
  if (isTable(yTrue)) {
    const { n, k, data } = checkIndicator(yTrue, "yTrue");
    return table(n, k, data);
  }
  const { classes, codes } = encodeLabels(checkLabels(yTrue as LabelsLike, "yTrue"));
  if (classes.size > 2) {
    const k = classes.size;
    if (toNDArray(yScore, "yScore").ndim !== 2) {
      throw new MetricError("averagePrecisionScore: more than two classes need a column of scores each");
    }
    const truth = new Uint8Array(codes.length * k);
    for (let i = 0; i < codes.length; i++) truth[i * k + codes[i]] = 1;
    return table(codes.length, k, truth);
  }
  if (classes.size === 2 && ![...classes.data].includes(posLabel as number)) {
    throw new MetricError(
      `averagePrecisionScore: posLabel ${JSON.stringify(posLabel)} is no label; valid: ${[...classes.data].join(", ")}`,
    );
  }
  return averagePrecision(countsByLabel(yTrue as LabelsLike, yScore as VectorLike, { posLabel, sampleWeight }));
}
