// Labels: rows whose bounds do not prove them are measured against all centres, in float32 where that decides.

import { at4, at8 } from "../shared/addresses";
import { madd32 } from "../shared/multiply_add";
import { NARROWER, ROUNDING, WIDER } from "./bounds";
import { dot } from "./rows";

/**
 * Moves the bounds of rows as their centres moved, and lists the rows whose label they do not prove.
 *
 * @param own how far each centre went; float32
 * @param others how far the farthest of the other centres went, for each; float32
 */
export function pendingRows(n: i32, labels: usize, upper: usize, lower: usize, own: usize, others: usize, pending: usize): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const c = load<i32>(at4(labels, i));
    const u = (load<f32>(at4(upper, i)) + load<f32>(at4(own, c))) * WIDER;
    const l = (load<f32>(at4(lower, i)) - load<f32>(at4(others, c))) * NARROWER;
    store<f32>(at4(upper, i), u);
    store<f32>(at4(lower, i), l);
    store<i32>(at4(pending, count), i);
    count += i32(!(u < l));
  }
  return count;
}

/** Labels one row in float64, and writes its bounds. */
function assignExactly(
  data: usize,
  m: i32,
  k: i32,
  centers: usize,
  centerNorms: usize,
  norms: usize,
  upper: usize,
  lower: usize,
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
  store<f32>(at4(upper, i), <f32> Math.sqrt(Math.max(0, best + norm)) * WIDER);
  store<f32>(at4(lower, i), <f32> Math.sqrt(Math.max(0, second + norm)) * NARROWER);
  return label;
}

/**
 * Bounds and labels of four rows: given squared lengths at `at`, writes upper bounds 32 bytes on, lower ones 64, labels 96. Gives the rows
 * that float32 cannot decide.
 */
// @ts-ignore: decorator
@inline
function judge(at: usize, best: v128, second: v128, label: v128, factor: f32, largest: f32): i32 {
  const norm = v128.load(at);
  const error = f32x4.mul(f32x4.add(norm, f32x4.splat(largest)), f32x4.splat(factor));
  const zero = f32x4.splat(0);
  const near = f32x4.sqrt(f32x4.max(zero, f32x4.add(f32x4.add(best, norm), error)));
  const far = f32x4.sqrt(f32x4.max(zero, f32x4.sub(f32x4.add(second, norm), error)));
  v128.store(at, f32x4.mul(near, f32x4.splat(WIDER)), 32);
  v128.store(at, f32x4.mul(far, f32x4.splat(NARROWER)), 64);
  v128.store(at, label, 96);
  const sure = f32x4.gt(f32x4.sub(second, best), f32x4.add(error, error));
  return ~i32x4.bitmask(sure) & 15;
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

/**
 * Labels rows by their nearest centres, eight at a time, and notes those whose label changes.
 *
 * @param count how many rows are listed in `pending`; where `all` is not 0, rows 0 to count − 1
 * @param packed the centres times −2, for each feature those of four centres together; float32
 * @param packedNorms squared lengths of the centres, in fours; those that fill up are huge; float32
 * @param fours number of fours
 * @param largest the largest squared length of a centre
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
  upper: usize,
  lower: usize,
  scratch: usize,
  changed: usize,
): i32 {
  let changes = 0;
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
        const w0 = v128.load32_splat(w);
        const w1 = v128.load32_splat(w, 4);
        const w2 = v128.load32_splat(w, 8);
        const w3 = v128.load32_splat(w, 12);
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
      secondA = f32x4.min(secondA, f32x4.max(bestA, a0));
      labelA = v128.bitselect(i32x4.splat(4 * f + 0), labelA, f32x4.lt(a0, bestA));
      bestA = f32x4.min(bestA, a0);
      secondB = f32x4.min(secondB, f32x4.max(bestB, b0));
      labelB = v128.bitselect(i32x4.splat(4 * f + 0), labelB, f32x4.lt(b0, bestB));
      bestB = f32x4.min(bestB, b0);
      secondA = f32x4.min(secondA, f32x4.max(bestA, a1));
      labelA = v128.bitselect(i32x4.splat(4 * f + 1), labelA, f32x4.lt(a1, bestA));
      bestA = f32x4.min(bestA, a1);
      secondB = f32x4.min(secondB, f32x4.max(bestB, b1));
      labelB = v128.bitselect(i32x4.splat(4 * f + 1), labelB, f32x4.lt(b1, bestB));
      bestB = f32x4.min(bestB, b1);
      secondA = f32x4.min(secondA, f32x4.max(bestA, a2));
      labelA = v128.bitselect(i32x4.splat(4 * f + 2), labelA, f32x4.lt(a2, bestA));
      bestA = f32x4.min(bestA, a2);
      secondB = f32x4.min(secondB, f32x4.max(bestB, b2));
      labelB = v128.bitselect(i32x4.splat(4 * f + 2), labelB, f32x4.lt(b2, bestB));
      bestB = f32x4.min(bestB, b2);
      secondA = f32x4.min(secondA, f32x4.max(bestA, a3));
      labelA = v128.bitselect(i32x4.splat(4 * f + 3), labelA, f32x4.lt(a3, bestA));
      bestA = f32x4.min(bestA, a3);
      secondB = f32x4.min(secondB, f32x4.max(bestB, b3));
      labelB = v128.bitselect(i32x4.splat(4 * f + 3), labelB, f32x4.lt(b3, bestB));
      bestB = f32x4.min(bestB, b3);
    }
    store<f32>(scratch, load<f32>(at4(norms32, i0)));
    store<f32>(scratch, load<f32>(at4(norms32, i1)), 4);
    store<f32>(scratch, load<f32>(at4(norms32, i2)), 8);
    store<f32>(scratch, load<f32>(at4(norms32, i3)), 12);
    store<f32>(scratch, load<f32>(at4(norms32, i4)), 16);
    store<f32>(scratch, load<f32>(at4(norms32, i5)), 20);
    store<f32>(scratch, load<f32>(at4(norms32, i6)), 24);
    store<f32>(scratch, load<f32>(at4(norms32, i7)), 28);
    const unsure = judge(scratch, bestA, secondA, labelA, factor, largest) |
      (judge(scratch + 16, bestB, secondB, labelB, factor, largest) << 4);
    for (let r = 0; r < rows; r++) {
      const i = all ? p + r : load<i32>(at4(pending, p + r));
      let label = load<i32>(at4(scratch, r), 96);
      if (unsure & (1 << r)) {
        label = assignExactly(data, m, k, centers, centerNorms, norms, upper, lower, i);
      } else {
        store<f32>(at4(upper, i), load<f32>(at4(scratch, r), 32));
        store<f32>(at4(lower, i), load<f32>(at4(scratch, r), 64));
      }
      const before = load<i32>(at4(labels, i));
      if (label == before) continue;
      store<i32>(at4(labels, i), label);
      store<i32>(at8(changed, changes), i);
      store<i32>(at8(changed, changes), before, 4);
      changes++;
    }
  }
  return changes;
}
