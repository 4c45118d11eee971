// A pass of Lloyd's method over a block: rows that no bound decides are measured against all centres.

import { at2, at4, at8 } from "../shared/addresses";
import { madd32 } from "../shared/multiply_add";
import { roundedDown, roundedUp, ROUNDING } from "./bounds";
import { addTo, rowAt, squared } from "./rows";
import { spreadEight, squaredLanes } from "./spread";

/** Labels one row in float64, and writes its bounds. */
function labelExactly(row: usize, m: i32, k: i32, centers: usize, upper: usize, lower: usize): i32 {
  let best = Infinity;
  let second = Infinity;
  let label = 0;
  for (let c = 0; c < k; c++) {
    const d = squared(row, rowAt(centers, c, m), m);
    if (d < best) {
      second = best;
      best = d;
      label = c;
    } else if (d < second) second = d;
  }
  store<f32>(upper, <f32> (Math.sqrt(best) * 1.0000004));
  store<f32>(lower, <f32> (Math.sqrt(second) * 0.9999996));
  return label;
}

/** The row with this number in a list, or from `start` on. */
// @ts-ignore: decorator
@inline
function listed(data: usize, list: usize, start: i32, e: i32, m: i32): usize {
  return rowAt(data, list == 0 ? start + e : load<i32>(at4(list, e)), m);
}

/**
 * Bounds and labels of four rows: upper bounds go to `at`, lower ones 32 bytes on, labels 64. Gives the rows that float32 cannot decide.
 */
// @ts-ignore: decorator
@inline
function judge(at: usize, norm: v128, best: v128, second: v128, label: v128, factor: f32, largest: f32): i32 {
  const error = f32x4.mul(f32x4.add(norm, f32x4.splat(largest)), f32x4.splat(factor));
  const zero = f32x4.splat(0);
  const near = f32x4.sqrt(f32x4.pmax(zero, f32x4.add(f32x4.add(best, norm), error)));
  const far = f32x4.sqrt(f32x4.pmax(zero, f32x4.sub(f32x4.add(second, norm), error)));
  v128.store(at, f32x4.mul(near, f32x4.splat(1.0000004)));
  v128.store(at, f32x4.mul(far, f32x4.splat(0.9999996)), 32);
  v128.store(at, label, 64);
  return ~i32x4.bitmask(f32x4.gt(f32x4.sub(second, best), f32x4.add(error, error))) & 15;
}

/**
 * Labels rows by their nearest centres, eight at a time, with bounds of the distances to that and to all others: by float32, and by float64 where that
 * cannot tell.
 *
 * @param list numbers of the rows; 0 for those from `start` on
 * @param centers float64
 * @param packed the centres less the origin, as for {@link measureNew}
 * @param scratch room for 8 m + 24 float32
 * @param labels gets the labels; int32
 * @param upper gets bounds of the distances; float32
 */
export function label(
  data: usize, list: usize, start: i32, count: i32, m: i32, origin: usize, k: i32, centers: usize,
  packed: usize, packedNorms: usize, fours: i32, largest: f32, scratch: usize, labels: usize, upper: usize, lower: usize,
): void {
  const factor: f32 = 2 * ROUNDING * <f32> (m + 8);
  const judged = scratch + (<usize> m << 5);
  for (let p = 0; p < count; p += 8) {
    const last = min(7, count - 1 - p);
    const r0 = listed(data, list, start, p, m);
    const r1 = listed(data, list, start, p + min(1, last), m);
    const r2 = listed(data, list, start, p + min(2, last), m);
    const r3 = listed(data, list, start, p + min(3, last), m);
    const r4 = listed(data, list, start, p + min(4, last), m);
    const r5 = listed(data, list, start, p + min(5, last), m);
    const r6 = listed(data, list, start, p + min(6, last), m);
    const r7 = listed(data, list, start, p + last, m);
    spreadEight(r0, r1, r2, r3, r4, r5, r6, r7, m, origin, scratch);
    const normA = squaredLanes(scratch, m);
    const normB = squaredLanes(scratch + 16, m);
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
    const unsure = judge(judged, normA, bestA, secondA, labelA, factor, largest) |
      (judge(judged + 16, normB, bestB, secondB, labelB, factor, largest) << 4);
    for (let r = 0; r <= last; r++) {
      const e = p + r;
      if (unsure & (1 << r)) {
        store<i32>(at4(labels, e), labelExactly(listed(data, list, start, e, m), m, k, centers, at4(upper, e), at4(lower, e)));
        continue;
      }
      store<f32>(at4(upper, e), load<f32>(at4(judged, r)));
      store<f32>(at4(lower, e), load<f32>(at4(judged, r), 32));
      store<i32>(at4(labels, e), load<i32>(at4(judged, r), 64));
    }
  }
}

/**
 * Takes over the labels and bounds of rows that were brought together, and sums them.
 *
 * @param began whether this is the first pass, so that no row is in a sum yet
 * @param far in a first pass whose references are the centres, gets the distances, no smaller than they are, as {@link roundedUp} has them; or 0
 * @returns how many labels changed
 */
export function settle(
  data: usize, list: usize, start: i32, count: i32, m: i32, tileLabels: usize, upper: usize, lower: usize, began: i32,
  drift: usize, refs: usize, labels: usize, gap: usize, sums: usize, squares: usize, mass: usize, far: usize,
): i32 {
  let changes = 0;
  for (let e = 0; e < count; e++) {
    const i = list == 0 ? start + e : load<i32>(at4(list, e));
    const c = load<i32>(at4(tileLabels, e));
    const g = <f64> load<f32>(at4(lower, e)) - <f64> load<f32>(at4(upper, e));
    store<f32>(at4(gap, i), roundedDown(g + load<f64>(at8(drift, c))));
    if (began) {
      const d = addTo(c, rowAt(data, i, m), m, refs, sums, squares, mass, 1);
      if (far != 0) store<u16>(at2(far, i), roundedUp(d));
      store<u16>(at2(labels, i), <u16> c);
      changes++;
      continue;
    }
    const before = <i32> load<u16>(at2(labels, i));
    if (before == c) continue;
    const row = rowAt(data, i, m);
    addTo(before, row, m, refs, sums, squares, mass, -1);
    addTo(c, row, m, refs, sums, squares, mass, 1);
    store<u16>(at2(labels, i), <u16> c);
    changes++;
  }
  return changes;
}
