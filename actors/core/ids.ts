/**
 * Identity and chance as arguments.
 *
 * @module
 */

/** A source of names that are unique in the cluster. */
export interface Ids {
  /** A fresh id that starts with `prefix`. */
  next(prefix: string): string;
}

/** A source of uniform random numbers in [0, 1). */
export interface Random {
  /** The next number. */
  next(): number;
}

/** Repeatable ids, for simulation. */
export function countingIds(base: string): Ids {
  let n = 0;
  return { next: (prefix) => `${prefix}-${base}-${(n++).toString(36)}` };
}

/**
 * Repeatable random numbers from a 32-bit seed (the mulberry32 generator by Tommy Ettinger, public domain), for simulation and tests.
 */
export function seededRandom(seed: number): Random {
  let a = seed >>> 0;
  return {
    next() {
      a = (a + 0x6d2b79f5) >>> 0;
      let t = Math.imul(a ^ (a >>> 15), a | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
  };
}
