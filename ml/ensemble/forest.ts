import type { Params } from "../base/mod.ts";
import { delayed, Parallel } from "../parallel/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import { bool, either, integer, InvalidParameterError, oneOf, type ParameterRule, real, warn } from "../utils/mod.ts";
import type { TreeProblem, TreeSettings } from "../tree/grow.ts";
import { checkMass, resolveSettings, treeDefaults, type TreeOptions, treeRules } from "../tree/parameters.ts";
import { growsOnRanks } from "../tree/rank_grower.ts";
import { rankTable } from "../tree/ranks.ts";
import type { Tree } from "../tree/structure.ts";
import type { ForestMethods } from "./forest_methods.ts";
import { drawnSamples, type ForestJob, growTrees } from "./grow_trees.ts";
import { meansAtCuts } from "./walker.ts";

const NO_SAMPLES = new Float32Array(0);

/** Largest seed that a forest gives a tree. */
const MOST_SEED = 2147483647;

/** What to score the out-of-bag predictions with: the estimator's own score, or a function of truth and prediction. */
// deno-lint-ignore no-explicit-any -- metrics take labels or numbers
export type OobScore = boolean | ((yTrue: any, yPred: any) => number);

/** Hyperparameters that all forests share. */
export interface ForestOptions extends TreeOptions {
  /** Number of trees; 100 if left out. */
  nEstimators?: number;
  /** Whether each tree learns from samples drawn with replacement. */
  bootstrap?: boolean;
  /** Whether to score each sample by the trees that did not draw it. False if left out. */
  oobScore?: OobScore;
  /** How many trees grow at a time, as in {@linkcode Parallel}. */
  nJobs?: number | null;
  /** Seed of all that trees draw. */
  randomState?: RandomStateLike;
  /** Above 0, progress is told. */
  verbose?: number;
  /** Whether a second `fit` keeps the trees and grows those that are missing. False if left out. */
  warmStart?: boolean;
  /** Samples that each tree draws: a number, below 1 a share, or null for as many as there are. */
  maxSamples?: number | null;
}

/** Rules for {@linkcode ForestOptions}. */
export const forestRules: Readonly<Record<string, ParameterRule>> = {
  ...treeRules,
  nEstimators: integer({ min: 1 }),
  bootstrap: bool,
  oobScore: { expected: "true, false or a function", test: (v) => typeof v === "boolean" || typeof v === "function" },
  nJobs: either(integer(), oneOf(null)),
  verbose: either(integer({ min: 0 }), bool),
  warmStart: bool,
  maxSamples: either(integer({ min: 1 }), real({ above: 0 }), oneOf(null)),
};

/** Defaults of {@linkcode ForestOptions}, in scikit-learn's order, between the criterion and what is a classifier's. */
export function forestDefaults(criterion: string, maxFeatures: string | null, bootstrap: boolean): Params {
  const { maxLeafNodes, minImpurityDecrease, ccpAlpha, monotonicCst, randomState, ...growth } = treeDefaults;
  return {
    nEstimators: 100,
    criterion,
    ...growth,
    maxFeatures,
    maxLeafNodes,
    minImpurityDecrease,
    bootstrap,
    oobScore: false,
    nJobs: null,
    randomState,
    verbose: 0,
    warmStart: false,
    ccpAlpha,
    maxSamples: null,
    monotonicCst,
  };
}

/** The hyperparameters of a forest as its estimator holds them. */
export type ForestParams = Pick<ForestMethods, keyof ForestOptions>;

/** One tree of a forest. */
export interface ForestMember {
  /** The tree as arrays. */
  readonly tree_: Tree;
  /** Its seed. */
  readonly randomState: RandomStateLike;
}

/** A forest before it grows, or grows on. */
export interface GrowingForest extends ForestParams {
  /** What judges splits. */
  criterion: TreeSettings["criterion"];
  /** The trees it has. */
  readonly estimators_?: readonly ForestMember[];
}

/** How many samples a tree draws; null where none are drawn. */
export function resolveDrawn(params: ForestParams, nSamples: number, weight: Float64Array | null): number | null {
  const name = params.constructor.name;
  const { maxSamples } = params;
  if (!params.bootstrap) {
    if (maxSamples !== null) throw new InvalidParameterError(`${name}: maxSamples needs bootstrap: true`);
    if (params.oobScore !== false) throw new InvalidParameterError(`${name}: oobScore needs bootstrap: true`);
    return null;
  }
  if (maxSamples === null) return nSamples;
  if (Number.isInteger(maxSamples)) return maxSamples;
  const mass = weight === null ? nSamples : weight.reduce((a, b) => a + b, 0);
  const drawn = Math.max(1, Math.floor(maxSamples * mass));
  if (drawn < Math.max(10, Math.cbrt(nSamples))) {
    warn(
      `${name}: maxSamples ${maxSamples} of a weight of ${mass} are ${drawn} samples only; give their number`,
    );
  }
  return drawn;
}

/** Trees and the seeds they grew from. */
export interface GrownForest {
  /** All trees, those kept from before first. */
  trees: Tree[];
  /** Their seeds. */
  seeds: number[];
}

