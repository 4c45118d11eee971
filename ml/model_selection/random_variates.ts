import type { RandomState } from "../random/mod.ts";

// What SciPy draws from NumPy's legacy generator and RandomState does not have: the same numbers, in the same order.

/** Beta; where both shapes are at most 1 by Jöhnk's method, else by two gammas. */
export function beta(rng: RandomState, a: number, b: number): number {
  if (a > 1 || b > 1) {
    const ga = rng.gamma(a);
    const gb = rng.gamma(b);
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

/** Number of trials of chance `p` up to the first that succeeds. */
export function geometric(rng: RandomState, p: number): number {
  if (p < 1 / 3) return Math.ceil(-rng.exponential() / Math.log1p(-p));
  const u = rng.nextDouble();
  let sum = p, product = p, x = 1;
  while (u > sum) {
    product *= 1 - p;
    sum += product;
    x++;
  }
  return x;
}
