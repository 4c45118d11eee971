import { registerInternals } from "../../actors/mod.ts";
import type { NDArray } from "../array/mod.ts";
import { type ChunkedInput, combineInTree, partialsOf, wholeRows } from "../by_block/mod.ts";
import { checkArray, InvalidInputError } from "../utils/mod.ts";
import { addMoments, joinMoments, type Moments, noMoments } from "./moments.ts";

/** Moments of a block of samples. */
export function momentsOfBlock(block: NDArray): Moments {
  const m = block.shape[1];
  if (block.length === 0) return noMoments(m);
  return addMoments(noMoments(m), checkArray(block, { forceAllFinite: false }));
}

/**
 * Moments of samples in blocks, in one pass.
 *
 * @throws {InvalidInputError} when X holds infinities, or with weights
 */
export async function chunkedMoments(
  X: ChunkedInput,
  sampleWeight: unknown,
  caller: string,
): Promise<{ moments: Moments; m: number }> {
  if (sampleWeight !== undefined && sampleWeight !== null) {
    throw new InvalidInputError(`${caller}: sampleWeight is for X in memory`);
  }
  const samples = wholeRows(X, caller);
  const parts = await partialsOf([samples], momentsOfBlock);
  // A column of missing values only has no mean; an infinity leaves none either, but is counted.
  const bad = parts.findIndex((p) => p.variance.some((v, j) => p.count[j] > 0 && !Number.isFinite(v)));
  if (bad >= 0) {
    throw new InvalidInputError(
      `${caller}: X holds infinities, or values whose squares are too large, in block ${bad}`,
    );
  }
  return { moments: combineInTree(parts, joinMoments), m: samples.shape[1] };
}

/** Ends of each column of some samples; NaN where there are no values. */
export interface Ends {
  /** Number of samples. */
  readonly n: number;
  /** Smallest values. */
  readonly min: Float64Array;
  /** Largest values. */
  readonly max: Float64Array;
}

/** Ends of the columns of a table. */
export function endsOf(table: NDArray<Float64Array>, before?: Ends): Ends {
  const [n, m] = table.shape;
  const min = before?.min.slice() ?? new Float64Array(m).fill(NaN);
  const max = before?.max.slice() ?? new Float64Array(m).fill(NaN);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      const v = table.data[at];
      // NaN compares false with everything: a missing value changes nothing, the first other one everything.
      if (v < min[j] || (min[j] !== min[j] && v === v)) min[j] = v;
      if (v > max[j] || (max[j] !== max[j] && v === v)) max[j] = v;
    }
  }
  return { n: (before?.n ?? 0) + n, min, max };
}

/** Ends of the columns of a block. */
export function endsOfBlock(block: NDArray): Ends {
  return endsOf(checkArray(block, { forceAllFinite: false, ensureMinSamples: 0 }));
}

/** Ends of two lots together. */
export function joinEnds(a: Ends, b: Ends): Ends {
  const pick = (x: Float64Array, y: Float64Array, less: boolean): Float64Array =>
    x.map((v, j) => v !== v || (less ? y[j] < v : y[j] > v) ? y[j] : v);
  return { n: a.n + b.n, min: pick(a.min, b.min, true), max: pick(a.max, b.max, false) };
}

/**
 * Ends of the columns of samples in blocks, in one pass.
 *
 * @throws {InvalidInputError} when X holds infinities
 */
export async function chunkedEnds(X: ChunkedInput, caller: string): Promise<{ ends: Ends; m: number }> {
  const samples = wholeRows(X, caller);
  const parts = await partialsOf([samples], endsOfBlock);
  const bad = parts.findIndex(({ min, max }) => min.includes(-Infinity) || max.includes(Infinity));
  if (bad >= 0) throw new InvalidInputError(`${caller}: X holds infinities in block ${bad}`);
  return { ends: combineInTree(parts, joinEnds), m: samples.shape[1] };
}

registerInternals({ momentsOfBlock, endsOfBlock });
