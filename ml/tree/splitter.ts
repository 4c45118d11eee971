import type { Criterion } from "./criterion.ts";
import type { Draws } from "./draws.ts";
import { isBeyond, type NodeSamples } from "./samples.ts";

/** The node that is to be split, and what its split came to. */
export interface Split {
  /** The feature that is asked about. */
  feature: number;
  /** Values up to it go left. */
  threshold: number;
  /** Where the samples of the right side begin; the node's end when there is no split. */
  pos: number;
  /** How much it lowers the impurity. */
  improvement: number;
  /** Impurity of the left side. */
  impurityLeft: number;
  /** Impurity of the right side. */
  impurityRight: number;
  /** Where samples without a value go. */
  missingLeft: boolean;
  /** Features known to be constant in the node: they are in all nodes below. */
  nConstants: number;
}

/** What a split must keep to. */
export interface SplitLimits {
  /** Features to look at, constant ones not counted. */
  readonly maxFeatures: number;
  /** Fewest samples of a side. */
  readonly minSamplesLeaf: number;
  /** Least weight of a side. */
  readonly minWeightLeaf: number;
  /** 1, −1 or 0 for each feature, or null. */
  readonly monotonic: Int8Array | null;
  /** Whether one threshold is drawn for each feature instead of trying all. */
  readonly random: boolean;
}

/** Finds the split of a node: features are drawn in scikit-learn's order, so that ties fall as they fall there. */
export class Splitter {
  private readonly features: Int32Array;
  private readonly constants: Int32Array;
  private best: Split = noSplit(0);
  private bestProxy = -Infinity;

  constructor(
    readonly samples: NodeSamples,
    readonly criterion: Criterion,
    private readonly draws: Draws,
    private readonly limits: SplitLimits,
    nFeatures: number,
  ) {
    this.features = Int32Array.from({ length: nFeatures }, (_, j) => j);
    this.constants = new Int32Array(nFeatures);
  }

  /** Draws what follows from a key of the node alone, and not from what other nodes drew. */
  restart(key: number): void {
    this.draws.state = key;
    const { features } = this;
    for (let j = 0; j < features.length; j++) features[j] = j;
  }

  /**
   * Finds the split of the samples from `start` to `end`, and brings those of its sides together. The criterion has been
   * told of the node before.
   *
   * @param impurity the node's
   * @param nKnown how many features are known to be constant
   * @param lower bound on what its sides predict
   * @param upper bound on what its sides predict
   */
  split(start: number, end: number, impurity: number, nKnown: number, lower: number, upper: number): Split {
    const { features, constants, draws, samples, criterion } = this;
    const { maxFeatures, random } = this.limits;
    this.best = noSplit(end);
    this.bestProxy = -Infinity;
    let last = features.length;
    let visited = 0;
    let found = 0;
    let drawn = 0;
    let total = nKnown;
    let feature = -1;
    // Constant features count as looked at, but at least one that is not must be.
    while (last > total && (visited < maxFeatures || visited <= found + drawn)) {
      visited++;
      let at = draws.integer(drawn, last - found);
      if (at < nKnown) {
        swap(features, drawn, at);
        drawn++;
        continue;
      }
      at += found;
      feature = features[at];
      const varies = random ? this.rangeOf(feature, start, end) : this.sort(feature, start, end);
      if (!varies) {
        swap(features, at, total);
        found++;
        total++;
        continue;
      }
      last--;
      swap(features, last, at);
      if (random) this.tryOne(feature, start, end, lower, upper);
      else this.tryAll(feature, start, end, lower, upper);
    }
    // Those known before come first again, in the order they were found; the new ones follow.
    features.set(constants.subarray(0, nKnown), 0);
    constants.set(features.subarray(nKnown, nKnown + found), nKnown);
    const { best } = this;
    best.nConstants = total;
    if (best.pos < end) {
      // After a draw that is the best and the last, the samples stand as they should.
      if (!random || feature !== best.feature) {
        samples.partition(best.feature, best.threshold, best.missingLeft, start, end);
      }
      criterion.reset();
      criterion.update(best.pos);
      criterion.childrenImpurity();
      best.impurityLeft = criterion.impurityLeft;
      best.impurityRight = criterion.impurityRight;
      best.improvement = criterion.improvement(impurity);
    }
    return best;
  }

