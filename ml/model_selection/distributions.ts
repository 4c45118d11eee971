import type { RandomState } from "../random/mod.ts";
import { InvalidParameterError } from "../utils/mod.ts";

/** Something to draw parameters from. One of your own needs only this method. */
export interface Distribution {
  /** Draws one value. */
  rvs(rng: RandomState): unknown;
}

/** Numbers from `loc` to `loc + scale`, all alike. */
class Uniform implements Distribution {
  constructor(readonly loc: number, readonly scale: number) {}

  rvs(rng: RandomState): number {
    return rng.nextDouble() * this.scale + this.loc;
  }
}

/** Numbers between two bounds whose logarithms are all alike. */
class LogUniform implements Distribution {
  constructor(readonly a: number, readonly b: number) {}

  rvs(rng: RandomState): number {
    const from = Math.log(this.a);
    return Math.exp(from + rng.nextDouble() * (Math.log(this.b) - from));
  }
}

/** Whole numbers from `low` to `high` − 1, all alike. */
class RandInt implements Distribution {
  constructor(readonly low: number, readonly high: number) {}

  rvs(rng: RandomState): number {
    return rng.randint(this.low, this.high);
  }
}

/** Distributions for {@linkcode ParameterSampler}, drawing as SciPy's of the same names. */
export const stats: {
  /** Numbers from `loc` (0) to `loc + scale` (1), all alike. */
  uniform(loc?: number, scale?: number): Distribution;
  /** Numbers from `a` to `b` whose logarithms are all alike; both above 0. */
  loguniform(a: number, b: number): Distribution;
  /** Whole numbers from `low` to `high` − 1, all alike. */
  randint(low: number, high: number): Distribution;
} = {
  uniform(loc = 0, scale = 1) {
    if (!(scale >= 0)) throw new InvalidParameterError(`stats.uniform: scale must not be negative, got ${scale}`);
    return new Uniform(loc, scale);
  },
  loguniform(a, b) {
    if (!(a > 0 && b > a)) throw new InvalidParameterError(`stats.loguniform: needs 0 < a < b, got ${a} and ${b}`);
    return new LogUniform(a, b);
  },
  randint(low, high) {
    if (!(Number.isInteger(low) && Number.isInteger(high) && low < high)) {
      throw new InvalidParameterError(`stats.randint: needs whole low < high, got ${low} and ${high}`);
    }
    return new RandInt(low, high);
  },
};
