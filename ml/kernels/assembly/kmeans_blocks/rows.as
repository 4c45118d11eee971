// Rows of float64: their distances, and what is added of them to sums.

import { at8 } from "../shared/addresses";
import { madd64 } from "../shared/multiply_add";

// @ts-ignore: decorator
@inline
export function rowAt(p: usize, i: i32, m: i32): usize {
  return p + <usize> i * <usize> m * 8;
}

/** The squared distance of two lists of m float64. */
// @ts-ignore: decorator
@inline
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

/** Adds `sign` times the difference of two lists to a third. */
// @ts-ignore: decorator
@inline
export function addDifference(to: usize, a: usize, b: usize, m: i32, sign: f64): void {
  const f = f64x2.splat(sign);
  let j = 0;
  for (; j + 2 <= m; j += 2) {
    const d = f64x2.sub(v128.load(at8(a, j)), v128.load(at8(b, j)));
    v128.store(at8(to, j), madd64(d, f, v128.load(at8(to, j))));
  }
  for (; j < m; j++) {
    store<f64>(at8(to, j), load<f64>(at8(to, j)) + sign * (load<f64>(at8(a, j)) - load<f64>(at8(b, j))));
  }
}

/** Adds a row's difference from the reference of its cluster to the cluster's sums, or takes it off; gives the square of its length. */
// @ts-ignore: decorator
@inline
export function addTo(c: i32, row: usize, m: i32, refs: usize, sums: usize, squares: usize, mass: usize, sign: f64): f64 {
  const d = addAndSquare(rowAt(sums, c, m), row, rowAt(refs, c, m), m, sign);
  store<f64>(at8(squares, c), load<f64>(at8(squares, c)) + sign * d);
  store<f64>(at8(mass, c), load<f64>(at8(mass, c)) + sign);
  return d;
}

/** Adds `sign` times the difference of two lists to a third, and gives the square of its length. */
// @ts-ignore: decorator
@inline
export function addAndSquare(to: usize, a: usize, b: usize, m: i32, sign: f64): f64 {
  const f = f64x2.splat(sign);
  let s = f64x2.splat(0);
  let t = f64x2.splat(0);
  let j = 0;
  for (; j + 4 <= m; j += 4) {
    const d = f64x2.sub(v128.load(at8(a, j)), v128.load(at8(b, j)));
    const e = f64x2.sub(v128.load(at8(a, j), 16), v128.load(at8(b, j), 16));
    v128.store(at8(to, j), madd64(d, f, v128.load(at8(to, j))));
    v128.store(at8(to, j), madd64(e, f, v128.load(at8(to, j), 16)), 16);
    s = madd64(d, d, s);
    t = madd64(e, e, t);
  }
  s = f64x2.add(s, t);
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; j < m; j++) {
    const d = load<f64>(at8(a, j)) - load<f64>(at8(b, j));
    store<f64>(at8(to, j), load<f64>(at8(to, j)) + sign * d);
    sum += d * d;
  }
  return sum;
}
