import { NDArray } from "../array/mod.ts";
import { checkRandomState, type RandomStateLike, shuffledIndices } from "../random/mod.ts";
import { bool, checkOptionNames, checkParameters, either, integer, oneOf, real } from "../utils/mod.ts";
import { orthonormalFactor } from "../linalg/mod.ts";

/** Parameters of {@linkcode makeLowRankMatrix}. */
export interface MakeLowRankMatrixOptions {
  /** How many rows; 100 if left out. */
  nSamples?: number;
  /** How many columns; 100 if left out. */
  nFeatures?: number;
  /** About how many singular vectors explain most; 10 if left out. */
  effectiveRank?: number;
  /** Weight of the long tail of small singular values, 0 to 1; 0.5 if left out. */
  tailStrength?: number;
  /** Seed. */
  randomState?: RandomStateLike;
}

/**
 * A random table most of which a few directions explain, with a tail of noise; to rounding the same as scikit-learn's.
 *
 * @throws {InvalidParameterError} when an option has a value it cannot have
 *
 * @example
 * ```ts
 * import { makeLowRankMatrix } from "@troupe/troupe";
 * makeLowRankMatrix({ nSamples: 50, nFeatures: 25, effectiveRank: 5, randomState: 0 }).shape; // [50, 25]
 * ```
 */
export function makeLowRankMatrix(options: MakeLowRankMatrixOptions = {}): NDArray<Float64Array> {
  const known = ["nSamples", "nFeatures", "effectiveRank", "tailStrength", "randomState"];
  checkOptionNames("makeLowRankMatrix", options, known);
  const { nSamples = 100, nFeatures = 100, effectiveRank = 10, tailStrength = 0.5, randomState } = options;
  checkParameters("makeLowRankMatrix", { nSamples, nFeatures, effectiveRank, tailStrength }, {
    nSamples: integer({ min: 1 }),
    nFeatures: integer({ min: 1 }),
    effectiveRank: integer({ min: 1 }),
    tailStrength: real({ min: 0, max: 1 }),
  });
  const rng = checkRandomState(randomState);
  const n = Math.min(nSamples, nFeatures);
  const U = orthonormalFactor(rng.standardNormal([nSamples, n]).data, nSamples, n);
  const V = orthonormalFactor(rng.standardNormal([nFeatures, n]).data, nFeatures, n);
  const s = Float64Array.from({ length: n }, (_, i) => {
    const low = (1 - tailStrength) * Math.exp(-1 * (i / effectiveRank) ** 2);
    return low + tailStrength * Math.exp(-0.1 * i / effectiveRank);
  });
  const out = new Float64Array(nSamples * nFeatures);
  for (let i = 0; i < nSamples; i++) {
    for (let j = 0; j < nFeatures; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += U[i * n + k] * s[k] * V[j * n + k];
      out[i * nFeatures + j] = sum;
    }
  }
  return new NDArray(out, [nSamples, nFeatures]);
}

/** Parameters of {@linkcode makeRegression}. */
export interface MakeRegressionOptions {
  /** How many samples; 100 if left out. */
  nSamples?: number;
  /** How many features; 100 if left out. */
  nFeatures?: number;
  /** Features that the target depends on; 10 if left out. */
  nInformative?: number;
  /** How many targets; 1 if left out. */
  nTargets?: number;
  /** Constant of the target; 0 if left out. */
  bias?: number;
  /** About how many directions explain most of X; all are alike if null or left out. */
  effectiveRank?: number | null;
  /** Weight of the tail of small singular values, with `effectiveRank`; 0.5 if left out. */
  tailStrength?: number;
  /** Standard deviation of the noise in the target; 0 if left out. */
  noise?: number;
  /** Whether to put samples and features in random order; true if left out. */
  shuffle?: boolean;
  /** Seed. */
  randomState?: RandomStateLike;
}

