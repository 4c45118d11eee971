// Centres to begin with, as k-means|| draws them: distances to the nearest of the centres so far, and samples by their squares.

import { at2, at4, at8 } from "../shared/addresses";
import { madd32 } from "../shared/multiply_add";
import { ROUNDING } from "./bounds";
import { addAndSquare, rowAt, squared } from "./rows";
import { spreadEight, squaredLanes } from "./spread";

/** A number from 0 to 1 that depends on the number of a row, and on two seeds: the finalizer of SplitMix64. */
// @ts-ignore: decorator
@inline
function uniform(row: u64, low: u32, high: u32): f64 {
  let z = ((<u64> high << 32) | <u64> low) + row * 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  z ^= z >> 31;
  // Never 0: a row that is farther than nothing can always be left out.
  return (<f64> (z >> 11) + 0.5) * 1.1102230246251565e-16;
}

/** Takes a row into the sample if it can be in it: the final sum is no smaller than the one so far. */
// @ts-ignore: decorator
@inline
function draw(i: i32, d: f64, sum: f64, many: f64, first: f64, low: u32, high: u32, list: usize, keys: usize, count: i32): i32 {
  const u = uniform(<u64> first + <u64> i, low, high);
  if (!(u * sum < many * d)) return count;
  store<i32>(at4(list, count), i);
  store<f64>(at8(keys, count), u / d);
  return count + 1;
}

/**
 * Squared distances of all rows to one point, and the sum of the differences; a sample of rows, each with a probability of `many` times its share of
 * the sum of all squared distances, or more.
 *
 * @param first number of the first row in the whole
 * @param many how many rows are wanted; 0 for none
 * @param distance gets the squared distances; float32
 * @param sums m float64 that are added to
 * @param list gets the rows of the sample
 * @param keys gets their keys: those below `many` / the sum of all are in it; float64
 * @param result gets the sum of the squared distances, and the largest; float64
 * @returns how many are in the list
 */
export function measureOne(
  data: usize, n: i32, m: i32, point: usize, first: f64, many: f64, low: u32, high: u32,
  distance: usize, sums: usize, list: usize, keys: usize, result: usize,
): i32 {
  let sum: f64 = 0;
  let largest: f64 = 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    const row = rowAt(data, i, m);
    const d = addAndSquare(sums, row, point, m, 1);
    store<f32>(at4(distance, i), <f32> d);
    sum += d;
    largest = max(largest, d);
    count = draw(i, d, sum, many, first, low, high, list, keys, count);
  }
  store<f64>(result, sum);
  store<f64>(result, largest, 8);
  return count;
}

/** Measures one row against all points in float64; keeps the nearest. */
function nearestExactly(row: usize, m: i32, points: usize, count: i32, base: i32, distance: usize, owner: usize, i: i32): void {
  for (let c = 0; c < count; c++) {
    const d = squared(row, rowAt(points, c, m), m);
    if (!(d < <f64> load<f32>(at4(distance, i)))) continue;
    store<f32>(at4(distance, i), <f32> d);
    store<u16>(at2(owner, i), <u16> (base + c));
  }
}

/**
 * Brings the nearest point of each row, and the squared distance to it, up to date with points that are new; and draws a sample as
 * {@link measureOne} does. Distances are estimated in float32; those that may be the smallest are measured in float64.
 *
 * @param origin taken off rows and points before they are rounded
 * @param points the new points; float64
 * @param base number of the first of them
 * @param packed the points less the origin, times −2, for each feature those of four together; float32
 * @param packedNorms their squared lengths, in fours; those that fill up are huge; float32
 * @param largest the largest of these
 * @param distance squared distances; float32
 * @param owner numbers of the nearest points; uint16
 * @param scratch room for 8 m + 24 float32
 * @param result gets the sum of the squared distances; float64
 */
