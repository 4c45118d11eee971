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

/** y += a x for four rows x, one after the other: y is read and written once for them. */
export function axpyFour(a0: f64, a1: f64, a2: f64, a3: f64, x: usize, row: i32, y: usize, n: i32): void {
  const v0 = f64x2.splat(a0), v1 = f64x2.splat(a1), v2 = f64x2.splat(a2), v3 = f64x2.splat(a3);
  const x1 = x + row, x2 = x1 + row, x3 = x2 + row;
  const end = <usize> (n & ~3) << 3;
  let at: usize = 0;
  for (; at < end; at += 16) {
    let s = madd64(v0, v128.load(x + at), v128.load(y + at));
    s = madd64(v1, v128.load(x1 + at), s);
    s = madd64(v2, v128.load(x2 + at), s);
    v128.store(y + at, madd64(v3, v128.load(x3 + at), s));
  }
  for (; at < <usize> n << 3; at += 8) {
    let s = load<f64>(y + at) + a0 * load<f64>(x + at);
    s += a1 * load<f64>(x1 + at);
    s += a2 * load<f64>(x2 + at);
    store<f64>(y + at, s + a3 * load<f64>(x3 + at));
  }
}

/** y += a x for four rows y: x is read once for them. */
export function axpyToFour(a0: f64, a1: f64, a2: f64, a3: f64, x: usize, y: usize, row: i32, n: i32): void {
  const v0 = f64x2.splat(a0), v1 = f64x2.splat(a1), v2 = f64x2.splat(a2), v3 = f64x2.splat(a3);
  const y1 = y + row, y2 = y1 + row, y3 = y2 + row;
  const end = <usize> (n & ~3) << 3;
  let at: usize = 0;
  for (; at < end; at += 16) {
    const v = v128.load(x + at);
    v128.store(y + at, madd64(v0, v, v128.load(y + at)));
    v128.store(y1 + at, madd64(v1, v, v128.load(y1 + at)));
    v128.store(y2 + at, madd64(v2, v, v128.load(y2 + at)));
    v128.store(y3 + at, madd64(v3, v, v128.load(y3 + at)));
  }
  for (; at < <usize> n << 3; at += 8) {
    const v = load<f64>(x + at);
    store<f64>(y + at, load<f64>(y + at) + a0 * v);
    store<f64>(y1 + at, load<f64>(y1 + at) + a1 * v);
    store<f64>(y2 + at, load<f64>(y2 + at) + a2 * v);
    store<f64>(y3 + at, load<f64>(y3 + at) + a3 * v);
  }
}

/** z += a x + b y for two rows z, each with an a and a b of its own: x and y are read once for them. */
export function axpy2ToTwo(a0: f64, b0: f64, a1: f64, b1: f64, x: usize, y: usize, z: usize, row: i32, n: i32): void {
  const va0 = f64x2.splat(a0), vb0 = f64x2.splat(b0), va1 = f64x2.splat(a1), vb1 = f64x2.splat(b1);
  const z1 = z + row;
  const end = <usize> (n & ~1) << 3;
  let at: usize = 0;
  for (; at < end; at += 16) {
    const v = v128.load(x + at), w = v128.load(y + at);
    v128.store(z + at, madd64(va0, v, madd64(vb0, w, v128.load(z + at))));
    v128.store(z1 + at, madd64(va1, v, madd64(vb1, w, v128.load(z1 + at))));
  }
  if (n & 1) {
    store<f64>(z + at, load<f64>(z + at) + a0 * load<f64>(x + at) + b0 * load<f64>(y + at));
    store<f64>(z1 + at, load<f64>(z1 + at) + a1 * load<f64>(x + at) + b1 * load<f64>(y + at));
  }
}

/** What {@link dotTwo} gives. */
export let DOT0: f64 = 0;
export let DOT1: f64 = 0;

/** Products of two rows with a third, as {@link dot} makes them: that one is read once for both. */
export function dotTwo(x: usize, row: i32, y: usize, n: i32): void {
  let s0 = i64x2.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  let z = x + row;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    let v = v128.load(y);
    s0 = madd64(v128.load(x), v, s0);
    t0 = madd64(v128.load(z), v, t0);
    v = v128.load(y, 16);
    s1 = madd64(v128.load(x, 16), v, s1);
    t1 = madd64(v128.load(z, 16), v, t1);
    v = v128.load(y, 32);
    s2 = madd64(v128.load(x, 32), v, s2);
    t2 = madd64(v128.load(z, 32), v, t2);
    v = v128.load(y, 48);
    s3 = madd64(v128.load(x, 48), v, s3);
    t3 = madd64(v128.load(z, 48), v, t3);
    x += 64;
    y += 64;
    z += 64;
  }
  const v = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  const w = f64x2.add(f64x2.add(t0, t1), f64x2.add(t2, t3));
  let s = f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
  let t = f64x2.extract_lane(w, 0) + f64x2.extract_lane(w, 1);
  for (; i < n; i++) {
    s += load<f64>(x) * load<f64>(y);
    t += load<f64>(z) * load<f64>(y);
    x += 8;
    y += 8;
    z += 8;
  }
  DOT0 = s;
  DOT1 = t;
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
