// Support vector machines: kernel rows computed in registers, sequential minimal optimisation on a dense kernel matrix, and a two-level
// solver over it that keeps no matrix of all samples. Sources: R.-E. Fan, P.-H. Chen, C.-J. Lin, "Working set selection using second order
// information for training support vector machines", JMLR 6 (2005); T. Joachims, "Making large-scale SVM learning practical" (1999).
//
// A problem stands in signed form: minimise ½ βᵀKβ + baseᵀβ where lo ≤ β ≤ hi and Σβ stays; F = Kβ + base is its gradient. Samples
// ("columns") lie in tiles of 8: feature by feature, 8 columns side by side. A sample with lo = hi never moves, but its F is kept.

import {
  APART, COEF0, DEGREE, E0, E1, E2, E3, GAMMA, held32, KERNEL, LINEAR, madd32, madd64, MAGIC32, narrow, POLY, RBF, shaped, SIGMOID,
} from "./shared/kernel_values";
import { BY_I, BY_J, step, TAU } from "./shared/smo_step";
export { setKernel } from "./shared/kernel_values";

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

// ---- kernel rows ----

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
 * Four rows of a gaussian kernel in single precision. `rows`: their features one after the other, times 2·GAMMA unless APART; `rowNorms`
 * and `norms`: −GAMMA·|x|². With `coefs` (four floats) they are added to `out` (doubles; and to `also`), without stored in `out` (floats, rows
 * `ld` apart).
 */
