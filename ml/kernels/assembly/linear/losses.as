// Logistic losses, their slopes, and probabilities.

import { madd64 } from "../shared/multiply_add";
import { expOfNegative, holdConstants, logFromOne, sumOf } from "./elementary";

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
  const nought = <f64> (count >> 31);
  holdConstants(nought);
  const one = f64x2.splat(1 + nought), zero = f64x2.splat(0), b = f64x2.splat(shift);
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
    const linear = f64x2.sub(f64x2.pmax(value, zero), f64x2.mul(truth, value));
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
  const nought = <f64> (count >> 31);
  holdConstants(nought);
  const zero = f64x2.splat(0), one = f64x2.splat(1 + nought);
  const step = <usize> stride << 3;
  let loss = zero;
  for (let i = 0; i < count; i += 2) {
    // Columns are as long as their stride, which is even: the value behind an odd end may be read and written, but weighs nothing.
    const odd = i + 1 == count;
    let top = f64x2.splat(-Infinity), missing = zero;
    let p = z;
    for (let c = 0; c < k; c++) {
      const v = f64x2.add(v128.load(p), v128.load64_splat(shift + (c << 3)));
      v128.store(p, v);
      top = f64x2.pmax(top, v);
      missing = v128.or(missing, f64x2.ne(v, v));
      p += step;
    }
    // One that is no number makes the largest none: all bits set are NaN.
    top = v128.or(top, missing);
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
  const nought = <f64> (count >> 31);
  holdConstants(nought);
  const one = f64x2.splat(1 + nought), zero = f64x2.splat(0), b = f64x2.splat(shift);
  for (let i = 0; i < count; i += 2) {
    const value = f64x2.add(v128.load(z), b);
    const e = expOfNegative(f64x2.neg(f64x2.abs(value)));
    const p = f64x2.div(v128.bitselect(one, e, f64x2.ge(value, zero)), f64x2.add(one, e));
    if (i + 1 == count) store<f64>(z, f64x2.extract_lane(p, 0));
    else v128.store(z, p);
    z += 16;
  }
}