export function measureNew(
  data: usize, n: i32, m: i32, origin: usize, points: usize, count: i32, base: i32,
  packed: usize, packedNorms: usize, fours: i32, largest: f32, first: f64, many: f64, low: u32, high: u32,
  distance: usize, owner: usize, scratch: usize, list: usize, keys: usize, result: usize,
): i32 {
  let sum: f64 = 0;
  let drawn = 0;
  const factor: f32 = 4 * ROUNDING * <f32> (m + 8);
  const judged = scratch + (<usize> m << 5);
  for (let p = 0; p < n; p += 8) {
    const last = min(7, n - 1 - p);
    const r0 = rowAt(data, p, m);
    const r1 = rowAt(data, p + min(1, last), m);
    const r2 = rowAt(data, p + min(2, last), m);
    const r3 = rowAt(data, p + min(3, last), m);
    const r4 = rowAt(data, p + min(4, last), m);
    const r5 = rowAt(data, p + min(5, last), m);
    const r6 = rowAt(data, p + min(6, last), m);
    const r7 = rowAt(data, p + last, m);
    spreadEight(r0, r1, r2, r3, r4, r5, r6, r7, m, origin, scratch);
    const normA = squaredLanes(scratch, m);
    const normB = squaredLanes(scratch + 16, m);
    let bestA = f32x4.splat(Infinity);
    let bestB = bestA;
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
      labelA = v128.bitselect(i32x4.splat(4 * f), labelA, f32x4.lt(a0, bestA));
      bestA = f32x4.pmin(bestA, a0);
      labelB = v128.bitselect(i32x4.splat(4 * f), labelB, f32x4.lt(b0, bestB));
      bestB = f32x4.pmin(bestB, b0);
      labelA = v128.bitselect(i32x4.splat(4 * f + 1), labelA, f32x4.lt(a1, bestA));
      bestA = f32x4.pmin(bestA, a1);
      labelB = v128.bitselect(i32x4.splat(4 * f + 1), labelB, f32x4.lt(b1, bestB));
      bestB = f32x4.pmin(bestB, b1);
      labelA = v128.bitselect(i32x4.splat(4 * f + 2), labelA, f32x4.lt(a2, bestA));
      bestA = f32x4.pmin(bestA, a2);
      labelB = v128.bitselect(i32x4.splat(4 * f + 2), labelB, f32x4.lt(b2, bestB));
      bestB = f32x4.pmin(bestB, b2);
      labelA = v128.bitselect(i32x4.splat(4 * f + 3), labelA, f32x4.lt(a3, bestA));
      bestA = f32x4.pmin(bestA, a3);
      labelB = v128.bitselect(i32x4.splat(4 * f + 3), labelB, f32x4.lt(b3, bestB));
      bestB = f32x4.pmin(bestB, b3);
    }
    // What the distance is at least: with all that rounding may have added.
    const errorA = f32x4.mul(f32x4.add(normA, f32x4.splat(largest)), f32x4.splat(factor));
    const errorB = f32x4.mul(f32x4.add(normB, f32x4.splat(largest)), f32x4.splat(factor));
    v128.store(judged, f32x4.sub(f32x4.add(bestA, normA), errorA));
    v128.store(judged, f32x4.sub(f32x4.add(bestB, normB), errorB), 16);
    v128.store(judged, labelA, 32);
    v128.store(judged, labelB, 48);
    for (let r = 0; r <= last; r++) {
      const i = p + r;
      const least = load<f32>(at4(judged, r));
      let close = load<f32>(at4(distance, i));
      if (!(least >= close)) {
        const row = rowAt(data, i, m);
        // Beyond what float32 holds.
        if (!(least > -Infinity)) nearestExactly(row, m, points, count, base, distance, owner, i);
        else {
          const c = load<i32>(at4(judged, r), 32);
          const d = squared(row, rowAt(points, c, m), m);
          if (d < <f64> close) {
            store<f32>(at4(distance, i), <f32> d);
            store<u16>(at2(owner, i), <u16> (base + c));
          }
        }
        close = load<f32>(at4(distance, i));
      }
      sum += <f64> close;
      if (close > 0) drawn = draw(i, <f64> close, sum, many, first, low, high, list, keys, drawn);
    }
  }
  store<f64>(result, sum);
  return drawn;
}

/**
 * Draws rows by what their squared distance to the nearest candidate is at most: each row that {@link draw} would take, and some more.
 *
 * @param far distances of rows to their centres, no smaller than they are, as {@link roundedUp} has them
 * @param reach for each centre the distance to the nearest candidate; float64
 * @param share how many rows are wanted over the sum of all squared distances
 * @param list gets the rows
 * @param chances gets their random numbers; float64
 * @param most how many there is room for
 */
export function drawBounded(
  n: i32, labels: usize, far: usize, reach: usize, share: f64, first: f64, low: u32, high: u32, list: usize, chances: usize,
  most: i32,
): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) {
    const d = <f64> reinterpret<f32>(<u32> load<u16>(at2(far, i)) << 16) + load<f64>(at8(reach, <i32> load<u16>(at2(labels, i))));
    const u = uniform(<u64> first + <u64> i, low, high);
    if (!(u < share * d * d)) continue;
    if (count == most) break;
    store<i32>(at4(list, count), i);
    store<f64>(at8(chances, count), u);
    count++;
  }
  return count;
}
