/**
 * Distribution functions that estimators and tests need.
 *
 * @module
 */

/** Value of a polynomial, highest power first. */
function horner(x: number, coefficients: readonly number[]): number {
  let sum = 0;
  for (const c of coefficients) sum = sum * x + c;
  return sum;
}

/**
 * Quantile of the standard normal distribution, to about 1 part in 10**16.
 *
 * Source: M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37
 * (1988).
 *
 * @param p probability, from 0 to 1; NaN for others
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return q * horner(r, CENTRAL_TOP) / horner(r, CENTRAL_BOTTOM);
  }
  let r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  let x: number;
  if (r <= 5) {
    r -= 1.6;
    x = horner(r, MIDDLE_TOP) / horner(r, MIDDLE_BOTTOM);
  } else {
    r -= 5;
    x = horner(r, TAIL_TOP) / horner(r, TAIL_BOTTOM);
  }
  return q < 0 ? -x : x;
}

const CENTRAL_TOP = [
  2.5090809287301226727e3,
  3.3430575583588128105e4,
  6.7265770927008700853e4,
  4.5921953931549871457e4,
  1.3731693765509461125e4,
  1.9715909503065514427e3,
  1.3314166789178437745e2,
  3.387132872796366608,
];
const CENTRAL_BOTTOM = [
  5.226495278852854561e3,
  2.8729085735721942674e4,
  3.9307895800092710610e4,
  2.1213794301586595867e4,
  5.3941960214247511077e3,
  6.8718700749205790830e2,
  4.2313330701600911252e1,
  1,
];
const MIDDLE_TOP = [
  7.74545014278341407640e-4,
  2.27238449892691845833e-2,
  2.41780725177450611770e-1,
  1.27045825245236838258,
  3.64784832476320460504,
  5.76949722146069140550,
  4.63033784615654529590,
  1.42343711074968357734,
];
const MIDDLE_BOTTOM = [
  1.05075007164441684324e-9,
  5.475938084995344946e-4,
  1.51986665636164571966e-2,
  1.48103976427480074590e-1,
  6.89767334985100004550e-1,
  1.67638483018380384940,
  2.05319162663775882187,
  1,
];
const TAIL_TOP = [
  2.01033439929228813265e-7,
  2.71155556874348757815e-5,
  1.24266094738807843860e-3,
  2.65321895265761230930e-2,
  2.96560571828504891230e-1,
  1.78482653991729133580,
  5.46378491116411436990,
  6.65790464350110377720,
];
const TAIL_BOTTOM = [
  2.04426310338993978564e-15,
  1.4215117583164458887e-7,
  1.84631831751005468180e-5,
  7.86869131145613259100e-4,
  1.48753612908506148525e-2,
  1.36929880922735805310e-1,
  5.99832206555887937690e-1,
  1,
];

/**
 * Logarithm of the gamma function of x > 0: Stirling's series from 15 on, below by recurrence.
 *
 * Source: M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions" (1964), 6.1.41.
 */
export function logGamma(x: number): number {
  let shift = 1;
  let z = x;
  while (z < 15) shift *= z++;
  const r = 1 / z;
  const r2 = r * r;
  const series = r *
    (1 / 12 - r2 * (1 / 360 - r2 * (1 / 1260 - r2 * (1 / 1680 - r2 * (1 / 1188 - r2 * 691 / 360360)))));
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(shift);
}

/** Derivative of {@linkcode logGamma}: the digamma function of x > 0. */
export function digamma(x: number): number {
  let z = x;
  let sum = 0;
  while (z < 15) sum -= 1 / z++;
  const r2 = 1 / (z * z);
  const series = r2 * (1 / 12 - r2 * (1 / 120 - r2 * (1 / 252 - r2 * (1 / 240 - r2 * (1 / 132 - r2 * 691 / 32760)))));
  return sum + Math.log(z) - 0.5 / z - series;
}

const TINY = 1e-300;

/** A continued fraction b0 + a1/(b1 + a2/(b2 + …)) by Lentz's method. */
function continuedFraction(b0: number, term: (k: number) => readonly [a: number, b: number]): number {
  let f = b0 === 0 ? TINY : b0;
  let c = f;
  let d = 0;
  for (let k = 1; k < 10_000; k++) {
    const [a, b] = term(k);
    d = b + a * d;
    c = b + a / c;
    if (d === 0) d = TINY;
    if (c === 0) c = TINY;
    d = 1 / d;
    f *= c * d;
    if (Math.abs(c * d - 1) < 1e-16) break;
  }
  return f;
}

/**
 * Regularised upper incomplete gamma function Q(a, x): the chance that a chi-squared variable of 2a degrees of freedom
 * exceeds 2x.
 *
 * Source: M. Abramowitz, I. A. Stegun, "Handbook of Mathematical Functions" (1964), 6.5.29 and 6.5.31.
 */
export function gammaUpper(a: number, x: number): number {
  if (!(x >= 0) || !(a > 0)) return NaN;
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 10_000 && Math.abs(term) > Math.abs(sum) * 1e-17; k++) sum += term *= x / (a + k);
    return 1 - front * sum;
  }
  return front / continuedFraction(x + 1 - a, (k) => [k * (a - k), x + 2 * k + 1 - a]);
}

/** The chance that a chi-squared variable exceeds a value. */
export function chiSquaredTail(value: number, degrees: number): number {
  return gammaUpper(degrees / 2, value / 2);
}

/**
 * Regularised incomplete beta function I_x(a, b).
 *
 * Source: NIST Digital Library of Mathematical Functions, 8.17.22.
 *
 * @param y 1 − x, where it is known better than by subtraction
 */
export function betaRegularized(a: number, b: number, x: number, y: number = 1 - x): number {
  if (!(x >= 0 && x <= 1)) return NaN;
  if (x === 0 || y === 0) return x === 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaRegularized(b, a, y, x);
  const front = Math.exp(a * Math.log(x) + b * Math.log(y) + logGamma(a + b) - logGamma(a) - logGamma(b)) / a;
  const fraction = continuedFraction(1, (k) => {
    const m = k >> 1;
    const top = k % 2 === 0
      ? m * (b - m) * x / ((a + k - 1) * (a + k))
      : -(a + m) * (a + b + m) * x / ((a + k - 1) * (a + k));
    return [top, 1];
  });
  return front / fraction;
}

/** The chance that an F variable of two degrees of freedom exceeds a value. */
export function fTail(value: number, top: number, bottom: number): number {
  if (value === Infinity) return 0;
  if (!(value > 0)) return value <= 0 ? 1 : NaN;
  const whole = bottom + top * value;
  return betaRegularized(bottom / 2, top / 2, bottom / whole, top * value / whole);
}

/** Standard normal distribution function. */
export function normalCdf(x: number): number {
  if (x !== x) return NaN;
  const tail = 0.5 * gammaUpper(0.5, x * x / 2);
  return x < 0 ? tail : 1 - tail;
}
