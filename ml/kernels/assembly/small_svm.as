// Many small support vector problems over the same samples: kernel values of all with each other once, then pairs of classes one after the other by
// sequential minimal optimisation, and decision values of many fits at once. Sources: R.-E. Fan, P.-H. Chen, C.-J. Lin, "Working set selection
// using second order information for training support vector machines", JMLR 6 (2005).
//
// A problem stands in signed form, as in svm.as: β between lo and hi, F its gradient.

import { E0, E1, E2, E3, exp2d, GAMMA, held64, KERNEL, narrow, RBF, shaped } from "./shared/kernel_values";
import { madd64 } from "./shared/multiply_add";
import { BY_I, BY_J, clearMost, MOST_MINUS, MOST_PLUS, step, TAU } from "./shared/smo_step";
export { setKernel } from "./shared/kernel_values";

// ---- kernel values ----

/** Largest squared distance that the last `nearest` saw. */
let FARTHEST: f64 = 0;
export function farthest(): f64 {
  return FARTHEST;
}

/** Smallest squared distance of two samples, from products: of `rows` of them with all that come after, up to the `n`-th. */
export function nearest(products: usize, squares: usize, rows: i32, n: i32, ld: i32): f64 {
  const two = f64x2.splat(2);
  let best = f64x2.splat(Infinity), worst = f64x2.splat(0);
  let least = Infinity, most: f64 = 0;
  for (let i = 0; i < rows; i++) {
    const own = v128.load64_splat(squares + (<usize> i << 3));
    let j = i + 1;
    for (; j + 1 < n; j += 2) {
      const o = <usize> j << 3;
      const d = f64x2.sub(f64x2.add(own, v128.load(squares + o)), f64x2.mul(two, v128.load(products + o)));
      best = f64x2.pmin(best, d);
      worst = f64x2.pmax(worst, d);
    }
    if (j < n) {
      const o = <usize> j << 3;
      const d = load<f64>(squares + (<usize> i << 3)) + load<f64>(squares + o) - 2 * load<f64>(products + o);
      least = min(least, d);
      most = max(most, d);
    }
    products += <usize> ld << 3;
  }
  FARTHEST = max(most, larger(worst));
  return max(0, min(least, min(f64x2.extract_lane(best, 0), f64x2.extract_lane(best, 1))));
}

/** The exponent of two of a gaussian kernel value. The distance first: a sample's own is zero then, whatever GAMMA is. */
// @ts-ignore: decorator
@inline
function exponent(product: v128, own: v128, other: v128): v128 {
  const a = f64x2.sub(f64x2.add(own, other), f64x2.add(product, product));
  return f64x2.mul(f64x2.splat(-GAMMA), f64x2.pmax(f64x2.splat(0), a));
}

/** What `shapedPairs` gives. */
let V0: v128 = f64x2.splat(0);
let V1: v128 = f64x2.splat(0);
let V2: v128 = f64x2.splat(0);
let V3: v128 = f64x2.splat(0);

/**
 * Kernel values of two samples with four others, in V0 to V3. For RBF 2^500 times larger, so that none down to the smallest denormal number is
 * lost.
 */
// @ts-ignore: decorator
@inline
function shapedPairs(p: usize, q: usize, own: v128, next: v128, m0: v128, m1: v128): void {
  let a = v128.load(p), b = v128.load(p, 16), c = v128.load(q), d = v128.load(q, 16);
  if (KERNEL != RBF) {
    shaped(a, b, c, d);
    V0 = E0;
    V1 = E1;
    V2 = E2;
    V3 = E3;
    return;
  }
  a = exponent(a, own, m0);
  b = exponent(b, own, m1);
  c = exponent(c, next, m0);
  d = exponent(d, next, m1);
  const up = f64x2.splat(500);
  exp2d(f64x2.add(a, up), f64x2.add(b, up), f64x2.add(c, up), f64x2.add(d, up));
  const least = f64x2.splat(-1074.5);
  V0 = v128.and(f64x2.ge(a, least), E0);
  V1 = v128.and(f64x2.ge(b, least), E1);
  V2 = v128.and(f64x2.ge(c, least), E2);
  V3 = v128.and(f64x2.ge(d, least), E3);
}

/**
 * Kernel values of all samples with each other, from their products, as floats times `factor`. `squares`: |x|² of all samples. A tile of four rows
 * and columns serves its mirror too. `ld`, a multiple of 4, is the number of rows that there is room for.
 */
