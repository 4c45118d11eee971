/** Largest number that {@linkcode Draws} gives. */
const MOST = 2147483647;

/**
 * The small generator that trees draw features and thresholds from: scikit-learn's, so that a tree of the same seed asks
 * about the same features.
 *
 * Source: G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14), 2003.
 */
export class Draws {
  /** @param state where it goes on from; 0 is taken as 1 */
  constructor(public state: number) {}

  /** A whole number from 0 to 2³¹ − 1. */
  next(): number {
    let s = this.state === 0 ? 1 : this.state;
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    this.state = s >>> 0;
    return this.state & MOST;
  }

  /** A whole number from `low` to `high` − 1. */
  integer(low: number, high: number): number {
    return low + this.next() % (high - low);
  }

  /** A number from `low` to `high`. */
  uniform(low: number, high: number): number {
    return (high - low) * this.next() / MOST + low;
  }
}

/**
 * The key of a node's child: what a node draws depends on the seed and the path from the root only, so that a tree cut
 * at a smaller depth is the tree that would have grown to that depth.
 */
export function childKey(key: number, isLeft: boolean): number {
  return mix((key ^ (isLeft ? 0x9e3779b9 : 0x7f4a7c15)) >>> 0);
}

/** Scatters the bits of a 32-bit number: MurmurHash3's last step (A. Appleby, public domain). */
export function mix(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}