/** What {@linkcode makeRegression} gives. */
export interface RegressionProblem {
  /** Samples, shape [nSamples, nFeatures]. */
  X: NDArray<Float64Array>;
  /** Targets, shape [nSamples], or [nSamples, nTargets] for several. */
  y: NDArray<Float64Array>;
  /** The true coefficients, shape [nFeatures], or [nFeatures, nTargets] for several targets. */
  coef: NDArray<Float64Array>;
}

const rules = {
  nSamples: integer({ min: 1 }),
  nFeatures: integer({ min: 1 }),
  nInformative: integer({ min: 0 }),
  nTargets: integer({ min: 1 }),
  bias: real(),
  effectiveRank: either(integer({ min: 1 }), oneOf(null)),
  tailStrength: real({ min: 0, max: 1 }),
  noise: real({ min: 0 }),
  shuffle: bool,
};

/**
 * A random regression problem: a target that is linear in a few of the features, and noise. To rounding the same as
 * scikit-learn's for the same parameters and seed.
 *
 * @throws {InvalidParameterError} when a parameter has a value it cannot have
 *
 * @example
 * ```ts
 * import { makeRegression } from "@troupe/troupe";
 * const { X, y, coef } = makeRegression({ nSamples: 50, nFeatures: 5, nInformative: 2, randomState: 0 });
 * coef.shape; // [5]
 * ```
 */
export function makeRegression(options: MakeRegressionOptions = {}): RegressionProblem {
  checkOptionNames("makeRegression", options, [...Object.keys(rules), "randomState"], {
    coef: "the coefficients are always given",
  });
  const { nSamples = 100, nFeatures: m = 100, nTargets: k = 1, bias = 0, noise = 0, shuffle = true } = options;
  const { effectiveRank = null, tailStrength = 0.5 } = options;
  const given = { nSamples, nFeatures: m, nInformative: options.nInformative ?? 10, nTargets: k };
  const checked = { ...given, bias, noise, shuffle, effectiveRank, tailStrength };
  checkParameters("makeRegression", checked, rules);
  const informative = Math.min(m, given.nInformative);
  const rng = checkRandomState(options.randomState);
  const X = effectiveRank === null
    ? rng.standardNormal([nSamples, m])
    : makeLowRankMatrix({ nSamples, nFeatures: m, effectiveRank, tailStrength, randomState: rng });
  const truth = new Float64Array(m * k);
  truth.set(rng.randomSample(informative * k).data.map((v) => 100 * v));
  const y = new Float64Array(nSamples * k);
  for (let i = 0; i < nSamples; i++) {
    for (let t = 0; t < k; t++) {
      let sum = 0;
      for (let j = 0; j < informative; j++) sum += X.data[i * m + j] * truth[j * k + t];
      y[i * k + t] = sum + bias;
    }
  }
  if (noise > 0) {
    const drawn = rng.standardNormal(y.length).data;
    for (let i = 0; i < y.length; i++) y[i] += noise * drawn[i];
  }
  const shape = (rows: number): number[] => k === 1 ? [rows] : [rows, k];
  const problem = { X, y: new NDArray(y, [nSamples, k]), coef: new NDArray(truth, [m, k]) };
  const mixed = shuffle ? arrange(problem, shuffledIndices(nSamples, rng), shuffledIndices(m, rng)) : problem;
  return { X: mixed.X, y: mixed.y.reshape(...shape(nSamples)), coef: mixed.coef.reshape(...shape(m)) };
}

function arrange({ X, y, coef }: RegressionProblem, rows: Int32Array, columns: Int32Array): RegressionProblem {
  const m = columns.length;
  const out = new Float64Array(X.size);
  for (let i = 0, at = 0; i < rows.length; i++) {
    for (let j = 0; j < m; j++) out[at++] = X.data[rows[i] * m + columns[j]];
  }
  return { X: new NDArray(out, X.shape), y: y.take(rows), coef: coef.take(columns) };
}
