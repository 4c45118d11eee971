import { NDArray } from "../array/mod.ts";
import type { Params } from "../base/mod.ts";
import type { FitResult } from "./fit_and_score.ts";
import { SINGLE } from "./scoring.ts";

/**
 * What a search found out, a column for each of scikit-learn's keys, in camelCase: `mean_test_score` is `meanTestScore`,
 * `split0_test_score` is `split0TestScore`, `rank_test_score` is `rankTestScore`, and with several metrics
 * `mean_test_f1_macro` is `meanTestF1Macro`. Only `param_` and the parameter's name stay as they are: `param_C`.
 * A parameter that a candidate does not set is `undefined` in its column. Times are in seconds.
 */
export interface CvResults {
  /** Parameters of each candidate. */
  params: Params[];
  /** Mean seconds of a fit. */
  meanFitTime: NDArray<Float64Array>;
  /** Standard deviation of the seconds of a fit. */
  stdFitTime: NDArray<Float64Array>;
  /** Mean seconds of scoring. */
  meanScoreTime: NDArray<Float64Array>;
  /** Standard deviation of the seconds of scoring. */
  stdScoreTime: NDArray<Float64Array>;
  /** Mean score over the splits; with one metric. */
  meanTestScore: NDArray<Float64Array>;
  /** Standard deviation of the score over the splits; with one metric. */
  stdTestScore: NDArray<Float64Array>;
  /** Place among the candidates, 1 for the best, equals sharing the better place; with one metric. */
  rankTestScore: NDArray<Int32Array>;
  /** The other columns. */
  [key: string]: NDArray<Float64Array> | NDArray<Int32Array> | Params[] | unknown[];
}

/** `f1_macro` to `F1Macro`, as metrics stand inside of keys. */
export function metricKey(name: string): string {
  return name.split("_").filter((part) => part !== "").map((part) => part[0].toUpperCase() + part.slice(1)).join("");
}

/** Places of scores, 1 for the largest; equals share the smaller place, and NaN comes last. */
function ranks(means: Float64Array): Int32Array {
  const numbers = means.filter((v) => v === v);
  if (numbers.length === 0) return new Int32Array(means.length).fill(1);
  const worst = Math.min(...numbers) - 1;
  const values = means.map((v) => v !== v ? worst : v);
  const sorted = values.slice().sort().reverse();
  const place = new Map<number, number>();
  sorted.forEach((v, i) => {
    if (!place.has(v)) place.set(v, i + 1);
  });
  return Int32Array.from(values, (v) => place.get(v) as number);
}

/** Columns of means, deviations and, for scores, of each split. */
function addColumns(out: Record<string, unknown>, key: string, table: NDArray<Float64Array>, splits: boolean): void {
  const [n, k] = table.shape;
  if (splits) { for (let s = 0; s < k; s++) out[`split${s}${key}`] = table.col(s); }
  const mean = new Float64Array(n);
  const std = new Float64Array(n);
  for (let c = 0; c < n; c++) {
    mean[c] = table.row(c).mean();
    std[c] = table.row(c).std();
  }
  out[`mean${key}`] = new NDArray(mean);
  out[`std${key}`] = new NDArray(std);
}

/** Makes the columns of the results of all fits, candidates first. */
export function makeCvResults(
  candidates: readonly Params[],
  nSplits: number,
  results: readonly FitResult[],
  metrics: readonly string[],
): CvResults {
  const n = candidates.length;
  const table = (value: (r: FitResult) => number): NDArray<Float64Array> =>
    new NDArray(Float64Array.from(results, value), [n, nSplits]);
  const out: Record<string, unknown> = {};
  addColumns(out, "FitTime", table((r) => r.fitTime), false);
  addColumns(out, "ScoreTime", table((r) => r.scoreTime), false);
  const names = new Set(candidates.flatMap((params) => Object.keys(params)));
  for (const name of names) out[`param_${name}`] = candidates.map((params) => params[name]);
  out.params = [...candidates];
  for (const metric of metrics) {
    const key = metric === SINGLE ? "Score" : metricKey(metric);
    addColumns(out, `Test${key}`, table((r) => r.testScores[metric]), true);
    out[`rankTest${key}`] = new NDArray(ranks((out[`meanTest${key}`] as NDArray<Float64Array>).data));
    if (results[0]?.trainScores !== undefined) {
      addColumns(out, `Train${key}`, table((r) => r.trainScores?.[metric] ?? NaN), true);
    }
  }
  return out as CvResults;
}