export function gaussian32(tiles: usize, norms: usize, blocks: i32, dim: i32, rows: usize, rowNorms: usize, coefs: usize, out: usize, ld: i32, also: usize): void {
  const r1 = rows + (dim << 2);
  const r2 = r1 + (dim << 2);
  const r3 = r2 + (dim << 2);
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
      for (let k = 0; k < dim << 2; k += 4) {
        const x = v128.load(tiles);
        const z = v128.load(tiles, 16);
        tiles += 32;
        let v = v128.load32_splat(rows + k);
        let e = f32x4.sub(x, v);
        a0 = madd32(e, e, a0);
        e = f32x4.sub(z, v);
        b0 = madd32(e, e, b0);
        v = v128.load32_splat(r1 + k);
        e = f32x4.sub(x, v);
        a1 = madd32(e, e, a1);
        e = f32x4.sub(z, v);
        b1 = madd32(e, e, b1);
        v = v128.load32_splat(r2 + k);
        e = f32x4.sub(x, v);
        a2 = madd32(e, e, a2);
        e = f32x4.sub(z, v);
        b2 = madd32(e, e, b2);
        v = v128.load32_splat(r3 + k);
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
      for (let k = 0; k < dim << 2; k += 4) {
        const x = v128.load(tiles);
        const z = v128.load(tiles, 16);
        tiles += 32;
        let v = v128.load32_splat(rows + k);
        a0 = madd32(x, v, a0);
        b0 = madd32(z, v, b0);
        v = v128.load32_splat(r1 + k);
        a1 = madd32(x, v, a1);
        b1 = madd32(z, v, b1);
        v = v128.load32_splat(r2 + k);
        a2 = madd32(x, v, a2);
        b2 = madd32(z, v, b2);
        v = v128.load32_splat(r3 + k);
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
function gaussianRow(tiles: usize, norms: usize, blocks: i32, dim: i32, row: usize, rowNorm: usize, out: usize): void {
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

// @ts-ignore: decorator
@inline
function addPair(k: v128, c0: v128, h: v128, c1: v128, out: usize, also: usize): void {
  const d = madd64(k, c0, f64x2.mul(h, c1));
  v128.store(out, f64x2.add(v128.load(out), d));
  if (also != 0) v128.store(also, f64x2.add(v128.load(also), d));
}

/**
 * Two rows of any kernel in double precision, as `gaussian32` has four. `rows`: their features, for RBF times 2·GAMMA. Coefficients and
 * norms are doubles; what is stored are floats, or doubles where `wide`.
 */
export function rows64(tiles: usize, norms: usize, blocks: i32, dim: i32, rows: usize, rowNorms: usize, coefs: usize, out: usize, ld: i32, also: usize, wide: i32): void {
  const r1 = rows + (dim << 3);
  const rbf = KERNEL == RBF;
  const n0 = rbf ? v128.load64_splat(rowNorms) : f64x2.splat(0);
  const n1 = rbf ? v128.load64_splat(rowNorms, 8) : f64x2.splat(0);
  const c0 = coefs != 0 ? v128.load64_splat(coefs) : f64x2.splat(0);
  const c1 = coefs != 0 ? v128.load64_splat(coefs, 8) : f64x2.splat(0);
  for (let b = 0; b < blocks; b++) {
    let a0 = n0, a1 = n0, a2 = n0, a3 = n0, b0 = n1, b1 = n1, b2 = n1, b3 = n1;
    if (rbf) {
      let m = v128.load(norms);
      a0 = f64x2.add(a0, m);
      b0 = f64x2.add(b0, m);
      m = v128.load(norms, 16);
      a1 = f64x2.add(a1, m);
      b1 = f64x2.add(b1, m);
      m = v128.load(norms, 32);
      a2 = f64x2.add(a2, m);
      b2 = f64x2.add(b2, m);
      m = v128.load(norms, 48);
      a3 = f64x2.add(a3, m);
      b3 = f64x2.add(b3, m);
      norms += 64;
    }
    for (let k = 0; k < dim << 3; k += 8) {
      const v = v128.load64_splat(rows + k);
      const w = v128.load64_splat(r1 + k);
      let x = v128.load(tiles);
      a0 = madd64(x, v, a0);
      b0 = madd64(x, w, b0);
      x = v128.load(tiles, 16);
      a1 = madd64(x, v, a1);
      b1 = madd64(x, w, b1);
      x = v128.load(tiles, 32);
      a2 = madd64(x, v, a2);
      b2 = madd64(x, w, b2);
      x = v128.load(tiles, 48);
      a3 = madd64(x, v, a3);
      b3 = madd64(x, w, b3);
      tiles += 64;
    }
    shaped(a0, a1, a2, a3);
    a0 = E0;
    a1 = E1;
    a2 = E2;
    a3 = E3;
    shaped(b0, b1, b2, b3);
    b0 = E0;
    b1 = E1;
    b2 = E2;
    b3 = E3;
    if (coefs != 0) {
      addPair(a0, c0, b0, c1, out, also);
      addPair(a1, c0, b1, c1, out + 16, also == 0 ? 0 : also + 16);
      addPair(a2, c0, b2, c1, out + 32, also == 0 ? 0 : also + 32);
      addPair(a3, c0, b3, c1, out + 48, also == 0 ? 0 : also + 48);
      out += 64;
      if (also != 0) also += 64;
    } else if (wide) {
      const size = <usize> ld << 3;
      v128.store(out, a0);
      v128.store(out, a1, 16);
      v128.store(out, a2, 32);
      v128.store(out, a3, 48);
      v128.store(out + size, b0);
      v128.store(out + size, b1, 16);
      v128.store(out + size, b2, 32);
      v128.store(out + size, b3, 48);
      out += 64;
    } else {
      const size = <usize> ld << 2;
      v128.store(out, narrow(a0, a1));
      v128.store(out, narrow(a2, a3), 16);
      v128.store(out + size, narrow(b0, b1));
      v128.store(out + size, narrow(b2, b3), 16);
      out += 32;
    }
  }
}

/** Adds four stored rows of floats, times coefficients (floats), to `out` (and `also`). */
function addStored(p0: usize, p1: usize, p2: usize, p3: usize, coefs: usize, blocks: i32, out: usize, also: usize): void {
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

// ---- sequential minimal optimisation on a dense matrix ----

// @ts-ignore: decorator
@inline
function mark(k: i32, beta: usize, lo: usize, hi: usize, up: usize, down: usize): void {
  const o = <usize> k << 3;
  const b = load<f64>(beta + o);
  store<f64>(up + o, b < load<f64>(hi + o) ? 0 : -Infinity);
  store<f64>(down + o, b > load<f64>(lo + o) ? 0 : -Infinity);
}

/** Most free samples that a Newton step is made with. */
const MOST_FREE: i32 = 420;

/** Most samples that are looked at by such a step. */
const MOST_BLOCK: i32 = 2048;

/** Room for Newton steps, 0 for none: `newtonBytes()` bytes. */
let NEWTON: usize = 0;
export function newtonBytes(): i32 {
  return 8 * MOST_FREE * MOST_FREE + 5 * 8 * MOST_FREE + 8 * MOST_BLOCK + 4 * MOST_FREE + 64;
}
export function setNewton(room: usize): void {
  NEWTON = room;
}

// @ts-ignore: decorator
@inline
function dot64(a: usize, b: usize, n: i32): f64 {
  let s = f64x2.splat(0), t = s;
  let k = 0;
  for (; k + 3 < n; k += 4) {
    s = madd64(v128.load(a), v128.load(b), s);
    t = madd64(v128.load(a, 16), v128.load(b, 16), t);
    a += 32;
    b += 32;
  }
  s = f64x2.add(s, t);
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; k < n; k++) {
    sum += load<f64>(a) * load<f64>(b);
    a += 8;
    b += 8;
  }
  return sum;
}

/** L of A = LLᵀ in place (rows of `ld` doubles, lower half), four rows of a column at a time; false where A is not positive. */
function cholesky(A: usize, n: i32, ld: i32): bool {
  for (let i = 0; i < n; i++) {
    const ri = A + ((<usize> i * <usize> ld) << 3);
    for (let j = 0; j < i; j++) {
      const rj = A + ((<usize> j * <usize> ld) << 3);
      const o = <usize> j << 3;
      store<f64>(ri + o, (load<f64>(ri + o) - dot64(ri, rj, j)) * load<f64>(rj + o));
    }
    const o = <usize> i << 3;
    const d = load<f64>(ri + o) - dot64(ri, ri, i);
    if (!(d > 0)) return false;
    // The inverse of the diagonal is what is needed.
    store<f64>(ri + o, 1 / Math.sqrt(d));
  }
  return true;
}

/** Solves LLᵀx = a and LLᵀx = b in place, where the diagonal of L holds inverses. */
function substitute(A: usize, n: i32, ld: i32, a: usize, b: usize): void {
  for (let i = 0; i < n; i++) {
    const row = A + ((<usize> i * <usize> ld) << 3);
    const end = <usize> i << 3;
    const even = end & ~15;
    let s = f64x2.splat(0), t = s;
    for (let o: usize = 0; o < even; o += 16) {
      const l = v128.load(row + o);
      s = madd64(l, v128.load(a + o), s);
      t = madd64(l, v128.load(b + o), t);
    }
    let x = load<f64>(a + end) - f64x2.extract_lane(s, 0) - f64x2.extract_lane(s, 1);
    let z = load<f64>(b + end) - f64x2.extract_lane(t, 0) - f64x2.extract_lane(t, 1);
    if (even < end) {
      x -= load<f64>(row + even) * load<f64>(a + even);
      z -= load<f64>(row + even) * load<f64>(b + even);
    }
    const inverse = load<f64>(row + end);
    store<f64>(a + end, x * inverse);
    store<f64>(b + end, z * inverse);
  }
  for (let i = n - 1; i >= 0; i--) {
    const row = A + ((<usize> i * <usize> ld) << 3);
    const end = <usize> i << 3;
    const even = end & ~15;
    const inverse = load<f64>(row + end);
    const x = load<f64>(a + end) * inverse;
    const z = load<f64>(b + end) * inverse;
    store<f64>(a + end, x);
    store<f64>(b + end, z);
    const s = f64x2.splat(-x);
    const t = f64x2.splat(-z);
    for (let o: usize = 0; o < even; o += 16) {
      const l = v128.load(row + o);
      v128.store(a + o, madd64(l, s, v128.load(a + o)));
      v128.store(b + o, madd64(l, t, v128.load(b + o)));
    }
    if (even < end) {
      store<f64>(a + even, load<f64>(a + even) - load<f64>(row + even) * x);
      store<f64>(b + even, load<f64>(b + even) - load<f64>(row + even) * z);
    }
  }
}

/** How many samples are free. */
function countFree(n: i32, up: usize, down: usize): i32 {
  let k = 0;
  for (let i = 0; i < n; i++) if (load<f64>(up + (<usize> i << 3)) == 0 && load<f64>(down + (<usize> i << 3)) == 0) k++;
  return k;
}

/** Takes a row and column out of what L is the root of, by plane rotations: `rot` has room for two numbers a row. */
function withoutRow(A: usize, f: i32, ld: i32, r: i32, rot: usize): void {
  const size = <usize> ld << 3;
  for (let i = r + 1; i < f; i++) {
    const from = A + <usize> i * size;
    const to = from - size;
    memory.copy(to, from, <usize> r << 3);
    let x = load<f64>(from + (<usize> r << 3));
    for (let k = r; k < i - 1; k++) {
      const o = <usize> k << 3;
      const c = load<f64>(rot + 2 * o);
      const s = load<f64>(rot + 2 * o, 8);
      const y = load<f64>(from + o, 8);
      store<f64>(to + o, c * x + s * y);
      x = c * y - s * x;
    }
    const y = 1 / load<f64>(from + (<usize> i << 3));
    const inverse = 1 / Math.sqrt(x * x + y * y);
    const o = <usize> (i - 1) << 3;
    store<f64>(rot + 2 * o, x * inverse);
    store<f64>(rot + 2 * o, y * inverse, 8);
    store<f64>(to + o, inverse);
  }
}

/** Puts one more row and column, of sample i, to what L is the root of; false where that is not positive. */
function withRow(A: usize, f: i32, ld: i32, list: usize, row: usize, own: f64): bool {
  const to = A + ((<usize> f * <usize> ld) << 3);
  for (let c = 0; c < f; c++) {
    const o = <usize> c << 3;
    const other = A + ((<usize> c * <usize> ld) << 3);
    const k = <f64> load<f32>(row + (<usize> load<i32>(list + (<usize> c << 2)) << 2));
    store<f64>(to + o, (k - dot64(other, to, c)) * load<f64>(other + o));
  }
  const d = own - dot64(to, to, f);
  if (!(d > 0)) return false;
  store<f64>(to + (<usize> f << 3), 1 / Math.sqrt(d));
  return true;
}

/** Most samples that become free at a time. */
const MOST_NEW: i32 = 8;

/**
 * Moves all free samples at once to where their F are equal, or as far on the way as the bounds allow; what comes to its bound is no longer free,
 * and where all are at rest the worst violators become so, until none is left or it has taken long enough: where curvatures differ widely pairs
 * take very many moves for that. Keeps a root of the free samples' matrix. Gives whether anything moved.
 *
 * Source: K. Scheinberg, "An efficient implementation of an active set method for SVMs", JMLR 7 (2006).
 */
function settle(n: i32, K: usize, ld: i32, diag: usize, F: usize, beta: usize, lo: usize, hi: usize, up: usize, down: usize, tol: f64): bool {
  const list = NEWTON;
  const u = (list + 4 * MOST_FREE + 15) & ~15;
  const v = u + 8 * MOST_FREE;
  const g = v + 8 * MOST_FREE;
  const rot = g + 8 * MOST_FREE;
  const moved = rot + 16 * MOST_FREE;
  const A = moved + 8 * MOST_BLOCK;
  let f = 0;
  let largest: f64 = 0;
  for (let i = 0; i < n; i++) {
    const o = <usize> i << 3;
    if (load<f64>(up + o) != 0 || load<f64>(down + o) != 0) continue;
    store<i32>(list + (<usize> f << 2), i);
    store<f64>(g + (<usize> f << 3), load<f64>(F + o));
    f++;
    largest = max(largest, load<f64>(diag + o));
  }
  if (f < 1 || f > MOST_FREE || n > MOST_BLOCK) return false;
  if (LAZY != 0) for (let r = 0; r < f; r++) ensure(load<i32>(list + (<usize> r << 2)));
  // A ridge above the rounding of single precision: the step then still goes down, if not all the way.
  let ridge = 1e-6 * largest;
  for (let attempt = 0;; attempt++) {
    for (let r = 0; r < f; r++) {
      const row = K + ((<usize> load<i32>(list + (<usize> r << 2)) * <usize> ld) << 2);
      const to = A + ((<usize> r * <usize> MOST_FREE) << 3);
      for (let c = 0; c < r; c++) store<f64>(to + (<usize> c << 3), load<f32>(row + (<usize> load<i32>(list + (<usize> c << 2)) << 2)));
      store<f64>(to + (<usize> r << 3), load<f64>(diag + (<usize> load<i32>(list + (<usize> r << 2)) << 3)) + ridge);
    }
    if (cholesky(A, f, MOST_FREE)) break;
    if (attempt > 3) return false;
    ridge *= 30;
  }
  memory.fill(moved, 0, <usize> n << 3);
  let any = false;
  for (let left = 64 + 2 * f; left > 0 && f > 0; left--) {
    for (let o: usize = 0; o < <usize> f << 3; o += 8) {
      store<f64>(u + o, load<f64>(g + o));
      store<f64>(v + o, 1);
    }
    substitute(A, f, MOST_FREE, u, v);
    let su: f64 = 0, sv: f64 = 0;
    for (let o: usize = 0; o < <usize> f << 3; o += 8) {
      su += load<f64>(u + o);
      sv += load<f64>(v + o);
    }
    const rho = su / sv;
    let t: f64 = 1;
    let hit = -1;
    for (let r = 0; r < f; r++) {
      const o = <usize> r << 3;
      const d = rho * load<f64>(v + o) - load<f64>(u + o);
      store<f64>(u + o, d);
      const i = <usize> load<i32>(list + (<usize> r << 2)) << 3;
      const b = load<f64>(beta + i);
      const room = d > 0 ? (load<f64>(hi + i) - b) / d : d < 0 ? (load<f64>(lo + i) - b) / d : 1;
      if (room < t) {
        t = room;
        hit = r;
      }
    }
    for (let r = 0; r < f; r++) {
      const o = <usize> r << 3;
      const i = <usize> load<i32>(list + (<usize> r << 2)) << 3;
      const d = load<f64>(u + o);
      const b = load<f64>(beta + i);
      const h = load<f64>(hi + i);
      const l = load<f64>(lo + i);
      // To the bound itself where that is what stopped it.
      const x = r == hit ? (d > 0 ? h : l) : min(h, max(l, b + t * d));
      store<f64>(beta + i, x);
      store<f64>(moved + i, load<f64>(moved + i) + (x - b));
      store<f64>(g + o, load<f64>(g + o) + t * (rho - load<f64>(g + o) - ridge * d));
    }
    if (t > 0) any = true;
    if (hit >= 0) {
      withoutRow(A, f, MOST_FREE, hit, rot);
      f--;
      for (let r = hit; r < f; r++) {
        store<i32>(list + (<usize> r << 2), load<i32>(list + (<usize> r << 2), 4));
        store<f64>(g + (<usize> r << 3), load<f64>(g + (<usize> r << 3), 8));
      }
      continue;
    }
    follow(n, K, ld, F, moved);
    let spread: f64 = 0;
    for (let r = 0; r < f; r++) {
      const own = load<f64>(F + (<usize> load<i32>(list + (<usize> r << 2)) << 3));
      store<f64>(g + (<usize> r << 3), own);
      spread = max(spread, Math.abs(own - rho));
    }
    // The worst of those at their bounds, the worst of all first; `v` has room for how far, `rot` for which.
    let found = 0;
    for (let i = 0; i < n; i++) {
      const o = <usize> i << 3;
      const b = load<f64>(beta + o);
      const grows = b < load<f64>(hi + o);
      const shrinks = b > load<f64>(lo + o);
      if (grows == shrinks) continue;
      const far = grows ? rho - load<f64>(F + o) : load<f64>(F + o) - rho;
      if (far <= 0.4 * tol || (found == MOST_NEW && far <= load<f64>(v, 8 * (MOST_NEW - 1)))) continue;
      let at = found < MOST_NEW ? found++ : found - 1;
      for (; at > 0 && load<f64>(v + (<usize> (at - 1) << 3)) < far; at--) {
        store<f64>(v + (<usize> at << 3), load<f64>(v + (<usize> (at - 1) << 3)));
        store<i32>(rot + (<usize> at << 2), load<i32>(rot + (<usize> (at - 1) << 2)));
      }
      store<f64>(v + (<usize> at << 3), far);
      store<i32>(rot + (<usize> at << 2), i);
    }
    if (found == 0) {
      if (spread <= 0.4 * tol) break;
      continue;
    }
    if (f + found > MOST_FREE) break;
    const before = f;
    for (let a = 0; a < found; a++) {
      const i = load<i32>(rot + (<usize> a << 2));
      if (LAZY != 0) ensure(i);
      const row = K + ((<usize> i * <usize> ld) << 2);
      if (!withRow(A, f, MOST_FREE, list, row, load<f64>(diag + (<usize> i << 3)) + ridge)) continue;
      store<i32>(list + (<usize> f << 2), i);
      store<f64>(g + (<usize> f << 3), load<f64>(F + (<usize> i << 3)));
      f++;
    }
    if (f == before) break;
  }
  follow(n, K, ld, F, moved);
  for (let i = 0; i < n; i++) mark(i, beta, lo, hi, up, down);
  return any;
}

/** F follows what β has moved by, which is zero afterwards. */
function follow(n: i32, K: usize, ld: i32, F: usize, moved: usize): void {
  for (let i = 0; i < n; i++) {
    const by = load<f64>(moved + (<usize> i << 3));
    if (by == 0) continue;
    store<f64>(moved + (<usize> i << 3), 0);
    const move = f64x2.splat(by);
    const row = K + ((<usize> i * <usize> ld) << 2);
    for (let o: usize = 0; o < <usize> n << 3; o += 16) {
      v128.store(F + o, madd64(f64x2.promote_low_f32x4(v128.load64_zero(row + (o >> 1))), move, v128.load(F + o)));
    }
  }
}

/** Elements that are looked at together, in bytes: only the largest of them is kept, and found again in the block that holds the largest of all. */
const STRIDE: usize = 256;

/** The larger of two lanes. */
// @ts-ignore: decorator
@inline
function larger(v: v128): f64 {
  const a = f64x2.extract_lane(v, 0);
  const b = f64x2.extract_lane(v, 1);
  return a > b ? a : b;
}

/** Largest of −F where β may grow, and where its block begins. */
let LARGEST: f64 = 0;
function largest(bytes: usize, F: usize, up: usize): usize {
  let top = -Infinity;
  let at: usize = 0;
  for (let s: usize = 0; s < bytes; s += STRIDE) {
    const end = min(s + STRIDE, bytes);
    let v = f64x2.splat(-Infinity);
    for (let o = s; o < end; o += 16) v = f64x2.pmax(v, f64x2.sub(v128.load(up + o), v128.load(F + o)));
    const x = larger(v);
    if (x >= top) {
      top = x;
      at = s;
    }
  }
  LARGEST = top;
  return at;
}

/**
 * Moves pairs until none violates the optimum by `tol`. All arrays have `n` doubles, a multiple of 4; `K` rows of floats `ld` apart; `up` and
 * `down` are scratch. Selection and ties are LIBSVM's. Gives the number of moves, negative where `most` of them were not enough.
 */
export function smo(n: i32, K: usize, ld: i32, diag: usize, F: usize, beta: usize, lo: usize, hi: usize, up: usize, down: usize, tol: f64, most: i32): i32 {
  const bytes = <usize> n << 3;
  const tau = f64x2.splat(TAU);
  const none = f64x2.splat(-Infinity);
  const zero = f64x2.splat(0);
  for (let k = 0; k < n; k++) mark(k, beta, lo, hi, up, down);
  let block = largest(bytes, F, up);
  let top = LARGEST;
  let moves = 0;
  let next = NEWTON == 0 ? i32.MAX_VALUE : 100;
  while (true) {
    if (moves >= next) {
      const free = countFree(n, up, down);
      const cube = <f64> free * <f64> free * <f64> free;
      // Where as many moves as it costs suffice, it is not wanted; but where many are free, moves make ever more so, and take far longer.
      const first = 3 * free > n ? 0 : <i32> (cube / (100 * <f64> n));
      if (free <= MOST_FREE && moves < first) next = first;
      else {
        next = moves + 100 + (free <= MOST_FREE ? <i32> (cube / 3000) : 2000);
        if (free <= MOST_FREE && settle(n, K, ld, diag, F, beta, lo, hi, up, down, tol)) {
          block = largest(bytes, F, up);
          top = LARGEST;
        }
      }
    }
    if (top == -Infinity) return moves;
    // Of equals the last.
    let i = <i32> (min(block + STRIDE, bytes) >> 3) - 1;
    while (load<f64>(up + (<usize> i << 3)) - load<f64>(F + (<usize> i << 3)) != top) i--;
    if (LAZY != 0) ensure(i);
    const rowI = LAZY == IN_MATRIX ? rowOf(i) : K + ((<usize> i * <usize> ld) << 2);
    const tops = f64x2.splat(top);
    const own = f64x2.splat(load<f64>(diag + (<usize> i << 3)));
    let worst = none, worse = none;
    let gain: f64 = 0;
    const two = f64x2.splat(2);
    block = 0;
    for (let s: usize = 0; s < bytes; s += STRIDE) {
      const end = min(s + STRIDE, bytes);
      let g = zero, h = zero;
      for (let o = s; o < end; o += 32) {
        let f = f64x2.add(v128.load(F + o), v128.load(down + o));
        worst = f64x2.pmax(worst, f);
        let gap = f64x2.pmax(zero, f64x2.add(tops, f));
        let k = f64x2.promote_low_f32x4(v128.load64_zero(rowI + (o >> 1)));
        let curve = f64x2.pmax(tau, f64x2.sub(f64x2.add(own, v128.load(diag + o)), f64x2.mul(k, two)));
        g = f64x2.pmax(g, f64x2.div(f64x2.mul(gap, gap), curve));
        f = f64x2.add(v128.load(F + o, 16), v128.load(down + o, 16));
        worse = f64x2.pmax(worse, f);
        gap = f64x2.pmax(zero, f64x2.add(tops, f));
        k = f64x2.promote_low_f32x4(v128.load64_zero(rowI + (o >> 1), 8));
        curve = f64x2.pmax(tau, f64x2.sub(f64x2.add(own, v128.load(diag + o, 16)), f64x2.mul(k, two)));
        h = f64x2.pmax(h, f64x2.div(f64x2.mul(gap, gap), curve));
      }
      const x = larger(f64x2.pmax(g, h));
      if (x >= gain) {
        gain = x;
        block = s;
      }
    }
    if (!(top + larger(f64x2.pmax(worst, worse)) >= tol) || !(gain > 0)) {
      return moves;
    }
    let j = <i32> (min(block + STRIDE, bytes) >> 3);
    while (true) {
      j--;
      const o = <usize> j << 3;
      const gap = top + (load<f64>(F + o) + load<f64>(down + o));
      if (!(gap > 0)) continue;
      const curve = load<f64>(diag + (<usize> i << 3)) + load<f64>(diag + o) - 2 * <f64> load<f32>(rowI + (o >> 1));
      if (gap * gap / (curve > TAU ? curve : TAU) == gain) break;
    }
    if (moves >= most) return -moves - 1;
    moves++;
    const oi = <usize> i << 3;
    const oj = <usize> j << 3;
    const curve = load<f64>(diag + oi) + load<f64>(diag + oj) - 2 * <f64> load<f32>(rowI + (<usize> j << 2));
    step(oi, oj, curve, F, beta, lo, hi);
    mark(i, beta, lo, hi, up, down);
    mark(j, beta, lo, hi, up, down);
    if (LAZY != 0) ensure(j);
    const rowJ = LAZY == IN_MATRIX ? rowOf(j) : K + ((<usize> j * <usize> ld) << 2);
    const di = f64x2.splat(BY_I);
    const dj = f64x2.splat(BY_J);
    top = -Infinity;
    block = 0;
    for (let s: usize = 0; s < bytes; s += STRIDE) {
      const end = min(s + STRIDE, bytes);
      let v = none, w = none;
      for (let o = s; o < end; o += 32) {
        let ki = f64x2.promote_low_f32x4(v128.load64_zero(rowI + (o >> 1)));
        let kj = f64x2.promote_low_f32x4(v128.load64_zero(rowJ + (o >> 1)));
        let f = f64x2.add(v128.load(F + o), f64x2.add(f64x2.mul(ki, di), f64x2.mul(kj, dj)));
        v128.store(F + o, f);
        v = f64x2.pmax(v, f64x2.sub(v128.load(up + o), f));
        ki = f64x2.promote_low_f32x4(v128.load64_zero(rowI + (o >> 1), 8));
        kj = f64x2.promote_low_f32x4(v128.load64_zero(rowJ + (o >> 1), 8));
        f = f64x2.add(v128.load(F + o, 16), f64x2.add(f64x2.mul(ki, di), f64x2.mul(kj, dj)));
        v128.store(F + o, f, 16);
        w = f64x2.pmax(w, f64x2.sub(v128.load(up + o, 16), f));
      }
      const x = larger(f64x2.pmax(v, w));
      if (x >= top) {
        top = x;
        block = s;
      }
    }
  }
}

// ---- two levels ----

/** Where kernel values come from: features of linear form (W), single or double precision rows, or a matrix. */
const FEATURES: i32 = 0;
const SINGLE: i32 = 1;
const DOUBLE: i32 = 2;
const MATRIX: i32 = 3;

let KIND: i32 = 0;
let N: i32 = 0;
let DIM: i32 = 0;
let TILES: usize = 0;
let NORMS: usize = 0;
let MAT: usize = 0;
let LD: i32 = 0;
/** How many rows of the matrix are filled, and for each sample which of them is its own, from 1; 0: none yet. No array: all are, in their order. */
let FILLED: usize = 0;
/** How rows of the matrix are filled: SINGLE or DOUBLE. */
let FILLER: i32 = 0;
let DIAG: usize = 0;
/** Room for a block: indices, values, its matrix. */
let Q: i32 = 0;
let ROOM: usize = 0;

/**
 * The samples: `n` columns, a multiple of 8. `tiles` and `norms` hold floats where rows are computed in single precision, else doubles;
 * `diag` the kernel of each column with itself. `room` needs `roomBytes(q, dim)` bytes.
 */
export function setSamples(kind: i32, n: i32, dim: i32, tiles: usize, norms: usize, diag: usize, mat: usize, filled: usize, filler: i32, q: i32, room: usize): void {
  KIND = kind;
  N = n;
  DIM = dim;
  TILES = tiles;
  NORMS = norms;
  DIAG = diag;
  MAT = mat;
  LD = n;
  FILLED = filled;
  FILLER = filler;
  Q = q;
  ROOM = room;
}

export function roomBytes(q: i32, dim: i32): i32 {
  // indices, 8 vectors of doubles, histogram, changed rows, norms, the matrix, tiles
  return (4 * q + 64) + 64 * q + 8192 + 4 * q + 9 * q + 64 + 4 * q * q + 8 * q * dim + 256;
}

/** Puts one row's features to `to`, floats times a factor. */
function takeRow32(r: i32, to: usize, factor: f32): void {
  let from = TILES + ((<usize> (r >> 3) * <usize> DIM) << 5) + (<usize> (r & 7) << 2);
  for (let k = 0; k < DIM; k++) {
    store<f32>(to, load<f32>(from) * factor);
    from += 32;
    to += 4;
  }
}

function takeRow64(r: i32, to: usize, factor: f64): void {
  let from = TILES + ((<usize> (r >> 3) * <usize> DIM) << 6) + (<usize> (r & 7) << 3);
  for (let k = 0; k < DIM; k++) {
    store<f64>(to, load<f64>(from) * factor);
    from += 64;
    to += 8;
  }
}

/** Computes up to four rows over any tiles: added to `out` by coefficients (doubles at `coefs`), or stored as floats where `coefs` is 0. */
function compute(kind: i32, rows: usize, count: i32, coefs: usize, tiles: usize, norms: usize, blocks: i32, out: usize, ld: i32, also: usize, scratch: usize): void {
  if (kind == SINGLE) {
    const factor: f32 = APART ? 1 : <f32> (2 * GAMMA);
    const ns = scratch + ((<usize> DIM) << 4);
    for (let r = 0; r < 4; r++) {
      const i = load<i32>(rows + (<usize> min(r, count - 1) << 2));
      takeRow32(i, scratch + ((<usize> r * <usize> DIM) << 2), factor);
      store<f32>(ns + (<usize> r << 2), load<f32>(NORMS + (<usize> i << 2)));
      if (coefs != 0) store<f32>(ns + 16 + (<usize> r << 2), r < count ? <f32> load<f64>(coefs + (<usize> r << 3)) : 0);
    }
    if (count == 1 && coefs == 0) gaussianRow(tiles, norms, blocks, DIM, scratch, ns, out);
    else gaussian32(tiles, norms, blocks, DIM, scratch, ns, coefs != 0 ? ns + 16 : 0, out, ld, also);
    return;
  }
  const factor: f64 = KERNEL == RBF ? 2 * GAMMA : 1;
  const ns = scratch + ((<usize> DIM) << 4);
  for (let r = 0; r < count; r += 2) {
    for (let s = 0; s < 2; s++) {
      const i = load<i32>(rows + (<usize> min(r + s, count - 1) << 2));
      takeRow64(i, scratch + ((<usize> s * <usize> DIM) << 3), factor);
      if (KERNEL == RBF) store<f64>(ns + (<usize> s << 3), load<f64>(NORMS + (<usize> i << 3)));
      if (coefs != 0) store<f64>(ns + 16 + (<usize> s << 3), r + s < count ? load<f64>(coefs + (<usize> (r + s) << 3)) : 0);
    }
    rows64(tiles, norms, blocks, DIM, scratch, ns, coefs != 0 ? ns + 16 : 0, out + ((<usize> r * <usize> ld) << 2), ld, also, 0);
  }
}

/** A row of the matrix, which is there. */
// @ts-ignore: decorator
@inline
function rowOf(i: i32): usize {
  return MAT + ((<usize> (FILLED == 0 ? i : load<i32>(FILLED + (<usize> i << 2), 4) - 1) * <usize> LD) << 2);
}

// @ts-ignore: decorator
@inline
function isThere(i: i32): bool {
  return FILLED == 0 || load<i32>(FILLED + (<usize> i << 2), 4) != 0;
}

/** Fills rows of the matrix that are not there yet, four at a time: each behind the last, so that memory is touched for those alone. */
function fill(rows: usize, count: i32, scratch: usize): void {
  if (FILLED == 0) return;
  const list = scratch;
  let k = 0;
  for (let r = 0; r <= count; r++) {
    if (r < count) {
      const i = load<i32>(rows + (<usize> r << 2));
      if (isThere(i)) continue;
      const next = load<i32>(FILLED) + 1;
      store<i32>(FILLED, next);
      store<i32>(FILLED + (<usize> i << 2), next, 4);
      store<i32>(list + ((<usize> (k++)) << 2), i);
    }
    if (k == 4 || (r == count && k > 0)) {
      let done = 0;
      // Four rows are written in any case, and two of double precision: one alone stands where only it is.
      while (done < k) {
        const at = list + (<usize> done << 2);
        const some = k == 4 ? 4 : 1;
        compute(FILLER, at, some, 0, TILES, NORMS, N >> 3, rowOf(load<i32>(at)), some == 4 ? LD : 0, 0, scratch + 64);
        done += some;
      }
      k = 0;
    }
  }
}

/** Scratch for `fill` and `compute`, set once. */
let SCRATCH: usize = 0;
export function setScratch(scratch: usize): void {
  SCRATCH = scratch;
}
export function scratchBytes(n: i32, dim: i32): i32 {
  return 256 + 16 * n + 64 * dim + 256;
}

/** F (and also) += coefs · rows, over all columns; any number of rows. */
export function addRows(rows: usize, coefs: usize, count: i32, F: usize, also: usize): void {
  if (KIND == FEATURES) {
    addFeatures(rows, coefs, count, F, also);
    return;
  }
  if (KIND == MATRIX) fill(rows, count, SCRATCH);
  for (let r = 0; r < count; r += 4) {
    const k = min(4, count - r);
    const list = rows + (<usize> r << 2);
    const c = coefs + (<usize> r << 3);
    if (KIND != MATRIX) compute(KIND, list, k, c, TILES, NORMS, N >> 3, F, 0, also, SCRATCH);
    else {
      const f = SCRATCH;
      for (let s = 0; s < 4; s++) store<f32>(f + (<usize> s << 2), s < k ? <f32> load<f64>(c + (<usize> s << 3)) : 0);
      const p0 = rowOf(load<i32>(list));
      const p1 = k > 1 ? rowOf(load<i32>(list, 4)) : p0;
      const p2 = k > 2 ? rowOf(load<i32>(list, 8)) : p0;
      const p3 = k > 3 ? rowOf(load<i32>(list, 12)) : p0;
      addStored(p0, p1, p2, p3, f, N >> 3, F, also);
    }
  }
}

/** The same where the kernel is a product of features: all rows are one vector. */
function addFeatures(rows: usize, coefs: usize, count: i32, F: usize, also: usize): void {
  const w = SCRATCH;
  const dim = DIM;
  memory.fill(w, 0, (<usize> dim) << 3);
  for (let r = 0; r < count; r++) {
    const i = load<i32>(rows + (<usize> r << 2));
    const c = load<f64>(coefs + (<usize> r << 3));
    let from = TILES + ((<usize> (i >> 3) * <usize> dim) << 6) + (<usize> (i & 7) << 3);
    for (let k = 0; k < dim; k++) {
      const o = w + (<usize> k << 3);
      store<f64>(o, load<f64>(o) + c * load<f64>(from));
      from += 64;
    }
  }
  let t = TILES;
  for (let b = 0; b < N >> 3; b++) {
    let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    for (let k = 0; k < dim; k++) {
      const v = v128.load64_splat(w + (<usize> k << 3));
      s0 = madd64(v128.load(t), v, s0);
      s1 = madd64(v128.load(t, 16), v, s1);
      s2 = madd64(v128.load(t, 32), v, s2);
      s3 = madd64(v128.load(t, 48), v, s3);
      t += 64;
    }
    v128.store(F, f64x2.add(v128.load(F), s0));
    v128.store(F, f64x2.add(v128.load(F, 16), s1), 16);
    v128.store(F, f64x2.add(v128.load(F, 32), s2), 32);
    v128.store(F, f64x2.add(v128.load(F, 48), s3), 48);
    F += 64;
    if (also != 0) {
      v128.store(also, f64x2.add(v128.load(also), s0));
      v128.store(also, f64x2.add(v128.load(also, 16), s1), 16);
      v128.store(also, f64x2.add(v128.load(also, 32), s2), 32);
      v128.store(also, f64x2.add(v128.load(also, 48), s3), 48);
      also += 64;
    }
  }
}

/** The largest violation: of those that may grow, −F; of those that may shrink, F. Their sum is the gap. */
let TOP: f64 = 0;
let LOW: f64 = 0;
function extremes(F: usize, beta: usize, lo: usize, hi: usize): void {
  const none = f64x2.splat(-Infinity);
  let a = none, b = none;
  const bytes = <usize> N << 3;
  for (let o: usize = 0; o < bytes; o += 16) {
    const f = v128.load(F + o);
    const x = v128.load(beta + o);
    a = f64x2.pmax(a, v128.bitselect(f64x2.neg(f), none, f64x2.lt(x, v128.load(hi + o))));
    b = f64x2.pmax(b, v128.bitselect(f, none, f64x2.gt(x, v128.load(lo + o))));
  }
  TOP = max(f64x2.extract_lane(a, 0), f64x2.extract_lane(a, 1));
  LOW = max(f64x2.extract_lane(b, 0), f64x2.extract_lane(b, 1));
}

const BINS: i32 = 512;

/** Samples of a block, unless very many are free. */
const USUAL: i32 = 192;

/** How far a sample is from what the others allow, where it may grow or shrink. */
// @ts-ignore: decorator
@inline
function violation(f: f64, up: bool, down: bool): f64 {
  return up ? (down ? max(LOW - f, TOP + f) : LOW - f) : TOP + f;
}

/** Chooses the block: free samples and the worst violators of both sides. Gives how many, Q at most. */
function choose(F: usize, beta: usize, lo: usize, hi: usize, list: usize, counts: usize): i32 {
  const gap = TOP + LOW;
  const scale = <f64> BINS / gap;
  memory.fill(counts, 0, 3 * BINS * 4);
  let free = 0;
  // Bins of violation: free samples, those that may only grow, those that may only shrink. Late in a solution most samples are none of them, and
  // two at a time are passed over.
  const lows = f64x2.splat(LOW);
  const tops = f64x2.splat(TOP);
  const none = f64x2.splat(-Infinity);
  const zero = f64x2.splat(0);
  const found = SCRATCH;
  let many = 0;
  for (let i = 0; i < N; i += 2) {
    const p = <usize> i << 3;
    const bs = v128.load(beta + p);
    const ups = f64x2.lt(bs, v128.load(hi + p));
    const downs = f64x2.gt(bs, v128.load(lo + p));
    const fs = v128.load(F + p);
    const vs = f64x2.pmax(v128.bitselect(f64x2.sub(lows, fs), none, ups), v128.bitselect(f64x2.add(tops, fs), none, downs));
    if (!v128.any_true(v128.or(f64x2.gt(vs, zero), v128.and(ups, downs)))) continue;
    for (let s = i; s < i + 2; s++) {
      const o = <usize> s << 3;
      const b = load<f64>(beta + o);
      const up = b < load<f64>(hi + o);
      const down = b > load<f64>(lo + o);
      if (!up && !down) continue;
      const v = violation(load<f64>(F + o), up, down);
      if (v <= 0 && !(up && down)) continue;
      const bin = min(BINS - 1, max(0, <i32> (v * scale)));
      const kind = up ? (down ? 0 : 1) : 2;
      if (kind == 0) free++;
      const c = counts + (<usize> (kind * BINS + bin) << 2);
      store<i32>(c, load<i32>(c) + 1);
      store<i32>(found + (<usize> (many++) << 2), s);
    }
  }
  // How far down each kind is taken: whole bins, and every so many of the last.
  let left = min(Q, max(USUAL, free + (free >> 1)));
  const most0 = min(free, (left * 3) >> 2);
  let total = 0;
  for (let kind = 0; kind < 3; kind++) {
    let want = kind == 0 ? most0 : kind == 1 ? (left + 1) >> 1 : left;
    let bin = BINS - 1;
    let taken = 0;
    let skip: i32 = 0;
    let part: i32 = 0;
    for (; bin >= 0; bin--) {
      const c = load<i32>(counts + (<usize> (kind * BINS + bin) << 2));
      if (taken + c > want) {
        part = want - taken;
        skip = c;
        break;
      }
      taken += c;
    }
    taken += part;
    left -= taken;
    total += taken;
    store<i32>(counts + (<usize> (3 * BINS + kind * 4) << 2), bin);
    store<i32>(counts + (<usize> (3 * BINS + kind * 4 + 1) << 2), part);
    store<i32>(counts + (<usize> (3 * BINS + kind * 4 + 2) << 2), skip);
    store<i32>(counts + (<usize> (3 * BINS + kind * 4 + 3) << 2), 0);
  }
  let k = 0;
  for (let t = 0; t < many; t++) {
    const i = load<i32>(found + (<usize> t << 2));
    const o = <usize> i << 3;
    const b = load<f64>(beta + o);
    const up = b < load<f64>(hi + o);
    const down = b > load<f64>(lo + o);
    const v = violation(load<f64>(F + o), up, down);
    const bin = min(BINS - 1, max(0, <i32> (v * scale)));
    const at = counts + (<usize> (3 * BINS + (up ? (down ? 0 : 1) : 2) * 4) << 2);
    const last = load<i32>(at);
    if (bin < last) continue;
    if (bin == last) {
      // part of skip, evenly spread: ties are many at a start
      const seen = load<i32>(at, 12);
      store<i32>(at, seen + 1, 12);
      const part = <i64> load<i32>(at, 4);
      const skip = <i64> load<i32>(at, 8);
      if ((<i64> seen * part) / skip == (<i64> (seen + 1) * part) / skip) continue;
    }
    store<i32>(list + ((<usize> (k++)) << 2), i);
  }
  return k;
}

/** Where rows may be missing that `smo` works on: nowhere, in the matrix of all samples, or in a block's. */
const NOWHERE: i32 = 0;
const IN_MATRIX: i32 = 1;
const IN_BLOCK: i32 = 2;
let LAZY: i32 = 0;

/** Room for `overAll`, 0 for none; and from how many free samples on it is done: blocks would be too small for them. */
let SPARE: usize = 0;
let MANY_FREE: i32 = 0;
export function setSpare(room: usize, manyFree: i32): void {
  SPARE = room;
  MANY_FREE = manyFree;
}
export function spareBytes(n: i32): i32 {
  return 8 * 5 * n + 8 * n + 64;
}

/** Fills a row that is missing. */
function ensure(i: i32): void {
  if (LAZY == IN_BLOCK) {
    if (load<u8>(THERE + i)) return;
    store<u8>(THERE + i, 1);
    blockRow(i);
    return;
  }
  if (isThere(i)) return;
  store<i32>(SPARE, i);
  fill(SPARE, 1, SCRATCH);
}

function freeOf(beta: usize, lo: usize, hi: usize): i32 {
  let free = 0;
  for (let o: usize = 0; o < <usize> N << 3; o += 8) {
    const b = load<f64>(beta + o);
    if (b < load<f64>(hi + o) && b > load<f64>(lo + o)) free++;
  }
  return free;
}

// @ts-ignore: decorator
@inline
function largest32(v: v128): f32 {
  v = f32x4.pmax(v, i8x16.shuffle(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const a = f32x4.extract_lane(v, 0);
  const b = f32x4.extract_lane(v, 1);
  return a > b ? a : b;
}

/**
 * Moves pairs over all samples on their matrix until the gap is closed, as `smo` does, in single precision: `f`, `diag`, `up` and `down` hold floats.
 * `live` to `end` say where blocks of STRIDE bytes of them begin in which any sample may move: no others are looked at, nor is their `f` kept up.
 */
function moveAll(live: usize, end: usize, f: usize, diag: usize, up: usize, down: usize, beta: usize, lo: usize, hi: usize, tol: f64, most: i32): i32 {
  const bytes = <usize> N << 2;
  const tau = f32x4.splat(<f32> TAU);
  const none = f32x4.splat(-Infinity);
  const zero = f32x4.splat(0);
  let rowI: usize = 0, rowJ: usize = 0;
  let di: f64 = 0, dj: f64 = 0;
  let first = true;
  let moves = -1;
  while (true) {
    moves++;
    let top: f32 = -Infinity;
    let at: usize = 0;
    const ci = f32x4.splat(<f32> di);
    const cj = f32x4.splat(<f32> dj);
    for (let p = live; p < end; p += 4) {
      const s = <usize> load<u32>(p);
      const stop = min(s + STRIDE, bytes);
      let v = none, w = none;
      if (first) { for (let o = s; o < stop; o += 16) v = f32x4.pmax(v, f32x4.sub(v128.load(up + o), v128.load(f + o))); }
      else {
        for (let o = s; o < stop; o += 32) {
          let g = madd32(v128.load(rowJ + o), cj, madd32(v128.load(rowI + o), ci, v128.load(f + o)));
          v128.store(f + o, g);
          v = f32x4.pmax(v, f32x4.sub(v128.load(up + o), g));
          g = madd32(v128.load(rowJ + o, 16), cj, madd32(v128.load(rowI + o, 16), ci, v128.load(f + o, 16)));
          v128.store(f + o, g, 16);
          w = f32x4.pmax(w, f32x4.sub(v128.load(up + o, 16), g));
        }
      }
      const x = largest32(f32x4.pmax(v, w));
      if (x >= top) {
        top = x;
        at = s;
      }
    }
    first = false;
    if (top == -Infinity) return moves;
    let oi = min(at + STRIDE, bytes) - 4;
    while (load<f32>(up + oi) - load<f32>(f + oi) != top) oi -= 4;
    const i = <i32> (oi >> 2);
    ensure(i);
    rowI = rowOf(i);
    const tops = f32x4.splat(top);
    const own = v128.load32_splat(diag + oi);
    let worst = none, worse = none;
    let gain: f32 = 0;
    for (let p = live; p < end; p += 4) {
      const s = <usize> load<u32>(p);
      const stop = min(s + STRIDE, bytes);
      let g = zero, h = zero;
      for (let o = s; o < stop; o += 32) {
        let x = f32x4.add(v128.load(f + o), v128.load(down + o));
        worst = f32x4.pmax(worst, x);
        let gap = f32x4.pmax(zero, f32x4.add(tops, x));
        let k = v128.load(rowI + o);
        let curve = f32x4.pmax(tau, f32x4.sub(f32x4.add(own, v128.load(diag + o)), f32x4.add(k, k)));
        g = f32x4.pmax(g, f32x4.div(f32x4.mul(gap, gap), curve));
        x = f32x4.add(v128.load(f + o, 16), v128.load(down + o, 16));
        worse = f32x4.pmax(worse, x);
        gap = f32x4.pmax(zero, f32x4.add(tops, x));
        k = v128.load(rowI + o, 16);
        curve = f32x4.pmax(tau, f32x4.sub(f32x4.add(own, v128.load(diag + o, 16)), f32x4.add(k, k)));
        h = f32x4.pmax(h, f32x4.div(f32x4.mul(gap, gap), curve));
      }
      const x = largest32(f32x4.pmax(g, h));
      if (x >= gain) {
        gain = x;
        at = s;
      }
    }
    const far = <f64> top + <f64> largest32(f32x4.pmax(worst, worse));
    if (!(far >= tol) || !(gain > 0) || moves >= most) return moves;
    let oj = min(at + STRIDE, bytes);
    let gap: f32;
    while (true) {
      oj -= 4;
      gap = top + (load<f32>(f + oj) + load<f32>(down + oj));
      if (!(gap > 0)) continue;
      const k = load<f32>(rowI + oj);
      const curve = load<f32>(diag + oi) + load<f32>(diag + oj) - (k + k);
      if (gap * gap / (curve > <f32> TAU ? curve : <f32> TAU) == gain) break;
    }
    const j = <i32> (oj >> 2);
    ensure(j);
    rowJ = rowOf(j);
    const pi = <usize> i << 3;
    const pj = <usize> j << 3;
    const curve = load<f64>(DIAG + pi) + load<f64>(DIAG + pj) - 2 * <f64> load<f32>(rowI + oj);
    const bi = load<f64>(beta + pi);
    const bj = load<f64>(beta + pj);
    const most1 = load<f64>(hi + pi) - bi;
    const most2 = bj - load<f64>(lo + pj);
    const d = min(<f64> gap / (curve > TAU ? curve : TAU), min(most1, most2));
    // To the bounds themselves where they stop it.
    const x = d == most1 ? load<f64>(hi + pi) : bi + d;
    const z = d == most2 ? load<f64>(lo + pj) : bj - d;
    store<f64>(beta + pi, x);
    store<f64>(beta + pj, z);
    mark32(i, beta, lo, hi, up, down);
    mark32(j, beta, lo, hi, up, down);
    di = x - bi;
    dj = z - bj;
  }
}

// @ts-ignore: decorator
@inline
function mark32(k: i32, beta: usize, lo: usize, hi: usize, up: usize, down: usize): void {
  const o = <usize> k << 3;
  const b = load<f64>(beta + o);
  store<f32>(up + (o >> 1), b < load<f64>(hi + o) ? 0 : -Infinity);
  store<f32>(down + (o >> 1), b > load<f64>(lo + o) ? 0 : -Infinity);
}

/** What single precision leaves of a gradient: this much of the largest is lost by many moves. */
const ROUNDING: f64 = 2e-6;

/**
 * Moves pairs over all samples on their matrix until the gap is closed. What changed is added to F and its parts at the end, in full digits. With
 * `wide` in double precision, else in single where that suffices.
 */
function overAll(F: usize, beta: usize, lo: usize, hi: usize, tol: f64, most: i32, groups: usize, parts: usize, nGroups: i32, wide: bool): i32 {
  const bytes = <usize> N << 3;
  const half = bytes >> 1;
  const f = SPARE + 64;
  const old = f + bytes;
  const up = old + bytes;
  const down = up + bytes;
  const coefs = down + bytes;
  const list = coefs + bytes;
  memory.copy(old, beta, bytes);
  // Rows that will be wanted, four at a time.
  if (FILLED != 0) {
    let k = 0;
    for (let i = 0; i < N; i++) {
      const o = <usize> i << 3;
      const b = load<f64>(beta + o);
      const grows = b < load<f64>(hi + o);
      const shrinks = b > load<f64>(lo + o);
      const v = load<f64>(F + o);
      if ((grows && shrinks) || (grows && v < LOW) || (shrinks && -v < TOP)) store<i32>(list + ((<usize> (k++)) << 2), i);
    }
    fill(list, k, SCRATCH);
  }
  const live = list + half;
  let end = live;
  let largest: f64 = 0;
  for (let s: usize = 0; s < half; s += STRIDE) {
    let any = false;
    for (let o = s; o < min(s + STRIDE, half); o += 4) {
      const p = o << 1;
      if (load<f64>(lo + p) == load<f64>(hi + p)) continue;
      any = true;
      largest = max(largest, Math.abs(load<f64>(F + p)));
    }
    if (!any) continue;
    store<u32>(end, <u32> s);
    end += 4;
  }
  LAZY = IN_MATRIX;
  let m: i32;
  if (wide || largest * ROUNDING > tol) {
    memory.copy(f, F, bytes);
    const newton = NEWTON;
    NEWTON = 0;
    m = smo(N, MAT, N, DIAG, f, beta, lo, hi, up, down, tol, most);
    NEWTON = newton;
  } else {
    for (let o: usize = 0; o < bytes; o += 8) {
      store<f32>(f + (o >> 1), <f32> load<f64>(F + o));
      store<f32>(f + half + (o >> 1), <f32> load<f64>(DIAG + o));
    }
    for (let i = 0; i < N; i++) mark32(i, beta, lo, hi, up, down);
    m = moveAll(live, end, f, f + half, up, down, beta, lo, hi, tol, most);
  }
  LAZY = NOWHERE;
  let group = 0;
  do {
    let k = 0;
    for (let i = 0; i < N; i++) {
      if (groups != 0 && <i32> load<u8>(groups + i) != group) continue;
      const o = <usize> i << 3;
      const d = load<f64>(beta + o) - load<f64>(old + o);
      if (d == 0) continue;
      store<i32>(list + (<usize> k << 2), i);
      store<f64>(coefs + (<usize> k << 3), d);
      k++;
    }
    if (k > 0) {
      ADDED += k;
      addRows(list, coefs, k, F, groups != 0 ? parts + ((<usize> group * <usize> N) << 3) : 0);
    }
    group++;
  } while (groups != 0 && group < nGroups);
  return m < 0 ? -m - 1 : m;
}

/**
 * Moves pairs over all samples on their matrix, step by step as LIBSVM does, without shrinking; rows are filled as they are wanted. Gives the
 * number of moves, negative where `most` were not enough. Wants `setSpare`.
 */
export function stepAll(F: usize, beta: usize, lo: usize, hi: usize, tol: f64, most: i32): i32 {
  const newton = NEWTON;
  NEWTON = 0;
  LAZY = IN_MATRIX;
  const up = SPARE + 64;
  const m = smo(N, MAT, N, DIAG, F, beta, lo, hi, up, up + (<usize> N << 3), tol, most);
  LAZY = NOWHERE;
  NEWTON = newton;
  return m;
}

/** F += coefs · rows of the matrix, row after row in double precision. */
export function addExactly(rows: usize, coefs: usize, count: i32, F: usize): void {
  const bytes = <usize> N << 3;
  fill(rows, count, SCRATCH);
  for (let r = 0; r < count; r++) {
    const row = rowOf(load<i32>(rows + (<usize> r << 2)));
    const c = v128.load64_splat(coefs + (<usize> r << 3));
    for (let o: usize = 0; o < bytes; o += 16) {
      v128.store(F + o, madd64(f64x2.promote_low_f32x4(v128.load64_zero(row + (o >> 1))), c, v128.load(F + o)));
    }
  }
}

// The partner that promises most, among some samples: its gain, where its block begins, and the largest F that may shrink.
let P_GAIN: f64 = 0;
let P_BLOCK: usize = 0;
let P_WORST: f64 = 0;

/** Looks for the partner of a sample with kernel `row` among `bytes` bytes of samples from `o` on. */
function partner(first: usize, end: usize, F: usize, down: usize, row: usize, top: f64, self: f64): void {
  const tau = f64x2.splat(TAU);
  const zero = f64x2.splat(0);
  const two = f64x2.splat(2);
  const tops = f64x2.splat(top);
  const own = f64x2.splat(self);
  let worst = f64x2.splat(-Infinity);
  P_GAIN = 0;
  P_BLOCK = first;
  for (let s = first; s < end; s += STRIDE) {
    const stop = min(s + STRIDE, end);
    let g = zero;
    for (let o = s; o < stop; o += 16) {
      const f = f64x2.add(v128.load(F + o), v128.load(down + o));
      worst = f64x2.pmax(worst, f);
      const gap = f64x2.pmax(zero, f64x2.add(tops, f));
      const k = f64x2.promote_low_f32x4(v128.load64_zero(row + (o >> 1)));
      const curve = f64x2.pmax(tau, f64x2.sub(f64x2.add(own, v128.load(DIAG + o)), f64x2.mul(k, two)));
      g = f64x2.pmax(g, f64x2.div(f64x2.mul(gap, gap), curve));
    }
    const x = larger(g);
    if (x >= P_GAIN) {
      P_GAIN = x;
      P_BLOCK = s;
    }
  }
  P_WORST = larger(worst);
}

/** Where β may grow and shrink, kept for its own class only. */
function markOf(k: i32, beta: usize, lo: usize, hi: usize, up: usize): void {
  const bytes = <usize> N << 3;
  mark(k, beta, lo, hi, load<f64>(hi + (<usize> k << 3)) > 0 ? up : up + 2 * bytes, load<f64>(hi + (<usize> k << 3)) > 0 ? up + bytes : up + 3 * bytes);
}

/**
 * The same where the sum of β is given for each class: pairs are moved within a class. F is the gradient of β, of which the linear term is zero.
 * Source: C.-C. Chang, C.-J. Lin, "Training ν-support vector classifiers", Neural Computation 13 (2001).
 */
export function stepNu(F: usize, beta: usize, lo: usize, hi: usize, tol: f64, most: i32): i32 {
  const bytes = <usize> N << 3;
  // Of the one class what may grow and what may shrink, then of the other.
  const up = SPARE + 64;
  // Class by class, samples mostly stand together: from the first of a class to its last, in whole vectors.
  let p0 = bytes, p1: usize = 0, m0 = bytes, m1: usize = 0;
  for (let o: usize = 0; o < bytes; o += 8) {
    store<f64>(up + o, -Infinity);
    store<f64>(up + bytes + o, -Infinity);
    store<f64>(up + 2 * bytes + o, -Infinity);
    store<f64>(up + 3 * bytes + o, -Infinity);
    if (load<f64>(hi + o) > 0) {
      p0 = min(p0, o & ~15);
      p1 = (o & ~15) + 16;
    } else if (load<f64>(lo + o) < 0) {
      m0 = min(m0, o & ~15);
      m1 = (o & ~15) + 16;
    }
  }
  for (let k = 0; k < N; k++) if (load<f64>(hi + (<usize> k << 3)) > load<f64>(lo + (<usize> k << 3))) markOf(k, beta, lo, hi, up);
  LAZY = IN_MATRIX;
  let moves = 0;
  while (true) {
    let gap = -Infinity, best: f64 = 0, top: f64 = 0;
    let i = -1;
    let block: usize = 0, end: usize = 0, down: usize = 0, row: usize = 0;
    for (let side = 0; side < 2; side++) {
      const first = side == 0 ? p0 : m0;
      const last = side == 0 ? p1 : m1;
      if (first >= last) continue;
      const grow = side == 0 ? up : up + 2 * bytes;
      const shrink = grow + bytes;
      const at = first + largest(last - first, F + first, grow + first);
      const most = LARGEST;
      if (most == -Infinity) continue;
      // Of equals the last.
      let o = min(at + STRIDE, last) - 8;
      while (load<f64>(grow + o) - load<f64>(F + o) != most) o -= 8;
      const k = <i32> (o >> 3);
      ensure(k);
      partner(first, last, F, shrink, rowOf(k), most, load<f64>(DIAG + o));
      gap = max(gap, most + P_WORST);
      if (P_GAIN > 0 && P_GAIN >= best) {
        best = P_GAIN;
        i = k;
        top = most;
        block = P_BLOCK;
        end = last;
        down = shrink;
      }
    }
    if (!(gap >= tol) || i < 0) break;
    row = rowOf(i);
    const oi = <usize> i << 3;
    let oj = min(block + STRIDE, end);
    while (true) {
      oj -= 8;
      const far = top + (load<f64>(F + oj) + load<f64>(down + oj));
      if (!(far > 0)) continue;
      const curve = load<f64>(DIAG + oi) + load<f64>(DIAG + oj) - 2 * <f64> load<f32>(row + (oj >> 1));
      if (far * far / (curve > TAU ? curve : TAU) == best) break;
    }
    if (moves >= most) {
      LAZY = NOWHERE;
      return -moves - 1;
    }
    moves++;
    const j = <i32> (oj >> 3);
    let curve = load<f64>(DIAG + oi) + load<f64>(DIAG + oj) - 2 * <f64> load<f32>(row + (oj >> 1));
    if (!(curve > TAU)) curve = TAU;
    // Of one class: what the one takes the other gives, within both bounds.
    const plus = load<f64>(hi + oi) > 0;
    const bi = load<f64>(beta + oi);
    const bj = load<f64>(beta + oj);
    const ci = plus ? load<f64>(hi + oi) : -load<f64>(lo + oi);
    const cj = plus ? load<f64>(hi + oj) : -load<f64>(lo + oj);
    const ai = plus ? bi : -bi;
    const aj = plus ? bj : -bj;
    const fi = load<f64>(F + oi);
    const fj = load<f64>(F + oj);
    const d = (plus ? fi - fj : fj - fi) / curve;
    const sum = ai + aj;
    let x = ai - d;
    let z = aj + d;
    if (sum > ci) {
      if (x > ci) {
        x = ci;
        z = sum - ci;
      }
    } else if (z < 0) {
      z = 0;
      x = sum;
    }
    if (sum > cj) {
      if (z > cj) {
        z = cj;
        x = sum - cj;
      }
    } else if (x < 0) {
      x = 0;
      z = sum;
    }
    x = plus ? x : -x;
    z = plus ? z : -z;
    store<f64>(beta + oi, x);
    store<f64>(beta + oj, z);
    markOf(i, beta, lo, hi, up);
    markOf(j, beta, lo, hi, up);
    ensure(j);
    const other = rowOf(j);
    const di = f64x2.splat(x - bi);
    const dj = f64x2.splat(z - bj);
    for (let o: usize = 0; o < bytes; o += 32) {
      let ki = f64x2.promote_low_f32x4(v128.load64_zero(row + (o >> 1)));
      let kj = f64x2.promote_low_f32x4(v128.load64_zero(other + (o >> 1)));
      v128.store(F + o, f64x2.add(v128.load(F + o), f64x2.add(f64x2.mul(ki, di), f64x2.mul(kj, dj))));
      ki = f64x2.promote_low_f32x4(v128.load64_zero(row + (o >> 1), 8));
      kj = f64x2.promote_low_f32x4(v128.load64_zero(other + (o >> 1), 8));
      v128.store(F + o, f64x2.add(v128.load(F + o, 16), f64x2.add(f64x2.mul(ki, di), f64x2.mul(kj, dj))), 16);
    }
  }
  LAZY = NOWHERE;
  return moves;
}

/** Moves, rows added, and outer steps of the last `solve`. */
let MOVES: i32 = 0;
let ADDED: i32 = 0;
let STEPS: i32 = 0;
export function moves(): i32 {
  return MOVES;
}
export function added(): i32 {
  return ADDED;
}
export function steps(): i32 {
  return STEPS;
}

/**
 * Moves β to the optimum, F with it. `groups` (one byte a column; 0 for none) says to which of the arrays at `parts`, N doubles each, what a
 * sample contributes is added as well. Gives 1 when no pair violates by `tol`, else 0.
 */
export function solve(F: usize, beta: usize, lo: usize, hi: usize, tol: f64, most: i32, groups: usize, parts: usize, nGroups: i32): i32 {
  const q = <usize> Q;
  let p = ROOM;
  const list = p;
  p += 4 * q + 64;
  const diag = p;
  const f = diag + 8 * q;
  const b = f + 8 * q;
  const l = b + 8 * q;
  const h = l + 8 * q;
  const up = h + 8 * q;
  const down = up + 8 * q;
  const delta = down + 8 * q;
  p = delta + 8 * q;
  const counts = p;
  p += 4 * 512 * 4;
  const rowsAt = p;
  p += 4 * q;
  const norms = p;
  p += 8 * q;
  const there = p;
  p += q;
  const K = (p + 63) & ~63;
  const tiles = K + 4 * q * q;
  MOVES = 0;
  ADDED = 0;
  STEPS = 0;
  let last: f64 = Infinity;
  let stuck = 0;
  /** How often pairs were moved over all samples: if once did not do, single precision did not. */
  let tried = 0;
  /** Whether most of a block's samples moved, the last time. */
  let eager = true;
  while (true) {
    extremes(F, beta, lo, hi);
    const gap = TOP + LOW;
    if (!(gap >= tol)) return 1;
    if (most >= 0 && MOVES >= most) return 0;
    // Rounding of kernel values can keep the gap from closing.
    if (gap > 0.9 * last) {
      if (++stuck > 500) return 0;
    } else {
      stuck = 0;
      last = gap;
    }
    STEPS++;
    if (KIND == MATRIX && SPARE != 0 && freeOf(beta, lo, hi) >= MANY_FREE) {
      MOVES += overAll(F, beta, lo, hi, tol * 0.9, most < 0 ? 50 * N + 100000 : most - MOVES, groups, parts, nGroups, tried > 0);
      tried++;
      continue;
    }
    const count = choose(F, beta, lo, hi, list, counts);
    if (count < 2) return 0;
    const n = (count + 7) & ~7;
    for (let k = 0; k < n; k++) {
      const o = <usize> k << 3;
      if (k < count) {
        const i = <usize> load<i32>(list + (<usize> k << 2)) << 3;
        store<f64>(diag + o, load<f64>(DIAG + i));
        store<f64>(f + o, load<f64>(F + i));
        store<f64>(b + o, load<f64>(beta + i));
        store<f64>(delta + o, load<f64>(beta + i));
        store<f64>(l + o, load<f64>(lo + i));
        store<f64>(h + o, load<f64>(hi + i));
      } else {
        store<f64>(diag + o, 1);
        store<f64>(f + o, 0);
        store<f64>(b + o, 0);
        store<f64>(delta + o, 0);
        store<f64>(l + o, 0);
        store<f64>(h + o, 0);
      }
    }
    // An active set wants the rows of all free samples.
    let free = 0;
    for (let o: usize = 0; o < <usize> count << 3; o += 8) {
      if (load<f64>(b + o) > load<f64>(l + o) && load<f64>(b + o) < load<f64>(h + o)) free++;
    }
    block(list, count, n, K, tiles, norms, there, eager || 3 * free > count);
    const m = smo(n, K, n, diag, f, b, l, h, up, down, max(tol * 0.5, gap * 0.1), most < 0 ? 10000000 : most - MOVES);
    LAZY = NOWHERE;
    const added = ADDED;
    MOVES += m < 0 ? -m - 1 : m;
    // What changed, by group.
    let group = 0;
    do {
      let k = 0;
      for (let s = 0; s < count; s++) {
        const i = load<i32>(list + (<usize> s << 2));
        if (groups != 0 && <i32> load<u8>(groups + i) != group) continue;
        const o = <usize> s << 3;
        const d = load<f64>(b + o) - load<f64>(delta + o);
        if (d == 0) continue;
        store<i32>(rowsAt + (<usize> k << 2), i);
        store<f64>(up + (<usize> k << 3), d);
        store<f64>(beta + (<usize> i << 3), load<f64>(b + o));
        k++;
      }
      if (k > 0) {
        ADDED += k;
        addRows(rowsAt, up, k, F, groups != 0 ? parts + ((<usize> group * <usize> N) << 3) : 0);
      }
      group++;
    } while (groups != 0 && group < nGroups);
    eager = 5 * (ADDED - added) > 3 * count;
  }
}

/** From this many features on, a kernel value is dearer than a copy of it. */
const MIRROR_WIDTH: i32 = 12;

// The block: its samples, its kernel matrix of B_SIZE rows and columns of floats, which rows are there, its tiles and norms.
let B_LIST: usize = 0;
let B_COUNT: i32 = 0;
let B_SIZE: i32 = 0;
let B_MATRIX: usize = 0;
let THERE: usize = 0;
let B_TILES: usize = 0;
let B_NORMS: usize = 0;

/** Makes the block ready. With `all`, rows are computed at once, four at a time, else one by one as they are wanted. */
function block(list: usize, count: i32, n: i32, K: usize, tiles: usize, norms: usize, there: usize, all: bool): void {
  B_LIST = list;
  B_COUNT = count;
  B_SIZE = n;
  B_MATRIX = K;
  B_TILES = tiles;
  B_NORMS = norms;
  THERE = there;
  LAZY = all ? NOWHERE : IN_BLOCK;
  memory.fill(there, 0, n);
  // Rows over all samples are made of those alone that move.
  if (KIND != MATRIX || FILLED != 0) gatherTiles(list, count, n, tiles, norms);
  if (!all) return;
  const kind = valuesKind();
  const size = kind == SINGLE ? 5 : 6;
  for (let r = 0; r < count; r += 4) {
    const left = min(4, count - r);
    if (KIND == MATRIX) {
      let there = 0;
      for (let s = 0; s < left; s++) if (isThere(load<i32>(list + (<usize> (r + s) << 2)))) there++;
      if (there == left) {
        for (let s = 0; s < left; s++) blockRow(r + s);
        continue;
      }
    }
    // With many features what lies below the diagonal is copied from above.
    const first = DIM < MIRROR_WIDTH ? 0 : r >> 3;
    const at = tiles + ((<usize> first * <usize> DIM) << size);
    const out = K + ((<usize> r * <usize> n + (<usize> first << 3)) << 2);
    // Rows beyond the last are written too, and lie within the padding of n.
    compute(kind, list + (<usize> r << 2), left, 0, at, norms + (<usize> first << size), (n >> 3) - first, out, n, 0, SCRATCH);
    for (let c = 0; c < first << 3; c++) {
      let from = K + ((<usize> c * <usize> n + <usize> r) << 2);
      let to = K + ((<usize> r * <usize> n + <usize> c) << 2);
      for (let s = 0; s < left; s++) {
        store<f32>(to, load<f32>(from));
        from += 4;
        to += <usize> n << 2;
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function valuesKind(): i32 {
  return KIND == MATRIX ? FILLER : KIND;
}

/** One row of the block's matrix. */
function blockRow(r: i32): void {
  const at = B_LIST + (<usize> r << 2);
  let to = B_MATRIX + ((<usize> r * <usize> B_SIZE) << 2);
  if (KIND != MATRIX || !isThere(load<i32>(at))) {
    compute(valuesKind(), at, 1, 0, B_TILES, B_NORMS, B_SIZE >> 3, to, 0, 0, SCRATCH);
    return;
  }
  const from = rowOf(load<i32>(at));
  for (let s = 0; s < B_COUNT; s++) {
    store<f32>(to, load<f32>(from + (<usize> load<i32>(B_LIST + (<usize> s << 2)) << 2)));
    to += 4;
  }
}

/** The features of a block's samples, in tiles of their own. */
function gatherTiles(list: usize, count: i32, n: i32, tiles: usize, norms: usize): void {
  const single = valuesKind() == SINGLE;
  const size = single ? 2 : 3;
  for (let k = 0; k < n; k++) {
    const i = load<i32>(list + (<usize> min(k, count - 1) << 2));
    let from = TILES + ((<usize> (i >> 3) * <usize> DIM) << (size + 3)) + (<usize> (i & 7) << size);
    let to = tiles + ((<usize> (k >> 3) * <usize> DIM) << (size + 3)) + (<usize> (k & 7) << size);
    if (single) {
      store<f32>(norms + (<usize> k << 2), load<f32>(NORMS + (<usize> i << 2)));
      for (let c = 0; c < DIM; c++) {
        store<f32>(to, load<f32>(from));
        from += 32;
        to += 32;
      }
    } else {
      if (KERNEL == RBF) store<f64>(norms + (<usize> k << 3), load<f64>(NORMS + (<usize> i << 3)));
      for (let c = 0; c < DIM; c++) {
        store<f64>(to, load<f64>(from));
        from += 64;
        to += 64;
      }
    }
  }
}

// ---- decisions ----

/**
 * Adds what the support vectors `first` to `last` of class `c` of `k` say about samples to the decision values of their pairs: `out` has a row of
 * doubles, `ld` apart, for each pair. `sv`: features of all support vectors, row after row, for RBF times 2·GAMMA; `coefs`: k − 1 rows of `count`
 * coefficients; `buffer`: room for two rows of samples.
 */
export function decide(tiles: usize, norms: usize, blocks: i32, dim: i32, sv: usize, svNorms: usize, first: i32, last: i32, c: i32, k: i32, coefs: usize, count: i32, out: usize, ld: i32, buffer: usize): void {
  const n = blocks << 3;
  const bytes = <usize> n << 3;
  for (let s = first; s < last; s += 2) {
    const pair = s + 1 < last;
    // The last of an odd number stands with the one before it, once more, and counts for nothing there.
    const r = pair || s == 0 ? s : s - 1;
    const alone = !pair && s == 0;
    if (alone) {
      memory.copy(buffer + 2 * bytes, sv, (<usize> dim) << 3);
      memory.copy(buffer + 2 * bytes + ((<usize> dim) << 3), sv, (<usize> dim) << 3);
      const ns = buffer + 2 * bytes + ((<usize> dim) << 4);
      store<f64>(ns, load<f64>(svNorms));
      store<f64>(ns + 8, load<f64>(svNorms));
      rows64(tiles, norms, blocks, dim, buffer + 2 * bytes, ns, 0, buffer, n, 0, 1);
    } else rows64(tiles, norms, blocks, dim, sv + ((<usize> r * <usize> dim) << 3), svNorms + (<usize> r << 3), 0, buffer, n, 0, 1);
    for (let j = 0; j < k; j++) {
      if (j == c) continue;
      const row = j < c ? j : j - 1;
      const a = j < c ? j : c;
      const b = j < c ? c : j;
      const at = out + ((<usize> (a * (2 * k - a - 1) / 2 + b - a - 1) * <usize> ld) << 3);
      const from = coefs + ((<usize> row * <usize> count) << 3);
      const c0 = f64x2.splat(pair || alone ? load<f64>(from + (<usize> r << 3)) : 0);
      const c1 = f64x2.splat(pair || !alone ? load<f64>(from + (<usize> (r + 1) << 3)) : 0);
      for (let o: usize = 0; o < bytes; o += 16) {
        v128.store(at + o, madd64(v128.load(buffer + o), c0, madd64(v128.load(buffer + bytes + o), c1, v128.load(at + o))));
      }
    }
  }
}