/**
 * Grows a forest on the parallel backend in force. Each tree depends on its seed alone, so the forest does not depend on
 * who grows which.
 */
export async function growForest(params: GrowingForest, job: ForestJob): Promise<GrownForest> {
  const name = params.constructor.name;
  const kept = params.warmStart ? params.estimators_ ?? [] : [];
  const missing = params.nEstimators - kept.length;
  if (missing < 0) {
    throw new InvalidParameterError(
      `${name}: nEstimators (${params.nEstimators}) must be at least the ${kept.length} trees that warmStart keeps`,
    );
  }
  if (missing === 0) warn(`${name}: warmStart without a larger nEstimators grows no new trees`);
  const random = checkRandomState(params.randomState);
  for (let i = 0; i < kept.length; i++) random.randint(MOST_SEED);
  const seeds = Array.from({ length: missing }, () => random.randint(MOST_SEED));
  const size = Math.max(1, Math.min(8, Math.floor(missing / 16)));
  const chunks: number[][] = [];
  for (let i = 0; i < missing; i += size) chunks.push(seeds.slice(i, i + size));
  const parallel = new Parallel({ nJobs: params.nJobs, verbose: Number(params.verbose) });
  const grown = await parallel.run(chunks.map((chunk) => delayed(growTrees)(job, chunk)));
  return {
    trees: [...kept.map((e) => e.tree_), ...grown.flat()],
    seeds: [...kept.map((e) => e.randomState as number), ...seeds],
  };
}

/** The job of a forest: what its hyperparameters come to, with its samples brought into the form that trees grow from. */
export function forestJob(
  params: GrowingForest,
  problem: TreeProblem,
  weight: Float64Array | null,
  { random, balancedSubsample, caller }: { random: boolean; balancedSubsample: boolean; caller: string },
): ForestJob {
  const nSamples = problem.X.length / problem.nFeatures;
  const mass = checkMass(weight, caller);
  // Trees of drawn samples count draws.
  const totalWeight = params.bootstrap ? nSamples : mass ?? nSamples;
  const { criterion } = params;
  const settings = resolveSettings(params, problem, { criterion, random, totalWeight, caller });
  const ranked = growsOnRanks(settings, problem) ? rankTable({ ...problem, nSamples }) : null;
  return {
    // Ranks say all that trees need to know of the samples, in half the bytes.
    problem: ranked === null ? problem : { ...problem, X: NO_SAMPLES },
    nSamples,
    ranked,
    settings,
    weight,
    nDrawn: resolveDrawn(params, nSamples, weight),
    balancedSubsample,
    ccpAlpha: params.ccpAlpha,
  };
}

/** The mean of what the trees predict, shape [nSamples, nOutputs, maxNClasses]. */
export function meanPrediction(trees: readonly Tree[], X: Float32Array): Float64Array {
  return meansAtCuts(trees, X, [{ maxDepth: Infinity, nTrees: trees.length }])[0];
}

/**
 * For each training sample the mean of what the trees predict that did not draw it.
 *
 * @returns the means, 0 where all trees drew a sample; a warning is given then
 */
export function outOfBag(name: string, job: ForestJob, X: Float32Array, { trees, seeds }: GrownForest): Float64Array {
  const { nSamples: n, problem: { nFeatures } } = job;
  const stride = trees[0].valueStride;
  const out = new Float64Array(n * stride);
  const voters = new Int32Array(n);
  const sample = new Float32Array(nFeatures);
  const one = new Float64Array(stride);
  for (const [t, tree] of trees.entries()) {
    const isDrawn = new Uint8Array(n);
    const drawn = drawnSamples(seeds[t], n, job.nDrawn as number, job.weight);
    for (let k = 0; k < drawn.length; k++) isDrawn[drawn[k]] = 1;
    for (let i = 0; i < n; i++) {
      if (isDrawn[i] === 1) continue;
      sample.set(X.subarray(i * nFeatures, (i + 1) * nFeatures));
      one.fill(0);
      tree.addTo(one, sample);
      for (let c = 0; c < stride; c++) out[i * stride + c] += one[c];
      voters[i]++;
    }
  }
  if (voters.includes(0)) {
    warn(`${name}: some samples were drawn by all trees and have no out-of-bag prediction; raise nEstimators`);
  }
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < stride; c++) out[i * stride + c] /= Math.max(1, voters[i]);
  }
  return out;
}

/** The mean of the trees' importances, as shares of the whole. Trees of one node have none. */
export function meanImportances(trees: readonly Tree[], nFeatures: number): Float64Array {
  const out = new Float64Array(nFeatures);
  const grown = trees.filter((t) => t.nodeCount > 1);
  for (const tree of grown) {
    const own = tree.computeFeatureImportances();
    for (let j = 0; j < nFeatures; j++) out[j] += own[j] / grown.length;
  }
  const sum = out.reduce((a, b) => a + b, 0);
  return sum === 0 ? out : out.map((v) => v / sum);
}
