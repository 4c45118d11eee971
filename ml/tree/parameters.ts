import { type MatrixLike, type NDArray, toNDArray } from "../array/mod.ts";
import type { Params } from "../base/mod.ts";
import type { RandomStateLike } from "../random/mod.ts";
import {
  checkArray,
  checkSampleWeight,
  either,
  integer,
  InvalidInputError,
  InvalidParameterError,
  oneOf,
  type ParameterRule,
  randomSource,
  real,
} from "../utils/mod.ts";
import type { ClassCriterionName, NumberCriterionName, TreeProblem, TreeSettings } from "./grow.ts";

/** How many features a node looks at. */
export type MaxFeatures = number | "sqrt" | "log2" | null;

/** Hyperparameters that all trees share, forests' too. */
export interface TreeOptions {
  /** Longest path; no limit if null, the default. */
  maxDepth?: number | null;
  /** Fewest samples of a node that is split: a number, or below 1 a share of all. 2 if left out. */
  minSamplesSplit?: number;
  /** Fewest samples of a leaf: a number, or below 1 a share of all. 1 if left out. */
  minSamplesLeaf?: number;
  /** Least weight of a leaf as a share of all weight, 0 to 0.5. 0 if left out. */
  minWeightFractionLeaf?: number;
  /** Features that a node looks at: a number, below 1 a share, "sqrt", "log2", or null for all. */
  maxFeatures?: MaxFeatures;
  /** Most leaves, the best splits first; no limit if null, the default. */
  maxLeafNodes?: number | null;
  /** Least improvement of a split, as a share of all weight. 0 if left out. */
  minImpurityDecrease?: number;
  /** What a leaf must gain to stay, in cost-complexity pruning. 0, no pruning, if left out. */
  ccpAlpha?: number;
  /** For each feature 1 if predictions must not fall with it, −1 if they must not rise, 0 if they may do both. */
  monotonicCst?: ArrayLike<number> | null;
}

/** The values of {@linkcode TreeOptions} as an estimator holds them. */
export type TreeParams = Required<TreeOptions>;

/** Hyperparameters that single trees share. */
export interface SingleTreeOptions extends TreeOptions {
  /** Whether a node tries all thresholds of a feature, or one that is drawn. "best" if left out. */
  splitter?: "best" | "random";
  /** Seed of the order in which features are looked at, and of thresholds that are drawn. */
  randomState?: RandomStateLike;
}

/** A share: more than 0, less than 1. 1 itself is a whole number. */
const share: ParameterRule = {
  expected: "a share above 0 and below 1",
  test: (v) => typeof v === "number" && v > 0 && v < 1,
};

/** Rules for {@linkcode TreeOptions}. */
export const treeRules: Readonly<Record<string, ParameterRule>> = {
  maxDepth: either(integer({ min: 1 }), oneOf(null)),
  minSamplesSplit: either(integer({ min: 2 }), share),
  minSamplesLeaf: either(integer({ min: 1 }), share),
  minWeightFractionLeaf: real({ min: 0, max: 0.5 }),
  maxFeatures: either(integer({ min: 1 }), share, oneOf("sqrt", "log2", null)),
  randomState: randomSource,
  maxLeafNodes: either(integer({ min: 2 }), oneOf(null)),
  minImpurityDecrease: real({ min: 0 }),
  ccpAlpha: real({ min: 0 }),
  monotonicCst: {
    expected: "a list of 1, 0 and -1, or null",
    test: (v) => v === null || (typeof v === "object" && "length" in (v as object)),
  },
};

/** Criteria of classifiers. */
export const classCriteria: ParameterRule = oneOf("gini", "entropy", "log_loss");
/** Criteria of regressors. */
export const numberCriteria: ParameterRule = oneOf("squared_error", "friedman_mse", "absolute_error", "poisson");

/** Defaults of {@linkcode TreeOptions}. */
export const treeDefaults: Readonly<Params> = {
  maxDepth: null,
  minSamplesSplit: 2,
  minSamplesLeaf: 1,
  minWeightFractionLeaf: 0,
  maxFeatures: null,
  randomState: null,
  maxLeafNodes: null,
  minImpurityDecrease: 0,
  ccpAlpha: 0,
  monotonicCst: null,
};

/** How many features a node looks at, as a number. */
export function resolveMaxFeatures(maxFeatures: MaxFeatures, nFeatures: number): number {
  if (maxFeatures === null) return nFeatures;
  if (maxFeatures === "sqrt") return Math.max(1, Math.floor(Math.sqrt(nFeatures)));
  if (maxFeatures === "log2") return Math.max(1, Math.floor(Math.log2(nFeatures)));
  return maxFeatures >= 1 ? maxFeatures : Math.max(1, Math.floor(maxFeatures * nFeatures));
}

/** The least number of samples, of a number or a share. */
function resolveCount(value: number, nSamples: number): number {
  return value >= 1 ? value : Math.ceil(value * nSamples);
}

/**
 * Makes hyperparameters into numbers.
 *
 * @param params the estimator's
 * @param problem what it learns from
 * @param options the criterion, whether thresholds are drawn, and the weight of all samples
 */
