import { type LabelsLike, NDArray } from "../array/mod.ts";
import { checkRandomState } from "../random/mod.ts";
import { checkClassificationTargets, checkConsistentLength, checkLabels, encodeLabels } from "../utils/mod.ts";
import { SplitError } from "./errors.ts";
import { checkGroups } from "./groups.ts";
import { BaseFolds } from "./k_fold.ts";
import { byFold, countSamples, type Split } from "./splitter.ts";

/**
 * Folds in which each group is whole, and which are as equal in size as the groups allow.
 *
 * @example
 * ```ts
 * import { GroupKFold } from "@troupe/troupe";
 * const folds = new GroupKFold({ nSplits: 2 }).split([[1], [2], [3], [4]], null, [0, 0, 1, 1]);
 * [...folds].map(([, test]) => Array.from(test)); // [[2, 3], [0, 1]]
 * ```
 */
export class GroupKFold extends BaseFolds {
  /**
   * The folds, each as the test set once.
   *
   * @throws {SplitError} when there are no groups, or fewer than folds
   */
  override *split(X: unknown, y?: LabelsLike | null, groups?: LabelsLike | null): IterableIterator<Split> {
    countSamples(X ?? y, "GroupKFold");
    const { codes, counts } = checkGroups("GroupKFold", X ?? y, groups);
    const k = this.nSplits;
    if (k > counts.length) throw new SplitError(`GroupKFold: cannot make ${k} folds of ${counts.length} groups`);
    const foldOf = this.shuffle ? this.deal(counts.length) : this.pack(counts);
    const folds = codes.map((g) => foldOf[g]);
    for (let fold = 0; fold < k; fold++) yield byFold(folds, fold);
  }

  /** As many groups to each fold, at random. */
  private deal(nGroups: number): Int32Array {
    const order = checkRandomState(this.randomState).permutation(nGroups).data;
    const foldOf = new Int32Array(nGroups);
    for (let fold = 0, at = 0; fold < this.nSplits; fold++) {
      const size = Math.floor(nGroups / this.nSplits) + (fold < nGroups % this.nSplits ? 1 : 0);
      for (let i = 0; i < size; i++) foldOf[order[at++]] = fold;
    }
    return foldOf;
  }

  /** The largest group first, each to the fold with the fewest samples so far. */
  private pack(counts: Int32Array): Int32Array {
    const order = Int32Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || b - a);
    const sizes = new Float64Array(this.nSplits);
    const foldOf = new Int32Array(counts.length);
    for (const g of order) {
      let lightest = 0;
      for (let f = 1; f < sizes.length; f++) if (sizes[f] < sizes[lightest]) lightest = f;
      sizes[lightest] += counts[g];
      foldOf[g] = lightest;
    }
    return foldOf;
  }
}

/**
 * Folds in which each group is whole, and the classes have about the parts that they have in the whole.
 *
 * @example
 * ```ts
 * import { StratifiedGroupKFold } from "@troupe/troupe";
 * const X = [[1], [2], [3], [4], [5], [6]];
 * const folds = new StratifiedGroupKFold({ nSplits: 2 }).split(X, [0, 1, 0, 1, 0, 1], ["a", "a", "b", "b", "c", "c"]);
 * [...folds].map(([, test]) => Array.from(test)); // [[0, 1, 4, 5], [2, 3]]
 * ```
 */
