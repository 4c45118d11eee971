// Linear models over float64 rows in linear memory: rows packed for products, logistic losses and their slopes, probabilities. Two rows
// or two columns a vector.

import { madd64 } from "./shared/multiply_add";

// @ts-ignore: decorator
@inline
function sumOf(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

// ---- elementary functions ----

/** exp(x) for x from −708 to 0, smaller x as −708: 2^n times a Taylor polynomial on ±ln 2 / 2, to one unit in the last place or two. */
// @ts-ignore: decorator
@inline
function expOfNegative(x: v128): v128 {
  x = f64x2.max(x, f64x2.splat(-708));
  // Adding 1.5 · 2^52 rounds to whole numbers, which stand in the low bits then.
  const magic = f64x2.splat(6755399441055744);
  const shifted = madd64(x, f64x2.splat(1.4426950408889634), magic);
  const n = f64x2.sub(shifted, magic);
  let r = madd64(n, f64x2.splat(-0.6931471803691238), x);
  r = madd64(n, f64x2.splat(-1.9082149292705877e-10), r);
  // Two halves of the polynomial side by side.
  const r2 = f64x2.mul(r, r);
  let even = madd64(r2, f64x2.splat(2.08767569878681e-9), f64x2.splat(2.755731922398589e-7));
  let odd = madd64(r2, f64x2.splat(1.6059043836821613e-10), f64x2.splat(2.505210838544172e-8));
  odd = madd64(odd, r2, f64x2.splat(2.7557319223985893e-6));
  even = madd64(even, r2, f64x2.splat(2.48015873015873e-5));
  odd = madd64(odd, r2, f64x2.splat(1.984126984126984e-4));
  even = madd64(even, r2, f64x2.splat(1.388888888888889e-3));
  odd = madd64(odd, r2, f64x2.splat(8.333333333333333e-3));
  even = madd64(even, r2, f64x2.splat(4.1666666666666664e-2));
  odd = madd64(odd, r2, f64x2.splat(1.6666666666666666e-1));
  even = madd64(even, r2, f64x2.splat(0.5));
  odd = madd64(odd, r2, f64x2.splat(1));
  even = madd64(even, r2, f64x2.splat(1));
  const p = madd64(odd, r, even);
  return i64x2.add(p, i64x2.shl(shifted, 52));
}

/** log(x) for x from 1 up: exponent and mantissa, and the series of the inverse hyperbolic tangent. */
// @ts-ignore: decorator
@inline
function logFromOne(x: v128): v128 {
  // Exponent and mantissa of x · √2, taken back: the mantissa lies between √½ and √2 so.
  const offset = i64x2.splat(0x3fe6a09e00000000);
  const bits = i64x2.sub(x, offset);
  const exponent = i64x2.shr_s(bits, 52);
  const mantissa = i64x2.add(v128.and(bits, i64x2.splat(0x000fffffffffffff)), offset);
  const magic = i64x2.splat(0x4338000000000000);
  const k = f64x2.sub(i64x2.add(exponent, magic), magic);
  const one = f64x2.splat(1);
  const f = f64x2.sub(mantissa, one);
  const s = f64x2.div(f, f64x2.add(mantissa, one));
  const z = f64x2.mul(s, s);
  let p = madd64(z, f64x2.splat(0.09523809523809523), f64x2.splat(0.10526315789473684));
  p = madd64(p, z, f64x2.splat(0.11764705882352941));
  p = madd64(p, z, f64x2.splat(0.13333333333333333));
  p = madd64(p, z, f64x2.splat(0.15384615384615385));
  p = madd64(p, z, f64x2.splat(0.18181818181818182));
  p = madd64(p, z, f64x2.splat(0.2222222222222222));
  p = madd64(p, z, f64x2.splat(0.2857142857142857));
  p = madd64(p, z, f64x2.splat(0.4));
  p = madd64(p, z, f64x2.splat(0.6666666666666666));
  p = f64x2.mul(p, f64x2.mul(z, s));
  // 2s is the first term; then the exponent's part, the large one last.
  p = f64x2.add(p, f64x2.add(s, s));
  return madd64(k, f64x2.splat(0.6931471805599453), p);
}

// ---- rows ----

/**
 * Writes rows [x − shift, y − shift, 1] times a factor: `m` columns of x, `t` of y (row strides m and t), to rows of m + t + 1.
 *
 * @param factors one for each row; 0 for none
 */
export function packRows(x: usize, count: i32, m: i32, y: usize, t: i32, shift: usize, factors: usize, out: usize): void {
  const pairs = m & ~1;
  for (let i = 0; i < count; i++) {
    const f = factors == 0 ? 1.0 : load<f64>(factors + (i << 3));
    const ff = f64x2.splat(f);
    let j = 0;
    for (; j < pairs; j += 2) {
      v128.store(out, f64x2.mul(f64x2.sub(v128.load(x), v128.load(shift + (j << 3))), ff));
      x += 16;
      out += 16;
    }
    for (; j < m; j++) {
      store<f64>(out, (load<f64>(x) - load<f64>(shift + (j << 3))) * f);
      x += 8;
      out += 8;
    }
    for (j = 0; j < t; j++) {
      store<f64>(out, (load<f64>(y) - load<f64>(shift + ((m + j) << 3))) * f);
      y += 8;
      out += 8;
    }
    store<f64>(out, f);
    out += 8;
  }
}

/** Writes rows of `x` (m columns), and the constant `one`s behind them where there is room for that, times a factor each. Row stride `ld`. */
export function scaleRows(x: usize, count: i32, m: i32, factors: usize, out: usize, width: i32, ld: i32): void {
  const pairs = m & ~1;
  for (let i = 0; i < count; i++) {
    const f = load<f64>(factors + (i << 3));
    const ff = f64x2.splat(f);
    let to = out + ((i * ld) << 3);
    let j = 0;
    for (; j < pairs; j += 2) {
      v128.store(to, f64x2.mul(v128.load(x), ff));
      x += 16;
      to += 16;
    }
    for (; j < m; j++) {
      store<f64>(to, load<f64>(x) * f);
      x += 8;
      to += 8;
    }
    if (width > m) store<f64>(to, f);
  }
}

// ---- two classes ----

/** Sums that a loss adds to: the losses, and the slopes. */
// @ts-ignore: decorator
@inline
const LOSS: usize = 0;
// @ts-ignore: decorator
@inline
const SLOPE: usize = 8;

/**
 * Losses log(1 + exp(z)) − y z of `count` values, and slopes σ(z) − y in their place; both times weights.
 *
 * @param shift is added to the values
 * @param y zeros and ones
 * @param w weights; 0 for ones
 * @param masks whether weights are zeros and ones only
 * @param sums loss and slope are added here
 */
export function binaryLoss(z: usize, count: i32, shift: f64, y: usize, w: usize, masks: bool, sums: usize): void {
  const one = f64x2.splat(1), zero = f64x2.splat(0), b = f64x2.splat(shift);
  let loss = zero, slope = zero, product = one;
  for (let i = 0; i < count; i += 2) {
    const odd = i + 1 == count;
    // What stands behind the end is not read: a copy of the last value takes its place, with weight zero.
    const value = f64x2.add(odd ? v128.load64_splat(z) : v128.load(z), b);
    const truth = odd ? v128.load64_splat(y) : v128.load(y);
    let weight = w == 0 ? one : odd ? v128.load64_splat(w) : v128.load(w);
    if (odd) weight = f64x2.replace_lane(weight, 1, 0);
    const e = expOfNegative(f64x2.neg(f64x2.abs(value)));
    const whole = f64x2.add(one, e);
    const p = f64x2.div(v128.bitselect(one, e, f64x2.ge(value, zero)), whole);
    const r = f64x2.mul(weight, f64x2.sub(p, truth));
    const linear = f64x2.sub(f64x2.max(value, zero), f64x2.mul(truth, value));
    if (w == 0 && !odd) {
      product = f64x2.mul(product, whole);
      loss = f64x2.add(loss, linear);
    } else if (masks || odd && w == 0) {
      product = f64x2.mul(product, madd64(weight, e, one));
      loss = madd64(weight, linear, loss);
    } else {
      loss = madd64(weight, f64x2.add(linear, logFromOne(whole)), loss);
    }
    // Factors are at most 2: a logarithm for each 256 of them.
    if ((i & 511) == 510) {
      loss = f64x2.add(loss, logFromOne(product));
      product = one;
    }
    slope = f64x2.add(slope, r);
    if (odd) store<f64>(z, f64x2.extract_lane(r, 0));
    else v128.store(z, r);
    z += 16;
    y += 16;
    if (w != 0) w += 16;
  }
  loss = f64x2.add(loss, logFromOne(product));
  store<f64>(sums + LOSS, load<f64>(sums + LOSS) + sumOf(loss));
  store<f64>(sums + SLOPE, load<f64>(sums + SLOPE) + sumOf(slope));
}

// ---- several classes ----

/**
 * Softmax over `k` functions: values of function c from z + 8 c stride on, overwritten by probabilities. With `codes` it also adds up
 * losses log Σ exp(z) − z of the class, and the slopes p − [class] take the place of the values; both times weights.
 *
 * @param shift is added to the values, one for each function
 * @param codes class of each row as int32; 0 for none
 * @param w weights; 0 for ones
 * @param sums the loss is added to the first, slopes of the functions to the next; not used without `codes`
 */
export function softmax(
  z: usize, stride: i32, count: i32, k: i32, shift: usize, codes: usize, w: usize, sums: usize,
): void {
  const zero = f64x2.splat(0), one = f64x2.splat(1);
  const step = <usize> stride << 3;
  let loss = zero;
  for (let i = 0; i < count; i += 2) {
    // Columns are as long as their stride, which is even: the value behind an odd end may be read and written, but weighs nothing.
    const odd = i + 1 == count;
    let top = f64x2.splat(-Infinity);
    let p = z;
    for (let c = 0; c < k; c++) {
      const v = f64x2.add(v128.load(p), v128.load64_splat(shift + (c << 3)));
      v128.store(p, v);
      top = f64x2.max(top, v);
      p += step;
    }
    let own = zero;
    let c0 = 0, c1 = 0;
    if (codes != 0) {
      c0 = load<i32>(codes);
      c1 = odd ? c0 : load<i32>(codes + 4);
      own = f64x2.replace_lane(f64x2.splat(load<f64>(z + step * c0)), 1, load<f64>(z + step * c1 + 8));
    }
    let sum = zero;
    p = z;
    for (let c = 0; c < k; c++) {
      const e = expOfNegative(f64x2.sub(v128.load(p), top));
      v128.store(p, e);
      sum = f64x2.add(sum, e);
      p += step;
    }
    let weight = w == 0 ? one : odd ? v128.load64_splat(w) : v128.load(w);
    if (odd) weight = f64x2.replace_lane(weight, 1, 0);
    const scale = f64x2.div(codes == 0 ? one : weight, sum);
    p = z;
    for (let c = 0; c < k; c++) {
      v128.store(p, f64x2.mul(v128.load(p), scale));
      p += step;
    }
    if (codes != 0) {
      loss = madd64(weight, f64x2.add(logFromOne(sum), f64x2.sub(top, own)), loss);
      const a = z + step * c0, b = z + step * c1 + 8;
      store<f64>(a, load<f64>(a) - f64x2.extract_lane(weight, 0));
      if (!odd) store<f64>(b, load<f64>(b) - f64x2.extract_lane(weight, 1));
      codes += 8;
    }
    z += 16;
    if (w != 0) w += 16;
  }
  if (codes == 0) return;
  store<f64>(sums, load<f64>(sums) + sumOf(loss));
  z -= <usize> ((count + 1) >> 1) << 4;
  for (let c = 0; c < k; c++) {
    let s = zero;
    let p = z + step * c;
    let i = 0;
    for (; i + 2 <= count; i += 2) {
      s = f64x2.add(s, v128.load(p));
      p += 16;
    }
    let total = sumOf(s);
    if (i < count) total += load<f64>(p);
    const to = sums + 8 + (c << 3);
    store<f64>(to, load<f64>(to) + total);
  }
}

/** Probabilities of one function in place of its values. */
export function sigmoid(z: usize, count: i32, shift: f64): void {
  const one = f64x2.splat(1), zero = f64x2.splat(0), b = f64x2.splat(shift);
  for (let i = 0; i < count; i += 2) {
    const value = f64x2.add(v128.load(z), b);
    const e = expOfNegative(f64x2.neg(f64x2.abs(value)));
    const p = f64x2.div(v128.bitselect(one, e, f64x2.ge(value, zero)), f64x2.add(one, e));
    if (i + 1 == count) store<f64>(z, f64x2.extract_lane(p, 0));
    else v128.store(z, p);
    z += 16;
  }
}

// ---- stochastic gradient descent ----

/** The sum of the products of w and a row. */
// @ts-ignore: decorator
@inline
function dotRow(w: usize, x: usize, m: i32): f64 {
  let s0 = f64x2.splat(0), s1 = s0;
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    s0 = madd64(v128.load(w), v128.load(x), s0);
    s1 = madd64(v128.load(w, 16), v128.load(x, 16), s1);
    w += 32;
    x += 32;
  }
  let s = sumOf(f64x2.add(s0, s1));
  for (; j < m; j++) {
    s += load<f64>(w) * load<f64>(x);
    w += 8;
    x += 8;
  }
  return s;
}

