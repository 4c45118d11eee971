// Products of all pairs of columns, added up over rows: of few columns and many rows.

import { madd64 } from "./shared/multiply_add";

/** Rows that are packed at a time: with some 40 columns they stay in the first cache. */
const ROWS = 128;

/** Writes rows [x − shift, y − shift, 1] times a factor, and zeros up to `order`. */
function pack(x: usize, count: i32, m: i32, y: usize, t: i32, shift: usize, factors: usize, out: usize, order: i32): void {
  const pairs = m & ~1;
  for (let i = 0; i < count; i++) {
    const f = factors == 0 ? 1.0 : load<f64>(factors + (i << 3));
    const ff = f64x2.splat(f);
    const end = out + (order << 3);
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
    for (out += 8; out < end; out += 8) store<f64>(out, 0);
  }
}

/** Adds the products of four columns with four others: `a` and `b` are where they begin in the first row, `c` where their sums do. */
function addTile(a: usize, b: usize, count: i32, order: i32, c: usize): void {
  const stride = <usize> order << 3;
  const c1 = c + stride;
  const c2 = c1 + stride;
  const c3 = c2 + stride;
  let s00 = v128.load(c);
  let s01 = v128.load(c, 16);
  let s10 = v128.load(c1);
  let s11 = v128.load(c1, 16);
  let s20 = v128.load(c2);
  let s21 = v128.load(c2, 16);
  let s30 = v128.load(c3);
  let s31 = v128.load(c3, 16);
  for (let r = 0; r < count; r++) {
    const a01 = v128.load(a);
    const a23 = v128.load(a, 16);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x0 = v128.shuffle<f64>(a01, a01, 0, 0);
    const x1 = v128.shuffle<f64>(a01, a01, 1, 1);
    const x2 = v128.shuffle<f64>(a23, a23, 0, 0);
    const x3 = v128.shuffle<f64>(a23, a23, 1, 1);
    s00 = madd64(x0, b0, s00);
    s01 = madd64(x0, b1, s01);
    s10 = madd64(x1, b0, s10);
    s11 = madd64(x1, b1, s11);
    s20 = madd64(x2, b0, s20);
    s21 = madd64(x2, b1, s21);
    s30 = madd64(x3, b0, s30);
    s31 = madd64(x3, b1, s31);
    a += stride;
    b += stride;
  }
  v128.store(c, s00);
  v128.store(c, s01, 16);
  v128.store(c1, s10);
  v128.store(c1, s11, 16);
  v128.store(c2, s20);
  v128.store(c2, s21, 16);
  v128.store(c3, s30);
  v128.store(c3, s31, 16);
}

/**
 * Adds the products of all pairs of the columns [x − shift, y − shift, 1], each row times a factor.
 *
 * @param m columns of x
 * @param t columns of y
 * @param factors one for each row; 0 for none
 * @param packed room for 128 rows of `order`
 * @param order m + t + 1 or more, a multiple of four
 * @param products sums so far, order × order; only those below the diagonal, and some above, are added to
 */
export function addProducts(
  x: usize,
  count: i32,
  m: i32,
  y: usize,
  t: i32,
  shift: usize,
  factors: usize,
  packed: usize,
  order: i32,
  products: usize,
): void {
  for (let first = 0; first < count; first += ROWS) {
    const rows = min(ROWS, count - first);
    const own = factors == 0 ? 0 : factors + (<usize> first << 3);
    pack(x + <usize> first * <usize> m * 8, rows, m, y + <usize> first * <usize> t * 8, t, shift, own, packed, order);
    for (let i = 0; i < order; i += 4) {
      for (let j = 0; j <= i; j += 4) {
        addTile(packed + (i << 3), packed + (j << 3), rows, order, products + ((i * order + j) << 3));
      }
    }
  }
}
