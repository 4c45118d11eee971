import type { LabelsLike } from "../array/mod.ts";
import { checkRandomState, type RandomState, type RandomStateLike } from "../random/mod.ts";
import { checkOptionNames, checkParameters, integer, randomSource } from "../utils/mod.ts";
import { KFold, StratifiedKFold } from "./k_fold.ts";
import type { CrossValidator, Split } from "./splitter.ts";

/** Parameters of {@linkcode RepeatedKFold} and {@linkcode RepeatedStratifiedKFold}. */
export interface RepeatedKFoldOptions {
  /** How many folds; 5 if left out. */
  nSplits?: number;
  /** How often they are made anew; 10 if left out. */
  nRepeats?: number;
  /** Seed. */
  randomState?: RandomStateLike;
}

/**
 * Folds in random order, made anew several times.
 *
 * @example
 * ```ts
 * import { RepeatedKFold } from "@troupe/troupe";
 * new RepeatedKFold({ nSplits: 2, nRepeats: 3, randomState: 0 }).getNSplits(); // 6
 * ```
 */
export class RepeatedKFold implements CrossValidator {
  /** How many folds. */
  readonly nSplits: number;
  /** How often they are made anew. */
  readonly nRepeats: number;
  /** Seed. */
  readonly randomState: RandomStateLike;

  /**
   * Keeps its parameters.
   *
   * @throws {InvalidParameterError} when there are fewer than two folds or one repetition
   */
  constructor(options: RepeatedKFoldOptions = {}) {
    checkOptionNames(new.target.name, options, ["nSplits", "nRepeats", "randomState"]);
    const { nSplits = 5, nRepeats = 10, randomState = null } = options;
    checkParameters(new.target.name, { nSplits, nRepeats, randomState }, {
      nSplits: integer({ min: 2 }),
      nRepeats: integer({ min: 1 }),
      randomState: randomSource,
    });
    this.nSplits = nSplits;
    this.nRepeats = nRepeats;
    this.randomState = randomState;
  }

  /** How many divisions there are in all. */
  getNSplits(): number {
    return this.nSplits * this.nRepeats;
  }

  /**
   * The divisions, one repetition after the other.
   *
   * @throws {SplitError} when the folds cannot be made
   */
  *split(X: unknown, y?: LabelsLike | null): IterableIterator<Split> {
    const rng = checkRandomState(this.randomState);
    for (let r = 0; r < this.nRepeats; r++) yield* this.folds(rng).split(X ?? y, y);
  }

  /** What makes the folds of one repetition. */
  protected folds(rng: RandomState): CrossValidator {
    return new KFold({ nSplits: this.nSplits, shuffle: true, randomState: rng });
  }
}

/**
 * Folds in which the classes have the parts that they have in the whole, made anew several times.
 *
 * @example
 * ```ts
 * import { RepeatedStratifiedKFold } from "@troupe/troupe";
 * new RepeatedStratifiedKFold({ nSplits: 2, nRepeats: 3, randomState: 0 }).getNSplits(); // 6
 * ```
 */
export class RepeatedStratifiedKFold extends RepeatedKFold {
  /** What makes the folds of one repetition. */
  protected override folds(rng: RandomState): CrossValidator {
    return new StratifiedKFold({ nSplits: this.nSplits, shuffle: true, randomState: rng });
  }
}
