// Dense linear algebra over row-major float64 and float32 in linear memory: packed matrix products, products of a matrix and a vector,
// and the vector operations. Source of the blocking: K. Goto, R. van de Geijn, "Anatomy of high-performance matrix multiplication",
// ACM TOMS 34 (2008).

// @ts-ignore: decorator
@inline
function lanes<T>(): i32 {
  return 16 / sizeof<T>();
}

// @ts-ignore: decorator
@inline
function madd<T>(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return v128.relaxed_madd<T>(a, b, c);
  return v128.add<T>(v128.mul<T>(a, b), c);
}

// @ts-ignore: decorator
@inline
function both<T>(v: v128): T {
  if (sizeof<T>() == 8) return <T> (f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1));
  return <T> ((f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3)));
}

// ---- packing ----

/** Rows of a tile. */
// @ts-ignore: decorator
@inline
const MR: i32 = 4;

/** Packs `width` columns of a table of `depth` rows (row stride `ld`) into panels of `w` columns, depth by depth, filled up with zeros. */
// @ts-ignore: decorator
@inline
function packAcross<T>(from: usize, ld: i32, depth: i32, width: i32, w: i32, to: usize): void {
  const size = <i32> sizeof<T>();
  for (let j = 0; j < width; j += w) {
    const n = min(w, width - j);
    let p = from + j * size;
    if (n * size == 32) {
      for (let k = 0; k < depth; k++) {
        v128.store(to, v128.load(p));
        v128.store(to, v128.load(p, 16), 16);
        to += 32;
        p += ld * size;
      }
    } else if (n == w) {
      for (let k = 0; k < depth; k++) {
        for (let i = 0; i < w; i++) store<T>(to + i * size, load<T>(p + i * size));
        to += w * size;
        p += ld * size;
      }
    } else {
      for (let k = 0; k < depth; k++) {
        for (let i = 0; i < n; i++) store<T>(to + i * size, load<T>(p + i * size));
        for (let i = n; i < w; i++) store<T>(to + i * size, <T> 0);
        to += w * size;
        p += ld * size;
      }
    }
  }
}

/** Packs `width` rows of length `depth` (row stride `ld`) into panels of `w` rows, depth by depth, filled up with zeros. */
// @ts-ignore: decorator
@inline
function packAlong<T>(from: usize, ld: i32, depth: i32, width: i32, w: i32, to: usize): void {
  const size = <i32> sizeof<T>();
  for (let j = 0; j < width; j += w) {
    const n = min(w, width - j);
    for (let i = 0; i < n; i++) {
      let p = from + (j + i) * ld * size;
      let q = to + i * size;
      for (let k = 0; k < depth; k++) {
        store<T>(q, load<T>(p));
        p += size;
        q += w * size;
      }
    }
    for (let i = n; i < w; i++) {
      let q = to + i * size;
      for (let k = 0; k < depth; k++) {
        store<T>(q, <T> 0);
        q += w * size;
      }
    }
    to += depth * w * size;
  }
}

export function packA_f64(from: usize, ld: i32, depth: i32, width: i32, across: bool, to: usize): void {
  if (across) packAcross<f64>(from, ld, depth, width, MR, to);
  else packAlong<f64>(from, ld, depth, width, MR, to);
}

export function packA_f32(from: usize, ld: i32, depth: i32, width: i32, across: bool, to: usize): void {
  if (across) packAcross<f32>(from, ld, depth, width, MR, to);
  else packAlong<f32>(from, ld, depth, width, MR, to);
}

export function packB_f64(from: usize, ld: i32, depth: i32, width: i32, across: bool, to: usize): void {
  if (across) packAcross<f64>(from, ld, depth, width, 4, to);
  else packAlong<f64>(from, ld, depth, width, 4, to);
}

export function packB_f32(from: usize, ld: i32, depth: i32, width: i32, across: bool, to: usize): void {
  if (across) packAcross<f32>(from, ld, depth, width, 8, to);
  else packAlong<f32>(from, ld, depth, width, 8, to);
}

// ---- products of packed panels ----

