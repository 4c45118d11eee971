// Elementary functions, two numbers a vector.

import { madd64 } from "../shared/multiply_add";

// @ts-ignore: decorator
@inline
export function sumOf(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

/** exp(x) for x from −708 to 0, smaller x as −708: 2^n times a Taylor polynomial on ±ln 2 / 2, to one unit in the last place or two. */
// @ts-ignore: decorator
@inline
export function expOfNegative(x: v128): v128 {
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
export function logFromOne(x: v128): v128 {
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