export function shapeProducts(products: usize, squares: usize, n: i32, ld: i32, floats: usize, factor: f32): void {
  for (let i: usize = 0; i < <usize> n; i += 4) shapeRows(products, squares, i, n, ld, floats, factor);
}

/** Four rows of it, from the diagonal on, with their mirror. */
function shapeRows(products: usize, squares: usize, i: usize, n: i32, ld: i32, floats: usize, factor: f32): void {
  const times = f32x4.splat(factor);
  const back = f64x2.splat(KERNEL == RBF ? 3.054936363499605e-151 : 1);
  const size = <usize> ld << 3;
  const s = squares + (i << 3);
  const own0 = v128.load64_splat(s);
  const own1 = v128.load64_splat(s, 8);
  const own2 = v128.load64_splat(s, 16);
  const own3 = v128.load64_splat(s, 24);
  const row = products + i * size;
  for (let j = i; j < <usize> n; j += 4) {
    const o = j << 3;
    const m0 = v128.load(squares + o);
    const m1 = v128.load(squares + o, 16);
    let p = row + o;
    shapedPairs(p, p + size, own0, own1, m0, m1);
    const a = small(V0, V1, back, times), b = small(V2, V3, back, times);
    p += 2 * size;
    shapedPairs(p, p + size, own2, own3, m0, m1);
    const c = small(V0, V1, back, times), d = small(V2, V3, back, times);
    const half = size >> 1;
    let at = floats + ((i * size + o) >> 1);
    v128.store(at, a);
    v128.store(at + half, b);
    v128.store(at + size, c);
    v128.store(at + size + half, d);
    if (j == i) continue;
    at = floats + ((j * size + (i << 3)) >> 1);
    const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    v128.store(at, first(ab, cd));
    v128.store(at + half, second(ab, cd));
    const ba = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    const dc = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    v128.store(at + size, first(ba, dc));
    v128.store(at + size + half, second(ba, dc));
  }
}

/**
 * Kernel values of some samples with others, as doubles (for RBF 2^500 times larger: where nothing else speaks a vote hangs on the smallest of
 * them): `list` has `m` rows of the products, `runs` the columns as first ones and lengths. Each row of `out`, `ld` apart as those of the products, has
 * room for all columns; there is room for an even number of rows. Up to three columns before a run, and after it, are computed, too.
 */
export function shapeListed(products: usize, squares: usize, list: usize, m: i32, ld: i32, runs: usize, nRuns: i32, out: usize): void {
  const size = <usize> ld << 3;
  for (let r = 0; r < m; r += 2) {
    const i = <usize> load<i32>(list + (<usize> r << 2));
    // What is left of two stands in for what is beyond.
    const k = <usize> load<i32>(list + (<usize> min(r + 1, m - 1) << 2));
    const own = v128.load64_splat(squares + (i << 3));
    const next = v128.load64_splat(squares + (k << 3));
    const p = products + i * size;
    const q = products + k * size;
    for (let t: usize = 0; t < <usize> nRuns << 3; t += 8) {
      const begin = <usize> load<i32>(runs + t);
      const end = (begin + <usize> load<i32>(runs + t, 4)) << 3;
      for (let o = (begin & ~3) << 3; o < end; o += 32) {
        shapedPairs(p + o, q + o, own, next, v128.load(squares + o), v128.load(squares + o, 16));
        v128.store(out + o, V0);
        v128.store(out + o, V1, 16);
        v128.store(out + size + o, V2);
        v128.store(out + size + o, V3, 16);
      }
    }
    out += 2 * size;
  }
}

/** Kernel values of samples with themselves, of any kernel but RBF: there they are 1. `out` has room for an even number of them. */
export function shapeDiagonal(products: usize, n: i32, ld: i32, out: usize): void {
  const apart = (<usize> ld + 1) << 3;
  for (let i = 0; i < n; i += 2) {
    const a = f64x2.replace_lane(v128.load64_zero(products), 1, load<f64>(i + 1 < n ? products + apart : products));
    shaped(a, a, a, a);
    v128.store(out, E0);
    products += 2 * apart;
    out += 16;
  }
}

