import { logarithm } from "./log_table.ts";
import { STATE_WORDS, temper, twist } from "./mt19937.ts";

/** Smallest number of ones in binary that covers `max`, an unsigned 32-bit integer. */
export function maskFor(max: number): number {
  return max === 0 ? 0 : 0xffffffff >>> Math.clz32(max);
}

/**
 * The generator's state, and what is drawn of it one by one.
 *
 * @example
 * ```ts
 * import { RandomState, WordGenerator } from "@troupe/troupe";
 * const random: WordGenerator = new RandomState(0);
 * random.nextUint32(); // 2357136044
 * random.nextDouble(); // 0.5928…
 * random.nextGauss(); // 0.1184…
 * ```
 */
export class WordGenerator {
  /** The generator's words. */
  readonly key: Int32Array;
  /** How many of the words were used. */
  pos: number = STATE_WORDS;
  /** Whether the second gaussian of a pair is waiting. */
  hasGauss = false;
  /** The waiting gaussian. */
  cachedGauss = 0;

  /** Over the words of a state, none of which was used. */
  constructor(key: Int32Array) {
    this.key = key;
  }

  /** The next 32 random bits, 0 to 2**32 − 1. */
  nextUint32(): number {
    if (this.pos === STATE_WORDS) {
      twist(this.key);
      this.pos = 0;
    }
    return temper(this.key[this.pos++]) >>> 0;
  }

  /** The next uniform number in [0, 1), of 53 bits. */
  nextDouble(): number {
    const a = this.nextUint32() >>> 5;
    const b = this.nextUint32() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  /** The next standard gaussian. */
  nextGauss(): number {
    if (this.hasGauss) {
      this.hasGauss = false;
      const waiting = this.cachedGauss;
      this.cachedGauss = 0;
      return waiting;
    }
    let a: number, b: number, r2: number;
    do {
      a = 2 * this.nextDouble() - 1;
      b = 2 * this.nextDouble() - 1;
      r2 = a * a + b * b;
    } while (r2 >= 1 || r2 === 0);
    const f = Math.sqrt(-2 * logarithm(r2) / r2);
    this.cachedGauss = f * a;
    this.hasGauss = true;
    return f * b;
  }

  /** A uniform whole number from 0 to `max` (included), by masking and rejection. */
  nextInterval(max: number): number {
    if (max === 0) return 0;
    if (max <= 0xffffffff) {
      const mask = maskFor(max);
      let value: number;
      do value = (this.nextUint32() & mask) >>> 0; while (value > max);
      return value;
    }
    const mask = maskFor(Math.floor(max / 0x100000000));
    let value: number;
    do {
      const high = (this.nextUint32() & mask) >>> 0;
      value = high * 0x100000000 + this.nextUint32();
    } while (value > max);
    return value;
  }
}
