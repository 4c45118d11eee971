// Products of vectors, and of tables with vectors.

import { both, lanes, madd } from "./arithmetic";

// Not fused, and in an order that plain loops follow too: sums of ordinary arrays, which are not brought here, come out the same.
// @ts-ignore: decorator
@inline
function mulAdd<T>(a: v128, b: v128, c: v128): v128 {
  return v128.add<T>(c, v128.mul<T>(a, b));
}

// @ts-ignore: decorator
@inline
function dot<T>(x: usize, y: usize, n: i32): T {
  const step = 4 * lanes<T>();
  let s0 = i64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let i = 0;
  for (; i + step <= n; i += step) {
    s0 = mulAdd<T>(v128.load(x), v128.load(y), s0);
    s1 = mulAdd<T>(v128.load(x, 16), v128.load(y, 16), s1);
    s2 = mulAdd<T>(v128.load(x, 32), v128.load(y, 32), s2);
    s3 = mulAdd<T>(v128.load(x, 48), v128.load(y, 48), s3);
    x += 64;
    y += 64;
  }
  let s = both<T>(v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3)));
  for (; i < n; i++) {
    s = <T> (s + load<T>(x) * load<T>(y));
    x += sizeof<T>();
    y += sizeof<T>();
  }
  return s;
}

export function dot_f64(x: usize, y: usize, n: i32): f64 {
  return dot<f64>(x, y, n);
}

export function dot_f32(x: usize, y: usize, n: i32): f32 {
  return dot<f32>(x, y, n);
}

// @ts-ignore: decorator
@inline
function axpy<T>(alpha: T, x: usize, y: usize, n: i32): void {
  const a = v128.splat<T>(alpha);
  const step = 2 * lanes<T>();
  let i = 0;
  for (; i + step <= n; i += step) {
    v128.store(y, mulAdd<T>(a, v128.load(x), v128.load(y)));
    v128.store(y, mulAdd<T>(a, v128.load(x, 16), v128.load(y, 16)), 16);
    x += 32;
    y += 32;
  }
  for (; i < n; i++) {
    store<T>(y, <T> (load<T>(y) + alpha * load<T>(x)));
    x += sizeof<T>();
    y += sizeof<T>();
  }
}

export function axpy_f64(alpha: f64, x: usize, y: usize, n: i32): void {
  axpy<f64>(alpha, x, y, n);
}

export function axpy_f32(alpha: f32, x: usize, y: usize, n: i32): void {
  axpy<f32>(alpha, x, y, n);
}

/** y[i] = alpha A[i]·x + beta y[i] for `m` rows of length `n`; four rows a pass, so that x is read once for them. */
// @ts-ignore: decorator
@inline
function gemv<T>(a: usize, ld: i32, m: i32, n: i32, alpha: T, x: usize, beta: T, y: usize): void {
  const size = <i32> sizeof<T>();
  const row = ld * size;
  const step = lanes<T>();
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    let s0 = i64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let p = a + i * row;
    let q = x;
    let j = 0;
    for (; j + step <= n; j += step) {
      const v = v128.load(q);
      s0 = madd<T>(v128.load(p), v, s0);
      s1 = madd<T>(v128.load(p + row), v, s1);
      s2 = madd<T>(v128.load(p + 2 * row), v, s2);
      s3 = madd<T>(v128.load(p + 3 * row), v, s3);
      p += 16;
      q += 16;
    }
    let t0 = both<T>(s0), t1 = both<T>(s1), t2 = both<T>(s2), t3 = both<T>(s3);
    for (; j < n; j++) {
      const v = load<T>(q);
      t0 = <T> (t0 + load<T>(p) * v);
      t1 = <T> (t1 + load<T>(p + row) * v);
      t2 = <T> (t2 + load<T>(p + 2 * row) * v);
      t3 = <T> (t3 + load<T>(p + 3 * row) * v);
      p += size;
      q += size;
    }
    const out = y + i * size;
    if (beta == <T> 0) {
      store<T>(out, <T> (alpha * t0));
      store<T>(out + size, <T> (alpha * t1));
      store<T>(out + 2 * size, <T> (alpha * t2));
      store<T>(out + 3 * size, <T> (alpha * t3));
    } else {
      store<T>(out, <T> (alpha * t0 + beta * load<T>(out)));
      store<T>(out + size, <T> (alpha * t1 + beta * load<T>(out + size)));
      store<T>(out + 2 * size, <T> (alpha * t2 + beta * load<T>(out + 2 * size)));
      store<T>(out + 3 * size, <T> (alpha * t3 + beta * load<T>(out + 3 * size)));
    }
  }
  for (; i < m; i++) {
    const t = dot<T>(a + i * row, x, n);
    const out = y + i * size;
    store<T>(out, beta == <T> 0 ? <T> (alpha * t) : <T> (alpha * t + beta * load<T>(out)));
  }
}

export function gemv_f64(a: usize, ld: i32, m: i32, n: i32, alpha: f64, x: usize, beta: f64, y: usize): void {
  gemv<f64>(a, ld, m, n, alpha, x, beta, y);
}

export function gemv_f32(a: usize, ld: i32, m: i32, n: i32, alpha: f32, x: usize, beta: f32, y: usize): void {
  gemv<f32>(a, ld, m, n, alpha, x, beta, y);
}

/** y += alpha Aᵀ x for `m` rows of length `n`; four rows a pass, so that y is read and written once for them. */
// @ts-ignore: decorator
@inline
function gemvAcross<T>(a: usize, ld: i32, m: i32, n: i32, alpha: T, x: usize, y: usize): void {
  const size = <i32> sizeof<T>();
  const row = ld * size;
  const step = lanes<T>();
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    const x0 = <T> (alpha * load<T>(x + i * size));
    const x1 = <T> (alpha * load<T>(x + (i + 1) * size));
    const x2 = <T> (alpha * load<T>(x + (i + 2) * size));
    const x3 = <T> (alpha * load<T>(x + (i + 3) * size));
    const v0 = v128.splat<T>(x0), v1 = v128.splat<T>(x1), v2 = v128.splat<T>(x2), v3 = v128.splat<T>(x3);
    let p = a + i * row;
    let q = y;
    let j = 0;
    for (; j + step <= n; j += step) {
      let s = madd<T>(v0, v128.load(p), v128.load(q));
      s = madd<T>(v1, v128.load(p + row), s);
      s = madd<T>(v2, v128.load(p + 2 * row), s);
      s = madd<T>(v3, v128.load(p + 3 * row), s);
      v128.store(q, s);
      p += 16;
      q += 16;
    }
    for (; j < n; j++) {
      const s = <T> (x0 * load<T>(p) + x1 * load<T>(p + row) + (x2 * load<T>(p + 2 * row) + x3 * load<T>(p + 3 * row)));
      store<T>(q, <T> (load<T>(q) + s));
      p += size;
      q += size;
    }
  }
  for (; i < m; i++) axpy<T>(<T> (alpha * load<T>(x + i * size)), a + i * row, y, n);
}

export function gemvAcross_f64(a: usize, ld: i32, m: i32, n: i32, alpha: f64, x: usize, y: usize): void {
  gemvAcross<f64>(a, ld, m, n, alpha, x, y);
}

export function gemvAcross_f32(a: usize, ld: i32, m: i32, n: i32, alpha: f32, x: usize, y: usize): void {
  gemvAcross<f32>(a, ld, m, n, alpha, x, y);
}
