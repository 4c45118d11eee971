import type { RandomState } from "./random_state.ts";

/**
 * One draw of the gamma distribution of scale 1.
 *
 * Source: G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000); below shape 1
 * J. H. Ahrens, U. Dieter, "Computer methods for sampling from gamma, beta, Poisson and binomial distributions", Computing 12 (1974).
 */
export function standardGamma(rng: RandomState, shape: number): number {
  if (shape === 1) return rng.exponential();
  if (shape === 0) return 0;
  return shape < 1 ? small(rng, shape) : large(rng, shape);
}

function small(rng: RandomState, shape: number): number {
  for (;;) {
    const u = rng.nextDouble(), v = rng.exponential();
    if (u <= 1 - shape) {
      const x = u ** (1 / shape);
      if (x <= v) return x;
    } else {
      const y = -Math.log((1 - u) / shape);
      const x = (1 - shape + shape * y) ** (1 / shape);
      if (x <= v + y) return x;
    }
  }
}

function large(rng: RandomState, shape: number): number {
  const b = shape - 1 / 3, c = 1 / Math.sqrt(9 * b);
  for (;;) {
    let x: number, v: number;
    do {
      x = rng.nextGauss();
      v = 1 + c * x;
    } while (v <= 0);
    v = v * v * v;
    const u = rng.nextDouble();
    if (u < 1 - 0.0331 * (x * x) * (x * x)) return b * v;
    if (Math.log(u) < 0.5 * x * x + b * (1 - v + Math.log(v))) return b * v;
  }
}
