import { NDArray } from "../array/mod.ts";
import { checkRandomState, type RandomState, type RandomStateLike, shuffledIndices } from "../random/mod.ts";
import { bool, checkOptionNames, checkOptions, checkParameters, either, integer, oneOf, real } from "../utils/mod.ts";
import { DatasetError } from "./errors.ts";

/** Parameters of {@linkcode makeMoons}. */
export interface MakeMoonsOptions {
  /** How many samples in all, or on the outer and the inner curve; 100 if left out. */
  nSamples?: number | readonly [number, number];
  /** Whether to put the samples in random order; true if left out. */
  shuffle?: boolean;
  /** Standard deviation of noise added to both features; none if null or left out. */
  noise?: number | null;
  /** Seed. */
  randomState?: RandomStateLike;
}

/** Parameters of {@linkcode makeCircles}. */
export interface MakeCirclesOptions extends MakeMoonsOptions {
  /** Radius of the inner circle, from 0 to less than 1; 0.8 if left out. */
  factor?: number;
}

/** Points of two curves. */
export interface TwoCurves {
  /** Points, shape [nSamples, 2]. */
  X: NDArray<Float64Array>;
  /** 0 for the outer curve, 1 for the inner one, shape [nSamples]. */
  y: NDArray<Int32Array>;
}

type Point = (angle: number) => [number, number];

function twoCurves(
  who: string,
  options: MakeMoonsOptions,
  angles: (n: number) => Float64Array,
  outer: Point,
  inner: Point,
): TwoCurves {
  const known = ["nSamples", "shuffle", "noise", "randomState", ...who === "makeCircles" ? ["factor"] : []];
  checkOptionNames(who, options, known);
  const { nSamples = 100, shuffle = true, noise = null } = options;
  checkParameters(who, { shuffle, noise }, { shuffle: bool, noise: either(real({ min: 0 }), oneOf(null)) });
  if (typeof nSamples === "number") {
    // As in scikit-learn, a circle may have no points.
    checkParameters(who, { nSamples }, { nSamples: integer({ min: who === "makeCircles" ? 0 : 1 }) });
  }
  const counts = typeof nSamples === "number"
    ? [Math.floor(nSamples / 2), nSamples - Math.floor(nSamples / 2)]
    : [...nSamples];
  if (counts.length !== 2) throw new DatasetError(`${who}: nSamples must be a number or a pair of numbers`);
  for (const n of counts) checkParameters(who, { nSamples: n }, { nSamples: integer({ min: 0 }) });
  const rng: RandomState = checkRandomState(options.randomState);
  const n = counts[0] + counts[1];
  let X = new NDArray(new Float64Array(2 * n), [n, 2]);
  let y = new NDArray(new Int32Array(n).fill(1, counts[0]));
  let row = 0;
  for (const [c, point] of [outer, inner].entries()) {
    for (const angle of angles(counts[c])) {
      const [a, b] = point(angle);
      X.data[2 * row] = a;
      X.data[2 * row++ + 1] = b;
    }
  }
  if (shuffle) {
    const order = shuffledIndices(n, rng);
    X = X.take(order);
    y = y.take(order);
  }
  if (noise !== null) {
    const drawn = rng.standardNormal(X.size).data;
    for (let i = 0; i < drawn.length; i++) X.data[i] += noise * drawn[i];
  }
  return { X, y };
}

/** `n` angles from 0 to `stop`, both included unless `open`. */
function anglesTo(n: number, stop: number, open: boolean): Float64Array {
  const steps = open ? n : n - 1;
  const out = new Float64Array(n);
  const step = steps > 0 ? stop / steps : 0;
  for (let i = 0; i < n; i++) out[i] = i * step;
  if (!open && n > 1) out[n - 1] = stop;
  return out;
}

/**
 * Two half circles that reach into each other; to rounding the same as scikit-learn's for the same seed.
 *
 * @throws {DatasetError} when `nSamples` is no number and no pair of numbers
 * @throws {InvalidParameterError} when another option has a value it cannot have
 *
 * @example
 * ```ts
 * import { makeMoons } from "@troupe/troupe";
 * makeMoons({ nSamples: 200, noise: 0.2, randomState: 42 }).X.shape; // [200, 2]
 * ```
 */
export function makeMoons(options: MakeMoonsOptions = {}): TwoCurves {
  return twoCurves(
    "makeMoons",
    options,
    (n) => anglesTo(n, Math.PI, false),
    (a) => [Math.cos(a), Math.sin(a)],
    (a) => [1 - Math.cos(a), 1 - Math.sin(a) - 0.5],
  );
}

/**
 * A circle within a circle; to rounding the same as scikit-learn's for the same seed.
 *
 * @throws {InvalidParameterError} when `factor` is not from 0 to, but not including, 1
 *
 * @example
 * ```ts
 * import { makeCircles } from "@troupe/troupe";
 * makeCircles({ nSamples: 200, factor: 0.5, randomState: 42 }).X.shape; // [200, 2]
 * ```
 */
export function makeCircles(options: MakeCirclesOptions = {}): TwoCurves {
  checkOptions("makeCircles", options);
  const { factor = 0.8, ...rest } = options;
  checkParameters("makeCircles", { factor }, { factor: real({ min: 0, below: 1 }) });
  return twoCurves(
    "makeCircles",
    rest,
    (n) => anglesTo(n, 2 * Math.PI, true),
    (a) => [Math.cos(a), Math.sin(a)],
    (a) => [Math.cos(a) * factor, Math.sin(a) * factor],
  );
}
