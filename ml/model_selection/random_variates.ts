import type { RandomState } from "../random/mod.ts";

// The variates that NumPy's legacy generator draws, from the same numbers in the same order.

/** Exponential, of mean 1. */
export function standardExponential(rng: RandomState): number {
  return rng.exponential();
}

/**
 * Gamma, of scale 1.
 *
 * Source: G. Marsaglia, W. W. Tsang, ACM TOMS 26 (2000); below shape 1 as J. H. Ahrens, U. Dieter (1974).
 */
export function standardGamma(rng: RandomState, shape: number): number {
  if (shape === 1) return standardExponential(rng);
  if (shape === 0) return 0;
  if (shape < 1) {
    while (true) {
      const u = rng.nextDouble();
      const v = standardExponential(rng);
      if (u <= 1 - shape) {
        const x = Math.pow(u, 1 / shape);
        if (x <= v) return x;
      } else {
        const y = -Math.log((1 - u) / shape);
        const x = Math.pow(1 - shape + shape * y, 1 / shape);
        if (x <= v + y) return x;
      }
    }
  }
  const b = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * b);
  while (true) {
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

/** Beta; where both shapes are at most 1 by Jöhnk's method, else by two gammas. */
export function beta(rng: RandomState, a: number, b: number): number {
  if (a > 1 || b > 1) {
    const ga = standardGamma(rng, a);
    const gb = standardGamma(rng, b);
    return ga / (ga + gb);
  }
  while (true) {
    const u = rng.nextDouble();
    const v = rng.nextDouble();
    const x = Math.pow(u, 1 / a);
    const y = Math.pow(v, 1 / b);
    if (x + y > 1 || u + v <= 0) continue;
    if (x + y > 0) return x / (x + y);
    let logX = Math.log(u) / a;
    let logY = Math.log(v) / b;
    const most = Math.max(logX, logY);
    logX -= most;
    logY -= most;
    return Math.exp(logX - Math.log(Math.exp(logX) + Math.exp(logY)));
  }
}

/** Triangular, between 0 and 1 with its top at `mode`. */
export function triangular(rng: RandomState, mode: number): number {
  const u = rng.nextDouble();
  return u <= mode ? Math.sqrt(u * mode) : 1 - Math.sqrt((1 - u) * (1 - mode));
}

/**
 * Poisson, of mean `lam`.
 *
 * Source: below 10 by products of uniforms; W. Hörmann, Insurance: Mathematics and Economics 12 (1993) above.
 */
export function poisson(rng: RandomState, lam: number): number {
  if (lam === 0) return 0;
  if (lam < 10) {
    const limit = Math.exp(-lam);
    for (let x = 0, product = 1;; x++) {
      product *= rng.nextDouble();
      if (!(product > limit)) return x;
    }
  }
  const root = Math.sqrt(lam);
  const logLam = Math.log(lam);
  const b = 0.931 + 2.53 * root;
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const u = rng.nextDouble() - 0.5;
    const v = rng.nextDouble();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor((2 * a / us + b) * u + lam + 0.43);
    if (us >= 0.07 && v <= vr) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (Math.log(v) + Math.log(inverse) - Math.log(a / (us * us) + b) <= -lam + k * logLam - logFactorial(k)) return k;
  }
}

/** Logarithm of k!, by Stirling's series above 20. */
function logFactorial(k: number): number {
  if (k < 20) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const x = k + 1;
  const s = 1 / (x * x);
  const series = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}

/** Number of trials of chance `p` up to the first that succeeds. */
export function geometric(rng: RandomState, p: number): number {
  if (p < 1 / 3) return Math.ceil(-standardExponential(rng) / Math.log1p(-p));
  const u = rng.nextDouble();
  let sum = p, product = p, x = 1;
  while (u > sum) {
    product *= 1 - p;
    sum += product;
    x++;
  }
  return x;
}
