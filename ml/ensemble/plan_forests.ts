import type { LabelsLike, MatrixLike, VectorLike } from "../array/mod.ts";
import {
  clone,
  type FitFamily,
  type FitPlan,
  type HasParams,
  type KnownOutputs,
  type Params,
  type PlannedFit,
  type PlannedPart,
} from "../base/mod.ts";
import { takeRows } from "../model_selection/take_rows.ts";
import { checkRandomState } from "../random/mod.ts";
import { numSamples } from "../utils/mod.ts";
import { cutTree } from "../tree/pruning.ts";
import type { GrownForest } from "./forest.ts";
import { type ForestJob, growTrees } from "./grow_trees.ts";
import { meansAtCuts } from "./walker.ts";

/** Largest seed that a forest gives a tree. */
const MOST_SEED = 2147483647;

/** Hyperparameters in which the forests of a part may differ: what a larger forest holds as a part of itself. */
const CUTS = ["maxDepth", "nEstimators"];
/** Hyperparameters that do not change what is learned. */
const IDLE = ["nJobs", "verbose"];

/** A forest's estimator as the planner sees it. */
interface PlannedForest extends HasParams {
  nEstimators: number;
  maxDepth: number | null;
  prepare(X: MatrixLike, y: LabelsLike, sampleWeight?: VectorLike | null): PreparedForest;
  keep(X: MatrixLike, prepared: PreparedForest, grown: GrownForest): void;
  outputsOf(means: Float64Array): KnownOutputs;
  knownAttributes(): Record<string, unknown>;
}

/** What `fit` makes of its input. */
export interface PreparedForest {
  /** What trees grow from. */
  readonly job: ForestJob;
  /** The samples in single precision. */
  readonly samples: Float32Array;
  /** Whether there is one target only. */
  readonly single: boolean;
}

/** The seed that the forests of a part share. */
interface PartTask {
  readonly seed: number;
}

function candidateOf(family: FitFamily, candidate: number): PlannedForest {
  const estimator = clone(family.estimator) as PlannedForest;
  const params = family.candidates[candidate];
  if (params !== null) estimator.setParams(clone(params, { safe: false }));
  return estimator;
}

/** Whether a candidate's forest can be had as a part of another's. */
function isPlannable(params: Params): boolean {
  const { maxLeafNodes, ccpAlpha, oobScore, warmStart, randomState, maxDepth, nEstimators } = params;
  return maxLeafNodes === null && ccpAlpha === 0 && oobScore === false && warmStart === false &&
    (randomState === null || typeof randomState === "number") && Number.isInteger(nEstimators) &&
    (nEstimators as number) >= 1 && (maxDepth === null || (Number.isInteger(maxDepth) && (maxDepth as number) >= 1));
}

/**
 * Forests that differ in `maxDepth` and `nEstimators` only are parts of the largest of them: a part of the plan grows
 * that one for a split, and reads off the others.
 */
export function planForests(family: FitFamily): FitPlan | null {
  const groups = new Map<string, { candidates: number[]; trees: number; seed: number | null }>();
  for (const c of family.candidates.keys()) {
    const params = candidateOf(family, c).getParams(false);
    if (!isPlannable(params)) continue;
    const common = Object.entries(params).filter(([name]) => !CUTS.includes(name) && !IDLE.includes(name));
    let key: string;
    try {
      key = JSON.stringify(common.map(([k, v]) => [k, v instanceof Map ? [...v] : v]));
    } catch {
      continue;
    }
    const group = groups.get(key) ?? { candidates: [], trees: 0, seed: params.randomState as number | null };
    groups.set(key, group);
    group.candidates.push(c);
    group.trees = Math.max(group.trees, params.nEstimators as number);
  }
  const n = numSamples(family.X);
  const parts: PlannedPart[] = [];
  for (const { candidates, trees, seed } of groups.values()) {
    family.splits.forEach(([train], split) => {
      const task: PartTask = { seed: seed ?? checkRandomState(null).randint(MOST_SEED) };
      parts.push({
        cost: trees * Math.max(1, train.length / n),
        task,
        fits: candidates.map((candidate) => ({ candidate, split })),
      });
    });
  }
  return parts.length === 0 ? null : { parts };
}

/** Grows the largest forest of a part, and gives all that are in it. */
export function* performForests(family: FitFamily, part: PlannedPart): Generator<PlannedFit> {
  const started = performance.now();
  const { split } = part.fits[0];
  const [train, test] = family.splits[split];
  const members = part.fits.map((fit) => candidateOf(family, fit.candidate));
  const XTrain = takeRows(family.X, train) as MatrixLike;
  const largest = members.reduce((most, m) => m.nEstimators > most.nEstimators ? m : most);
  const deepest = members.some((m) => m.maxDepth === null)
    ? null
    : Math.max(...members.map((m) => m.maxDepth as number));
  const model = clone(largest);
  model.maxDepth = deepest;
  const weight = family.sampleWeight === null || family.sampleWeight === undefined
    ? undefined
    : takeRows(family.sampleWeight, train) as VectorLike;
  const prepared = model.prepare(XTrain, takeRows(family.y, train) as LabelsLike, weight);
  if (!prepared.single) return;
  const random = checkRandomState((part.task as PartTask).seed);
  const seeds = Array.from({ length: model.nEstimators }, () => random.randint(MOST_SEED));
  const grown: GrownForest = { trees: growTrees(prepared.job, seeds), seeds };
  model.keep(XTrain, prepared, grown);
  const grownAt = performance.now();
  const cuts = members.map((m) => ({ maxDepth: m.maxDepth ?? Infinity, nTrees: m.nEstimators }));
  const XTest = Float32Array.from((takeRows(family.X, test) as { data: ArrayLike<number> }).data ?? [], Number);
  const onTest = XTest.length > 0 ? meansAtCuts(grown.trees, XTest, cuts) : undefined;
  const onTrain = family.onTrain ? meansAtCuts(grown.trees, prepared.samples, cuts) : undefined;
  const seconds = (from: number, to: number): number => (to - from) / 1000 / members.length;
  const fitTime = seconds(started, grownAt);
  const scoreTime = seconds(grownAt, performance.now());
  for (const [i, fit] of part.fits.entries()) {
    yield {
      ...fit,
      fitTime,
      scoreTime,
      test: onTest === undefined ? undefined : model.outputsOf(onTest[i]),
      train: onTrain === undefined ? undefined : model.outputsOf(onTrain[i]),
      attributes: model.knownAttributes(),
      make() {
        const { maxDepth, nTrees } = cuts[i];
        const trees = grown.trees.slice(0, nTrees).map((tree) => cutTree(tree, (_, depth) => depth >= maxDepth));
        members[i].keep(XTrain, prepared, { trees, seeds: seeds.slice(0, nTrees) });
        return members[i];
      },
    };
  }
}