export class StratifiedGroupKFold extends BaseFolds {
  /**
   * The folds, each as the test set once.
   *
   * @throws {SplitError} when there are no groups or fewer than folds, or no class has as many samples as there are folds
   */
  override *split(X: unknown, y?: LabelsLike | null, groups?: LabelsLike | null): IterableIterator<Split> {
    if (y === undefined || y === null) {
      throw new SplitError("StratifiedGroupKFold.split(): needs y, the class of each sample");
    }
    checkConsistentLength({ X: X ?? y, y });
    const labels = checkLabels(y);
    checkClassificationTargets(labels, "StratifiedGroupKFold");
    const classes = encodeLabels(labels);
    const { codes, counts } = checkGroups("StratifiedGroupKFold", y, groups);
    const k = this.nSplits;
    const [largest, smallest] = [Math.max(...classes.counts), Math.min(...classes.counts)];
    if (k > largest) {
      throw new SplitError(`StratifiedGroupKFold: nSplits=${k} is larger than every class; the largest has ${largest}`);
    }
    if (k > smallest) {
      console.warn(`StratifiedGroupKFold: the smallest class has only ${smallest} samples for ${k} folds`);
    }
    if (k > counts.length) {
      throw new SplitError(`StratifiedGroupKFold: cannot make ${k} folds of ${counts.length} groups`);
    }
    const foldOf = this.assign(codes, counts.length, classes.codes, classes.counts);
    const folds = codes.map((g) => foldOf[g]);
    for (let fold = 0; fold < k; fold++) yield byFold(folds, fold);
  }

  /** The fold of each group: the groups of the most uneven classes first, each to where classes stay most even. */
  private assign(groups: Int32Array, nGroups: number, classes: Int32Array, sizes: Int32Array): Int32Array {
    const rng = checkRandomState(this.randomState);
    const c = sizes.length;
    const order = Int32Array.from({ length: nGroups }, (_, g) => g);
    if (this.shuffle) rng.shuffle(order);
    const place = new Int32Array(nGroups);
    order.forEach((g, at) => place[g] = at);
    // Rows in the order of the shuffle.
    const counts = new NDArray(new Float64Array(nGroups * c), [nGroups, c]);
    for (let i = 0; i < groups.length; i++) counts.data[place[groups[i]] * c + classes[i]]++;
    const spread = counts.std(1).data;
    const queue = Int32Array.from({ length: nGroups }, (_, at) => at).sort((a, b) => spread[b] - spread[a] || a - b);
    const perFold = new Float64Array(this.nSplits * c);
    const foldOf = new Int32Array(nGroups);
    for (const at of queue) {
      const own = counts.data.subarray(at * c, (at + 1) * c);
      const fold = this.bestFold(perFold, own, sizes);
      for (let j = 0; j < c; j++) perFold[fold * c + j] += own[j];
      foldOf[order[at]] = fold;
    }
    return foldOf;
  }

  /** The fold that leaves the classes most even with a group in it; of equals the smallest. */
  private bestFold(perFold: Float64Array, own: Float64Array, sizes: Int32Array): number {
    const c = sizes.length;
    let best = 0, least = Infinity, fewest = Infinity;
    for (let fold = 0; fold < this.nSplits; fold++) {
      for (let j = 0; j < c; j++) perFold[fold * c + j] += own[j];
      const uneven = unevenness(perFold, this.nSplits, sizes);
      for (let j = 0; j < c; j++) perFold[fold * c + j] -= own[j];
      let samples = 0;
      for (let j = 0; j < c; j++) samples += perFold[fold * c + j];
      const near = Math.abs(uneven - least) <= 1e-8 + 1e-5 * Math.abs(least);
      if (uneven < least || (near && samples < fewest)) {
        least = uneven;
        fewest = samples;
        best = fold;
      }
    }
    return best;
  }
}

/** Mean over the classes of the standard deviation of their parts in the folds. */
function unevenness(perFold: Float64Array, k: number, sizes: Int32Array): number {
  const c = sizes.length;
  const deviations = new Float64Array(c);
  for (let j = 0; j < c; j++) {
    let sum = 0;
    for (let f = 0; f < k; f++) sum += perFold[f * c + j] / sizes[j];
    const mean = sum / k;
    let squares = 0;
    for (let f = 0; f < k; f++) {
      const d = perFold[f * c + j] / sizes[j] - mean;
      squares += d * d;
    }
    deviations[j] = Math.sqrt(squares / k);
  }
  return new NDArray(deviations).mean();
}
