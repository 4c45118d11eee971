// Eight rows of float64 side by side in float32.

import { at8 } from "../shared/addresses";
import { madd32 } from "../shared/multiply_add";

/** Brings two features of four rows, less the origin, into lanes of a table of m rows of eight float32. */
// @ts-ignore: decorator
@inline
function spreadTwo(a: usize, b: usize, c: usize, d: usize, o: v128, to: usize): void {
  const x = f32x4.demote_f64x2_zero(f64x2.sub(v128.load(a), o));
  const y = f32x4.demote_f64x2_zero(f64x2.sub(v128.load(b), o));
  const z = f32x4.demote_f64x2_zero(f64x2.sub(v128.load(c), o));
  const u = f32x4.demote_f64x2_zero(f64x2.sub(v128.load(d), o));
  const xy = v128.shuffle<f32>(x, y, 0, 4, 1, 5);
  const zu = v128.shuffle<f32>(z, u, 0, 4, 1, 5);
  v128.store(to, v128.shuffle<f32>(xy, zu, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(xy, zu, 2, 3, 6, 7), 32);
}

// @ts-ignore: decorator
@inline
function spreadOne(row: usize, j: i32, origin: usize, to: usize): void {
  store<f32>(to, <f32> (load<f64>(at8(row, j)) - load<f64>(at8(origin, j))));
}

/** Brings eight rows, less the origin, into a table of m rows of eight float32. */
// @ts-ignore: decorator
@inline
export function spreadEight(
  r0: usize, r1: usize, r2: usize, r3: usize, r4: usize, r5: usize, r6: usize, r7: usize, m: i32, origin: usize, scratch: usize,
): void {
  let j = 0;
  for (; j + 2 <= m; j += 2) {
    const o = v128.load(at8(origin, j));
    const at = <usize> j << 3;
    const to = scratch + (<usize> j << 5);
    spreadTwo(r0 + at, r1 + at, r2 + at, r3 + at, o, to);
    spreadTwo(r4 + at, r5 + at, r6 + at, r7 + at, o, to + 16);
  }
  for (; j < m; j++) {
    const to = scratch + (<usize> j << 5);
    spreadOne(r0, j, origin, to);
    spreadOne(r1, j, origin, to + 4);
    spreadOne(r2, j, origin, to + 8);
    spreadOne(r3, j, origin, to + 12);
    spreadOne(r4, j, origin, to + 16);
    spreadOne(r5, j, origin, to + 20);
    spreadOne(r6, j, origin, to + 24);
    spreadOne(r7, j, origin, to + 28);
  }
}

/** Squared lengths of four rows that {@link spreadEight} brought. */
// @ts-ignore: decorator
@inline
export function squaredLanes(p: usize, m: i32): v128 {
  // Two sums, for one alone would wait for each addition.
  let s = f32x4.splat(0);
  let t = s;
  let j = 0;
  for (; j + 2 <= m; j += 2) {
    const x = v128.load(p);
    const y = v128.load(p, 32);
    s = madd32(x, x, s);
    t = madd32(y, y, t);
    p += 64;
  }
  if (j < m) {
    const x = v128.load(p);
    s = madd32(x, x, s);
  }
  return f32x4.add(s, t);
}
