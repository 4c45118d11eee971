import { registerInternals } from "../../actors/mod.ts";
import type { NDArray } from "../array/mod.ts";
import { type ChunkedInput, combineInTree, cutAlike, partialsOf, wholeRows } from "../by_block/mod.ts";

/** How many of a block's labels are right. */
export interface HitPartial {
  /** Number of labels, or their weight. */
  readonly n: number;
  /** Of these, the right ones. */
  readonly hits: number;
}

/** What a block's predictions miss of its targets, by target. */
export interface MissPartial {
  /** Number of samples, or their weight. */
  readonly n: number;
  /** Sum of squares of what is missed. */
  readonly residual: Float64Array;
  /** Mean of the targets. */
  readonly mean: Float64Array;
  /** Sum of squares around it. */
  readonly spread: Float64Array;
}

/** Counts a block's labels that are right. */
export function hitsOfBlock(yTrue: NDArray, yPred: NDArray, weight?: NDArray): HitPartial {
  let n = 0, hits = 0;
  const a = yTrue.data as ArrayLike<unknown>, b = yPred.data as ArrayLike<unknown>;
  const w = weight?.data as ArrayLike<number> | undefined;
  for (let i = 0; i < a.length; i++) {
    const wi = w === undefined ? 1 : Number(w[i]);
    n += wi;
    if (a[i] === b[i]) hits += wi;
  }
  return { n, hits };
}

/** Sums up what a block's predictions miss. */
export function missesOfBlock(yTrue: NDArray, yPred: NDArray, weight?: NDArray): MissPartial {
  const rows = yTrue.length;
  const t = rows === 0 ? 1 : yTrue.size / rows;
  const a = yTrue.data as ArrayLike<number>, b = yPred.data as ArrayLike<number>;
  const w = weight?.data as ArrayLike<number> | undefined;
  const out = { residual: new Float64Array(t), mean: new Float64Array(t), spread: new Float64Array(t) };
  let n = 0;
  for (let i = 0; i < rows; i++) n += w === undefined ? 1 : Number(w[i]);
  for (let i = 0; i < rows * t; i++) {
    out.mean[i % t] += (w === undefined ? 1 : Number(w[Math.floor(i / t)])) * Number(a[i]) / n;
  }
  for (let i = 0; i < rows * t; i++) {
    const wi = w === undefined ? 1 : Number(w[Math.floor(i / t)]);
    const y = Number(a[i]);
    out.residual[i % t] += wi * (y - Number(b[i])) ** 2;
    out.spread[i % t] += wi * (y - out.mean[i % t]) ** 2;
  }
  return { n, ...out };
}

function combineMisses(a: MissPartial, b: MissPartial): MissPartial {
  if (a.n === 0 || b.n === 0) return a.n === 0 ? b : a;
  const n = a.n + b.n;
  return {
    n,
    residual: a.residual.map((v, k) => v + b.residual[k]),
    mean: a.mean.map((v, k) => (a.n * v + b.n * b.mean[k]) / n),
    spread: a.spread.map((v, k) => v + b.spread[k] + (a.mean[k] - b.mean[k]) ** 2 * a.n * b.n / n),
  };
}

/** True values, predictions and weights of the same samples, cut alike. */
function together(
  yTrue: ChunkedInput,
  yPred: unknown,
  sampleWeight: unknown,
  caller: string,
): ChunkedInput[] {
  const weight = sampleWeight === undefined || sampleWeight === null ? {} : { sampleWeight };
  const whole = yTrue.ndim > 1 ? wholeRows(yTrue, caller) : yTrue;
  return [whole, ...cutAlike(whole, { yPred, ...weight }, caller)];
}

/** Part of the labels that are right; their weight, where not `normalize`. */
export async function chunkedAccuracy(
  yTrue: ChunkedInput,
  yPred: unknown,
  options: { readonly normalize?: boolean; readonly sampleWeight?: unknown } = {},
): Promise<number> {
  const parts = await partialsOf(together(yTrue, yPred, options.sampleWeight, "accuracyScore"), hitsOfBlock);
  const { n, hits } = combineInTree(parts, (a, b) => ({ n: a.n + b.n, hits: a.hits + b.hits }));
  return options.normalize === false ? hits : hits / n;
}

/** What predictions miss, of all blocks together. */
export async function chunkedMisses(
  yTrue: ChunkedInput,
  yPred: unknown,
  sampleWeight: unknown,
  caller: string,
): Promise<MissPartial> {
  const parts = await partialsOf(together(yTrue, yPred, sampleWeight, caller), missesOfBlock);
  return combineInTree(parts, combineMisses);
}

/** Mean of squares of what predictions miss. */
export async function chunkedMeanSquaredError(
  yTrue: ChunkedInput,
  yPred: unknown,
  options: { readonly sampleWeight?: unknown } = {},
): Promise<number> {
  const { n, residual } = await chunkedMisses(yTrue, yPred, options.sampleWeight, "meanSquaredError");
  return residual.reduce((a, v) => a + v / n, 0) / residual.length;
}

/** Part of the variance that predictions explain: mean over the targets. */
export async function chunkedR2(
  yTrue: ChunkedInput,
  yPred: unknown,
  options: { readonly sampleWeight?: unknown } = {},
): Promise<number> {
  const { n, residual, spread } = await chunkedMisses(yTrue, yPred, options.sampleWeight, "r2Score");
  if (n < 2) return NaN;
  const scores = residual.map((r, k) => spread[k] === 0 ? (r === 0 ? 1 : 0) : 1 - r / spread[k]);
  return scores.reduce((a, v) => a + v, 0) / scores.length;
}

registerInternals({ hitsOfBlock, missesOfBlock });