export function resolveSettings(
  params: TreeParams,
  problem: TreeProblem,
  options: {
    criterion: ClassCriterionName | NumberCriterionName;
    random: boolean;
    totalWeight: number;
    caller: string;
  },
): TreeSettings {
  const nSamples = problem.X.length / problem.nFeatures;
  const minSamplesLeaf = resolveCount(params.minSamplesLeaf, nSamples);
  const minSamplesSplit = Math.max(2, resolveCount(params.minSamplesSplit, nSamples), 2 * minSamplesLeaf);
  return {
    criterion: options.criterion,
    random: options.random,
    maxFeatures: resolveMaxFeatures(params.maxFeatures, problem.nFeatures),
    maxDepth: params.maxDepth ?? 0x7fffffff,
    minSamplesSplit,
    minSamplesLeaf,
    minWeightLeaf: params.minWeightFractionLeaf * options.totalWeight,
    maxLeafNodes: params.maxLeafNodes,
    minImpurityDecrease: params.minImpurityDecrease,
    monotonic: checkMonotonic(params.monotonicCst, problem, options.caller),
  };
}

function checkMonotonic(cst: ArrayLike<number> | null, problem: TreeProblem, caller: string): Int8Array | null {
  if (cst === null) return null;
  if (problem.nOutputs > 1) throw new InvalidParameterError(`${caller}: monotonicCst does not go with several targets`);
  if (cst.length !== problem.nFeatures) {
    throw new InvalidParameterError(
      `${caller}: monotonicCst has ${cst.length} entries for ${problem.nFeatures} features`,
    );
  }
  const list = Array.from(cst);
  const bad = list.find((c) => c !== 0 && c !== 1 && c !== -1);
  if (bad !== undefined) throw new InvalidParameterError(`${caller}: monotonicCst must hold 1, 0 and -1, got ${bad}`);
  if (problem.nClasses === null) return Int8Array.from(list);
  if (problem.nClasses[0] !== 2) {
    throw new InvalidParameterError(`${caller}: monotonicCst needs two classes, y has ${problem.nClasses[0]}`);
  }
  // Splits look at the share of the first class; the constraint is about the second.
  return Int8Array.from(list, (c) => -c);
}

/** Samples in single precision, and which features have missing values. */
export interface SingleTable {
  X: Float32Array;
  nSamples: number;
  nFeatures: number;
  hasMissing: Uint8Array;
}

/**
 * Samples as trees take them: in single precision, NaN where a value is missing.
 *
 * @throws {InvalidInputError} when there are infinities, also such as single precision makes of large numbers
 */
export function singleTable(X: MatrixLike, caller: string): SingleTable {
  const table = checkArray(X, { caller, forceAllFinite: "allow-nan" });
  const [nSamples, nFeatures] = table.shape;
  const single = Float32Array.from(table.data);
  const hasMissing = new Uint8Array(nFeatures);
  let probe = 0;
  for (let i = 0; i < single.length; i++) probe += single[i] * 0;
  if (probe !== 0) {
    for (let i = 0; i < single.length; i++) {
      if (single[i] !== single[i]) hasMissing[i % nFeatures] = 1;
      else if (single[i] * 0 !== 0) {
        throw new InvalidInputError(
          `${caller}: X[${Math.floor(i / nFeatures)}, ${i % nFeatures}] is ${
            table.data[i]
          }, too large for the single ` +
            "precision that trees compute in",
        );
      }
    }
  }
  return { X: single, nSamples, nFeatures, hasMissing };
}

/** Weights of samples, null where there are none. */
export function weightsOrNull(sampleWeight: unknown, nSamples: number): Float64Array | null {
  if (sampleWeight === undefined || sampleWeight === null) return null;
  return checkSampleWeight(sampleWeight as number[], nSamples);
}

/**
 * The weight of all samples; undefined where each weighs 1.
 *
 * @throws {InvalidInputError} when it is 0
 */
export function checkMass(weight: Float64Array | null, caller: string): number | undefined {
  if (weight === null) return undefined;
  const mass = weight.reduce((a, b) => a + b, 0);
  if (!(mass > 0)) throw new InvalidInputError(`${caller}: all samples weigh 0; nothing can be learned of them`);
  return mass;
}

/** Products of two lists of weights of which each may be missing. */
export function timesWeights(a: Float64Array | null, b: Float64Array | null): Float64Array | null {
  if (a === null || b === null) return a ?? b;
  return a.map((w, i) => w * b[i]);
}

/** Columns of labels: one, or one for each target. */
export function labelColumns(y: unknown): unknown[] | undefined {
  if (y === undefined || y === null) return undefined;
  const isNested = Array.isArray(y) && y.length > 0 && typeof y[0] === "object" && y[0] !== null;
  const isTable = typeof y === "object" && "shape" in (y as object) && (y as { shape: number[] }).shape.length === 2;
  if (!isNested && !isTable) return undefined;
  const table = toNDArray(y as MatrixLike);
  if (table.ndim !== 2 || table.shape[1] === 1) return undefined;
  const [n, k] = table.shape;
  return Array.from({ length: k }, (_, j) => {
    const rows = Int32Array.from({ length: n }, (_, i) => i * k + j);
    return (table as NDArray).ravel().take(rows);
  });
}
