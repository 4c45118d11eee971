import type { RandomState } from "../random/mod.ts";

/**
 * Draws one of some categories, as NumPy's legacy generator draws a multinomial of one trial: category by category, each
 * by the inversion of a binomial, so that it takes the same uniform numbers.
 */
export function drawOne(rng: RandomState, probabilities: Float64Array): number {
  let left = 1;
  const last = probabilities.length - 1;
  for (let c = 0; c < last; c++) {
    if (drawBit(rng, probabilities[c] / left)) return c;
    left -= probabilities[c];
  }
  return last;
}

/** True with probability p. The likelier outcome is the one that inversion tries first. */
function drawBit(rng: RandomState, p: number): boolean {
  if (p === 0) return false;
  return p <= 0.5 ? invert(rng, p) : !invert(rng, 1 - p);
}

function invert(rng: RandomState, p: number): boolean {
  const q = 1 - p;
  const none = Math.exp(Math.log(q));
  while (true) {
    const u = rng.nextDouble();
    if (u <= none) return false;
    // What is left beyond both outcomes is rounding: draw again.
    if (u - none <= p * none / q) return true;
  }
}
