// Factorizations of row-major float64 tables in linear memory, where LAPACK is not at hand: Householder's QR, the symmetric eigenproblem by
// tridiagonal form and implicit QL, singular values by one-sided Jacobi rotations. Everything that is walked along is a row.

import { madd64 } from "./shared/multiply_add";

// @ts-ignore: decorator
@inline
function at(p: usize, i: i32): f64 {
  return load<f64>(p + (i << 3));
}

// @ts-ignore: decorator
@inline
function put(p: usize, i: i32, v: f64): void {
  store<f64>(p + (i << 3), v);
}

function dot(x: usize, y: usize, n: i32): f64 {
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
function axpy(a: f64, x: usize, y: usize, n: i32): void {
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
function axpy2(a: f64, x: usize, b: f64, y: usize, z: usize, n: i32): void {
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

function scale(a: f64, x: usize, n: i32): void {
  for (let i = 0; i < n; i++) put(x, i, a * at(x, i));
}

/** Two rows rotated: x becomes c x + s y, y becomes c y - s x. */
function rotate(x: usize, y: usize, n: i32, c: f64, s: f64): void {
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
function largest(p: usize, stride: i32, n: i32): f64 {
  let most = 0.0;
  for (let i = 0; i < n; i++) {
    most = max(most, abs(load<f64>(p)));
    p += stride;
  }
  return most;
}

// ---- QR ----

/**
 * QR of `m` rows of `n` in place, by reflections whose signs are LAPACK's: R on and above the diagonal, reflections below it, their factors in
 * `tau` (min(m, n) of them). `w` is room for n values.
 */
export function qr(a: usize, ld: i32, m: i32, n: i32, tau: usize, w: usize): void {
  const row = ld << 3;
  const count = min(m, n);
  for (let c = 0; c < count; c++) {
    const head = a + c * row + (c << 3);
    let below = 0.0;
    const most = largest(head + row, row, m - c - 1);
    if (most > 0) {
      // Measured by the largest, so that squares neither overflow nor vanish.
      let p = head + row;
      for (let i = c + 1; i < m; i++) {
        const v = load<f64>(p) / most;
        below += v * v;
        p += row;
      }
    }
    if (below == 0) {
      put(tau, c, 0);
      continue;
    }
    const alpha = load<f64>(head);
    const big = max(most, abs(alpha));
    const norm = big * sqrt((alpha / big) * (alpha / big) + below * (most / big) * (most / big));
    const beta = alpha < 0 ? norm : -norm;
    const t = (beta - alpha) / beta;
    put(tau, c, t);
    store<f64>(head, beta);
    let p = head + row;
    const d = alpha - beta;
    for (let i = c + 1; i < m; i++) {
      store<f64>(p, load<f64>(p) / d);
      p += row;
    }
    const rest = n - c - 1;
    if (rest > 0) reflect(head, row, head + 8, row, m - c, rest, t, w);
  }
}

/** Applies one reflection, whose vector goes down from `v` with a 1 in front, to `rows` rows of `n` from `x` on. */
function reflect(v: usize, vrow: i32, x: usize, xrow: i32, rows: i32, n: i32, t: f64, w: usize): void {
  memory.copy(w, x, n << 3);
  let p = x + xrow, q = v + vrow;
  for (let i = 1; i < rows; i++) {
    axpy(load<f64>(q), p, w, n);
    p += xrow;
    q += vrow;
  }
  axpy(-t, w, x, n);
  p = x + xrow;
  q = v + vrow;
  for (let i = 1; i < rows; i++) {
    axpy(-t * load<f64>(q), w, p, n);
    p += xrow;
    q += vrow;
  }
}

/** Q's first `k` columns, of the reflections that {@link qr} left, into `q` (m rows of k). */
export function formQ(a: usize, ld: i32, m: i32, count: i32, tau: usize, q: usize, k: i32, w: usize): void {
  const row = ld << 3, qrow = k << 3;
  memory.fill(q, 0, m * qrow);
  for (let c = 0; c < min(m, k); c++) put(q + c * qrow, c, 1);
  for (let c = min(count, k) - 1; c >= 0; c--) {
    const t = at(tau, c);
    if (t == 0) continue;
    reflect(a + c * row + (c << 3), row, q + c * qrow + (c << 3), qrow, m - c, k - c, t, w);
  }
}

/** Qᵀ applied to `m` rows of `n` from `b` on, in place. */
export function applyQt(a: usize, ld: i32, m: i32, count: i32, tau: usize, b: usize, n: i32, w: usize): void {
  const row = ld << 3;
  for (let c = 0; c < count; c++) {
    const t = at(tau, c);
    if (t != 0) reflect(a + c * row + (c << 3), row, b + c * (n << 3), n << 3, m - c, n, t, w);
  }
}

// ---- Cholesky, triangles ----

/** L of an n × n block in place, lower triangle; the number (from 1) of the first pivot that is not positive, else 0. */
export function cholesky(a: usize, ld: i32, n: i32): i32 {
  const row = ld << 3;
  for (let j = 0; j < n; j++) {
    const rj = a + j * row;
    const d = at(rj, j) - dot(rj, rj, j);
    if (!(d > 0) || d == Infinity) return j + 1;
    const l = sqrt(d);
    put(rj, j, l);
    for (let i = j + 1; i < n; i++) {
      const ri = a + i * row;
      put(ri, j, (at(ri, j) - dot(ri, rj, j)) / l);
    }
  }
  return 0;
}

/** Rows x of X with x Lᵀ = b, in place: `m` rows of n against a lower L. */
export function solveRows(l: usize, ldl: i32, n: i32, x: usize, ldx: i32, m: i32): void {
  for (let i = 0; i < m; i++) {
    const r = x + i * (ldx << 3);
    for (let j = 0; j < n; j++) {
      const lj = l + j * (ldl << 3);
      put(r, j, (at(r, j) - dot(lj, r, j)) / at(lj, j));
    }
  }
}

/** L X = B in place, B of n rows of `m`; `unit`: the diagonal counts as ones. */
export function solveLower(l: usize, ld: i32, n: i32, b: usize, m: i32, unit: bool): void {
  const brow = m << 3;
  for (let i = 0; i < n; i++) {
    const li = l + i * (ld << 3), bi = b + i * brow;
    for (let j = 0; j < i; j++) {
      const v = at(li, j);
      if (v != 0) axpy(-v, b + j * brow, bi, m);
    }
    if (!unit) scale(1 / at(li, i), bi, m);
  }
}

/** U X = B in place for an upper U. */
export function solveUpper(u: usize, ld: i32, n: i32, b: usize, m: i32): void {
  const brow = m << 3;
  for (let i = n - 1; i >= 0; i--) {
    const ui = u + i * (ld << 3), bi = b + i * brow;
    for (let j = i + 1; j < n; j++) {
      const v = at(ui, j);
      if (v != 0) axpy(-v, b + j * brow, bi, m);
    }
    scale(1 / at(ui, i), bi, m);
  }
}

/** Lᵀ X = B in place for a lower L. */
export function solveLowerT(l: usize, ld: i32, n: i32, b: usize, m: i32): void {
  const brow = m << 3;
  for (let i = n - 1; i >= 0; i--) {
    const li = l + i * (ld << 3), bi = b + i * brow;
    scale(1 / at(li, i), bi, m);
    for (let j = 0; j < i; j++) {
      const v = at(li, j);
      if (v != 0) axpy(-v, bi, b + j * brow, m);
    }
  }
}

/** LU with row exchanges in place; `pivots` gets the row that was exchanged with each. The number (from 1) of the first zero pivot, else 0. */
export function lu(a: usize, ld: i32, n: i32, pivots: usize): i32 {
  const row = ld << 3;
  for (let c = 0; c < n; c++) {
    let best = c, most = 0.0;
    for (let i = c; i < n; i++) {
      const v = abs(at(a + i * row, c));
      if (v > most) {
        most = v;
        best = i;
      }
    }
    store<i32>(pivots + (c << 2), best);
    if (!(most > 0)) return c + 1;
    if (best != c) {
      let p = a + c * row, q = a + best * row;
      for (let j = 0; j < n; j++) {
        const v = at(p, j);
        put(p, j, at(q, j));
        put(q, j, v);
      }
    }
    const rc = a + c * row;
    const pivot = at(rc, c);
    for (let i = c + 1; i < n; i++) {
      const ri = a + i * row;
      const f = at(ri, c) / pivot;
      put(ri, c, f);
      if (f != 0) axpy(-f, rc + ((c + 1) << 3), ri + ((c + 1) << 3), n - c - 1);
    }
  }
  return 0;
}

// ---- symmetric eigenproblem ----

/**
 * Tridiagonal form of a symmetric table (both triangles there), in place: the reflections' vectors stay in the rows, right of the diagonal, their
 * factors in `tau`. `d` and `e` get diagonal and subdiagonal; `w` is room for n values.
 */
export function tridiagonalize(a: usize, n: i32, d: usize, e: usize, tau: usize, w: usize): void {
  const row = n << 3;
  for (let k = 0; k < n - 1; k++) {
    const rk = a + k * row;
    const v = rk + ((k + 1) << 3);
    const m = n - k - 1;
    put(d, k, at(rk, k));
    const most = largest(v + 8, 8, m - 1);
    if (most == 0) {
      put(tau, k, 0);
      put(e, k, load<f64>(v));
      store<f64>(v, 1);
      continue;
    }
    const big = max(most, abs(load<f64>(v)));
    let sum = 0.0;
    for (let i = 0; i < m; i++) {
      const x = at(v, i) / big;
      sum += x * x;
    }
    const alpha = load<f64>(v);
    const norm = big * sqrt(sum);
    const beta = alpha < 0 ? norm : -norm;
    const t = (beta - alpha) / beta;
    put(tau, k, t);
    put(e, k, beta);
    const f = 1 / (alpha - beta);
    store<f64>(v, 1);
    for (let i = 1; i < m; i++) put(v, i, at(v, i) * f);
    // w = t A v, less half of t (w·v) v; then A -= v wᵀ + w vᵀ.
    const block = a + (k + 1) * row + ((k + 1) << 3);
    for (let i = 0; i < m; i++) put(w, i, t * dot(block + i * row, v, m));
    axpy(-0.5 * t * dot(w, v, m), v, w, m);
    for (let i = 0; i < m; i++) axpy2(-at(v, i), w, -at(w, i), v, block + i * row, m);
  }
  put(d, n - 1, at(a + (n - 1) * row, n - 1));
  put(e, n - 1, 0);
}

/** Takes eigenvectors of the tridiagonal form, rows of `z`, back to the original table's. */
export function backTransform(a: usize, n: i32, tau: usize, z: usize, count: i32): void {
  const row = n << 3;
  for (let i = 0; i < count; i++) {
    const zi = z + i * row;
    for (let k = n - 2; k >= 0; k--) {
      const t = at(tau, k);
      if (t == 0) continue;
      const v = a + k * row + ((k + 1) << 3), x = zi + ((k + 1) << 3), m = n - k - 1;
      axpy(-t * dot(v, x, m), v, x, m);
    }
  }
}

function hypotenuse(a: f64, b: f64): f64 {
  const x = abs(a), y = abs(b);
  const big = max(x, y), small = min(x, y);
  if (big == 0) return 0;
  const r = small / big;
  return big * sqrt(1 + r * r);
}

/**
 * Eigenvalues of a tridiagonal table by implicit QL with Wilkinson's shift, in `d`; `e` is used up. The rows of `z` (n × n; none where `z` is 0)
 * are rotated along. False when some eigenvalue does not settle.
 */
export function tridiagonalQL(d: usize, e: usize, n: i32, z: usize): bool {
  const row = n << 3;
  for (let l = 0; l < n; l++) {
    for (let round = 0;; round++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = abs(at(d, m)) + abs(at(d, m + 1));
        if (abs(at(e, m)) <= f64.EPSILON * size) break;
      }
      if (m == l) break;
      if (round == 60) return false;
      let g = (at(d, l + 1) - at(d, l)) / (2 * at(e, l));
      let r = hypotenuse(g, 1);
      g = at(d, m) - at(d, l) + at(e, l) / (g + (g >= 0 ? r : -r));
      let s = 1.0, c = 1.0, p = 0.0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * at(e, i), b = c * at(e, i);
        r = hypotenuse(f, g);
        put(e, i + 1, r);
        if (r == 0) {
          put(d, i + 1, at(d, i + 1) - p);
          put(e, m, 0);
          break;
        }
        s = f / r;
        c = g / r;
        g = at(d, i + 1) - p;
        const q = (at(d, i) - g) * s + 2 * c * b;
        p = s * q;
        put(d, i + 1, g + p);
        g = c * q - b;
        if (z != 0) rotate(z + (i + 1) * row, z + i * row, n, c, s);
      }
      if (r == 0 && i >= l) continue;
      put(d, l, at(d, l) - p);
      put(e, l, g);
      put(e, m, 0);
    }
  }
  return true;
}

// ---- singular values ----

/**
 * Makes the `n` rows (of length m) of `g` orthogonal to each other by rotations of pairs, along with those of `v` (n × n). Their lengths then are the
 * singular values. `norms` is room for n values. The number of sweeps it took; -1 when 60 were not enough.
 *
 * Sources: M. R. Hestenes, J. SIAM 6 (1958); P. P. M. de Rijk, SIAM J. Sci. Stat. Comput. 10 (1989) for the order.
 */
export function jacobi(g: usize, n: i32, m: i32, v: usize, norms: usize): i32 {
  const row = m << 3, vrow = n << 3;
  const small = f64.EPSILON * sqrt(<f64> m);
  for (let sweep = 0; sweep < 60; sweep++) {
    for (let i = 0; i < n; i++) put(norms, i, dot(g + i * row, g + i * row, m));
    let turned = false;
    for (let p = 0; p < n - 1; p++) {
      // The longest that is left comes first.
      let best = p;
      for (let q = p + 1; q < n; q++) if (at(norms, q) > at(norms, best)) best = q;
      if (best != p) {
        swap(g + p * row, g + best * row, m);
        if (v != 0) swap(v + p * vrow, v + best * vrow, n);
        const held = at(norms, p);
        put(norms, p, at(norms, best));
        put(norms, best, held);
      }
      const gp = g + p * row;
      for (let q = p + 1; q < n; q++) {
        const gq = g + q * row;
        const a = at(norms, p), b = at(norms, q);
        if (b == 0) continue;
        const c = dot(gp, gq, m);
        if (!(abs(c) > small * sqrt(a) * sqrt(b))) continue;
        turned = true;
        const zeta = (b - a) / (2 * c);
        const t = (zeta >= 0 ? 1.0 : -1.0) / (abs(zeta) + hypotenuse(1, zeta));
        const cos = 1 / sqrt(1 + t * t), sin = cos * t;
        rotate(gp, gq, m, cos, -sin);
        if (v != 0) rotate(v + p * vrow, v + q * vrow, n, cos, -sin);
        put(norms, p, max(0, a - t * c));
        put(norms, q, max(0, b + t * c));
      }
    }
    if (!turned) return sweep + 1;
  }
  return -1;
}

function swap(x: usize, y: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const held = at(x, i);
    put(x, i, at(y, i));
    put(y, i, held);
  }
}
