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

/** Ids that begin with `base`, and then count. Hand it something random, and they are unique in the world. */
export function idsFrom(base: string): Ids {
  // Tens of thousands a second: all but the last two digits is written once for 1,296 of them.
  const last = Array.from({ length: 1296 }, (_, i) => i.toString(36).padStart(2, "0"));
  let n = 0, high = "", before = "", start = "";
  return {
    next(prefix) {
      const low = n % 1296;
      if (low === 0) high = n === 0 ? "" : (n / 1296).toString(36);
      if (low === 0 || prefix !== before) {
        before = prefix;
        start = `${prefix}-${base}-${high}`;
      }
      n++;
      return start + last[low];
    },
  };
}
