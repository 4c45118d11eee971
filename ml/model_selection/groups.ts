import type { LabelsLike } from "../array/mod.ts";
import { checkConsistentLength, checkLabels, type Encoded, encodeLabels } from "../utils/mod.ts";
import { SplitError } from "./errors.ts";

/**
 * The groups of samples, encoded.
 *
 * @throws {SplitError} when they are not given
 * @throws {InvalidInputError} when there are not as many as samples
 */
export function checkGroups(who: string, X: unknown, groups: LabelsLike | null | undefined): Encoded {
  if (groups === undefined || groups === null) {
    throw new SplitError(`${who}.split(): needs groups, the group of each sample`);
  }
  checkConsistentLength({ X, groups });
  return encodeLabels(checkLabels(groups, "groups"));
}

/** All choices of `p` of the numbers below `n`, in ascending order. */
export function* combinations(n: number, p: number): IterableIterator<number[]> {
  const picked = Array.from({ length: p }, (_, i) => i);
  if (p > n) return;
  while (true) {
    yield [...picked];
    let i = p - 1;
    while (i >= 0 && picked[i] === n - p + i) i--;
    if (i < 0) return;
    picked[i]++;
    for (let j = i + 1; j < p; j++) picked[j] = picked[j - 1] + 1;
  }
}

/** How many choices of `p` of `n` there are. */
export function countCombinations(n: number, p: number): number {
  let count = 1;
  for (let i = 1; i <= Math.min(p, n - p); i++) count = count * (n - i + 1) / i;
  return p > n ? 0 : Math.round(count);
}