// @ts-ignore: decorator
@inline
function expOf(x: f64): f64 {
  return f64x2.extract_lane(expOfNegative(f64x2.splat(x)), 0);
}

// Losses, by number: hinge, perceptron, squared hinge, modified Huber, log loss, squared error, Huber, epsilon-insensitive and its square.
// @ts-ignore: decorator
@inline
const HINGE: i32 = 0, PERCEPTRON: i32 = 1, SQUARED_HINGE: i32 = 2, MODIFIED_HUBER: i32 = 3, LOG: i32 = 4, SQUARED: i32 = 5,
  HUBER: i32 = 6, INSENSITIVE: i32 = 7;

/** The loss of target y and prediction p. */
function lossValue(kind: i32, epsilon: f64, y: f64, p: f64): f64 {
  if (kind == LOG) {
    const log = f64x2.extract_lane(logFromOne(f64x2.splat(1 + expOf(-abs(p)))), 0);
    return max(p, 0) + log - y * p;
  }
  const z = p * y, r = abs(y - p);
  if (kind == HINGE) return z <= 1 ? 1 - z : 0;
  if (kind == PERCEPTRON) return z <= 0 ? -z : 0;
  if (kind == SQUARED_HINGE) return z < 1 ? (1 - z) * (1 - z) : 0;
  if (kind == MODIFIED_HUBER) return z >= 1 ? 0 : z >= -1 ? (1 - z) * (1 - z) : -4 * z;
  if (kind == SQUARED) return 0.5 * r * r;
  if (kind == HUBER) return r <= epsilon ? 0.5 * r * r : epsilon * (r - 0.5 * epsilon);
  const over = max(0, r - epsilon);
  return kind == INSENSITIVE ? over : over * over;
}

