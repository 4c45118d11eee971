import { KernelFrame } from "../kernels/mod.ts";
import * as exactTrees from "../kernels/wasm/exact_trees.ts";
import type { TreeProblem, TreeSettings } from "./grow.ts";
import { NODE_BYTES, readTree } from "./node_records.ts";
import type { Tree } from "./structure.ts";

/** Most bytes of the samples as sorted by each feature. */
const MOST_BYTES = 2 ** 30;
/** A node may look at this part of the features or more: the samples are kept sorted by all of them. */
const LEAST_SHARE = 1 / 8;

/** What the module exports. */
interface ExactTreeExports {
  // deno-lint-ignore no-explicit-any -- as all modules' exports
  [name: string]: (...args: any[]) => any;
  grow_exact(
    about: number,
    nSamples: number,
    rootSeed: number,
    maxDepth: number,
    minSplit: number,
    minWeightLeaf: number,
    minDecrease: number,
    totalWeight: number,
    nodes: number,
    outValues: number,
    stack: number,
  ): number;
}

/** Whether a tree of these settings can grow on sorted samples: squared error of one target, depth first, unconstrained. */
export function growsOnSorted(settings: TreeSettings, { X, nFeatures, nOutputs, hasMissing }: TreeProblem): boolean {
  const { criterion, random, maxLeafNodes, monotonic, maxFeatures } = settings;
  return (criterion === "squared_error" || criterion === "friedman_mse") && !random && nOutputs === 1 &&
    maxLeafNodes === null && monotonic === null && !hasMissing.includes(1) &&
    maxFeatures >= nFeatures * LEAST_SHARE && X.length * 8 <= MOST_BYTES;
}

/**
 * Grows one tree of squared errors as `growTree` does, every sum added up in the same order, on samples that are sorted by
 * each feature once.
 *
 * @param weight weights of the samples; null where all weigh 1
 * @param seed first state of the draws
 */
export function growOnSorted(
  { X, nFeatures: m, y }: TreeProblem,
  settings: TreeSettings,
  weight: Float64Array | null,
  seed: number,
): Tree {
  const n = y.length;
  using frame = new KernelFrame<ExactTreeExports>(exactTrees, [X, y]);
  const nodes = frame.temp(NODE_BYTES * (2 * n + 2));
  const values = frame.temp(8 * (2 * n + 2));
  const stack = frame.temp(32 * (n + 4));
  const about = frame.temp(4 * 15);
  const words = [
    frame.in(X),
    frame.in(y),
    weight === null ? 0 : frame.in(weight),
    m,
    settings.maxFeatures,
    settings.minSamplesLeaf,
    frame.temp(8 * n * m),
    frame.temp(4 * n + 16),
    frame.temp(4 * n + 16),
    frame.temp(n + 16),
    frame.temp(16 * n + 16),
    frame.temp(4 * m),
    frame.temp(4 * m),
    frame.temp(4 * 2048),
    frame.temp(m),
  ];
  frame.i32(about, words.length).set(words);
  let totalWeight = n;
  if (weight !== null) {
    totalWeight = 0;
    for (let i = 0; i < n; i++) totalWeight += weight[i];
  }
  const { maxDepth, minSamplesSplit, minWeightLeaf, minImpurityDecrease } = settings;
  const count = frame.exports.grow_exact(
    about,
    n,
    seed,
    maxDepth,
    minSamplesSplit,
    minWeightLeaf,
    minImpurityDecrease,
    totalWeight,
    nodes,
    values,
    stack,
  );
  return readTree(frame, nodes, values, count, m, 1);
}
