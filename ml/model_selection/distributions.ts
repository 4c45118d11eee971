import { registerInternals } from "../../actors/code/mod.ts";
import type { RandomState } from "../random/mod.ts";
import { InvalidParameterError } from "../utils/mod.ts";
import { beta, geometric, triangular } from "./random_variates.ts";

/** Something to draw parameters from. One of your own needs only this method. */
export interface Distribution {
  /** Draws one value. */
  rvs(rng: RandomState): unknown;
}

/** Draws of each distribution, from its shapes, before they are stretched and moved. */
const draws: Readonly<Record<string, (rng: RandomState, a: number, b: number) => number>> = {
  uniform: (rng) => rng.nextDouble(),
  loguniform: (rng, a, b) => Math.exp(Math.log(a) + rng.nextDouble() * (Math.log(b) - Math.log(a))),
  randint: (rng, low, high) => rng.randint(low, high),
  norm: (rng) => rng.nextGauss(),
  halfnorm: (rng) => Math.abs(rng.nextGauss()),
  lognorm: (rng, s) => Math.exp(s * rng.nextGauss()),
  expon: (rng) => rng.exponential(),
  gamma: (rng, a) => rng.gamma(a),
  beta,
  chi2: (rng, df) => rng.chisquare(df),
  t: (rng, df) => Math.sqrt(df / 2) * rng.nextGauss() / Math.sqrt(rng.gamma(df / 2)),
  triang: triangular,
  poisson: (rng, mu) => rng.poisson(mu),
  geom: geometric,
};

/** One of the distributions, moved by `loc` and stretched by `scale`. Its fields are plain, so that it can travel. */
class SciPyDistribution implements Distribution {
  constructor(
    readonly name: string,
    readonly shapes: readonly number[],
    readonly loc: number,
    readonly scale: number,
  ) {}

  rvs(rng: RandomState): number {
    const [a, b] = this.shapes;
    return draws[this.name](rng, a, b) * this.scale + this.loc;
  }

  toString(): string {
    return `${this.name}(${[...this.shapes, this.loc, this.scale].join(", ")})`;
  }
}

registerInternals({ SciPyDistribution });

function refuse(name: string, what: string, args: readonly number[]): never {
  throw new InvalidParameterError(`stats.${name}: needs ${what}, got ${args.join(", ")}`);
}

/** A distribution moved by `loc` and stretched by `scale`, both checked. */
function scaled(name: string, shapes: readonly number[], loc: number, scale: number): Distribution {
  const args = [...shapes, loc, scale];
  if (!args.every(Number.isFinite)) refuse(name, "finite numbers", args);
  if (!(scale >= 0)) refuse(name, "a scale that is not negative", args);
  return new SciPyDistribution(name, shapes, loc, scale);
}

/**
 * Distributions for {@linkcode ParameterSampler}, drawing as SciPy's of the same names do from the same seed.
 *
 * @example
 * ```ts
 * import { RandomState, stats } from "@troupe/troupe";
 * stats.uniform(0, 10).rvs(new RandomState(0)); // 5.4881…
 * ```
 */
export const stats: {
  /** Numbers from `loc` (0) to `loc + scale` (1), all alike. */
  uniform(loc?: number, scale?: number): Distribution;
  /** Numbers from `a` to `b` whose logarithms are all alike; both above 0. */
  loguniform(a: number, b: number, loc?: number, scale?: number): Distribution;
  /** The other name of `loguniform`. */
  reciprocal(a: number, b: number, loc?: number, scale?: number): Distribution;
  /** Whole numbers from `low` to `high` − 1, all alike. */
  randint(low: number, high: number, loc?: number): Distribution;
  /** Gaussians of mean `loc` (0) and standard deviation `scale` (1). */
  norm(loc?: number, scale?: number): Distribution;
  /** Sizes of gaussians. */
  halfnorm(loc?: number, scale?: number): Distribution;
  /** Numbers whose logarithm is gaussian, of standard deviation `s`. */
  lognorm(s: number, loc?: number, scale?: number): Distribution;
  /** Exponentials of mean `scale` (1), from `loc` (0) up. */
  expon(loc?: number, scale?: number): Distribution;
  /** Gammas of shape `a`. */
  gamma(a: number, loc?: number, scale?: number): Distribution;
  /** Betas of shapes `a` and `b`, from `loc` (0) to `loc + scale` (1). */
  beta(a: number, b: number, loc?: number, scale?: number): Distribution;
  /** Chi-squareds of `df` degrees of freedom. */
  chi2(df: number, loc?: number, scale?: number): Distribution;
  /** Student's t of `df` degrees of freedom. */
  t(df: number, loc?: number, scale?: number): Distribution;
  /** Triangulars from `loc` (0) to `loc + scale` (1), with the top at the part `c` of that. */
  triang(c: number, loc?: number, scale?: number): Distribution;
  /** Counts of mean `mu`. */
  poisson(mu: number, loc?: number): Distribution;
  /** Trials of chance `p` up to the first success. */
  geom(p: number, loc?: number): Distribution;
} = {
  uniform: (loc = 0, scale = 1) => scaled("uniform", [], loc, scale),
  loguniform(a, b, loc = 0, scale = 1) {
    if (!(a > 0 && b > a)) refuse("loguniform", "0 < a < b", [a, b]);
    return scaled("loguniform", [a, b], loc, scale);
  },
  reciprocal: (a, b, loc, scale) => stats.loguniform(a, b, loc, scale),
  randint(low, high, loc = 0) {
    const whole = Number.isInteger(low) && Number.isInteger(high);
    if (!(whole && low < high)) refuse("randint", "whole low < high", [low, high]);
    return scaled("randint", [low, high], loc, 1);
  },
  norm: (loc = 0, scale = 1) => scaled("norm", [], loc, scale),
  halfnorm: (loc = 0, scale = 1) => scaled("halfnorm", [], loc, scale),
  lognorm(s, loc = 0, scale = 1) {
    if (!(s > 0)) refuse("lognorm", "s above 0", [s]);
    return scaled("lognorm", [s], loc, scale);
  },
  expon: (loc = 0, scale = 1) => scaled("expon", [], loc, scale),
  gamma(a, loc = 0, scale = 1) {
    if (!(a > 0)) refuse("gamma", "a above 0", [a]);
    return scaled("gamma", [a], loc, scale);
  },
  beta(a, b, loc = 0, scale = 1) {
    if (!(a > 0 && b > 0)) refuse("beta", "a and b above 0", [a, b]);
    return scaled("beta", [a, b], loc, scale);
  },
  chi2(df, loc = 0, scale = 1) {
    if (!(df > 0)) refuse("chi2", "df above 0", [df]);
    return scaled("chi2", [df], loc, scale);
  },
  t(df, loc = 0, scale = 1) {
    if (!(df > 0)) refuse("t", "df above 0", [df]);
    return scaled("t", [df], loc, scale);
  },
  triang(c, loc = 0, scale = 1) {
    if (!(c >= 0 && c <= 1)) refuse("triang", "c from 0 to 1", [c]);
    return scaled("triang", [c], loc, scale);
  },
  poisson(mu, loc = 0) {
    if (!(mu >= 0)) refuse("poisson", "mu from 0 up", [mu]);
    return scaled("poisson", [mu], loc, 1);
  },
  geom(p, loc = 0) {
    if (!(p > 0 && p <= 1)) refuse("geom", "p above 0 and at most 1", [p]);
    return scaled("geom", [p], loc, 1);
  },
};