// @ts-ignore: decorator
@inline
function first(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

// @ts-ignore: decorator
@inline
function second(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}

// @ts-ignore: decorator
@inline
function small(a: v128, b: v128, back: v128, times: v128): v128 {
  return f32x4.mul(narrow(f64x2.mul(a, back), f64x2.mul(b, back)), times);
}

/** The matrix of a pair: where its rows come from, and where those that were asked for lie. */
let FROM: usize = 0;
let FROM_LD: i32 = 0;
let LIST: usize = 0;
let RUNS: usize = 0;
let RUNS_END: usize = 0;
let HAS: usize = 0;
let PART: usize = 0;
let PART_LD: i32 = 0;

/**
 * Turns to rows and columns of some samples of a matrix of floats, as doubles: `list` has `count` rows, `runs` the columns as first ones and
 * lengths; both must stay. Rows of `out` are `ldOut` apart; what is beyond `count` in a row is zero. Each is gathered when it is wanted; `has`: a byte for
 * each, whether it was. Up to three numbers are read beyond a run,
 * and there is room for as many behind the last row.
 */
export function gatherRuns(from: usize, ld: i32, list: usize, count: i32, runs: usize, nRuns: i32, has: usize, out: usize, ldOut: i32): void {
  FROM = from;
  FROM_LD = ld;
  LIST = list;
  RUNS = runs;
  RUNS_END = runs + (<usize> nRuns << 3);
  HAS = has;
  PART = out;
  PART_LD = ldOut;
  memory.fill(has, 0, count);
}

/** The row of a sample at an offset of bytes. */
// @ts-ignore: decorator
@inline
function rowAt(o: usize): usize {
  const t = o >> 3;
  if (load<u8>(HAS + t) == 0) gatherRow(t);
  return PART + t * (<usize> PART_LD << 3);
}

function gatherRow(t: usize): void {
  store<u8>(HAS + t, 1);
  const row = FROM + ((<usize> load<i32>(LIST + (t << 2)) * <usize> FROM_LD) << 2);
  let to = PART + t * (<usize> PART_LD << 3);
  const last = to + (<usize> PART_LD << 3);
  // Up to three numbers go beyond the row's end, where the next one may be already.
  const kept = v128.load(last), after = v128.load(last, 16);
  for (let t = RUNS; t < RUNS_END; t += 8) {
    let p = row + (<usize> load<i32>(t) << 2);
    const end = to + (<usize> load<i32>(t, 4) << 3);
    for (let q = to; q < end; q += 32) {
      v128.store(q, f64x2.promote_low_f32x4(v128.load64_zero(p)));
      v128.store(q, f64x2.promote_low_f32x4(v128.load64_zero(p, 8)), 16);
      p += 16;
    }
    to = end;
  }
  for (; to < last; to += 8) store<f64>(to, 0);
  v128.store(last, kept);
  v128.store(last, after, 16);
}

/**
 * Products of `m` rows of a matrix of doubles, some columns of them, with `k` rows of coefficients, `ldCoefs` apart: `out` has a row of `k` doubles
 * for each, `ldOut` apart. `runs`: the columns, as first ones and lengths.
 */
export function multiplyRows(matrix: usize, ld: i32, list: usize, m: i32, runs: usize, nRuns: i32, coefs: usize, ldCoefs: i32, k: i32, out: usize, ldOut: i32): void {
  const size = <usize> ldCoefs << 3;
  for (let r = 0; r < m; r += 3) {
    // What is left of three stands in for what is beyond.
    const row0 = matrix + ((<usize> load<i32>(list + (<usize> r << 2)) * <usize> ld) << 3);
    const row1 = matrix + ((<usize> load<i32>(list + (<usize> min(r + 1, m - 1) << 2)) * <usize> ld) << 3);
    const row2 = matrix + ((<usize> load<i32>(list + (<usize> min(r + 2, m - 1) << 2)) * <usize> ld) << 3);
    for (let c = 0; c < k; c += 3) {
      const coefs0 = coefs + <usize> c * size;
      const coefs1 = coefs + <usize> min(c + 1, k - 1) * size;
      const coefs2 = coefs + <usize> min(c + 2, k - 1) * size;
      let a0 = f64x2.splat(0), a1 = a0, a2 = a0, b0 = a0, b1 = a0, b2 = a0, c0 = a0, c1 = a0, c2 = a0;
      for (let t: usize = 0; t < <usize> nRuns << 3; t += 8) {
        const first = <usize> load<i32>(runs + t) << 3;
        const n = load<i32>(runs + t, 4);
        const bytes = <usize> (n & ~1) << 3;
        const x = row0 + first;
        const y = row1 + first;
        const z = row2 + first;
        const p = coefs0 + first;
        const q = coefs1 + first;
        const s = coefs2 + first;
        for (let o: usize = 0; o < bytes; o += 16) {
          const t = v128.load(x + o);
          const u = v128.load(y + o);
          const v = v128.load(z + o);
          let w = v128.load(p + o);
          a0 = madd64(t, w, a0);
          b0 = madd64(u, w, b0);
          c0 = madd64(v, w, c0);
          w = v128.load(q + o);
          a1 = madd64(t, w, a1);
          b1 = madd64(u, w, b1);
          c1 = madd64(v, w, c1);
          w = v128.load(s + o);
          a2 = madd64(t, w, a2);
          b2 = madd64(u, w, b2);
          c2 = madd64(v, w, c2);
        }
        if (n & 1) {
          const t = v128.load64_zero(x + bytes);
          const u = v128.load64_zero(y + bytes);
          const v = v128.load64_zero(z + bytes);
          let w = v128.load64_zero(p + bytes);
          a0 = madd64(t, w, a0);
          b0 = madd64(u, w, b0);
          c0 = madd64(v, w, c0);
          w = v128.load64_zero(q + bytes);
          a1 = madd64(t, w, a1);
          b1 = madd64(u, w, b1);
          c1 = madd64(v, w, c1);
          w = v128.load64_zero(s + bytes);
          a2 = madd64(t, w, a2);
          b2 = madd64(u, w, b2);
          c2 = madd64(v, w, c2);
        }
      }
      const left = k - c;
      let to = out + ((<usize> r * <usize> ldOut + <usize> c) << 3);
      threeSums(a0, a1, a2, to, left);
      to += <usize> ldOut << 3;
      if (r + 1 < m) threeSums(b0, b1, b2, to, left);
      to += <usize> ldOut << 3;
      if (r + 2 < m) threeSums(c0, c1, c2, to, left);
    }
  }
}

/**
 * Decision values of all pairs of `k` classes, sample after sample, from what each class's samples say with either class's coefficients: rows of
 * `values`, `ldValues` apart, have k − 1 of them for each class, `apart` from class to class.
 */
export function combine(values: usize, ldValues: i32, apart: i32, m: i32, k: i32, once: f64, rho: usize, out: usize): void {
  for (let r = 0; r < m; r++) {
    let threshold = rho;
    for (let a = 0; a < k; a++) {
      for (let b = a + 1; b < k; b++) {
        const own = load<f64>(values + (<usize> (a * apart + b - 1) << 3));
        const other = load<f64>(values + (<usize> (b * apart + a) << 3));
        store<f64>(out, (own + other) * once - load<f64>(threshold));
        threshold += 8;
        out += 8;
      }
    }
    values += <usize> ldValues << 3;
  }
}

/** The class that wins most of its pairs, for each of `m` rows of decision values; of equals the first. `votes` has room for `k` integers. */
export function vote(decisions: usize, m: i32, k: i32, votes: usize, out: usize): void {
  for (let r = 0; r < m; r++) {
    memory.fill(votes, 0, <usize> k << 2);
    let most = -1;
    let best = 0;
    for (let a = 0; a < k; a++) {
      const at = votes + (<usize> a << 2);
      let own = load<i32>(at);
      for (let o: usize = 4; o < <usize> (k - a) << 2; o += 4) {
        const wins = <i32> (load<f64>(decisions) > 0);
        own += wins;
        store<i32>(at + o, load<i32>(at + o) + 1 - wins);
        decisions += 8;
      }
      // All of its pairs are counted.
      if (own > most) {
        most = own;
        best = a;
      }
    }
    store<i32>(out, best);
    out += 4;
  }
}

// @ts-ignore: decorator
@inline
function threeSums(a: v128, b: v128, c: v128, to: usize, left: i32): void {
  store<f64>(to, sumOf(a));
  if (left > 1) store<f64>(to, sumOf(b), 8);
  if (left > 2) store<f64>(to, sumOf(c), 16);
}

// @ts-ignore: decorator
@inline
function sumOf(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

// ---- one pair of classes ----

/**
 * Makes a pair ready that begins at β = 0: the first `na` of `n` samples stand for y = 1, the others for −1. `upper`: bounds of α by position,
 * `list` the samples' positions. All arrays are zero from `n` on to a multiple of 8.
 */
export function prepare(n: i32, na: i32, list: usize, upper: usize, F: usize, beta: usize, lo: usize, hi: usize): void {
  const bytes = <usize> ((n + 7) & ~7) << 3;
  memory.fill(beta, 0, bytes);
  memory.fill(lo, 0, bytes);
  memory.fill(hi, 0, bytes);
  memory.fill(F, 0, bytes);
  for (let t = 0; t < na; t++) {
    store<f64>(hi, load<f64>(upper + (<usize> load<i32>(list) << 3)));
    store<f64>(F, -1);
    hi += 8;
    F += 8;
    list += 4;
  }
  lo += <usize> na << 3;
  for (let t = na; t < n; t++) {
    store<f64>(lo, -load<f64>(upper + (<usize> load<i32>(list) << 3)));
    store<f64>(F, 1);
    lo += 8;
    F += 8;
    list += 4;
  }
}

/** Adds β to where the samples' coefficients stand, in one row for either class. */
export function spread(n: i32, na: i32, list: usize, beta: usize, rowA: usize, rowB: usize): void {
  for (let t = 0; t < n; t++) {
    const to = (t < na ? rowA : rowB) + (<usize> load<i32>(list) << 3);
    store<f64>(to, load<f64>(to) + load<f64>(beta));
    list += 4;
    beta += 8;
  }
}

/** The threshold: the mean of F of the free samples, else the middle of what it may be. */
export function threshold(n: i32, F: usize, beta: usize, lo: usize, hi: usize): f64 {
  let sum: f64 = 0, free: f64 = 0, above = Infinity, below = -Infinity;
  for (let o: usize = 0; o < <usize> n << 3; o += 8) {
    const b = load<f64>(beta + o);
    const h = load<f64>(hi + o);
    const l = load<f64>(lo + o);
    if (l == h) continue;
    const f = load<f64>(F + o);
    if (b < h) {
      if (b > l) {
        sum += f;
        free += 1;
      } else above = min(above, f);
    } else below = max(below, f);
  }
  return free > 0 ? sum / free : (above + below) / 2;
}

/** Largest α of either class during the last `smo` or `smoApart`: where it stays below the bounds, larger ones would have changed nothing. */
export function mostPlus(): f64 {
  return MOST_PLUS;
}
export function mostMinus(): f64 {
  return MOST_MINUS;
}

/** Marks whether β may grow (0 in `up`, else minus infinity), and whether it may shrink. */
// @ts-ignore: decorator
@inline
function mark(o: usize, beta: usize, lo: usize, hi: usize, up: usize, down: usize): void {
  const b = load<f64>(beta + o);
  store<f64>(up + o, b < load<f64>(hi + o) ? 0 : -Infinity);
  store<f64>(down + o, b > load<f64>(lo + o) ? 0 : -Infinity);
}

/** Samples that are looked at together, in bytes: only the largest is kept, and found again in the block that holds the largest of all. */
const STRIDE: usize = 256;

/** The larger of two lanes. */
// @ts-ignore: decorator
@inline
function larger(v: v128): f64 {
  const a = f64x2.extract_lane(v, 0);
  const b = f64x2.extract_lane(v, 1);
  return a > b ? a : b;
}

/** Largest of −F where β may grow, from one byte to another. */
function largestUp(s: usize, end: usize, F: usize, up: usize): f64 {
  let v = f64x2.splat(-Infinity), w = v;
  for (let o = s; o < end; o += 32) {
    v = f64x2.pmax(v, f64x2.sub(v128.load(up + o), v128.load(F + o)));
    w = f64x2.pmax(w, f64x2.sub(v128.load(up + o, 16), v128.load(F + o, 16)));
  }
  return larger(f64x2.pmax(v, w));
}

/** Largest of F where β may shrink. */
function largestDown(s: usize, end: usize, F: usize, down: usize): f64 {
  let v = f64x2.splat(-Infinity), w = v;
  for (let o = s; o < end; o += 32) {
    v = f64x2.pmax(v, f64x2.add(v128.load(down + o), v128.load(F + o)));
    w = f64x2.pmax(w, f64x2.add(v128.load(down + o, 16), v128.load(F + o, 16)));
  }
  return larger(f64x2.pmax(v, w));
}

/** The last sample up to `end` whose −F is `top` and may grow: its offset. */
function lastUp(end: usize, F: usize, up: usize, top: f64): usize {
  const tops = f64x2.splat(top);
  let o = end;
  while (true) {
    o -= 16;
    const equal = f64x2.eq(f64x2.sub(v128.load(up + o), v128.load(F + o)), tops);
    if (v128.any_true(equal)) return i64x2.extract_lane(equal, 1) != 0 ? o + 8 : o;
  }
}

/** Largest decrease in a block; and largest F there where β may shrink. */
let GAIN: f64 = 0;
let WORST: f64 = 0;

/**
 * What a move of two samples gains. `own`: the sum of either's kernel value with itself; `minus`: what `k` is to be multiplied by, minus two times a power
 * of two: no digit is lost.
 */
// @ts-ignore: decorator
@inline
function gainOf(f: v128, k: v128, own: v128, tops: v128, tau: v128, minus: v128): v128 {
  const gap = f64x2.pmax(f64x2.splat(0), f64x2.add(tops, f));
  return f64x2.div(f64x2.mul(gap, gap), f64x2.pmax(tau, madd64(k, minus, own)));
}

/** Looks at a block for `smo`. Where `flat`, all samples have the same kernel value with themselves; `own` is the sum of both, else that of the first. */
// @ts-ignore: decorator
@inline
function lookAt(s: usize, end: usize, row: usize, F: usize, down: usize, diag: usize, top: f64, own: f64, flat: bool, scale: f64): void {
  const tau = held64(TAU);
  const tops = f64x2.splat(top);
  const owns = f64x2.splat(own);
  const minus = f64x2.splat(-2 * scale);
  let worst = f64x2.splat(-Infinity), worse = worst;
  let g = f64x2.splat(0), h = g;
  row += s;
  F += s;
  down += s;
  if (!flat) diag += s;
  const last = F + (end - s);
  for (; F < last; F += 64) {
    let f = f64x2.add(v128.load(F), v128.load(down));
    worst = f64x2.pmax(worst, f);
    g = f64x2.pmax(g, gainOf(f, v128.load(row), flat ? owns : f64x2.add(owns, v128.load(diag)), tops, tau, minus));
    f = f64x2.add(v128.load(F, 16), v128.load(down, 16));
    worse = f64x2.pmax(worse, f);
    h = f64x2.pmax(h, gainOf(f, v128.load(row, 16), flat ? owns : f64x2.add(owns, v128.load(diag, 16)), tops, tau, minus));
    f = f64x2.add(v128.load(F, 32), v128.load(down, 32));
    worst = f64x2.pmax(worst, f);
    g = f64x2.pmax(g, gainOf(f, v128.load(row, 32), flat ? owns : f64x2.add(owns, v128.load(diag, 32)), tops, tau, minus));
    f = f64x2.add(v128.load(F, 48), v128.load(down, 48));
    worse = f64x2.pmax(worse, f);
    h = f64x2.pmax(h, gainOf(f, v128.load(row, 48), flat ? owns : f64x2.add(owns, v128.load(diag, 48)), tops, tau, minus));
    down += 64;
    row += 64;
    if (!flat) diag += 64;
  }
  GAIN = larger(f64x2.pmax(g, h));
  WORST = larger(f64x2.pmax(worst, worse));
}

/** F of a block follows a move of two samples. Gives the largest of −F where β may grow, where that is `wanted`. */
// @ts-ignore: decorator
@inline
function follow(s: usize, end: usize, rowI: usize, rowJ: usize, byI: f64, byJ: f64, F: usize, up: usize, wanted: bool): f64 {
  const di = f64x2.splat(byI);
  const dj = f64x2.splat(byJ);
  let v = f64x2.splat(-Infinity), w = v;
  rowI += s;
  rowJ += s;
  F += s;
  if (wanted) up += s;
  const last = F + (end - s);
  for (; F < last; F += 64) {
    let f = f64x2.add(v128.load(F), f64x2.add(f64x2.mul(v128.load(rowI), di), f64x2.mul(v128.load(rowJ), dj)));
    v128.store(F, f);
    if (wanted) v = f64x2.pmax(v, f64x2.sub(v128.load(up), f));
    f = f64x2.add(v128.load(F, 16), f64x2.add(f64x2.mul(v128.load(rowI, 16), di), f64x2.mul(v128.load(rowJ, 16), dj)));
    v128.store(F, f, 16);
    if (wanted) w = f64x2.pmax(w, f64x2.sub(v128.load(up, 16), f));
    f = f64x2.add(v128.load(F, 32), f64x2.add(f64x2.mul(v128.load(rowI, 32), di), f64x2.mul(v128.load(rowJ, 32), dj)));
    v128.store(F, f, 32);
    if (wanted) v = f64x2.pmax(v, f64x2.sub(v128.load(up, 32), f));
    f = f64x2.add(v128.load(F, 48), f64x2.add(f64x2.mul(v128.load(rowI, 48), di), f64x2.mul(v128.load(rowJ, 48), dj)));
    v128.store(F, f, 48);
    if (wanted) w = f64x2.pmax(w, f64x2.sub(v128.load(up, 48), f));
    rowI += 64;
    rowJ += 64;
    if (wanted) up += 64;
  }
  return larger(f64x2.pmax(v, w));
}

/**
 * Moves pairs until none violates the optimum by `tol`. All arrays have `n` doubles, a multiple of 8; the rows are those of the last
 * `gatherRuns`, to be multiplied by `scale`, a power of two; `up`, `down` and `bounds` (n / 16 + 2) are scratch. Selection and ties are LIBSVM's. Gives the number of moves, negative where `most` of them were not enough.
 *
 * Blocks of which it is known that they do not hold what is looked for are passed over. `least`: no two samples have a smaller curvature; `range`: kernel
 * values lie no further apart; infinite where that is not known. `flat`: a sample's kernel value with itself where it is the same for all, else 0.
 */
export function smo(n: i32, diag: usize, F: usize, beta: usize, lo: usize, hi: usize, up: usize, down: usize, bounds: usize, tol: f64, most: i32, scale: f64, least: f64, range: f64, flat: f64): i32 {
  const bytes = <usize> n << 3;
  const blocks = (bytes + STRIDE - 1) / STRIDE;
  const upper = bounds + (blocks << 3);
  clearMost();
  for (let o: usize = 0; o < bytes; o += 8) mark(o, beta, lo, hi, up, down);
  let block: usize = 0;
  let top = -Infinity;
  // What F of any sample has grown or shrunk by at most since the beginning: limits of blocks are as many less.
  let drift: f64 = 0;
  for (let b: usize = 0; b < blocks; b++) {
    store<f64>(bounds + (b << 3), Infinity);
    const x = largestUp(b * STRIDE, min(b * STRIDE + STRIDE, bytes), F, up);
    store<f64>(upper + (b << 3), x);
    if (x >= top) {
      top = x;
      block = b;
    }
  }
  least *= 1 - 1e-9;
  let moves = 0;
  while (true) {
    if (top == -Infinity) return moves;
    // Of equals the last.
    const oi = lastUp(min((block + 1) * STRIDE, bytes), F, up, top);
    const rowI = rowAt(oi);
    const own = load<f64>(diag + oi);
    let gain: f64 = 0;
    for (let b = blocks; b-- > 0;) {
      const bound = load<f64>(bounds + (b << 3)) + drift;
      // None there may shrink.
      if (bound == -Infinity) continue;
      const far = top + bound + 1e-12 * (Math.abs(top) + Math.abs(bound));
      // What comes later stands before: it must be more.
      if (far <= 0 || far * far <= gain * least) continue;
      const s = b * STRIDE;
      const end = min(s + STRIDE, bytes);
      if (flat != 0) lookAt(s, end, rowI, F, down, diag, top, 2 * flat, true, scale);
      else lookAt(s, end, rowI, F, down, diag, top, own, false, scale);
      store<f64>(bounds + (b << 3), WORST - drift);
      if (GAIN > gain) {
        gain = GAIN;
        block = b;
      }
    }
    if (!(gain > 0)) return moves;
    let oj = min((block + 1) * STRIDE, bytes);
    let far: f64 = 0, curve: f64 = 0;
    while (true) {
      oj -= 8;
      far = top + (load<f64>(F + oj) + load<f64>(down + oj));
      if (!(far > 0)) continue;
      curve = own + load<f64>(diag + oj) - load<f64>(rowI + oj) * (2 * scale);
      if (far * far / (curve > TAU ? curve : TAU) == gain) break;
    }
    if (!(far >= tol)) {
      // Another may be further away.
      if (!(top + largestDown(0, bytes, F, down) >= tol)) return moves;
    }
    if (moves >= most) return -moves - 1;
    moves++;
    step(oi, oj, curve, F, beta, lo, hi);
    mark(oi, beta, lo, hi, up, down);
    mark(oj, beta, lo, hi, up, down);
    const rowJ = rowAt(oj);
    drift += 1.000001 * max(Math.abs(BY_I), Math.abs(BY_J)) * range + 1.000001 * Math.abs(BY_I + BY_J) + 1e-14;
    top = -Infinity;
    block = 0;
    const blockI = oi / STRIDE;
    const blockJ = oj / STRIDE;
    for (let b: usize = 0; b < blocks; b++) {
      const s = b * STRIDE;
      const end = min(s + STRIDE, bytes);
      const bound = load<f64>(upper + (b << 3)) + drift;
      const passed = bound == -Infinity || bound + 1e-12 * (Math.abs(top) + Math.abs(bound)) < top;
      if (passed && b != blockI && b != blockJ) {
        follow(s, end, rowI, rowJ, BY_I * scale, BY_J * scale, F, up, false);
        continue;
      }
      const x = follow(s, end, rowI, rowJ, BY_I * scale, BY_J * scale, F, up, true);
      store<f64>(upper + (b << 3), x - drift);
      if (x >= top) {
        top = x;
        block = b;
      }
    }
    // They may shrink now, or grow.
    newLimit(oi, bounds + (blockI << 3), F, down, drift);
    newLimit(oj, bounds + (blockJ << 3), F, down, drift);
  }
}

/** A block's limit holds for a sample that moved, too. */
// @ts-ignore: decorator
@inline
function newLimit(o: usize, bound: usize, F: usize, down: usize, drift: f64): void {
  const f = load<f64>(F + o) + load<f64>(down + o) - drift;
  if (f > load<f64>(bound)) store<f64>(bound, f);
}

/** The same where the kernel's matrix is the identity: a move changes nothing but its own two samples. */
export function smoApart(n: i32, F: usize, beta: usize, lo: usize, hi: usize, up: usize, down: usize, bounds: usize, tol: f64, most: i32): i32 {
  const bytes = <usize> n << 3;
  const blocks = (bytes + STRIDE - 1) / STRIDE;
  const upper = bounds + (blocks << 3);
  clearMost();
  for (let o: usize = 0; o < bytes; o += 8) mark(o, beta, lo, hi, up, down);
  for (let b: usize = 0; b < blocks; b++) limits(b, bytes, F, up, down, bounds, upper);
  let moves = 0;
  while (true) {
    let top = -Infinity, low = -Infinity;
    let block: usize = 0, other: usize = 0;
    for (let b: usize = 0; b < blocks; b++) {
      const x = load<f64>(upper + (b << 3));
      if (x >= top) {
        top = x;
        block = b;
      }
      low = max(low, load<f64>(bounds + (b << 3)));
    }
    const far = top + low;
    if (!(far >= tol) || !(far > 0)) return moves;
    if (moves >= most) return -moves - 1;
    moves++;
    const oi = lastUp(min((block + 1) * STRIDE, bytes), F, up, top);
    // Of those that are equally far, when all is rounded, the last.
    for (other = blocks - 1; top + load<f64>(bounds + (other << 3)) != far;) other--;
    let oj = min((other + 1) * STRIDE, bytes) - 8;
    while (top + (load<f64>(F + oj) + load<f64>(down + oj)) != far) oj -= 8;
    step(oi, oj, 2, F, beta, lo, hi);
    store<f64>(F + oi, load<f64>(F + oi) + BY_I);
    store<f64>(F + oj, load<f64>(F + oj) + BY_J);
    mark(oi, beta, lo, hi, up, down);
    mark(oj, beta, lo, hi, up, down);
    limits(block, bytes, F, up, down, bounds, upper);
    if (other != block) limits(other, bytes, F, up, down, bounds, upper);
  }
}

function limits(b: usize, bytes: usize, F: usize, up: usize, down: usize, bounds: usize, upper: usize): void {
  const s = b * STRIDE;
  const end = min(s + STRIDE, bytes);
  store<f64>(upper + (b << 3), largestUp(s, end, F, up));
  store<f64>(bounds + (b << 3), largestDown(s, end, F, down));
}