/** Adds (or writes, where beta is zero) a row of a tile: `n` of its values, alpha times what was summed plus beta times what is there. */
// @ts-ignore: decorator
@inline
function writeRow<T>(c: usize, n: i32, s0: v128, s1: v128, alpha: v128, beta: v128, fresh: bool, spare: usize): void {
  const size = <i32> sizeof<T>();
  if (n == 2 * lanes<T>()) {
    if (fresh) {
      v128.store(c, v128.mul<T>(alpha, s0));
      v128.store(c, v128.mul<T>(alpha, s1), 16);
    } else {
      v128.store(c, madd<T>(alpha, s0, v128.mul<T>(beta, v128.load(c))));
      v128.store(c, madd<T>(alpha, s1, v128.mul<T>(beta, v128.load(c, 16))), 16);
    }
    return;
  }
  // A part of a row goes by way of a spare place, so that nothing beyond it is touched.
  for (let i = 0; i < n; i++) store<T>(spare + i * size, fresh ? <T> 0 : load<T>(c + i * size));
  if (fresh) {
    v128.store(spare, v128.mul<T>(alpha, s0));
    v128.store(spare, v128.mul<T>(alpha, s1), 16);
  } else {
    v128.store(spare, madd<T>(alpha, s0, v128.mul<T>(beta, v128.load(spare))));
    v128.store(spare, madd<T>(alpha, s1, v128.mul<T>(beta, v128.load(spare, 16))), 16);
  }
  for (let i = 0; i < n; i++) store<T>(c + i * size, load<T>(spare + i * size));
}

/**
 * C = alpha A B + beta C for packed A (panels of 4 rows) and B (panels of two vectors). Where `below` is not negative, only tiles that reach the
 * diagonal or lie below it are computed: those with column ≤ row + below - 1 somewhere.
 */
// @ts-ignore: decorator
@inline
function product<T>(
  a: usize,
  b: usize,
  c: usize,
  ldc: i32,
  m: i32,
  n: i32,
  k: i32,
  alpha: T,
  beta: T,
  half: bool,
  offset: i32,
  spare: usize,
): void {
  const size = <i32> sizeof<T>();
  const nr = 2 * lanes<T>();
  const va = v128.splat<T>(alpha);
  const vb = v128.splat<T>(beta);
  const fresh = beta == <T> 0;
  const zero = i64x2.splat(0);
  for (let j = 0; j < n; j += nr) {
    const pb = b + j * k * size;
    const nj = min(nr, n - j);
    for (let i = 0; i < m; i += MR) {
      if (half && j > i + MR - 1 + offset) continue;
      let p = a + i * k * size;
      let q = pb;
      let s00 = zero, s01 = zero, s10 = zero, s11 = zero, s20 = zero, s21 = zero, s30 = zero, s31 = zero;
      for (let kk = 0; kk < k; kk++) {
        const b0 = v128.load(q);
        const b1 = v128.load(q, 16);
        const a0 = v128.load_splat<T>(p);
        s00 = madd<T>(a0, b0, s00);
        s01 = madd<T>(a0, b1, s01);
        const a1 = v128.load_splat<T>(p, sizeof<T>());
        s10 = madd<T>(a1, b0, s10);
        s11 = madd<T>(a1, b1, s11);
        const a2 = v128.load_splat<T>(p, 2 * sizeof<T>());
        s20 = madd<T>(a2, b0, s20);
        s21 = madd<T>(a2, b1, s21);
        const a3 = v128.load_splat<T>(p, 3 * sizeof<T>());
        s30 = madd<T>(a3, b0, s30);
        s31 = madd<T>(a3, b1, s31);
        p += MR * size;
        q += 32;
      }
      const at = c + (i * ldc + j) * size;
      const row = ldc * size;
      const mi = m - i;
      writeRow<T>(at, nj, s00, s01, va, vb, fresh, spare);
      if (mi > 1) writeRow<T>(at + row, nj, s10, s11, va, vb, fresh, spare);
      if (mi > 2) writeRow<T>(at + 2 * row, nj, s20, s21, va, vb, fresh, spare);
      if (mi > 3) writeRow<T>(at + 3 * row, nj, s30, s31, va, vb, fresh, spare);
    }
  }
}

export function product_f64(
  a: usize,
  b: usize,
  c: usize,
  ldc: i32,
  m: i32,
  n: i32,
  k: i32,
  alpha: f64,
  beta: f64,
  half: bool,
  offset: i32,
  spare: usize,
): void {
  product<f64>(a, b, c, ldc, m, n, k, alpha, beta, half, offset, spare);
}

export function product_f32(
  a: usize,
  b: usize,
  c: usize,
  ldc: i32,
  m: i32,
  n: i32,
  k: i32,
  alpha: f32,
  beta: f32,
  half: bool,
  offset: i32,
  spare: usize,
): void {
  product<f32>(a, b, c, ldc, m, n, k, alpha, beta, half, offset, spare);
}

// ---- vectors ----

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
