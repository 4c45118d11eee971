// Labels: rows whose bounds do not prove them are measured against all centres, in float32 where that decides.

import { at4, at8 } from "../shared/addresses";
import { madd32 } from "../shared/multiply_add";
import { LESS, NARROWER, ROUNDING, WIDER } from "./bounds";
import { dot } from "./rows";

/**
 * Lists the rows whose label their margins do not prove.
 *
 * @param margins by how much all other centres are farther than the own one, plus what `moved` was for it then; float32
 * @param moved for each centre, how far it and the farthest of the others have gone since the beginning, together; float32
 */
export function pendingRows(n: i32, labels: usize, margins: usize, moved: usize, pending: usize): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const far = load<f32>(at4(margins, i)) > load<f32>(at4(moved, load<i32>(at4(labels, i))));
    store<i32>(at4(pending, count), i);
    count += i32(!far);
  }
  return count;
}

/** Labels one row in float64, and writes its margin. */
function assignExactly(
  data: usize,
  m: i32,
  k: i32,
  centers: usize,
  centerNorms: usize,
  norms: usize,
  margins: usize,
  moved: usize,
  i: i32,
): i32 {
  const row = data + <usize> i * <usize> m * 8;
  let best = Infinity;
  let second = Infinity;
  let label = 0;
  for (let c = 0; c < k; c++) {
    const d = load<f64>(at8(centerNorms, c)) - 2 * dot(row, centers + <usize> c * <usize> m * 8, m);
    if (d < best) {
      second = best;
      best = d;
      label = c;
    } else if (d < second) second = d;
  }
  const norm = load<f64>(at8(norms, i));
  const near = <f32> Math.sqrt(Math.max(0, best + norm)) * WIDER;
  const far = <f32> Math.sqrt(Math.max(0, second + norm)) * NARROWER;
  store<f32>(at4(margins, i), far - near + LESS * load<f32>(at4(moved, label)));
  return label;
}

/** By how much the second centre is farther than the nearest, at least: the margins of four rows. */
// @ts-ignore: decorator
@inline
function marginOf(norm: v128, error: v128, best: v128, second: v128): v128 {
  const zero = f32x4.splat(0);
  const near = f32x4.sqrt(f32x4.pmax(zero, f32x4.add(f32x4.add(best, norm), error)));
  const far = f32x4.sqrt(f32x4.pmax(zero, f32x4.sub(f32x4.add(second, norm), error)));
  return f32x4.sub(f32x4.mul(far, f32x4.splat(NARROWER)), f32x4.mul(near, f32x4.splat(WIDER)));
}

/** Those of four rows that float32 cannot decide. */
// @ts-ignore: decorator
@inline
function unsureOf(error: v128, best: v128, second: v128): i32 {
  return ~i32x4.bitmask(f32x4.gt(f32x4.sub(second, best), f32x4.add(error, error))) & 15;
}

/** Four float32 that stand apart. */
// @ts-ignore: decorator
@inline
function gather(from: usize, a: i32, b: i32, c: i32, d: i32): v128 {
  const x = v128.load32_zero(at4(from, a));
  const xy = v128.load_lane<f32>(at4(from, b), x, 1);
  const xyz = v128.load_lane<f32>(at4(from, c), xy, 2);
  return v128.load_lane<f32>(at4(from, d), xyz, 3);
}

/** Brings a row's features into lane r of a table of m rows of eight. */
// @ts-ignore: decorator
@inline
function spread(from: usize, m: i32, first: i32, to: usize): void {
  for (let j = first; j < m; j++) store<f32>(to + (<usize> j << 5), load<f32>(at4(from, j)));
}

/** Brings four rows' features into four lanes of a table of m rows of eight. */
// @ts-ignore: decorator
@inline
function spreadFour(a: usize, b: usize, c: usize, d: usize, m: i32, to: usize): void {
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    const x = v128.load(at4(a, j));
    const y = v128.load(at4(b, j));
    const z = v128.load(at4(c, j));
    const u = v128.load(at4(d, j));
    const xy = v128.shuffle<f32>(x, y, 0, 4, 1, 5);
    const zu = v128.shuffle<f32>(z, u, 0, 4, 1, 5);
    const xy2 = v128.shuffle<f32>(x, y, 2, 6, 3, 7);
    const zu2 = v128.shuffle<f32>(z, u, 2, 6, 3, 7);
    const p = to + (<usize> j << 5);
    v128.store(p, v128.shuffle<f32>(xy, zu, 0, 1, 4, 5));
    v128.store(p, v128.shuffle<f32>(xy, zu, 2, 3, 6, 7), 32);
    v128.store(p, v128.shuffle<f32>(xy2, zu2, 0, 1, 4, 5), 64);
    v128.store(p, v128.shuffle<f32>(xy2, zu2, 2, 3, 6, 7), 96);
  }
  spread(a, m, j, to);
  spread(b, m, j, to + 4);
  spread(c, m, j, to + 8);
  spread(d, m, j, to + 12);
}

