// Kernel values in double precision: the kernel in force, and 2^x.

import { madd64 } from "./multiply_add";

// V8 builds a constant anew wherever it is used, in loops at each turn. A sum with what only the running program knows stays in a register.

/** Zero, which the compiler cannot know. */
export let NOUGHT: f64 = 0;

// @ts-ignore: decorator
@inline
export function held32(c: f32): v128 {
  return f32x4.splat(c + <f32> NOUGHT);
}

// @ts-ignore: decorator
@inline
export function held64(c: f64): v128 {
  return f64x2.splat(c + NOUGHT);
}

/** Added and taken away again, it rounds to whole numbers. */
export const MAGIC32: f32 = 12582912;
export const MAGIC64: f64 = 6755399441055744;

// 2^f in double precision, |f| ≤ ½: coefficients, set by `setKernel`.
export let D0: v128 = f64x2.splat(0);
export let D1: v128 = f64x2.splat(0);
export let D2: v128 = f64x2.splat(0);
export let D3: v128 = f64x2.splat(0);
export let D4: v128 = f64x2.splat(0);
export let D5: v128 = f64x2.splat(0);
export let D6: v128 = f64x2.splat(0);
export let D7: v128 = f64x2.splat(0);
export let D8: v128 = f64x2.splat(0);
export let D9: v128 = f64x2.splat(0);
export let D10: v128 = f64x2.splat(0);
export let D11: v128 = f64x2.splat(0);
export let D12: v128 = f64x2.splat(0);
export let DLEAST: v128 = f64x2.splat(0);
export let DMAGIC: v128 = f64x2.splat(0);

/** What `exp2d` gives. */
export let E0: v128 = f64x2.splat(0);
export let E1: v128 = f64x2.splat(0);
export let E2: v128 = f64x2.splat(0);
export let E3: v128 = f64x2.splat(0);

/** 2^s in double precision, s not above 1021; below −1021, zero. Four pairs at a time, which share the constants. */
export function exp2d(a: v128, b: v128, c: v128, d: v128): void {
  const least = DLEAST;
  const magic = DMAGIC;
  const s = f64x2.pmax(least, a);
  const t = f64x2.pmax(least, b);
  const u = f64x2.pmax(least, c);
  const v = f64x2.pmax(least, d);
  const ts = f64x2.add(s, magic);
  const tt = f64x2.add(t, magic);
  const tu = f64x2.add(u, magic);
  const tv = f64x2.add(v, magic);
  const fs = f64x2.sub(s, f64x2.sub(ts, magic));
  const ft = f64x2.sub(t, f64x2.sub(tt, magic));
  const fu = f64x2.sub(u, f64x2.sub(tu, magic));
  const fv = f64x2.sub(v, f64x2.sub(tv, magic));
  let k = D11;
  const top = D12;
  let ps = madd64(top, fs, k), pt = madd64(top, ft, k), pu = madd64(top, fu, k), pv = madd64(top, fv, k);
  k = D10;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  k = D9;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  k = D8;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  k = D7;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  k = D6;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  k = D5;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  k = D4;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  k = D3;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  k = D2;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  k = D1;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  k = D0;
  ps = madd64(ps, fs, k);
  pt = madd64(pt, ft, k);
  pu = madd64(pu, fu, k);
  pv = madd64(pv, fv, k);
  E0 = v128.and(i64x2.add(ps, i64x2.shl(ts, 52)), f64x2.ge(a, least));
  E1 = v128.and(i64x2.add(pt, i64x2.shl(tt, 52)), f64x2.ge(b, least));
  E2 = v128.and(i64x2.add(pu, i64x2.shl(tu, 52)), f64x2.ge(c, least));
  E3 = v128.and(i64x2.add(pv, i64x2.shl(tv, 52)), f64x2.ge(d, least));
}

export const LINEAR: i32 = 0;
export const RBF: i32 = 1;
export const POLY: i32 = 2;
export const SIGMOID: i32 = 3;

/** Kernel, and its numbers; for RBF `GAMMA` is γ·log2(e). */
export let KERNEL: i32 = 0;
export let GAMMA: f64 = 0;
export let COEF0: f64 = 0;
export let DEGREE: i32 = 0;
/** 1: differences of features instead of norms and products, where norms are too large for single precision. */
export let APART: i32 = 0;

export function setKernel(kernel: i32, gamma: f64, coef0: f64, degree: i32, apart: i32): void {
  KERNEL = kernel;
  GAMMA = gamma;
  COEF0 = coef0;
  DEGREE = degree;
  APART = apart;
  NOUGHT = apart >> 8;
  D0 = held64(1);
  D1 = held64(0.6931471805599453);
  D2 = held64(0.2402265069591007);
  D3 = held64(0.055504108664821576);
  D4 = held64(0.009618129107628477);
  D5 = held64(0.0013333558146428441);
  D6 = held64(0.00015403530393381606);
  D7 = held64(1.5252733804059838e-5);
  D8 = held64(1.3215486790144305e-6);
  D9 = held64(1.0178086009239696e-7);
  D10 = held64(7.054911620801121e-9);
  D11 = held64(4.44553827187081e-10);
  D12 = held64(2.5678435993488196e-11);
  DLEAST = held64(-1021);
  DMAGIC = held64(MAGIC64);
}

// @ts-ignore: decorator
@inline
export function power(x: v128, n: i32): v128 {
  let r = f64x2.splat(1);
  while (n > 0) {
    if (n & 1) r = f64x2.mul(r, x);
    x = f64x2.mul(x, x);
    n >>= 1;
  }
  return r;
}

/** Products (for RBF, exponents of two) to kernel values, of four pairs, in E0 to E3. */
export function shaped(a: v128, b: v128, c: v128, d: v128): void {
  if (KERNEL == RBF) {
    const zero = f64x2.splat(0);
    exp2d(f64x2.pmin(zero, a), f64x2.pmin(zero, b), f64x2.pmin(zero, c), f64x2.pmin(zero, d));
    return;
  }
  if (KERNEL != LINEAR) {
    const gamma = f64x2.splat(GAMMA);
    const coef0 = f64x2.splat(COEF0);
    a = madd64(a, gamma, coef0);
    b = madd64(b, gamma, coef0);
    c = madd64(c, gamma, coef0);
    d = madd64(d, gamma, coef0);
    if (KERNEL == POLY) {
      a = power(a, DEGREE);
      b = power(b, DEGREE);
      c = power(c, DEGREE);
      d = power(d, DEGREE);
    } else {
      exp2d(twice(a), twice(b), twice(c), twice(d));
      E0 = tanhOf(E0);
      E1 = tanhOf(E1);
      E2 = tanhOf(E2);
      E3 = tanhOf(E3);
      return;
    }
  }
  E0 = a;
  E1 = b;
  E2 = c;
  E3 = d;
}

// tanh x = 1 − 2 / (e^2x + 1)

// @ts-ignore: decorator
@inline
export function twice(x: v128): v128 {
  return f64x2.pmax(f64x2.splat(-60), f64x2.pmin(f64x2.splat(60), f64x2.mul(x, f64x2.splat(2 * 1.4426950408889634))));
}

// @ts-ignore: decorator
@inline
export function tanhOf(e: v128): v128 {
  const one = f64x2.splat(1);
  return f64x2.sub(one, f64x2.div(f64x2.splat(2), f64x2.add(e, one)));
}

/** Four doubles as floats. */
// @ts-ignore: decorator
@inline
export function narrow(a: v128, b: v128): v128 {
  return i8x16.shuffle(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}
