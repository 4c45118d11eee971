// Rows of kernel values in single precision: gaussian ones computed in registers, four or one at a time, and stored ones.

import { APART, GAMMA, held32, MAGIC32 } from "../shared/kernel_values";
import { madd32 } from "../shared/multiply_add";

// 2^f in single precision, |f| ≤ ½, within 1e-7.
const S1: f32 = 0.6931469775991549;
const S2: f32 = 0.2402224208536897;
const S3: f32 = 0.055507337432646395;
const S4: f32 = 0.009671512639927934;
const S5: f32 = 0.0013264727193370686;

/** 2^s in single precision, −126 ≤ s ≤ 127. Constants come held. */
// @ts-ignore: decorator
@inline
function exp2f(s: v128, magic: v128, one: v128, s1: v128, s2: v128, s3: v128, s4: v128, s5: v128): v128 {
  const t = f32x4.add(s, magic);
  const f = f32x4.sub(s, f32x4.sub(t, magic));
  let p = madd32(s5, f, s4);
  p = madd32(p, f, s3);
  p = madd32(p, f, s2);
  p = madd32(p, f, s1);
  p = madd32(p, f, one);
  return i32x4.add(p, i32x4.shl(t, 23));
}

/** The smallest exponent of two in single precision. What is smaller adds nothing to a gradient; as a denormal number it would take long. */
const LEAST: f32 = -80;