/** What `moved` is for four labels, less what rounding may add. */
// @ts-ignore: decorator
@inline
function movedOf(moved: usize, label: v128): v128 {
  const a = i32x4.extract_lane(label, 0);
  const b = i32x4.extract_lane(label, 1);
  const far = gather(moved, a, b, i32x4.extract_lane(label, 2), i32x4.extract_lane(label, 3));
  return f32x4.mul(far, f32x4.splat(LESS));
}

/**
 * Labels rows by their nearest centres, eight at a time, and notes those whose label changes.
 *
 * @param count how many rows are listed in `pending`; where `all` is not 0, rows 0 to count − 1
 * @param packed the centres times −2, for each feature those of four centres together; float32
 * @param packedNorms squared lengths of the centres, in fours; those that fill up are huge; float32
 * @param fours number of fours
 * @param largest the largest squared length of a centre
 * @param moved see `pendingRows`
 * @param scratch room for 8 m float32
 * @param changed gets rows and their labels before, in pairs; int32
 * @returns how many labels changed
 */
export function assign(
  count: i32,
  all: i32,
  pending: usize,
  small: usize,
  data: usize,
  m: i32,
  norms: usize,
  norms32: usize,
  k: i32,
  packed: usize,
  packedNorms: usize,
  fours: i32,
  centers: usize,
  centerNorms: usize,
  largest: f32,
  labels: usize,
  margins: usize,
  moved: usize,
  scratch: usize,
  changed: usize,
): i32 {
  let changes = 0;
  let touched = 0;
  const factor: f32 = 2 * ROUNDING * <f32> (m + 8);
  for (let p = 0; p < count; p += 8) {
    const rows = min(8, count - p);
    const last = rows - 1;
    const i0 = all ? p : load<i32>(at4(pending, p));
    const i1 = all ? p + min(1, last) : load<i32>(at4(pending, p + min(1, last)));
    const i2 = all ? p + min(2, last) : load<i32>(at4(pending, p + min(2, last)));
    const i3 = all ? p + min(3, last) : load<i32>(at4(pending, p + min(3, last)));
    const i4 = all ? p + min(4, last) : load<i32>(at4(pending, p + min(4, last)));
    const i5 = all ? p + min(5, last) : load<i32>(at4(pending, p + min(5, last)));
    const i6 = all ? p + min(6, last) : load<i32>(at4(pending, p + min(6, last)));
    const i7 = all ? p + last : load<i32>(at4(pending, p + last));
    const stride = <usize> m << 2;
    // Listed rows lie apart: those of the next eight are asked for now, for memory takes longer than eight rows do.
    if (!all && p + 16 <= count && load<i32>(at4(pending, p + 15)) - i7 != 8) {
      for (let r = 8; r < 16; r++) {
        const row = small + <usize> load<i32>(at4(pending, p + r)) * stride;
        touched ^= load<i32>(row) ^ load<i32>(row + stride - 4);
      }
    }
    spreadFour(small + i0 * stride, small + i1 * stride, small + i2 * stride, small + i3 * stride, m, scratch);
    spreadFour(small + i4 * stride, small + i5 * stride, small + i6 * stride, small + i7 * stride, m, scratch + 16);
    let bestA = f32x4.splat(Infinity);
    let bestB = bestA;
    let secondA = bestA;
    let secondB = bestA;
    let labelA = i32x4.splat(0);
    let labelB = labelA;
    for (let f = 0; f < fours; f++) {
      const cn = at4(packedNorms, 4 * f);
      let a0 = v128.load32_splat(cn);
      let a1 = v128.load32_splat(cn, 4);
      let a2 = v128.load32_splat(cn, 8);
      let a3 = v128.load32_splat(cn, 12);
      let b0 = a0;
      let b1 = a1;
      let b2 = a2;
      let b3 = a3;
      let w = packed + (<usize> f * <usize> m << 4);
      let x = scratch;
      for (let j = 0; j < m; j++) {
        const xa = v128.load(x);
        const xb = v128.load(x, 16);
        // One load, and four copies from the register: each load is checked against the memory's end.
        const four = v128.load(w);
        const w0 = v128.shuffle<f32>(four, four, 0, 0, 0, 0);
        const w1 = v128.shuffle<f32>(four, four, 1, 1, 1, 1);
        const w2 = v128.shuffle<f32>(four, four, 2, 2, 2, 2);
        const w3 = v128.shuffle<f32>(four, four, 3, 3, 3, 3);
        a0 = madd32(xa, w0, a0);
        b0 = madd32(xb, w0, b0);
        a1 = madd32(xa, w1, a1);
        b1 = madd32(xb, w1, b1);
        a2 = madd32(xa, w2, a2);
        b2 = madd32(xb, w2, b2);
        a3 = madd32(xa, w3, a3);
        b3 = madd32(xb, w3, b3);
        x += 32;
        w += 16;
      }
      secondA = f32x4.pmin(secondA, f32x4.pmax(bestA, a0));
      labelA = v128.bitselect(i32x4.splat(4 * f + 0), labelA, f32x4.lt(a0, bestA));
      bestA = f32x4.pmin(bestA, a0);
      secondB = f32x4.pmin(secondB, f32x4.pmax(bestB, b0));
      labelB = v128.bitselect(i32x4.splat(4 * f + 0), labelB, f32x4.lt(b0, bestB));
      bestB = f32x4.pmin(bestB, b0);
      secondA = f32x4.pmin(secondA, f32x4.pmax(bestA, a1));
      labelA = v128.bitselect(i32x4.splat(4 * f + 1), labelA, f32x4.lt(a1, bestA));
      bestA = f32x4.pmin(bestA, a1);
      secondB = f32x4.pmin(secondB, f32x4.pmax(bestB, b1));
      labelB = v128.bitselect(i32x4.splat(4 * f + 1), labelB, f32x4.lt(b1, bestB));
      bestB = f32x4.pmin(bestB, b1);
      secondA = f32x4.pmin(secondA, f32x4.pmax(bestA, a2));
      labelA = v128.bitselect(i32x4.splat(4 * f + 2), labelA, f32x4.lt(a2, bestA));
      bestA = f32x4.pmin(bestA, a2);
      secondB = f32x4.pmin(secondB, f32x4.pmax(bestB, b2));
      labelB = v128.bitselect(i32x4.splat(4 * f + 2), labelB, f32x4.lt(b2, bestB));
      bestB = f32x4.pmin(bestB, b2);
      secondA = f32x4.pmin(secondA, f32x4.pmax(bestA, a3));
      labelA = v128.bitselect(i32x4.splat(4 * f + 3), labelA, f32x4.lt(a3, bestA));
      bestA = f32x4.pmin(bestA, a3);
      secondB = f32x4.pmin(secondB, f32x4.pmax(bestB, b3));
      labelB = v128.bitselect(i32x4.splat(4 * f + 3), labelB, f32x4.lt(b3, bestB));
      bestB = f32x4.pmin(bestB, b3);
    }
    // Rows that follow each other are read and written four at a time.
    const close = rows == 8 && i7 - i0 == 7;
    const na = close ? v128.load(at4(norms32, i0)) : gather(norms32, i0, i1, i2, i3);
    const nb = close ? v128.load(at4(norms32, i0), 16) : gather(norms32, i4, i5, i6, i7);
    const ea = f32x4.mul(f32x4.add(na, f32x4.splat(largest)), f32x4.splat(factor));
    const eb = f32x4.mul(f32x4.add(nb, f32x4.splat(largest)), f32x4.splat(factor));
    const unsure = unsureOf(ea, bestA, secondA) | (unsureOf(eb, bestB, secondB) << 4);
    const marginA = f32x4.add(marginOf(na, ea, bestA, secondA), movedOf(moved, labelA));
    const marginB = f32x4.add(marginOf(nb, eb, bestB, secondB), movedOf(moved, labelB));
    if (close && unsure == 0) {
      v128.store(at4(margins, i0), marginA);
      v128.store(at4(margins, i0), marginB, 16);
      const own = at4(labels, i0);
      const ba = v128.load(own);
      const bb = v128.load(own, 16);
      let other = i32x4.bitmask(i32x4.ne(ba, labelA)) | (i32x4.bitmask(i32x4.ne(bb, labelB)) << 4);
      while (other != 0) {
        const r = ctz(other);
        other &= other - 1;
        store<i32>(at8(changed, changes), i0 + r);
        store<i32>(at8(changed, changes), load<i32>(at4(own, r)), 4);
        changes++;
      }
      v128.store(own, labelA);
      v128.store(own, labelB, 16);
      continue;
    }
    v128.store(scratch, marginA);
    v128.store(scratch, marginB, 16);
    v128.store(scratch, labelA, 32);
    v128.store(scratch, labelB, 48);
    for (let r = 0; r < rows; r++) {
      const i = all ? p + r : load<i32>(at4(pending, p + r));
      let label = load<i32>(at4(scratch, r), 32);
      if (unsure & (1 << r)) label = assignExactly(data, m, k, centers, centerNorms, norms, margins, moved, i);
      else store<f32>(at4(margins, i), load<f32>(at4(scratch, r)));
      const before = load<i32>(at4(labels, i));
      if (label == before) continue;
      store<i32>(at4(labels, i), label);
      store<i32>(at8(changed, changes), i);
      store<i32>(at8(changed, changes), before, 4);
      changes++;
    }
  }
  store<i32>(scratch, touched);
  return changes;
}
