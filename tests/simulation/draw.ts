/**
 * Drawing from a seed.
 *
 * @module
 */

import { type Random, seededRandom } from "../../actors/core/mod.ts";

/** A source of draws; streams split off it do not disturb each other. */
export class Draw {
  readonly #random: Random;
  readonly #seed: number;

  /** @param seed Same seed, same draws. */
  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#random = seededRandom(this.#seed);
    for (let i = 0; i < 4; i++) this.#random.next();
  }

  /** A stream of its own, named. */
  split(name: string): Draw {
    let h = this.#seed ^ 0x9e3779b9;
    for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193) ^ (h >>> 13);
    return new Draw(h >>> 0);
  }

  /** For what wants a {@link Random}. */
  get random(): Random {
    return this.#random;
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return this.#random.next();
  }

  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.#random.next() * (high - low + 1));
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.#random.next() < p;
  }

  /** One of them. */
  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.#random.next() * items.length)];
  }

  /** Some of them, in their order, each with probability `p`. */
  some<T>(items: readonly T[], p: number): T[] {
    return items.filter(() => this.chance(p));
  }

  /** A length of time with many short and few long ones: `low` to `high` ms, log-uniform, whole tenths. */
  ms(low: number, high: number): number {
    return Math.round(10 * Math.exp(Math.log(low) + this.unit() * (Math.log(high) - Math.log(low)))) / 10;
  }
}
