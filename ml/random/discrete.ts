import type { RandomState } from "./random_state.ts";

/** Coefficients of Stirling's series for the logarithm of the gamma function. */
const SERIES = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156, -3617 / 122400];
SERIES.push(43867 / 244188, -174611 / 125400);

/** Logarithm of the gamma function for x ≥ 1. Source: S. Zhang, J. Jin, "Computation of Special Functions" (1996), 3.1. */
function logGamma(x: number): number {
  if (x === 1 || x === 2) return 0;
  const steps = x < 7 ? Math.trunc(7 - x) : 0;
  let x0 = x + steps;
  const inverse = 1 / x0 * (1 / x0);
  let sum = SERIES[9];
  for (let k = 8; k >= 0; k--) sum = sum * inverse + SERIES[k];
  let value = sum / x0 + 0.5 * 1.8378770664093453 + (x0 - 0.5) * Math.log(x0) - x0;
  for (let k = 0; k < steps; k++) {
    value -= Math.log(x0 - 1);
    x0 -= 1;
  }
  return value;
}

/** One draw of how often something happens that happens `rate` times on average. */
export function poisson(rng: RandomState, rate: number): number {
  if (rate === 0) return 0;
  return rate < 10 ? poissonByProducts(rng, rate) : poissonByRatio(rng, rate);
}

function poissonByProducts(rng: RandomState, rate: number): number {
  const end = Math.exp(-rate);
  let count = 0;
  for (let product = rng.nextDouble(); product > end; product *= rng.nextDouble()) count++;
  return count;
}

/** Source: W. Hörmann, "The transformed rejection method for generating Poisson random variables", Insurance: Math. and Economics 12 (1993). */
function poissonByRatio(rng: RandomState, rate: number): number {
  const root = Math.sqrt(rate), log = Math.log(rate);
  const b = 0.931 + 2.53 * root, a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4), sure = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = rng.nextDouble() - 0.5, v = rng.nextDouble();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor((2 * a / us + b) * u + rate + 0.43);
    if (us >= 0.07 && v <= sure) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    if (Math.log(v) + Math.log(inverse) - Math.log(a / (us * us) + b) <= -rate + k * log - logGamma(k + 1)) return k;
  }
}

/** One draw of how many of `n` trials succeed that do so with probability `p`. */
export function binomial(rng: RandomState, n: number, p: number): number {
  if (p <= 0.5) return few(rng, n, p);
  return n - few(rng, n, 1 - p);
}

function few(rng: RandomState, n: number, p: number): number {
  return p * n <= 30 ? binomialByInversion(rng, n, p) : binomialByRejection(rng, n, p);
}

function binomialByInversion(rng: RandomState, n: number, p: number): number {
  const q = 1 - p, start = Math.exp(n * Math.log(q));
  const bound = Math.min(n, Math.trunc(n * p + 10 * Math.sqrt(n * p * q + 1)));
  let count = 0, mass = start, u = rng.nextDouble();
  while (u > mass) {
    count++;
    if (count > bound) {
      count = 0;
      mass = start;
      u = rng.nextDouble();
    } else {
      u -= mass;
      mass = (n - count + 1) * p * mass / (count * q);
    }
  }
  return count;
}

/** Source: V. Kachitvichyanukul, B. Schmeiser, "Binomial random variate generation", Comm. ACM 31 (1988): BTPE. */
function binomialByRejection(rng: RandomState, n: number, p: number): number {
  const r = Math.min(p, 1 - p), q = 1 - r, spread = n * r * q;
  const fm = n * r + r, m = Math.floor(fm);
  const p1 = Math.floor(2.195 * Math.sqrt(spread) - 4.6 * q) + 0.5;
  const xm = m + 0.5, xl = xm - p1, xr = xm + p1, c = 0.134 + 20.5 / (15.3 + m);
  const slope = (a: number): number => a * (1 + a / 2);
  const left = slope((fm - xl) / (fm - xl * r)), right = slope((xr - fm) / (xr * q));
  const p2 = p1 * (1 + 2 * c), p3 = p2 + c / left, p4 = p3 + c / right;
  for (;;) {
    const u = rng.nextDouble() * p4;
    let v = rng.nextDouble(), y: number;
    if (u <= p1) return Math.floor(xm - p1 * v + u);
    if (u <= p2) {
      const x = xl + (u - p1) / c;
      v = v * c + 1 - Math.abs(m - x + 0.5) / p1;
      if (v > 1) continue;
      y = Math.floor(x);
    } else if (u <= p3) {
      y = Math.floor(xl + Math.log(v) / left);
      // v of zero has no logarithm.
      if (y < 0 || v === 0) continue;
      v *= (u - p2) * left;
    } else {
      y = Math.floor(xr - Math.log(v) / right);
      if (y > n || v === 0) continue;
      v *= (u - p3) * right;
    }
    if (isBelow(v, y, n, m, r, q, spread, xm)) return y;
  }
}

function isBelow(
  v: number,
  y: number,
  n: number,
  m: number,
  r: number,
  q: number,
  spread: number,
  xm: number,
): boolean {
  const k = Math.abs(y - m);
  if (k <= 20 || k >= spread / 2 - 1) {
    const s = r / q, a = s * (n + 1);
    let f = 1;
    for (let i = m + 1; i <= y; i++) f *= a / i - s;
    for (let i = y + 1; i <= m; i++) f /= a / i - s;
    return v <= f;
  }
  const rho = k / spread * ((k * (k / 3 + 0.625) + 0.16666666666666666) / spread + 0.5);
  const t = -k * k / (2 * spread), log = Math.log(v);
  if (log < t - rho) return true;
  if (log > t + rho) return false;
  const x1 = y + 1, f1 = m + 1, z = n + 1 - m, w = n - y + 1;
  const tail = (x: number): number => {
    const x2 = x * x;
    return (13680 - (462 - (132 - (99 - 140 / x2) / x2) / x2) / x2) / x / 166320;
  };
  return log <= xm * Math.log(f1 / x1) + (n - m + 0.5) * Math.log(z / w) +
      (y - m) * Math.log(w * r / (x1 * q)) + tail(f1) + tail(z) + tail(x1) + tail(w);
}

/** One draw of how often each of several outcomes comes in `n` trials, into `out` from `at` on. */
export function multinomial(rng: RandomState, n: number, p: ArrayLike<number>, out: Int32Array, at: number): void {
  if (n === 0) return;
  let left = 1, trials = n;
  const last = p.length - 1;
  for (let j = 0; j < last; j++) {
    // NumPy draws nothing for an outcome that cannot be here, but does so in its binomial.
    const count = p[j] === 0 ? 0 : binomial(rng, trials, p[j] / left);
    out[at + j] = count;
    trials -= count;
    if (trials <= 0) return;
    left -= p[j];
  }
  if (trials > 0) out[at + last] = trials;
}
