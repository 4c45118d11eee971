/**
 * Small generator that the coordinate and the stochastic methods draw with, seeded from the estimator's `randomState`;
 * with it they visit coordinates and samples in the same order as scikit-learn's.
 *
 * Source: G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003).
 */
export class Xorshift {
  private state: number;

  /** A generator from a seed, an unsigned 32-bit integer. */
  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** A whole number from 0 to `bound` − 1; `bound` is at most 2**31. */
  below(bound: number): number {
    let s = this.state === 0 ? 1 : this.state;
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    this.state = s;
    return (s & 0x7fffffff) % bound;
  }
}
