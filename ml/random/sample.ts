import { checkRandomState, type RandomStateLike } from "./random_state.ts";
import { RandomStateError } from "./errors.ts";

/**
 * Distinct whole numbers below `nPopulation`, drawn as scikit-learn's `sample_without_replacement` draws them. Their
 * order is not random in every case.
 *
 * @throws {RandomStateError} when more are asked for than there are
 *
 * @example
 * ```ts
 * import { sampleWithoutReplacement } from "@troupe/troupe";
 * sampleWithoutReplacement(10, 3, 0).length; // 3
 * ```
 */
export function sampleWithoutReplacement(
  nPopulation: number,
  nSamples: number,
  randomState?: RandomStateLike,
): number[] {
  if (!Number.isSafeInteger(nPopulation) || nPopulation < 0 || nSamples > nPopulation) {
    throw new RandomStateError(`cannot draw ${nSamples} of ${nPopulation} without replacement`);
  }
  const rng = checkRandomState(randomState);
  const ratio = nPopulation === 0 ? 1 : nSamples / nPopulation;
  if (ratio > 0.01 && ratio < 0.99) return Array.from(rng.permutation(nPopulation).data.subarray(0, nSamples));
  if (ratio < 0.2) {
    // Few of many: draw again what was drawn before.
    const drawn = new Set<number>();
    while (drawn.size < nSamples) drawn.add(rng.nextInterval(nPopulation - 1));
    return [...drawn];
  }
  const reservoir = Array.from({ length: nSamples }, (_, i) => i);
  for (let i = nSamples; i < nPopulation; i++) {
    const j = rng.nextInterval(i);
    if (j < nSamples) reservoir[j] = i;
  }
  return reservoir;
}

/**
 * The numbers below `n` in random order, as scikit-learn's `shuffle` orders what it is given.
 *
 * @throws {RandomStateError} when a seed is out of bounds
 *
 * @example
 * ```ts
 * import { shuffledIndices } from "@troupe/troupe";
 * shuffledIndices(5, 0); // Int32Array(5) [2, 0, 1, 3, 4]
 * ```
 */
export function shuffledIndices(n: number, randomState?: RandomStateLike): Int32Array {
  return checkRandomState(randomState).permutation(n).data;
}
