import { NDArray } from "../array/mod.ts";
import { MetricError } from "./errors.ts";

/** How the scores of several labels become one; "samples" takes tables of zeros and ones only. */
export type ScoreAverage = "macro" | "weighted" | "micro" | "samples" | null;

/** Judges the scores of one label. */
export type BinaryScore = (truth: Uint8Array, scores: Float64Array, weight?: Float64Array) => number;

/** A table of zeros and ones beside one of scores. */
export interface ScoreTable {
  n: number;
  k: number;
  truth: Uint8Array;
  scores: Float64Array;
  weight?: Float64Array;
}

function column<D extends Uint8Array | Float64Array>(data: D, n: number, k: number, c: number): D {
  const out = new (data.constructor as new (n: number) => D)(n);
  for (let i = 0; i < n; i++) out[i] = data[i * k + c];
  return out;
}

/** Judges each label (or each sample) by itself, and averages; with null, gives all. */
export function averageBinary(
  who: string,
  { n, k, truth, scores, weight }: ScoreTable,
  average: ScoreAverage,
  score: BinaryScore,
): number | NDArray<Float64Array> {
  if (![null, "micro", "macro", "weighted", "samples"].includes(average)) {
    throw new MetricError(`${who}: average must be "macro", "weighted", "micro", "samples" or null, got ${average}`);
  }
  if (average === "micro") {
    const spread = weight && Float64Array.from({ length: n * k }, (_, at) => weight[Math.floor(at / k)]);
    return score(truth, scores, spread);
  }
  const bySample = average === "samples";
  const values = new Float64Array(bySample ? n : k);
  let shares: Float64Array | undefined = bySample ? weight : undefined;
  if (average === "weighted") {
    shares = new Float64Array(k);
    for (let at = 0; at < n * k; at++) {
      if (truth[at] === 1) shares[at % k] += weight === undefined ? 1 : weight[Math.floor(at / k)];
    }
    if (shares.every((s) => s < 1e-8)) return 0;
  }
  let sum = 0;
  let mass = 0;
  for (let c = 0; c < values.length; c++) {
    const share = shares === undefined ? 1 : shares[c];
    values[c] = bySample
      ? score(truth.subarray(c * k, (c + 1) * k), scores.slice(c * k, (c + 1) * k))
      : score(column(truth, n, k, c), column(scores, n, k, c), weight);
    // What weighs nothing is left out, also where it is NaN.
    if (share === 0) continue;
    sum += share * values[c];
    mass += share;
  }
  return average === null ? new NDArray(values) : sum / mass;
}
