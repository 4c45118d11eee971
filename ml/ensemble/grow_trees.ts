import { registerInternals } from "../../actors/code/mod.ts";
import { RandomState } from "../random/mod.ts";
import { growTree, type TreeProblem, type TreeSettings } from "../tree/grow.ts";
import { prunedTree } from "../tree/pruning.ts";
import { RankGrower } from "../tree/rank_grower.ts";
import type { RankTable } from "../tree/ranks.ts";
import type { Tree } from "../tree/structure.ts";

/** Largest seed that a tree's own generator is given. */
const MOST_SEED = 2147483647;

/** What all trees of a forest share: plain data, which travels to where trees grow. */
export interface ForestJob {
  /** What to learn from. Without samples, where there are ranks. */
  readonly problem: TreeProblem;
  /** Number of samples. */
  readonly nSamples: number;
  /** The samples' ranks, where trees of these settings grow on such. */
  readonly ranked: RankTable | null;
  /** How to grow. */
  readonly settings: TreeSettings;
  /** Weights of the samples; null where all weigh 1. */
  readonly weight: Float64Array | null;
  /** How many samples are drawn for a tree; null to take them all as they are. */
  readonly nDrawn: number | null;
  /** Whether classes are weighed by how often a tree drew them. */
  readonly balancedSubsample: boolean;
  /** What a leaf must gain in pruning. */
  readonly ccpAlpha: number;
}

/** Numbers of the samples that a tree draws: those that scikit-learn's tree of the same seed draws. */
export function drawnSamples(
  seed: number,
  nSamples: number,
  nDrawn: number,
  weight: Float64Array | null,
): ArrayLike<number> {
  const random = new RandomState(seed);
  if (weight === null) return random.randint(0, nSamples, nDrawn).data;
  const total = weight.reduce((a, b) => a + b, 0);
  return random.choice(nSamples, { size: nDrawn, replace: true, p: weight.map((w) => w / total) }).data as Int32Array;
}

/** The weight that each sample has for a tree: how often it was drawn, or what it weighs. */
function weightsFor(job: ForestJob, seed: number): Float64Array | null {
  if (job.nDrawn === null) return job.weight;
  const { nSamples, problem: { y, nOutputs, nClasses } } = job;
  const drawn = drawnSamples(seed, nSamples, job.nDrawn, job.weight);
  const counts = new Float64Array(nSamples);
  for (let k = 0; k < drawn.length; k++) counts[drawn[k]]++;
  if (!job.balancedSubsample || nClasses === null) return counts;
  for (let k = 0; k < nOutputs; k++) {
    const mass = new Float64Array(nClasses[k]);
    for (let i = 0; i < drawn.length; i++) mass[y[drawn[i] * nOutputs + k]]++;
    const seen = mass.reduce((n, m) => m > 0 ? n + 1 : n, 0);
    for (let i = 0; i < nSamples; i++) {
      if (counts[i] > 0) counts[i] *= job.nDrawn / (seen * mass[y[i * nOutputs + k]]);
    }
  }
  return counts;
}

/** Grows the trees of some seeds. */
export function growTrees(job: ForestJob, seeds: readonly number[]): Tree[] {
  const { problem, settings, ranked } = job;
  using grower = ranked === null
    ? null
    : new RankGrower(ranked, { y: problem.y, nClasses: problem.nClasses?.[0] ?? null }, settings);
  return seeds.map((seed) => {
    const weight = weightsFor(job, seed);
    const rootKey = new RandomState(seed).randint(0, MOST_SEED);
    const tree = grower?.grow(weight, rootKey) ?? growTree(problem, settings, weight, rootKey, true);
    return job.ccpAlpha === 0 ? tree : prunedTree(tree, job.ccpAlpha);
  });
}

registerInternals({ growTrees });