  private sort(feature: number, start: number, end: number): boolean {
    const { samples } = this;
    samples.sort(feature, start, end);
    const stop = end - samples.nMissing;
    if (stop === start) return false;
    return samples.nMissing > 0 || isBeyond(samples.values[stop - 1], samples.values[start]);
  }

  private rangeOf(feature: number, start: number, end: number): boolean {
    const { samples } = this;
    samples.range(feature, start, end);
    if (samples.nMissing === end - start) return false;
    return samples.nMissing > 0 || isBeyond(samples.max, samples.min);
  }

  private isAllowed(feature: number, lower: number, upper: number): boolean {
    const { monotonic, minWeightLeaf } = this.limits;
    const { criterion } = this;
    if (monotonic !== null && monotonic[feature] !== 0 && !criterion.isMonotonic(monotonic[feature], lower, upper)) {
      return false;
    }
    return criterion.weightLeft >= minWeightLeaf && criterion.weightRight >= minWeightLeaf;
  }

  /** Tries all places between different values; twice where values are missing, which go right and then left. */
  private tryAll(feature: number, start: number, end: number, lower: number, upper: number): void {
    const { samples, criterion } = this;
    const { minSamplesLeaf } = this.limits;
    const { values, nMissing } = samples;
    for (let pass = 0; pass < (nMissing > 0 ? 2 : 1); pass++) {
      const missingLeft = pass === 1;
      if (missingLeft) samples.missingFirst(start, end);
      criterion.reset();
      const stop = missingLeft ? end : end - nMissing;
      let p = missingLeft ? start + nMissing : start;
      for (;;) {
        do p++; while (p < stop && !isBeyond(values[p], values[p - 1]));
        // Right of all values stand those that are missing, or nothing.
        if (p >= end) break;
        if (p - start >= minSamplesLeaf && end - p >= minSamplesLeaf) {
          criterion.update(p);
          if (this.isAllowed(feature, lower, upper)) {
            const proxy = criterion.proxyImprovement(this.bestProxy);
            if (proxy > this.bestProxy) {
              this.bestProxy = proxy;
              this.best.feature = feature;
              this.best.pos = p;
              this.best.threshold = p === stop ? Infinity : values[p - 1] / 2 + values[p] / 2;
              this.best.missingLeft = nMissing === 0 ? p - start > end - p : missingLeft;
            }
          }
        }
        if (p >= stop) break;
      }
    }
  }

  /** Tries one threshold drawn between the smallest and the largest value. */
  private tryOne(feature: number, start: number, end: number, lower: number, upper: number): void {
    const { samples, criterion, draws } = this;
    const { minSamplesLeaf } = this.limits;
    const { nMissing, min, max } = samples;
    let threshold = draws.uniform(min, max);
    let missingLeft = nMissing > 0 && draws.integer(0, 2) === 1;
    if (threshold === max) threshold = min;
    const pos = samples.partition(feature, threshold, missingLeft, start, end);
    if (pos - start < minSamplesLeaf || end - pos < minSamplesLeaf) return;
    criterion.reset();
    criterion.update(pos);
    if (!this.isAllowed(feature, lower, upper)) return;
    const proxy = criterion.proxyImprovement(this.bestProxy);
    if (!(proxy > this.bestProxy)) return;
    if (nMissing === 0) missingLeft = pos - start > end - pos;
    this.bestProxy = proxy;
    Object.assign(this.best, { feature, threshold, pos, missingLeft });
  }
}

function noSplit(end: number): Split {
  return {
    feature: -2,
    threshold: -2,
    pos: end,
    improvement: -Infinity,
    impurityLeft: 0,
    impurityRight: 0,
    missingLeft: false,
    nConstants: 0,
  };
}

function swap(list: Int32Array, a: number, b: number): void {
  const v = list[a];
  list[a] = list[b];
  list[b] = v;
}