/** Its derivative by the prediction. */
export function lossSlope(kind: i32, epsilon: f64, y: f64, p: f64): f64 {
  if (kind == LOG) {
    const e = expOf(-abs(p));
    return (p >= 0 ? 1 / (1 + e) : e / (1 + e)) - y;
  }
  const z = p * y, r = p - y;
  if (kind == HINGE) return z <= 1 ? -y : 0;
  if (kind == PERCEPTRON) return z <= 0 ? -y : 0;
  if (kind == SQUARED_HINGE) return z < 1 ? -2 * y * (1 - z) : 0;
  if (kind == MODIFIED_HUBER) return z >= 1 ? 0 : z >= -1 ? -2 * (1 - z) * y : -4 * y;
  if (kind == SQUARED) return r;
  if (kind == HUBER) return max(-epsilon, min(epsilon, r));
  if (kind == INSENSITIVE) return r < -epsilon ? -1 : r > epsilon ? 1 : 0;
  return r < -epsilon ? 2 * (r + epsilon) : r > epsilon ? 2 * (r - epsilon) : 0;
}

// The state of a descent, in doubles: what changes, then what is given.
// @ts-ignore: decorator
@inline
const INTERCEPT: usize = 0, MEAN_INTERCEPT: usize = 8, STEP: usize = 16, SCALE: usize = 24, SQUARES: usize = 32, ABSOLUTES: usize = 40,
  MEAN_A: usize = 48, MEAN_B: usize = 56, DUE: usize = 64, OBJECTIVE: usize = 72, ALPHA: usize = 80, L1: usize = 88, ETA0: usize = 96,
  AVERAGE: usize = 104, EPSILON: usize = 112, POSITIVE: usize = 120, NEGATIVE: usize = 128;

