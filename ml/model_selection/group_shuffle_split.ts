import type { LabelsLike } from "../array/mod.ts";
import { checkRandomState } from "../random/mod.ts";
import { checkOptions } from "../utils/mod.ts";
import { checkGroups } from "./groups.ts";
import { ShuffleSplit, type ShuffleSplitOptions, splitSizes } from "./shuffle_split.ts";
import { countSamples, type Split } from "./splitter.ts";

/**
 * Divisions of groups into random training and test sets: no group is in both. Sizes are parts of the groups, or their
 * number; 5 divisions and a fifth of the groups for testing if left out.
 *
 * @example
 * ```ts
 * import { GroupShuffleSplit } from "@troupe/troupe";
 * const folds = new GroupShuffleSplit({ nSplits: 1, testSize: 0.5, randomState: 0 });
 * [...folds.split([[1], [2], [3], [4]], null, ["a", "a", "b", "b"])].map(([, test]) => Array.from(test)); // [[2, 3]]
 * ```
 */
export class GroupShuffleSplit extends ShuffleSplit {
  /** Test size where no size is given. */
  protected override readonly standardTestSize: number = 0.2;

  /**
   * Keeps its parameters.
   *
   * @param options sizes, number of divisions, seed
   * @throws {InvalidParameterError} when `nSplits` is no whole number from 1 up
   */
  constructor(options: ShuffleSplitOptions = {}) {
    checkOptions("GroupShuffleSplit", options);
    super({ ...options, nSplits: options.nSplits ?? 5 });
  }

  /**
   * The divisions.
   *
   * @throws {SplitError} when there are no groups, or the sizes do not fit their number
   */
  override *split(X: unknown, y?: LabelsLike | null, groups?: LabelsLike | null): IterableIterator<Split> {
    countSamples(X ?? y, "GroupShuffleSplit");
    const { codes, counts } = checkGroups("GroupShuffleSplit", X ?? y, groups);
    const sizes = splitSizes(counts.length, this.testSize, this.trainSize, this.standardTestSize);
    const rng = checkRandomState(this.randomState);
    for (let s = 0; s < this.nSplits; s++) {
      const [train, test] = this.draw(rng, counts.length, sizes).map((part) => new Set(part));
      const members = (part: Set<number>): Int32Array =>
        Int32Array.from(codes.keys()).filter((i) => part.has(codes[i]));
      yield [members(train), members(test)];
    }
  }
}
