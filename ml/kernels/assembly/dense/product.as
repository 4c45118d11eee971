// Products of packed panels.

import { lanes, madd } from "./arithmetic";
import { MR } from "./packing";

/** Adds (or writes, where beta is zero) a row of a tile: `n` of its values, alpha times what was summed plus beta times what is there. */
// @ts-ignore: decorator
@inline
function writeRow<T>(c: usize, n: i32, s0: v128, s1: v128, alpha: v128, beta: v128, fresh: bool, spare: usize): void {
  const size = <i32> sizeof<T>();
  if (n == 2 * lanes<T>()) {
    if (fresh) {
      v128.store(c, v128.mul<T>(alpha, s0));
      v128.store(c, v128.mul<T>(alpha, s1), 16);
    } else {
      v128.store(c, madd<T>(alpha, s0, v128.mul<T>(beta, v128.load(c))));
      v128.store(c, madd<T>(alpha, s1, v128.mul<T>(beta, v128.load(c, 16))), 16);
    }
    return;
  }
  // A part of a row goes by way of a spare place, so that nothing beyond it is touched.
  for (let i = 0; i < n; i++) store<T>(spare + i * size, fresh ? <T> 0 : load<T>(c + i * size));
  if (fresh) {
    v128.store(spare, v128.mul<T>(alpha, s0));
    v128.store(spare, v128.mul<T>(alpha, s1), 16);
  } else {
    v128.store(spare, madd<T>(alpha, s0, v128.mul<T>(beta, v128.load(spare))));
    v128.store(spare, madd<T>(alpha, s1, v128.mul<T>(beta, v128.load(spare, 16))), 16);
  }
  for (let i = 0; i < n; i++) store<T>(c + i * size, load<T>(spare + i * size));
}

/** Copies of one of four values, in one register or two. Cheaper than a load of each: loads are checked against the memory's end. */
// @ts-ignore: decorator
@inline
function copies<T>(low: v128, high: v128, i: i32): v128 {
  if (sizeof<T>() == 8) {
    if (i == 0) return v128.shuffle<f64>(low, low, 0, 0);
    if (i == 1) return v128.shuffle<f64>(low, low, 1, 1);
    if (i == 2) return v128.shuffle<f64>(high, high, 0, 0);
    return v128.shuffle<f64>(high, high, 1, 1);
  }
  if (i == 0) return v128.shuffle<f32>(low, low, 0, 0, 0, 0);
  if (i == 1) return v128.shuffle<f32>(low, low, 1, 1, 1, 1);
  if (i == 2) return v128.shuffle<f32>(low, low, 2, 2, 2, 2);
  return v128.shuffle<f32>(low, low, 3, 3, 3, 3);
}

/**
 * C = alpha A B + beta C for packed A (panels of 4 rows) and B (panels of two vectors). Where `below` is not negative, only tiles that reach the
 * diagonal or lie below it are computed: those with column ≤ row + below - 1 somewhere.
 */
// @ts-ignore: decorator
@inline
function product<T>(
  a: usize,
  b: usize,
  c: usize,
  ldc: i32,
  m: i32,
  n: i32,
  k: i32,
  alpha: T,
  beta: T,
  half: bool,
  offset: i32,
  spare: usize,
): void {
  const size = <i32> sizeof<T>();
  const nr = 2 * lanes<T>();
  const va = v128.splat<T>(alpha);
  const vb = v128.splat<T>(beta);
  const fresh = beta == <T> 0;
  const zero = i64x2.splat(0);
  for (let j = 0; j < n; j += nr) {
    const pb = b + j * k * size;
    const nj = min(nr, n - j);
    for (let i = 0; i < m; i += MR) {
      if (half && j > i + MR - 1 + offset) continue;
      let p = a + i * k * size;
      let q = pb;
      let s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero, s30 = zero, s31 = zero;
      for (let kk = 0; kk < k; kk++) {
        const b0 = v128.load(q);
        const b1 = v128.load(q, 16);
        const low = v128.load(p);
        const high = sizeof<T>() == 8 ? v128.load(p, 16) : low;
        const a0 = copies<T>(low, high, 0);
        s00 = madd<T>(a0, b0, s00);
        s01 = madd<T>(a0, b1, s01);
        const a1 = copies<T>(low, high, 1);
        s10 = madd<T>(a1, b0, s10);
        s11 = madd<T>(a1, b1, s11);
        const a2 = copies<T>(low, high, 2);
        s20 = madd<T>(a2, b0, s20);
        s21 = madd<T>(a2, b1, s21);
        const a3 = copies<T>(low, high, 3);
        s30 = madd<T>(a3, b0, s30);
        s31 = madd<T>(a3, b1, s31);
        p += MR * size;
        q += 32;
      }
      const at = c + (i * ldc + j) * size;
      const row = ldc * size;
      const mi = m - i;
      writeRow<T>(at, nj, s00, s01, va, vb, fresh, spare);
      if (mi > 1) writeRow<T>(at + row, nj, s10, s11, va, vb, fresh, spare);
      if (mi > 2) writeRow<T>(at + 2 * row, nj, s20, s21, va, vb, fresh, spare);
      if (mi > 3) writeRow<T>(at + 3 * row, nj, s30, s31, va, vb, fresh, spare);
    }
  }
}

export function product_f64(
  a: usize,
  b: usize,
  c: usize,
  ldc: i32,
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  beta: f64,
  half: bool,
  offset: i32,
  spare: usize,
): void {
  product<f64>(a, b, c, ldc, m, n, k, alpha, beta, half, offset, spare);
}

export function product_f32(
  a: usize,
  b: usize,
  c: usize,
  ldc: i32,
  m: i32,
  n: i32,
  k: i32,
  alpha: f32,
  beta: f32,
  half: bool,
  offset: i32,
  spare: usize,
): void {
  product<f32>(a, b, c, ldc, m, n, k, alpha, beta, half, offset, spare);
}