/** Brings weights, which stand for themselves times a factor, and their mean to their plain form. `mean` may be 0. */
export function settleWeights(s: usize, w: usize, mean: usize, m: i32): void {
  const scale = load<f64>(s, SCALE), a = load<f64>(s, MEAN_A), b = load<f64>(s, MEAN_B);
  for (let j = 0; j < m; j++) {
    const v = load<f64>(w + (j << 3));
    if (mean != 0) store<f64>(mean + (j << 3), (load<f64>(mean + (j << 3)) + a * v) / b);
    store<f64>(w + (j << 3), v * scale);
  }
  store<f64>(s, 1, SCALE);
  store<f64>(s, 0, MEAN_A);
  store<f64>(s, 1, MEAN_B);
}

/**
 * A step of stochastic gradient descent for each of `count` rows of `x`, in the order of their numbers in `rows` (int32); in turn where that
 * is 0.
 *
 * @param y targets; `sw` weights; `etas` sizes of the steps
 * @param s state
 * @param w weights; `mean` their mean, or 0; `paid` what each has paid of the penalty on absolute values
 * @param kind the loss
 * @param passive 1 or 2 for passive-aggressive steps, else 0
 * @param margin whether those go along the target
 */
export function descend(
  table: usize, rows: usize, count: i32, m: i32, y: usize, sw: usize, etas: usize, s: usize, w: usize, mean: usize, paid: usize, kind: i32, passive: i32,
  margin: bool, shrinks: bool, sparse: bool, penalised: bool, fitIntercept: bool, judges: bool,
): i32 {
  const alpha = load<f64>(s, ALPHA), l1 = load<f64>(s, L1), eta0 = load<f64>(s, ETA0), average = load<f64>(s, AVERAGE);
  const epsilon = load<f64>(s, EPSILON), width = <usize> m << 3;
  let intercept = load<f64>(s, INTERCEPT), t = load<f64>(s, STEP), scale = load<f64>(s, SCALE);
  let squares = load<f64>(s, SQUARES), absolutes = load<f64>(s, ABSOLUTES), due = load<f64>(s, DUE), objective: f64 = 0;
  let touched = 0;
  // As many rows as leave room in the first cache.
  const group = max(1, min(32, <i32> (16384 / width)));
  for (let i = 0; i < count; i++) {
    const x = table + <usize> (rows == 0 ? i : load<i32>(rows + (i << 2))) * width;
    if (rows != 0 && i % group == 0) {
      // Asked for together, many rows are on their way from memory at once, and in the cache when their turn comes.
      for (let k = i; k < min(i + group, count); k++) {
        const ahead = table + <usize> load<i32>(rows + (k << 2)) * width;
        for (let at: usize = 0; at < width; at += 64) touched += load<i32>(ahead + at);
        touched += load<i32>(ahead + width - 4);
      }
    }
    const target = load<f64>(y + (i << 3)), eta = load<f64>(etas + (i << 3));
    const p = dotRow(w, x, m) * scale + intercept;
    if (judges) {
      objective += lossValue(kind, epsilon, target, p);
      if (passive == 0 && penalised) objective += alpha * ((1 - l1) * 0.5 * squares + l1 * absolutes);
    }
    let update: f64;
    if (passive != 0) {
      const square = dotRow(x, x, m);
      if (passive == 1 && square == 0) continue;
      const size = lossValue(kind, epsilon, target, p);
      update = passive == 1 ? min(eta0, size / square) : size / (square + 0.5 / eta0);
      if (margin) update *= target;
      else if (target < p) update = -update;
    } else update = -eta * max(-1e12, min(1e12, lossSlope(kind, epsilon, target, p)));
    update *= (target > 0 ? load<f64>(s, POSITIVE) : load<f64>(s, NEGATIVE)) * load<f64>(sw + (i << 3));
    if (shrinks) {
      const factor = max(0, 1 - (1 - l1) * eta * alpha);
      scale *= factor;
      squares *= factor * factor;
      absolutes *= factor;
      if (scale < 1e-9) {
        store<f64>(s, scale, SCALE);
        settleWeights(s, w, mean, m);
        scale = 1;
      }
    }
    if (update != 0) {
      const step = f64x2.splat(update / scale);
      // Two sums each, that do not wait for each other.
      let q = f64x2.splat(0), a = q, q2 = q, a2 = q;
      let j = 0;
      for (; j + 4 <= m; j += 4) {
        const to = w + (j << 3), from = x + (j << 3);
        const v = madd64(v128.load(from), step, v128.load(to)), u = madd64(v128.load(from, 16), step, v128.load(to, 16));
        v128.store(to, v);
        v128.store(to, u, 16);
        q = madd64(v, v, q);
        q2 = madd64(u, u, q2);
        a = f64x2.add(a, f64x2.abs(v));
        a2 = f64x2.add(a2, f64x2.abs(u));
      }
      q = f64x2.add(q, q2);
      a = f64x2.add(a, a2);
      for (; j + 2 <= m; j += 2) {
        const to = w + (j << 3);
        const v = madd64(v128.load(x + (j << 3)), step, v128.load(to));
        v128.store(to, v);
        q = madd64(v, v, q);
        a = f64x2.add(a, f64x2.abs(v));
      }
      squares = sumOf(q);
      absolutes = sumOf(a);
      if (j < m) {
        const to = w + (j << 3);
        const v = load<f64>(to) + load<f64>(x + (j << 3)) * (update / scale);
        store<f64>(to, v);
        squares += v * v;
        absolutes += abs(v);
      }
      squares *= scale * scale;
      absolutes *= scale;
      if (fitIntercept) intercept += update;
    }
    if (average > 0 && average <= t) {
      const n = t - average + 1, step = load<f64>(s, MEAN_A) * (-update / scale);
      for (let j = 0; j < m; j++) {
        const to = mean + (j << 3);
        store<f64>(to, load<f64>(to) + load<f64>(x + (j << 3)) * step);
      }
      if (n > 1) store<f64>(s, load<f64>(s, MEAN_B) / (1 - 1 / n), MEAN_B);
      store<f64>(s, load<f64>(s, MEAN_A) + load<f64>(s, MEAN_B) * scale / n, MEAN_A);
      const before = load<f64>(s, MEAN_INTERCEPT);
      store<f64>(s, before + (intercept - before) / n, MEAN_INTERCEPT);
    }
    if (sparse) {
      due += l1 * eta * alpha;
      for (let j = 0; j < m; j++) {
        const at = w + (j << 3), owed = paid + (j << 3);
        const before = load<f64>(at);
        let v = before;
        if (scale * before > 0) v = max(0, before - (due + load<f64>(owed)) / scale);
        else if (scale * before < 0) v = min(0, before + (due - load<f64>(owed)) / scale);
        store<f64>(at, v);
        store<f64>(owed, load<f64>(owed) + scale * (v - before));
      }
    }
    t += 1;
  }
  store<f64>(s, intercept, INTERCEPT);
  store<f64>(s, t, STEP);
  store<f64>(s, scale, SCALE);
  store<f64>(s, squares, SQUARES);
  store<f64>(s, absolutes, ABSOLUTES);
  store<f64>(s, due, DUE);
  store<f64>(s, load<f64>(s, OBJECTIVE) + objective, OBJECTIVE);
  return touched;
}
