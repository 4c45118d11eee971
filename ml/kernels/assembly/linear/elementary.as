// Elementary functions, two numbers a vector.

import { madd64 } from "../shared/multiply_add";

// @ts-ignore: decorator
@inline
export function sumOf(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

// The engine builds a constant anew wherever it is used, by three instructions: dearer than a load. They lie in globals, whose values the compiler does not know.
let LEAST: v128 = f64x2.splat(0);
let MAGIC: v128 = f64x2.splat(0);
let LOG2E: v128 = f64x2.splat(0);
let LN2_HIGH: v128 = f64x2.splat(0);
let LN2_LOW: v128 = f64x2.splat(0);
let ONE: v128 = f64x2.splat(0);
let HALF: v128 = f64x2.splat(0);
let E3: v128 = f64x2.splat(0);
let E4: v128 = f64x2.splat(0);
let E5: v128 = f64x2.splat(0);
let E6: v128 = f64x2.splat(0);
let E7: v128 = f64x2.splat(0);
let E8: v128 = f64x2.splat(0);
let E9: v128 = f64x2.splat(0);
let E10: v128 = f64x2.splat(0);
let E11: v128 = f64x2.splat(0);
let E12: v128 = f64x2.splat(0);
let E13: v128 = f64x2.splat(0);
let OFFSET: v128 = f64x2.splat(0);
let MANTISSA: v128 = f64x2.splat(0);
let EXPONENT: v128 = f64x2.splat(0);
let LN2: v128 = f64x2.splat(0);
let L3: v128 = f64x2.splat(0);
let L5: v128 = f64x2.splat(0);
let L7: v128 = f64x2.splat(0);
let L9: v128 = f64x2.splat(0);
let L11: v128 = f64x2.splat(0);
let L13: v128 = f64x2.splat(0);
let L15: v128 = f64x2.splat(0);
let L17: v128 = f64x2.splat(0);
let L19: v128 = f64x2.splat(0);
let L21: v128 = f64x2.splat(0);

/** Sets the constants: before {@link expOfNegative} or {@link logFromOne} are used. `nought` is 0, which the compiler cannot know. */
export function holdConstants(nought: f64): void {
  LEAST = f64x2.splat(-708 + nought);
  // Adding 1.5 · 2^52 rounds to whole numbers, which stand in the low bits then.
  MAGIC = f64x2.splat(6755399441055744 + nought);
  LOG2E = f64x2.splat(1.4426950408889634 + nought);
  LN2_HIGH = f64x2.splat(-0.6931471803691238 + nought);
  LN2_LOW = f64x2.splat(-1.9082149292705877e-10 + nought);
  ONE = f64x2.splat(1 + nought);
  HALF = f64x2.splat(0.5 + nought);
  E3 = f64x2.splat(1.6666666666666666e-1 + nought);
  E4 = f64x2.splat(4.1666666666666664e-2 + nought);
  E5 = f64x2.splat(8.333333333333333e-3 + nought);
  E6 = f64x2.splat(1.388888888888889e-3 + nought);
  E7 = f64x2.splat(1.984126984126984e-4 + nought);
  E8 = f64x2.splat(2.48015873015873e-5 + nought);
  E9 = f64x2.splat(2.7557319223985893e-6 + nought);
  E10 = f64x2.splat(2.755731922398589e-7 + nought);
  E11 = f64x2.splat(2.505210838544172e-8 + nought);
  E12 = f64x2.splat(2.08767569878681e-9 + nought);
  E13 = f64x2.splat(1.6059043836821613e-10 + nought);
  const none = <i64> nought;
  OFFSET = i64x2.splat(0x3fe6a09e00000000 + none);
  MANTISSA = i64x2.splat(0x000fffffffffffff + none);
  EXPONENT = i64x2.splat(0x4338000000000000 + none);
  LN2 = f64x2.splat(0.6931471805599453 + nought);
  L3 = f64x2.splat(0.6666666666666666 + nought);
  L5 = f64x2.splat(0.4 + nought);
  L7 = f64x2.splat(0.2857142857142857 + nought);
  L9 = f64x2.splat(0.2222222222222222 + nought);
  L11 = f64x2.splat(0.18181818181818182 + nought);
  L13 = f64x2.splat(0.15384615384615385 + nought);
  L15 = f64x2.splat(0.13333333333333333 + nought);
  L17 = f64x2.splat(0.11764705882352941 + nought);
  L19 = f64x2.splat(0.10526315789473684 + nought);
  L21 = f64x2.splat(0.09523809523809523 + nought);
}

/** exp(x) for x from −708 to 0, smaller x as −708: 2^n times a Taylor polynomial on ±ln 2 / 2, to one unit in the last place or two. */
// @ts-ignore: decorator
@inline
export function expOfNegative(x: v128): v128 {
  x = f64x2.pmax(x, LEAST);
  const magic = MAGIC;
  const shifted = madd64(x, LOG2E, magic);
  const n = f64x2.sub(shifted, magic);
  let r = madd64(n, LN2_HIGH, x);
  r = madd64(n, LN2_LOW, r);
  // Two halves of the polynomial side by side.
  const r2 = f64x2.mul(r, r);
  let even = madd64(r2, E12, E10);
  let odd = madd64(r2, E13, E11);
  odd = madd64(odd, r2, E9);
  even = madd64(even, r2, E8);
  odd = madd64(odd, r2, E7);
  even = madd64(even, r2, E6);
  odd = madd64(odd, r2, E5);
  even = madd64(even, r2, E4);
  odd = madd64(odd, r2, E3);
  even = madd64(even, r2, HALF);
  odd = madd64(odd, r2, ONE);
  even = madd64(even, r2, ONE);
  const p = madd64(odd, r, even);
  return i64x2.add(p, i64x2.shl(shifted, 52));
}

/** log(x) for x from 1 up: exponent and mantissa, and the series of the inverse hyperbolic tangent. */
// @ts-ignore: decorator
@inline
export function logFromOne(x: v128): v128 {
  // Exponent and mantissa of x · √2, taken back: the mantissa lies between √½ and √2 so.
  const offset = OFFSET;
  const bits = i64x2.sub(x, offset);
  const exponent = i64x2.shr_s(bits, 52);
  const mantissa = i64x2.add(v128.and(bits, MANTISSA), offset);
  const magic = EXPONENT;
  const k = f64x2.sub(i64x2.add(exponent, magic), magic);
  const f = f64x2.sub(mantissa, ONE);
  const s = f64x2.div(f, f64x2.add(mantissa, ONE));
  const z = f64x2.mul(s, s);
  let p = madd64(z, L21, L19);
  p = madd64(p, z, L17);
  p = madd64(p, z, L15);
  p = madd64(p, z, L13);
  p = madd64(p, z, L11);
  p = madd64(p, z, L9);
  p = madd64(p, z, L7);
  p = madd64(p, z, L5);
  p = madd64(p, z, L3);
  p = f64x2.mul(p, f64x2.mul(z, s));
  // 2s is the first term; then the exponent's part, the large one last.
  p = f64x2.add(p, f64x2.add(s, s));
  return madd64(k, LN2, p);
}
