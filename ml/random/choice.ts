import { type ArrayData, NDArray, toNDArray, type VectorLike } from "../array/mod.ts";
import { RandomStateError } from "./errors.ts";
import type { Size } from "./arguments.ts";
import type { RandomState } from "./random_state.ts";

/** How {@linkcode RandomState.choice} draws. */
export interface ChoiceOptions {
  /** Shape of what is drawn; a single one if left out. */
  size?: Size;
  /** Whether the same may be drawn again; true if left out. */
  replace?: boolean;
  /** Probability of each; all alike if left out. */
  p?: VectorLike | null;
}

/** What is drawn from: how many, or the entries of an array or list. */
export function thingsToDraw(
  what: string,
  a: number | readonly number[] | NDArray<ArrayData>,
): number | NDArray<ArrayData> {
  if (a instanceof NDArray || (Number.isInteger(a) && (a as number) >= 0)) return a as number;
  if (typeof a === "object" && a !== null) return toNDArray(a as VectorLike, "what to draw from");
  throw new RandomStateError(
    `RandomState.${what}(): expected a whole number that is not negative, or an array, got ${a}`,
  );
}

/** Numbers of what was drawn from `n` things. */
export function choose(rng: RandomState, n: number, count: number, options: ChoiceOptions): Int32Array {
  const { replace = true } = options;
  if (!Number.isInteger(n) || n < 0 || (n === 0 && count > 0)) {
    throw new RandomStateError(`RandomState.choice(): nothing to draw from: ${n}`);
  }
  const p = options.p === undefined || options.p === null ? undefined : checkProbabilities(options.p, n);
  if (!replace && count > n) {
    throw new RandomStateError(`RandomState.choice(): cannot draw ${count} of ${n} without replacement`);
  }
  if (p === undefined) {
    return replace ? Int32Array.from(rng.randint(0, n, count).data) : rng.permutation(n).data.slice(0, count);
  }
  return replace ? locate(cumulative(p), rng.randomSample(count).data) : withoutReplacement(rng, p, count);
}

function checkProbabilities(p: VectorLike, n: number): Float64Array {
  const data = toNDArray(p as VectorLike, "p").astype("float64").data;
  if (data.length !== n) throw new RandomStateError(`RandomState.choice(): ${data.length} probabilities for ${n}`);
  const bad = data.findIndex((v) => !(v >= 0));
  if (bad >= 0) throw new RandomStateError(`RandomState.choice(): p[${bad}] is ${data[bad]}`);
  const sum = data.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > Math.sqrt(Number.EPSILON)) {
    throw new RandomStateError(`RandomState.choice(): probabilities sum to ${sum}, not to 1`);
  }
  return data;
}

function cumulative(p: Float64Array): Float64Array {
  const out = new Float64Array(p.length);
  let sum = 0;
  for (let i = 0; i < p.length; i++) out[i] = sum += p[i];
  for (let i = 0; i < p.length; i++) out[i] /= sum;
  return out;
}

/** For each value the first place whose cumulative probability is larger. */
function locate(cdf: Float64Array, values: Float64Array): Int32Array {
  const out = new Int32Array(values.length);
  for (let k = 0; k < values.length; k++) {
    let low = 0;
    let high = cdf.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (values[k] < cdf[middle]) high = middle;
      else low = middle + 1;
    }
    out[k] = low;
  }
  return out;
}

/** Draws what is missing, drops doubles, takes what was drawn out of the distribution, until there are enough. */
function withoutReplacement(rng: RandomState, p: Float64Array, count: number): Int32Array {
  if (p.reduce((k, v) => k + (v > 0 ? 1 : 0), 0) < count) {
    throw new RandomStateError(`RandomState.choice(): fewer than ${count} probabilities are not zero`);
  }
  const left = p.slice();
  const found = new Set<number>();
  while (found.size < count) {
    const x = rng.randomSample(count - found.size).data;
    for (const i of found) left[i] = 0;
    for (const i of locate(cumulative(left), x)) found.add(i);
  }
  return Int32Array.from(found);
}
