// The root L of a positive matrix A = LLᵀ, whose diagonal holds inverses: made, used, and changed by a row.

import { madd64 } from "../shared/multiply_add";

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
export function cholesky(A: usize, n: i32, ld: i32): bool {
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
export function substitute(A: usize, n: i32, ld: i32, a: usize, b: usize): void {
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

/** Takes a row and column out of what L is the root of, by plane rotations: `rot` has room for two numbers a row. */
export function withoutRow(A: usize, f: i32, ld: i32, r: i32, rot: usize): void {
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
export function withRow(A: usize, f: i32, ld: i32, list: usize, row: usize, own: f64): bool {
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
