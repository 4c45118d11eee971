import { KernelFrame } from "../kernels/mod.ts";
import * as trees from "../kernels/wasm/trees.ts";
import { growTree, type TreeProblem, type TreeSettings } from "./grow.ts";
import { growOnSorted, growsOnSorted } from "./exact_grower.ts";
import { NODE_BYTES, readTree } from "./node_records.ts";
import { type RankTable, rankTable, type TreeExports } from "./ranks.ts";
import type { Tree } from "./structure.ts";

/** Targets of one output. */
export interface RankTargets {
  /** Class codes or numbers, shape [nSamples]. */
  readonly y: Float64Array;
  /** How many classes there are; null for regression. */
  readonly nClasses: number | null;
}

/** Whether trees of these settings can grow on ranks: one target, Gini or squared error, depth first, unconstrained. */
export function growsOnRanks(settings: TreeSettings, { nOutputs, nClasses }: TreeProblem): boolean {
  const { criterion, maxLeafNodes, monotonic } = settings;
  if (nClasses !== null && nClasses[0] < 2) return false;
  return nOutputs === 1 && maxLeafNodes === null && monotonic === null &&
    (criterion === "gini" || criterion === "squared_error" || criterion === "friedman_mse");
}

/** Grows trees on ranks, one after the other, in the memory of this thread. */
export class RankGrower implements Disposable {
  readonly #frame: KernelFrame<TreeExports>;
  readonly #table: RankTable;
  readonly #settings: TreeSettings;
  readonly #nClasses: number | null;
  readonly #about: number;
  readonly #weight: number;
  readonly #y: number;
  readonly #nodes: number;
  readonly #values: number;
  readonly #stack: number;

  /** Brings the data to where trees grow. */
  constructor(table: RankTable, targets: RankTargets, settings: TreeSettings) {
    const { nSamples: n, nFeatures: m } = table;
    const ranks = table.ranks;
    const frame = new KernelFrame<TreeExports>(trees, [ranks, table.values, targets.y]);
    this.#frame = frame;
    this.#table = table;
    this.#settings = settings;
    this.#nClasses = targets.nClasses;
    const stride = targets.nClasses ?? 1;
    const mode = targets.nClasses === null ? 0 : targets.nClasses === 2 ? 1 : 2;
    const about = this.#about = frame.temp(108);
    this.#y = frame.in(targets.y);
    this.#weight = frame.temp(8 * n);
    this.#nodes = frame.temp(NODE_BYTES * (2 * n + 2));
    this.#values = frame.temp(8 * stride * (2 * n + 2));
    this.#stack = frame.temp(32 * (n + 4));
    const words = [
      frame.in(ranks),
      frame.in(table.values),
      frame.in(table.offsets),
      frame.in(table.close),
      m,
      mode,
      stride,
      settings.maxFeatures,
      settings.minSamplesLeaf,
      frame.temp(4 * n + 16),
      frame.temp(16 * n + 16),
      frame.temp(4 * n + 16),
      frame.temp(16 * n + 16),
      frame.temp(2 * n + 32),
      frame.temp(8 * n + 16),
      frame.temp(8 * n + 16),
      frame.temp(16 * 512),
      frame.temp(8 * 512),
      frame.temp(4 * 512),
      frame.temp(512),
      frame.temp(4 * 256),
      frame.temp(4 * m),
      frame.temp(8 * (m + 1)),
      frame.temp(8 * stride),
      frame.temp(8 * stride),
      frame.temp(4 * m),
      frame.temp(52 * m + 48),
    ];
    frame.i32(about, words.length).set(words);
  }

  /**
   * Grows one tree.
   *
   * @param weight weights of the samples; null where all weigh 1
   * @param rootKey what the root draws from
   * @param keyed whether what a node draws depends on its path alone, and not on the nodes before it
   */
  grow(weight: Float64Array | null, rootKey: number, keyed = true): Tree {
    const { nSamples, nFeatures } = this.#table;
    const { maxDepth, minSamplesSplit, minWeightLeaf, minImpurityDecrease, random } = this.#settings;
    const frame = this.#frame;
    const weights = frame.f64(this.#weight, nSamples);
    let totalWeight = nSamples;
    if (weight === null) weights.fill(1);
    else {
      weights.set(weight);
      totalWeight = 0;
      for (let i = 0; i < nSamples; i++) totalWeight += weight[i];
    }
    // Another grower may have computed in the same memory meanwhile.
    frame.exports.set_data(this.#about);
    const count = frame.exports.grow(
      nSamples,
      this.#y,
      this.#weight,
      rootKey,
      random ? 1 : 0,
      keyed ? 1 : 0,
      maxDepth,
      minSamplesSplit,
      minWeightLeaf,
      minImpurityDecrease,
      totalWeight,
      this.#nodes,
      this.#values,
      this.#stack,
    );
    return readTree(frame, this.#nodes, this.#values, count, nFeatures, this.#nClasses ?? 1);
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.#frame[Symbol.dispose]();
  }
}

/** Fewest samples of a single tree that is not grown the plain way. */
const MANY = 2048;

/**
 * Grows one tree as {@linkcode growTree} does, feature by feature in scikit-learn's order: where there are many samples, on
 * ranks if sums are whole numbers, else on sorted samples. Fractions round by the order in which they are summed up, and
 * that decides between equal splits, so that it must be the same there.
 */
export function growOneTree(
  problem: TreeProblem,
  settings: TreeSettings,
  weight: Float64Array | null,
  seed: number,
): Tree {
  const nSamples = problem.X.length / problem.nFeatures;
  if (nSamples < MANY) return growTree(problem, settings, weight, seed, false);
  const isWhole = problem.y.every(Number.isInteger) && (weight === null || weight.every(Number.isInteger));
  const table = isWhole && growsOnRanks(settings, problem) ? rankTable({ ...problem, nSamples }) : null;
  if (table !== null) {
    using grower = new RankGrower(table, { y: problem.y, nClasses: problem.nClasses?.[0] ?? null }, settings);
    return grower.grow(weight, seed, false);
  }
  if (growsOnSorted(settings, problem)) return growOnSorted(problem, settings, weight, seed);
  return growTree(problem, settings, weight, seed, false);
}
