import type { LabelsLike } from "../array/mod.ts";
import { checkParameters, integer } from "../utils/mod.ts";
import { SplitError } from "./errors.ts";
import { checkGroups, combinations, countCombinations } from "./groups.ts";
import { countSamples, type CrossValidator, type Split } from "./splitter.ts";

/** The samples that are marked, and the others. */
function byMask(inTest: (i: number) => boolean, n: number): Split {
  const train: number[] = [];
  const test: number[] = [];
  for (let i = 0; i < n; i++) (inTest(i) ? test : train).push(i);
  return [Int32Array.from(train), Int32Array.from(test)];
}

/**
 * Each sample is the test set once.
 *
 * @example
 * ```ts
 * import { LeaveOneOut } from "@troupe/troupe";
 * [...new LeaveOneOut().split([[1], [2]])].map(([, test]) => Array.from(test)); // [[0], [1]]
 * ```
 */
export class LeaveOneOut implements CrossValidator {
  /**
   * As many as samples.
   *
   * @throws {SplitError} when X is not given
   */
  getNSplits(X?: unknown): number {
    return countSamples(X, "LeaveOneOut");
  }

  /**
   * The divisions, the first sample first.
   *
   * @throws {SplitError} when there are fewer than two samples
   */
  *split(X: unknown, y?: LabelsLike | null): IterableIterator<Split> {
    const n = countSamples(X ?? y, "LeaveOneOut");
    if (n < 2) throw new SplitError(`LeaveOneOut: needs at least two samples, got ${n}`);
    for (let out = 0; out < n; out++) yield byMask((i) => i === out, n);
  }
}

/**
 * Every choice of `p` samples is the test set once: very many, unless there are few samples.
 *
 * @example
 * ```ts
 * import { LeavePOut } from "@troupe/troupe";
 * new LeavePOut(2).getNSplits([[1], [2], [3], [4]]); // 6
 * ```
 */
export class LeavePOut implements CrossValidator {
  /** How many samples are tested. */
  readonly p: number;

  /**
   * Keeps its parameter.
   *
   * @throws {InvalidParameterError} when `p` is no whole number from 1 up
   */
  constructor(p: number) {
    checkParameters("LeavePOut", { p }, { p: integer({ min: 1 }) });
    this.p = p;
  }

  /**
   * How many choices there are.
   *
   * @throws {SplitError} when X is not given
   */
  getNSplits(X?: unknown): number {
    return countCombinations(countSamples(X, "LeavePOut"), this.p);
  }

  /**
   * The divisions.
   *
   * @throws {SplitError} when there are not more than `p` samples
   */
  *split(X: unknown, y?: LabelsLike | null): IterableIterator<Split> {
    const n = countSamples(X ?? y, "LeavePOut");
    if (n <= this.p) throw new SplitError(`LeavePOut: p=${this.p} must be smaller than the number of samples, ${n}`);
    for (const out of combinations(n, this.p)) yield byMask((i) => out.includes(i), n);
  }
}

/**
 * Each group is the test set once.
 *
 * @example
 * ```ts
 * import { LeaveOneGroupOut } from "@troupe/troupe";
 * const splits = new LeaveOneGroupOut().split([[1], [2], [3]], null, ["a", "b", "a"]);
 * [...splits].map(([, test]) => Array.from(test)); // [[0, 2], [1]]
 * ```
 */
export class LeaveOneGroupOut implements CrossValidator {
  /**
   * As many as groups.
   *
   * @throws {SplitError} when groups are not given
   */
  getNSplits(_X?: unknown, _y?: LabelsLike | null, groups?: LabelsLike | null): number {
    return checkGroups("LeaveOneGroupOut", groups, groups).counts.length;
  }

  /**
   * The divisions, groups in sorted order.
   *
   * @throws {SplitError} when there are fewer than two groups
   */
  *split(X: unknown, y?: LabelsLike | null, groups?: LabelsLike | null): IterableIterator<Split> {
    const { codes, counts } = checkGroups("LeaveOneGroupOut", X ?? y, groups);
    if (counts.length < 2) throw new SplitError(`LeaveOneGroupOut: needs at least two groups, got ${counts.length}`);
    for (let g = 0; g < counts.length; g++) yield byMask((i) => codes[i] === g, codes.length);
  }
}

/**
 * Every choice of `nGroups` groups is the test set once.
 *
 * @example
 * ```ts
 * import { LeavePGroupsOut } from "@troupe/troupe";
 * const splits = new LeavePGroupsOut(2).split([[1], [2], [3]], null, ["a", "b", "c"]);
 * [...splits].map(([, test]) => Array.from(test)); // [[0, 1], [0, 2], [1, 2]]
 * ```
 */
export class LeavePGroupsOut implements CrossValidator {
  /** How many groups are tested. */
  readonly nGroups: number;

  /**
   * Keeps its parameter.
   *
   * @throws {InvalidParameterError} when `nGroups` is no whole number from 1 up
   */
  constructor(nGroups: number) {
    checkParameters("LeavePGroupsOut", { nGroups }, { nGroups: integer({ min: 1 }) });
    this.nGroups = nGroups;
  }

  /**
   * How many choices there are.
   *
   * @throws {SplitError} when groups are not given
   */
  getNSplits(_X?: unknown, _y?: LabelsLike | null, groups?: LabelsLike | null): number {
    return countCombinations(checkGroups("LeavePGroupsOut", groups, groups).counts.length, this.nGroups);
  }

  /**
   * The divisions.
   *
   * @throws {SplitError} when there are not more than `nGroups` groups
   */
  *split(X: unknown, y?: LabelsLike | null, groups?: LabelsLike | null): IterableIterator<Split> {
    const { codes, counts } = checkGroups("LeavePGroupsOut", X ?? y, groups);
    if (counts.length <= this.nGroups) {
      throw new SplitError(`LeavePGroupsOut: needs more than ${this.nGroups} groups, got ${counts.length}`);
    }
    for (const out of combinations(counts.length, this.nGroups)) {
      yield byMask((i) => out.includes(codes[i]), codes.length);
    }
  }
}
