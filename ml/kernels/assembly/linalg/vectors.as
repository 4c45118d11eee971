// What is done to rows, and the length of two numbers.

import { madd64 } from "../shared/multiply_add";

// @ts-ignore: decorator
@inline
export function at(p: usize, i: i32): f64 {
  return load<f64>(p + (i << 3));
}

// @ts-ignore: decorator
@inline
export function put(p: usize, i: i32, v: f64): void {
  store<f64>(p + (i << 3), v);
}

export function dot(x: usize, y: usize, n: i32): f64 {
  let s0 = i64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    s0 = madd64(v128.load(x), v128.load(y), s0);
    s1 = madd64(v128.load(x, 16), v128.load(y, 16), s1);
    s2 = madd64(v128.load(x, 32), v128.load(y, 32), s2);
    s3 = madd64(v128.load(x, 48), v128.load(y, 48), s3);
    x += 64;
    y += 64;
  }
  const v = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let s = f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
  for (; i < n; i++) {
    s += load<f64>(x) * load<f64>(y);
    x += 8;
    y += 8;
  }
  return s;
}

/** y += a x */
export function axpy(a: f64, x: usize, y: usize, n: i32): void {
  const v = f64x2.splat(a);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(y, madd64(v, v128.load(x), v128.load(y)));
    v128.store(y, madd64(v, v128.load(x, 16), v128.load(y, 16)), 16);
    x += 32;
    y += 32;
  }
  for (; i < n; i++) {
    store<f64>(y, load<f64>(y) + a * load<f64>(x));
    x += 8;
    y += 8;
  }
}

/** z += a x + b y */
export function axpy2(a: f64, x: usize, b: f64, y: usize, z: usize, n: i32): void {
  const va = f64x2.splat(a), vb = f64x2.splat(b);
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    v128.store(z, madd64(va, v128.load(x), madd64(vb, v128.load(y), v128.load(z))));
    x += 16;
    y += 16;
    z += 16;
  }
  if (i < n) store<f64>(z, load<f64>(z) + a * load<f64>(x) + b * load<f64>(y));
}

export function scale(a: f64, x: usize, n: i32): void {
  for (let i = 0; i < n; i++) put(x, i, a * at(x, i));
}

/** Two rows rotated: x becomes c x + s y, y becomes c y - s x. */
export function rotate(x: usize, y: usize, n: i32, c: f64, s: f64): void {
  const vc = f64x2.splat(c), vs = f64x2.splat(s), vm = f64x2.splat(-s);
  let i = 0;
  for (; i + 2 <= n; i += 2) {
    const a = v128.load(x), b = v128.load(y);
    v128.store(x, madd64(vc, a, f64x2.mul(vs, b)));
    v128.store(y, madd64(vc, b, f64x2.mul(vm, a)));
    x += 16;
    y += 16;
  }
  if (i < n) {
    const a = load<f64>(x), b = load<f64>(y);
    store<f64>(x, c * a + s * b);
    store<f64>(y, c * b - s * a);
  }
}

/** The largest magnitude among `n` values `stride` bytes apart. */
export function largest(p: usize, stride: i32, n: i32): f64 {
  let most = 0.0;
  for (let i = 0; i < n; i++) {
    most = max(most, abs(load<f64>(p)));
    p += stride;
  }
  return most;
}

export function swap(x: usize, y: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const held = at(x, i);
    put(x, i, at(y, i));
    put(y, i, held);
  }
}

export function hypotenuse(a: f64, b: f64): f64 {
  const x = abs(a), y = abs(b);
  const big = max(x, y), small = min(x, y);
  if (big == 0) return 0;
  const r = small / big;
  return big * sqrt(1 + r * r);
}
