// Distances within float32, rounded to the safe side, and labels that they prove.

import { at2, at4, at8 } from "../shared/addresses";
import { addDifference, rowAt, squared } from "./rows";

/** Rows nearer to the half way than this (squared) are measured against all centres: the gap that the half way proves is all but none. */
// @ts-ignore: decorator
@inline
const NEAR: f64 = 0.81;

/** Half a unit in the last place of a float32, with room to spare. */
// @ts-ignore: decorator
@inline
export const ROUNDING: f32 = 6.1e-8;

/** A distance in 16 bits, the upper half of a float32: a little more than it is, never less. */
// @ts-ignore: decorator
@inline
export function roundedUp(squared: f64): u16 {
  return <u16> ((reinterpret<u32>(<f32> (Math.sqrt(squared) * 1.0000004)) + 0xffff) >> 16);
}

/** What is kept of a gap: never more than it is, also after rounding. */
// @ts-ignore: decorator
@inline
export function roundedDown(v: f64): f32 {
  return <f32> (v - Math.abs(v) * 3e-7);
}

/**
 * The first pass: rows whose guess is proved (by being nearer to that centre than half its distance to any other) are labelled and summed; the others
 * are listed.
 *
 * @param owner number of each row's nearest point so far; uint16
 * @param guess the centre that belongs to each point; uint16
 * @param half half the distance from each centre to the nearest other; float64
 * @param centers also what is taken off rows before they are summed
 * @param gap gets how much farther the second nearest centre is than the nearest, at least; float32
 */
export function proveGuesses(
  data: usize, start: i32, n: i32, m: i32, owner: usize, guess: usize, centers: usize, half: usize,
  labels: usize, gap: usize, sums: usize, squares: usize, mass: usize, list: usize,
): i32 {
  let count = 0;
  for (let i = start; i < n; i++) {
    const row = rowAt(data, i, m);
    const c = <i32> load<u16>(at2(guess, <i32> load<u16>(at2(owner, i))));
    const center = rowAt(centers, c, m);
    const d = squared(row, center, m);
    const h = load<f64>(at8(half, c));
    if (!(d < NEAR * h * h)) {
      store<i32>(at4(list, count++), i);
      continue;
    }
    store<u16>(at2(labels, i), <u16> c);
    store<f32>(at4(gap, i), roundedDown(2 * (h - Math.sqrt(d))));
    addDifference(rowAt(sums, c, m), row, center, m, 1);
    store<f64>(at8(squares, c), load<f64>(at8(squares, c)) + d);
    store<f64>(at8(mass, c), load<f64>(at8(mass, c)) + 1);
  }
  return count;
}

/**
 * A later pass: lists the rows whose label neither the gap that is left nor one distance proves.
 *
 * @param drift for each centre, how far it and the farthest of the others went, since the first pass; float64
 */
export function proveAgain(
  data: usize, start: i32, n: i32, m: i32, centers: usize, half: usize, drift: usize, labels: usize, gap: usize, list: usize,
): i32 {
  let count = 0;
  let proved = 0;
  let tried = 0;
  for (let i = start; i < n; i++) {
    const c = <i32> load<u16>(at2(labels, i));
    const gone = load<f64>(at8(drift, c));
    if (<f64> load<f32>(at4(gap, i)) > gone) continue;
    // Where one distance proves little, it is not measured any more.
    if (tried > 256 && proved * 4 < tried) {
      store<i32>(at4(list, count++), i);
      continue;
    }
    tried++;
    const d = squared(rowAt(data, i, m), rowAt(centers, c, m), m);
    const h = load<f64>(at8(half, c));
    if (d < NEAR * h * h) {
      store<f32>(at4(gap, i), roundedDown(2 * (h - Math.sqrt(d)) + gone));
      proved++;
    } else store<i32>(at4(list, count++), i);
  }
  return count;
}

/** The smallest gap in each cluster; float32. What is no number counts as none. */
export function smallestGaps(n: i32, labels: usize, gap: usize, out: usize): void {
  for (let i = 0; i < n; i++) {
    const at = at4(out, <i32> load<u16>(at2(labels, i)));
    const g = load<f32>(at4(gap, i));
    if (!(g >= load<f32>(at))) store<f32>(at, g == g ? g : -Infinity);
  }
}

/** The largest of a list of uint16. */
export function largest16(p: usize, n: i32): i32 {
  let best = i16x8.splat(0);
  let i = 0;
  for (; i + 8 <= n; i += 8) best = i16x8.max_u(best, v128.load(at2(p, i)));
  best = i16x8.max_u(best, v128.shuffle<i16>(best, best, 4, 5, 6, 7, 0, 1, 2, 3));
  best = i16x8.max_u(best, v128.shuffle<i16>(best, best, 2, 3, 0, 1, 6, 7, 4, 5));
  let largest = max(<i32> i16x8.extract_lane_u(best, 0), <i32> i16x8.extract_lane_u(best, 1));
  for (; i < n; i++) largest = max(largest, <i32> load<u16>(at2(p, i)));
  return largest;
}