/** Adds coefficient times row to F, for four rows of values of eight columns, in single precision until they are summed. */
// @ts-ignore: decorator
@inline
function addEight(k0: v128, k1: v128, k2: v128, k3: v128, h0: v128, h1: v128, h2: v128, h3: v128, c: usize, out: usize, also: usize): void {
  const c0 = v128.load32_splat(c);
  const c1 = v128.load32_splat(c, 4);
  const c2 = v128.load32_splat(c, 8);
  const c3 = v128.load32_splat(c, 12);
  const s = madd32(k0, c0, madd32(k1, c1, madd32(k2, c2, f32x4.mul(k3, c3))));
  const t = madd32(h0, c0, madd32(h1, c1, madd32(h2, c2, f32x4.mul(h3, c3))));
  const d0 = f64x2.promote_low_f32x4(s);
  const d1 = f64x2.promote_low_f32x4(i8x16.shuffle(s, s, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
  const d2 = f64x2.promote_low_f32x4(t);
  const d3 = f64x2.promote_low_f32x4(i8x16.shuffle(t, t, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15));
  v128.store(out, f64x2.add(v128.load(out), d0));
  v128.store(out, f64x2.add(v128.load(out, 16), d1), 16);
  v128.store(out, f64x2.add(v128.load(out, 32), d2), 32);
  v128.store(out, f64x2.add(v128.load(out, 48), d3), 48);
  if (also != 0) {
    v128.store(also, f64x2.add(v128.load(also), d0));
    v128.store(also, f64x2.add(v128.load(also, 16), d1), 16);
    v128.store(also, f64x2.add(v128.load(also, 32), d2), 32);
    v128.store(also, f64x2.add(v128.load(also, 48), d3), 48);
  }
}

/**
 * Four rows of a gaussian kernel in single precision. `rows`: for each feature those of the four, times 2·GAMMA unless APART; `rowNorms`
 * and `norms`: −GAMMA·|x|². With `coefs` (four floats) they are added to `out` (doubles; and to `also`), without stored in `out` (floats, rows
 * `ld` apart).
 */
export function gaussian32(tiles: usize, norms: usize, blocks: i32, dim: i32, rows: usize, rowNorms: usize, coefs: usize, out: usize, ld: i32, also: usize): void {
  const n0 = v128.load32_splat(rowNorms);
  const n1 = v128.load32_splat(rowNorms, 4);
  const n2 = v128.load32_splat(rowNorms, 8);
  const n3 = v128.load32_splat(rowNorms, 12);
  const minus = f32x4.splat(-<f32> GAMMA);
  const least = held32(LEAST);
  const magic = held32(MAGIC32);
  const one = held32(1);
  const s1 = held32(S1);
  const s2 = held32(S2);
  const s3 = held32(S3);
  const s4 = held32(S4);
  const s5 = held32(S5);
  for (let b = 0; b < blocks; b++) {
    let a0: v128, a1: v128, a2: v128, a3: v128, b0: v128, b1: v128, b2: v128, b3: v128;
    if (APART) {
      a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = f32x4.splat(0);
      for (let k = 0; k < dim << 4; k += 16) {
        const x = v128.load(tiles);
        const z = v128.load(tiles, 16);
        tiles += 32;
        // One load, and four copies from the register: each load is checked against the memory's end.
        const four = v128.load(rows + k);
        let v = v128.shuffle<f32>(four, four, 0, 0, 0, 0);
        let e = f32x4.sub(x, v);
        a0 = madd32(e, e, a0);
        e = f32x4.sub(z, v);
        b0 = madd32(e, e, b0);
        v = v128.shuffle<f32>(four, four, 1, 1, 1, 1);
        e = f32x4.sub(x, v);
        a1 = madd32(e, e, a1);
        e = f32x4.sub(z, v);
        b1 = madd32(e, e, b1);
        v = v128.shuffle<f32>(four, four, 2, 2, 2, 2);
        e = f32x4.sub(x, v);
        a2 = madd32(e, e, a2);
        e = f32x4.sub(z, v);
        b2 = madd32(e, e, b2);
        v = v128.shuffle<f32>(four, four, 3, 3, 3, 3);
        e = f32x4.sub(x, v);
        a3 = madd32(e, e, a3);
        e = f32x4.sub(z, v);
        b3 = madd32(e, e, b3);
      }
      a0 = f32x4.pmax(least, f32x4.mul(a0, minus));
      a1 = f32x4.pmax(least, f32x4.mul(a1, minus));
      a2 = f32x4.pmax(least, f32x4.mul(a2, minus));
      a3 = f32x4.pmax(least, f32x4.mul(a3, minus));
      b0 = f32x4.pmax(least, f32x4.mul(b0, minus));
      b1 = f32x4.pmax(least, f32x4.mul(b1, minus));
      b2 = f32x4.pmax(least, f32x4.mul(b2, minus));
      b3 = f32x4.pmax(least, f32x4.mul(b3, minus));
    } else {
      const m = v128.load(norms);
      const w = v128.load(norms, 16);
      norms += 32;
      a0 = f32x4.add(m, n0);
      a1 = f32x4.add(m, n1);
      a2 = f32x4.add(m, n2);
      a3 = f32x4.add(m, n3);
      b0 = f32x4.add(w, n0);
      b1 = f32x4.add(w, n1);
      b2 = f32x4.add(w, n2);
      b3 = f32x4.add(w, n3);
      for (let k = 0; k < dim << 4; k += 16) {
        const x = v128.load(tiles);
        const z = v128.load(tiles, 16);
        tiles += 32;
        const four = v128.load(rows + k);
        let v = v128.shuffle<f32>(four, four, 0, 0, 0, 0);
        a0 = madd32(x, v, a0);
        b0 = madd32(z, v, b0);
        v = v128.shuffle<f32>(four, four, 1, 1, 1, 1);
        a1 = madd32(x, v, a1);
        b1 = madd32(z, v, b1);
        v = v128.shuffle<f32>(four, four, 2, 2, 2, 2);
        a2 = madd32(x, v, a2);
        b2 = madd32(z, v, b2);
        v = v128.shuffle<f32>(four, four, 3, 3, 3, 3);
        a3 = madd32(x, v, a3);
        b3 = madd32(z, v, b3);
      }
    }
    a0 = exp2f(a0, magic, one, s1, s2, s3, s4, s5);
    a1 = exp2f(a1, magic, one, s1, s2, s3, s4, s5);
    a2 = exp2f(a2, magic, one, s1, s2, s3, s4, s5);
    a3 = exp2f(a3, magic, one, s1, s2, s3, s4, s5);
    b0 = exp2f(b0, magic, one, s1, s2, s3, s4, s5);
    b1 = exp2f(b1, magic, one, s1, s2, s3, s4, s5);
    b2 = exp2f(b2, magic, one, s1, s2, s3, s4, s5);
    b3 = exp2f(b3, magic, one, s1, s2, s3, s4, s5);
    if (coefs != 0) {
      addEight(a0, a1, a2, a3, b0, b1, b2, b3, coefs, out, also);
      out += 64;
      if (also != 0) also += 64;
    } else {
      const size = <usize> ld << 2;
      v128.store(out, a0);
      v128.store(out, b0, 16);
      v128.store(out + size, a1);
      v128.store(out + size, b1, 16);
      v128.store(out + 2 * size, a2);
      v128.store(out + 2 * size, b2, 16);
      v128.store(out + 3 * size, a3);
      v128.store(out + 3 * size, b3, 16);
      out += 32;
    }
  }
}

/** One row as `gaussian32` has four, stored in `out`. */
export function gaussianRow(tiles: usize, norms: usize, blocks: i32, dim: i32, row: usize, rowNorm: usize, out: usize): void {
  const n0 = v128.load32_splat(rowNorm);
  const minus = f32x4.splat(-<f32> GAMMA);
  const least = held32(LEAST);
  const magic = held32(MAGIC32);
  const one = held32(1);
  const s1 = held32(S1);
  const s2 = held32(S2);
  const s3 = held32(S3);
  const s4 = held32(S4);
  const s5 = held32(S5);
  const end = dim << 2;
  const size = <usize> dim << 5;
  for (let b = 0; b < blocks; b += 2) {
    const both = b + 1 < blocks;
    let t = tiles;
    let u = both ? tiles + size : tiles;
    let a0: v128, a1: v128, a2: v128, a3: v128;
    if (APART) {
      a0 = a1 = a2 = a3 = f32x4.splat(0);
      for (let k = 0; k < end; k += 4) {
        const v = v128.load32_splat(row + k);
        let e = f32x4.sub(v128.load(t), v);
        a0 = madd32(e, e, a0);
        e = f32x4.sub(v128.load(t, 16), v);
        a1 = madd32(e, e, a1);
        e = f32x4.sub(v128.load(u), v);
        a2 = madd32(e, e, a2);
        e = f32x4.sub(v128.load(u, 16), v);
        a3 = madd32(e, e, a3);
        t += 32;
        u += 32;
      }
      a0 = f32x4.pmax(least, f32x4.mul(a0, minus));
      a1 = f32x4.pmax(least, f32x4.mul(a1, minus));
      a2 = f32x4.pmax(least, f32x4.mul(a2, minus));
      a3 = f32x4.pmax(least, f32x4.mul(a3, minus));
    } else {
      const next = both ? norms + 32 : norms;
      a0 = f32x4.add(v128.load(norms), n0);
      a1 = f32x4.add(v128.load(norms, 16), n0);
      a2 = f32x4.add(v128.load(next), n0);
      a3 = f32x4.add(v128.load(next, 16), n0);
      norms += 64;
      for (let k = 0; k < end; k += 4) {
        const v = v128.load32_splat(row + k);
        a0 = madd32(v128.load(t), v, a0);
        a1 = madd32(v128.load(t, 16), v, a1);
        a2 = madd32(v128.load(u), v, a2);
        a3 = madd32(v128.load(u, 16), v, a3);
        t += 32;
        u += 32;
      }
    }
    v128.store(out, exp2f(a0, magic, one, s1, s2, s3, s4, s5));
    v128.store(out, exp2f(a1, magic, one, s1, s2, s3, s4, s5), 16);
    if (both) {
      v128.store(out, exp2f(a2, magic, one, s1, s2, s3, s4, s5), 32);
      v128.store(out, exp2f(a3, magic, one, s1, s2, s3, s4, s5), 48);
    }
    tiles += 2 * size;
    out += 64;
  }
}

/** Adds four stored rows of floats, times coefficients (floats), to `out` (and `also`). */
export function addStored(p0: usize, p1: usize, p2: usize, p3: usize, coefs: usize, blocks: i32, out: usize, also: usize): void {
  for (let b = 0; b < blocks; b++) {
    addEight(
      v128.load(p0), v128.load(p1), v128.load(p2), v128.load(p3),
      v128.load(p0, 16), v128.load(p1, 16), v128.load(p2, 16), v128.load(p3, 16),
      coefs, out, also,
    );
    p0 += 32;
    p1 += 32;
    p2 += 32;
    p3 += 32;
    out += 64;
    if (also != 0) also += 64;
  }
}
