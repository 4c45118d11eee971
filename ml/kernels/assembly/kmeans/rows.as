// Rows of float64: products, distances and sums.

import { at4, at8 } from "../shared/addresses";
import { madd64 } from "../shared/multiply_add";

/** The sum of products of two lists of m float64. */
export function dot(a: usize, b: usize, m: i32): f64 {
  let s = f64x2.splat(0);
  let t = f64x2.splat(0);
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    s = madd64(v128.load(at8(a, j)), v128.load(at8(b, j)), s);
    t = madd64(v128.load(at8(a, j), 16), v128.load(at8(b, j), 16), t);
  }
  s = f64x2.add(s, t);
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; j < m; j++) sum += load<f64>(at8(a, j)) * load<f64>(at8(b, j));
  return sum;
}

/** The squared distance of two lists of m float64. */
export function squared(a: usize, b: usize, m: i32): f64 {
  let s = f64x2.splat(0);
  let t = f64x2.splat(0);
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    const d = f64x2.sub(v128.load(at8(a, j)), v128.load(at8(b, j)));
    const e = f64x2.sub(v128.load(at8(a, j), 16), v128.load(at8(b, j), 16));
    s = madd64(d, d, s);
    t = madd64(e, e, t);
  }
  s = f64x2.add(s, t);
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; j < m; j++) {
    const d = load<f64>(at8(a, j)) - load<f64>(at8(b, j));
    sum += d * d;
  }
  return sum;
}

/** Adds `sign` times a row to another. */
// @ts-ignore: decorator
@inline
export function addRow(to: usize, from: usize, m: i32, sign: f64): void {
  const f = f64x2.splat(sign);
  let j = 0;
  for (; j + 2 <= m; j += 2) v128.store(at8(to, j), madd64(v128.load(at8(from, j)), f, v128.load(at8(to, j))));
  for (; j < m; j++) store<f64>(at8(to, j), load<f64>(at8(to, j)) + sign * load<f64>(at8(from, j)));
}

/** Adds up the columns of rows, in the order of the rows. */
export function columnSums(data: usize, n: i32, m: i32, out: usize): void {
  for (let i = 0; i < n; i++) addRow(out, data + <usize> i * <usize> m * 8, m, 1);
}

/** Takes the mean off rows in place, makes a float32 copy, and writes squared lengths; gives the largest of these. */
export function center(data: usize, n: i32, m: i32, mean: usize, small: usize, norms: usize, norms32: usize): f64 {
  let largest: f64 = 0;
  for (let i = 0; i < n; i++) {
    const row = data + <usize> i * <usize> m * 8;
    const to = small + <usize> i * <usize> m * 4;
    let s = f64x2.splat(0);
    let j = 0;
    for (; j + 2 <= m; j += 2) {
      const d = f64x2.sub(v128.load(at8(row, j)), v128.load(at8(mean, j)));
      v128.store(at8(row, j), d);
      store<i64>(at4(to, j), i64x2.extract_lane(f32x4.demote_f64x2_zero(d), 0));
      s = madd64(d, d, s);
    }
    let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
    for (; j < m; j++) {
      const d = load<f64>(at8(row, j)) - load<f64>(at8(mean, j));
      store<f64>(at8(row, j), d);
      store<f32>(at4(to, j), <f32> d);
      sum += d * d;
    }
    store<f64>(at8(norms, i), sum);
    store<f32>(at4(norms32, i), <f32> sum);
    largest = max(largest, sum);
  }
  return largest;
}
