import type { LabelsLike } from "../array/mod.ts";
import { checkRandomState, type RandomStateLike } from "../random/mod.ts";
import {
  bool,
  checkClassificationTargets,
  checkConsistentLength,
  checkLabels,
  checkOptionNames,
  checkParameters,
  encodeLabels,
  integer,
  InvalidParameterError,
  randomSource,
} from "../utils/mod.ts";
import { SplitError } from "./errors.ts";
import { byFold, countSamples, type CrossValidator, type Split } from "./splitter.ts";

/** Parameters of {@linkcode KFold} and {@linkcode StratifiedKFold}. */
export interface KFoldOptions {
  /** How many folds; 5 if left out. */
  nSplits?: number;
  /** Whether to put the samples in random order first; false if left out. */
  shuffle?: boolean;
  /** Seed, with `shuffle` only. */
  randomState?: RandomStateLike;
}

const rules = { nSplits: integer({ min: 2 }), shuffle: bool, randomState: randomSource };

/**
 * What splitters into folds have in common: a number of folds, and whether chance orders what is dealt to them.
 *
 * @example
 * ```ts
 * import { BaseFolds, KFold, StratifiedKFold } from "@troupe/troupe";
 * const folds: BaseFolds[] = [new KFold({ nSplits: 3 }), new StratifiedKFold()];
 * folds.map((f) => f.nSplits); // [3, 5]
 * ```
 */
export abstract class BaseFolds implements CrossValidator {
  /** How many folds. */
  readonly nSplits: number;
  /** Whether samples, or groups, are put in random order first. */
  readonly shuffle: boolean;
  /** Seed. */
  readonly randomState: RandomStateLike;

  /**
   * Keeps its parameters.
   *
   * @throws {InvalidParameterError} when there are fewer than two folds, or a seed without `shuffle`
   */
  constructor(options: KFoldOptions = {}) {
    const who = this.constructor.name;
    checkOptionNames(who, options, Object.keys(rules));
    const { nSplits = 5, shuffle = false, randomState = null } = options;
    checkParameters(who, { nSplits, shuffle, randomState }, rules);
    if (!shuffle && randomState !== null) {
      throw new InvalidParameterError(
        `${who}: randomState has no effect without shuffle: true; leave it out, or shuffle`,
      );
    }
    this.nSplits = nSplits;
    this.shuffle = shuffle;
    this.randomState = randomState;
  }

  /** How many folds there are. */
  getNSplits(): number {
    return this.nSplits;
  }

  /** The folds, each as the test set once. */
  abstract split(X: unknown, y?: LabelsLike | null, groups?: LabelsLike | null): IterableIterator<Split>;
}

/**
 * Folds of samples in their order, or in random order; each is the test set once.
 *
 * @example
 * ```ts
 * import { KFold } from "@troupe/troupe";
 * for (const [train, test] of new KFold({ nSplits: 2 }).split([[1], [2], [3], [4]])) {
 *   console.log(train, test); // [2, 3] [0, 1], then [0, 1] [2, 3]
 * }
 * ```
 */
export class KFold extends BaseFolds {
  /**
   * The folds, each as the test set once.
   *
   * @throws {SplitError} when there are fewer samples than folds
   */
  override *split(X: unknown): IterableIterator<Split> {
    const n = countSamples(X, "KFold");
    const k = this.nSplits;
    if (k > n) throw new SplitError(`KFold: cannot make ${k} folds of ${n} samples`);
    const order = Int32Array.from({ length: n }, (_, i) => i);
    if (this.shuffle) checkRandomState(this.randomState).shuffle(order);
    const folds = new Int32Array(n);
    for (let fold = 0, at = 0; fold < k; fold++) {
      const size = Math.floor(n / k) + (fold < n % k ? 1 : 0);
      for (let i = 0; i < size; i++) folds[order[at++]] = fold;
    }
    for (let fold = 0; fold < k; fold++) yield byFold(folds, fold);
  }
}

/**
 * Folds in which the classes have the parts that they have in the whole.
 *
 * @example
 * ```ts
 * import { StratifiedKFold } from "@troupe/troupe";
 * const [[train, test]] = new StratifiedKFold({ nSplits: 2 }).split([[1], [2], [3], [4]], [0, 0, 1, 1]);
 * test; // [0, 2]
 * ```
 */
export class StratifiedKFold extends BaseFolds {
  /**
   * The folds, each as the test set once.
   *
   * @throws {SplitError} when no class has as many samples as there are folds; if only some have not, it warns
   */
  override *split(X: unknown, y?: LabelsLike | null): IterableIterator<Split> {
    if (y === undefined || y === null) {
      throw new SplitError("StratifiedKFold.split(): needs y, the class of each sample");
    }
    const n = countSamples(X ?? y, "StratifiedKFold");
    const labels = checkLabels(y);
    checkConsistentLength({ X: X ?? y, y });
    checkClassificationTargets(labels, "StratifiedKFold");
    if (this.nSplits > n) throw new SplitError(`StratifiedKFold: cannot make ${this.nSplits} folds of ${n} samples`);
    const folds = this.assign(encodeLabels(labels).codes);
    for (let fold = 0; fold < this.nSplits; fold++) yield byFold(folds, fold);
  }

  /** The fold of each sample: classes are counted as they appear, and laid over the folds like sorted cards. */
  private assign(codes: Int32Array): Int32Array {
    const k = this.nSplits;
    const rng = checkRandomState(this.randomState);
    const appearance = new Map<number, number>();
    const places: number[][] = [];
    for (let i = 0; i < codes.length; i++) {
      let c = appearance.get(codes[i]);
      if (c === undefined) {
        appearance.set(codes[i], c = places.length);
        places.push([]);
      }
      places[c].push(i);
    }
    const sizes = places.map((p) => p.length);
    if (sizes.every((size) => k > size)) {
      throw new SplitError(
        `StratifiedKFold: nSplits=${k} is larger than every class; the largest has ${Math.max(...sizes)} samples`,
      );
    }
    if (k > Math.min(...sizes)) {
      console.warn(`StratifiedKFold: the smallest class has only ${Math.min(...sizes)} samples for ${k} folds`);
    }
    const folds = new Int32Array(codes.length);
    let before = 0;
    for (const place of places) {
      // The card at sorted position p belongs to fold p mod k.
      const dealt = new Int32Array(k);
      for (let p = before; p < before + place.length; p++) dealt[p % k]++;
      before += place.length;
      const own = new Int32Array(place.length);
      for (let fold = 0, at = 0; fold < k; fold++) own.fill(fold, at, at += dealt[fold]);
      if (this.shuffle) rng.shuffle(own);
      for (let i = 0; i < place.length; i++) folds[place[i]] = own[i];
    }
    return folds;
  }
}
