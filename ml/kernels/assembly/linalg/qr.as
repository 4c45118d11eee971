// Householder's QR.

import { at, axpy, axpyFour, axpyToFour, largest, put } from "./vectors";

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
  let i = 1;
  for (; i + 4 <= rows; i += 4) {
    axpyFour(load<f64>(q), load<f64>(q + vrow), load<f64>(q + 2 * vrow), load<f64>(q + 3 * vrow), p, xrow, w, n);
    p += 4 * xrow;
    q += 4 * vrow;
  }
  for (; i < rows; i++) {
    axpy(load<f64>(q), p, w, n);
    p += xrow;
    q += vrow;
  }
  axpy(-t, w, x, n);
  p = x + xrow;
  q = v + vrow;
  for (i = 1; i + 4 <= rows; i += 4) {
    const a = -t * load<f64>(q), b = -t * load<f64>(q + vrow), c = -t * load<f64>(q + 2 * vrow), d = -t * load<f64>(q + 3 * vrow);
    axpyToFour(a, b, c, d, w, p, xrow, n);
    p += 4 * xrow;
    q += 4 * vrow;
  }
  for (; i < rows; i++) {
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
